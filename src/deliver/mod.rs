//! Act three: from findings to something that can be sent. One file a report.

pub mod bundle;
mod compared;
mod csv;
pub mod digest;
mod draft;
mod explain;
mod filters;
mod finished;
mod html;
mod instants;
mod json_text;
mod json_v1;
mod many_logs;
mod markdown;
mod ndjson;
mod numbers;
mod phrases;
mod report;
mod summary;
pub(crate) mod table;
mod text;
mod ticket;
mod totals;
mod trace;

pub use draft::{Draft, draft, lookers};
pub use phrases::{count as thousands, limit, scope, size};
pub use report::{Context, Report};
pub use ticket::Addressee;
pub use trace::{TraceForm, trace};

use crate::redact::{Removed, Sealed};
use finished::through_the_wall;
use std::io;

/// Every report, by the order of `--help`.
pub static ALL: &[&dyn Report] = &[
    &text::Text,
    &markdown::Markdown,
    &html::Html,
    &json_v1::JsonV1,
    &ticket::Ticket(None),
    &csv::Csv,
    &ndjson::Ndjson,
];

/// The JSON Schema that every JSON report fits.
pub const JSON_SCHEMA: &str = include_str!("report-v1.schema.json");

/// The JSON Schema that every trace told as JSON fits.
pub const TRACE_SCHEMA: &str = include_str!("trace/trace-v1.schema.json");

/// The report of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Report> {
    ALL.iter().copied().find(|report| report.name() == name)
}

/// The ticket for one addressee, or for whom each window concerns.
#[must_use]
pub fn ticket(to: Option<Addressee>) -> &'static dyn Report {
    match to {
        None => &ticket::Ticket(None),
        Some(Addressee::Provider) => &ticket::Ticket(Some(Addressee::Provider)),
        Some(Addressee::Network) => &ticket::Ticket(Some(Addressee::Network)),
    }
}

/// The finished bytes of a report, past the second wall.
///
/// What is told of removed in the report is the own names replaced and what the wall removes, so a report with hits is
/// written twice; what is returned is what the wall removed, a sign of a fault.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn deliver(sealed: &Sealed, report: &dyn Report, context: &Context<'_>) -> io::Result<(Vec<u8>, Removed)> {
    through_the_wall(sealed.audience(), sealed.replaced(), context, &|context, bytes| {
        report.write(sealed, context, bytes)
    })
}

/// The numbers behind one window's verdict, by its place, as text past the second wall; nothing where they were not
/// asked of the judge.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn explain(sealed: &Sealed, place: usize, context: &Context<'_>) -> io::Result<Option<(Vec<u8>, Removed)>> {
    let Some(window) = sealed.findings().windows.get(place) else {
        return Ok(None);
    };
    let Some(working) = &window.working else { return Ok(None) };
    through_the_wall(sealed.audience(), sealed.replaced(), context, &|context, bytes| {
        explain::write(place, window, working, sealed, context, bytes)
    })
    .map(Some)
}
