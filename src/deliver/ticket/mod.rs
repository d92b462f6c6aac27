//! What a human pastes into a support form: one ticket a window and model for the provider, one a window for the own
//! network team, never both in one.

mod allow_list;
mod answer;
mod appendix;
mod checks;
mod compose;
mod form;
mod labels;
mod network_side;
mod page;
mod provider_side;
mod skeleton;
mod when;
mod words;

use super::phrases::counted;
use super::report::{Context, Report};
use crate::model::{Findings, Side, Window};
use crate::redact::Sealed;
use compose::{Draft, Setting, network_ticket, provider_tickets};
use page::Page;
use std::io;

/// Windows that get tickets: the gravest. Nobody sends more at once.
const WINDOWS: usize = 12;

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

fn tickets(findings: &Findings, context: &Context<'_>, only: Option<Addressee>) -> String {
    let mut drafts = Vec::new();
    let mut left_out = Vec::new();
    let written = gravest(findings);
    for (at, window) in findings.windows.iter().enumerate() {
        if !written.contains(&at) {
            continue;
        }
        let id = format!("w{}", at + 1);
        let setting = Setting {
            findings,
            context,
            window,
            zoom: findings.timeline.windows.get(at),
            id: &id,
        };
        match (Addressee::of(window), only) {
            (Addressee::Provider, None | Some(Addressee::Provider)) => {
                provider_tickets(&setting, &mut drafts, &mut left_out);
            }
            (Addressee::Network, None | Some(Addressee::Network)) => {
                drafts.extend(network_ticket(&setting));
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
    if findings.narrowed.is_any() {
        words::filtered(&mut page, findings);
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

/// The places of the windows that get tickets: those with the most failures.
fn gravest(findings: &Findings) -> Vec<usize> {
    let mut places: Vec<usize> = (0..findings.windows.len()).collect();
    places.sort_by_key(|at| {
        (
            std::cmp::Reverse(findings.windows.get(*at).map(|window| window.failures)),
            *at,
        )
    });
    places.truncate(WINDOWS);
    places
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

/// What the tickets leave out.
fn closing(page: &mut Page, findings: &Findings, only: Option<Addressee>, tickets: usize, left_out: &[String]) {
    if tickets > 0 {
        page.gap();
    }
    for line in left_out {
        page.line(line);
    }
    if let Some(more) = findings.windows.len().checked_sub(WINDOWS).filter(|more| *more > 0) {
        page.line(&format!(
            "{} with fewer failures got no ticket; narrow the time with --since and --until.",
            counted(more as u64, "more window", "more windows")
        ));
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
