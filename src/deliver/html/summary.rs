//! The top of the page: whose fault, since when, how much, and every window in a line.

use super::class_of;
use super::markup::Markup;
use super::slices;
use super::table::{numbers, table, words};
use crate::deliver::Context;
use crate::deliver::filters;
use crate::deliver::phrases::{self, confidence, count, counted, length, second};
use crate::deliver::summary::headline;
use crate::deliver::summary::is_reach_unknown;
use crate::deliver::totals;
use crate::model::{Class, Coverage, Dimension, Findings, Window};

/// Writes the headline, what it rests on, and where to go on.
pub(super) fn write(page: &mut Markup, findings: &Findings, context: &Context<'_>) {
    if context.internal {
        page.within("p", &[("class", &"banner"), ("role", &"note")], |page| {
            page.element("strong", &[], "Internal: do not send. ");
            page.text("This report shows own hosts, addresses and paths.");
        });
    }
    page.element("p", &[("class", &"eyebrow")], "Failed calls to an LLM API");
    let worst = worst(findings);
    // What was not read may have failed: that is no good news.
    let otherwise = if findings.coverage.is_complete() { "good" } else { "unsure" };
    let class = worst.map_or(otherwise, |(window, _)| class_of(window));
    page.within("div", &[("class", &format!("verdict {class}"))], |page| {
        page.within("h1", &[], |page| page.prose(&headline(findings)));
        match worst {
            Some((window, at)) => facts(page, window, at),
            None => quiet(page, findings),
        }
    });
    if let Some(told) = filters::told(&findings.narrowed) {
        page.within("p", &[("class", &"banner"), ("role", &"note")], |page| {
            page.element("strong", &[], "Filtered: ");
            page.prose(&told);
        });
    }
    incomplete(page, &findings.coverage);
    page.within("nav", &[("aria-label", &"Contents")], |page| {
        page.within("ul", &[], |page| {
            for (to, says, is_there) in [
                ("windows", "Windows", !findings.windows.is_empty()),
                ("timeline", "Over time", !findings.timeline.all.steps.is_empty()),
                ("slices", "Where", slices::is_shown(findings)),
                ("details", "Each window", !findings.windows.is_empty()),
                ("caller-side", "Caller’s own errors", !findings.caller_side.is_empty()),
                ("retries", "Retries", findings.retries.chains > 0),
                ("remarks", "Remarks", !findings.findings.is_empty()),
                ("coverage", "What was read", true),
            ] {
                if is_there {
                    page.within("li", &[], |page| page.jump(to, &[], says));
                }
            }
        });
    });
}

/// The window that the headline speaks of, and its number.
fn worst(findings: &Findings) -> Option<(&Window, usize)> {
    let numbered = findings.windows.iter().zip(1..);
    numbered.max_by_key(|(window, _)| (window.failures, std::cmp::Reverse(window.start)))
}

/// A window's answer to "whose fault?".
fn whose(window: &Window) -> &'static str {
    match window.verdict.class {
        Class::NetworkSide if is_reach_unknown(window) => "Own network first: no log tells whether the provider was reached",
        Class::NetworkSide => "Own network, proxy or host",
        Class::Transient => "Provider, briefly",
        Class::ModelSpecific => match window.scope.values.get(&Dimension::Model).map_or(1, Vec::len) {
            1 => "Provider, one model",
            _ => "Provider, some models",
        },
        Class::Outage => "Provider",
    }
}

fn fact(page: &mut Markup, name: &str, value: &str, more: &str) {
    page.within("div", &[], |page| {
        page.element("dt", &[], name);
        page.within("dd", &[], |page| {
            page.prose(value);
            if !more.is_empty() {
                page.text(" ");
                page.within("small", &[], |page| page.prose(more));
            }
        });
    });
}

