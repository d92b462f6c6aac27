//! What a human pastes into a support form: one ticket a window and model for the provider, one a window for the own
//! network team, never both in one.

mod allow_list;
mod answer;
mod appendix;
mod checks;
mod form;
mod labels;
mod network_side;
mod page;
mod provider_side;
mod skeleton;
mod when;
mod words;

use super::phrases::{count, counted};
use super::report::{Context, Report};
use crate::model::{Findings, Part, Side, Window};
use crate::redact::Sealed;
use answer::Facts;
use form::Form;
use page::Page;
use std::io;

/// Models of one window that get a ticket each; the rest are named in these.
const TICKETS_PER_WINDOW: usize = 6;

/// Who is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// The provider's support.
    Provider,
    /// The own network team.
    Network,
}

impl Addressee {
    /// The word of `--audience`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Network => "network",
        }
    }

    /// Whose fault a window is.
    fn of(window: &Window) -> Self {
        match window.side {
            Side::Provider => Self::Provider,
            Side::Network => Self::Network,
        }
    }
}

/// The report. Without an addressee each window's ticket goes to whom it concerns.
pub(super) struct Ticket(pub(super) Option<Addressee>);

impl Report for Ticket {
    fn name(&self) -> &'static str {
        "ticket"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(tickets(sealed.findings(), context, self.0).as_bytes())
    }
}

/// One ticket before it is numbered.
struct Draft {
    head: String,
    to: String,
    before: Vec<String>,
    body: Page,
}

fn tickets(findings: &Findings, context: &Context<'_>, only: Option<Addressee>) -> String {
    let mut drafts = Vec::new();
    let mut left_out = Vec::new();
    for (at, window) in findings.windows.iter().enumerate() {
        let id = format!("w{}", at + 1);
        match (Addressee::of(window), only) {
            (Addressee::Provider, None | Some(Addressee::Provider)) => {
                provider_tickets(findings, context, window, &id, &mut drafts, &mut left_out);
            }
            (Addressee::Network, None | Some(Addressee::Network)) => {
                drafts.extend(network_ticket(findings, context, window, &id));
            }
            (other, Some(_)) => left_out.push(format!(
                "Window {id} ({}, {}) is left out: it is for the {}; write its ticket with --audience {}.",
                window.verdict.class.name(),
                when::range(window.start, window.end),
                match other {
                    Addressee::Provider => "provider",
                    Addressee::Network => "network team",
                },
                other.name()
            )),
        }
    }
    let mut page = Page::default();
    if context.internal {
        page.line("INTERNAL: DO NOT SEND outside your organisation. Own hosts, addresses and paths are readable here.");
        page.gap();
    }
    let tickets = drafts.len();
    for (at, draft) in drafts.iter().enumerate() {
        if at > 0 {
            page.gap();
            page.gap();
        }
        one(&mut page, draft, at + 1, tickets);
    }
    closing(&mut page, findings, only, tickets, &left_out);
    page.into_text()
}

/// One ticket: what stays with the user, then what is pasted.
fn one(page: &mut Page, draft: &Draft, number: usize, of: usize) {
    page.ruler('=', "");
    page.line(&format!("TICKET {number} of {of}: {}", draft.head));
    page.ruler('=', "");
    page.line(&format!("Send it to: {}", draft.to));
    page.line("Before you send it (this part stays with you):");
    match draft.body.to_fill_in() {
        0 => {}
        fields => page.item(&format!(
            "{} to fill in; search for [[TO FILL IN.",
            counted(fields as u64, "field is", "fields are")
        )),
    }
    for line in &draft.before {
        page.item(line);
    }
    page.ruler('-', "paste from here");
    page.append(&draft.body);
    page.ruler('-', "paste to here");
}

fn provider_tickets(
    findings: &Findings,
    context: &Context<'_>,
    window: &Window,
    id: &str,
    drafts: &mut Vec<Draft>,
    left_out: &mut Vec<String>,
) {
    let (parts, nameless): (Vec<&Part>, Vec<&Part>) = window.case.parts.iter().partition(|part| part.model.is_some());
    // Failures whose model no log names make a ticket of their own only where there is no other.
    let parts = if parts.is_empty() { nameless } else { parts };
    for part in parts.iter().take(TICKETS_PER_WINDOW) {
        drafts.push(provider_ticket(findings, context, window, part, id));
    }
    let more = parts.get(TICKETS_PER_WINDOW..).unwrap_or(&[]);
    if !more.is_empty() {
        let names: Vec<String> = more
            .iter()
            .filter_map(|part| part.model.as_deref())
            .map(super::phrases::inert)
            .collect();
        left_out.push(format!(
            "Window {id} has {} without a ticket of their own: {}; write one with --model NAME.",
            counted(more.len() as u64, "more model", "more models"),
            names.join(", ")
        ));
    }
}

