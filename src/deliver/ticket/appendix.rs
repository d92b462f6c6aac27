//! How the figures were made: what was read, what was not, how times were read, what was removed. The receiver judges by
//! it how complete they are.

use crate::deliver::Context;
use crate::deliver::phrases::{count, counted, inert};
use crate::model::{Findings, Vantage};
use std::collections::BTreeMap;

/// Skipped inputs named; the rest are counted.
const SKIPPED_NAMED: usize = 5;

/// The lines of the appendix.
pub(super) fn appendix(findings: &Findings, context: &Context<'_>) -> Vec<String> {
    let read = &findings.coverage;
    let of = |vantage: Vantage| read.sources.iter().filter(|source| source.vantage == Some(vantage)).count() as u64;
    let mut lines = vec![
        format!(
            "Read: {} ({} of applications, {} of proxies, {} of browsers), {} about a call, {} about something else, {} not understood.",
            counted(read.sources.len() as u64, "log", "logs"),
            count(of(Vantage::Application)),
            count(of(Vantage::Proxy)),
            count(of(Vantage::Browser)),
            counted(read.records(), "record", "records"),
            count(read.other_records()),
            count(read.unread_records())
        ),
        "Counting: one attempt is one HTTP request, counted once however many logs saw it; a call is what the program wanted, with its retries; a failure is a 5xx or a broken exchange; 4xx and 429 are no failures.".to_owned(),
        zones(findings),
    ];
    let unknown = read.sources.iter().filter(|source| source.format.is_none()).count() as u64;
    if unknown > 0 {
        lines.push(format!("Not read: {} in no known format.", counted(unknown, "log", "logs")));
    }
    for skipped in read.skipped.iter().take(SKIPPED_NAMED) {
        lines.push(format!("Skipped: {} ({}).", inert(&skipped.path), inert(&skipped.reason)));
    }
    if read.skipped.len() > SKIPPED_NAMED {
        lines.push(format!(
            "Skipped: {} more.",
            count((read.skipped.len() - SKIPPED_NAMED) as u64)
        ));
    }
    lines.push(removed(context));
    lines.push(format!(
        "Made by faultscope {} from logs alone, {}.",
        context.version,
        context.generated_at.format("%Y-%m-%dT%H:%M:%SZ")
    ));
    lines
}

/// In which zones stamps without one were read.
fn zones(findings: &Findings) -> String {
    let mut zones: BTreeMap<&str, u64> = BTreeMap::new();
    let sources = &findings.coverage.sources;
    for zone in sources.iter().filter_map(|source| source.time_zone.as_deref()) {
        *zones.entry(zone).or_default() += 1;
    }
    if zones.is_empty() {
        return "Times: every time stamp carries its zone; shown in UTC, to the precision of the logs.".to_owned();
    }
    let told: Vec<String> = zones
        .into_iter()
        .map(|(zone, logs)| format!("{} {}", counted(logs, "log", "logs"), inert(zone)))
        .collect();
    format!(
        "Times: shown in UTC, to the precision of the logs; stamps without a zone: {}.",
        told.join(", ")
    )
}

/// What was removed or replaced, by class.
fn removed(context: &Context<'_>) -> String {
    let told: Vec<String> = context
        .removed
        .iter()
        .map(|(class, number)| format!("{class} {}", count(*number)))
        .collect();
    let told = if told.is_empty() {
        "nothing".to_owned()
    } else {
        told.join(", ")
    };
    format!(
        "Removed or replaced by stable stand-ins: {told}. Keys, cookies, prompts, answers and free text are never taken from a log."
    )
}
