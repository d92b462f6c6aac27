//! The ticket for the provider's support: one window, one model.

use super::answer::{Facts, answer, path_of, to_fill_in};
use super::checks::checks;
use super::labels::labels;
use super::page::Page;
use super::words::{self, course, durations, ends_in_short, usual};
use super::{appendix, skeleton, when};
use crate::deliver::Context;
use crate::deliver::phrases::{count, counted, inert, length, percent, severity};
use crate::model::{Attempt, Dimension, Findings, Part, Window, Zoom};
use crate::providers;

/// What one ticket is about.
pub(super) struct Subject<'a> {
    pub(super) findings: &'a Findings,
    pub(super) context: &'a Context<'a>,
    pub(super) zoom: Option<&'a Zoom>,
    pub(super) facts: Facts<'a>,
}

/// Who is to be written to, for the ticket's head.
pub(super) fn addressee(part: &Part) -> (String, String) {
    match part.provider.as_deref().and_then(providers::by_spelling) {
        Some(provider) => (provider.display_name().to_owned(), provider.support().to_owned()),
        None => (
            "provider not named in the logs".to_owned(),
            to_fill_in("which provider serves this endpoint, and its support"),
        ),
    }
}

/// What stands for the model of a part that is of none.
pub(super) fn nameless(part: &Part) -> &'static str {
    let named = part.tally(Dimension::Model).map_or(0, |models| models.named.len());
    match named {
        _ if part.surface.as_deref() == Some("web") => "web application",
        0 => "model not logged",
        1 => "model logged with failures only",
        _ => "several models",
    }
}

/// The title: what, where, how much, since when.
pub(super) fn title(window: &Window, part: &Part) -> String {
    let model = part
        .model
        .as_deref()
        .map_or_else(|| nameless(part).to_owned(), |model| format!("model {}", inert(model)));
    let method = part
        .methods
        .named
        .first()
        .map(|(method, _)| format!("{} ", inert(method).to_ascii_uppercase()))
        .unwrap_or_default();
    let place = match part.tally(Dimension::Endpoint).map(|tally| tally.named.as_slice()) {
        Some([]) | None => String::new(),
        Some([(one, _)]) => format!(" on {method}{}", inert(path_of(part, one))),
        Some([(first, _), others @ ..]) => format!(
            " on {method}{} and {}",
            inert(path_of(part, first)),
            counted(others.len() as u64, "other endpoint", "other endpoints")
        ),
    };
    let failed = if window.only_failures {
        format!("{}, share unknown", counted(part.share.failed, "failure", "failures"))
    } else {
        format!(
            "{:.1} % of {} failed",
            percent(part.share.failed, part.share.attempts),
            counted(part.share.attempts, "attempt", "attempts")
        )
    };
    format!(
        "{}{place}, {model}: {failed}, {}{}",
        ends_in_short(part),
        when::range(part.start, part.end),
        if window.ongoing { ", perhaps not over" } else { "" }
    )
}

/// Writes the part to paste.
pub(super) fn write(page: &mut Page, subject: &Subject<'_>) {
    let Facts { form, window, part, .. } = &subject.facts;
    page.line(&format!("Title: {}", title(window, part)));
    words::filtered(page, subject.findings);
    page.gap();
    for (label, ask) in form.fields {
        page.field(label, &answer(*ask, &subject.facts));
    }
    page.heading("Figures");
    figures(page, window, part, subject.zoom);
    page.heading(&format!(
        "Sample requests (at most ten; {})",
        words::attached(window, part.share.failed)
    ));
    for line in words::samples(&part.samples, |attempt| ids(attempt, &subject.facts)) {
        page.item(&line);
    }
    for line in id_notes(part) {
        page.line(&line);
    }
    page.heading("Labels");
    for line in labels(window, part, &subject.findings.coverage) {
        page.item(&line);
    }
    page.heading("Checked on our side");
    for line in checks(subject.findings, window, part) {
        page.item(&line);
    }
    page.item(&format!(
        "Compared with {}: {}",
        form.health,
        to_fill_in("what it showed for this model and time")
    ));
    words::status_page(page, "Your status page on that time", window);
    page.heading("Impact and contact");
    let lost = if window.only_failures {
        words::lost(window, part)
    } else {
        format!("{} of {} lost", count(part.calls_lost), counted(part.calls, "call", "calls"))
    };
    page.item(&format!(
        "Impact: {lost}; {}",
        to_fill_in("what that means for your users, and the priority")
    ));
    page.item(&format!(
        "Contact and earlier tickets: {}",
        to_fill_in("contact, time zone, ticket numbers")
    ));
    let curl = skeleton::curl(form, part);
    if !curl.is_empty() {
        page.heading("Request skeleton (no body, no key)");
        for line in curl {
            page.line(&format!("  {line}"));
        }
    }
    page.heading("How this was measured");
    for line in appendix::appendix(subject.findings, subject.context) {
        page.item(&line);
    }
}