fn facts(page: &mut Markup, window: &Window, number: usize) {
    page.within("dl", &[("class", &"figures")], |page| {
        let sure = format!(
            "confidence {} ({:.2})",
            confidence(window.verdict.confidence),
            window.verdict.confidence
        );
        fact(page, "Whose fault", whose(window), &sure);
        let until = if window.ongoing {
            "not proven to be over".to_owned()
        } else {
            format!("until {}", second(window.end))
        };
        fact(page, "Since", &second(window.start), &until);
        let [share, of] = phrases::share_in_short(window);
        if window.only_failures {
            fact(page, "Failed", &of, "only failures were logged: share unknown");
            fact(page, "Calls lost", "unknown", &phrases::lost(window));
        } else {
            fact(page, "Failed", &share, &format!("{of} attempts"));
            let retries = phrases::after_retries(window.is_retried());
            let of = format!("of {}{retries}", counted(window.calls, "call", "calls"));
            fact(page, "Calls lost", &count(window.calls_lost), &of);
        }
    });
    page.within("p", &[("class", &"next")], |page| {
        page.element("strong", &[], "Next: ");
        page.prose(&window.verdict.next_step);
        page.text(" ");
        page.jump(&format!("w{number}"), &[], &format!("Window {number} in full"));
    });
}

fn quiet(page: &mut Markup, findings: &Findings) {
    let counts = &findings.counts;
    page.within("dl", &[("class", &"figures")], |page| {
        fact(
            page,
            "Attempts",
            &count(counts.attempts),
            &format!("in {}", counted(counts.calls, "call", "calls")),
        );
        if counts.without_successes() {
            fact(
                page,
                "Failures",
                &count(counts.failures),
                "only failures were logged: share unknown",
            );
            return;
        }
        let share = format!("{:.1} %, in no window", phrases::percent(counts.failures, counts.attempts));
        fact(page, "Failures", &count(counts.failures), &share);
        fact(
            page,
            "Calls lost",
            &count(counts.calls_lost),
            &format!("{} saved by a retry", count(counts.calls_recovered)),
        );
    });
}

/// What was not read stands near the top: a verdict on half the logs is half a verdict.
fn incomplete(page: &mut Markup, read: &Coverage) {
    if read.is_complete() {
        return;
    }
    page.within("p", &[("class", &"banner"), ("role", &"note")], |page| {
        page.element("strong", &[], "Not everything was read. ");
        let unknown = read.sources.iter().filter(|source| source.format.is_none()).count() as u64;
        page.text(&format!(
            "{} in no known format, {} not read, or not to the end, {} not understood: ",
            counted(unknown, "file", "files"),
            count(read.skipped.len() as u64),
            counted(read.unread_records(), "record", "records")
        ));
        page.jump("coverage", &[], "what was read");
        page.text(".");
    });
}

/// Writes every window in a line.
pub(super) fn windows(page: &mut Markup, findings: &Findings) {
    page.within("section", &[("id", &"windows")], |page| {
        let number = findings.windows.len() as u64;
        page.element("h2", &[], if number == 0 { "All traffic" } else { "Windows" });
        page.element("p", &[], &totals::all_traffic(findings));
        if number == 0 {
            return;
        }
        let caption = format!(
            "{} in which failures were more than usual, by start",
            counted(number, "window", "windows")
        );
        let columns = [
            numbers("Window"),
            words("Class"),
            words("Start (UTC)"),
            words("Length"),
            words("What"),
            numbers("Failed"),
            numbers("Calls lost"),
            words("Confidence"),
        ];
        table(page, "cards index", &caption, &columns, |rows| {
            for (window, number) in findings.windows.iter().zip(1_usize..) {
                rows.row(|row| {
                    row.cell(|page| page.jump(&format!("w{number}"), &[], &number.to_string()));
                    row.cell(|page| badge(page, window));
                    row.prose(second(window.start).trim_end_matches(" UTC"));
                    row.text(&length(window.end.since(window.start)));
                    row.prose(&phrases::scope(&window.scope));
                    row.cell(|page| {
                        let [share, of] = phrases::share_in_short(window);
                        page.text(&share);
                        page.element("small", &[], &format!(" {of}"));
                    });
                    row.text(&if window.only_failures {
                        "unknown".to_owned()
                    } else {
                        count(window.calls_lost)
                    });
                    row.text(confidence(window.verdict.confidence));
                });
            }
        });
    });
}

/// A window's class and how much failed.
pub(super) fn badge(page: &mut Markup, window: &Window) {
    page.element("span", &[("class", &format!("badge {}", class_of(window)))], class_of(window));
    page.text(" ");
    page.text(phrases::severity(window));
    if window.ongoing {
        page.text(", not proven to be over");
    }
}
