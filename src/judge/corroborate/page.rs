//! A status page, whatever its layout: incidents, and which component each of them touched from when to when.

use super::{incident_io, statuspage_io};
use crate::model::Time;
use crate::providers;
use chrono::DateTime;
use serde_json::Value;
use std::collections::BTreeMap;

/// Letters kept of a name that stands on a page.
const NAME: usize = 160;

/// The bytes are no status page of a known layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// They are no JSON.
    #[error("it is no JSON; save the page's incidents.json, not the page itself")]
    NoJson,
    /// They are JSON of something else.
    #[error("it is no status page of a known layout (Atlassian Statuspage v2, incident.io)")]
    Unknown,
}

/// What a page tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatusPage {
    /// Whose it is, by its name or address, as `gen_ai.provider.name` has it.
    pub provider: Option<&'static str>,
    /// Its name.
    pub name: Option<String>,
    /// Its incidents, by start.
    pub incidents: Vec<Incident>,
}

/// An incident, or a maintenance.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its title.
    pub name: String,
    /// When it began, as the page tells it.
    pub from: Time,
    /// When it was resolved.
    pub until: Option<Time>,
    /// It was planned.
    pub is_maintenance: bool,
    /// What it touched; empty where the page does not say.
    pub impacts: Vec<Impact>,
}

/// A component that was touched.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// Its name.
    pub component: String,
    /// The group that it stands in, which tells the product.
    pub group: Option<String>,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Option<Time>,
}

impl StatusPage {
    /// Its name, to be put behind a noun.
    pub(super) fn named(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!(" of {name}"))
    }

    /// How far back it tells.
    pub(super) fn earliest(&self) -> Option<Time> {
        self.incidents.iter().map(|incident| incident.from).min()
    }
}

/// What one document tells of a page; components may stand in another document than the incidents that name them.
#[derive(Default)]
pub(super) struct Told {
    pub(super) name: Option<String>,
    pub(super) url: Option<String>,
    /// Components by id: name and group.
    pub(super) components: BTreeMap<String, (String, Option<String>)>,
    pub(super) incidents: Vec<IncidentTold>,
}

/// An incident whose components are ids still.
pub(super) struct IncidentTold {
    pub(super) id: String,
    pub(super) incident: Incident,
    /// Component id, from, until.
    pub(super) by_id: Vec<(String, Time, Option<Time>)>,
}

pub(super) fn read(documents: &[Vec<u8>]) -> Result<StatusPage, Unreadable> {
    let mut whole = Told::default();
    let mut seen = BTreeMap::new();
    for document in documents {
        let value: Value = serde_json::from_slice(document).map_err(|_| Unreadable::NoJson)?;
        let told = incident_io::read(&value)
            .or_else(|| statuspage_io::read(&value))
            .ok_or(Unreadable::Unknown)?;
        whole.name = whole.name.or(told.name);
        whole.url = whole.url.or(told.url);
        whole.components.extend(told.components);
        for incident in told.incidents {
            let better = |old: &IncidentTold| {
                old.incident.impacts.len() + old.by_id.len() < incident.incident.impacts.len() + incident.by_id.len()
            };
            if seen.get(&incident.id).is_none_or(better) {
                seen.insert(incident.id.clone(), incident);
            }
        }
    }
    let mut incidents: Vec<Incident> = seen.into_values().map(|told| resolved(told, &whole.components)).collect();
    incidents.sort_by(|a, b| (a.from, &a.name).cmp(&(b.from, &b.name)));
    Ok(StatusPage {
        provider: provider(whole.name.as_deref(), whole.url.as_deref()),
        name: whole.name,
        incidents,
    })
}

fn resolved(told: IncidentTold, components: &BTreeMap<String, (String, Option<String>)>) -> Incident {
    let mut incident = told.incident;
    for (id, from, until) in told.by_id {
        if let Some((component, group)) = components.get(&id) {
            incident.impacts.push(Impact {
                component: component.clone(),
                group: group.clone(),
                from,
                until,
            });
        }
    }
    incident.impacts.dedup();
    incident
}

/// Whose page it is: by the address of the page, then by a word of its name.
fn provider(name: Option<&str>, url: Option<&str>) -> Option<&'static str> {
    let host = |url: &str| {
        url.split_once("://")
            .map_or(url, |(_, rest)| rest)
            .split('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mine = url.map(host);
    let by_address = providers::ALL
        .iter()
        .find(|provider| provider.status_page().map(host).is_some_and(|theirs| Some(theirs) == mine));
    by_address
        .or_else(|| {
            providers::ALL
                .iter()
                .find(|provider| name.is_some_and(|name| names(name, provider.name())))
        })
        .map(|provider| provider.name())
}

fn names(page: &str, provider: &str) -> bool {
    let alias = if provider == "anthropic" { "claude" } else { provider };
    page.to_ascii_lowercase()
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| word == provider || word == alias)
}

/// A text of a page, cut to what a report can bear.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    let cut: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(NAME)
        .collect();
    (!cut.is_empty()).then_some(cut)
}

pub(super) fn time(value: &Value, key: &str) -> Option<Time> {
    let text = value.get(key)?.as_str()?;
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| Time(time.timestamp_millis()))
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a component is well in this state.
pub(super) fn is_well(state: &str) -> bool {
    matches!(state, "operational" | "")
}
