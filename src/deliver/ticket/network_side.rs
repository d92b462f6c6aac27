//! The ticket for the own network team: which requests did not reach the provider, from where, by which path, and what
//! worked in the same minutes.

use super::answer::to_fill_in;
use super::checks::{control, proxy_logs};
use super::labels::other_network;
use super::page::Page;
use super::words::{self, all_of, course, durations, ends, ends_in_short, usual};
use super::{allow_list, appendix, when};
use crate::deliver::Context;
use crate::deliver::phrases::{count, counted, inert, length, listed, percent};
use crate::deliver::summary::is_reach_unknown;
use crate::model::{Attempt, Dimension, Findings, Occurrences, Part, ProxyLog, TransportError, Window, Zoom};
use crate::text::timestamp::Zone;

/// What one ticket is about.
pub(super) struct Subject<'a> {
    pub(super) findings: &'a Findings,
    pub(super) context: &'a Context<'a>,
    pub(super) window: &'a Window,
    pub(super) zoom: Option<&'a Zoom>,
    pub(super) part: &'a Part,
    pub(super) zone: Option<Zone>,
}

/// The title: how many requests, where to, by which path, how they broke, since when.
pub(super) fn title(window: &Window, part: &Part) -> String {
    let to = match part.tally(Dimension::ServerAddress).and_then(|tally| tally.named.first()) {
        Some((server, _)) => format!(" to {}", inert(server)),
        None => {
            let by_proxies = window.case.proxies.iter().find_map(|log| log.servers.named.first());
            by_proxies.map_or_else(
                || " to the LLM API".to_owned(),
                |(server, _)| format!(" to {}", inert(server)),
            )
        }
    };
    let scope = |dimension: Dimension, word: &str| {
        let values = window.scope.values.get(&dimension)?;
        let names: Vec<String> = values.iter().map(|name| inert(name)).collect();
        Some(format!(" {word} {}", listed(names)))
    };
    let by = scope(Dimension::Proxy, "through").unwrap_or_default();
    let from = scope(Dimension::Host, "from").unwrap_or_default();
    let broke = if is_reach_unknown(window) {
        "got no answer"
    } else {
        "broke on the way"
    };
    let failed = if window.only_failures {
        counted(part.share.failed, "request", "requests")
    } else {
        format!(
            "{} of {}",
            count(part.share.failed),
            counted(part.share.attempts, "request", "requests")
        )
    };
    format!(
        "{failed}{to}{from}{by} {broke} ({}), {}{}",
        ends_in_short(part),
        when::range(part.start, part.end),
        if window.ongoing { ", perhaps not over" } else { "" }
    )
}

/// Writes the part to paste.
pub(super) fn write(page: &mut Page, subject: &Subject<'_>) {
    let Subject { window, part, .. } = subject;
    page.line(&format!("Title: {}", title(window, part)));
    words::filtered(page, subject.findings);
    page.gap();
    page.field("When", &range(subject));
    page.field("How much", &[words::share(window, part.share)]);
    page.field("Calls", &[words::lost(window, part)]);
    page.field("How it broke", &[ends(part)]);
    where_(page, window, part);
    page.heading("Control group, same minutes");
    groups(page, window);
    timings(page, subject);
    page.heading(&format!(
        "Sample requests to look for in your logs ({} in all)",
        count(part.share.failed)
    ));
    for line in words::samples(&part.samples, ids) {
        page.item(&line);
    }
    page.heading("To be allowed, TCP 443, without TLS inspection of the API");
    for line in allow_list::domains(window, part) {
        page.item(&line);
    }
    page.heading("Labels");
    page.item(&format!("Reproduced on another network: {}", other_network(window)));
    page.heading(if is_reach_unknown(window) {
        "Why the network first"
    } else {
        "Why the network, and not the provider"
    });
    for line in reasons(window, part) {
        page.item(&line);
    }
    words::status_page(page, "The provider's status page on that time", window);
    page.heading("How this was measured");
    for line in appendix::appendix(subject.findings, subject.context) {
        page.item(&line);
    }
}

/// How they broke, how long that took, and when.
fn timings(page: &mut Page, subject: &Subject<'_>) {
    let part = subject.part;
    page.heading("Kinds and timings");
    for ending in &part.endings {
        page.item(&format!(
            "{}: {}, {}; {}. {}",
            words::end(ending.outcome),
            count(ending.count),
            when::range(ending.first, ending.last),
            durations(ending.durations.as_ref(), ending.count),
            ending
                .outcome
                .transport()
                .map_or("An answer came, but not the provider's: see who wrote it.", check)
        ));
    }
    page.item(&format!("{}.", usual(subject.window, part.before.as_ref(), "Before it")));
    page.item(&format!("{}.", usual(subject.window, part.after.as_ref(), "After it")));
    if let Some(took) = subject.zoom.and_then(words::healthy) {
        page.item(&took);
    }
    for line in course(subject.window, &part.course) {
        page.line(&format!("  {line}"));
    }
}

fn range(subject: &Subject<'_>) -> Vec<String> {
    let part = subject.part;
    let mut lines = vec![format!(
        "{} ({}{}; first and last broken request)",
        when::range(part.start, part.end),
        length(part.end.since(part.start)),
        if subject.window.ongoing {
            "; not proven to be over when the logs end"
        } else {
            ""
        }
    )];
    if let Some(zone) = subject.zone {
        lines.push(format!("local time of our logs: {}", when::local(part.start, part.end, zone)));
    }
    lines
}

