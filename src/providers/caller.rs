//! What a 4xx asks the caller to mend, and whether a body is a provider's error.

use crate::model::CallerKind;

/// What a 4xx asks the caller to mend.
#[must_use]
pub fn caller_kind(status: u16, error_type: Option<&str>, error_code: Option<&str>, text: Option<&str>) -> CallerKind {
    let _ = (status, error_type, error_code, text);
    CallerKind::BadRequest
}

/// Whether what the log says of the error has the shape of a provider's error body.
#[must_use]
pub fn is_provider_error(status: u16, error_type: Option<&str>, error_code: Option<&str>, text: Option<&str>) -> bool {
    let _ = (status, error_type, error_code, text);
    false
}
