//! The failed requests, as many as `--max-requests` lists, one a row (RFC 4180): the attachment of a ticket, made safe for spreadsheets.
//!
//! A cell that a spreadsheet would run as a formula begins with an apostrophe (OWASP, CSV injection). A tab is no guard:
//! it became a trigger itself (CVE-2021-41270).

use super::filters;
use super::phrases::inert;
use super::report::{Context, Report};
use crate::model::{Attempt, Dimension, Findings, Name};
use crate::redact::Sealed;
use csv::{Terminator, WriterBuilder};
use std::io;

/// The report.
pub(super) struct Csv;

/// What an internal report says in every row.
const DO_NOT_SEND: &str = "do not send";

/// The columns. They are only ever added, at the end.
const COLUMNS: [&str; 30] = [
    "window",
    "timestamp",
    "status",
    "transport_error",
    "x_request_id",
    "x_client_request_id",
    "cf_ray",
    "gateway_request_id",
    "provider",
    "surface",
    "server_address",
    "model",
    "endpoint",
    "method",
    "service_tier",
    "organization",
    "project",
    "error_type",
    "error_code",
    "error_message",
    "latency_seconds",
    "attempt",
    "call",
    "call_outcome",
    "reached_provider",
    "decided_by",
    "proxy",
    "host",
    "client_address",
    "upstream_address",
];

impl Report for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extension(&self) -> &'static str {
        "csv"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        // A table has no heading to carry the warning, so every row does.
        let warning = context.internal.then_some(DO_NOT_SEND);
        let filters = filters::in_short(&sealed.findings().narrowed).map(|told| defused(&told));
        let more = warning
            .map(|_| "internal")
            .into_iter()
            .chain(filters.as_ref().map(|_| "filters"));
        csv.write_record(COLUMNS.into_iter().chain(more))?;
        for (window, attempt) in failures(sealed.findings()) {
            let cells = row(window.as_deref(), attempt).map(|cell| defused(&cell));
            csv.write_record(cells.iter().map(String::as_str).chain(warning).chain(filters.as_deref()))?;
        }
        csv.flush()
    }
}

/// The failures of every window, then those outside all.
fn failures(findings: &Findings) -> impl Iterator<Item = (Option<String>, &Attempt)> {
    let inside = findings.windows.iter().enumerate().flat_map(|(at, window)| {
        let id = format!("w{}", at + 1);
        window.requests.iter().map(move |attempt| (Some(id.clone()), attempt))
    });
    inside.chain(findings.isolated.iter().map(|attempt| (None, attempt)))
}

fn row(window: Option<&str>, attempt: &Attempt) -> [String; 30] {
    let attribute = |dimension: Dimension| name(attempt.attributes.get(dimension));
    let (ids, id) = (&attempt.ids, |id: Option<&str>| id.map(inert).unwrap_or_default());
    let error = attempt.error.as_deref();
    [
        window.unwrap_or_default().to_owned(),
        attempt.time.to_string(),
        attempt.outcome.status().map(|status| status.to_string()).unwrap_or_default(),
        attempt
            .outcome
            .transport()
            .map(|kind| kind.name().to_owned())
            .unwrap_or_default(),
        id(ids.x_request_id()),
        id(ids.x_client_request_id()),
        id(ids.cf_ray()),
        id(ids.gateway_request_id()),
        attribute(Dimension::Provider),
        attribute(Dimension::Surface),
        attribute(Dimension::ServerAddress),
        attribute(Dimension::Model),
        attribute(Dimension::Endpoint),
        attempt.method.map_or_else(String::new, |method| method.name().to_owned()),
        attribute(Dimension::ServiceTier),
        id(ids.organization()),
        attribute(Dimension::Project),
        name(error.and_then(|error| error.error_type.as_ref())),
        name(error.and_then(|error| error.error_code.as_ref())),
        error.and_then(|error| error.template).unwrap_or_default().to_owned(),
        attempt
            .duration_ms
            .map(|ms| format!("{:.3}", f64::from(ms) / 1000.0))
            .unwrap_or_default(),
        attempt.number.to_string(),
        attempt.call.to_string(),
        attempt.call_outcome.name().to_owned(),
        attempt.reached.name().to_owned(),
        attempt.fact.says().to_owned(),
        attribute(Dimension::Proxy),
        attribute(Dimension::Host),
        attribute(Dimension::Client),
        name(attempt.upstream_address()),
    ]
}

fn name(name: Option<&Name>) -> String {
    name.map(|name| inert(name)).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: full-width signs are read as plain ones by some.
fn defused(cell: &str) -> String {
    let triggers = |letter: char| matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if cell.starts_with(triggers) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::defused;

    #[test]
    fn no_cell_begins_as_a_formula_does() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            assert_eq!(defused(cell), format!("'{cell}"));
        }
        assert_eq!(defused("req_1=2"), "req_1=2");
        assert_eq!(defused(""), "");
    }
}
