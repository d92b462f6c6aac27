//! The life of one call for programs: `faultscope.trace/1`, whose keys are only ever added.

use crate::deliver::phrases::inert;
use crate::deliver::report::Context;
use crate::model::{
    Dimension, ErrorSaid, Grain, Ids, JoinMethod, Method, Outcome, Seen, Trace, TracedAttempt, TracedCall, TracedRecord,
    TransportError,
};
use crate::redact::Removed;
use chrono::SecondsFormat;
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct TraceV1 {
    schema: &'static str,
    tool: ToolV1,
    generated_at: String,
    id: String,
    found: bool,
    calls: Vec<CallV1>,
    calls_omitted: u64,
    mentions: Vec<SeenV1>,
    near: Vec<String>,
    coverage: CoverageV1,
    redacted: Removed,
}

#[derive(Serialize)]
struct ToolV1 {
    name: &'static str,
    version: String,
}

#[derive(Serialize)]
struct CoverageV1 {
    start: Option<String>,
    end: Option<String>,
    files: u64,
    records: u64,
    other_records: u64,
    unread_records: u64,
    complete: bool,
}

#[derive(Serialize)]
struct CallV1 {
    call_outcome: &'static str,
    attempts: Vec<AttemptV1>,
}

/// The keys of a request in the JSON report, and what only a trace knows.
#[derive(Serialize)]
struct AttemptV1 {
    attempt: Option<u16>,
    counted: bool,
    timestamp: String,
    ended: &'static str,
    status: Option<u16>,
    transport_error: Option<&'static str>,
    #[serde(flatten)]
    ids: IdsV1,
    provider: Option<String>,
    surface: Option<String>,
    server_address: Option<String>,
    model: Option<String>,
    endpoint: Option<String>,
    method: Option<&'static str>,
    service_tier: Option<String>,
    project: Option<String>,
    proxy: Option<String>,
    host: Option<String>,
    error_type: Option<String>,
    error_code: Option<String>,
    latency_seconds: Option<f64>,
    reached_provider: Option<&'static str>,
    decided_by: Option<&'static str>,
    joined_by: Option<&'static str>,
    window: Option<WindowV1>,
    records: Vec<RecordV1>,
}

#[derive(Serialize)]
struct WindowV1 {
    id: String,
    class: &'static str,
}

#[derive(Serialize)]
struct IdsV1 {
    x_request_id: Option<String>,
    x_client_request_id: Option<String>,
    cf_ray: Option<String>,
    gateway_request_id: Option<String>,
    sdk_id: Option<String>,
    organization: Option<String>,
}

#[derive(Serialize)]
struct SeenV1 {
    vantage: &'static str,
    path: String,
    line: u64,
}

#[derive(Serialize)]
struct RecordV1 {
    #[serde(flatten)]
    seen: SeenV1,
    has_id: bool,
    timestamp: String,
    clock_offset_seconds: f64,
    about: &'static str,
    ended: &'static str,
    status: Option<u16>,
    transport_error: Option<&'static str>,
    latency_seconds: Option<f64>,
    error_type: Option<String>,
    error_code: Option<String>,
    decided_by: Option<&'static str>,
    retry_in_seconds: Option<f64>,
    retries_left: Option<u16>,
    #[serde(flatten)]
    ids: IdsV1,
}

/// # Errors
/// Whatever `out` raises.
pub(super) fn write(trace: &Trace, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let read = &trace.coverage;
    let told = TraceV1 {
        schema: "faultscope.trace/1",
        tool: ToolV1 {
            name: "faultscope",
            version: context.version.to_owned(),
        },
        generated_at: context.generated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        id: inert(&trace.id),
        found: trace.is_found(),
        calls: trace.calls.iter().map(call).collect(),
        calls_omitted: trace.calls_omitted,
        mentions: trace.mentions.iter().map(seen).collect(),
        near: trace.near.iter().map(|id| inert(id)).collect(),
        coverage: CoverageV1 {
            start: read.start.map(|time| time.to_string()),
            end: read.end.map(|time| time.to_string()),
            files: read.sources.len() as u64,
            records: read.records(),
            other_records: read.other_records(),
            unread_records: read.unread_records(),
            complete: read.is_complete(),
        },
        redacted: context.removed.clone(),
    };
    serde_json::to_writer_pretty(&mut *out, &told)?;
    out.write_all(b"\n")
}

