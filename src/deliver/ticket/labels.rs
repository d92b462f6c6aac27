//! The four labels of a support note (product definition, section 1), answered where logs can answer.

use super::answer::to_fill_in;
use crate::deliver::phrases::{count, inert};
use crate::model::{ControlGroup, Coverage, Dimension, Part, Window};

/// One line a label.
pub(super) fn labels(window: &Window, part: &Part, coverage: &Coverage) -> Vec<String> {
    let is_web = part.surface.as_deref() == Some("web");
    vec![
        format!("Reproduced on another network: {}", other_network(window)),
        format!(
            "Incognito / clean profile tested: {}",
            if is_web {
                to_fill_in("yes or no, and with which result")
            } else {
                "not applicable, these are API calls of programs, not of a browser".to_owned()
            }
        ),
        format!("HAR + console logs: {}", har(is_web, coverage)),
        format!("Conversation URL or request ID: {}", ids(is_web, window, part)),
    ]
}

/// Several ways out of the own network, seen in the same minutes, are as good as another network.
pub(super) fn other_network(window: &Window) -> String {
    let ways: Vec<&ControlGroup> = window
        .case
        .groups
        .iter()
        .filter(|group| group.dimension == Dimension::Proxy && group.share.attempts > 0)
        .collect();
    let told: Vec<String> = ways
        .iter()
        .map(|group| {
            format!(
                "{}: {} of {} failed",
                inert(&group.value),
                count(group.share.failed),
                count(group.share.attempts)
            )
        })
        .collect();
    let failing = ways.iter().filter(|group| group.share.failed > 0).count();
    match (ways.len(), failing) {
        (0 | 1, _) => to_fill_in("yes or no (for instance a request from a phone's hot spot or another cloud region)"),
        (_, 0 | 1) => format!("by our own egress paths, no: only one of them failed ({})", told.join("; ")),
        _ => format!(
            "by our own egress paths, yes ({}); outside our network: {}",
            told.join("; "),
            to_fill_in("yes or no")
        ),
    }
}

fn har(is_web: bool, coverage: &Coverage) -> String {
    let hars = coverage
        .sources
        .iter()
        .filter(|source| source.format.is_some_and(|format| format.contains("har")))
        .count();
    match (is_web, hars) {
        (false, _) => "not applicable, these are API calls; the list of failed requests is attached instead".to_owned(),
        (true, 0) => to_fill_in("attach a sanitised HAR and the console log"),
        (true, some) => format!(
            "{} read, the failed requests of {} are in the attached list; console log: {}",
            crate::deliver::phrases::counted(some as u64, "HAR was", "HARs were"),
            if some == 1 { "it" } else { "them" },
            to_fill_in("attach it")
        ),
    }
}

fn ids(is_web: bool, window: &Window, part: &Part) -> String {
    if part.ids.provider > 0 && window.requests_omitted > 0 {
        return "request IDs below and in the attached list".to_owned();
    }
    if part.ids.provider > 0 {
        return format!("request IDs below ({} in the attached list)", count(part.ids.provider));
    }
    if is_web {
        return to_fill_in("conversation URL");
    }
    if part.ids.edge + part.ids.client > 0 {
        return "no request ID came back; cf-ray or our own request IDs below".to_owned();
    }
    "no id came back or was sent: only time, endpoint and count identify these requests".to_owned()
}
