//! API Gateway's response types and integration errors.
//!
//! Source: AWS's "Gateway response types for API Gateway" \[D\]; the texts of integration errors \[K\].

use super::FlagSays;
use crate::model::Fact::{NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Timeout};

/// What a response type says, with the integration's error.
pub(super) fn says(response_type: &str, error: Option<&str>) -> Option<FlagSays> {
    match response_type {
        "INTEGRATION_TIMEOUT" => Some(FlagSays::broke(Timeout, SentUnanswered)),
        "INTEGRATION_FAILURE" => Some(error.and_then(of_error).unwrap_or(FlagSays::broke(Connect, SentUnanswered))),
        // The gateway's own words, and its defaults for everything it makes itself.
        "ACCESS_DENIED"
        | "API_CONFIGURATION_ERROR"
        | "AUTHORIZER_CONFIGURATION_ERROR"
        | "AUTHORIZER_FAILURE"
        | "BAD_REQUEST_BODY"
        | "BAD_REQUEST_PARAMETERS"
        | "EXPIRED_TOKEN"
        | "INVALID_API_KEY"
        | "INVALID_SIGNATURE"
        | "MISSING_AUTHENTICATION_TOKEN"
        | "QUOTA_EXCEEDED"
        | "REQUEST_TOO_LARGE"
        | "RESOURCE_NOT_FOUND"
        | "THROTTLED"
        | "UNAUTHORIZED"
        | "UNSUPPORTED_MEDIA_TYPE"
        | "WAF_FILTERED" => Some(FlagSays::status_by(ProxySaysItsOwn)),
        _ => error.and_then(of_error),
    }
}

fn of_error(error: &str) -> Option<FlagSays> {
    let holds = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if holds(&["timed out", "timeout"]) {
        Some(FlagSays::broke(Timeout, SentUnanswered))
    } else if holds(&[
        "Invalid endpoint address",
        "Unable to resolve",
        "Network error communicating with endpoint",
    ]) {
        Some(FlagSays::broke(Connect, NeverConnected))
    } else if holds(&["Malformed", "malformed", "Invalid mapping"]) {
        Some(FlagSays::status_by(UpstreamAnswered))
    } else {
        None
    }
}
