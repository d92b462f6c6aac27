//! The JSON report, version 1: frozen. Keys are only ever added; `report-v1.schema.json` says what each may hold.
//!
//! The shapes here are the contract, not the model's: each is made from the model's by hand, so that a change within
//! never changes what others read.

use super::filters;
use super::json_text::{BUFFER, Indented, Inert, Stamp};
use super::phrases::{interval, percent, round};
use super::report::{Context, Report};
use crate::model::{
    Attempt, CallerSideCount, Counts, Coverage, Dimension, Finding, Findings, Scope, SeenBy, Skipped, SourceCoverage, StatusNote,
    Window,
};
use crate::redact::Sealed;
use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The report.
pub(super) struct JsonV1;

impl Report for JsonV1 {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
        // Many a short word, which shall cost no call each.
        let mut out = io::BufWriter::with_capacity(BUFFER, out);
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Indented::default());
        report(sealed.findings(), context).serialize(&mut serializer)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// A list whose items are made one at a time while they are written: of a great many logs it would weigh more than all
/// that is known of them.
struct Each<'f, T, V>(&'f [T], fn(&'f T) -> V);

impl<T, V: Serialize> Serialize for Each<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[derive(Serialize)]
struct ReportV1<'f> {
    schema: &'static str,
    /// Told where it is true: own names stand in it, and it is not to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    do_not_send: Option<bool>,
    tool: ToolV1,
    generated_at: String,
    coverage: CoverageV1<'f>,
    counts: CountsV1,
    windows: Vec<WindowV1<'f>>,
    isolated_failures: IsolatedV1<'f>,
    caller_side: Vec<CallerSideV1<'f>>,
    retries: RetriesV1,
    findings: Each<'f, Finding, FindingV1<'f>>,
    redacted: BTreeMap<&'static str, u64>,
    thresholds: BTreeMap<&'static str, f64>,
    /// Told where not all traffic was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Value>,
}

#[derive(Serialize)]
struct ToolV1 {
    name: &'static str,
    version: String,
}

#[derive(Serialize)]
struct CoverageV1<'f> {
    start: Option<Stamp>,
    end: Option<Stamp>,
    files: u64,
    bytes: u64,
    records: u64,
    other_records: u64,
    unread_records: u64,
    sources: Each<'f, Box<SourceCoverage>, SourceV1<'f>>,
    skipped: Each<'f, Skipped, SkippedV1<'f>>,
}

#[derive(Serialize)]
struct SourceV1<'f> {
    path: Inert<'f>,
    format: Option<&'static str>,
    vantage: Option<&'static str>,
    host: Option<Inert<'f>>,
    records: u64,
    other_records: u64,
    unread_records: u64,
    first: Option<Stamp>,
    last: Option<Stamp>,
    time_zone: Option<&'f str>,
    clock_offset_seconds: f64,
    notes: Vec<Inert<'f>>,
}

#[derive(Serialize)]
struct SkippedV1<'f> {
    path: Inert<'f>,
    reason: Inert<'f>,
}

#[derive(Serialize)]
struct CountsV1 {
    attempts: u64,
    failures: u64,
    calls: u64,
    calls_lost: u64,
    calls_recovered: u64,
    by_status: BTreeMap<String, u64>,
    by_transport_error: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct WindowV1<'f> {
    id: String,
    start: Stamp,
    end: Stamp,
    duration_seconds: f64,
    start_not_before: Option<Stamp>,
    end_not_after: Option<Stamp>,
    class: &'static str,
    severity: &'static str,
    confidence: f64,
    flags: Vec<&'static str>,
    ongoing: bool,
    scope: BTreeMap<&'static str, Vec<Inert<'f>>>,
    attempts: u64,
    failures: u64,
    failing_percentage: f64,
    interval_95: [f64; 2],
    baseline_percentage: f64,
    /// Told where it is false: no such traffic was read outside the window, and the number before says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_measured: Option<bool>,
    /// Told where it is true: no share, severity or lost calls are known, and what stands there says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    only_failures_logged: Option<bool>,
    calls: u64,
    calls_lost: u64,
    by_status: BTreeMap<String, u64>,
    by_transport_error: BTreeMap<&'static str, u64>,
    by_error: Vec<ByErrorV1<'f>>,
    reached_provider: ReachedV1,
    because: Vec<Inert<'f>>,
    against: Vec<AgainstV1<'f>>,
    next_step: Inert<'f>,
    status_page: Vec<StatusNoteV1<'f>>,
    requests: Each<'f, Attempt, RequestV1<'f>>,
    requests_omitted: u64,
}

