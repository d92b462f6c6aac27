//! What an error's own word means where no status stands beside it: the types and codes of the providers' error bodies,
//! and the exception classes that the SDKs make of a status.

/// The status that a word stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The status; of a word for several, the first of them.
    pub status: u16,
    /// Whether the word stands for this status alone.
    pub is_exact: bool,
}

/// Words for one status: the SDKs' classes (openai-python and anthropic-python `_exceptions.py`, LiteLLM
/// `exceptions.py`, the Java SDKs' `errors`), Anthropic's types (its page "Errors"), OpenAI's codes (its guide "Error codes"),
/// Google's canonical codes (AIP-193), Bedrock's exceptions (InvokeModel, "Errors").
const EXACT: [(&str, u16); 54] = [
    ("RateLimitError", 429),
    ("BadRequestError", 400),
    ("AuthenticationError", 401),
    ("PaymentRequiredError", 402),
    ("PermissionDeniedError", 403),
    ("NotFoundError", 404),
    ("RequestTimeoutError", 408),
    ("ConflictError", 409),
    ("ContentTooLargeError", 413),
    ("UnprocessableEntityError", 422),
    ("ClientClosedRequestError", 499),
    ("HTTPNotImplementedError", 501),
    ("BadGatewayError", 502),
    ("ServiceUnavailableError", 503),
    ("GatewayTimeoutError", 504),
    ("OverloadedError", 529),
    ("InvalidRequestError", 400),
    ("RateLimitException", 429),
    ("BadRequestException", 400),
    ("UnauthorizedException", 401),
    ("PermissionDeniedException", 403),
    ("NotFoundException", 404),
    ("UnprocessableEntityException", 422),
    ("authentication_error", 401),
    ("billing_error", 402),
    ("permission_error", 403),
    ("not_found_error", 404),
    ("request_too_large", 413),
    ("rate_limit_error", 429),
    ("timeout_error", 504),
    ("rate_limit_exceeded", 429),
    ("service_unavailable", 503),
    ("insufficient_quota", 429),
    ("invalid_api_key", 401),
    ("model_not_found", 404),
    ("context_length_exceeded", 400),
    ("INVALID_ARGUMENT", 400),
    ("FAILED_PRECONDITION", 400),
    ("UNAUTHENTICATED", 401),
    ("PERMISSION_DENIED", 403),
    ("NOT_FOUND", 404),
    ("RESOURCE_EXHAUSTED", 429),
    ("INTERNAL", 500),
    ("UNAVAILABLE", 503),
    ("DEADLINE_EXCEEDED", 504),
    ("ValidationException", 400),
    ("AccessDeniedException", 403),
    ("ResourceNotFoundException", 404),
    ("ModelTimeoutException", 408),
    ("ModelErrorException", 424),
    ("ThrottlingException", 429),
    ("ModelNotReadyException", 429),
    ("ServiceQuotaExceededException", 400),
    ("ServiceUnavailableException", 503),
];

/// Words for any status of a hundred: the SDKs make one class of every 5xx, OpenAI writes one type into several.
const SEVERAL: [(&str, u16); 8] = [
    ("InternalServerError", 500),
    ("InternalServerException", 500),
    ("server_error", 500),
    ("api_error", 500),
    ("service_unavailable_error", 503),
    ("engine_overloaded_error", 503),
    ("overloaded_error", 529),
    ("invalid_request_error", 400),
];

/// The status that an error's type, its code or an exception's class (without its module) stands for.
#[must_use]
pub fn meant(word: &str) -> Option<Meant> {
    let row = |rows: &[(&str, u16)], is_exact| {
        let (_, status) = rows.iter().find(|(known, _)| *known == word)?;
        Some(Meant {
            status: *status,
            is_exact,
        })
    };
    row(&EXACT, true).or_else(|| row(&SEVERAL, false))
}

/// Whether an exception's class is one that an SDK raises of a broken exchange when it tries no more, around whatever its
/// transport raised (openai-python and anthropic-python `_exceptions.py`, openai-node `error.ts`, pydantic-ai `exceptions.py`).
#[must_use]
pub fn is_broken_exchange(class: &str) -> bool {
    matches!(
        class,
        "APIConnectionError" | "APITimeoutError" | "APIConnectionTimeoutError" | "ModelAPIError"
    )
}

#[cfg(test)]
mod tests {
    use super::{EXACT, SEVERAL, is_broken_exchange, meant};
    use std::collections::BTreeSet;

    #[test]
    fn every_word_means_one_thing() {
        let words: BTreeSet<&str> = EXACT.iter().chain(&SEVERAL).map(|(word, _)| *word).collect();
        assert_eq!(words.len(), EXACT.len() + SEVERAL.len());
    }

    #[test]
    fn a_class_of_every_5xx_is_not_exact() {
        assert!(meant("InternalServerError").is_some_and(|meant| !meant.is_exact));
        assert!(meant("RateLimitError").is_some_and(|meant| meant.is_exact && meant.status == 429));
        assert_eq!(meant("ValueError"), None);
    }

    #[test]
    fn a_class_of_a_broken_exchange_means_no_status() {
        assert!(is_broken_exchange("APIConnectionError") && meant("APIConnectionError").is_none());
        assert!(!is_broken_exchange("InternalServerError") && !is_broken_exchange("ConnectError"));
    }
}
