//! What an exception's text says: its class, the status and the provider's error body.

use super::classes::{CLASSES, MODULES};
use super::named::by_operation;
use super::{body, written};
use crate::model::Fields;
use crate::providers;
use crate::redact::scrub;

/// One exception as its text tells it. Everything is borrowed, escapes included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raised<'a> {
    /// The class without its module: `RateLimitError`.
    pub class: Option<&'a str>,
    /// The module: `openai`, `com.openai.errors`.
    pub module: Option<&'a str>,
    /// The HTTP status, written or meant by the class.
    pub status: Option<u16>,
    /// The provider's error type.
    pub error_type: Option<&'a str>,
    /// The provider's error code; a stringified status is none.
    pub error_code: Option<&'a str>,
    /// The provider's message, or else the text after the class.
    pub message: Option<&'a str>,
    /// The provider's request id, where the text holds it.
    pub x_request_id: Option<&'a str>,
}

impl<'a> Raised<'a> {
    /// The class at the start of `text` alone, and what follows it.
    fn named(text: &'a str) -> Option<(Self, &'a str)> {
        let (path, rest) = class(text)?;
        Some((Self::of_path(path), rest.trim_start()))
    }

    /// The class of a dotted path; Ruby parts it by `::`.
    fn of_path(path: &'a str) -> Self {
        let (module, class) = path
            .rsplit_once(['.', '$', ':'])
            .map_or((None, path), |(module, class)| (Some(module.trim_end_matches(':')), class));
        Self {
            module,
            class: Some(class),
            ..Self::default()
        }
    }

    /// Adds what the exception says of the end where nothing else does. The provider's type outranks every class, and a class
    /// that stands there already outranks this one.
    pub fn supplement(&self, fields: &mut Fields<'a>) {
        fields.status = fields.status.or(self.status);
        fields.error_type = self.error_type.or(fields.error_type).or(self.class);
        fields.error_code = fields.error_code.or(self.error_code);
        fields.x_request_id = fields.x_request_id.or(self.x_request_id);
    }

    /// Whether an LLM SDK raises this class.
    #[must_use]
    pub fn is_sdk(&self) -> bool {
        let ours = |module: &str| {
            MODULES.iter().any(|known| {
                module
                    .strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
            })
        };
        match (self.module, self.class) {
            (Some(module), _) => ours(module),
            // These are anybody's without the module of google-genai, Mistral, Ollama or LiteLLM.
            (None, Some("ServerError" | "ClientError" | "SDKError" | "ResponseError" | "BadGatewayError")) | (_, None) => false,
            (None, Some(class)) => CLASSES.contains(&class),
        }
    }

    /// With the status and the body that openai-python 0.x writes behind a body of several lines, which stands `under` the class.
    pub(super) fn with_legacy_answer(mut self, under: &'a str) -> Self {
        if let Some((status, answer)) = written::legacy_status(under, self.class).filter(|_| self.status.is_none()) {
            self.status = Some(status);
            body::read(answer, &mut self);
        }
        self
    }
}

/// Reads an exception's text: `openai.InternalServerError: Error code: 503 - {'error': {…}}`, `Error code: 429 - …`,
/// `InternalServerError: 502 <html>…`, `com.openai.errors.RateLimitException: 429: …`, `POST "https://…": 500 …`,
/// `Server error: 500 … - …`, and a class with nothing known behind it. `None` where the text is no exception's.
/// Texts of each SDK: formats.md 1.1 to 1.13.
#[must_use]
pub fn exception(text: &str) -> Option<Raised<'_>> {
    let text = text.trim_start();
    let (raised, rest) = Raised::named(text).unwrap_or((Raised::default(), text));
    if raised.class.is_none() && written::status(rest, None, false).is_none() {
        return None;
    }
    Some(read(raised, rest))
}

