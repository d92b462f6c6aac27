//! The report for the engineer at the terminal: whose fault, since when, how much, and what to do.

use super::phrases::{self, confidence, count, counted, ending, handle, headline, inert, length, samples, second, status_note};
use super::report::{Context, Report};
use super::table::{table, wrapped};
use crate::model::{Coverage, Findings, SourceCoverage, Window};
use crate::redact::Sealed;
use std::fmt::Write as _;
use std::io;

/// Request ids shown per window: enough to paste, few enough to read.
const IDS_SHOWN: usize = 5;

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
        page.push_str(&self.warnings());
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
            parts.push(format!("{} skipped", counted(read.skipped.len() as u64, "file", "files")));
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

    fn window(&self, number: usize, window: &Window) -> String {
        let width = self.context.width;
        let mut out = self.bold(&format!(
            "Window {number}: {}, {} (confidence {}, {:.2})\n",
            window.verdict.class.name(),
            phrases::severity(window.severity),
            confidence(window.verdict.confidence),
            window.verdict.confidence
        ));
        let ongoing = if window.ongoing { "; not proven to be over" } else { "" };
        let mut fact = |name: &str, text: String| out.push_str(&wrapped(&text, &format!("  {name:<9}"), "           ", width));
        fact(
            "when",
            format!(
                "{} to {} ({}{ongoing})",
                second(window.start),
                second(window.end),
                length(window.end.since(window.start))
            ),
        );
        fact("what", phrases::scope(&window.scope));
        fact(
            "how much",
            format!(
                "{}; usual outside it: {:.1} %",
                phrases::share(window),
                phrases::round(window.baseline * 100.0)
            ),
        );
        fact(
            "calls",
            format!(
                "{}, {} lost after their retries",
                counted(window.calls, "call", "calls"),
                count(window.calls_lost)
            ),
        );
        fact("ended in", self.endings(window));
        fact(
            "reached",
            format!(
                "provider: yes {}, no {}, unknown {}",
                count(window.reached_yes),
                count(window.reached_no),
                count(window.reached_unknown)
            ),
        );
        if !window.flags.is_empty() {
            let flags: Vec<&str> = window.flags.iter().map(|flag| flag.name()).collect();
            fact("flags", flags.join(", "));
        }
        out.push_str(&self.verdict(window));
        out.push_str(&self.requests(window));
        out
    }

    fn verdict(&self, window: &Window) -> String {
        let mut out = "  because\n".to_owned();
        for sentence in &window.verdict.because {
            out.push_str(&self.point(sentence));
        }
        out.push_str("  not\n");
        for counter in &window.verdict.against {
            out.push_str(&self.point(&format!("{}: {}", counter.class.name(), counter.says)));
        }
        if !window.status_page.is_empty() {
            out.push_str("  status page\n");
        }
        for note in &window.status_page {
            out.push_str(&self.point(&status_note(note)));
        }
        out.push_str(&wrapped(
            &window.verdict.next_step,
            "  next     ",
            "           ",
            self.context.width,
        ));
        out
    }

    fn requests(&self, window: &Window) -> String {
        let mut out = String::new();
        let samples = samples(&window.requests, IDS_SHOWN);
        if !samples.is_empty() {
            let _ = writeln!(
                out,
                "  requests ({} of {}; all of them with --report json)",
                samples.len(),
                count(window.failures)
            );
        }
        for attempt in samples {
            let line = format!("{} {} {}", attempt.time, ending(attempt.outcome), handle(attempt));
            out.push_str(&wrapped(&line, "    ", "      ", self.context.width));
        }
        out
    }

    fn endings(&self, window: &Window) -> String {
        let statuses = window
            .by_status
            .iter()
            .map(|(status, number)| format!("{status}: {}", count(*number)));
        let kinds = window
            .by_transport_error
            .iter()
            .map(|(kind, number)| format!("{}: {}", kind.name(), count(*number)));
        let errors = window.by_error.iter().take(3).map(|error| {
            let word = error.error_type.as_deref().or(error.code.as_deref()).unwrap_or("-");
            format!("{} {}", inert(word), count(error.count))
        });
        let ends: Vec<String> = statuses.chain(kinds).collect();
        let errors: Vec<String> = errors.collect();
        if errors.is_empty() {
            ends.join(", ")
        } else {
            format!("{} ({})", ends.join(", "), errors.join(", "))
        }
    }

    fn totals(&self) -> String {
        let counts = &self.findings.counts;
        let mut out = self.title("All traffic");
        let sentence = format!(
            "{} in {}; {} ({:.1} %), {} of them outside every window; {} recovered by a retry, {} lost.",
            counted(counts.attempts, "attempt", "attempts"),
            counted(counts.calls, "call", "calls"),
            counted(counts.failures, "failure", "failures"),
            phrases::percent(counts.failures, counts.attempts),
            count(self.findings.isolated_count),
            counted(counts.calls_recovered, "call", "calls"),
            count(counts.calls_lost)
        );
        out.push_str(&wrapped(&sentence, "  ", "  ", self.context.width));
        out
    }

    fn caller_side(&self) -> String {
        if self.findings.caller_side.is_empty() {
            return String::new();
        }
        let mut out = self.title("The caller's own errors (in no window)");
        for kind in &self.findings.caller_side {
            let statuses: Vec<String> = kind
                .by_status
                .iter()
                .map(|(status, number)| format!("{status}: {number}"))
                .collect();
            let line = format!(
                "{} {} ({}), {} to {}. {}",
                count(kind.count),
                kind.kind.name(),
                statuses.join(", "),
                second(kind.first),
                second(kind.last),
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
        let line = format!(
            "{} with more than one attempt, {} at most; {} saved, {} exhausted.",
            counted(retries.chains, "call", "calls"),
            counted(retries.longest, "attempt", "attempts"),
            count(retries.recovered),
            count(retries.exhausted)
        );
        out.push_str(&self.point(&line));
        for finding in &retries.findings {
            out.push_str(&self.point(&format!("{}: {} {}", finding.finding, count(finding.count), finding.advice)));
        }
        out
    }

    fn remarks(&self) -> String {
        if self.findings.findings.is_empty() {
            return String::new();
        }
        let mut out = self.title("Remarks");
        for finding in &self.findings.findings {
            let path = finding
                .path
                .as_ref()
                .map(|path| format!("{}: ", inert(path)))
                .unwrap_or_default();
            out.push_str(&self.point(&format!("{path}{} {}", finding.says, finding.advice)));
        }
        out
    }

    fn coverage(&self) -> String {
        let read = &self.findings.coverage;
        let mut out = self.title("What was read");
        let span = read.start.zip(read.end).map_or_else(
            || "no time".to_owned(),
            |(start, end)| format!("{} to {}", second(start), second(end)),
        );
        let sentence = format!(
            "{}, {} MB: {} about a call, {} about something else, {} not understood; {span}.",
            counted(read.sources.len() as u64, "file", "files"),
            count(read.bytes.div_ceil(1_000_000)),
            counted(read.records(), "record", "records"),
            count(read.other_records()),
            count(read.unread_records())
        );
        out.push_str(&wrapped(&sentence, "  ", "  ", self.context.width));
        let rows = read.sources.iter().map(row).collect();
        out.push_str(&table(
            &["file", "format", "calls", "other", "unread", "zone, clock"],
            rows,
            self.context.width,
        ));
        out.push_str(&self.unread(read));
        out
    }

    fn unread(&self, read: &Coverage) -> String {
        let mut out = String::new();
        for source in read.sources.iter().filter(|source| source.unread_records > 0) {
            let lines: Vec<String> = source
                .unread_lines
                .iter()
                .map(|line| format!("{}:{line}", inert(&source.path)))
                .collect();
            let more = if source.unread_records > lines.len() as u64 {
                ", …"
            } else {
                ""
            };
            out.push_str(&self.point(&format!("not understood: {}{more}", lines.join(", "))));
        }
        for source in read.sources.iter().filter(|source| !source.notes.is_empty()) {
            out.push_str(&self.point(&format!(
                "{}: {}",
                inert(&source.path),
                source.notes.iter().map(|note| inert(note)).collect::<Vec<_>>().join("; ")
            )));
        }
        for skipped in &read.skipped {
            out.push_str(&self.point(&format!("skipped {}: {}", inert(&skipped.path), inert(&skipped.reason))));
        }
        out
    }
}

fn row(source: &SourceCoverage) -> Vec<String> {
    let offset = source.clock_offset_seconds;
    let clock = if offset.abs() >= 0.001 {
        format!(" {offset:+.1} s")
    } else {
        String::new()
    };
    vec![
        inert(&source.path),
        source.format.unwrap_or("unknown").to_owned(),
        count(source.records),
        count(source.other_records),
        count(source.unread_records),
        format!("{}{clock}", source.time_zone.as_deref().unwrap_or("in the log")),
    ]
}