/// Where from, by what, where to.
fn where_(page: &mut Page, window: &Window, part: &Part) {
    let failing: Vec<&ProxyLog> = window.case.proxies.iter().filter(|log| log.share.failed > 0).collect();
    let by_attempts = |dimension| part.tally(dimension).filter(|tally| !tally.named.is_empty()).map(all_of);
    let by_proxies = |of: fn(&ProxyLog) -> &Occurrences| {
        let told: Vec<String> = failing
            .iter()
            .filter(|log| !of(log).named.is_empty())
            .map(|log| format!("{} by the log of {}", all_of(of(log)), inert(&log.proxy)))
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    };
    let proxies = || {
        let told: Vec<String> = failing
            .iter()
            .map(|log| format!("{} ({} failed by its own log)", inert(&log.proxy), count(log.share.failed)))
            .collect();
        (!told.is_empty()).then(|| told.join(", "))
    };
    let fields: [(&str, Option<String>, &str); 5] = [
        (
            "Source hosts",
            by_attempts(Dimension::Host),
            "host names of the machines that called",
        ),
        (
            "Source addresses",
            by_attempts(Dimension::Client).or_else(|| by_proxies(|log| &log.clients)),
            "source addresses; only a proxy's log has them",
        ),
        (
            "Egress proxy",
            by_attempts(Dimension::Proxy).or_else(proxies),
            "proxy or egress path; the logs read do not name it",
        ),
        (
            "Destination",
            by_attempts(Dimension::ServerAddress).or_else(|| by_proxies(|log| &log.servers)),
            "destination host; no log names it",
        ),
        (
            "Destination addresses tried",
            by_proxies(|log| &log.upstreams).or_else(|| (!part.upstreams.named.is_empty()).then(|| all_of(&part.upstreams))),
            "addresses that the name resolved to; no log read has them",
        ),
    ];
    for (label, answer, missing) in fields {
        page.field(label, &[answer.unwrap_or_else(|| to_fill_in(missing))]);
    }
    page.field(
        "Destination port",
        &["443 (HTTPS), unless the destination above says otherwise".to_owned()],
    );
}

fn groups(page: &mut Page, window: &Window) {
    let lines: Vec<String> = [
        (Dimension::Proxy, "The same destination by proxy"),
        (Dimension::Host, "The same requests by source host"),
        (Dimension::ServerAddress, "The same sources by destination"),
    ]
    .into_iter()
    .filter_map(|(dimension, what)| control(window, dimension, what, "same minutes"))
    .collect();
    let lines: Vec<String> = proxy_logs(window).into_iter().chain(lines).collect();
    for line in &lines {
        page.item(line);
    }
    if lines.is_empty() {
        page.item("None: all requests of these minutes took one path, from one host, to one destination.");
    }
}

/// What a network team looks at first for each kind.
fn check(kind: TransportError) -> &'static str {
    match kind {
        TransportError::Dns => "The name did not resolve: resolver, split-horizon zones, DNS filter.",
        TransportError::Connect => "No TCP connection: firewall, route, the proxy's own upstream, exhausted ports or NAT.",
        TransportError::Tls => {
            "The TLS handshake broke: inspection certificate missing in the client, expired certificate, protocol or SNI filter."
        }
        TransportError::Reset => {
            "The connection was cut before an answer: idle time-outs of firewall or NAT, intrusion prevention, proxy restarts."
        }
        TransportError::Timeout => {
            "Nothing came back in time: dropped packets, a proxy's read time-out; the provider may also have been slow."
        }
        TransportError::ProxyAuth => "The proxy asked for credentials (407): service account, expired password, bypass list.",
        TransportError::Filtered => "A filter answered in the provider's place: its category or policy for the destination.",
        TransportError::StreamAbort => "The answer stopped half-way: read time-outs and buffering of proxies for long streams.",
        TransportError::Other => "The client does not log how it broke.",
    }
}

/// Ids by which an own proxy's log can be searched.
fn ids(attempt: &Attempt) -> String {
    let value = |dimension: Dimension| attempt.attributes.get(dimension).map(|name| inert(name));
    let parts = [
        ("from", value(Dimension::Host)),
        ("address", value(Dimension::Client)),
        ("by", value(Dimension::Proxy)),
        ("to", value(Dimension::ServerAddress)),
        ("at", attempt.upstream_address().map(|name| inert(name))),
        ("our gateway's id", attempt.ids.gateway_request_id().map(inert)),
        ("X-Client-Request-Id", attempt.ids.x_client_request_id().map(inert)),
    ];
    let told: Vec<String> = parts
        .into_iter()
        .filter_map(|(word, value)| Some(format!("{word} {}", value?)))
        .collect();
    told.join("  ")
}

fn reasons(window: &Window, part: &Part) -> Vec<String> {
    let (yes, no, unknown) = part.reached;
    let mut lines = vec![format!(
        "Of the {} broken requests {} never reached the provider{}{}.",
        count(part.share.failed),
        count(no),
        if yes > 0 {
            format!("; it answered {}", count(yes))
        } else {
            String::new()
        },
        if unknown > 0 {
            format!(
                "; of {} no log can tell ({:.1} %)",
                count(unknown),
                percent(unknown, part.share.failed)
            )
        } else {
            String::new()
        }
    )];
    for counter in &window.verdict.against {
        lines.push(format!("Not {}: {}", counter.class.name(), inert(&counter.says)));
    }
    lines.push(format!(
        "Confidence that it is the network: {:.2}.",
        window.verdict.confidence
    ));
    lines
}