/// Fills what the text behind a class says.
fn read<'a>(mut raised: Raised<'a>, rest: &'a str) -> Raised<'a> {
    // botocore makes the class at run time from the error's code, so its module says nothing of the service.
    if let Some((_, operation)) = by_operation(rest).filter(|(text, _)| text.len() == rest.len()) {
        return Raised {
            module: raised.module,
            ..operation
        };
    }
    // Google's clients of every service write the status first.
    let google = raised.module == Some("google.api_core.exceptions");
    let sdk = raised.is_sdk() || google;
    let written = written::status(rest, raised.class, sdk);
    let (status, message) = written.map_or((None, rest), |(status, message)| (Some(status), message));
    raised.status = status;
    raised.message = Some(without_stack(message)).filter(|message| !message.is_empty());
    body::read(message, &mut raised);
    // A class alone is no evidence where a gateway wraps a broken connection in it (formats.md 1.9).
    if sdk && raised.status.is_none() && !rest.contains("Connection error") {
        let meant = raised
            .class
            .filter(|class| CLASSES.contains(class) && !waited_no_longer(class, rest))
            .and_then(providers::meant);
        raised.status = meant.filter(|meant| meant.is_exact).map(|meant| meant.status);
    }
    raised
}

/// Whether a class that is Anthropic's for a 408 is Mistral's for its client's own time-out: no answer came
/// (client-ts `src/models/errors/httpclienterrors.ts`).
fn waited_no_longer(class: &str, text: &str) -> bool {
    class == "RequestTimeoutError" && text.starts_with("Request timed out")
}

/// [`exception`], where an SDK's class stands at the start of `text`.
pub(super) fn of_sdk(text: &str) -> Option<Raised<'_>> {
    Raised::named(text).filter(|(named, _)| named.is_sdk())?;
    exception(text)
}

/// A text up to the stack that Java, Node or .NET print under it.
fn without_stack(text: &str) -> &str {
    let stack = ["\n\tat ", "\n    at ", "\n   at "]
        .iter()
        .filter_map(|at| memchr::memmem::find(text.as_bytes(), at.as_bytes()))
        .min();
    stack.and_then(|at| text.get(..at)).map_or(text, str::trim_end)
}

/// Whether an LLM SDK raises a class of this path.
#[must_use]
pub fn is_sdk_class(path: &str) -> bool {
    class_like(path) && Raised::of_path(path).is_sdk()
}

/// The exception of a class path and the text that it was made with.
#[must_use]
pub fn of_class<'a>(path: &'a str, text: &'a str) -> Raised<'a> {
    read(Raised::of_path(path), text)
}

/// The class path at the start of `text` and what follows its colon. `None` for words that no exception is called.
pub(super) fn class(text: &str) -> Option<(&str, &str)> {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$'))
        .count();
    let length = length + ruby_path(text.get(length..)?);
    let (path, rest) = text.split_at_checked(length)?;
    // Node prints `APICallError [AI_APICallError]: …`, Java `Caused by: …` (which the caller takes off).
    let (path, rest) = match rest.strip_prefix(" [").and_then(|inner| inner.split_once(']')) {
        Some((name, after)) if after.starts_with(':') && class_like(name) => (name, after),
        _ => (path, rest),
    };
    if !class_like(path) {
        return None;
    }
    let trimmed = rest.trim_start_matches('\r');
    if trimmed.is_empty() || trimmed.starts_with('\n') {
        return Some((path, trimmed));
    }
    let after = rest.strip_prefix(':')?;
    (after.is_empty() || after.starts_with(char::is_whitespace)).then_some((path, after))
}

/// The length of `::Errors::InternalServerError` at the start of a text.
fn ruby_path(text: &str) -> usize {
    let mut length = 0;
    while let Some(rest) = text.get(length..).and_then(|rest| rest.strip_prefix("::")) {
        let word = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        if word == 0 {
            break;
        }
        length += 2 + word;
    }
    length
}

