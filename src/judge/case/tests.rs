//! Are the numbers of a ticket those of its own model, and what was usual and what worked meanwhile told apart from it?

use super::{Numbers, Scene, case};
use crate::judge::windows::Draft;
use crate::model::{
    Attempt, Attributes, CallOutcome, Case, Dimension, Fact, Ids, Millis, Outcome, Reached, Scope, Share, Side, Time, Traffic,
    TrafficCell,
};
use crate::workers::Workers;
use std::sync::Arc;

const MINUTE: i64 = 60_000;

fn attributes(provider: &str, model: Option<&str>, host: &str) -> Attributes {
    let all = Attributes::default()
        .with(Dimension::Provider, provider)
        .with(Dimension::Host, host);
    match model {
        Some(model) => all.with(Dimension::Model, model),
        None => all,
    }
}

fn failure(minute: i64, attributes: Attributes, id: Option<&str>, duration_ms: u32) -> Attempt {
    Attempt {
        duration_ms: Some(Millis::from(duration_ms)),
        attributes: Arc::new(attributes),
        ids: Ids::new(id, None),
        call: u32::try_from(minute).unwrap(),
        call_outcome: CallOutcome::Lost,
        reached: Reached::Yes,
        fact: Fact::ProviderId,
        side: Some(Side::Provider),
        ..Attempt::ended(Time(minute * MINUTE), Outcome::Status(503))
    }
}

fn healthy(minute: i64, attributes: Attributes, ok: u32) -> TrafficCell {
    TrafficCell {
        time: Time(minute * MINUTE),
        attributes: Arc::new(attributes),
        ok,
        first_ok: ok,
    }
}

/// The case of a window over minutes 10 to 20 that holds all failures of these attempts then.
fn case_of(attempts: Vec<Attempt>, cells: Vec<TrafficCell>) -> Case {
    let traffic = Traffic {
        attempts,
        cells,
        span: Some((Time(0), Time(60 * MINUTE))),
        ..Traffic::default()
    };
    let window = |time: Time| (Time(10 * MINUTE)..=Time(20 * MINUTE)).contains(&time);
    let failures: Vec<&Attempt> = traffic.attempts.iter().filter(|attempt| window(attempt.time)).collect();
    let successes = traffic
        .cells
        .iter()
        .filter(|cell| window(cell.time))
        .map(|cell| f64::from(cell.ok));
    let draft = Draft {
        side: Side::Provider,
        scope: Scope::default(),
        contrasts: Vec::new(),
        start: failures.first().unwrap().time,
        end: failures.last().unwrap().time,
        attempts: successes.sum::<f64>() + failures.iter().map(|_| 1.0).sum::<f64>(),
        failures,
        background: 0.003,
        evidence: 100.0,
        threshold: 10.0,
        dispersion: 1.0,
        score: 100.0,
        by_proxies: false,
        told_by_failures: None,
        only_failures: false,
    };
    let scene = Scene {
        traffic: &traffic,
        draft: &draft,
        others: std::slice::from_ref(&draft),
        most_requests: 1000,
    };
    case(&scene, &Numbers::of(&draft.failures), &Workers::new(1))
}

#[test]
fn each_model_has_its_own_numbers() {
    let of = |model| attributes("openai", Some(model), "app-1");
    let attempts = (10..=20).map(|minute| failure(minute, of(if minute % 2 == 0 { "a" } else { "b" }), Some("req_1"), 100));
    let cells = vec![
        healthy(5, of("a"), 7),
        healthy(15, of("a"), 4),
        healthy(15, of("b"), 5),
        healthy(30, of("a"), 9),
    ];
    let case = case_of(attempts.collect(), cells);
    let shares: Vec<(&str, Share)> = case
        .parts
        .iter()
        .map(|part| (part.model.as_deref().unwrap(), part.share))
        .collect();
    assert_eq!(
        shares,
        [
            ("a", Share { failed: 6, attempts: 10 }),
            ("b", Share { failed: 5, attempts: 10 })
        ]
    );
    let a = case.parts.first().unwrap();
    assert_eq!(a.before.unwrap().share, Share { failed: 0, attempts: 7 });
    assert_eq!(a.after.unwrap().share, Share { failed: 0, attempts: 9 });
    assert_eq!(
        case.whole.unwrap().share,
        Share {
            failed: 11,
            attempts: 20
        }
    );
}

#[test]
fn behind_an_own_gateway_one_model_is_of_one_provider() {
    let of = |minute| attributes(if minute < 13 { "openai" } else { "azure.ai.openai" }, Some("chat"), "app-1");
    let case = case_of(
        (10..=20).map(|minute| failure(minute, of(minute), None, 100)).collect(),
        Vec::new(),
    );
    assert_eq!(case.parts.len(), 1);
    assert_eq!(case.parts.first().unwrap().provider.as_deref(), Some("azure.ai.openai"));
}

#[test]
fn hosts_that_worked_are_the_control_group() {
    let of = |host| attributes("openai", Some("a"), host);
    let attempts = (10..=20).map(|minute| failure(minute, of("app-1"), None, 100)).collect();
    let case = case_of(attempts, vec![healthy(15, of("app-2"), 12)]);
    let hosts: Vec<(&str, Share)> = case
        .groups
        .iter()
        .filter(|group| group.dimension == Dimension::Host)
        .map(|group| (&*group.value, group.share))
        .collect();
    assert_eq!(
        hosts,
        [
            (
                "app-1",
                Share {
                    failed: 11,
                    attempts: 11
                }
            ),
            ("app-2", Share { failed: 0, attempts: 12 })
        ]
    );
}

#[test]
fn samples_are_the_first_the_last_the_longest_and_some_between() {
    let of = || attributes("openai", Some("a"), "app-1");
    let attempts: Vec<Attempt> = (0..=600)
        .map(|step| {
            let mut one = failure(10, of(), Some("req_1"), if step == 123 { 90_000 } else { 100 });
            one.time = Time(10 * MINUTE + step * 1000);
            one
        })
        .collect();
    let case = case_of(attempts, Vec::new());
    let samples = &case.parts.first().unwrap().samples;
    let seconds: Vec<i64> = samples.iter().map(|one| (one.time.0 - 10 * MINUTE) / 1000).collect();
    assert_eq!(samples.len(), 10);
    assert!(
        seconds.contains(&0) && seconds.contains(&123) && seconds.contains(&600),
        "{seconds:?}"
    );
}

#[test]
fn those_with_the_providers_id_stand_for_those_without() {
    let of = || attributes("openai", Some("a"), "app-1");
    let attempts: Vec<Attempt> = (0..=600)
        .map(|step| {
            let mut one = failure(10, of(), (step % 30 == 7).then_some("req_1"), 100);
            one.time = Time(10 * MINUTE + step * 1000);
            one
        })
        .collect();
    let case = case_of(attempts, Vec::new());
    let samples = &case.parts.first().unwrap().samples;
    assert!(samples.iter().all(|one| one.ids.x_request_id().is_some()));
}
