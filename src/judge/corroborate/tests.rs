//! One question a test: what does this page say of that window?

use super::{corroborate, status_page};
use crate::model::{Class, Dimension, Findings, Name, Scope, Severity, Side, StatusNote, Time, Verdict, Window};
use std::collections::BTreeMap;

const STATUSPAGE: &str = include_str!("../../../fixtures/status-pages/statuspage-v2.json");
const SHIM: &str = include_str!("../../../fixtures/status-pages/openai-shim.json");
const FEED: &str = include_str!("../../../fixtures/status-pages/incident-io-incidents.json");
const SUMMARY: &str = include_str!("../../../fixtures/status-pages/incident-io-summary.json");
const REST: &str = include_str!("../../../fixtures/status-pages/incident-io-rest.json");

fn time(text: &str) -> Time {
    Time(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

fn window(side: Side, provider: &str, surface: &str, endpoint: &str, start: &str, end: &str) -> Window {
    let values = [
        (Dimension::Provider, provider),
        (Dimension::Surface, surface),
        (Dimension::Endpoint, endpoint),
    ];
    let class = if side == Side::Network {
        Class::NetworkSide
    } else {
        Class::Outage
    };
    Window {
        start: time(start),
        end: time(end),
        start_not_before: None,
        end_not_after: None,
        side,
        told_by_failures: false,
        scope: Scope {
            values: values
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(dimension, value)| (dimension, vec![Name::from(value)]))
                .collect(),
        },
        only_failures: false,
        severity: Severity::Full,
        flags: Vec::new(),
        ongoing: false,
        attempts: 100,
        failures: 90,
        calls: 100,
        calls_lost: 90,
        baseline: Some(0.0),
        by_status: BTreeMap::new(),
        by_transport_error: BTreeMap::new(),
        by_error: Vec::new(),
        reached_yes: 90,
        reached_no: 0,
        reached_unknown: 0,
        verdict: Verdict {
            class,
            confidence: 0.9,
            because: Vec::new(),
            against: Vec::new(),
            next_step: String::new(),
        },
        requests: Vec::new(),
        requests_omitted: 0,
        status_page: Vec::new(),
        working: None,
        case: crate::model::Case::default(),
    }
}

fn noted(documents: &[&str], window: Window) -> Vec<StatusNote> {
    let documents: Vec<Vec<u8>> = documents.iter().map(|document| document.as_bytes().to_vec()).collect();
    let page = status_page(&documents).unwrap();
    let class = window.verdict.clone();
    let mut findings = Findings {
        windows: vec![window],
        ..Findings::default()
    };
    corroborate(&mut findings, &[page]);
    assert_eq!(findings.windows[0].verdict, class, "a page decides nothing");
    findings.windows.remove(0).status_page
}

const AT: [&str; 2] = ["2026-03-10T14:05:00Z", "2026-03-10T14:40:00Z"];

#[test]
fn a_statuspage_incident_of_the_component_agrees() {
    let window = window(Side::Provider, "anthropic", "api", "/v1/messages", AT[0], AT[1]);
    let notes = noted(&[STATUSPAGE], window);
    assert!(notes[0].agrees, "{notes:?}");
    assert_eq!(notes[0].component.as_deref(), Some("Claude API (api.anthropic.com)"));
    assert_eq!(notes[0].incident.as_deref(), Some("Elevated errors on Claude Opus"));
}

#[test]
fn an_incident_in_another_product_is_said_to_be_one() {
    let window = window(
        Side::Provider,
        "anthropic",
        "api",
        "/v1/messages",
        "2026-03-12T08:00:00Z",
        "2026-03-12T08:30:00Z",
    );
    let notes = noted(&[STATUSPAGE], window);
    assert!(notes.iter().all(|note| !note.agrees) && notes.len() == 2, "{notes:?}");
    assert!(notes[0].incident.is_none() && notes[1].says.contains("in another product"));
}

#[test]
fn a_page_that_does_not_reach_back_says_nothing_of_it() {
    let window = window(
        Side::Provider,
        "anthropic",
        "api",
        "",
        "2020-03-12T08:00:00Z",
        "2020-03-12T08:30:00Z",
    );
    let notes = noted(&[STATUSPAGE], window);
    assert!(notes.len() == 1 && notes[0].says.contains("does not reach back"));
    assert!(!notes[0].is_known, "not to know is no contradiction");
}

#[test]
fn a_page_of_another_provider_is_not_asked() {
    let window = window(Side::Provider, "openai", "api", "", AT[0], AT[1]);
    assert_eq!(noted(&[STATUSPAGE], window.clone()), []);
    let mut findings = Findings {
        windows: vec![window],
        ..Findings::default()
    };
    corroborate(&mut findings, &[status_page(&[STATUSPAGE.as_bytes().to_vec()]).unwrap()]);
    assert!(findings.findings[0].advice.contains("none is of its provider"));
}

#[test]
fn openais_shim_names_no_component_and_is_told_by_its_titles() {
    let api = window(Side::Provider, "openai", "api", "/v1/responses", AT[0], AT[1]);
    let web = window(Side::Provider, "openai", "web", "", AT[0], AT[1]);
    assert!(noted(&[SHIM], api)[0].agrees);
    assert!(!noted(&[SHIM], web)[0].agrees);
}

#[test]
fn incident_io_tells_each_components_own_interval() {
    let chat = |start, end| window(Side::Provider, "openai", "api", "/v1/chat/completions", start, end);
    let notes = noted(&[SUMMARY, FEED], chat(AT[0], AT[1]));
    assert!(
        notes[0].agrees && notes[0].component.as_deref() == Some("Chat Completions"),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.says.contains("another part of the product")));
    assert!(notes.iter().any(|note| note.says.contains("another product")));
    let later = noted(&[SUMMARY, FEED], chat("2026-03-10T19:00:00Z", "2026-03-10T19:30:00Z"));
    assert!(
        later.iter().all(|note| !note.agrees),
        "only images failed for so long: {later:?}"
    );
}

#[test]
fn an_incident_contradicts_a_fault_on_the_way_and_silence_agrees_with_it() {
    let network = |start, end| window(Side::Network, "openai", "api", "/v1/chat/completions", start, end);
    let notes = noted(&[SUMMARY, FEED], network(AT[0], AT[1]));
    assert!(!notes[0].agrees && notes[0].says.contains("did not reach the provider"));
    let notes = noted(&[SUMMARY, FEED], network("2026-03-11T14:00:00Z", "2026-03-11T14:10:00Z"));
    assert!(notes.len() == 1 && notes[0].agrees);
}

#[test]
fn the_rest_spelling_is_read_too() {
    let window = window(Side::Provider, "", "api", "", AT[0], AT[1]);
    let notes = noted(&[REST], window);
    assert!(notes[0].agrees && notes[0].component.as_deref() == Some("API"), "{notes:?}");
}

#[test]
fn what_is_no_status_page_is_refused() {
    for text in [
        "",
        "<html>",
        "{}",
        "[]",
        "{\"incidents\":[]}",
        "{\"page\":1,\"incidents\":[{}]}",
        "{\"incidents\":[1,{\"x\":2}]}",
    ] {
        assert!(status_page(&[text.as_bytes().to_vec()]).is_err(), "{text}");
    }
}
