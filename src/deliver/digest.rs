//! The night's news in a few lines: the first is fit to be a mail's subject, the rest says where to read on.

use super::filters;
use super::phrases::{self, counted, inert, percent, scope, second, share};
use super::report::{Context, Report};
use super::table::wrapped;
use crate::model::{Class, Window};
use crate::redact::Sealed;
use std::io;

/// Characters of a subject that mail programs show in one line.
const SUBJECT: usize = 110;

/// The news of the windows that are handed to it, which are the new and the changed ones.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// `new` or `changed`, for each window.
    pub news: Vec<&'static str>,
    /// What is said of each window besides.
    pub remarks: Vec<Vec<String>>,
    /// Where the reports lie.
    pub folder: String,
}

impl Report for Digest {
    fn name(&self) -> &'static str {
        "digest"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let windows = &sealed.findings().windows;
        writeln!(out, "{}", self.subject(windows))?;
        for (at, window) in windows.iter().enumerate() {
            let news = self.news.get(at).copied().unwrap_or("new");
            writeln!(out)?;
            let width = context.width;
            let mut say = |text: &str| out.write_all(wrapped(text, "  ", "  ", width).as_bytes());
            say(&format!(
                "{}: {}, {}",
                news.to_uppercase(),
                window.verdict.class.name(),
                scope(&window.scope)
            ))?;
            let until = if window.ongoing {
                ", still going on when the logs end".to_owned()
            } else {
                format!(" to {}", second(window.end))
            };
            say(&format!("from {}{until}; {}", second(window.start), share(window)))?;
            if window.only_failures {
                say(&phrases::lost(window))?;
            } else if window.calls > 0 {
                let calls = counted(window.calls, "call", "calls");
                let retries = phrases::after_retries(window.is_retried());
                say(&format!("{} of {calls} lost{retries}", phrases::count(window.calls_lost)))?;
            }
            for remark in self.remarks.get(at).into_iter().flatten() {
                say(remark)?;
            }
            say(&format!("next: {}", window.verdict.next_step))?;
        }
        if let Some(told) = filters::told(&sealed.findings().narrowed) {
            writeln!(out)?;
            out.write_all(wrapped(&format!("Filtered: {told}"), "  ", "  ", context.width).as_bytes())?;
        }
        if !self.folder.is_empty() {
            writeln!(out, "\n  reports: {}", inert(&self.folder))?;
        }
        Ok(())
    }
}

impl Digest {
    /// How many windows are new or changed, and the gravest of them.
    fn subject(&self, windows: &[Window]) -> String {
        let new = self.news.iter().filter(|news| **news == "new").count() as u64;
        let changed = windows.len() as u64 - new.min(windows.len() as u64);
        let mut counts = Vec::new();
        if new > 0 {
            counts.push(counted(new, "new failure window", "new failure windows"));
        }
        if changed > 0 {
            counts.push(counted(changed, "changed", "changed"));
        }
        let gravest = windows.iter().max_by_key(|window| {
            let short = window.verdict.class == Class::Transient;
            (!short, window.failures, std::cmp::Reverse(window.start))
        });
        let gravest = gravest.map_or_else(String::new, |window| {
            let failed = if window.only_failures {
                counted(window.failures, "failure", "failures")
            } else {
                format!("{:.0} % failed", percent(window.failures, window.attempts))
            };
            format!(
                ": {} {}, {failed}, {}",
                window.verdict.class.name(),
                window.start.to_utc().format("%Y-%m-%d %H:%M UTC"),
                scope(&window.scope)
            )
        });
        let subject = format!("faultscope: {}{gravest}", counts.join(", "));
        let mut cut: String = subject.chars().take(SUBJECT).collect();
        if cut.len() < subject.len() {
            cut.push_str("...");
        }
        cut
    }
}
