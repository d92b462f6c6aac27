//! What LiteLLM's messages say: uvicorn's access line, a deployment's answer, and the error that a client was given.

use crate::model::{Fields, Grain, Instant};
use crate::providers;
use crate::text::scan;

/// uvicorn's access line: `10.0.0.7:51234 - "POST /v1/chat/completions HTTP/1.1" 500 Internal Server Error`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access<'a> {
    client: &'a str,
    method: &'a str,
    url: &'a str,
    status: u16,
}

impl<'a> Access<'a> {
    /// Whether a message begins as such a line does.
    pub(super) fn begins(message: &str) -> bool {
        message
            .split_once(" - \"")
            .is_some_and(|(client, _)| !client.is_empty() && client.bytes().all(|byte| byte.is_ascii_graphic()))
    }

    /// Reads it; `None` where it is none.
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let (client, rest) = message.split_once(" - \"")?;
        let (request, rest) = rest.rsplit_once("\" ")?;
        let (method, url) = scan::request(request)?;
        let status = scan::status(rest.split(' ').next()?)?;
        (!client.contains(' ') && (100..600).contains(&status)).then_some(Self {
            client,
            method,
            url,
            status,
        })
    }

    /// Whether it is about a model's route.
    pub(super) fn is_llm(&self) -> bool {
        let path = providers::split_url(self.url).path;
        providers::is_llm_path(path) && self.method == "POST"
    }

    /// The exchange; uvicorn writes it when the answer's headers are sent.
    pub(super) fn fields(&self) -> Fields<'a> {
        Fields {
            instant: Instant::End,
            client: Some(self.client),
            method: Some(self.method),
            url: Some(self.url),
            status: Some(self.status),
            ..Fields::default()
        }
    }
}

/// What the gateway says of a call.
#[derive(Clone, Debug)]
pub(super) struct Spoken<'a> {
    grain: Grain,
    operation: Option<&'a str>,
    provider: Option<&'a str>,
    model: Option<&'a str>,
    call_id: Option<&'a str>,
    error: Option<Error<'a>>,
    /// The error broke a stream that had begun with a 200.
    broke_stream: bool,
}

/// An error as LiteLLM words it: `litellm.RateLimitError: RateLimitError: OpenAIException - text`.
#[derive(Clone, Copy, Debug)]
struct Error<'a> {
    class: Option<&'a str>,
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

/// What the router calls each operation, and the route it serves.
const OPERATIONS: [(&str, &str); 7] = [
    ("acompletion", "/v1/chat/completions"),
    ("completion", "/v1/chat/completions"),
    ("aembedding", "/v1/embeddings"),
    ("atext_completion", "/v1/completions"),
    ("aimage_generation", "/v1/images/generations"),
    ("atranscription", "/v1/audio/transcriptions"),
    ("aspeech", "/v1/audio/speech"),
];

impl<'a> Spoken<'a> {
    /// Reads a message; `None` where it says nothing of a call.
    pub(super) fn read(message: &'a str, trace: Option<&'a str>) -> Option<Self> {
        if let Some((handler, said)) = message.split_once("Exception occured - ") {
            return Some(Self::failed(handler, said, trace));
        }
        let (operation, rest) = message.split_once("(model=")?;
        let (deployment, end) = rest.split_once(')')?;
        let error = if end.trim_end() == " 200 OK" {
            None
        } else {
            Some(Error::read(end.strip_prefix(" Exception ")?, trace))
        };
        let (provider, model) = match deployment.split_once('/') {
            Some((provider, model)) => (Some(provider), model),
            None => (None, deployment),
        };
        let operation = operation.rsplit('.').next().unwrap_or(operation);
        Some(Self {
            grain: if error.is_some() { Grain::Detail } else { Grain::Call },
            operation: OPERATIONS
                .iter()
                .find(|(name, _)| *name == operation)
                .map(|(_, route)| *route),
            provider,
            model: Some(model).filter(|model| *model != "None"),
            call_id: None,
            error,
            broke_stream: false,
        })
    }

    /// The error that a client was given, with the id of its call and the name that it asked for.
    fn failed(handler: &str, said: &'a str, trace: Option<&'a str>) -> Self {
        let (call_id, said) = match said.strip_prefix("litellm_call_id=").and_then(|rest| rest.split_once(" - ")) {
            Some((id, said)) => (Some(id), said),
            None => (None, said),
        };
        let broke_stream = handler.contains("async_data_generator");
        Self {
            grain: if broke_stream { Grain::Detail } else { Grain::Call },
            operation: None,
            provider: None,
            model: group(said),
            call_id,
            error: Some(Error::read(said, trace)),
            broke_stream,
        }
    }

