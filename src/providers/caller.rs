//! What a 4xx asks the caller to mend, and whether a body is a provider's error (errors reference, 1 and 2).

use crate::model::CallerKind;

/// Error types and codes of a used-up quota, credit or spend limit.
const QUOTA: [&str; 9] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_error",
    "billing_hard_limit_reached",
    "enforced_spend_limit_reached",
    "quota_exceeded",
];

/// Texts of the same.
const QUOTA_TEXTS: [&str; 6] = [
    "exceeded your current quota",
    "insufficient_quota",
    "credit balance is too low",
    "billing hard limit",
    "spend limit",
    "budgetexceedederror",
];

/// Types and texts of a 429 that is the provider's own overload, not the caller's limit.
const CAPACITY: [&str; 4] = [
    "engine_overloaded_error",
    "engine is currently overloaded",
    "experiencing high demand",
    "model is currently overloaded",
];

/// What a 4xx asks the caller to mend.
#[must_use]
pub fn caller_kind(status: u16, error_type: Option<&str>, error_code: Option<&str>, text: Option<&str>) -> CallerKind {
    let words = || [error_type, error_code].into_iter().flatten();
    let names = |table: &[&str]| words().any(|word| table.iter().any(|name| word.eq_ignore_ascii_case(name)));
    let text = text
        .map(|text| text.get(..text.floor_char_boundary(4096)).unwrap_or("").to_ascii_lowercase())
        .unwrap_or_default();
    let says = |table: &[&str]| table.iter().any(|needle| text.contains(needle));
    match status {
        429 if names(&QUOTA) || says(&QUOTA_TEXTS) => CallerKind::Quota,
        429 if names(&CAPACITY) || says(&CAPACITY) => CallerKind::ProviderCapacity,
        429 => CallerKind::RateLimit,
        402 => CallerKind::Quota,
        400 | 403 if names(&QUOTA) || says(&QUOTA_TEXTS) => CallerKind::Quota,
        401 => CallerKind::Authentication,
        403 | 451 => CallerKind::Permission,
        400 if text.contains("failed_precondition") => CallerKind::Permission,
        499 | 460 => CallerKind::ClientCancel,
        _ => CallerKind::BadRequest,
    }
}

/// Error types that providers write into a 5xx (OpenAI, Anthropic, Gemini, Azure).
const SERVER_TYPES: [&str; 14] = [
    "server_error",
    "service_unavailable_error",
    "api_error",
    "overloaded_error",
    "timeout_error",
    "engine_overloaded_error",
    "server_is_overloaded",
    "slow_down",
    "internalservererror",
    "internal",
    "unavailable",
    "deadline_exceeded",
    "nocapacity",
    "serviceunavailable",
];

/// Whether what the log says of the error has the shape of a provider's error body.
#[must_use]
pub fn is_provider_error(status: u16, error_type: Option<&str>, error_code: Option<&str>, text: Option<&str>) -> bool {
    // Exception classes are the SDK's names, made from the status alone: only snake case and upper case are providers'.
    let is_class = |word: &str| {
        word.bytes().any(|byte| byte.is_ascii_lowercase()) && word.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
    };
    let named = [error_type, error_code]
        .into_iter()
        .flatten()
        .filter(|word| !is_class(word))
        .any(|word| SERVER_TYPES.iter().any(|name| word.eq_ignore_ascii_case(name)));
    let body = text.is_some_and(|text| {
        let shaped = text.contains("'error': {") || text.contains("\"error\":{") || text.contains("\"error\": {");
        shaped && !text.contains("litellm.")
    });
    status >= 500 && (named || body || text.is_some_and(|text| super::template(text).is_some() && !text.contains("litellm.")))
}

#[cfg(test)]
mod tests {
    use super::{caller_kind, is_provider_error};
    use crate::model::CallerKind;

    #[test]
    fn quota_and_rate_limit_and_capacity_are_three_things() {
        assert_eq!(
            caller_kind(429, Some("tokens"), Some("rate_limit_exceeded"), None),
            CallerKind::RateLimit
        );
        assert_eq!(caller_kind(429, Some("insufficient_quota"), None, None), CallerKind::Quota);
        assert_eq!(
            caller_kind(429, None, None, Some("System is experiencing high demand")),
            CallerKind::ProviderCapacity
        );
        assert_eq!(caller_kind(402, None, None, None), CallerKind::Quota);
        assert_eq!(caller_kind(404, None, Some("model_not_found"), None), CallerKind::BadRequest);
    }

    #[test]
    fn an_exception_class_alone_is_no_body_of_the_provider() {
        assert!(!is_provider_error(500, Some("InternalServerError"), None, None));
        assert!(is_provider_error(500, Some("server_error"), None, None));
        assert!(is_provider_error(
            503,
            None,
            None,
            Some("Error code: 503 - {'error': {'message': 'overloaded'}}")
        ));
    }
}