fn provider_ticket(findings: &Findings, context: &Context<'_>, window: &Window, part: &Part, id: &str) -> Draft {
    let (provider, support) = provider_side::addressee(part);
    let form = Form::of(part.provider.as_deref(), part.surface.as_deref());
    let mut body = Page::default();
    provider_side::write(
        &mut body,
        &provider_side::Subject {
            findings,
            context,
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
        || "model not logged".to_owned(),
        |model| format!("model {}", super::phrases::inert(model)),
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
    let mut lines = vec![attachment(window), health(form, part)];
    if let Some(gateway) = checks::own_gateway(part) {
        lines.push(format!(
            "These calls went to {gateway}, which is none of the provider's hosts; {} of {} carry the provider's id. Make sure by the gateway's own log that the failures are not its own.",
            count(part.ids.provider),
            counted(part.share.failed, "failure", "failures")
        ));
    }
    if part.ids.provider < part.share.failed {
        let advice = findings
            .findings
            .iter()
            .find(|finding| finding.about == "missing-ids")
            .map(|finding| finding.advice.as_str());
        lines.push(format!(
            "{} of {} carry no id of the provider's. For the next ticket: {}",
            count(part.share.failed.saturating_sub(part.ids.provider)),
            counted(part.share.failed, "failure", "failures"),
            advice.map_or_else(
                || format!(
                    "log the response header {}, and send and log {}.",
                    form.id_header, form.client_header
                ),
                super::phrases::inert
            )
        ));
    }
    lines
}

/// The sentence that tells what to compare before writing.
fn health(form: &Form, part: &Part) -> String {
    let model = part.model.as_deref().map_or_else(
        || "the model".to_owned(),
        |model| format!("model {}", super::phrases::inert(model)),
    );
    let first = |dimension, what: &str| {
        let named = part.tally(dimension).and_then(|tally| tally.named.first());
        named.map_or_else(
            || format!("your {what}"),
            |(name, _)| format!("{what} {}", super::phrases::inert(name)),
        )
    };
    let filters = if form.health_filters {
        format!(
            "filter to {model}, {}, {}",
            first(crate::model::Dimension::ServiceTier, "service tier"),
            first(crate::model::Dimension::Project, "project")
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

fn network_ticket(findings: &Findings, context: &Context<'_>, window: &Window, id: &str) -> Option<Draft> {
    let part = window.case.whole.as_ref()?;
    let mut body = Page::default();
    network_side::write(
        &mut body,
        &network_side::Subject {
            findings,
            context,
            window,
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
        to: "your network team; not the provider, which did not see these requests".to_owned(),
        before,
        body,
    })
}

/// What to attach, and whether it holds all.
fn attachment(window: &Window) -> String {
    let listed = window.failures.saturating_sub(window.requests_omitted);
    let whole = if window.requests_omitted > 0 {
        format!(
            ", which holds {} of this window's {} (--max-requests {} writes all)",
            count(listed),
            count(window.failures),
            window.failures
        )
    } else {
        String::new()
    };
    format!("Attach the list of failed requests: add --report csv=failed-requests.csv{whole}.")
}

/// What the tickets leave out.
fn closing(page: &mut Page, findings: &Findings, only: Option<Addressee>, tickets: usize, left_out: &[String]) {
    if tickets > 0 {
        page.gap();
    }
    for line in left_out {
        page.line(line);
    }
    if tickets == 0 {
        let whom = only.map_or(String::new(), |only| {
            format!(
                " for the {}",
                match only {
                    Addressee::Provider => "provider",
                    Addressee::Network => "network team",
                }
            )
        });
        page.line(&format!(
            "No ticket{whom}: {} in {}, {} outside every window.",
            words::windows(findings.windows.len() as u64),
            counted(findings.counts.attempts, "attempt", "attempts"),
            counted(findings.isolated_count, "failure", "failures"),
        ));
        if !findings.caller_side.is_empty() {
            let own: u64 = findings.caller_side.iter().map(|kind| kind.count).sum();
            page.line(&format!(
                "{} of the caller's own making (4xx, 429) are no matter for support; --report text tells what to do about each.",
                counted(own, "answer", "answers")
            ));
        }
    }
    if !findings.coverage.is_complete() {
        page.line("Not everything was read, so this may not be all: see \"What was read\" in --report text.");
    }
}
