//! Reads LiteLLM's `StandardLoggingPayload`: what its callbacks write to files and buckets, one JSON object a call.
//!
//! Prompts and answers stand beside the facts and are stepped over. `error_rate_limit_category` tells a limit of the
//! gateway's own from the provider's.

use super::super::format::{Fit, Format, Unread};
use super::super::json_values::{Unescaped, marks_in, raw};
use super::super::shapes;
use super::message::own_words;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(in crate::gather::formats) struct LitellmPayload;

/// Milliseconds of a second: the payload's epochs are seconds.
const SECONDS: i32 = 3;

#[derive(Default)]
struct Seen<'a> {
    marks: u32,
    started: Option<&'a str>,
    ended: Option<&'a str>,
    took: Option<&'a str>,
}

/// Keys that nobody else writes together, and how many of them a line needs.
const MARKS: [&str; 6] = [
    "litellm_call_id",
    "model_group",
    "custom_llm_provider",
    "error_information",
    "hidden_params",
    "model_map_information",
];
const FEWEST_MARKS: u32 = 2;

fn read<'a>(text: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        instant: Instant::End,
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        seen.marks += u32::from(MARKS.contains(&name));
        member(&mut fields, &mut seen, name, value, unescaped);
    }
    if seen.marks < FEWEST_MARKS || fields.ok.is_none() {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.timestamp = seen.ended.or(seen.started);
    let epoch = |text: Option<&str>| text.and_then(|text| scan::scaled(text, SECONDS));
    let between = epoch(seen.ended)
        .zip(epoch(seen.started))
        .map(|(ended, started)| ended - started);
    fields.duration_ms = between.or(epoch(seen.took)).filter(|ms| *ms >= 0.0);
    fields.model = fields.model.map(|model| bare(model, fields.provider));
    fields.error_message = fields.error_message.map(own_words).filter(|words| !words.is_empty());
    fields.proxy_detail = fields.error_message;
    // Its 408 is made up: the gateway's own client waited no longer (`litellm/exceptions.py`, `Timeout`).
    if fields.error_type == Some("Timeout") && fields.status == Some(408) {
        fields.status = None;
    }
    if fields.ok == Some(true) {
        fields.status = fields.status.or(Some(200));
    }
    Ok(fields)
}

/// A model without the provider's name, which newer releases put before it (`openai/gpt-4o`) and nobody else says.
fn bare<'a>(model: &'a str, provider: Option<&str>) -> &'a str {
    let rest = provider.and_then(|provider| model.strip_prefix(provider)?.strip_prefix('/'));
    rest.unwrap_or(model)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !text.is_empty() && *text != "null");
    match name {
        "status" => fields.ok = text().map(|status| status == "success"),
        "call_type" => fields.url = fields.url.or_else(|| text().and_then(route)),
        "model" => fields.model = text(),
        "model_group" => fields.model = fields.model.or_else(text),
        "custom_llm_provider" => fields.provider = text(),
        "api_base" => fields.server_address = text().and_then(|base| crate::providers::split_url(base).host),
        "litellm_call_id" => fields.gateway_request_id = text(),
        // The body's id where there is an answer, the gateway's where there is none.
        "id" => fields.gateway_request_id = fields.gateway_request_id.or_else(|| text().filter(|id| shapes::is_uuid(id))),
        "startTime" => seen.started = text(),
        "endTime" => seen.ended = text(),
        "response_time" => seen.took = text(),
        "stream" => fields.stream = text().map(|stream| stream == "true"),
        "prompt_tokens" => fields.input_tokens = text().and_then(|count| count.parse().ok()),
        "completion_tokens" => fields.output_tokens = text().and_then(|count| count.parse().ok()),
        "requester_ip_address" => fields.client = text(),
        "error_str" => {
            fields.error_message = fields
                .error_message
                .or_else(|| unescaped.text(value).filter(|text| *text != "null"))
        }
        "hidden_params" => {
            if let Value::Object(hidden) = value {
                fields.x_request_id = fields.x_request_id.or(answers_id(hidden));
            }
        }
        "error_information" => {
            if let Value::Object(error) = value {
                error_information(fields, error, unescaped);
            }
        }
        _ => {}
    }
}

/// The id among the headers of the provider's answer, which the gateway names `llm_provider-…`.
fn answers_id(hidden: &str) -> Option<&str> {
    let (_, headers) = Members::of(hidden)?.find(|(name, _)| *name == "additional_headers")?;
    let Value::Object(headers) = headers else { return None };
    let is_id = |name: &str| {
        let name = name.strip_prefix("llm_provider-").unwrap_or(name);
        matches!(name, "x-request-id" | "request-id" | "apim-request-id")
    };
    let (_, value) = Members::of(headers)?.find(|(name, _)| is_id(name))?;
    raw(value)
}

fn error_information<'a>(fields: &mut Fields<'a>, error: &'a str, unescaped: &'a Unescaped) {
    for (name, value) in Members::of(error).into_iter().flatten() {
        let text = || raw(value).filter(|text| !text.is_empty() && !matches!(*text, "null" | "None"));
        match name {
            "error_code" => fields.status = text().and_then(scan::status),
            "error_class" => fields.error_type = text(),
            "error_message" => fields.error_message = unescaped.text(value).filter(|text| *text != "null"),
            "error_provider_request_id" => fields.x_request_id = text().or(fields.x_request_id),
            "error_rate_limit_category" => fields.proxy_flag = text(),
            _ => {}
        }
    }
}

/// The route of a call type (litellm/types/utils.py `CallTypes`).
fn route(call_type: &str) -> Option<&'static str> {
    Some(match call_type {
        "completion" | "acompletion" => "/v1/chat/completions",
        "embedding" | "aembedding" => "/v1/embeddings",
        "text_completion" | "atext_completion" => "/v1/completions",
        "responses" | "aresponses" => "/v1/responses",
        "anthropic_messages" => "/v1/messages",
        "image_generation" | "aimage_generation" => "/v1/images/generations",
        "transcription" | "atranscription" => "/v1/audio/transcriptions",
        "speech" | "aspeech" => "/v1/audio/speech",
        "moderation" | "amoderation" => "/v1/moderations",
        _ => return None,
    })
}

impl Format for LitellmPayload {
    fn name(&self) -> &'static str {
        "litellm-payload"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if marks_in(line, &MARKS) < FEWEST_MARKS as usize {
            return Fit::No;
        }
        read(&scan::text(line), &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let unescaped = Unescaped::default();
        emit(&read(&text, &unescaped)?);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"id":"chatcmpl-1","trace_id":"t-1","litellm_call_id":"0f8fad5b-d9cb-469f-a165-70867728950e","call_type":"acompletion","status":"failure","model":"gpt-4o","model_group":"gpt-4o","custom_llm_provider":"openai","api_base":"https://api.openai.com/v1/","startTime":1741269760.112,"endTime":1741269762.61,"response_time":2.498,"stream":false,"error_str":"litellm.InternalServerError: InternalServerError: OpenAIException - The server had an error while processing your request. Sorry about that!","error_information":{"error_code":"500","error_class":"InternalServerError","llm_provider":"openai","error_message":"The server had an error while processing your request. Sorry about that!","error_provider_request_id":"req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"}}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.litellm.ai/docs/proxy/logging_spec"
    }
}
