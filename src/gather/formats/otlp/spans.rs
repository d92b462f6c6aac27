//! OTLP's spans: a model call as its instrumentation saw it, and the HTTP exchanges below it.
//!
//! Names: OpenTelemetry's semantic conventions for generative AI and for HTTP, with the older ones of both, and those
//! of OpenInference and OpenLLMetry where they differ.

use super::attributes::each;
use super::{array, members_of};
use crate::gather::formats::header_map;
use crate::gather::formats::json_values::{Unescaped, raw};
use crate::gather::formats::told::fill_from_exception;
use crate::model::{Fields, Instant};
use crate::providers;
use crate::text::json::{Members, Value};
use crate::text::scan;

/// Operations that ask a model; the others (`invoke_agent`, `execute_tool`) hold such calls.
const INFERENCE: [&str; 10] = [
    "chat",
    "text_completion",
    "completion",
    "generate_content",
    "embeddings",
    "embedding",
    "responses",
    "LLM",
    "EMBEDDING",
    "messages",
];

/// Nanoseconds in a millisecond.
const NANOS_PER_MS: u64 = 1_000_000;

/// Thousandths of a millisecond in nanoseconds.
const NANOS_PER_US: u64 = 1_000;

/// One span, as far as it matters.
#[derive(Clone, Debug, Default)]
pub(super) struct Span<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) parent: Option<&'a str>,
    pub(super) fields: Fields<'a>,
    start: Option<&'a str>,
    pub(super) end: Option<&'a str>,
    /// It serves somebody else's request.
    pub(super) server: bool,
    failed: bool,
    operation: Option<&'a str>,
    api: Option<&'a str>,
    path: Option<&'a str>,
    pub(super) response_model: Option<&'a str>,
    error_type: Option<&'a str>,
    /// It has a provider's attribute of a model call.
    provider: bool,
}

