//! Is the traffic over time all of the traffic, in few steps, and what only failures tell left out?

use super::{Durations, STEPS, empty, timeline, took};
use crate::judge::Selection;
use crate::model::{
    Attempt, Attributes, Dimension, Fact, Millis, Outcome, Reached, Rollup, Side, Time, Timeline, Traffic, TrafficCell,
};
use crate::workers::Workers;
use std::collections::BTreeMap;
use std::sync::Arc;

fn attributes(model: &str) -> Attributes {
    Attributes::default().with(Dimension::Model, model)
}

fn failure(time: i64, attributes: Attributes) -> Attempt {
    Attempt {
        duration_ms: Some(Millis::from(2_000)),
        attributes: Arc::new(attributes),
        reached: Reached::Yes,
        fact: Fact::ProviderId,
        side: Some(Side::Provider),
        ..Attempt::ended(Time(time), Outcome::Status(503))
    }
}

fn cell(time: i64, model: &str, ok: u32) -> TrafficCell {
    TrafficCell {
        time: Time(time),
        attributes: Arc::new(attributes(model)),
        ok,
        first_ok: ok,
    }
}

fn told(traffic: &Traffic) -> Timeline {
    let durations = Durations::of(&Rollup::default(), &BTreeMap::new(), &Selection::default(), &[]);
    timeline(traffic, &[], &durations, &Workers::new(1))
}

#[test]
fn every_attempt_is_in_one_step() {
    let traffic = Traffic {
        attempts: (0..50).map(|at| failure(at * 7_000, attributes("a"))).collect(),
        cells: (0..100).map(|at| cell(at * 5_000, "b", 3)).collect(),
        ..Traffic::default()
    };
    let timeline = told(&traffic);
    let total = timeline.all.total();
    assert_eq!((total.attempts, total.failures, timeline.outside), (350, 50, 0));
    let of: Vec<(Option<&str>, u64)> = timeline
        .slices
        .iter()
        .map(|slice| (slice.name.as_deref(), slice.steps.iter().map(|step| step.attempts).sum()))
        .collect();
    assert_eq!(of, [(Some("a"), 50), (Some("b"), 300)]);
}

#[test]
fn steps_are_few_whatever_the_span() {
    for span in [1, 3_600_000, 86_400_000 * 30, i64::MAX / 4] {
        let steps = empty(Time(0), Time(span), STEPS, u64::MAX);
        assert!(
            steps.steps.len() <= usize::try_from(STEPS).unwrap(),
            "{span}: {}",
            steps.steps.len()
        );
        assert!(steps.end() > Time(span), "{span}");
    }
}

#[test]
fn few_attempts_get_long_steps() {
    let hour = |attempts: u64| empty(Time(0), Time(3_600_000), STEPS, attempts).step_ms;
    assert_eq!([hour(1_000_000), hour(400), hour(1)], [30_000, 30_000, 120_000]);
}

#[test]
fn a_stamp_of_1970_is_counted_and_not_drawn() {
    let mut cells: Vec<TrafficCell> = (0..1000).map(|at| cell(1_790_000_000_000 + at * 5_000, "a", 9)).collect();
    cells.insert(0, cell(0, "a", 1));
    let timeline = told(&Traffic {
        cells,
        ..Traffic::default()
    });
    assert_eq!((timeline.outside, timeline.all.total().attempts), (1, 9000));
    assert!(timeline.all.step_ms <= 60_000);
}

#[test]
fn what_only_failures_tell_is_no_slice() {
    let by = |proxy: &str| attributes("a").with(Dimension::Proxy, proxy);
    let traffic = Traffic {
        attempts: (0..20)
            .map(|at| failure(at * 1000, by(if at % 2 == 0 { "p" } else { "q" })))
            .collect(),
        cells: (0..100).map(|at| cell(at * 5_000, "a", 3)).collect(),
        ..Traffic::default()
    };
    let dimensions: Vec<Dimension> = told(&traffic).slices.iter().map(|slice| slice.dimension).collect();
    assert_eq!(dimensions, [Dimension::Model]);
}

#[test]
fn the_values_that_fail_most_are_told_apart_and_the_rest_is_one() {
    let traffic = Traffic {
        attempts: vec![failure(0, attributes("m3"))],
        cells: (0..40).map(|at| cell(at * 5_000, &format!("m{at}"), 1)).collect(),
        ..Traffic::default()
    };
    let slices = told(&traffic).slices;
    assert_eq!(slices.first().unwrap().name.as_deref(), Some("m3"));
    assert_eq!((slices.len(), slices.last().unwrap().values), (13, 28));
}

#[test]
fn no_traffic_is_no_timeline() {
    assert_eq!(told(&Traffic::default()), Timeline::default());
}

#[test]
fn percentiles_are_of_the_nearest_rank() {
    let took = took((1..=100).rev().collect()).unwrap();
    assert_eq!((took.of, took.p50_ms, took.p95_ms), (100, 50, 95));
}
