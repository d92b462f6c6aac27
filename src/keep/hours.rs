//! Counts by hour, which stay for a year when the minutes are gone.

use crate::model::{CallOutcome, Dimension, Side, Time, Traffic};
use std::collections::BTreeMap;

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// An hour and what was called in it; an empty word where no log says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slice {
    /// Start of the hour.
    pub start: Time,
    /// Provider, surface, model, endpoint.
    pub values: [String; 4],
}

/// The dimensions of [`Slice::values`], in the order of `judge::baseline`.
pub const DIMENSIONS: [Dimension; 4] = [Dimension::Provider, Dimension::Surface, Dimension::Model, Dimension::Endpoint];

/// What is counted of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Attempts.
    pub attempts: u64,
    /// Failures among them.
    pub failures: u64,
    /// Failures among these that never reached the provider.
    pub network_failures: u64,
    /// Attempts that ended by the caller's own doing.
    pub caller_side: u64,
    /// Calls.
    pub calls: u64,
    /// Calls whose last attempt failed.
    pub calls_lost: u64,
}

impl Tally {
    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        self.attempts += other.attempts;
        self.failures += other.failures;
        self.network_failures += other.network_failures;
        self.caller_side += other.caller_side;
        self.calls += other.calls;
        self.calls_lost += other.calls_lost;
    }
}

/// The hour that an instant lies in.
#[must_use]
pub fn hour(time: Time) -> Time {
    Time(time.0.div_euclid(HOUR_MS).saturating_mul(HOUR_MS))
}

/// Counts the traffic, each attempt once; a call counts where its first attempt that is kept whole lies.
#[must_use]
pub fn tally(traffic: &Traffic) -> BTreeMap<Slice, Tally> {
    let mut hours: BTreeMap<Slice, Tally> = BTreeMap::new();
    let slice = |time: Time, attributes: &crate::model::Attributes| Slice {
        start: hour(time),
        values: DIMENSIONS.map(|dimension| attributes.get(dimension).map_or_else(String::new, ToString::to_string)),
    };
    for cell in &traffic.cells {
        let mine = hours.entry(slice(cell.time, &cell.attributes)).or_default();
        mine.attempts += u64::from(cell.ok);
        mine.calls += u64::from(cell.first_ok);
    }
    let mut calls: BTreeMap<u32, (Slice, bool)> = BTreeMap::new();
    for attempt in &traffic.attempts {
        let slice = slice(attempt.time, &attempt.attributes);
        let mine = hours.entry(slice.clone()).or_default();
        mine.attempts += 1;
        mine.failures += u64::from(attempt.outcome.is_failure());
        mine.network_failures += u64::from(attempt.outcome.is_failure() && attempt.side == Some(Side::Network));
        mine.caller_side += u64::from(attempt.outcome.is_caller_side());
        let call = calls.entry(attempt.call).or_insert((slice, false));
        call.1 |= attempt.outcome.is_failure() && attempt.call_outcome == CallOutcome::Lost;
    }
    for (slice, lost) in calls.into_values() {
        let mine = hours.entry(slice).or_default();
        mine.calls += 1;
        mine.calls_lost += u64::from(lost);
    }
    hours
}
