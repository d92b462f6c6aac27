//! What a 4xx asks the caller to mend, and whether a body is a provider's error (errors reference, 1 and 2).

use super::template;
use crate::model::CallerKind;
use crate::text::needles::Needles;
use std::sync::LazyLock;

/// Kinds of a 4xx by the words in its type, code and text, the most telling first: the words of all three are one
/// vocabulary, because logs move them about.
#[rustfmt::skip]
const KINDS: &[(CallerKind, &[&str])] = &[
    // A used-up quota, credit or spend limit: OpenAI and its kin, Anthropic [R, D]; Gemini's daily quotas, LiteLLM's budgets [K].
    (CallerKind::Quota, &[
        "insufficient_quota", "credit_balance_exhausted", "*_spend_limit_exceeded", "*_usage_limit_exceeded", "billing_error",
        "billing_hard_limit_reached", "enforced_spend_limit_reached", "quota_exceeded", "exceeded your current quota",
        "credit balance is too low", "billing hard limit", "insufficient balance", "insufficient credits", "*budgetexceedederror",
        "*perday*",
    ]),
    // The provider's own overload, behind a caller's status: Moonshot and old OpenAI [R], Azure [R].
    (CallerKind::ProviderCapacity, &[
        "engine_overloaded_error", "overloaded_error", "server_is_overloaded", "engine is currently overloaded",
        "experiencing high demand", "model is currently overloaded", "the model is overloaded", "nocapacity",
    ]),
];

static KIND: LazyLock<Needles> = LazyLock::new(|| Needles::new(KINDS.iter().map(|(_, phrases)| *phrases)));

/// What a 4xx asks the caller to mend.
#[must_use]
pub fn caller_kind(status: u16, error_type: Option<&str>, error_code: Option<&str>, text: Option<&str>) -> CallerKind {
    let named = || {
        let words = [error_type, error_code, text];
        let row = words.into_iter().flatten().filter_map(|word| KIND.first_row(word)).min()?;
        KINDS.get(row).map(|(kind, _)| *kind)
    };
    let is_quota = || named() == Some(CallerKind::Quota);
    // Gemini refuses a region or a project without billing with 400 FAILED_PRECONDITION.
    let is_refused = || {
        [error_type, error_code, text]
            .into_iter()
            .flatten()
            .any(|word| word.contains("FAILED_PRECONDITION") || word.contains("unsupported_country_region_territory"))
    };
    match status {
        429 => named().unwrap_or(CallerKind::RateLimit),
        402 => CallerKind::Quota,
        401 => CallerKind::Authentication,
        400 | 403 if is_quota() => CallerKind::Quota,
        400 if is_refused() => CallerKind::Permission,
        403 | 451 => CallerKind::Permission,
        // nginx, Caddy and Traefik; AWS's load balancer.
        499 | 460 => CallerKind::ClientCancel,
        _ => CallerKind::BadRequest,
    }
}

/// Error types, codes and statuses that providers write into a 5xx: OpenAI, Anthropic, Gemini, Azure, Bedrock.
const SERVER_TYPES: [&str; 17] = [
    "server_error",
    "service_unavailable_error",
    "api_error",
    "overloaded_error",
    "timeout_error",
    "engine_overloaded_error",
    "server_is_overloaded",
    "slow_down",
    "provider_overloaded",
    "INTERNAL",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "NoCapacity",
    "InternalServerException",
    "ModelErrorException",
    "ModelNotReadyException",
    "ServiceUnavailableException",
];

/// Exception classes that the SDKs make of the status alone, whoever answered.
const CLASSES: [&str; 2] = ["InternalServerException", "ServiceUnavailableException"];

/// How a provider's error begins, as JSON and as Python's `repr` of it.
static BODY: LazyLock<Needles> = LazyLock::new(|| {
    Needles::new([&[
        "'error': {",
        "\"error\":{",
        "\"error\": {",
        "\\\"error\\\":{",
        "\\\"error\\\": {",
    ] as &[&str]])
});

/// A gateway that speaks in the provider's shape: what follows may be its own.
static GATEWAY: LazyLock<Needles> = LazyLock::new(|| Needles::new([&["litellm.", "no deployments available"] as &[&str]]));