fn figures(page: &mut Page, window: &Window, part: &Part, zoom: Option<&Zoom>) {
    page.item(&format!("{}.", usual(window, part.before.as_ref(), "Before it")));
    page.item(&format!("{}.", usual(window, part.after.as_ref(), "After it")));
    page.item(&format!(
        "Time until the failure: {}.",
        durations(part.durations.as_ref(), part.share.failed)
    ));
    if let Some(took) = zoom.and_then(words::healthy) {
        page.item(&took);
    }
    if !part.edge_sites.named.is_empty() {
        page.item(&format!("Edge sites by cf-ray: {}.", words::all_of(&part.edge_sites)));
    }
    if let (Some(before), Some(after)) = (window.start_not_before, window.end_not_after) {
        page.item(&format!(
            "Onset between {} and {}; recovery between {} and {}.",
            when::utc(before),
            when::utc(window.start),
            when::utc(window.end),
            when::utc(after)
        ));
    }
    if !window.flags.is_empty() {
        let flags: Vec<&str> = window.flags.iter().map(|flag| flag.name()).collect();
        page.item(&format!("Shape: {}.", flags.join(", ")));
    }
    page.item(&others(window, part));
    for line in course(window, &part.course) {
        page.line(&format!("  {line}"));
    }
}

/// The window's other tickets, so that nobody takes this one for the whole.
fn others(window: &Window, part: &Part) -> String {
    let others: Vec<String> = window
        .case
        .parts
        .iter()
        .filter(|other| (&other.model, &other.provider, &other.surface) != (&part.model, &part.provider, &part.surface))
        .map(|other| {
            let model = other.model.as_deref().map_or_else(|| "model not logged".to_owned(), inert);
            if window.only_failures {
                return format!("{model} {}", count(other.share.failed));
            }
            format!("{model} {} of {}", count(other.share.failed), count(other.share.attempts))
        })
        .collect();
    let others: Vec<String> = match window.case.more_parts {
        (0, _) => others,
        (parts, failures) => others
            .into_iter()
            .chain([format!(
                "{} with {}",
                counted(parts, "more model", "more models"),
                counted(failures, "failure", "failures")
            )])
            .collect(),
    };
    if others.is_empty() {
        format!(
            "The whole window: classed {} ({}, confidence {:.2}), {}.",
            window.verdict.class.name(),
            severity(window),
            window.verdict.confidence,
            length(window.end.since(window.start))
        )
    } else {
        format!(
            "The whole window: classed {} ({}, confidence {:.2}), {}; in it also failed: {}.",
            window.verdict.class.name(),
            severity(window),
            window.verdict.confidence,
            if window.only_failures {
                counted(window.failures, "failure", "failures")
            } else {
                format!("{} of {} attempts failed", count(window.failures), count(window.attempts))
            },
            others.join("; ")
        )
    }
}

/// The ids of one failure that mean something to the provider; an own gateway's never stands here.
fn ids(attempt: &Attempt, facts: &Facts<'_>) -> String {
    let named = [
        (facts.form.id_header, attempt.ids.x_request_id()),
        ("cf-ray", attempt.ids.cf_ray()),
        (facts.form.client_header, attempt.ids.x_client_request_id()),
    ];
    let told: Vec<String> = named
        .into_iter()
        .filter_map(|(name, id)| Some(format!("{name} {}", inert(id?))))
        .collect();
    if told.is_empty() {
        "no id came back or was sent".to_owned()
    } else {
        told.join("  ")
    }
}

fn id_notes(part: &Part) -> Vec<String> {
    let mut notes = Vec::new();
    if part.ids.gateway > 0 {
        notes.push(format!(
            "{} also carry an id of our own gateway; it is not yours and is left out here.",
            counted(part.ids.gateway, "failed attempt", "failed attempts")
        ));
    }
    if part.ids.none > 0 {
        notes.push(format!(
            "{} carry neither your id nor ours: time, endpoint and our source address identify them.",
            counted(part.ids.none, "failed attempt", "failed attempts")
        ));
    }
    notes
}
