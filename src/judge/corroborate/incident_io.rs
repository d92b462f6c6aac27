//! incident.io: the feed of its own pages (summary and `/incidents`; status.openai.com), and its documented REST API
//! (<https://api-docs.incident.io>, `status_page_incidents`), whose names differ.

use super::page::{Incident, IncidentTold, Told, is_well, list, text, time};
use crate::model::Time;
use serde_json::Value;

pub(super) fn read(value: &Value) -> Option<Told> {
    let mut told = Told::default();
    if let Some(summary) = value.get("summary").filter(|summary| summary.is_object()) {
        told.name = text(summary, "name");
        told.url = text(summary, "public_url");
        components(summary, &mut told);
        for key in ["ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances"] {
            told.incidents.extend(
                list(summary, key)
                    .iter()
                    .filter_map(|one| incident(one, key != "ongoing_incidents")),
            );
        }
        told.incidents
            .extend(list(value, "incidents").iter().filter_map(|one| incident(one, false)));
        return Some(told);
    }
    let incidents = ["incidents", "status_page_incidents"].map(|key| list(value, key));
    let is_ours = |one: &Value| {
        ["component_impacts", "published_at", "incident_status"]
            .iter()
            .any(|key| one.get(key).is_some())
    };
    let all: Vec<&Value> = incidents.into_iter().flatten().collect();
    if all.is_empty() || !all.iter().any(|one| is_ours(one)) {
        return None;
    }
    told.incidents = all.into_iter().filter_map(|one| incident(one, false)).collect();
    for one in list(value, "components") {
        told.components
            .extend(text(one, "id").zip(text(one, "name")).map(|(id, name)| (id, (name, None))));
    }
    Some(told)
}

fn components(summary: &Value, told: &mut Told) {
    for one in list(summary, "components") {
        told.components
            .extend(text(one, "id").zip(text(one, "name")).map(|(id, name)| (id, (name, None))));
    }
    let items = summary.get("structure").map_or(&[][..], |structure| list(structure, "items"));
    for group in items.iter().filter_map(|item| item.get("group")) {
        let group_name = text(group, "name");
        for one in list(group, "components") {
            let id = text(one, "component_id");
            told.components
                .extend(id.zip(text(one, "name")).map(|(id, name)| (id, (name, group_name.clone()))));
        }
    }
}

fn incident(value: &Value, is_maintenance: bool) -> Option<IncidentTold> {
    let mut by_id: Vec<(String, Time, Option<Time>)> = Vec::new();
    for impact in list(value, "component_impacts") {
        let state = text(impact, "status")
            .or_else(|| text(impact, "component_status"))
            .unwrap_or_default();
        let Some((id, from)) = text(impact, "component_id").zip(time(impact, "start_at")) else {
            continue;
        };
        if !is_well(&state) || state.is_empty() {
            by_id.push((id, from, time(impact, "end_at")));
        }
    }
    let first = by_id.iter().map(|(_, from, _)| *from).min();
    let from = first
        .or_else(|| time(value, "started_at"))
        .or_else(|| time(value, "published_at"))
        .or_else(|| time(value, "created_at"))?;
    let status = text(value, "status").or_else(|| text(value, "incident_status"));
    let is_over = matches!(status.as_deref(), Some("resolved" | "completed" | "maintenance_complete"));
    let until = is_over.then(|| ended(value, &by_id)).flatten();
    for one in list(value, "affected_components") {
        if let Some(id) = text(one, "component_id").or_else(|| text(one, "id"))
            && !by_id.iter().any(|(known, ..)| *known == id)
        {
            by_id.push((id, from, until));
        }
    }
    Some(IncidentTold {
        id: text(value, "id").unwrap_or_else(|| format!("{}", from.0)),
        incident: Incident {
            name: text(value, "name").unwrap_or_else(|| "(no title)".to_owned()),
            from,
            until,
            is_maintenance,
            impacts: Vec::new(),
        },
        by_id,
    })
}

/// When the last component was well again, or the update that said so.
fn ended(value: &Value, impacts: &[(String, Time, Option<Time>)]) -> Option<Time> {
    let by_impacts = impacts.iter().map(|(.., until)| *until).collect::<Option<Vec<_>>>();
    let last = by_impacts.and_then(|all| all.into_iter().max());
    let updates = list(value, "updates").iter().filter(|update| {
        let to = text(update, "to_status").or_else(|| text(update, "incident_status"));
        to.as_deref() == Some("resolved")
    });
    let told = updates.filter_map(|update| time(update, "published_at")).max();
    last.or(told)
        .or_else(|| time(value, "resolved_at"))
        .or_else(|| time(value, "updated_at"))
}
