//! Slices that are called so seldom that a failure soon after a failure is its retry (classification B3.5).

use super::calls::{SliceNumber, Slices};
use super::view::View;
use crate::model::{Attributes, TrafficCell};
use ahash::AHashMap;
use std::sync::Arc;

/// A slice is quiet when it averages under one attempt in so many milliseconds (classification B3.5: a minute).
const QUIET_SLICE_MS: i64 = 60_000;

/// Slices that see less than one attempt a minute. What is tried is counted up to where the slice that is asked for is busy:
/// few attempts of a busy day tell that it is, and where ids or chains tell what belongs together, none is counted.
pub(super) struct QuietSlices<'a> {
    /// What was tried and is not counted yet: with which attributes, and how often.
    left: Box<dyn Iterator<Item = Tried<'a>> + 'a>,
    /// Milliseconds that all attempts span.
    span_ms: i64,
    /// Attempts of each slice, as far as they are counted.
    counts: Vec<u64>,
    /// The slices that count towards one, for those that were asked for: a log whose lines on answers name no model says
    /// of each model that it was called.
    wider: AHashMap<SliceNumber, Vec<SliceNumber>>,
}

type Tried<'a> = (&'a Arc<Attributes>, u64);

impl<'a> QuietSlices<'a> {
    /// Those of attempts and of successes, both by time.
    pub(super) fn of(attempts: &'a [View], cells: &'a [TrafficCell]) -> Self {
        let well = cells.iter().map(|cell| (&cell.attributes, u64::from(cell.ok)));
        let failed = attempts.iter().map(|one| (&one.attributes, 1));
        let ends = [attempts.first(), attempts.last()].map(|one| one.map(|one| one.time));
        let ends_well = [cells.first(), cells.last()].map(|cell| cell.map(|cell| cell.time));
        let times = || ends.into_iter().chain(ends_well).flatten();
        Self {
            left: Box::new(well.chain(failed)),
            span_ms: times().min().zip(times().max()).map_or(0, |(first, last)| last.since(first)),
            counts: Vec::new(),
            wider: AHashMap::new(),
        }
    }

    pub(super) fn is_quiet(&mut self, (asked, attributes): (SliceNumber, &Attributes), slices: &mut Slices) -> bool {
        let wider = self.wider.entry(asked).or_insert_with(|| slices.wider(attributes));
        loop {
            let counted = wider.iter().filter_map(|slice| self.counts.get(*slice)).sum::<u64>();
            let busy_in_ms = i64::try_from(counted.max(1))
                .unwrap_or(i64::MAX)
                .saturating_mul(QUIET_SLICE_MS + 1);
            if self.span_ms < busy_in_ms {
                return false;
            }
            let Some((attributes, count)) = self.left.next() else {
                return true;
            };
            let slice = slices.number(attributes);
            if self.counts.len() <= slice {
                self.counts.resize(slice + 1, 0);
            }
            if let Some(sum) = self.counts.get_mut(slice) {
                *sum += count;
            }
        }
    }
}