fn call(call: &TracedCall) -> CallV1 {
    CallV1 {
        call_outcome: call.end.name(),
        attempts: call.attempts.iter().map(attempt).collect(),
    }
}

fn attempt(attempt: &TracedAttempt) -> AttemptV1 {
    let attribute = |dimension: Dimension| attempt.attributes.get(dimension).map(|value| inert(value));
    let (error_type, error_code) = error(attempt.error.as_deref());
    AttemptV1 {
        attempt: attempt.number,
        counted: attempt.number.is_some(),
        timestamp: attempt.time.to_string(),
        ended: ended(attempt.outcome),
        status: attempt.outcome.status(),
        transport_error: attempt.outcome.transport().map(TransportError::name),
        ids: ids(&attempt.ids),
        provider: attribute(Dimension::Provider),
        surface: attribute(Dimension::Surface),
        server_address: attribute(Dimension::ServerAddress),
        model: attribute(Dimension::Model),
        endpoint: attribute(Dimension::Endpoint),
        method: attempt.method.map(Method::name),
        service_tier: attribute(Dimension::ServiceTier),
        project: attribute(Dimension::Project),
        proxy: attribute(Dimension::Proxy),
        host: attribute(Dimension::Host),
        error_type,
        error_code,
        latency_seconds: attempt.duration_ms.map(|ms| f64::from(ms) / 1000.0),
        reached_provider: attempt.reached.map(|(reached, _)| reached.name()),
        decided_by: attempt.reached.map(|(_, fact)| fact.says()),
        joined_by: attempt.joined.map(joined_by),
        window: attempt.window.map(|window| WindowV1 {
            id: format!("w{}", window.place + 1),
            class: window.class.name(),
        }),
        records: attempt.records.iter().map(record).collect(),
    }
}

fn record(record: &TracedRecord) -> RecordV1 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a clock's offset")]
    let offset = record.offset_ms as f64 / 1000.0;
    let (error_type, error_code) = error(record.error.as_deref());
    let retry = record.retry.unwrap_or_default();
    RecordV1 {
        seen: seen(&record.seen),
        has_id: record.has_id,
        timestamp: record.time.to_string(),
        clock_offset_seconds: offset,
        about: match record.grain {
            Grain::Attempt => "attempt",
            Grain::Call => "call",
            Grain::Start => "start",
            Grain::Detail => "detail",
            Grain::Tunnel => "tunnel",
        },
        ended: ended(record.outcome),
        status: record.outcome.status(),
        transport_error: record.outcome.transport().map(TransportError::name),
        latency_seconds: record.duration_ms.map(|ms| f64::from(ms) / 1000.0),
        error_type,
        error_code,
        decided_by: record.fact.map(crate::model::Fact::says),
        retry_in_seconds: retry.in_ms.map(|ms| f64::from(ms) / 1000.0),
        retries_left: retry.left,
        ids: ids(&record.ids),
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Status(_) | Outcome::Transport(_) => "failure",
        Outcome::Caller(kind, _) => kind.name(),
        Outcome::Unsaid => "unsaid",
    }
}

fn joined_by(method: JoinMethod) -> &'static str {
    match method {
        JoinMethod::ProviderId => "provider-id",
        JoinMethod::ClientId => "client-id",
        JoinMethod::TimeEndpointStatus => "time-endpoint-status",
    }
}

fn error(error: Option<&ErrorSaid>) -> (Option<String>, Option<String>) {
    let word = |of: fn(&ErrorSaid) -> Option<&crate::model::Name>| error.and_then(of).map(|word| inert(word));
    (
        word(|error| error.error_type.as_ref()),
        word(|error| error.error_code.as_ref()),
    )
}

fn ids(ids: &Ids) -> IdsV1 {
    let id = |id: Option<&str>| id.map(inert);
    IdsV1 {
        x_request_id: id(ids.x_request_id()),
        x_client_request_id: id(ids.x_client_request_id()),
        cf_ray: id(ids.cf_ray()),
        gateway_request_id: id(ids.gateway_request_id()),
        sdk_id: id(ids.sdk()),
        organization: id(ids.organization()),
    }
}

fn seen(seen: &Seen) -> SeenV1 {
    SeenV1 {
        vantage: seen.vantage.name(),
        path: inert(&seen.path),
        line: seen.line,
    }
}
