//! The traffic as one JSON object a line, with the names of the OpenTelemetry semantic conventions, for other programs.
//!
//! Every attempt that did not end well is a record of its own (`record` is `attempt`), with all views that were joined to
//! it. Successes are kept as counts from the moment they are read, so they are records of another kind (`record` is
//! `successes`): so many in five seconds with these attributes. The first line says what is in the file.

use super::filters;
use super::json_text::{BUFFER, Stamp};
use super::phrases::{inert, interval, percent};
use super::report::{Context, Report};
use crate::model::{Attempt, Attributes, CELL_SECONDS, Dimension, Findings, Method, Outcome, SeenAt, TrafficCell, Window};
use crate::redact::Sealed;
use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The report.
pub(super) struct Ndjson;

impl Report for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn extension(&self) -> &'static str {
        "ndjson"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
        // Many a short word, which shall cost no call each.
        let out = &mut io::BufWriter::with_capacity(BUFFER, out);
        let findings = sealed.findings();
        head(findings, context).write(out)?;
        for (at, one) in findings.windows.iter().enumerate() {
            window(at + 1, one).write(out)?;
        }
        let traffic = findings.traffic.as_deref();
        for one in traffic.map_or(&[][..], |traffic| &traffic.attempts) {
            attempt(one, findings).write(out)?;
        }
        for one in traffic.map_or(&[][..], |traffic| &traffic.cells) {
            successes(one).write(out)?;
        }
        out.flush()
    }
}