#[derive(Serialize)]
struct ByErrorV1<'f> {
    r#type: Option<Inert<'f>>,
    code: Option<Inert<'f>>,
    count: u64,
}

#[derive(Serialize)]
struct ReachedV1 {
    yes: u64,
    no: u64,
    unknown: u64,
}

#[derive(Serialize)]
struct AgainstV1<'f> {
    class: &'static str,
    says: Inert<'f>,
}

#[derive(Serialize)]
struct StatusNoteV1<'f> {
    component: Option<Inert<'f>>,
    incident: Option<Inert<'f>>,
    agrees: bool,
    /// Told where it is false: the page tells nothing of the window's time, and `agrees` says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<bool>,
    says: Inert<'f>,
}

#[derive(Serialize)]
struct RequestV1<'f> {
    timestamp: Stamp,
    status: Option<u16>,
    transport_error: Option<&'static str>,
    x_request_id: Option<Inert<'f>>,
    x_client_request_id: Option<Inert<'f>>,
    cf_ray: Option<Inert<'f>>,
    gateway_request_id: Option<Inert<'f>>,
    provider: Option<Inert<'f>>,
    surface: Option<Inert<'f>>,
    model: Option<Inert<'f>>,
    endpoint: Option<Inert<'f>>,
    method: Option<Inert<'f>>,
    service_tier: Option<Inert<'f>>,
    organization: Option<Inert<'f>>,
    project: Option<Inert<'f>>,
    error_type: Option<Inert<'f>>,
    error_code: Option<Inert<'f>>,
    latency_seconds: Option<f64>,
    attempt: u16,
    call_outcome: &'static str,
    reached_provider: &'static str,
    decided_by: &'static str,
    seen_by: Places<'f>,
}

#[derive(Serialize)]
struct SeenV1<'f> {
    vantage: &'static str,
    path: Inert<'f>,
    line: u64,
}

/// Where a request stands in the logs.
struct Places<'f>(&'f SeenBy);

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|seen| SeenV1 {
            vantage: seen.vantage.name(),
            path: Inert(seen.path),
            line: seen.line,
        }))
    }
}

#[derive(Serialize)]
struct IsolatedV1<'f> {
    count: u64,
    requests: Each<'f, Attempt, RequestV1<'f>>,
}

#[derive(Serialize)]
struct CallerSideV1<'f> {
    kind: &'static str,
    count: u64,
    by_status: BTreeMap<String, u64>,
    first: Stamp,
    last: Stamp,
    models: Vec<Inert<'f>>,
    advice: &'f str,
}

#[derive(Serialize)]
struct RetriesV1 {
    chains: u64,
    longest: u64,
    recovered: u64,
    exhausted: u64,
    findings: Vec<RetryFindingV1>,
}

#[derive(Serialize)]
struct RetryFindingV1 {
    finding: String,
    count: u64,
    advice: String,
}

#[derive(Serialize)]
struct FindingV1<'f> {
    about: &'static str,
    says: Inert<'f>,
    advice: Inert<'f>,
    path: Option<Inert<'f>>,
}

