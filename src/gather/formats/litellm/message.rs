//! What LiteLLM says when a client got an error: its class, the provider's own words, the call's id and the model.

use super::access::Access;
use crate::model::{Fields, Grain, Instant};

/// The error that a client was given. What the router says of its deployments is another matter: it may yet make good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed<'a> {
    model: Option<&'a str>,
    call_id: Option<&'a str>,
    error: Error<'a>,
    /// It broke a stream that had begun with a 200.
    broke_stream: bool,
}

/// An error as LiteLLM words it: `litellm.RateLimitError: RateLimitError: OpenAIException - text`.
#[derive(Clone, Copy, Debug)]
struct Error<'a> {
    class: Option<&'a str>,
    provider: Option<&'a str>,
    /// The provider's own words, or the gateway's where it made the error itself.
    text: &'a str,
    trace: Option<&'a str>,
}

/// The statuses with which the gateway passes its classes on (litellm/exceptions.py).
const CLASSES: [(&str, u16); 20] = [
    ("AuthenticationError", 401),
    ("PermissionDeniedError", 403),
    ("NotFoundError", 404),
    ("Timeout", 408),
    ("BadRequestError", 400),
    ("InvalidRequestError", 400),
    ("ContextWindowExceededError", 400),
    ("ContentPolicyViolationError", 400),
    ("UnsupportedParamsError", 400),
    ("ImageFetchError", 400),
    ("RejectedRequestError", 400),
    ("UnprocessableEntityError", 422),
    ("RateLimitError", 429),
    ("RouterRateLimitError", 429),
    ("InternalServerError", 500),
    ("APIConnectionError", 500),
    ("APIError", 500),
    ("BadGatewayError", 502),
    ("ServiceUnavailableError", 503),
    ("MidStreamFallbackError", 503),
];

/// Whether a message is about a try of the gateway's: that it begins, or how it ended
/// (`litellm.acompletion(model=openai/gpt-4o) 200 OK`).
pub(super) fn is_upstream(message: &str) -> bool {
    let message = message.trim_start();
    message.starts_with("LiteLLM completion() model=") || (message.starts_with("litellm.") && message.contains("(model="))
}

/// What stands in front of the error, in the gateway's own spelling and as it may be put right.
const OCCURRED: [&str; 2] = ["Exception occured - ", "Exception occurred - "];

impl<'a> Failed<'a> {
    /// Reads a message; `None` where it says nothing of the kind.
    pub(super) fn read(message: &'a str, trace: Option<&'a str>) -> Option<Self> {
        let (handler, said) = OCCURRED.iter().find_map(|words| message.split_once(words))?;
        let (call_id, said) = match said.strip_prefix("litellm_call_id=").and_then(|rest| rest.split_once(" - ")) {
            Some((id, said)) => (Some(id), said),
            None => (None, said),
        };
        Some(Self {
            model: group(said),
            call_id,
            error: Error::read(said, trace),
            broke_stream: handler.contains("async_data_generator"),
        })
    }

    /// Whether it stands in place of an answer.
    pub(super) fn is_answer(&self) -> bool {
        !self.broke_stream
    }

    /// Whether the gateway answers this error with that status.
    pub(super) fn led_to(&self, status: u16) -> bool {
        self.error.status() == Some(status)
    }

    /// The facts of the exchange that ended in this error.
    pub(super) fn with(&self, access: &Access<'a>) -> Fields<'a> {
        let exchange = access.fields();
        Fields {
            grain: Grain::Attempt,
            client: exchange.client,
            method: exchange.method,
            url: exchange.url,
            status: exchange.status,
            ..self.fields()
        }
    }

    /// The facts of the error alone.
    pub(super) fn fields(&self) -> Fields<'a> {
        Fields {
            grain: Grain::Detail,
            instant: Instant::End,
            model: self.model,
            gateway_request_id: self.call_id,
            ok: Some(false),
            provider: self.error.provider,
            status: self.error.status().filter(|_| !self.broke_stream),
            error_type: self.error.class,
            error_message: Some(self.error.text),
            proxy_flag: self.broke_stream.then_some(STREAM_BROKE),
            proxy_detail: Some(self.error.text),
            text: self.error.trace,
            ..Fields::default()
        }
    }
}

/// The word by which [`crate::gather::signatures`] knows that a stream broke: LiteLLM has none of its own.
const STREAM_BROKE: &str = "stream";

/// What the gateway adds to an error: below it, or an older one in the same line.
const ADDED: [&str; 7] = [
    "No fallback model group found for original",
    "\nLiteLLM: ",
    "\nTraceback",
    " LiteLLM Retried: ",
    ". Received Model Group=",
    "\nReceived Model Group=",
    "\nAvailable Model Group",
];

