//! The report for a wiki, an issue or a chat: the same facts as the text report, with values from data in code spans
//! only, so that nothing in a log can become a link, an image or a heading.

mod inert_text;
mod section;

use super::filters;
use super::many_logs;
use super::phrases::{answers, count, listed, second};
use super::report::{Context, Report};
use super::summary::headline;
use super::summary::{self, next_steps};
use super::totals;
use crate::model::Findings;
use crate::redact::Sealed;
use inert_text::{code, prose};
use std::fmt::Write as _;
use std::io;

/// Models named with an error of the caller's own making.
const MODELS_NAMED: usize = 5;

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
    if let Some(told) = filters::told(&findings.narrowed) {
        let _ = writeln!(page, "**Filtered**: {}\n", prose(&told));
    }
    page.push_str(&warnings(findings));
    page.push_str(&next(findings));
    for (at, window) in findings.windows.iter().enumerate() {
        page.push_str(&section::section(at + 1, window, findings.timeline.windows.get(at)));
    }
    let sentence = totals::all_traffic(findings);
    let _ = writeln!(page, "## All traffic\n\n{sentence}\n");
    page.push_str(&caller_side(findings));
    page.push_str(&retries(findings));
    page.push_str(&remarks(findings));
    page.push_str(&coverage(findings));
    let removed: Vec<String> = context
        .removed
        .iter()
        .map(|(class, number)| format!("{class} {}", count(*number)))
        .collect();
    if !removed.is_empty() {
        let _ = writeln!(page, "\nRemoved, or replaced by stable stand-ins: {}.", removed.join(", "));
    }
    let _ = writeln!(page, "\nfaultscope {}", context.version);
    page
}

/// What was not read stands near the top.
fn warnings(findings: &Findings) -> String {
    if findings.coverage.is_complete() {
        return String::new();
    }
    "**Not everything was read**: what was not is named at the end.\n\n".to_owned()
}

fn next(findings: &Findings) -> String {
    let steps = next_steps(findings);
    if steps.is_empty() {
        return String::new();
    }
    let mut out = String::from("## What to do next\n\n");
    for (at, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", at + 1, prose(step));
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
        let models: Vec<String> = kind.models.iter().take(MODELS_NAMED).map(|model| code(model)).collect();
        let _ = writeln!(
            out,
            "- {} {}{}, {} to {}{}{}. {}",
            count(kind.count),
            kind.kind.name(),
            answers(kind),
            second(kind.first),
            second(kind.last),
            if models.is_empty() {
                String::new()
            } else {
                format!(", to {}", listed(models))
            },
            kind.messages.first().map_or_else(String::new, |(message, number)| format!(
                ", \"{}\" {}",
                prose(message),
                count(*number)
            )),
            prose(&kind.advice)
        );
    }
    out.push('\n');
    out
}

fn retries(findings: &Findings) -> String {
    let retries = &findings.retries;
    if retries.chains == 0 && retries.findings.is_empty() {
        return String::new();
    }
    let mut out = format!("## Retries\n\n- {}\n", totals::retried(findings));
    for finding in &retries.findings {
        let _ = writeln!(
            out,
            "- {}: {}. {}",
            finding.finding,
            count(finding.count),
            prose(&finding.advice)
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
    for remark in summary::remarks(findings) {
        let paths: Vec<String> = remark.paths.iter().map(|path| code(path)).collect();
        let of = if paths.is_empty() {
            String::new()
        } else {
            format!("{}: ", paths.join(", "))
        };
        let _ = writeln!(out, "- {of}{} {}", prose(remark.says), prose(remark.advice));
    }
    out.push('\n');
    out
}

fn coverage(findings: &Findings) -> String {
    let read = &findings.coverage;
    let mut out =
        String::from("## What was read\n\n| file | format | calls | other | unread | zone, clock |\n|---|---|---|---|---|---|\n");
    let logs = many_logs::sources(read);
    for source in &logs.some {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            code(&source.path),
            source.format.unwrap_or("unknown"),
            count(source.records),
            count(source.other_records),
            count(source.unread_records),
            prose(&many_logs::clock(source))
        );
    }
    if let Some(more) = logs.more() {
        let _ = writeln!(out, "\n{more}");
    }
    for source in logs.some.iter().filter(|source| source.unread_records > 0) {
        let lines: Vec<String> = source.unread_lines.iter().map(u64::to_string).collect();
        let _ = writeln!(
            out,
            "\n- not understood: {} line {}{}",
            code(&source.path),
            lines.join(", "),
            if source.unread_records > lines.len() as u64 {
                ", …"
            } else {
                ""
            }
        );
    }
    let skipped = many_logs::skipped(read);
    for skipped in &skipped.some {
        let _ = writeln!(out, "\n- skipped {}: {}", code(&skipped.path), prose(&skipped.reason));
    }
    if let Some(more) = skipped.more() {
        let _ = writeln!(out, "\n- skipped: {more}");
    }
    out
}
