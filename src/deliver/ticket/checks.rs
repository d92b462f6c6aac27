//! What was checked on the own side, told whether it speaks for or against the reader: a ticket that hides the other half
//! is asked back.

use super::answer::to_fill_in;
use super::words::{all_of, percent_of};
use crate::deliver::phrases::{count, counted, inert};
use crate::model::{CallerKind, ControlGroup, Coverage, Dimension, Findings, Part, Window};
use crate::providers;

/// Clock corrections below this are not worth a line, in seconds.
const CLOCK_TOLD: f64 = 1.0;

/// What was checked on the own side.
pub(super) fn checks(findings: &Findings, window: &Window, part: &Part) -> Vec<String> {
    let mut checks = vec![reached(part)];
    // A ticket on one model of several is about the time between its own first and last failure.
    let when = if window.case.parts.len() > 1 {
        "over the whole window"
    } else {
        "same minutes"
    };
    for (dimension, what) in [
        (Dimension::Surface, "By surface (web application, API)"),
        (Dimension::Proxy, "By egress proxy or gateway of ours"),
        (Dimension::Host, "By application host of ours"),
        (Dimension::ServerAddress, "By server called"),
        (Dimension::Model, "By model, the rest being equal"),
        (Dimension::Endpoint, "By endpoint, the rest being equal"),
        (Dimension::Region, "By region"),
        (Dimension::EdgeSite, "By site of your edge (the letters of cf-ray)"),
        (Dimension::ServiceTier, "By service tier, the rest being equal"),
    ] {
        checks.extend(control(window, dimension, what, when));
    }
    checks.extend(proxy_logs(window));
    checks.push(caller_side(window));
    checks.push(retries(findings, part));
    for counter in &window.verdict.against {
        checks.push(format!("Not {}: {}", counter.class.name(), inert(&counter.says)));
    }
    checks.extend(clocks(&findings.coverage));
    checks.push(path(part));
    if part.surface.as_deref() != Some("web") {
        checks.push(format!(
            "Client library and version: {}",
            to_fill_in("SDK and version; user agents are not kept from the logs")
        ));
    }
    checks
}

/// The hosts that were called, where none of them is a provider's.
pub(super) fn own_gateway(part: &Part) -> Option<String> {
    let servers = part.tally(Dimension::ServerAddress).filter(|tally| !tally.named.is_empty())?;
    let is_own = servers.named.iter().all(|(host, _)| providers::by_host(host).is_none());
    is_own.then(|| all_of(servers))
}

/// Which way the requests went.
fn path(part: &Part) -> String {
    if let Some(gateway) = own_gateway(part) {
        return format!(
            "Network path: our programs call gateways of ours, {gateway}, which call you; {} failures carry your id. TLS inspection on the way and egress address: {}",
            count(part.ids.provider),
            to_fill_in("yes or no, and the public address if you want to share it")
        );
    }
    let proxies = part.tally(Dimension::Proxy).filter(|tally| !tally.named.is_empty());
    let way = match proxies {
        Some(proxies) => format!("by proxies or gateways of ours, {}", all_of(proxies)),
        None => "no proxy of ours is named in the logs read".to_owned(),
    };
    format!(
        "Network path: {way}; TLS inspection on the way and egress address: {}",
        to_fill_in("yes or no, and the public address if you want to share it")
    )
}

fn reached(part: &Part) -> String {
    let (yes, no, unknown) = part.reached;
    let others = match (no, unknown) {
        (0, 0) => String::new(),
        _ => format!(", {} did not, of {} no log can tell", count(no), count(unknown)),
    };
    format!(
        "Did the failed attempts reach you: {} did by our logs (your id, your error body or your edge's status on the answer, or response headers read by our proxy){others}.",
        if others.is_empty() {
            format!("all {}", count(yes))
        } else {
            count(yes)
        },
    )
}

