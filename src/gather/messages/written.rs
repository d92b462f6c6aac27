//! The statuses that exceptions' texts write, each SDK its own way.

use super::{body, prose, scan};
use crate::providers;

/// The status that the text itself writes, and the message behind it.
pub(super) fn status<'a>(rest: &'a str, class: Option<&str>, sdk: bool) -> Option<(u16, &'a str)> {
    let after = |prefix: &str| {
        rest.strip_prefix(prefix)
            .and_then(|after| Some((scan::status(after)?, after.get(3..)?)))
    };
    if let Some((status, message)) = after("Error code: ").or_else(|| after("Server error: ")) {
        return Some((status, message.split_once(" - ").map_or("", |(_, message)| message)));
    }
    if let Some((status, message)) = after("Server error '").or_else(|| after("Client error '")) {
        return Some((status, message));
    }
    if let Some(found) = legacy_status(rest, class).or_else(|| other_sdks(rest)) {
        return Some(found);
    }
    // go-openai (sashabaranov): `error, status code: 500, status: 500 Internal Server Error, message: …`.
    if let Some((status, message)) = after("error, status code: ") {
        return Some((status, message.split_once("message: ").map_or("", |(_, message)| message)));
    }
    // pydantic-ai's `ModelHTTPError`: `status_code: 503, model_name: gpt-4.1, body: {…}`.
    if let Some((status, message)) = after("status_code: ").filter(|(_, rest)| rest.starts_with(", model_name: ")) {
        return Some((status, message.split_once(", body: ").map_or("", |(_, body)| body)));
    }
    // openai-python 0.x of a body that it cannot read: `HTTP code 502 from API (<html>…`.
    if let Some((status, message)) = after("HTTP code ") {
        return Some((status, message.strip_prefix(" from API ")?));
    }
    if let Some((status, message)) = after("error code: ").or_else(|| after("HTTP ")) {
        return Some((status, message.trim_start_matches([' ', '-', ':'])));
    }
    if let Some(status) = class.filter(|class| class.starts_with("AI_")).and_then(|_| reason(rest)) {
        return Some((status, rest));
    }
    let sdk = sdk || (class == Some("Error") && is_of_an_sdks_stack(rest));
    // A proxy's refusal (`ProxyError: 503 Service Unavailable`) is the proxy's status, not the exchange's.
    if sdk || class.is_some_and(|class| class.ends_with("AiException")) {
        if let Some(status) = scan::status(rest) {
            return Some((status, rest.get(3..)?.trim_start_matches([' ', '-', ':'])));
        }
        return body::html_status(rest).map(|status| (status, rest));
    }
    go_status(rest)
}

/// Whether the stack under a text is of an error that an SDK of Node made of an answer: V8 prints `Error: …` on the stack of
/// every subclass. SDKs of other services come from the same generator.
fn is_of_an_sdks_stack(text: &str) -> bool {
    text.contains("at APIError.generate") && prose::names_llm(text)
}

/// The AI SDK's text where an answer's body has no message that it knows: the reason phrase of the status, or Anthropic's word.
/// `Failed after 3 attempts. Last error: Bad Gateway`.
pub(super) fn reason(text: &str) -> Option<u16> {
    let line = text.lines().next()?;
    let last = line.rsplit_once("Last error: ").map_or(line, |(_, last)| last);
    let phrase = last.trim_start();
    REASONS
        .iter()
        .find(|(known, _)| {
            // Anthropic writes one of them with small letters.
            phrase
                .get(..known.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(known))
        })
        .map(|(_, status)| *status)
}

/// The status that stands with its own phrase anywhere in a text, as `code message` of Ruby's and `status_line` of Perl's
/// answers do: `OpenAI request failed: 503 Service Unavailable`.
pub(super) fn with_its_phrase(text: &str) -> Option<u16> {
    REASONS.iter().chain(CALLERS).find_map(|(phrase, status)| {
        let at = memchr::memmem::find(text.as_bytes(), phrase.as_bytes())?;
        let before = text.get(..at)?.strip_suffix(' ')?;
        let (before, digits) = before.split_at_checked(before.len().checked_sub(3)?)?;
        let is_apart = !before.ends_with(|letter: char| letter.is_alphanumeric());
        (is_apart && scan::status(digits) == Some(*status)).then_some(*status)
    })
}

/// RFC 9110, 15.5.
const CALLERS: &[(&str, u16)] = &[
    ("Bad Request", 400),
    ("Unauthorized", 401),
    ("Forbidden", 403),
    ("Not Found", 404),
];

