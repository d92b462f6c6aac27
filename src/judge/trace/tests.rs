//! One question a test: what is told of this id?

use super::Tracer;
use crate::judge::Options;
use crate::model::{
    Alike, Attributes, CallEnd, Dimension, Ids, Millis, Name, Observation, Outcome, Rollup, Sighting, SourceRollup, Time, Vantage,
};
use std::collections::BTreeSet;
use std::sync::Arc;

fn observed(line: u64, time: i64, outcome: Outcome, request: &str, client: &str) -> Observation {
    Observation {
        line,
        duration_ms: Some(Millis::from(400)),
        alike: Arc::new(Alike {
            attributes: Arc::new(Attributes::default().with(Dimension::Endpoint, "/v1/chat/completions")),
            ..Alike::ended(outcome)
        }),
        ids: Ids::new(Some(request), Some(client)),
        ..Observation::ended(Time(1_700_000_000_000 + time), outcome)
    }
}

fn rollup(logs: &[(&str, Vantage, Vec<Observation>)]) -> Rollup {
    let mut rollup = Rollup::default();
    for (name, vantage, observations) in logs {
        let source = SourceRollup {
            format: Some("test"),
            vantage: Some(*vantage),
            observations: observations.iter().cloned().collect(),
            ..SourceRollup::default()
        };
        rollup.sources.insert(Name::from(*name), Box::new(source));
    }
    rollup.settled()
}

/// What a look through the logs would find.
fn sightings(logs: &[(&str, Vantage, Vec<Observation>)], ids: &BTreeSet<Name>) -> Vec<Sighting> {
    let mut sightings = Vec::new();
    for (name, _, observations) in logs {
        for seen in observations {
            let own: BTreeSet<Name> = super::link_ids(&seen.ids)
                .filter(|id| ids.contains(*id))
                .map(Name::from)
                .collect();
            if !own.is_empty() {
                sightings.push(Sighting {
                    path: Name::from(*name),
                    line: seen.line,
                    ids: own,
                    seen: vec![seen.clone()],
                });
            }
        }
    }
    sightings
}

fn trace(id: &str, logs: &[(&str, Vantage, Vec<Observation>)]) -> crate::model::Trace {
    let failed: Vec<_> = logs
        .iter()
        .map(|(name, vantage, seen)| {
            let failed = seen.iter().filter(|seen| seen.outcome != Outcome::Success).cloned().collect();
            (*name, *vantage, failed)
        })
        .collect();
    let rollup = rollup(&failed);
    let tracer = Tracer::of(&rollup, &Options::default());
    let mut ids = BTreeSet::from([Name::from(id)]);
    loop {
        let found = sightings(logs, &ids);
        let linked = tracer.linked(id, &found);
        if linked.is_subset(&ids) {
            return tracer.trace(id, &found);
        }
        ids.extend(linked);
    }
}

const APP: Vantage = Vantage::Application;
const PROXY: Vantage = Vantage::Proxy;

#[test]
fn a_failure_leads_to_the_retry_that_saved_its_call_and_to_the_other_side_of_both() {
    let logs = [
        (
            "app.log",
            APP,
            vec![
                observed(1, 0, Outcome::Status(500), "req_aaaaaa", "call-1"),
                observed(2, 3_000, Outcome::Success, "req_bbbbbb", "call-1"),
                observed(3, 9_000, Outcome::Success, "req_cccccc", "call-2"),
            ],
        ),
        (
            "proxy.log",
            PROXY,
            vec![
                observed(1, 10, Outcome::Status(500), "req_aaaaaa", ""),
                observed(2, 3_010, Outcome::Success, "req_bbbbbb", ""),
            ],
        ),
    ];
    let told = trace("req_aaaaaa", &logs);
    let [call] = told.calls.as_slice() else { panic!("{told:#?}") };
    assert_eq!((call.end, call.attempts.len()), (CallEnd::Recovered, 2));
    let numbers: Vec<_> = call
        .attempts
        .iter()
        .map(|attempt| (attempt.number, attempt.records.len()))
        .collect();
    assert_eq!(numbers, [(Some(1), 2), (Some(2), 2)]);
}

#[test]
fn a_success_is_found_with_both_its_sides() {
    let logs = [
        ("app.log", APP, vec![observed(7, 0, Outcome::Success, "req_aaaaaa", "call-1")]),
        ("proxy.log", PROXY, vec![observed(9, 30, Outcome::Success, "", "call-1")]),
    ];
    let told = trace("req_aaaaaa", &logs);
    let [call] = told.calls.as_slice() else { panic!("{told:#?}") };
    assert_eq!(
        (call.end, call.attempts.len(), call.attempts[0].records.len()),
        (CallEnd::Succeeded, 1, 2)
    );
}

#[test]
fn an_id_of_a_whole_conversation_lists_all_its_calls() {
    let seen = |line: u64| {
        observed(
            line,
            i64::try_from(line).unwrap() * 20_000,
            Outcome::Success,
            &format!("req_{line:06}"),
            "talk-1",
        )
    };
    let logs = [("app.log", APP, (1..=3).map(seen).collect())];
    assert_eq!(trace("talk-1", &logs).calls.len(), 3);
    assert_eq!(
        trace("req_000002", &logs).calls.len(),
        1,
        "another call's id leads to its own call only"
    );
}

#[test]
fn an_id_that_stands_nowhere_is_not_found() {
    let logs = [("app.log", APP, vec![observed(7, 0, Outcome::Success, "req_aaaaaa", "call-1")])];
    assert!(!trace("req_zzzzzz", &logs).is_found());
}

#[test]
fn a_record_that_tells_of_no_attempt_is_a_mention() {
    let rollup = rollup(&[("app.log", APP, Vec::new())]);
    let tracer = Tracer::of(&rollup, &Options::default());
    let sighting = Sighting {
        path: Name::from("app.log"),
        line: 4,
        ids: BTreeSet::from([Name::from("req_aaaaaa")]),
        seen: Vec::new(),
    };
    let told = tracer.trace("req_aaaaaa", &[sighting]);
    assert_eq!((told.calls.len(), told.mentions.len()), (0, 1));
}
