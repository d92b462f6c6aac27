//! What a logged header means, by its name and by whose it is.

use super::meaning::Meaning;
use crate::gather::formats::access_keys::{Key, key};

/// A header of the request: an `x-request-id` there is the caller's or a proxy's, never the provider's.
pub(super) fn of_request(name: &str) -> Meaning {
    match key(name) {
        Some(key @ (Key::ClientId | Key::Host | Key::RetryCount | Key::Model)) => Meaning::Of(key),
        _ => Meaning::Silent,
    }
}

/// A header of the upstream's answer.
pub(super) fn of_answer(name: &str) -> Meaning {
    if name.eq_ignore_ascii_case("date") {
        return Meaning::HttpDate;
    }
    match key(name) {
        // What stands on the answer under this name is the provider's.
        Some(Key::RequestId) => Meaning::Of(Key::OtherProviderId),
        Some(
            key @ (Key::ProviderId
            | Key::OtherProviderId
            | Key::Ray
            | Key::Region
            | Key::RetryAfter
            | Key::Model
            | Key::Organization
            | Key::Project
            | Key::ClientId),
        ) => Meaning::Of(key),
        _ => Meaning::Silent,
    }
}

/// A header of the answer as the client got it: the proxy may have put its own in the place of the upstream's, so that the
/// upstream's goes before it where the format has both.
pub(super) fn as_sent(name: &str) -> Meaning {
    match of_answer(name) {
        Meaning::Of(Key::ProviderId) => Meaning::Of(Key::OtherProviderId),
        other => other,
    }
}
