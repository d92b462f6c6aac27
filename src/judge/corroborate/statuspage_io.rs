//! Atlassian Statuspage, API version 2 (<https://metastatuspage.com/api>): `incidents.json`, `summary.json`,
//! `components.json`, `scheduled-maintenances.json`; status.claude.com, and OpenAI's shim, which leaves components out.

use super::page::{Impact, Incident, IncidentTold, Told, is_well, list, text, time};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn read(value: &Value) -> Option<Told> {
    let page = value.get("page").filter(|page| page.is_object());
    let known = ["incidents", "components", "scheduled_maintenances", "status"];
    if page.is_none() || !known.iter().any(|key| value.get(key).is_some()) {
        return None;
    }
    let mut told = Told {
        name: page.and_then(|page| text(page, "name")),
        url: page.and_then(|page| text(page, "url")),
        ..Told::default()
    };
    components(value, &mut told);
    for (key, is_maintenance) in [("incidents", false), ("scheduled_maintenances", true)] {
        told.incidents
            .extend(list(value, key).iter().filter_map(|one| incident(one, is_maintenance)));
    }
    Some(told)
}

fn components(value: &Value, told: &mut Told) {
    let all = list(value, "components");
    let named = |id: &str| {
        all.iter()
            .find(|one| text(one, "id").as_deref() == Some(id))
            .and_then(|one| text(one, "name"))
    };
    for one in all {
        let group = text(one, "group_id").and_then(|id| named(&id));
        if let Some((id, name)) = text(one, "id").zip(text(one, "name")) {
            told.components.insert(id, (name, group));
        }
    }
}

fn incident(value: &Value, is_maintenance: bool) -> Option<IncidentTold> {
    let scheduled = is_maintenance.then(|| (time(value, "scheduled_for"), time(value, "scheduled_until")));
    let (planned_from, planned_until) = scheduled.unwrap_or_default();
    let from = planned_from
        .or_else(|| time(value, "started_at"))
        .or_else(|| time(value, "created_at"))?;
    let is_over = matches!(
        text(value, "status").as_deref(),
        Some("resolved" | "postmortem" | "completed")
    );
    let until = time(value, "resolved_at")
        .or(planned_until)
        .or_else(|| is_over.then(|| time(value, "updated_at")).flatten());
    let names = affected(value);
    let impact = |component: String| Impact {
        component,
        group: None,
        from,
        until,
    };
    // Ids lead to the group, which tells the product; names stand for those that have none.
    let by_id: Vec<_> = list(value, "components")
        .iter()
        .filter_map(|one| text(one, "id"))
        .map(|id| (id, from, until))
        .collect();
    Some(IncidentTold {
        id: text(value, "id").unwrap_or_else(|| format!("{}", from.0)),
        incident: Incident {
            name: text(value, "name").unwrap_or_else(|| "(no title)".to_owned()),
            from,
            until,
            is_maintenance,
            impacts: names.into_iter().map(impact).collect(),
        },
        by_id,
    })
}

/// The components that an incident or its updates name, but for those that only were well.
fn affected(value: &Value) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = list(value, "components").iter().filter_map(|one| text(one, "name")).collect();
    for update in list(value, "incident_updates") {
        for one in list(update, "affected_components") {
            let state = |key: &str| text(one, key).unwrap_or_default();
            if !(is_well(&state("old_status")) && is_well(&state("new_status"))) {
                names.extend(text(one, "name"));
            }
        }
    }
    names
}
