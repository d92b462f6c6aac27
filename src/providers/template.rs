//! Known provider messages as constant sentences without a variable part, so that no free text leaves `gather`.

use crate::text::needles::Needles;
use std::sync::LazyLock;

/// What a known message proves about who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// Nobody but a provider says so.
    Provider,
    /// Proxies and gateways say so too.
    Anybody,
}
use Writer::{Anybody, Provider};

/// The sentence that stands for a message, who says it, and phrases of it in lower case; the more telling first. From the
/// providers' error references, and from messages that their users quote [D, R].
#[rustfmt::skip]
const TEMPLATES: &[(&str, Writer, &[&str])] = &[
    // OpenAI.
    ("The server had an error while processing your request. Sorry about that!", Provider, &[
        "the server had an error while processing your request",
    ]),
    ("The server had an error processing your request.", Provider, &["the server had an error processing your request"]),
    ("That model is currently overloaded with other requests.", Provider, &["that model is currently overloaded"]),
    ("The engine is currently overloaded, please try again later.", Provider, &["the engine is currently overloaded"]),
    ("The server is overloaded or not ready yet.", Provider, &["the server is overloaded or not ready yet"]),
    ("Our servers are currently overloaded. Please try again later.", Provider, &["our servers are currently overloaded"]),
    ("You exceeded your current quota, please check your plan and billing details.", Provider, &["exceeded your current quota"]),
    ("Rate limit reached for the model.", Provider, &["rate limit reached for"]),
    ("Incorrect API key provided.", Provider, &["incorrect api key provided"]),
    ("The request exceeds the model's context length.", Provider, &["context_length_exceeded", "maximum context length", "prompt is too long"]),
    ("The model does not exist or you do not have access to it.", Provider, &["does not exist or you do not have access to it"]),
    ("Country, region, or territory not supported.", Provider, &["country, region, or territory not supported"]),
    // Anthropic. A bare "Overloaded" is its whole message.
    ("Overloaded", Provider, &["'message': 'overloaded'", "\"message\":\"overloaded\"", "\"message\": \"overloaded\""]),
    ("The request would exceed the organisation's rate limit.", Provider, &[
        "would exceed your organization", "would exceed the rate limit for your organization", "has exceeded your per-minute rate limit",
    ]),
    ("The credit balance is too low.", Provider, &["credit balance is too low"]),
    // Gemini.
    ("The model is overloaded. Please try again later.", Provider, &["the model is overloaded"]),
    ("An internal error has occurred.", Provider, &["an internal error has occurred. please retry", "internal error encountered"]),
    ("Deadline expired before operation could complete.", Provider, &["deadline expired before operation could complete"]),
    ("Resource has been exhausted (e.g. check quota).", Provider, &["resource has been exhausted"]),
    ("The service is currently unavailable.", Provider, &["the service is currently unavailable"]),
    // Azure OpenAI.
    ("Requests have exceeded the token rate limit of the current pricing tier.", Provider, &["have exceeded token rate limit"]),
    ("Requests have exceeded the call rate limit of the current pricing tier.", Provider, &["have exceeded call rate limit"]),
    ("The system is experiencing high demand.", Provider, &["experiencing high demand"]),
    ("The service is temporarily unable to process your request. Please try again later.", Provider, &[
        "the service is temporarily unable to process your request",
    ]),
    ("The API deployment for this resource does not exist.", Provider, &["the api deployment for this resource does not exist"]),
    ("The response was filtered by the content policy.", Provider, &["the response was filtered", "content management policy"]),
    ("Access denied due to invalid subscription key or wrong API endpoint.", Provider, &["access denied due to invalid subscription key"]),
    // Amazon Bedrock.
    ("Bedrock is unable to process your request.", Provider, &["bedrock is unable to process your request"]),
    ("Too many tokens or requests, please wait before trying again.", Provider, &[
        "too many tokens, please wait", "too many requests, please wait",
    ]),
    // Gateways and proxies.
    ("Provider returned error", Anybody, &["provider returned error"]),
    ("No deployments available for selected model.", Anybody, &["no deployments available for selected model"]),
    ("Rate limit is exceeded.", Anybody, &["rate limit is exceeded. try again in"]),
    ("upstream connect error or disconnect/reset before headers", Anybody, &["upstream connect error or disconnect/reset before headers"]),
    ("Internal server error.", Anybody, &["internal server error"]),
];

static TABLE: LazyLock<Needles> = LazyLock::new(|| Needles::seldom(TEMPLATES.iter().map(|(_, _, phrases)| *phrases)));

static HTML: LazyLock<Needles> = LazyLock::new(|| Needles::new([&["<html"] as &[&str]]));

/// The constant sentence of a known provider message; none for a page, which is a proxy's or an edge's.
#[must_use]
pub fn template(text: &str) -> Option<&'static str> {
    known(text).map(|(sentence, _)| sentence)
}

