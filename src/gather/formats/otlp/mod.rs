//! Reads OTLP as JSON, as the OpenTelemetry Collector's file exporter writes it: a document of many spans or log records
//! a line.
//!
//! A span of a model call (`gen_ai.*`) is a call, an HTTP client span below it an attempt; both carry their parent's id
//! where the document shows that it is one. Metrics and profiles tell no single call.
//! <https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/>

mod attributes;
mod logs;
mod models;
mod spans;
#[cfg(test)]
mod tests;

use super::format::{Fit, Format, Unread};
use super::json_records::objects;
use crate::model::{Fields, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;
use memchr::memmem;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Otlp;

/// What a document may begin with.
const ROOTS: [&str; 4] = ["resourceSpans", "resourceLogs", "resourceMetrics", "resourceProfiles"];

/// Bytes at the start of a line within which its root stands.
const ROOT_WITHIN: usize = 64;

/// The objects of an array that is a member of an object; none where it is absent.
fn members_of<'a>(object: &'a str, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    array(object, name).into_iter().flat_map(objects)
}

/// The array that is a member of an object.
fn array<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    match Members::of(object)?.find(|(key, _)| *key == name)? {
        (_, Value::Array(array)) => Some(array),
        _ => None,
    }
}

/// The name of the machine that a resource describes.
fn host(resource_holder: &str) -> Option<&str> {
    let (_, Value::Object(resource)) = Members::of(resource_holder)?.find(|(name, _)| *name == "resource")? else {
        return None;
    };
    let attributes = array(resource, "attributes")?;
    let mut host = None;
    attributes::each(attributes, |name, value| {
        if name == "host.name" {
            host = super::json_values::raw(value);
        }
    });
    host
}

fn document(line: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut known = false;
    let mut parts = Vec::new();
    for (name, value) in members.by_ref() {
        known |= ROOTS.contains(&name);
        if let Value::Array(array) = value {
            parts.push((name, array));
        }
    }
    if !members.is_whole() {
        let rooted = known || is_rooted(line.as_bytes());
        return Err(if rooted { Unread::CutShort } else { Unread::NotThisFormat });
    }
    if !known {
        return Err(Unread::NotThisFormat);
    }
    for (name, array) in parts {
        match name {
            "resourceSpans" => models::read(array, emit),
            "resourceLogs" => logs::read(array, emit),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a line begins as a document does; a whole one may be too long to be looked at.
fn is_rooted(line: &[u8]) -> bool {
    let start = line.get(..ROOT_WITHIN).unwrap_or(line);
    start.trim_ascii_start().starts_with(b"{") && ROOTS.iter().any(|root| memmem::find(start, root.as_bytes()).is_some())
}

impl Format for Otlp {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if is_rooted(line) { Fit::Yes } else { Fit::No }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        document(&scan::text(record), emit)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"chat-api"}},{"key":"host.name","value":{"stringValue":"app-1"}}]},"scopeSpans":[{"scope":{"name":"opentelemetry.instrumentation.openai_v2"},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173","name":"chat gpt-4o","kind":3,"startTimeUnixNano":"1741269765000000000","endTimeUnixNano":"1741269766204000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},{"key":"server.address","value":{"stringValue":"api.openai.com"}},{"key":"error.type","value":{"stringValue":"InternalServerError"}}],"status":{"code":2,"message":"Error code: 500"}}]}]}]}"#,
            r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"chat-api"}}]},"scopeLogs":[{"scope":{"name":"httpx"},"logRecords":[{"timeUnixNano":"1741269766204000000","observedTimeUnixNano":"1741269766300000000","severityNumber":9,"severityText":"INFO","body":{"stringValue":"HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 500 Internal Server Error\""},"attributes":[],"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]}"#,
            r#"{"resourceMetrics":[{"resource":{"attributes":[]},"scopeMetrics":[{"scope":{"name":"x"},"metrics":[]}]}]}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/"
    }
}
