//! Successes as counts: so many in five seconds, for one combination of attributes.
//!
//! Five seconds, not a minute, because clocks are corrected per source before minutes are summed (classification B1).

use super::terms::{Attributes, Grain};
use super::time::Time;
use super::took::{TOOK_SECONDS, TookClass};
use ahash::AHashMap;
use std::sync::Arc;

/// Seconds per cell.
pub const CELL_SECONDS: i64 = 5;

/// Combinations of attributes kept apart; beyond it they share one `(other)` combination, so that memory is bounded
/// (classification B1).
pub const MAX_TUPLES: usize = 4096;

/// A combination of attributes within one [`Cells`].
pub type TupleId = u16;

/// What one cell counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Successes.
    pub ok: u32,
    /// Successes that were not the first attempt of their call, where the log numbers attempts.
    pub ok_later: u32,
}

/// The counts of one source on one time base.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    tuples: Vec<Arc<Attributes>>,
    index: AHashMap<Arc<Attributes>, TupleId>,
    counts: AHashMap<(u32, Grain, TupleId), Cell>,
    took: AHashMap<(u32, TupleId, TookClass), u32>,
}

impl Cells {
    /// The number of a combination, made on first use.
    pub fn tuple(&mut self, attributes: &Arc<Attributes>) -> TupleId {
        if let Some(&id) = self.index.get(attributes) {
            return id;
        }
        let attributes = if self.tuples.len() < MAX_TUPLES {
            Arc::clone(attributes)
        } else {
            Arc::new(Attributes::default())
        };
        if let Some(&id) = self.index.get(&attributes) {
            return id;
        }
        let id = TupleId::try_from(self.tuples.len()).unwrap_or(TupleId::MAX);
        self.tuples.push(Arc::clone(&attributes));
        self.index.insert(attributes, id);
        id
    }

    /// Counts `cell` at `time`.
    pub fn add(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let slot = u32::try_from(time.0.div_euclid(CELL_SECONDS * 1000)).unwrap_or(0);
        let mine = self.counts.entry((slot, grain, tuple)).or_default();
        mine.ok = mine.ok.saturating_add(cell.ok);
        mine.ok_later = mine.ok_later.saturating_add(cell.ok_later);
    }

    /// Counts a success that took so long.
    pub fn add_took(&mut self, time: Time, tuple: TupleId, ms: u32) {
        self.add_all_took(time, tuple, TookClass::of(ms), 1);
    }

    /// Counts successes of one class of length.
    pub fn add_all_took(&mut self, time: Time, tuple: TupleId, class: TookClass, count: u32) {
        let slot = u32::try_from(time.0.div_euclid(TOOK_SECONDS * 1000)).unwrap_or(0);
        let mine = self.took.entry((slot, tuple, class)).or_default();
        *mine = mine.saturating_add(count);
    }

    /// How long successes took: start of the stretch, attributes, class of length and how many; by time.
    #[must_use]
    pub fn took(&self) -> Vec<(Time, Arc<Attributes>, TookClass, u32)> {
        let mut keys: Vec<_> = self.took.iter().map(|(key, count)| (*key, *count)).collect();
        keys.sort_unstable();
        let time = |slot: u32| Time(i64::from(slot) * TOOK_SECONDS * 1000);
        keys.into_iter()
            .filter_map(|((slot, tuple, class), count)| {
                Some((time(slot), Arc::clone(self.tuples.get(usize::from(tuple))?), class, count))
            })
            .collect()
    }

    /// Adds another source's part: the combinations are matched by value.
    pub fn merge(&mut self, other: Self) {
        let to: Vec<TupleId> = other.tuples.iter().map(|attributes| self.tuple(attributes)).collect();
        let counts = other.counts();
        for ((slot, grain, tuple), cell) in counts {
            let tuple = to.get(usize::from(tuple)).copied().unwrap_or(tuple);
            self.add(Time(i64::from(slot) * CELL_SECONDS * 1000), grain, tuple, cell);
        }
        let mut theirs: Vec<_> = other.took.into_iter().collect();
        theirs.sort_unstable();
        for ((slot, tuple, class), count) in theirs {
            let tuple = to.get(usize::from(tuple)).copied().unwrap_or(tuple);
            let mine = self.took.entry((slot, tuple, class)).or_default();
            *mine = mine.saturating_add(count);
        }
    }

    /// Every cell with the start of its five seconds, in order of time, grain and attributes.
    #[must_use]
    pub fn in_order(&self) -> Vec<(Time, Grain, Arc<Attributes>, Cell)> {
        let mut order: Vec<usize> = (0..self.tuples.len()).collect();
        order.sort_by_key(|&tuple| self.tuples.get(tuple));
        let mut rank = vec![0_usize; order.len()];
        for (place, tuple) in order.into_iter().enumerate() {
            if let Some(rank) = rank.get_mut(tuple) {
                *rank = place;
            }
        }
        // Ranks stand for the attributes, so that no cell's sorting compares names.
        let mut keys: Vec<_> = self
            .counts
            .iter()
            .map(|((slot, grain, tuple), cell)| (*slot, *grain, rank.get(usize::from(*tuple)), *tuple, *cell))
            .collect();
        keys.sort_unstable_by_key(|(slot, grain, rank, ..)| (*slot, *grain, *rank));
        let time = |slot: u32| Time(i64::from(slot) * CELL_SECONDS * 1000);
        keys.into_iter()
            .filter_map(|(slot, grain, _, tuple, cell)| {
                Some((time(slot), grain, Arc::clone(self.tuples.get(usize::from(tuple))?), cell))
            })
            .collect()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Successes of one grain, all told.
    #[must_use]
    pub fn total(&self, grain: Grain) -> u64 {
        self.counts
            .iter()
            .filter(|((_, g, _), _)| *g == grain)
            .map(|(_, cell)| u64::from(cell.ok))
            .sum()
    }

    fn counts(&self) -> Vec<((u32, Grain, TupleId), Cell)> {
        let mut counts = Vec::with_capacity(self.counts.len());
        for (key, cell) in &self.counts {
            counts.push((*key, *cell));
        }
        counts
    }
}
