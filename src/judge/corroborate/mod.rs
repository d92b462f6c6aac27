//! What the provider's status page said at the time. It annotates a window and never decides about it: pages are written
//! late, by hand, and about everybody's traffic.
//!
//! Act two opens no file and no socket: whoever asks hands the page's bytes in. One file a page's dialect.

mod incident_io;
mod page;
mod read;
mod statuspage_io;
#[cfg(test)]
mod tests;

pub use page::{Impact, Incident, StatusPage};
pub use read::{Unreadable, by_page, status_page};

use crate::model::{Dimension, Finding, Findings, Name, Side, StatusNote, Time, Window};
use std::collections::BTreeSet;

/// A page may tell of a fault so long after it began, or date it back so far: incidents are posted by hand, and OpenAI's
/// `started_at` is when one was posted (formats, section 6).
const POSTED_LATE_MS: i64 = 30 * 60_000;

/// A page may call a fault resolved so long before the last failure.
const RESOLVED_EARLY_MS: i64 = 15 * 60_000;

/// Notes on one window at most.
const NOTES: usize = 5;

/// Notes at every window what the pages said.
pub fn corroborate(findings: &mut Findings, pages: &[StatusPage]) {
    let mut served = vec![0_usize; pages.len()];
    for window in &mut findings.windows {
        let about = About::of(window);
        for (page, served) in pages.iter().zip(&mut served).filter(|(page, _)| about.is_served_by(page)) {
            *served += 1;
            window.status_page.extend(about.notes(page));
        }
        window.status_page.truncate(NOTES);
    }
    for (page, served) in pages.iter().zip(served) {
        let advice = match (findings.windows.len(), served) {
            (0, _) => "No window was found that it could be held against.",
            (_, 0) => "It says nothing of the windows found: none is of its provider.",
            (windows, served) if served < windows => "Its word is noted at each window of its provider and changes no verdict.",
            _ => "Its word is noted at each window and changes no verdict.",
        };
        let incidents = page.incidents.len();
        findings.findings.push(Finding {
            about: "status-page",
            says: format!(
                "The status page{} was read: {incidents} {}.",
                page.named(),
                if incidents == 1 { "incident" } else { "incidents" }
            ),
            advice: advice.to_owned(),
            path: None,
        });
    }
}

/// Notes that a page which was asked for was not read, and why.
pub fn unread(findings: &mut Findings, page: &str, why: &str) {
    findings.findings.push(Finding {
        about: "status-page",
        says: format!("The status page was not read: {why}."),
        advice: "Nothing was held against it. Save the page's incidents.json and name that.".to_owned(),
        path: Some(Name::from(page)),
    });
}

/// How a component of a page relates to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// It is what failed.
    Same,
    /// It is of the same product, and another part of it.
    OtherPart,
    /// It is another product.
    OtherProduct,
}

/// What a window is about, in a page's words.
struct About {
    side: Side,
    start: Time,
    end: Time,
    ongoing: bool,
    providers: BTreeSet<Name>,
    /// Only the web failed.
    is_web: bool,
    endpoints: BTreeSet<Name>,
}

impl About {
    fn of(window: &Window) -> Self {
        let values = |dimension: Dimension| -> BTreeSet<Name> {
            match window.scope.values.get(&dimension) {
                Some(values) => values.iter().cloned().collect(),
                None => window
                    .requests
                    .iter()
                    .filter_map(|attempt| attempt.attributes.get(dimension).cloned())
                    .collect(),
            }
        };
        let surfaces = values(Dimension::Surface);
        Self {
            side: window.side,
            start: window.start,
            end: window.end,
            ongoing: window.ongoing,
            providers: values(Dimension::Provider),
            is_web: !surfaces.is_empty() && surfaces.iter().all(|surface| &**surface == "web"),
            endpoints: values(Dimension::Endpoint),
        }
    }

    /// A page of an unknown provider is taken for whose the user takes it.
    fn is_served_by(&self, page: &StatusPage) -> bool {
        let is_mine = |provider: &str| self.providers.iter().any(|mine| &**mine == provider);
        self.providers.is_empty() || page.provider.is_none_or(is_mine)
    }

    fn overlaps(&self, from: Time, until: Option<Time>) -> bool {
        let last = if self.ongoing { Time(i64::MAX) } else { self.end };
        from <= last.plus_ms(POSTED_LATE_MS) && until.is_none_or(|until| until.plus_ms(RESOLVED_EARLY_MS) >= self.start)
    }

