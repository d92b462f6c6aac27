//! One window at the terminal.

use super::Page;
use crate::deliver::compared::comparisons;
use crate::deliver::phrases::{self, confidence, count, ending, handle, length, samples, second, status_note};
use crate::deliver::summary;
use crate::deliver::table::wrapped;
use crate::model::Window;

/// Request ids shown per window: enough to paste, few enough to read.
const IDS_SHOWN: usize = 5;

impl Page<'_> {
    pub(super) fn window(&self, number: usize, window: &Window) -> String {
        let width = self.context.width;
        let mut out = self.bold(&format!(
            "Window {number}: {}, {} (confidence {}, {:.2})\n",
            window.verdict.class.name(),
            phrases::severity(window),
            confidence(window.verdict.confidence),
            window.verdict.confidence
        ));
        let ongoing = if window.ongoing { "; not proven to be over" } else { "" };
        let mut fact = |name: &str, text: String| out.push_str(&wrapped(&text, &format!("  {name:<9} "), "            ", width));
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
        fact("how much", phrases::share(window));
        fact("usual", summary::usual(window));
        fact("calls", phrases::lost(window));
        fact("ended in", self.endings(window));
        if let Some(said) = said(window) {
            fact("said", said);
        }
        fact(
            "reached",
            format!(
                "provider: yes {}, no {}, unknown {}",
                count(window.reached_yes),
                count(window.reached_no),
                count(window.reached_unknown)
            ),
        );
        if let Some(took) = summary::took(window, self.findings.timeline.windows.get(number - 1)) {
            fact("took", took);
        }
        for (word, values) in comparisons(window) {
            fact(word, values);
        }
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
            "  next      ",
            "            ",
            self.context.width,
        ));
        out
    }

    fn requests(&self, window: &Window) -> String {
        let mut out = String::new();
        let samples = samples(&window.requests, IDS_SHOWN);
        if !samples.is_empty() {
            let line = format!(
                "requests ({} of {}; {})",
                samples.len(),
                count(window.failures),
                phrases::list_of(window, "--report csv")
            );
            out.push_str(&wrapped(&line, "  ", "    ", self.context.width));
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
        let errors = window.by_error.iter().take(3);
        let errors = errors.map(|error| format!("{}: {}", phrases::error(error), count(error.count)));
        let ends: Vec<String> = statuses.chain(kinds).collect();
        let errors: Vec<String> = errors.collect();
        if errors.is_empty() {
            ends.join(", ")
        } else {
            format!("{} ({})", ends.join(", "), errors.join("; "))
        }
    }
}

/// The known messages of the failures, the most frequent first.
fn said(window: &Window) -> Option<String> {
    /// Messages told.
    const TOLD: usize = 3;
    let messages = &window.case.whole.as_ref()?.messages;
    let told: Vec<String> = messages
        .iter()
        .take(TOLD)
        .map(|(message, number)| format!("\"{message}\" {}", count(*number)))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}
