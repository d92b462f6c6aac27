//! The figures of a ticket as sentences: always with numerator and denominator.

use super::page::Page;
use super::when;
use crate::deliver::filters;
use crate::deliver::phrases::{after_retries, count, counted, duration, ending, inert, interval, length, percent, status_note};
use crate::model::{
    Attempt, Durations, Findings, Occurrences, Outcome, Part, Share, Stretch, Took, TransportError, Window, Zoom,
};

/// What was looked at, where that is not all traffic.
pub(super) fn filtered(page: &mut Page, findings: &Findings) {
    if let Some(told) = filters::told(&findings.narrowed) {
        page.line(&format!("Filtered: {told}"));
    }
}

/// "14.2 % of attempts failed, 443 of 3,120 (95 % interval 13.0 to 15.5 %)".
pub(super) fn share(window: &Window, share: Share) -> String {
    if window.only_failures {
        return format!(
            "unknown: our logs hold failures only, {} in this time and no success",
            counted(share.failed, "failure", "failures")
        );
    }
    let [low, high] = interval(share.failed, share.attempts);
    format!(
        "{:.1} % of attempts failed, {} of {} (95 % interval {low:.1} to {high:.1} %)",
        percent(share.failed, share.attempts),
        count(share.failed),
        count(share.attempts)
    )
}

/// "12 of 85 (14.1 %)".
pub(super) fn percent_of(part: u64, whole: u64) -> String {
    format!("{} of {} ({:.1} %)", count(part), count(whole), percent(part, whole))
}

/// The traffic before or after, as far as the logs go.
pub(super) fn usual(window: &Window, stretch: Option<&Stretch>, where_: &str) -> String {
    match stretch {
        Some(stretch) if window.only_failures => format!(
            "{where_}: {} logged, {} ({}); no success was",
            counted(stretch.share.failed, "failure", "failures"),
            when::range(stretch.from, stretch.to),
            length(stretch.to.since(stretch.from))
        ),
        Some(stretch) => {
            let [low, high] = interval(stretch.share.failed, stretch.share.attempts);
            format!(
                "{where_}: {} of {} attempts failed ({:.1} %, 95 % interval {low:.1} to {high:.1} %), {} ({})",
                count(stretch.share.failed),
                count(stretch.share.attempts),
                percent(stretch.share.failed, stretch.share.attempts),
                when::range(stretch.from, stretch.to),
                length(stretch.to.since(stretch.from))
            )
        }
        None => format!("{where_}: no such traffic in the logs read"),
    }
}

/// "HTTP 503: 153, HTTP 500: 75".
pub(super) fn ends(part: &Part) -> String {
    let ends: Vec<String> = part
        .endings
        .iter()
        .map(|ending| format!("{}: {}", end(ending.outcome), count(ending.count)))
        .collect();
    ends.join(", ")
}

/// How an attempt ended, in words that stand alone.
pub(super) fn end(outcome: Outcome) -> String {
    match outcome {
        Outcome::Transport(TransportError::Other) => "connection error, kind not logged".to_owned(),
        Outcome::Transport(kind) => format!("{} error", kind.name()),
        Outcome::Status(status) => format!("HTTP {status}"),
        other => ending(other),
    }
}

/// The ends for a title: at most three, the most frequent first.
pub(super) fn ends_in_short(part: &Part) -> String {
    let statuses: Vec<String> = part
        .endings
        .iter()
        .filter_map(|ending| ending.outcome.status())
        .take(3)
        .map(|status| status.to_string())
        .collect();
    let kinds: Vec<String> = part
        .endings
        .iter()
        .filter_map(|ending| ending.outcome.transport())
        .filter(|kind| *kind != TransportError::Other)
        .take(3)
        .map(|kind| format!("{} error", kind.name()))
        .collect();
    match (statuses.is_empty(), kinds.is_empty()) {
        (false, true) => format!("HTTP {}", statuses.join("/")),
        (true, false) => kinds.join("/"),
        (false, false) => format!("HTTP {} and {}", statuses.join("/"), kinds.join("/")),
        (true, true) => "connection error".to_owned(),
    }
}

/// "egress-a 71, egress-b 80, and 3 more; not logged for 12".
pub(super) fn all_of(tally: &Occurrences) -> String {
    let mut parts: Vec<String> = tally
        .named
        .iter()
        .map(|(name, number)| format!("{} ({})", inert(name), count(*number)))
        .collect();
    if tally.more > 0 {
        parts.push(format!("and {} more", count(tally.more)));
    }
    let mut told = parts.join(", ");
    if tally.unsaid > 0 {
        told.push_str(&format!("; not logged for {}", count(tally.unsaid)));
    }
    told
}

