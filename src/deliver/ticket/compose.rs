//! From a window to its tickets: what is pasted, and what its sender should know and do before.

use super::answer::Facts;
use super::form::Form;
use super::page::Page;
use super::{checks, network_side, provider_side, when};
use crate::deliver::Context;
use crate::deliver::phrases::{count, counted, inert};
use crate::deliver::summary::{is_reach_unknown, is_short};
use crate::model::{Dimension, Findings, Part, Window, Zoom};

/// Models of one window that get a ticket each; the rest are named in these.
const TICKETS_PER_WINDOW: usize = 6;

/// Fewer failures of one model make no ticket beside those of others.
const FAILURES_PER_TICKET: u64 = 3;

/// The window that a ticket is about, and what it is told with.
pub(super) struct Setting<'a> {
    pub(super) findings: &'a Findings,
    pub(super) context: &'a Context<'a>,
    pub(super) window: &'a Window,
    /// The window's traffic over time, and how long it took.
    pub(super) zoom: Option<&'a Zoom>,
    /// How the reports call the window.
    pub(super) id: &'a str,
}

/// One ticket before it is numbered.
pub(super) struct Draft {
    pub(super) head: String,
    pub(super) to: String,
    pub(super) before: Vec<String>,
    pub(super) body: Page,
}

/// The tickets of one window, one a model; what gets none is said in `left_out`.
pub(super) fn provider_tickets(setting: &Setting<'_>, drafts: &mut Vec<Draft>, left_out: &mut Vec<String>) {
    let Setting { window, id, .. } = setting;
    let (parts, nameless): (Vec<&Part>, Vec<&Part>) = window.case.parts.iter().partition(|part| part.model.is_some());
    // Failures whose model no log names make a ticket of their own only where there is no other.
    let parts = if parts.is_empty() { nameless } else { parts };
    let is_worth_one = |part: &&&Part| part.share.failed >= FAILURES_PER_TICKET;
    let worth_one = parts.iter().filter(is_worth_one).count().clamp(1, TICKETS_PER_WINDOW);
    for part in parts.iter().take(worth_one) {
        drafts.push(provider_ticket(setting, part));
    }
    let more = parts.get(worth_one..).unwrap_or(&[]);
    if !more.is_empty() {
        let names: Vec<String> = more.iter().filter_map(|part| part.model.as_deref()).map(inert).collect();
        left_out.push(format!(
            "Window {id} has {} without a ticket of their own: {}{}; write one with --model NAME.",
            counted(more.len() as u64 + window.case.more_parts.0, "more model", "more models"),
            names.join(", "),
            if window.case.more_parts.0 > 0 { ", …" } else { "" }
        ));
    }
}

fn provider_ticket(setting: &Setting<'_>, part: &Part) -> Draft {
    let Setting {
        findings,
        context,
        window,
        zoom,
        id,
    } = *setting;
    let (provider, support) = provider_side::addressee(part);
    let form = Form::of(part.provider.as_deref(), part.surface.as_deref());
    let mut body = Page::default();
    provider_side::write(
        &mut body,
        &provider_side::Subject {
            findings,
            context,
            zoom,
            facts: Facts {
                form,
                window,
                part,
                zone: when::local_zone(&findings.coverage),
                pseudonymous: !context.internal,
            },
        },
    );
    let model = part.model.as_deref().map_or_else(
        || provider_side::nameless(part).to_owned(),
        |model| format!("model {}", inert(model)),
    );
    Draft {
        head: format!("window {id}, {provider}, {model}"),
        to: support,
        before: before_sending(findings, window, part, form),
        body,
    }
}

/// What the user does and knows before the ticket goes out.
fn before_sending(findings: &Findings, window: &Window, part: &Part, form: &Form) -> Vec<String> {
    let mut lines = Vec::new();
    if is_short(window) {
        lines.push("It was over within minutes: send it only if it comes back.".to_owned());
    }
    lines.extend([attachment(window), health(form, part)]);
    if let Some(gateway) = checks::own_gateway(part) {
        lines.push(format!(
            "These calls went to {gateway}: none of the provider's hosts, so gateways of yours; {} of {} carry the provider's id. Make sure by the gateways' own logs that the failures are not theirs.",
            count(part.ids.provider),
            counted(part.share.failed, "failure", "failures")
        ));
    }
    let is_web = part.surface.as_deref() == Some("web");
    if part.ids.provider < part.share.failed && !is_web && form.sends_id {
        // The remarks are on logs; only one that names this provider's header is about its answers.
        let header = form.id_header.to_ascii_lowercase();
        let advice = findings
            .findings
            .iter()
            .filter(|finding| finding.about == "missing-ids")
            .map(|finding| finding.advice.as_str())
            .find(|advice| !form.is_named() || advice.to_ascii_lowercase().contains(&header));
        lines.push(format!(
            "{} of {} carry no id of the provider's. For the next ticket: {}",
            count(part.share.failed.saturating_sub(part.ids.provider)),
            counted(part.share.failed, "failure", "failures"),
            advice.map_or_else(
                || format!(
                    "log the response header {}, and send and log {}.",
                    form.id_header, form.client_header
                ),
                inert
            )
        ));
    }
    lines
}

/// The sentence that tells what to compare before writing.
fn health(form: &Form, part: &Part) -> String {
    let model = part
        .model
        .as_deref()
        .map_or_else(|| "what failed".to_owned(), |model| format!("model {}", inert(model)));
    let first = |dimension, what: &str| {
        let named = part.tally(dimension).and_then(|tally| tally.named.first());
        named.map_or_else(|| format!("your {what}"), |(name, _)| format!("{what} {}", inert(name)))
    };
    let filters = if form.health_filters {
        format!(
            "filter to {model}, {}, {}",
            first(Dimension::ServiceTier, "service tier"),
            first(Dimension::Project, "project")
        )
    } else {
        format!("look for {model}")
    };
    format!(
        "Check first {}: {filters}, from {}. If it is flat there, suspect time-outs, proxies or the network on your side before you write.",
        form.health,
        when::range(part.start, part.end),
    )
}

/// The ticket of one window for the own network team.
pub(super) fn network_ticket(setting: &Setting<'_>) -> Option<Draft> {
    let Setting {
        findings,
        context,
        window,
        zoom,
        id,
    } = *setting;
    let part = window.case.whole.as_ref()?;
    let mut body = Page::default();
    network_side::write(
        &mut body,
        &network_side::Subject {
            findings,
            context,
            window,
            zoom,
            part,
            zone: when::local_zone(&findings.coverage),
        },
    );
    let mut before = Vec::new();
    if !context.internal {
        before.push(
            "Own hosts, proxies and addresses are stand-ins here, so that it can go to a contractor too; for your own team run it with --internal."
                .to_owned(),
        );
    }
    before.push(attachment(window));
    Some(Draft {
        head: format!("window {id}, network team"),
        to: if is_reach_unknown(window) {
            "your network team first; whether the provider saw these requests, no log tells".to_owned()
        } else {
            "your network team; not the provider, which did not see these requests".to_owned()
        },
        before,
        body,
    })
}

/// What to attach, and whether it holds all.
fn attachment(window: &Window) -> String {
    let whole = if window.requests_omitted > 0 {
        format!(
            ", which holds {} of this window's {} (--max-requests {} writes all)",
            count(window.listed()),
            count(window.failures),
            window.failures
        )
    } else {
        String::new()
    };
    format!("Attach the list of failed requests: add --report csv=failed-requests.csv{whole}.")
}
