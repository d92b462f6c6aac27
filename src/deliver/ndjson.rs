//! The traffic as one JSON object a line, with the names of the OpenTelemetry semantic conventions, for other programs.
//!
//! Every attempt that did not end well is a record of its own (`record` is `attempt`), with all views that were joined to
//! it. Successes are kept as counts from the moment they are read, so they are records of another kind (`record` is
//! `successes`): so many in five seconds with these attributes. The first line says what is in the file.

use super::phrases::{inert, interval, percent};
use super::report::{Context, Report};
use crate::model::{Attempt, Attributes, CELL_SECONDS, Dimension, Findings, Outcome, TrafficCell, Window};
use crate::redact::Sealed;
use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use std::io;

/// The report.
pub(super) struct Ndjson;

impl Report for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn extension(&self) -> &'static str {
        "ndjson"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let findings = sealed.findings();
        line(out, &head(findings, context))?;
        for (at, one) in findings.windows.iter().enumerate() {
            line(out, &window(at + 1, one))?;
        }
        let traffic = findings.traffic.as_deref();
        for one in traffic.map_or(&[][..], |traffic| &traffic.attempts) {
            line(out, &attempt(one, findings))?;
        }
        for one in traffic.map_or(&[][..], |traffic| &traffic.cells) {
            line(out, &successes(one))?;
        }
        Ok(())
    }
}

fn line(out: &mut dyn io::Write, record: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}

fn head(findings: &Findings, context: &Context<'_>) -> Value {
    json!({
        "record": "report",
        "schema": "faultscope.ndjson/1",
        "tool": {"name": "faultscope", "version": context.version},
        "generated_at": context.generated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "internal": context.internal,
        "start": findings.coverage.start.map(|time| time.to_string()),
        "end": findings.coverage.end.map(|time| time.to_string()),
        "attempts": findings.counts.attempts,
        "failures": findings.counts.failures,
        "successes_are": format!("counts of {CELL_SECONDS} seconds; single successes are not kept"),
        "redacted": context.removed,
    })
}

fn window(number: usize, window: &Window) -> Value {
    let scope: Map<String, Value> = window
        .scope
        .values
        .iter()
        .map(|(dimension, values)| {
            let values: Vec<String> = values.iter().map(|value| inert(value)).collect();
            (otel(*dimension).to_owned(), json!(values))
        })
        .collect();
    json!({
        "record": "window",
        "faultscope.window": format!("w{number}"),
        "start": window.start.to_string(),
        "end": window.end.to_string(),
        "class": window.verdict.class.name(),
        "severity": window.severity.name(),
        "confidence": window.verdict.confidence,
        "scope": scope,
        "attempts": window.attempts,
        "failures": window.failures,
        "failing_percentage": percent(window.failures, window.attempts),
        "interval_95": interval(window.failures, window.attempts),
    })
}

/// The name of an attribute in the semantic conventions, or ours where they have none.
fn otel(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Provider => "gen_ai.provider.name",
        Dimension::Surface => "faultscope.surface",
        Dimension::ServerAddress => "server.address",
        Dimension::Model => "gen_ai.request.model",
        Dimension::Endpoint => "url.path",
        Dimension::ServiceTier => "openai.response.service_tier",
        Dimension::Project => "faultscope.project",
        Dimension::Proxy => "faultscope.proxy",
        Dimension::Host => "host.name",
        Dimension::Client => "client.address",
    }
}

fn attributes(record: &mut Map<String, Value>, attributes: &Attributes) {
    for dimension in Dimension::ALL {
        if let Some(value) = attributes.get(dimension) {
            record.insert(otel(dimension).to_owned(), json!(inert(value)));
        }
    }
    let operation = attributes.get(Dimension::Endpoint).and_then(|path| operation(path));
    if let Some(operation) = operation {
        record.insert("gen_ai.operation.name".to_owned(), json!(operation));
    }
}

/// `gen_ai.operation.name` of a path.
fn operation(path: &str) -> Option<&'static str> {
    let ends = [
        ("/chat/completions", "chat"),
        ("/messages", "chat"),
        ("/converse", "chat"),
        ("/converse-stream", "chat"),
        ("/responses", "generate_content"),
        (":generateContent", "generate_content"),
        (":streamGenerateContent", "generate_content"),
        ("/completions", "text_completion"),
        ("/embeddings", "embeddings"),
        (":embedContent", "embeddings"),
    ];
    ends.iter().find(|(end, _)| path.ends_with(end)).map(|(_, name)| *name)
}

