//! One window in Markdown.

use super::inert_text::{code, prose};
use crate::deliver::compared::comparisons;
use crate::deliver::phrases::{self, confidence, count, ending, length, samples, status_note};
use crate::deliver::summary::{took, usual};
use crate::model::{Window, Zoom};
use std::fmt::Write as _;

/// Request ids shown per window (support evidence: about ten, the rest attached).
const IDS_SHOWN: usize = 10;

/// The section of one window.
pub(super) fn section(number: usize, window: &Window, zoom: Option<&Zoom>) -> String {
    let mut out = format!(
        "## Window {number}: {}, {}\n\n| | |\n|---|---|\n",
        window.verdict.class.name(),
        phrases::severity(window)
    );
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "| {name} | {value} |");
    };
    row("start", code(&window.start.to_string()));
    row(
        "end",
        format!(
            "{}{}",
            code(&window.end.to_string()),
            if window.ongoing { " (not proven to be over)" } else { "" }
        ),
    );
    row("length", length(window.end.since(window.start)));
    row("scope", scope(window));
    row("failed", phrases::share(window));
    row("usual", usual(window));
    row("calls", phrases::lost(window));
    row(
        "reached the provider",
        format!(
            "yes {}, no {}, unknown {}",
            count(window.reached_yes),
            count(window.reached_no),
            count(window.reached_unknown)
        ),
    );
    row(
        "confidence",
        format!("{} ({:.2})", confidence(window.verdict.confidence), window.verdict.confidence),
    );
    if !window.flags.is_empty() {
        let flags: Vec<&str> = window.flags.iter().map(|flag| flag.name()).collect();
        row("shape", flags.join(", "));
    }
    if let Some(took) = took(window, zoom) {
        row("took", took);
    }
    for (word, values) in comparisons(window) {
        row(word, prose(&values));
    }
    out.push_str(&endings(window));
    out.push_str(&verdict(window));
    out.push_str(&requests(window));
    out
}

/// Rows for what the failures ended in.
fn endings(window: &Window) -> String {
    let mut out = String::new();
    for (status, number) in &window.by_status {
        let _ = writeln!(out, "| status | {status}: {} |", count(*number));
    }
    for (kind, number) in &window.by_transport_error {
        let _ = writeln!(out, "| transport error | {}: {} |", kind.name(), count(*number));
    }
    for error in window.by_error.iter().take(5) {
        let word = |word: &Option<crate::model::Name>| code(word.as_deref().unwrap_or("-"));
        let _ = writeln!(
            out,
            "| error | {} {}: {} |",
            word(&error.error_type),
            word(&error.code),
            count(error.count)
        );
    }
    out
}

fn verdict(window: &Window) -> String {
    let mut out = String::from("\n**Because**\n\n");
    for sentence in &window.verdict.because {
        let _ = writeln!(out, "- {}", prose(sentence));
    }
    out.push_str("\n**Not**\n\n");
    for counter in &window.verdict.against {
        let _ = writeln!(out, "- {}: {}", counter.class.name(), prose(&counter.says));
    }
    if !window.status_page.is_empty() {
        out.push_str("\n**Status page**\n\n");
    }
    for note in &window.status_page {
        let _ = writeln!(out, "- {}", prose(&status_note(note)));
    }
    let _ = writeln!(out, "\n**Next**: {}\n", prose(&window.verdict.next_step));
    out
}

fn scope(window: &Window) -> String {
    if window.scope.values.is_empty() {
        return "all models and endpoints".to_owned();
    }
    let parts: Vec<String> = window
        .scope
        .values
        .iter()
        .map(|(dimension, values)| {
            format!(
                "{}: {}",
                dimension.name(),
                values.iter().map(|value| code(value)).collect::<Vec<_>>().join(", ")
            )
        })
        .collect();
    parts.join("; ")
}

fn requests(window: &Window) -> String {
    let samples = samples(&window.requests, IDS_SHOWN);
    if samples.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "{} of {} failed requests:\n\n| time (UTC) | ended in | x-request-id | X-Client-Request-Id | cf-ray |\n|---|---|---|---|---|\n",
        samples.len(),
        count(window.failures)
    );
    for attempt in samples {
        let id = |id: Option<&str>| id.map_or_else(|| "none".to_owned(), code);
        let ids = &attempt.ids;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            code(&attempt.time.to_string()),
            ending(attempt.outcome),
            id(ids.x_request_id()),
            id(ids.x_client_request_id()),
            id(ids.cf_ray())
        );
    }
    out.push('\n');
    out
}
