//! The JSON report, version 1: frozen. Keys are only ever added; `report-v1.schema.json` says what each may hold.
//!
//! The shapes here are the contract, not the model's: each is made from the model's by hand, so that a change within
//! never changes what others read.

mod shapes;

use super::filters;
use super::json_text::{BUFFER, Indented, Inert, Stamp};
use super::phrases::{interval, percent, round};
use super::report::{Context, Report};
use crate::model::{
    Attempt, CallerSideCount, Counts, Coverage, Dimension, Finding, Findings, Method, Scope, Skipped, SourceCoverage, StatusNote,
    Window,
};
use crate::redact::Sealed;
use chrono::SecondsFormat;
use serde::Serialize;
use shapes::{
    AgainstV1, ByErrorV1, CallerSideV1, CountsV1, CoverageV1, Each, FindingV1, IsolatedV1, Places, ReachedV1, ReportV1,
    RequestV1, RetriesV1, RetryFindingV1, SkippedV1, SourceV1, StatusNoteV1, ToolV1, WindowV1,
};
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
        method: attempt.method.map(Method::name),
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