/// Whether a text holds a message that nobody but a provider writes.
pub(super) fn is_proof(text: &str) -> bool {
    known(text).is_some_and(|(_, writer)| writer == Provider)
}

/// The sentences that speak of a fault of the provider's own: what it writes into a 5xx, and into a stream behind a 200.
const SERVER_FAULTS: [&str; 11] = [
    "The server had an error while processing your request. Sorry about that!",
    "The server had an error processing your request.",
    "That model is currently overloaded with other requests.",
    "The engine is currently overloaded, please try again later.",
    "The server is overloaded or not ready yet.",
    "Our servers are currently overloaded. Please try again later.",
    "Overloaded",
    "The model is overloaded. Please try again later.",
    "An internal error has occurred.",
    "Deadline expired before operation could complete.",
    "Bedrock is unable to process your request.",
];

/// Whether a text holds a message in which a provider owns up to a fault of its own.
#[must_use]
pub fn is_server_fault(text: &str) -> bool {
    server_fault(text).is_some()
}

/// The sentence in which a provider owns up to a fault of its own.
#[must_use]
pub fn server_fault(text: &str) -> Option<&'static str> {
    template(text).filter(|sentence| SERVER_FAULTS.contains(sentence))
}

/// How far into a text the status of a fault may stand.
const STATUS_WITHIN: usize = 256;

/// The 5xx that a text with a provider's fault names: `Error: 503 The server …`, `HTTP 500 (server_error: …)`. A number that
/// counts something (`512 tokens`) is none.
#[must_use]
pub fn fault_status(text: &str) -> Option<u16> {
    const BEFORE: [&str; 8] = [": ", "HTTP ", "tatus ", "code ", "(", "[", "=", "\""];
    let head = text.get(..text.floor_char_boundary(STATUS_WITHIN))?;
    head.match_indices('5').find_map(|(at, _)| {
        let (before, rest) = head.split_at_checked(at)?;
        let (digits, after) = rest.split_at_checked(3)?;
        let status = digits.parse().ok().filter(|status| (500..=599).contains(status))?;
        let opens = before.is_empty() || BEFORE.iter().any(|words| before.ends_with(words));
        let ends = !after.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '.' | '_' | '%'));
        let counts = after
            .strip_prefix(' ')
            .is_some_and(|word| word.starts_with(|next: char| next.is_ascii_lowercase()));
        (opens && ends && !counts).then_some(status)
    })
}

fn known(text: &str) -> Option<(&'static str, Writer)> {
    let (sentence, writer, _) = TEMPLATES.get(TABLE.first_row(text)?)?;
    (!HTML.any(text)).then_some((*sentence, *writer))
}

#[cfg(test)]
mod tests {
    use super::{SERVER_FAULTS, TEMPLATES, fault_status, is_server_fault, template};

    #[test]
    fn every_sentence_of_a_fault_is_one_of_the_table() {
        for sentence in SERVER_FAULTS {
            assert!(TEMPLATES.iter().any(|(known, ..)| *known == sentence), "{sentence}");
        }
        assert!(!is_server_fault("Rate limit reached for gpt-4o"));
    }

    #[test]
    fn the_status_of_a_fault_stands_apart_and_counts_nothing() {
        for text in [
            "Error: 503 The server",
            "503 The server",
            "HTTP 503 (server_error: )",
            "failed (503): The server",
        ] {
            assert_eq!(fault_status(text), Some(503), "{text}");
        }
        for text in [
            "after 503 ms: The server",
            "(512 tokens): The server",
            "id 500: The server",
            "5031 The server",
        ] {
            assert_eq!(fault_status(text), None, "{text}");
        }
    }

    #[test]
    fn a_message_loses_its_variable_part() {
        let rows = [
            (
                "That model is currently overloaded with other requests. (Please include the request ID req_FAKE in your message.)",
                "That model is currently overloaded with other requests.",
            ),
            (
                "Rate limit reached for gpt-4o in organization org-FAKE on tokens per min (TPM): Limit 1, Used 2",
                "Rate limit reached for the model.",
            ),
            (
                "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}",
                "Overloaded",
            ),
            (
                "The model `my-secret-model` does not exist or you do not have access to it.",
                "The model does not exist or you do not have access to it.",
            ),
        ];
        for (text, sentence) in rows {
            assert_eq!(template(text), Some(sentence), "{text}");
        }
    }

    #[test]
    fn the_message_under_a_traceback_is_found() {
        let text = format!(
            "{}\nopenai.InternalServerError: Error code: 500 - The server had an error while processing your request",
            "x".repeat(40_000)
        );
        assert!(template(&text).is_some());
    }

    #[test]
    fn a_page_and_an_unknown_text_have_none() {
        assert_eq!(template("<html><h1>500 Internal Server Error</h1></html>"), None);
        assert_eq!(template("Dear customer, your order 17 failed"), None);
    }
}
