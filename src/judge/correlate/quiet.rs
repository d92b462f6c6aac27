//! Slices that are called so seldom that a failure soon after a failure is its retry (classification B3.5).

use super::calls::{Slice, slice};
use super::view::View;
use crate::judge::combinations::counted;
use crate::model::{Attributes, TrafficCell};
use ahash::AHashMap;
use std::cell::OnceCell;

/// A slice is quiet when it averages under one attempt in so many milliseconds (classification B3.5: a minute).
const QUIET_SLICE_MS: i64 = 60_000;

/// Slices that see less than one attempt a minute, counted when the first is asked for: where ids or chains tell what belongs
/// together, none is.
pub(super) struct QuietSlices<'a> {
    attempts: &'a [View],
    cells: &'a [TrafficCell],
    told: OnceCell<(AHashMap<Slice, u64>, i64)>,
}

impl<'a> QuietSlices<'a> {
    pub(super) fn of(attempts: &'a [View], cells: &'a [TrafficCell]) -> Self {
        Self {
            attempts,
            cells,
            told: OnceCell::new(),
        }
    }

    /// Attempts of each, and how many milliseconds all of them span.
    fn count(&self) -> (AHashMap<Slice, u64>, i64) {
        let failures = self.attempts.iter().map(|one| (one.time, &one.attributes, 1));
        let successes = self
            .cells
            .iter()
            .map(|cell| (cell.time, &cell.attributes, u64::from(cell.ok)));
        let both = || failures.clone().chain(successes.clone());
        let times = || both().map(|(time, ..)| time);
        let span = times().min().zip(times().max());
        let mut counts: AHashMap<Slice, u64> = AHashMap::new();
        for (attributes, count) in counted(both().map(|(_, attributes, count)| (attributes, count))) {
            *counts.entry(slice(attributes)).or_default() += count;
        }
        (counts, span.map_or(0, |(first, last)| last.since(first)))
    }

    pub(super) fn is_quiet(&self, attributes: &Attributes) -> bool {
        let (counts, span_ms) = self.told.get_or_init(|| self.count());
        let count = counts.get(&slice(attributes)).copied().unwrap_or(1);
        span_ms / i64::try_from(count).unwrap_or(i64::MAX).max(1) > QUIET_SLICE_MS
    }
}