    fn notes(&self, page: &StatusPage) -> Vec<StatusNote> {
        let mut notes = Vec::new();
        for incident in &page.incidents {
            if incident.impacts.is_empty() && self.overlaps(incident.from, incident.until) {
                notes.push((self.relation(None, None, &incident.name), None, incident));
            }
            for impact in &incident.impacts {
                if self.overlaps(impact.from, impact.until) {
                    let relation = self.relation(Some(&impact.component), impact.group.as_deref(), &incident.name);
                    notes.push((relation, Some(impact), incident));
                }
            }
        }
        notes.sort_by_key(|(relation, _, incident)| (*relation, incident.from));
        let is_told = notes.first().is_some_and(|(relation, ..)| *relation == Relation::Same);
        let mut told: Vec<StatusNote> = Vec::new();
        if !is_told {
            told.push(self.silence(page));
        }
        for (relation, impact, incident) in notes {
            let note = self.note(relation, impact, incident);
            if !told.contains(&note) {
                told.push(note);
            }
        }
        told
    }

    fn note(&self, relation: Relation, impact: Option<&Impact>, incident: &Incident) -> StatusNote {
        let kind = if incident.is_maintenance {
            "a maintenance"
        } else {
            "an incident"
        };
        let until = incident
            .until
            .map_or_else(|| "not resolved".to_owned(), |until| format!("until {}", minute(until)));
        let when = format!("from {} {until}", minute(incident.from));
        let (agrees, says) = match (relation, self.side) {
            (Relation::Same, Side::Provider) => (true, format!("the page tells of {kind} {when}")),
            (Relation::Same, Side::Network) => (
                false,
                format!("the page tells of {kind} {when}, but these requests did not reach the provider"),
            ),
            (Relation::OtherPart, _) => (false, format!("{kind} in another part of the product, {when}")),
            (Relation::OtherProduct, _) => (false, format!("{kind} in another product, {when}")),
        };
        StatusNote {
            component: impact.map(|impact| impact.component.clone()),
            incident: Some(incident.name.clone()),
            is_known: true,
            agrees,
            says,
        }
    }

    /// What it means that a page tells nothing of what failed.
    fn silence(&self, page: &StatusPage) -> StatusNote {
        let reaches = page.earliest().is_some_and(|earliest| earliest <= self.start);
        let (agrees, says) = match (reaches, self.side) {
            (false, _) => (false, "the page does not reach back to this time".to_owned()),
            (true, Side::Provider) => (
                false,
                "the page tells of no incident here at this time; small or regional faults are often not posted".to_owned(),
            ),
            (true, Side::Network) => (true, "the page tells of no incident here at this time".to_owned()),
        };
        StatusNote {
            component: None,
            incident: None,
            is_known: reaches,
            agrees,
            says,
        }
    }

    /// By the component's and its group's name; where the page names none, by the incident's.
    fn relation(&self, component: Option<&str>, group: Option<&str>, incident: &str) -> Relation {
        let name = component.unwrap_or(incident).to_ascii_lowercase();
        let group = group.unwrap_or_default().to_ascii_lowercase();
        let is_web = is_web(&group) || (!is_api(&group) && is_web(&name) && !is_api(&name));
        if is_web != self.is_web {
            // An incident that names no component and no product may be about all of them.
            let is_unnamed = component.is_none() && !is_web && !is_api(&name);
            return if is_unnamed { Relation::Same } else { Relation::OtherProduct };
        }
        let part = PARTS.iter().find(|(word, _)| component.is_some() && name.contains(word));
        match part {
            Some((_, path)) if !self.endpoints.is_empty() && !self.endpoints.iter().any(|endpoint| endpoint.contains(path)) => {
                Relation::OtherPart
            }
            _ => Relation::Same,
        }
    }
}

/// Components that are one endpoint of an API, as the pages of OpenAI and Anthropic name them, and what its path holds.
const PARTS: [(&str, &str); 13] = [
    ("chat completions", "/chat/completions"),
    ("responses", "/responses"),
    ("embeddings", "/embeddings"),
    ("assistants", "/assistants"),
    ("batch", "/batches"),
    ("fine-tuning", "/fine_tuning"),
    ("fine tuning", "/fine_tuning"),
    ("files", "/files"),
    ("image", "/images"),
    ("audio", "/audio"),
    ("moderation", "/moderations"),
    ("realtime", "/realtime"),
    ("vector store", "/vector_stores"),
];

/// Words of what people use in a browser or an app, as those pages name it.
const WEB: [&str; 12] = [
    "chatgpt",
    "claude.ai",
    "conversations",
    "login",
    "codex",
    "sora",
    "atlas",
    "console",
    "platform.",
    "claude code",
    "playground",
    "gpts",
];

fn is_web(name: &str) -> bool {
    WEB.iter().any(|word| name.contains(word))
}

fn is_api(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| word == "api" || word == "apis")
}

fn minute(time: Time) -> String {
    time.to_utc().format("%Y-%m-%d %H:%M UTC").to_string()
}