/// Whether a dotted path ends in what exceptions are called: by its suffix, or by a capital under a module.
fn class_like(path: &str) -> bool {
    let (module, name) = path.rsplit_once(['.', '$', ':']).unwrap_or(("", path));
    let capital = name
        .trim_start_matches('_')
        .starts_with(|first: char| first.is_ascii_uppercase());
    let suffix = ["Error", "Exception", "Timeout", "Interrupt", "Exit"]
        .iter()
        .any(|end| name.ends_with(end));
    // What follows the last dot of a key looks like none.
    capital
        && !scrub::is_secret(path)
        && (suffix || (!module.is_empty() && name.len() > 4 && module.starts_with(|first: char| first.is_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::exception;

    #[test]
    fn a_python_body_gives_type_code_and_message() {
        let text = "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Rate limit', 'type': 'tokens', 'param': None, 'code': 'rate_limit_exceeded'}}";
        let raised = exception(text).unwrap();
        assert_eq!((raised.class, raised.status), (Some("RateLimitError"), Some(429)));
        assert_eq!(
            (raised.error_type, raised.error_code),
            (Some("tokens"), Some("rate_limit_exceeded"))
        );
        assert_eq!(raised.message, Some("Rate limit"));
    }

    #[test]
    fn anthropics_id_stands_in_the_body() {
        let text = "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}, 'request_id': 'req_011C'}";
        let raised = exception(text).unwrap();
        assert_eq!(
            (raised.error_type, raised.x_request_id),
            (Some("overloaded_error"), Some("req_011C"))
        );
    }

    #[test]
    fn an_openai_text_names_its_id_in_prose() {
        let text = "openai.InternalServerError: Error code: 503 - That model is overloaded (Please include the request ID req_3d71 in your message.)";
        assert_eq!(exception(text).unwrap().x_request_id, Some("req_3d71"));
    }

    #[test]
    fn a_page_of_html_gives_its_title_status() {
        let text = "openai.InternalServerError: <html>\n<head><title>502 Bad Gateway</title></head>";
        assert_eq!(exception(text).unwrap().status, Some(502));
    }

    #[test]
    fn geminis_status_word_is_its_type() {
        let text = "google.genai.errors.ServerError: 503 UNAVAILABLE. {'error': {'code': 503, 'message': 'The model is overloaded.', 'status': 'UNAVAILABLE'}}";
        let raised = exception(text).unwrap();
        assert_eq!(
            (raised.status, raised.error_type, raised.error_code),
            (Some(503), Some("UNAVAILABLE"), None)
        );
    }

    #[test]
    fn node_java_go_and_rust_write_the_status_first() {
        for text in [
            "InternalServerError: 500 The server had an error",
            "com.openai.errors.InternalServerException: 500: The server had an error",
            "org.springframework.ai.retry.TransientAiException: 500 - {\"error\": {}}",
            "POST \"https://api.openai.com/v1/chat/completions\": 500 Internal Server Error {\"error\":{}}",
            "Server error: 500 Internal Server Error - {}",
        ] {
            assert_eq!(exception(text).unwrap().status, Some(500), "{text}");
        }
    }

    #[test]
    fn a_proxys_refusal_is_no_status_of_the_exchange() {
        assert_eq!(exception("httpx2.ProxyError: 503 Service Unavailable").unwrap().status, None);
    }

    #[test]
    fn botocores_exception_of_a_bedrock_operation_has_its_codes_status() {
        let text = "botocore.errorfactory.InternalServerException: An error occurred (InternalServerException) when calling the Converse operation (reached max retries: 2): The system encountered an unexpected error during processing.";
        assert_eq!(exception(text).unwrap().status, Some(500));
        let other = "botocore.errorfactory.InternalServerException: An error occurred (InternalServerException) when calling the GetItem operation: oh";
        assert_eq!(exception(other).unwrap().status, None);
    }

    #[test]
    fn a_client_that_waited_no_longer_got_no_408() {
        let mistral = "RequestTimeoutError: Request timed out: TimeoutError: The operation was aborted due to timeout";
        assert_eq!(exception(mistral).unwrap().status, None);
        let anthropic = "RequestTimeoutError: 408 {\"type\":\"error\"}";
        assert_eq!(exception(anthropic).unwrap().status, Some(408));
    }

    #[test]
    fn prose_is_no_exception() {
        assert_eq!(exception("LiteLLM: model group 'gpt-4o' failed"), None);
        assert_eq!(exception("Note: Error code: 503 was asked about"), None);
    }
}
