//! Is it told truly what failed, where only the lines on failures name a model?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::{Class, Dimension, Findings, Share};

const MODELS: [&str; 3] = ["gpt-4o", "gpt-4o-mini", "o3-mini"];

/// Two hours of an application that writes the SDK's line on each answer, and one of its own on each failed call. For twenty
/// minutes one call in three fails, which names the next of `models`; else one in five hundred, of all models.
fn found(models: &[&str]) -> Findings {
    let mut log = String::new();
    for call in 0..7200 {
        let stamp = format!("2026-03-02 {:02}:{:02}:{:02},120", 8 + call / 3600, call / 60 % 60, call % 60);
        let url = "https://api.openai.com/v1/responses";
        let failing = match call {
            3600..4800 if call % 3 == 0 => models.get(call / 3 % models.len()),
            _ if call % 500 == 250 => MODELS.get(call / 500 % MODELS.len()),
            _ => None,
        };
        let Some(model) = failing else {
            log += &format!("{stamp} INFO httpx: HTTP Request: POST {url} \"HTTP/1.1 200 OK\"\n");
            continue;
        };
        log += &format!("{stamp} INFO httpx: HTTP Request: POST {url} \"HTTP/1.1 503 Service Unavailable\"\n");
        log +=
            &format!("{stamp} ERROR app.llm: llm call failed endpoint=/v1/responses model={model} status=503 latency_ms=812\n");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

#[test]
fn the_one_model_whose_calls_fail_is_the_window_s() {
    let told = found(&["gpt-4o"]).windows.into_iter();
    let told: Vec<_> = told
        .map(|window| {
            (
                window.verdict.class,
                window.scope.values.into_values().flatten().collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(told, [(Class::ModelSpecific, vec!["gpt-4o".into()])]);
}

/// With the one stray failure that is of it, without that of another.
#[test]
fn what_went_well_is_counted_in_the_ticket_of_the_one_model() {
    let findings = found(&["gpt-4o"]);
    let shares: Vec<Share> = findings.windows[0].case.parts.iter().map(|part| part.share).collect();
    assert_eq!(
        shares,
        [Share {
            failed: 401,
            attempts: 1197
        }]
    );
}

#[test]
fn models_that_fail_together_are_an_outage() {
    let classes: Vec<Class> = found(&MODELS).windows.iter().map(|window| window.verdict.class).collect();
    assert_eq!(classes, [Class::Outage]);
}

#[test]
fn models_of_which_nobody_knows_the_attempts_get_one_ticket() {
    let findings = found(&MODELS);
    let models: Vec<_> = findings.windows[0].case.parts.iter().map(|part| part.model.clone()).collect();
    assert_eq!(models, [None]);
}

#[test]
fn a_model_s_failures_are_not_said_to_be_all_its_attempts() {
    let findings = found(&MODELS);
    let by_model = findings.windows[0]
        .case
        .groups
        .iter()
        .filter(|group| group.dimension == Dimension::Model);
    let told: Vec<bool> = by_model.map(|group| group.told_by_failures).collect();
    assert_eq!(told, [true; 3]);
}
