//! The first lines of a report: whose fault, since when, how much, and what to do next.

use super::filters;
use super::phrases::{after_retries, count, counted, duration, failed, from_to, length, listed, scope};
use crate::model::{Class, Coverage, Dimension, Findings, Name, Side, Window, Zoom};
use crate::providers;

/// From this many answers of the caller's own making on they are named beside "no failure windows".
const OWN_ERRORS_TOLD: u64 = 20;

/// Below this confidence the headline says "probably".
const SURE: f64 = 0.5;

/// The sentence that answers whose fault, since when and how much.
pub(super) fn headline(findings: &Findings) -> String {
    let worst = findings
        .windows
        .iter()
        .enumerate()
        .max_by_key(|(_, window)| (window.failures, std::cmp::Reverse(window.start)));
    let Some((at, worst)) = worst else {
        return nothing(findings);
    };
    let others = match findings.windows.len() {
        1 => String::new(),
        windows => format!(" It is window {} of {windows}.", at + 1),
    };
    let open = if worst.ongoing { ", not proven to be over" } else { "" };
    let lost = match (worst.calls_lost, worst.calls) {
        _ if worst.only_failures => String::new(),
        (_, 0) => String::new(),
        (0, calls) => format!("; of {} none was lost", counted(calls, "call", "calls")),
        (lost, calls) => format!(
            "; {} of {} lost{}",
            count(lost),
            counted(calls, "call", "calls"),
            after_retries(worst.is_retried())
        ),
    };
    format!(
        "{}: {}, {} ({}{open}), {}{lost}.{others}",
        whose(worst),
        scope(&worst.scope),
        from_to(worst.start, worst.end),
        length(worst.end.since(worst.start)),
        failed(worst)
    )
}

