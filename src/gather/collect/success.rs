//! Successes of one kind of lines, as far as they are not in the rollup yet.

use super::known_failure::Failure;
use crate::model::{
    self, Attributes, CELL_SECONDS, Cell, Counting, Grain, Instant, SourceRollup, TOOK_SECONDS, Time, TookClass, TupleId, Vantage,
};
use std::sync::Arc;

/// What all successes of one kind have in common, and those that are not in the rollup yet.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) vantage: Vantage,
    pub(super) grain: Grain,
    pub(super) instant: Instant,
    pub(super) has_provider_id: bool,
    pub(super) has_client_id: bool,
    pub(super) has_tokens: bool,
    /// It stands under a bare key.
    pub(super) is_bare: bool,
    pub(super) numbers_attempts: bool,
    /// The layout of its stamps, as twins are told by it.
    pub(super) layout: usize,
    /// Its stamp may be its start or its end, and it says how long it took: so it ended in one of two cells.
    pub(super) is_apart: bool,
    /// The hash of what a twin has in common with it, ids aside.
    pub(super) facts: u64,
    pub(super) attributes: Arc<Attributes>,
    /// What is kept of those that a second look wants whole, where it can be told without parsing them.
    pub(super) whole: Option<Box<Failure>>,
    /// The number of its attributes in the counts of the piece that is being read.
    pub(super) tuple: Option<TupleId>,
    /// How many there are, and the longest of them.
    pub(super) seen: u64,
    pub(super) longest_ms: u32,
    pub(super) ok: Held<u32>,
    pub(super) ok_if_start: Held<u32>,
    pub(super) took: Held<(u32, TookClass)>,
}

/// Places of a [`Held`]: more than the minutes and lengths that follow each other in a log, for most of its lines.
const PLACES: usize = 16;

/// Cells of a stretch in which durations are put together.
const CELLS_OF_TOOK: u32 = (TOOK_SECONDS / CELL_SECONDS) as u32;

/// Counts of a few keys, each in its place until another key takes it: a line in a dozen goes on to the tables, where a
/// line costs a hash and a search each.
#[derive(Debug)]
pub(super) struct Held<K>([Option<(K, u32)>; PLACES]);

impl<K: Copy + PartialEq> Held<K> {
    pub(super) const fn new() -> Self {
        Self([None; PLACES])
    }

    /// Counts a key in its place; gives the one that it drove out of it.
    #[inline]
    fn add(&mut self, place: u32, key: K) -> Option<(K, u32)> {
        match self.0.get_mut(place as usize % PLACES)? {
            Some((known, count)) if *known == key => {
                *count += 1;
                None
            }
            other => other.replace((key, 1)),
        }
    }

    /// Takes out what is in a place.
    fn take(&mut self, place: usize) -> Option<(K, u32)> {
        self.0.get_mut(place)?.take()
    }
}

impl Success {
    pub(super) fn ended(&self, time: Time, duration: Option<u32>) -> Time {
        if self.instant == Instant::Start {
            time.plus_ms(i64::from(duration.unwrap_or(0)))
        } else {
            time
        }
    }

    #[inline]
    pub(super) fn count(&mut self, ended: Time, duration: Option<u32>, cells: &mut Counting) {
        self.seen += 1;
        self.longest_ms = self.longest_ms.max(duration.unwrap_or(0));
        let slot = model::slot(ended, CELL_SECONDS);
        if let Some((slot, count)) = self.ok.add(slot, slot) {
            self.put(slot, count, cells);
        }
        if let Some(ms) = duration {
            let key = (slot / CELLS_OF_TOOK, TookClass::of(ms));
            // Each class in its own place: two that share one drive each other out, line by line.
            if let Some((key, count)) = self.took.add(u32::from(key.1.number()), key) {
                self.put_took(key, count, cells);
            }
        }
        if self.is_apart {
            let slot = model::slot(ended.plus_ms(i64::from(duration.unwrap_or(0))), CELL_SECONDS);
            if let Some((slot, count)) = self.ok_if_start.add(slot, slot) {
                self.put_if_start(slot, count, cells);
            }
        }
    }

    /// Puts what was counted into the rollup; the next one's numbers are others.
    pub(super) fn settle(&mut self, rollup: &mut SourceRollup, cells: &mut Counting) {
        let (seen, longest) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.longest_ms));
        let with_provider_id = if self.has_provider_id {
            &mut rollup.successes_with_id
        } else {
            &mut rollup.successes_without_id
        };
        *with_provider_id += seen;
        let with_client_id = if self.has_client_id {
            &mut rollup.with_client_id
        } else {
            &mut rollup.without_client_id
        };
        *with_client_id += seen;
        rollup.longest_ms = rollup.longest_ms.max(longest);
        rollup.numbers_attempts |= self.numbers_attempts && seen > 0;
        for place in 0..PLACES {
            if let Some((slot, count)) = self.ok.take(place) {
                self.put(slot, count, cells);
            }
            if let Some((key, count)) = self.took.take(place) {
                self.put_took(key, count, cells);
            }
            if let Some((slot, count)) = self.ok_if_start.take(place) {
                self.put_if_start(slot, count, cells);
            }
        }
        self.tuple = None;
    }

    fn tuple(&mut self, cells: &mut Counting) -> TupleId {
        *self.tuple.get_or_insert_with(|| cells.tuple(&self.attributes))
    }

    fn put(&mut self, slot: u32, count: u32, cells: &mut Counting) {
        let tuple = self.tuple(cells);
        cells.add(model::start(slot, CELL_SECONDS), self.grain, tuple, successes(count));
        if self.vantage == Vantage::Application && !self.is_apart {
            self.put_if_start(slot, count, cells);
        }
    }

    fn put_if_start(&mut self, slot: u32, count: u32, cells: &mut Counting) {
        let tuple = self.tuple(cells);
        cells.add_if_start(model::start(slot, CELL_SECONDS), self.grain, tuple, successes(count));
    }

    fn put_took(&mut self, (slot, class): (u32, TookClass), count: u32, cells: &mut Counting) {
        let tuple = self.tuple(cells);
        cells.add_all_took(model::start(slot, TOOK_SECONDS), tuple, class, count);
    }
}

fn successes(ok: u32) -> Cell {
    Cell { ok, ok_later: 0 }
}
