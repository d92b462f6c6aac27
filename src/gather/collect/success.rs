//! Successes of one kind of lines, as far as they are not in the rollup yet.

use super::known_failure::Failure;
use crate::model::{Attributes, CELL_SECONDS, Cell, Counting, Grain, Instant, TOOK_SECONDS, Time, TookClass, TupleId, Vantage};
use std::sync::Arc;

/// The successes of a piece: by the time of their records, and by when they ended if that time is their start.
#[derive(Debug, Default)]
pub(super) struct CellsOfBoth {
    pub(super) ended: Counting,
    pub(super) if_start: Counting,
}

/// What all successes of one kind have in common, and those that are not in the rollup yet.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) vantage: Vantage,
    pub(super) grain: Grain,
    pub(super) instant: Instant,
    pub(super) has_provider_id: bool,
    /// It stands under a bare key.
    pub(super) is_bare: bool,
    pub(super) numbers_attempts: bool,
    pub(super) has_thread: bool,
    /// The hash of what a twin has in common with it, ids aside.
    pub(super) facts: u64,
    pub(super) attributes: Arc<Attributes>,
    /// What is kept of those that a second look wants whole, where it can be told without parsing them.
    pub(super) whole: Option<Box<Failure>>,
    /// Its numbers in the counts of the piece that is being read.
    pub(super) tuples: Option<(TupleId, TupleId)>,
    pub(super) ok: Held<u32>,
    pub(super) ok_if_start: Held<u32>,
    pub(super) took: Held<(u32, TookClass)>,
}

/// Places of a [`Held`]: more than the minutes and lengths that follow each other in a log, for most of its lines.
const PLACES: usize = 16;

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

    fn drain(&mut self) -> impl Iterator<Item = (K, u32)> {
        self.0.iter_mut().filter_map(Option::take)
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

    pub(super) fn count(&mut self, ended: Time, duration: Option<u32>, cells: &mut CellsOfBoth) {
        let slot = slot(ended, CELL_SECONDS);
        if let Some((slot, count)) = self.ok.add(slot, slot) {
            self.put(slot, count, cells);
        }
        if let Some(ms) = duration {
            let key = (self::slot(ended, TOOK_SECONDS), TookClass::of(ms));
            // Each class in its own place: two that share one drive each other out, line by line.
            if let Some((key, count)) = self.took.add(u32::from(key.1.number()), key) {
                self.put_took(key, count, cells);
            }
        }
        if self.vantage == Vantage::Application {
            let until = if self.instant == Instant::Unknown {
                i64::from(duration.unwrap_or(0))
            } else {
                0
            };
            let slot = self::slot(ended.plus_ms(until), CELL_SECONDS);
            if let Some((slot, count)) = self.ok_if_start.add(slot, slot) {
                self.put_if_start(slot, count, cells);
            }
        }
    }

    /// Puts what was counted into the rollup; the next one's numbers are others.
    pub(super) fn settle(&mut self, cells: &mut CellsOfBoth) {
        let (ok, ok_if_start): (Vec<_>, Vec<_>) = (self.ok.drain().collect(), self.ok_if_start.drain().collect());
        let took: Vec<_> = self.took.drain().collect();
        ok.into_iter().for_each(|(slot, count)| self.put(slot, count, cells));
        took.into_iter().for_each(|(key, count)| self.put_took(key, count, cells));
        ok_if_start
            .into_iter()
            .for_each(|(slot, count)| self.put_if_start(slot, count, cells));
        self.tuples = None;
    }

    fn tuples(&mut self, cells: &mut CellsOfBoth) -> (TupleId, TupleId) {
        let (vantage, attributes) = (self.vantage, &self.attributes);
        *self.tuples.get_or_insert_with(|| {
            let tuple = cells.ended.tuple(attributes);
            let if_start = match vantage {
                Vantage::Application => cells.if_start.tuple(attributes),
                Vantage::Proxy | Vantage::Browser => tuple,
            };
            (tuple, if_start)
        })
    }

    fn put(&mut self, slot: u32, count: u32, cells: &mut CellsOfBoth) {
        let (tuple, _) = self.tuples(cells);
        cells
            .ended
            .add(start(slot, CELL_SECONDS), self.grain, tuple, successes(count));
    }

    fn put_if_start(&mut self, slot: u32, count: u32, cells: &mut CellsOfBoth) {
        let (_, tuple) = self.tuples(cells);
        let time = start(slot, CELL_SECONDS);
        cells.if_start.add(time, self.grain, tuple, successes(count));
    }

    fn put_took(&mut self, (slot, class): (u32, TookClass), count: u32, cells: &mut CellsOfBoth) {
        let (tuple, _) = self.tuples(cells);
        cells.ended.add_all_took(start(slot, TOOK_SECONDS), tuple, class, count);
    }
}

fn successes(ok: u32) -> Cell {
    Cell { ok, ok_later: 0 }
}

fn slot(time: Time, seconds: i64) -> u32 {
    u32::try_from(time.0.div_euclid(seconds * 1000)).unwrap_or(0)
}

fn start(slot: u32, seconds: i64) -> Time {
    Time(i64::from(slot) * seconds * 1000)
}