pub(super) fn span<'a>(text: &'a str, unescaped: &'a Unescaped) -> Span<'a> {
    let mut span = Span::default();
    for (name, value) in Members::of(text).into_iter().flatten() {
        match (name, value) {
            ("spanId", _) => span.id = raw(value),
            ("parentSpanId", _) => span.parent = raw(value).filter(|id| !id.is_empty()),
            ("kind", _) => span.server = matches!(raw(value), Some("2" | "SPAN_KIND_SERVER")),
            ("startTimeUnixNano", _) => span.start = raw(value),
            ("endTimeUnixNano", _) => span.end = raw(value),
            ("attributes", Value::Array(attributes)) => each(attributes, |name, value| span.attribute(name, value, unescaped)),
            ("events", Value::Array(_)) => span.exception(text, unescaped),
            ("status", Value::Object(status)) => {
                for (name, value) in Members::of(status).into_iter().flatten() {
                    match name {
                        "code" => span.failed = matches!(raw(value), Some("2" | "STATUS_CODE_ERROR")),
                        "message" => span.fields.error_message = span.fields.error_message.or(unescaped.text(value)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    span
}

impl<'a> Span<'a> {
    fn attribute(&mut self, name: &'a str, value: Value<'a>, unescaped: &'a Unescaped) {
        let text = || raw(value).filter(|text| !text.is_empty());
        let fields = &mut self.fields;
        match name {
            "gen_ai.operation.name" | "llm.request.type" | "openinference.span.kind" => {
                self.operation = text().or(self.operation);
            }
            "gen_ai.provider.name" | "gen_ai.system" | "llm.provider" => {
                self.provider = true;
                fields.provider = text().or(fields.provider);
            }
            "gen_ai.request.model" | "llm.model_name" => fields.model = text(),
            "gen_ai.response.model" => self.response_model = text(),
            "gen_ai.usage.input_tokens" | "gen_ai.usage.prompt_tokens" | "llm.token_count.prompt" => {
                fields.input_tokens = text().and_then(|text| text.parse().ok());
            }
            "gen_ai.usage.output_tokens" | "gen_ai.usage.completion_tokens" | "llm.token_count.completion" => {
                fields.output_tokens = text().and_then(|text| text.parse().ok());
            }
            "openai.response.service_tier" | "gen_ai.openai.response.service_tier" => fields.service_tier = text(),
            "openai.api.type" => self.api = text(),
            "server.address" | "net.peer.name" => fields.server_address = text(),
            "http.host" => fields.server_address = fields.server_address.or(text()),
            "url.full" | "http.url" => fields.url = unescaped.text(value),
            "url.path" | "http.target" => self.path = unescaped.text(value),
            "http.request.method" | "http.method" => fields.method = text(),
            "http.response.status_code" | "http.status_code" => fields.status = text().and_then(scan::status),
            "http.request.resend_count" | "http.resend_count" => {
                let count = text().and_then(|text| text.parse::<u32>().ok());
                fields.attempt = count.and_then(|count| count.checked_add(1));
            }
            "error.type" => self.error_type = text(),
            "openai.request_id" | "gen_ai.openai.request_id" | "anthropic.request_id" => fields.x_request_id = text(),
            _ => {
                if let Some(header) = name.strip_prefix("http.response.header.") {
                    header_map::response_header(fields, &header.replace('_', "-"), value);
                } else if let Some(header) = name.strip_prefix("http.request.header.") {
                    header_map::request_header(fields, &header.replace('_', "-"), value);
                }
            }
        }
    }

    /// The exception that an event of the span tells.
    fn exception(&mut self, span: &'a str, unescaped: &'a Unescaped) {
        for event in members_of(span, "events") {
            let named = Members::of(event)
                .into_iter()
                .flatten()
                .any(|(name, value)| name == "name" && raw(value) == Some("exception"));
            let Some(attributes) = array(event, "attributes").filter(|_| named) else {
                continue;
            };
            each(attributes, |name, value| match name {
                "exception.type" => self.fields.error_type = raw(value),
                "exception.message" => self.fields.error_message = unescaped.text(value),
                "exception.stacktrace" => self.fields.text = unescaped.text(value),
                _ => {}
            });
        }
    }

    /// Whether the span asks a model, by the attributes of its instrumentation.
    pub(super) fn asks_a_model(&self) -> bool {
        let modelled = self.fields.model.is_some() || self.response_model.is_some();
        match self.operation {
            Some(operation) => INFERENCE.contains(&operation) && (modelled || self.provider),
            None => modelled && self.provider,
        }
    }

    /// Whether an HTTP exchange went to a model's API.
    pub(super) fn is_to_a_model(&self) -> bool {
        let url = self.fields.url.map(providers::split_url);
        let path = url.as_ref().map(|url| url.path).or(self.path);
        let host = self.fields.server_address.or(url.as_ref().and_then(|url| url.host));
        providers::is_llm_request(host, path.unwrap_or(""))
    }

    /// Whether the span is an HTTP exchange itself.
    pub(super) fn is_exchange(&self) -> bool {
        self.fields.method.is_some()
    }

    /// The span's facts, with what stood in several places put together.
    pub(super) fn settled(&self) -> Fields<'a> {
        let mut fields = self.fields.clone();
        fields.timestamp = self.end.or(self.start);
        fields.instant = if self.end.is_some() { Instant::End } else { Instant::Start };
        fields.duration_ms = self.start.zip(self.end).and_then(|(start, end)| elapsed_ms(start, end));
        fields.model = fields.model.or(self.response_model);
        fields.url = fields
            .url
            .or(self.path)
            .or_else(|| word(self.api, self.operation, fields.provider));
        let numbered = self.error_type.and_then(scan::status).filter(|status| *status >= 100);
        fields.status = fields.status.or(numbered);
        if numbered.is_none() {
            fields.error_type = fields.error_type.or(self.error_type.filter(|kind| *kind != "_OTHER"));
        }
        let failed = self.failed || self.error_type.is_some();
        if failed {
            if let Some(text) = fields.error_message.or(fields.text) {
                fill_from_exception(text, &mut fields);
            }
        } else {
            // A status message of a span that went well is no error's.
            (fields.error_message, fields.text, fields.error_type) = (None, None, None);
        }
        if fields.status.is_none() || fields.method.is_none() {
            fields.ok = Some(!failed);
        }
        fields
    }
}

/// Milliseconds between two instants in nanoseconds.
fn elapsed_ms(start: &str, end: &str) -> Option<f64> {
    let nanos = end.parse::<u64>().ok()?.checked_sub(start.parse::<u64>().ok()?)?;
    let micros = u32::try_from(nanos / NANOS_PER_US).ok();
    micros.map_or_else(
        || u32::try_from(nanos / NANOS_PER_MS).ok().map(f64::from),
        |micros| Some(f64::from(micros) / 1000.0),
    )
}

/// The short word of the endpoint, where the provider's API is OpenAI's or speaks like it.
fn word(api: Option<&str>, operation: Option<&str>, provider: Option<&str>) -> Option<&'static str> {
    match api {
        Some("chat_completions") => return Some("chat"),
        Some("responses") => return Some("responses"),
        _ => {}
    }
    let openai = provider
        .and_then(providers::by_spelling)
        .is_some_and(|provider| matches!(provider.name(), "openai" | "azure.ai.openai"));
    match operation? {
        "chat" if openai => Some("chat"),
        "embeddings" | "embedding" if openai => Some("embeddings"),
        _ => None,
    }
}