/// "median 3.20 s, 95th percentile 48.7 s, longest 60.0 s (known for 120 of 186)".
pub(super) fn durations(durations: Option<&Durations>, of: u64) -> String {
    match durations {
        Some(durations) => {
            let known = if durations.known == of {
                String::new()
            } else {
                format!(" (known for {} of {})", count(durations.known), count(of))
            };
            format!(
                "median {}, 95th percentile {}, longest {}{known}",
                duration(durations.p50_ms.into()),
                duration(durations.p95_ms.into()),
                duration(durations.longest_ms.into())
            )
        }
        None => "not in the logs read".to_owned(),
    }
}

/// How long the scope's successes took, before the window and in it.
pub(super) fn healthy(zoom: &Zoom) -> Option<String> {
    let told = |took: &Took, when: &str| {
        format!(
            "{when} median {}, 95th percentile {} (of {})",
            duration(took.p50_ms),
            duration(took.p95_ms),
            count(took.of)
        )
    };
    let parts: Vec<String> = [
        (zoom.healthy_before.as_ref(), "before it"),
        (zoom.healthy_inside.as_ref(), "during it"),
    ]
    .into_iter()
    .filter_map(|(took, when)| Some(told(took?, when)))
    .collect();
    (!parts.is_empty()).then(|| format!("Successful attempts of the window's scope took: {}.", parts.join("; ")))
}

/// What became of the calls of a part.
pub(super) fn lost(window: &Window, part: &Part) -> String {
    if window.only_failures {
        return format!(
            "{} with failures; what became of them our logs do not tell",
            counted(part.calls, "call", "calls")
        );
    }
    format!(
        "{} in all, {} lost{}, {} saved by a retry",
        count(part.calls),
        count(part.calls_lost),
        after_retries(part.is_retried()),
        count(part.calls_recovered)
    )
}

/// What failed in each stretch, one a line.
pub(super) fn course(window: &Window, course: &[Stretch]) -> Vec<String> {
    let width = course.first().map_or(0, |stretch| stretch.to.since(stretch.from));
    let day = |stretch: &Stretch| stretch.from.to_utc().date_naive();
    let one_day = course.first().map(day) == course.last().map(day);
    let row = |stretch: &Stretch| {
        let from = if one_day {
            stretch.from.to_utc().format("%H:%MZ").to_string()
        } else {
            stretch.from.to_utc().format("%Y-%m-%d %H:%MZ").to_string()
        };
        let share = match stretch.share.attempts {
            0 if window.only_failures => "no failure".to_owned(),
            0 => "no traffic".to_owned(),
            _ if window.only_failures => counted(stretch.share.failed, "failure", "failures"),
            attempts => format!("{} of {}", count(stretch.share.failed), count(attempts)),
        };
        format!("{from}  {share}")
    };
    let what = if window.only_failures {
        "failures"
    } else {
        "failed of attempts"
    };
    let mut lines = vec![format!("Course, {what} per {}:", length(width))];
    lines.extend(course.iter().map(row).map(|row| format!("  {row}")));
    lines
}

/// What the attached list holds of some failures of a window.
pub(super) fn attached(window: &Window, failures: u64) -> String {
    if window.requests_omitted == 0 {
        return format!("all {} are in the attached list", count(failures));
    }
    format!(
        "the attached list holds {} of the window's {}, spread over its time",
        count(window.listed()),
        counted(window.failures, "failure", "failures")
    )
}

/// The samples, one a line: when, how, which ids, what became of it. `mark` names the first, the last and the longest.
pub(super) fn samples(samples: &[Attempt], ids: impl Fn(&Attempt) -> String) -> Vec<String> {
    let by_length = samples
        .iter()
        .enumerate()
        .filter_map(|(at, attempt)| Some((attempt.duration_ms?, std::cmp::Reverse(at))));
    let longest = by_length.max().map(|(_, std::cmp::Reverse(at))| at);
    let last = samples.len().saturating_sub(1);
    samples
        .iter()
        .enumerate()
        .map(|(at, attempt)| {
            let mark = match at {
                0 => "first",
                _ if Some(at) == longest => "longest",
                _ if at == last => "last",
                _ => "",
            };
            let took = attempt
                .duration_ms
                .map(|ms| format!(", after {}", duration(ms.get().into())))
                .unwrap_or_default();
            format!(
                "{}  {}{took}, attempt {}  {}{}",
                attempt.time,
                end(attempt.outcome),
                attempt.number,
                ids(attempt),
                if mark.is_empty() {
                    String::new()
                } else {
                    format!("  ({mark})")
                }
            )
        })
        .collect()
}

/// What the provider's status page said, where one was read.
pub(super) fn status_page(page: &mut Page, heading: &str, window: &Window) {
    if !window.status_page.is_empty() {
        page.heading(heading);
    }
    for note in &window.status_page {
        page.item(&format!("{}.", status_note(note)));
    }
}

/// "1 window", "2 windows" and what is in them.
pub(super) fn windows(number: u64) -> String {
    counted(number, "window", "windows")
}