/// Whether what the log says of the error has the shape of a provider's error body. A status alone, and an exception
/// class that an SDK makes of it, prove nothing.
#[must_use]
pub fn is_provider_error(status: u16, error_type: Option<&str>, error_code: Option<&str>, text: Option<&str>) -> bool {
    if status < 500 {
        return false;
    }
    let is_server_type = |word: &str| SERVER_TYPES.contains(&word) && !CLASSES.contains(&word);
    let named = [error_type, error_code].into_iter().flatten().any(is_server_type);
    named || text.is_some_and(|text| (BODY.any(text) || template::is_proof(text)) && !GATEWAY.any(text))
}

#[cfg(test)]
mod tests {
    use super::{caller_kind, is_provider_error};
    use crate::model::CallerKind::{self, *};

    type Said = (u16, Option<&'static str>, Option<&'static str>, Option<&'static str>);

    fn all_are(kind: CallerKind, rows: &[Said]) {
        for &(status, error_type, code, text) in rows {
            assert_eq!(
                caller_kind(status, error_type, code, text),
                kind,
                "{status} {error_type:?} {code:?} {text:?}"
            );
        }
    }

    #[test]
    fn a_429_is_the_rate_unless_it_says_more() {
        all_are(
            RateLimit,
            &[
                (429, Some("tokens"), Some("rate_limit_exceeded"), None),
                (429, Some("rate_limit_error"), Some("slow_down"), None),
                (
                    429,
                    None,
                    Some("429"),
                    Some("have exceeded token rate limit. Please retry after 6 seconds"),
                ),
                (429, None, None, None),
            ],
        );
        all_are(
            ProviderCapacity,
            &[
                (429, Some("engine_overloaded_error"), None, None),
                (429, None, None, Some("System is experiencing high demand")),
            ],
        );
    }

    #[test]
    fn a_used_up_quota_comes_with_several_statuses() {
        all_are(
            Quota,
            &[
                (
                    400,
                    None,
                    None,
                    Some("Your credit balance is too low to access the Anthropic API."),
                ),
                (402, Some("billing_error"), None, None),
                (429, Some("insufficient_quota"), None, None),
                (429, None, Some("project_spend_limit_exceeded"), None),
                (
                    429,
                    None,
                    None,
                    Some("RateLimitError: You exceeded your current quota, please check your plan"),
                ),
                (429, None, None, Some("quotaId: GenerateRequestsPerDayPerProjectPerModel")),
            ],
        );
    }

    #[test]
    fn the_other_4xx_ask_for_something_else() {
        all_are(
            BadRequest,
            &[
                (400, Some("invalid_request_error"), Some("context_length_exceeded"), None),
                (404, None, Some("DeploymentNotFound"), None),
                (409, None, None, None),
                (413, Some("request_too_large"), None, None),
            ],
        );
        all_are(
            Permission,
            &[
                (
                    400,
                    None,
                    None,
                    Some("400 FAILED_PRECONDITION. User location is not supported"),
                ),
                (403, Some("permission_error"), None, None),
                (451, None, None, None),
            ],
        );
        all_are(Authentication, &[(401, None, Some("invalid_api_key"), None)]);
        all_are(ClientCancel, &[(499, None, None, None), (460, None, None, None)]);
    }

    #[test]
    fn an_exception_class_or_a_reason_phrase_is_no_body_of_the_provider() {
        for class in ["InternalServerError", "ServiceUnavailableError", "InternalServerException"] {
            assert!(!is_provider_error(500, Some(class), None, None), "{class}");
        }
        assert!(!is_provider_error(
            500,
            None,
            None,
            Some("HTTP/1.1 500 Internal Server Error")
        ));
        assert!(!is_provider_error(
            503,
            None,
            None,
            Some("upstream connect error or disconnect/reset before headers")
        ));
        assert!(!is_provider_error(
            503,
            None,
            None,
            Some("litellm.ServiceUnavailableError: {\"error\": {}}")
        ));
    }

    #[test]
    fn the_providers_types_bodies_and_sentences_are() {
        assert!(is_provider_error(500, Some("server_error"), None, None));
        assert!(is_provider_error(529, Some("overloaded_error"), None, None));
        assert!(is_provider_error(503, None, Some("UNAVAILABLE"), None));
        assert!(is_provider_error(
            503,
            None,
            None,
            Some("Error code: 503 - {'error': {'message': 'overloaded'}}")
        ));
        assert!(is_provider_error(
            500,
            None,
            None,
            Some("The server had an error while processing your request. Sorry about that!")
        ));
    }
}