/// RFC 9110, 15.6; RFC 6585; Anthropic's page "Errors".
const REASONS: [(&str, u16); 6] = [
    ("Too Many Requests", 429),
    ("Internal Server Error", 500),
    ("Bad Gateway", 502),
    ("Service Unavailable", 503),
    ("Gateway Timeout", 504),
    ("Overloaded", 529),
];

/// openai-python 0.x puts body, status, body again and headers behind the message: `… {…} 500 {'error': …} {'Date': …}`;
/// Azure's client library for .NET writes `Status: 429 (Too Many Requests)` on a line of its own.
pub(super) fn legacy_status<'a>(rest: &'a str, class: Option<&str>) -> Option<(u16, &'a str)> {
    let mark = match class? {
        "APIError" | "RateLimitError" | "InvalidRequestError" | "AuthenticationError" | "ServiceUnavailableError" => "} ",
        "RequestFailedException" | "ClientResultException" => "Status: ",
        _ => return None,
    };
    memchr::memmem::find_iter(rest.as_bytes(), mark).find_map(|at| {
        let after = rest.get(at + mark.len()..)?;
        let status = scan::status(after)?;
        let body = after.get(3..).filter(|after| after.starts_with([' ', '\n']))?;
        Some((status, body.trim_start()))
    })
}

/// Mistral's `API error occurred: Status 500`, Cohere's `status_code: 500, body: …`, Ollama's `… (status code: 500)`.
fn other_sdks(rest: &str) -> Option<(u16, &str)> {
    let after = ["API error occurred: Status ", "status_code: "]
        .iter()
        .find_map(|start| rest.strip_prefix(start));
    let after = match after {
        Some(after) => after,
        None => rest.lines().next()?.rsplit_once("(status code: ")?.1,
    };
    Some((scan::status(after)?, after.get(3..)?.trim_start_matches([')', ',', ' '])))
}

/// openai-go: `POST "https://api.openai.com/v1/chat/completions": 500 Internal Server Error {json body}`.
fn go_status(text: &str) -> Option<(u16, &str)> {
    // The method is looked at first: a text without one costs nothing, however long it is.
    let length = text.bytes().take(8).take_while(u8::is_ascii_uppercase).count();
    let (_, rest) = text.split_at_checked(length).filter(|(method, _)| method.len() > 2)?;
    let rest = rest.strip_prefix(" \"http")?;
    let (_, rest) = rest.split_once("\": ")?;
    Some((scan::status(rest)?, rest.get(3..)?.trim_start()))
}

/// The failing status that stands first in an error's text: `503 Service Unavailable server_error: …`, `Error: 503 …` (V8).
pub(super) fn first(text: &str) -> Option<u16> {
    let text = text.strip_prefix("Error: ").unwrap_or(text);
    let is_apart = text.get(3..)?.trim_start_matches([':', ',']);
    scan::status(text).filter(|status| *status >= 400 && (is_apart.is_empty() || is_apart.starts_with(' ')))
}

/// A provider's error type that stands first in a text: async-openai's `server_error: The server had an error …`.
pub(super) fn typed(text: &str) -> Option<&str> {
    let (word, _) = text.split_once(": ")?;
    (word.ends_with("_error") && providers::meant(word).is_some()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::{first, typed, with_its_phrase};

    #[test]
    fn the_status_that_a_text_begins_with_is_its_errors() {
        for text in [
            "503 Service Unavailable",
            "Error: 503 The server is overloaded",
            "503",
            "503: oh",
        ] {
            assert_eq!(first(text), Some(503), "{text}");
        }
        for text in ["5031 rows", "200 OK", "503ms", "job 503 failed", "503.5 s"] {
            assert_eq!(first(text), None, "{text}");
        }
    }

    #[test]
    fn a_status_may_stand_with_its_phrase_anywhere() {
        assert_eq!(
            with_its_phrase("OpenAI request failed: 503 Service Unavailable (x)"),
            Some(503)
        );
        assert_eq!(with_its_phrase("lost: 401 Unauthorized"), Some(401));
        for text in [
            "job 503 failed",
            "Service Unavailable",
            "500 Service Unavailable",
            "a503 Service Unavailable",
        ] {
            assert_eq!(with_its_phrase(text), None, "{text}");
        }
    }

    #[test]
    fn a_type_is_a_providers() {
        assert_eq!(typed("server_error: The server had an error"), Some("server_error"));
        assert_eq!(typed("disk_error: no space left"), None);
    }
}