fn attempt(attempt: &Attempt, findings: &Findings) -> Value {
    let mut record = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            record.insert(key.to_owned(), value);
        }
    };
    let text = |name: Option<&str>| name.map_or(Value::Null, |name| json!(inert(name)));
    // The conventions have headers as lists of values.
    let header = |name: Option<&str>| name.map_or(Value::Null, |name| json!([inert(name)]));
    let (ids, error) = (&attempt.ids, attempt.error.as_deref());
    put("record", json!("attempt"));
    put("timestamp", json!(attempt.time.to_string()));
    put("faultscope.window", window_of(attempt, findings).map_or(Value::Null, |id| json!(id)));
    put("faultscope.outcome", json!(outcome(attempt.outcome)));
    put("http.response.status_code", attempt.outcome.status().map_or(Value::Null, |status| json!(status)));
    put("error.type", error_type(attempt));
    put("faultscope.error.type", text(error.and_then(|error| error.error_type.as_deref())));
    put("faultscope.error.code", text(error.and_then(|error| error.error_code.as_deref())));
    put("faultscope.error.message", error.and_then(|error| error.template).map_or(Value::Null, |said| json!(said)));
    put("http.request.method", text(attempt.method.as_deref()));
    put("http.request.resend_count", json!(attempt.number.saturating_sub(1)));
    put(
        "http.client.request.duration",
        attempt.duration_ms.map_or(Value::Null, |ms| json!(f64::from(ms) / 1000.0)),
    );
    put("http.response.header.x-request-id", header(ids.x_request_id.as_deref()));
    put("http.response.header.cf-ray", header(ids.cf_ray.as_deref()));
    put("http.request.header.x-client-request-id", header(ids.x_client_request_id.as_deref()));
    put("faultscope.gateway_request_id", text(ids.gateway_request_id.as_deref()));
    put("faultscope.organization", text(ids.organization.as_deref()));
    put("network.peer.address", text(attempt.upstream.as_deref()));
    put("faultscope.call", json!(attempt.call));
    put("faultscope.call.outcome", json!(attempt.call_outcome.name()));
    put("faultscope.reached_provider", json!(attempt.reached.name()));
    put("faultscope.decided_by", json!(attempt.fact.says()));
    let views: Vec<Value> = attempt
        .seen_by
        .iter()
        .map(|seen| json!({"vantage": seen.vantage.name(), "log.file.path": inert(&seen.path), "line": seen.line}))
        .collect();
    put("faultscope.seen_by", json!(views));
    attributes(&mut record, &attempt.attributes);
    Value::Object(record)
}

/// `error.type` of the HTTP conventions: the status, or the kind of the transport error.
fn error_type(attempt: &Attempt) -> Value {
    let status = attempt.outcome.status().map(|status| status.to_string());
    let kind = || attempt.outcome.transport().map(|kind| kind.name().to_owned());
    status.or_else(kind).map_or(Value::Null, |said| json!(said))
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Status(_) | Outcome::Transport(_) => "failure",
        Outcome::Caller(kind, _) => kind.name(),
        Outcome::Unsaid => "unsaid",
    }
}

/// The first window that an attempt is of.
fn window_of(attempt: &Attempt, findings: &Findings) -> Option<String> {
    let is_of = |window: &Window| {
        attempt.side == Some(window.side)
            && (window.start..=window.end).contains(&attempt.time)
            && window.scope.holds(&attempt.attributes)
    };
    let at = findings.windows.iter().position(is_of)?;
    Some(format!("w{}", at + 1))
}

fn successes(cell: &TrafficCell) -> Value {
    let mut record = Map::new();
    record.insert("record".to_owned(), json!("successes"));
    record.insert("timestamp".to_owned(), json!(cell.time.to_string()));
    record.insert("faultscope.seconds".to_owned(), json!(CELL_SECONDS));
    record.insert("faultscope.count".to_owned(), json!(cell.ok));
    record.insert("faultscope.first_attempts".to_owned(), json!(cell.first_ok));
    attributes(&mut record, &cell.attributes);
    Value::Object(record)
}
