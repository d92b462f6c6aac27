//! A status page, whatever its layout: incidents, and which component each of them touched from when to when.

use crate::model::Time;
use chrono::DateTime;
use serde_json::Value;
use std::collections::BTreeMap;

/// Letters kept of a name that stands on a page.
const NAME: usize = 160;

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
