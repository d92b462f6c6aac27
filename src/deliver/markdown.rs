//! The report for a wiki, an issue or a chat: the same facts as the text report, with values from data in code spans
//! only, so that nothing in a log can become a link, an image or a heading.

use super::phrases::{self, confidence, count, counted, ending, headline, inert, length, samples, second, status_note};
use super::report::{Context, Report};
use crate::model::{Findings, Window};
use crate::redact::Sealed;
use std::fmt::Write as _;
use std::io;

/// Request ids shown per window (support evidence: about ten, the rest attached).
const IDS_SHOWN: usize = 10;

/// The report.
pub(super) struct Markdown;

impl Report for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(page(sealed.findings(), context).as_bytes())
    }
}

fn page(findings: &Findings, context: &Context<'_>) -> String {
    let mut page = String::from("# Failed calls to an LLM API\n\n");
    if context.internal {
        page.push_str("**INTERNAL: shows own hosts and paths. Do not send.**\n\n");
    }
    let _ = writeln!(page, "{}\n", prose(&headline(findings)));
    for (at, window) in findings.windows.iter().enumerate() {
        page.push_str(&section(at + 1, window));
    }
    let counts = &findings.counts;
    let _ = writeln!(
        page,
        "## All traffic\n\n{} in {}; {} ({:.1} %), {} outside every window; {} recovered by a retry, {} lost.\n",
        counted(counts.attempts, "attempt", "attempts"),
        counted(counts.calls, "call", "calls"),
        counted(counts.failures, "failure", "failures"),
        phrases::percent(counts.failures, counts.attempts),
        count(findings.isolated_count),
        counted(counts.calls_recovered, "call", "calls"),
        count(counts.calls_lost)
    );
    page.push_str(&caller_side(findings));
    page.push_str(&remarks(findings));
    page.push_str(&coverage(findings));
    let _ = writeln!(page, "\nfaultscope {}", context.version);
    page
}

fn section(number: usize, window: &Window) -> String {
    let mut out = format!(
        "## Window {number}: {}, {}\n\n| | |\n|---|---|\n",
        window.verdict.class.name(),
        phrases::severity(window.severity)
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
    row(
        "usual outside it",
        format!("{:.1} %", phrases::round(window.baseline * 100.0)),
    );
    row(
        "calls",
        format!(
            "{}, {} lost after their retries",
            counted(window.calls, "call", "calls"),
            count(window.calls_lost)
        ),
    );
    row(
        "reached the provider",
        format!(
            "yes {}, no {}, unknown {}",
            window.reached_yes, window.reached_no, window.reached_unknown
        ),
    );
    row(
        "confidence",
        format!("{} ({:.2})", confidence(window.verdict.confidence), window.verdict.confidence),
    );
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
        let id = |id: &Option<crate::model::Name>| id.as_deref().map_or_else(|| "none".to_owned(), code);
        let ids = &attempt.ids;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            code(&attempt.time.to_string()),
            ending(attempt.outcome),
            id(&ids.x_request_id),
            id(&ids.x_client_request_id),
            id(&ids.cf_ray)
        );
    }
    out.push('\n');
    out
}

fn caller_side(findings: &Findings) -> String {
    if findings.caller_side.is_empty() {
        return String::new();
    }
    let mut out = String::from("## The caller's own errors (in no window)\n\n");
    for kind in &findings.caller_side {
        let _ = writeln!(
            out,
            "- {} {}, {} to {}. {}",
            count(kind.count),
            kind.kind.name(),
            second(kind.first),
            second(kind.last),
            prose(&kind.advice)
        );
    }
    out.push('\n');
    out
}

fn remarks(findings: &Findings) -> String {
    if findings.findings.is_empty() {
        return String::new();
    }
    let mut out = String::from("## Remarks\n\n");
    for finding in &findings.findings {
        let path = finding
            .path
            .as_ref()
            .map(|path| format!("{}: ", code(path)))
            .unwrap_or_default();
        let _ = writeln!(out, "- {path}{} {}", prose(&finding.says), prose(&finding.advice));
    }
    out.push('\n');
    out
}

fn coverage(findings: &Findings) -> String {
    let read = &findings.coverage;
    let mut out = String::from("## What was read\n\n| file | format | calls | other | unread |\n|---|---|---|---|---|\n");
    for source in &read.sources {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            code(&source.path),
            source.format.unwrap_or("unknown"),
            count(source.records),
            count(source.other_records),
            count(source.unread_records)
        );
    }
    for skipped in &read.skipped {
        let _ = writeln!(out, "\n- skipped {}: {}", code(&skipped.path), prose(&skipped.reason));
    }
    out
}

/// A value from data in a code span, behind a fence longer than any inside it; a bar would end a table's cell.
fn code(value: &str) -> String {
    let value = inert(value).replace('|', "¦");
    let longest = value.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 {
        format!("{fence} {value} {fence}")
    } else {
        format!("{fence}{value}{fence}")
    }
}

/// A sentence of ours that may hold a name from data: what Markdown would act on is escaped.
fn prose(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for letter in inert(sentence).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '|' | '#') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn data_stays_inside_its_code_span() {
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("x|y"), "`x¦y`");
    }

    #[test]
    fn no_name_becomes_a_link_or_an_image() {
        assert_eq!(prose("![x](http://evil)"), "\\!\\[x\\](http://evil)");
    }
}