fn report<'f>(findings: &'f Findings, context: &Context<'_>) -> ReportV1<'f> {
    ReportV1 {
        schema: "faultscope.report/1",
        do_not_send: context.internal.then_some(true),
        tool: ToolV1 {
            name: "faultscope",
            version: context.version.to_owned(),
        },
        generated_at: context.generated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        coverage: coverage(&findings.coverage),
        counts: counts(&findings.counts),
        windows: findings
            .windows
            .iter()
            .enumerate()
            .map(|(at, one)| window(at + 1, one))
            .collect(),
        isolated_failures: IsolatedV1 {
            count: findings.isolated_count,
            requests: Each(&findings.isolated, request),
        },
        caller_side: findings.caller_side.iter().map(caller_side).collect(),
        retries: RetriesV1 {
            chains: findings.retries.chains,
            longest: findings.retries.longest,
            recovered: findings.retries.recovered,
            exhausted: findings.retries.exhausted,
            findings: findings
                .retries
                .findings
                .iter()
                .map(|one| RetryFindingV1 {
                    finding: one.finding.clone(),
                    count: one.count,
                    advice: one.advice.clone(),
                })
                .collect(),
        },
        findings: Each(&findings.findings, finding),
        redacted: context.removed.clone(),
        thresholds: findings.thresholds.clone(),
        filters: filters::as_json(&findings.narrowed),
    }
}

fn finding(finding: &Finding) -> FindingV1<'_> {
    FindingV1 {
        about: finding.about,
        says: Inert(&finding.says),
        advice: Inert(&finding.advice),
        path: text(finding.path.as_deref()),
    }
}

fn source(source: &SourceCoverage) -> SourceV1<'_> {
    SourceV1 {
        path: Inert(&source.path),
        format: source.format,
        vantage: source.vantage.map(crate::model::Vantage::name),
        host: text(source.host.as_deref()),
        records: source.records,
        other_records: source.other_records,
        unread_records: source.unread_records,
        first: source.first.map(Stamp),
        last: source.last.map(Stamp),
        time_zone: source.time_zone.as_deref(),
        clock_offset_seconds: source.clock_offset_seconds,
        notes: source.notes.iter().map(|note| Inert(note)).collect(),
    }
}

fn skipped(skipped: &Skipped) -> SkippedV1<'_> {
    SkippedV1 {
        path: Inert(&skipped.path),
        reason: Inert(&skipped.reason),
    }
}

fn coverage(read: &Coverage) -> CoverageV1<'_> {
    CoverageV1 {
        start: read.start.map(Stamp),
        end: read.end.map(Stamp),
        files: read.sources.len() as u64,
        bytes: read.bytes,
        records: read.records(),
        other_records: read.other_records(),
        unread_records: read.unread_records(),
        sources: Each(&read.sources, |read| source(read)),
        skipped: Each(&read.skipped, skipped),
    }
}

fn counts(counts: &Counts) -> CountsV1 {
    CountsV1 {
        attempts: counts.attempts,
        failures: counts.failures,
        calls: counts.calls,
        calls_lost: counts.calls_lost,
        calls_recovered: counts.calls_recovered,
        by_status: statuses(&counts.by_status),
        by_transport_error: counts
            .by_transport_error
            .iter()
            .map(|(kind, count)| (kind.name(), *count))
            .collect(),
    }
}