    /// The facts.
    pub(super) fn fields(&self) -> Fields<'a> {
        let mut fields = Fields {
            grain: self.grain,
            instant: Instant::End,
            url: self.operation,
            provider: self.provider,
            model: self.model,
            gateway_request_id: self.call_id,
            ..Fields::default()
        };
        let Some(error) = &self.error else {
            fields.status = Some(200);
            return fields;
        };
        fields.ok = Some(false);
        fields.status = error.status().filter(|_| !self.broke_stream);
        fields.error_type = error.class;
        fields.error_message = Some(error.text);
        fields.proxy_flag = self.broke_stream.then_some(STREAM_BROKE);
        fields.proxy_detail = Some(error.text);
        fields.text = error.trace;
        fields
    }
}

/// The word by which [`crate::gather::signatures`] knows that a stream broke: LiteLLM has none of its own.
const STREAM_BROKE: &str = "stream";

impl<'a> Error<'a> {
    fn read(said: &'a str, trace: Option<&'a str>) -> Self {
        // What the gateway adds stands below; an older one adds it in the same line.
        let said = [
            "\n\nLiteLLM: ",
            "\nTraceback",
            " LiteLLM Retried: ",
            ". Received Model Group=",
            "\nReceived Model Group=",
        ]
        .iter()
        .fold(said, |said, mark| said.split_once(mark).map_or(said, |(before, _)| before));
        let Some(rest) = said.strip_prefix("litellm.") else {
            return Self {
                class: None,
                text: said,
                trace,
            };
        };
        let (class, text) = rest.split_once(": ").unwrap_or((rest, rest));
        // `OpenAIException - `, `AnthropicException - `, `APITimeoutError - `: a word, then the provider's.
        let text = match text.split_once(" - ") {
            Some((words, own)) if words.rsplit(": ").next().is_some_and(is_word) => own,
            _ => text
                .strip_prefix(class)
                .and_then(|text| text.strip_prefix(": "))
                .unwrap_or(text),
        };
        Self {
            class: Some(class.rsplit('.').next().unwrap_or(class)),
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

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
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
    use super::{Access, Spoken};
    use crate::model::{Fields, Grain};

    fn said(message: &str) -> Fields<'_> {
        Spoken::read(message, None).unwrap().fields()
    }

    #[test]
    fn a_clients_error_has_its_class_the_providers_words_and_the_group() {
        let fields = said(
            "litellm.proxy.proxy_server._handle_llm_api_exception(): Exception occured - litellm_call_id=e694423f - litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - The engine is currently overloaded, please try again later\n\nLiteLLM: model group 'gpt-4.1' failed with the error above. No fallback was attempted.",
        );
        assert_eq!((fields.grain, fields.status), (Grain::Call, Some(503)));
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
        assert!(fields.error_message.unwrap().ends_with("call rate limit"));
    }

    #[test]
    fn a_cooldown_is_the_gateways_own_429() {
        let fields = said(
            "x(): Exception occured - litellm_call_id=beb7 - No deployments available for selected model, Try again in 5 seconds. Passed model=gpt-4.1. pre-call-checks=False, cooldown_list=['dd0a']",
        );
        assert_eq!((fields.status, fields.model), (Some(429), Some("gpt-4.1")));
    }

    #[test]
    fn a_deployments_error_is_a_detail_and_its_answer_a_call() {
        let fields =
            said("litellm.acompletion(model=azure/prod-4o) Exception litellm.Timeout: APITimeoutError - Request timed out.");
        assert_eq!(
            (fields.grain, fields.provider, fields.model),
            (Grain::Detail, Some("azure"), Some("prod-4o"))
        );
        assert_eq!((fields.status, fields.error_message), (Some(408), Some("Request timed out.")));
        let fields = said("litellm.aembedding(model=openai/text-embedding-3-small) 200 OK");
        assert_eq!((fields.grain, fields.url), (Grain::Call, Some("/v1/embeddings")));
    }

    #[test]
    fn a_stream_that_broke_has_no_status() {
        let fields = said(
            "litellm.proxy.proxy_server.async_data_generator(): Exception occured - litellm.APIConnectionError: peer closed",
        );
        assert_eq!((fields.grain, fields.status, fields.ok), (Grain::Detail, None, Some(false)));
    }

    #[test]
    fn only_a_models_route_is_a_gateways() {
        let access = |line| Access::read(line).unwrap().is_llm();
        assert!(access("10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK"));
        assert!(access("10.0.0.7:51234 - \"POST /chat/completions?x=1 HTTP/1.1\" 520 "));
        assert!(!access("10.0.0.7:51234 - \"POST /summarise HTTP/1.1\" 200 OK"));
        assert!(Access::read("Uvicorn running on http://10.0.0.1:4000").is_none());
    }
}
