//! From a status page's documents, in whatever layout, to the page: its incidents with the components that they touched, and
//! whose it is.

use super::page::{Impact, Incident, IncidentTold, StatusPage, Told};
use super::{incident_io, statuspage_io};
use crate::providers;
use serde_json::Value;
use std::collections::BTreeMap;

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

/// Reads what status pages say: the documents of one page (incidents, summary, components) belong together.
///
/// # Errors
/// Which document is none of a known layout.
pub fn status_page(documents: &[Vec<u8>]) -> Result<StatusPage, Unreadable> {
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

/// Reads documents of several pages: those of one provider, or of none, belong together.
#[must_use]
pub fn by_page(documents: &[Vec<u8>]) -> Vec<StatusPage> {
    let mut pages: Vec<(Option<&'static str>, Vec<Vec<u8>>)> = Vec::new();
    for document in documents {
        let provider = status_page(std::slice::from_ref(document))
            .ok()
            .and_then(|page| page.provider);
        match pages
            .iter_mut()
            .find(|(known, _)| provider.is_none() || known.is_none() || *known == provider)
        {
            Some((known, documents)) => {
                *known = known.or(provider);
                documents.push(document.clone());
            }
            None => pages.push((provider, vec![document.clone()])),
        }
    }
    pages
        .into_iter()
        .filter_map(|(_, documents)| status_page(&documents).ok())
        .collect()
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