/// One attribute's control groups within a window, where there are at least two values to compare; `when` is how the ticket
/// calls its time.
pub(super) fn control(window: &Window, dimension: Dimension, what: &str, when: &str) -> Option<String> {
    let groups: Vec<&ControlGroup> = window
        .case
        .groups
        .iter()
        .filter(|group| group.dimension == dimension)
        .collect();
    let told: Vec<String> = groups
        .iter()
        .map(|group| {
            let failed = if group.told_by_failures {
                count(group.share.failed)
            } else {
                percent_of(group.share.failed, group.share.attempts)
            };
            format!("{}: {failed} failed", inert(&group.value))
        })
        .collect();
    let is_way = matches!(dimension, Dimension::Proxy | Dimension::Host | Dimension::ServerAddress);
    if groups.iter().any(|group| group.wider) && !is_way {
        return None;
    }
    let all = if groups.iter().any(|group| group.wider) {
        ", all their traffic"
    } else {
        ""
    };
    let untold = if groups.iter().any(|group| group.told_by_failures) {
        " (our log lines on what went well name none)"
    } else {
        ""
    };
    (groups.len() > 1).then(|| format!("{what}, {when}{all}: {}{untold}.", told.join("; ")))
}

/// What the proxies' own logs say, where no attempt could be told to be by one of them.
pub(super) fn proxy_logs(window: &Window) -> Option<String> {
    let told: Vec<String> = window
        .case
        .proxies
        .iter()
        .map(|log| {
            format!(
                "{}: {} failed",
                inert(&log.proxy),
                percent_of(log.share.failed, log.share.attempts)
            )
        })
        .collect();
    let by_attempts = window
        .case
        .groups
        .iter()
        .filter(|group| group.dimension == Dimension::Proxy)
        .count();
    (!told.is_empty() && by_attempts < 2).then(|| {
        format!(
            "By our proxies' own logs, all their LLM traffic of these minutes: {}.",
            told.join("; ")
        )
    })
}

fn caller_side(window: &Window) -> String {
    let kinds: Vec<String> = window
        .case
        .caller_side
        .iter()
        .map(|(kind, number)| format!("{} {}", count(*number), kind.name()))
        .collect();
    let capacity = window
        .case
        .caller_side
        .iter()
        .any(|(kind, _)| *kind == CallerKind::ProviderCapacity);
    match (kinds.is_empty(), capacity) {
        (true, _) => "Our own errors (4xx, 429) in the same scope and time: none.".to_owned(),
        (false, false) => format!(
            "Our own errors in the same scope and time, not counted as failures: {}.",
            kinds.join(", ")
        ),
        (false, true) => format!(
            "Answered 4xx or 429 in the same scope and time, not counted as failures: {}; provider-capacity means that the 429 named your overload, not our limit.",
            kinds.join(", ")
        ),
    }
}

fn retries(findings: &Findings, part: &Part) -> String {
    let mut line = format!(
        "Retries: {} of the {} failures were first attempts of a call, {} retries of one",
        count(part.first_attempts),
        count(part.share.failed),
        count(part.share.failed.saturating_sub(part.first_attempts))
    );
    let audit = &findings.retries;
    if audit.longest > 0 {
        line.push_str(&format!(
            "; the longest call of these logs took {}",
            counted(audit.longest, "attempt", "attempts")
        ));
    }
    line.push('.');
    for finding in &audit.findings {
        line.push_str(&format!(" Found: {}, {}.", finding.finding, count(finding.count)));
    }
    line
}

fn clocks(coverage: &Coverage) -> Option<String> {
    let moved = coverage
        .sources
        .iter()
        .filter(|source| source.clock_offset_seconds.abs() >= CLOCK_TOLD);
    let most = moved
        .clone()
        .map(|source| source.clock_offset_seconds)
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    Some(format!(
        "Clocks: {} of {} were set right by their joined requests, at most by {most:+.1} s; the times here are the corrected ones.",
        moved.count(),
        counted(coverage.sources.len() as u64, "log", "logs")
    ))
}
