//! The report for the engineer at the terminal: whose fault, since when, how much, and what to do.

mod coverage;
mod window;

use super::filters;
use super::phrases::{answers, count, counted, inert, listed, second};
use super::report::{Context, Report};
use super::summary::headline;
use super::summary::{next_steps, remarks};
use super::table::wrapped;
use super::totals;
use crate::model::{CallerSideCount, Findings};
use crate::redact::Sealed;
use std::io;

/// Models named with an error of the caller's own making; the rest are counted.
const MODELS_NAMED: usize = 5;

/// The report.
pub(super) struct Text;

impl Report for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let page = Page {
            findings: sealed.findings(),
            context,
        };
        out.write_all(page.whole().as_bytes())
    }
}

struct Page<'a> {
    findings: &'a Findings,
    context: &'a Context<'a>,
}

impl Page<'_> {
    fn whole(&self) -> String {
        let mut page = String::new();
        if self.context.internal {
            page.push_str("INTERNAL: shows own hosts and paths. Do not send.\n\n");
        }
        page.push_str(&self.bold(&wrapped(&headline(self.findings), "", "", self.context.width)));
        page.push_str(&self.filtered());
        page.push_str(&self.warnings());
        page.push_str(&self.next());
        for (at, window) in self.findings.windows.iter().enumerate() {
            page.push('\n');
            page.push_str(&self.window(at + 1, window));
        }
        page.push_str(&self.totals());
        page.push_str(&self.caller_side());
        page.push_str(&self.retries());
        page.push_str(&self.remarks());
        page.push_str(&self.coverage());
        page
    }

    fn bold(&self, text: &str) -> String {
        if self.context.colour {
            format!("\u{1b}[1m{}\u{1b}[0m\n", text.trim_end())
        } else {
            text.to_owned()
        }
    }

    fn title(&self, text: &str) -> String {
        format!("\n{}", self.bold(&format!("{text}\n")))
    }

    fn point(&self, text: &str) -> String {
        wrapped(text, "  - ", "    ", self.context.width)
    }

    /// What to do next, before the reasons.
    fn next(&self) -> String {
        let steps = next_steps(self.findings);
        if steps.is_empty() {
            return String::new();
        }
        let mut out = self.title("What to do next");
        for (at, step) in steps.iter().enumerate() {
            out.push_str(&wrapped(step, &format!("  {}. ", at + 1), "     ", self.context.width));
        }
        out
    }

    /// What was not looked at stands there, too: without it "all" says too much.
    fn filtered(&self) -> String {
        let told = filters::told(&self.findings.narrowed);
        told.map_or_else(String::new, |told| {
            wrapped(&format!("Filtered: {told}"), "! ", "  ", self.context.width)
        })
    }

    /// What was not read stands near the top: a verdict on half the logs is half a verdict.
    fn warnings(&self) -> String {
        let read = &self.findings.coverage;
        if read.is_complete() {
            return String::new();
        }
        let unknown = read.sources.iter().filter(|source| source.format.is_none()).count() as u64;
        let mut parts = Vec::new();
        if unknown > 0 {
            parts.push(format!("{} in no known format", counted(unknown, "file", "files")));
        }
        if !read.skipped.is_empty() {
            parts.push(format!(
                "{} not read, or not to the end",
                counted(read.skipped.len() as u64, "file", "files")
            ));
        }
        let lines: u64 = read
            .sources
            .iter()
            .filter(|source| source.format.is_some())
            .map(|source| source.unread_records)
            .sum();
        if lines > 0 {
            parts.push(format!("{} not understood", counted(lines, "record", "records")));
        }
        wrapped(
            &format!("Not everything was read: {}. They are named at the end.", parts.join(", ")),
            "! ",
            "  ",
            self.context.width,
        )
    }

    fn totals(&self) -> String {
        let mut out = self.title("All traffic");
        let sentence = totals::all_traffic(self.findings);
        out.push_str(&wrapped(&sentence, "  ", "  ", self.context.width));
        out
    }

    fn caller_side(&self) -> String {
        if self.findings.caller_side.is_empty() {
            return String::new();
        }
        let mut out = self.title("The caller's own errors (in no window)");
        for kind in &self.findings.caller_side {
            let line = format!(
                "{} {}{}, {} to {}{}{}. {}",
                count(kind.count),
                kind.kind.name(),
                answers(kind),
                second(kind.first),
                second(kind.last),
                models(kind),
                said(kind),
                kind.advice
            );
            out.push_str(&self.point(&line));
        }
        out
    }

    fn retries(&self) -> String {
        let retries = &self.findings.retries;
        if retries.chains == 0 && retries.findings.is_empty() {
            return String::new();
        }
        let mut out = self.title("Retries");
        out.push_str(&self.point(&totals::retried(self.findings)));
        for finding in &retries.findings {
            out.push_str(&self.point(&format!("{}: {}. {}", finding.finding, count(finding.count), finding.advice)));
        }
        out
    }

    fn remarks(&self) -> String {
        if self.findings.findings.is_empty() {
            return String::new();
        }
        let mut out = self.title("Remarks");
        for remark in remarks(self.findings) {
            let paths: Vec<String> = remark.paths.iter().map(|path| inert(path)).collect();
            let of = if paths.is_empty() {
                String::new()
            } else {
                format!("{}: ", paths.join(", "))
            };
            out.push_str(&self.point(&format!("{of}{} {}", inert(remark.says), inert(remark.advice))));
        }
        out
    }
}

/// The models that an error of the caller's own making concerned.
fn models(kind: &CallerSideCount) -> String {
    let mut named: Vec<String> = kind.models.iter().take(MODELS_NAMED).map(|model| inert(model)).collect();
    match kind.models.len().saturating_sub(MODELS_NAMED) {
        0 if named.is_empty() => return String::new(),
        0 => {}
        more => named.push(format!("{more} more")),
    }
    format!(", to {}", listed(named))
}

/// The most frequent known message of an error of the caller's own making.
fn said(kind: &CallerSideCount) -> String {
    let most = kind.messages.first();
    most.map_or_else(String::new, |(message, number)| format!(", \"{message}\" {}", count(*number)))
}