fn window(number: usize, window: &Window) -> WindowV1<'_> {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a window")]
    let seconds = window.end.since(window.start) as f64 / 1000.0;
    WindowV1 {
        id: format!("w{number}"),
        start: Stamp(window.start),
        end: Stamp(window.end),
        duration_seconds: seconds,
        start_not_before: window.start_not_before.map(Stamp),
        end_not_after: window.end_not_after.map(Stamp),
        class: window.verdict.class.name(),
        severity: window.severity.name(),
        confidence: window.verdict.confidence,
        flags: window.flags.iter().map(|flag| flag.name()).collect(),
        ongoing: window.ongoing,
        scope: scope(&window.scope),
        attempts: window.attempts,
        failures: window.failures,
        failing_percentage: percent(window.failures, window.attempts),
        interval_95: interval(window.failures, window.attempts),
        baseline_percentage: round(window.baseline.unwrap_or(0.0) * 100.0),
        baseline_measured: window.baseline.is_none().then_some(false),
        only_failures_logged: window.only_failures.then_some(true),
        calls: window.calls,
        calls_lost: window.calls_lost,
        by_status: statuses(&window.by_status),
        by_transport_error: window
            .by_transport_error
            .iter()
            .map(|(kind, count)| (kind.name(), *count))
            .collect(),
        by_error: window
            .by_error
            .iter()
            .map(|one| ByErrorV1 {
                r#type: text(one.error_type.as_deref()),
                code: text(one.code.as_deref()),
                count: one.count,
            })
            .collect(),
        reached_provider: ReachedV1 {
            yes: window.reached_yes,
            no: window.reached_no,
            unknown: window.reached_unknown,
        },
        because: window.verdict.because.iter().map(|sentence| Inert(sentence)).collect(),
        against: window
            .verdict
            .against
            .iter()
            .map(|one| AgainstV1 {
                class: one.class.name(),
                says: Inert(&one.says),
            })
            .collect(),
        next_step: Inert(&window.verdict.next_step),
        status_page: window.status_page.iter().map(status_note).collect(),
        requests: Each(&window.requests, request),
        requests_omitted: window.requests_omitted,
    }
}

fn request(attempt: &Attempt) -> RequestV1<'_> {
    let attribute = |dimension: Dimension| text(attempt.attributes.get(dimension).map(|name| &**name));
    let ids = &attempt.ids;
    let error = attempt.error.as_deref();
    RequestV1 {
        timestamp: Stamp(attempt.time),
        status: attempt.outcome.status(),
        transport_error: attempt.outcome.transport().map(crate::model::TransportError::name),
        x_request_id: text(ids.x_request_id()),
        x_client_request_id: text(ids.x_client_request_id()),
        cf_ray: text(ids.cf_ray()),
        gateway_request_id: text(ids.gateway_request_id()),
        provider: attribute(Dimension::Provider),
        surface: attribute(Dimension::Surface),
        model: attribute(Dimension::Model),
        endpoint: attribute(Dimension::Endpoint),
        method: text(attempt.method.as_deref()),
        service_tier: attribute(Dimension::ServiceTier),
        organization: text(ids.organization()),
        project: attribute(Dimension::Project),
        error_type: text(error.and_then(|error| error.error_type.as_deref())),
        error_code: text(error.and_then(|error| error.error_code.as_deref())),
        latency_seconds: attempt.duration_ms.map(|ms| f64::from(ms) / 1000.0),
        attempt: attempt.number,
        call_outcome: attempt.call_outcome.name(),
        reached_provider: attempt.reached.name(),
        decided_by: attempt.fact.says(),
        seen_by: Places(&attempt.seen_by),
    }
}

fn caller_side(kind: &CallerSideCount) -> CallerSideV1<'_> {
    CallerSideV1 {
        kind: kind.kind.name(),
        count: kind.count,
        by_status: statuses(&kind.by_status),
        first: Stamp(kind.first),
        last: Stamp(kind.last),
        models: kind.models.iter().map(|model| Inert(model)).collect(),
        advice: &kind.advice,
    }
}

/// An absent dimension means all.
fn scope(scope: &Scope) -> BTreeMap<&'static str, Vec<Inert<'_>>> {
    scope
        .values
        .iter()
        .map(|(dimension, values)| (dimension.name(), values.iter().map(|value| Inert(value)).collect()))
        .collect()
}

fn statuses(counts: &BTreeMap<u16, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(status, count)| (status.to_string(), *count)).collect()
}

fn text(text: Option<&str>) -> Option<Inert<'_>> {
    text.map(Inert)
}

fn status_note(note: &StatusNote) -> StatusNoteV1<'_> {
    StatusNoteV1 {
        component: text(note.component.as_deref()),
        incident: text(note.incident.as_deref()),
        agrees: note.agrees,
        known: (!note.is_known).then_some(false),
        says: Inert(&note.says),
    }
}