/// A record whose keys stand in the order in which they were put.
#[derive(Default)]
struct Record(Vec<(&'static str, Value)>);

impl Record {
    fn of(kind: &'static str) -> Self {
        Self(vec![("record", json!(kind))])
    }

    fn put(&mut self, key: &'static str, value: Value) {
        if !value.is_null() {
            self.0.push((key, value));
        }
    }

    /// A text from a log.
    fn text(&mut self, key: &'static str, text: Option<&str>) {
        self.put(key, text.map_or(Value::Null, |text| json!(inert(text))));
    }

    /// A header: the conventions have lists of values.
    fn header(&mut self, key: &'static str, text: Option<&str>) {
        self.put(key, text.map_or(Value::Null, |text| json!([inert(text)])));
    }

    fn attributes(&mut self, attributes: &Attributes) {
        for dimension in Dimension::ALL {
            self.text(otel(dimension), attributes.get(dimension).map(|value| &**value));
        }
        let operation = attributes.get(Dimension::Endpoint).and_then(|path| operation(path));
        self.text("gen_ai.operation.name", operation);
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn head(findings: &Findings, context: &Context<'_>) -> Record {
    let mut record = Record::of("report");
    record.put("schema", json!("faultscope.ndjson/1"));
    record.put("tool", json!({"name": "faultscope", "version": context.version}));
    record.put(
        "generated_at",
        json!(context.generated_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
    );
    record.put("internal", json!(context.internal));
    record.put(
        "start",
        findings.coverage.start.map_or(Value::Null, |time| json!(time.to_string())),
    );
    record.put(
        "end",
        findings.coverage.end.map_or(Value::Null, |time| json!(time.to_string())),
    );
    record.put("filters", filters::as_json(&findings.narrowed).unwrap_or(Value::Null));
    record.put("attempts", json!(findings.counts.attempts));
    record.put("failures", json!(findings.counts.failures));
    record.put(
        "successes_are",
        json!(format!("counts of {CELL_SECONDS} seconds; single successes are not kept")),
    );
    record.put("redacted", json!(context.removed));
    record
}

fn window(number: usize, window: &Window) -> Record {
    let scope: BTreeMap<&str, Vec<String>> = window
        .scope
        .values
        .iter()
        .map(|(dimension, values)| (otel(*dimension), values.iter().map(|value| inert(value)).collect()))
        .collect();
    let mut record = Record::of("window");
    record.put("faultscope.window", json!(format!("w{number}")));
    record.put("start", json!(window.start.to_string()));
    record.put("end", json!(window.end.to_string()));
    record.put("class", json!(window.verdict.class.name()));
    record.put("severity", json!(window.severity.name()));
    record.put("confidence", json!(window.verdict.confidence));
    record.put("scope", json!(scope));
    record.put("attempts", json!(window.attempts));
    record.put("failures", json!(window.failures));
    record.put("failing_percentage", json!(percent(window.failures, window.attempts)));
    record.put("interval_95", json!(interval(window.failures, window.attempts)));
    if window.only_failures {
        record.put("only_failures_logged", json!(true));
    }
    record
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
        Dimension::Region => "cloud.region",
        Dimension::EdgeSite => "faultscope.edge_site",
        Dimension::Client => "client.address",
    }
}

/// `gen_ai.operation.name` of a path.
fn operation(path: &str) -> Option<&'static str> {
    const ENDS: [(&str, &str); 10] = [
        ("/chat/completions", "chat"),
        ("/messages", "chat"),
        ("/converse", "chat"),
        ("/converse-stream", "chat"),
        ("/responses", "chat"),
        (":generateContent", "generate_content"),
        (":streamGenerateContent", "generate_content"),
        ("/completions", "text_completion"),
        ("/embeddings", "embeddings"),
        (":embedContent", "embeddings"),
    ];
    ENDS.iter().find(|(end, _)| path.ends_with(end)).map(|(_, name)| *name)
}

fn attempt(attempt: &Attempt, findings: &Findings) -> Record {
    let (ids, error) = (&attempt.ids, attempt.error.as_deref());
    let mut record = Record::of("attempt");
    record.put("timestamp", json!(Stamp(attempt.time)));
    record.text("faultscope.window", window_of(attempt, findings).as_deref());
    record.put("faultscope.outcome", json!(outcome(attempt.outcome)));
    record.put(
        "http.response.status_code",
        attempt.outcome.status().map_or(Value::Null, |status| json!(status)),
    );
    record.text("error.type", error_type(attempt).as_deref());
    record.text("faultscope.error.type", error.and_then(|error| error.error_type.as_deref()));
    record.text("faultscope.error.code", error.and_then(|error| error.error_code.as_deref()));
    record.text("faultscope.error.message", error.and_then(|error| error.template));
    record.text("http.request.method", attempt.method.map(Method::name));
    record.attributes(&attempt.attributes);
    record.put("http.request.resend_count", json!(attempt.number.saturating_sub(1)));
    record.put(
        "http.client.request.duration",
        attempt.duration_ms.map_or(Value::Null, |ms| json!(f64::from(ms) / 1000.0)),
    );
    record.header("http.response.header.x-request-id", ids.x_request_id());
    record.header("http.response.header.cf-ray", ids.cf_ray());
    record.header("http.request.header.x-client-request-id", ids.x_client_request_id());
    record.text("faultscope.gateway_request_id", ids.gateway_request_id());
    record.text("faultscope.organization", ids.organization());
    record.text("network.peer.address", attempt.upstream_address().map(|name| &**name));
    record.put("faultscope.call", json!(attempt.call));
    record.put("faultscope.call.outcome", json!(attempt.call_outcome.name()));
    record.put("faultscope.reached_provider", json!(attempt.reached.name()));
    record.put("faultscope.decided_by", json!(attempt.fact.says()));
    let view = |seen: SeenAt<'_>| json!({"vantage": seen.vantage.name(), "log.file.path": inert(seen.path), "line": seen.line});
    record.put("faultscope.seen_by", attempt.seen_by.iter().map(view).collect());
    record
}

/// `error.type` of the HTTP conventions: the status, or the kind of the transport error.
fn error_type(attempt: &Attempt) -> Option<String> {
    let status = attempt.outcome.status().map(|status| status.to_string());
    status.or_else(|| attempt.outcome.transport().map(|kind| kind.name().to_owned()))
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

fn successes(cell: &TrafficCell) -> Record {
    let mut record = Record::of("successes");
    record.put("timestamp", json!(Stamp(cell.time)));
    record.put("faultscope.seconds", json!(CELL_SECONDS));
    record.put("faultscope.count", json!(cell.ok));
    record.put("faultscope.first_attempts", json!(cell.first_ok));
    record.attributes(&cell.attributes);
    record
}