impl<'a> Error<'a> {
    fn read(said: &'a str, trace: Option<&'a str>) -> Self {
        let text = ADDED
            .iter()
            .fold(said, |said, mark| said.split_once(mark).map_or(said, |(before, _)| before));
        let Some(rest) = text.strip_prefix("litellm.") else {
            return Self {
                class: None,
                provider: None,
                text,
                trace,
            };
        };
        let (class, text) = rest.split_once(": ").unwrap_or((rest, rest));
        let (words, text) = match text.split_once(" - ") {
            Some((words, own)) if are_classes(words) => (words, own),
            _ => (
                "",
                text.strip_prefix(class)
                    .and_then(|text| text.strip_prefix(": "))
                    .unwrap_or(text),
            ),
        };
        Self {
            class: Some(class.rsplit('.').next().unwrap_or(class)),
            provider: words
                .split(|between: char| !between.is_ascii_alphanumeric() && between != '_')
                .find_map(|word| word.strip_suffix("Exception")),
            text: text.trim(),
            trace,
        }
    }

    fn status(&self) -> Option<u16> {
        if self.class.is_none() && self.text.starts_with("No deployments available") {
            return Some(429);
        }
        let class = self.class?;
        CLASSES.iter().find(|(known, _)| *known == class).map(|(_, status)| *status)
    }
}

/// What the provider said, without the gateway's classes before it and what the gateway adds behind it.
pub(super) fn own_words(said: &str) -> &str {
    Error::read(said, None).text
}

/// `RateLimitError: OpenAIException`, `AzureException RateLimitError`, `APITimeoutError`: classes, and no words of a text.
fn are_classes(words: &str) -> bool {
    let is_class = |word: &str| {
        let name = word.strip_suffix("Exception").or_else(|| word.strip_suffix("Error"));
        name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    };
    words.split([' ', ':']).filter(|word| !word.is_empty()).all(is_class)
}

/// The model that the client asked for, as the gateway repeats it behind the error.
fn group(said: &str) -> Option<&str> {
    if let Some((_, rest)) = said.split_once("model group '") {
        return rest.split_once('\'').map(|(group, _)| group);
    }
    let (_, rest) = said
        .split_once("Received Model Group=")
        .or_else(|| said.split_once("Passed model="))?;
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_./:@".contains(byte))
        .count();
    let group = rest.split_at_checked(length)?.0.trim_end_matches('.');
    (!group.is_empty()).then_some(group)
}

#[cfg(test)]
mod tests {
    use super::{Failed, is_upstream};
    use crate::model::{Fields, Grain};

    fn said(message: &str) -> Fields<'_> {
        Failed::read(message, None).unwrap().fields()
    }

    #[test]
    fn a_clients_error_has_its_class_the_providers_words_and_the_group() {
        let fields = said(
            "litellm.proxy.proxy_server._handle_llm_api_exception(): Exception occured - litellm_call_id=e694423f - litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - The engine is currently overloaded, please try again later\n\nLiteLLM: model group 'gpt-4.1' failed with the error above. No fallback was attempted.",
        );
        assert_eq!((fields.grain, fields.status), (Grain::Detail, Some(503)));
        assert_eq!(
            fields.error_message,
            Some("The engine is currently overloaded, please try again later")
        );
        assert_eq!((fields.model, fields.gateway_request_id), (Some("gpt-4.1"), Some("e694423f")));
    }

    #[test]
    fn an_older_gateway_adds_in_the_same_line() {
        let fields = said(
            "litellm.proxy.proxy_server.chat_completion(): Exception occured - litellm.RateLimitError: AzureException RateLimitError - Requests have exceeded call rate limit. Received Model Group=azure-gpt\nAvailable Model Group Fallbacks=None",
        );
        assert_eq!((fields.status, fields.model), (Some(429), Some("azure-gpt")));
        assert_eq!(fields.error_message, Some("Requests have exceeded call rate limit"));
    }

    #[test]
    fn a_cooldown_is_the_gateways_own_429() {
        let fields = said(
            "x(): Exception occured - litellm_call_id=beb7 - No deployments available for selected model, Try again in 5 seconds. Passed model=gpt-4.1. pre-call-checks=False, cooldown_list=['dd0a']",
        );
        assert_eq!((fields.status, fields.model), (Some(429), Some("gpt-4.1")));
    }

    #[test]
    fn a_time_out_has_the_sdks_words() {
        let fields = said("x(): Exception occured - litellm.Timeout: APITimeoutError - Request timed out.");
        assert_eq!((fields.status, fields.error_message), (Some(408), Some("Request timed out.")));
    }

    #[test]
    fn what_the_router_says_of_a_deployment_is_no_clients_error() {
        for message in [
            "litellm.acompletion(model=azure/prod-4o) Exception litellm.Timeout: APITimeoutError - Request timed out.",
            "litellm.aembedding(model=openai/text-embedding-3-small) 200 OK",
        ] {
            assert!(Failed::read(message, None).is_none() && is_upstream(message));
        }
    }

    #[test]
    fn a_stream_that_broke_has_no_status() {
        let fields = said(
            "litellm.proxy.proxy_server.async_data_generator(): Exception occured - litellm.APIConnectionError: peer closed",
        );
        assert_eq!((fields.grain, fields.status, fields.ok), (Grain::Detail, None, Some(false)));
    }
}