/// Whose fault a window is.
fn whose(window: &Window) -> String {
    let probably = if window.verdict.confidence < SURE { "probably " } else { "" };
    let provider = provider(window);
    let whose = match window.verdict.class {
        Class::NetworkSide if is_reach_unknown(window) => {
            "probably your own network or proxy, though no log tells whether the provider was reached".to_owned()
        }
        Class::NetworkSide => format!("{probably}your own network or proxy, not the provider"),
        Class::Transient => format!("{probably}{provider}, a short fault"),
        Class::ModelSpecific => match window.scope.values.get(&Dimension::Model).map_or(1, Vec::len) {
            1 => format!("{probably}{provider}, one model only"),
            models => format!("{probably}{provider}, {models} models only"),
        },
        Class::Outage => format!("{probably}{provider}"),
    };
    let mut letters = whose.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Whether no log tells of any failure whether it reached the provider.
pub(super) fn is_reach_unknown(window: &Window) -> bool {
    window.reached_yes == 0 && window.reached_no == 0
}

/// The provider of a window's failures, by name where all are of one.
pub(super) fn provider(window: &Window) -> String {
    let mut names = window.case.parts.iter().filter_map(|part| part.provider.as_deref());
    let known = names
        .next()
        .filter(|first| names.all(|name| name == *first))
        .and_then(providers::by_spelling);
    known.map_or_else(
        || "the provider".to_owned(),
        |provider| format!("the provider ({})", provider.display_name()),
    )
}

fn nothing(findings: &Findings) -> String {
    if let Some(said) = filters::nothing_passed(findings) {
        return said;
    }
    let read = &findings.coverage;
    let unread = if read.is_complete() {
        ""
    } else {
        ", but not everything was read: see below"
    };
    let own: u64 = findings.caller_side.iter().map(|kind| kind.count).sum();
    let refused = match findings.caller_side.first() {
        Some(most) if own >= OWN_ERRORS_TOLD => format!(
            " {} were refused for reasons of the caller's own, most of them {} ({}): not the provider's fault.",
            counted(own, "attempt", "attempts"),
            most.kind.name(),
            count(most.count)
        ),
        _ => String::new(),
    };
    let only_failures = if findings.counts.without_successes() {
        " Only failures were logged, so no share of them is known; they are too few, or too far apart, to make a window."
    } else {
        ""
    };
    let about_a_call = read.records();
    if findings.counts.attempts == 0 && own == 0 && about_a_call > 0 {
        return format!(
            "No attempt could be counted: {} about a call {} read in {}{unread}, and none tells when or how one ended. What is missing the remarks say.",
            counted(about_a_call, "record", "records"),
            if about_a_call == 1 { "was" } else { "were" },
            counted(read.sources.len() as u64, "file", "files")
        );
    }
    let others = read.other_records();
    if findings.counts.attempts == 0 && others > 0 {
        return format!(
            "No call to an LLM API was found in what was read: {} in {}, none of them about a call{unread}. Where these logs do tell of calls, \
             their lines are not known here, and nothing is said of how the calls fared.",
            counted(others, "record", "records"),
            counted(read.sources.len() as u64, "file", "files")
        );
    }
    if findings.counts.attempts == 0 && own == 0 {
        return unread_or_empty(read);
    }
    format!(
        "No failure windows in what was read: {} in {}{unread}.{only_failures}{refused}",
        counted(findings.counts.attempts, "attempt", "attempts"),
        counted(read.sources.len() as u64, "file", "files")
    )
}

/// Where no record was understood: nothing must sound as if the calls fared well.
fn unread_or_empty(read: &Coverage) -> String {
    let files = counted(read.sources.len() as u64, "file", "files");
    match read.unread_records() {
        0 => format!("Nothing is known of any call: no record was in what was read ({files})."),
        unread => format!(
            "Nothing is known of any call: none of {} in {files} is in a known format.",
            counted(unread, "record", "records")
        ),
    }
}

/// What to do next, the most urgent first.
pub(super) fn next_steps(findings: &Findings) -> Vec<String> {
    let mut steps = Vec::new();
    let of = |is_one: fn(&Window) -> bool| -> Vec<String> {
        let numbered = findings.windows.iter().enumerate().filter(|(_, window)| is_one(window));
        numbered.map(|(at, _)| format!("{}", at + 1)).collect()
    };
    let provider = of(|window| window.side == Side::Provider && !is_short(window));
    let (short, network) = (of(is_short), of(|window| window.side == Side::Network));
    if !provider.is_empty() {
        steps.push(format!(
            "Send the provider its {}: --report ticket=ticket.txt{} --report csv=failed-requests.csv.",
            tickets_for(provider),
            if network.is_empty() { "" } else { " --audience provider" }
        ));
    }
    if !network.is_empty() {
        steps.push(format!(
            "Send your network team its {}: --report ticket=network.txt --audience network --internal.",
            tickets_for(network)
        ));
    }
    if !short.is_empty() {
        let (window, comes) = match short.len() {
            1 => ("window", "it comes back: it was"),
            _ => ("windows", "they come back: they were"),
        };
        steps.push(format!(
            "Report {window} {} only if {comes} over within minutes. Retry with exponential backoff and jitter.",
            listed(short)
        ));
    }
    for kind in findings.caller_side.iter().filter(|kind| kind.count >= OWN_ERRORS_TOLD) {
        steps.push(format!(
            "Mend your own {} errors ({}): {}",
            kind.kind.name(),
            count(kind.count),
            kind.advice
        ));
    }
    steps.extend(ids(findings));
    let unknown = findings
        .coverage
        .sources
        .iter()
        .filter(|source| source.format.is_none())
        .count() as u64;
    if unknown > 0 {
        steps.push(format!(
            "Tell how to read {} in no known format: --format 'GLOB=NAME'; 'faultscope formats' lists the names.",
            counted(unknown, "file", "files")
        ));
    }
    steps
}

/// Whether it was over before anybody would report it.
pub(super) fn is_short(window: &Window) -> bool {
    window.verdict.class == Class::Transient
}

/// "ticket for window 1", "tickets for windows 1, 2 and 4".
fn tickets_for(windows: Vec<String>) -> String {
    match windows.len() {
        1 => format!("ticket for window {}", listed(windows)),
        _ => format!("tickets for windows {}", listed(windows)),
    }
}

/// Failures that no id identifies cannot be looked up by anybody.
fn ids(findings: &Findings) -> Option<String> {
    let is_web = |window: &Window| window.case.parts.iter().any(|part| part.surface.as_deref() == Some("web"));
    let parts = findings
        .windows
        .iter()
        .filter(|window| window.side == Side::Provider && !is_web(window));
    let (without, all) = parts
        .filter_map(|window| window.case.whole.as_ref())
        .fold((0, 0), |sum, part| {
            (
                sum.0 + part.share.failed - part.ids.provider.min(part.share.failed),
                sum.1 + part.share.failed,
            )
        });
    let lacks = findings.findings.iter().any(|finding| finding.about.starts_with("missing"));
    (without * 2 > all && lacks).then(|| {
        format!(
            "Log the ids: {} of {} carry none of the provider's; the remarks below name the line for each log.",
            count(without),
            counted(all, "failure", "failures")
        )
    })
}

/// What was usual: outside the window, and in the hours around it.
pub(super) fn usual(window: &Window) -> String {
    let mut told = super::phrases::usual(window);
    if window.only_failures {
        return told;
    }
    let Some(part) = &window.case.whole else { return told };
    for (stretch, word) in [(&part.before, "before it"), (&part.after, "after it")] {
        if let Some(stretch) = stretch {
            told.push_str(&format!(
                "; {word} {} of {} in {}",
                count(stretch.share.failed),
                count(stretch.share.attempts),
                length(stretch.to.since(stretch.from))
            ));
        }
    }
    told
}

/// How long the failures took, and the successes before them.
pub(super) fn took(window: &Window, zoom: Option<&Zoom>) -> Option<String> {
    let failed = window.case.whole.as_ref().and_then(|part| part.durations).map(|took| {
        format!(
            "failures {} in the median, {} at the 95th percentile, {} at most",
            duration(took.p50_ms.into()),
            duration(took.p95_ms.into()),
            duration(took.longest_ms.into())
        )
    });
    let healthy = zoom
        .and_then(|zoom| zoom.healthy_before)
        .map(|took| format!("successes before it {} and {}", duration(took.p50_ms), duration(took.p95_ms)));
    let told: Vec<String> = failed.into_iter().chain(healthy).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// A remark and the logs it is about.
pub(super) struct Remark<'a> {
    pub(super) paths: Vec<&'a Name>,
    pub(super) says: &'a str,
    pub(super) advice: &'a str,
}

/// The remarks, each told once for all logs that it is about.
pub(super) fn remarks(findings: &Findings) -> Vec<Remark<'_>> {
    let mut remarks: Vec<Remark<'_>> = Vec::new();
    for finding in &findings.findings {
        let same = remarks
            .iter_mut()
            .find(|remark| remark.says == finding.says && remark.advice == finding.advice);
        match same {
            Some(remark) => remark.paths.extend(&finding.path),
            None => remarks.push(Remark {
                paths: finding.path.iter().collect(),
                says: &finding.says,
                advice: &finding.advice,
            }),
        }
    }
    remarks
}
