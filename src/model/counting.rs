//! Successes while they are counted: in no order, and quick to add to.

use super::cells::{CELL_SECONDS, Cell, Cells, Place, TookPlace, TupleId, slot};
use super::terms::{Attributes, Grain};
use super::time::Time;
use super::took::{TOOK_SECONDS, TookClass};
use ahash::AHashMap;
use std::sync::Arc;

/// What becomes [`Cells`].
#[derive(Debug, Default)]
pub struct Counting {
    /// The combinations of attributes, and no counts.
    cells: Cells,
    counts: AHashMap<Place, Cell>,
    took: AHashMap<TookPlace, u32>,
}

impl Counting {
    /// The number of a combination, made on first use.
    pub fn tuple(&mut self, attributes: &Arc<Attributes>) -> TupleId {
        self.cells.tuple(attributes)
    }

    /// Counts `cell` at `time`.
    pub fn add(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let place = (slot(time, CELL_SECONDS), grain, tuple);
        self.counts.entry(place).or_default().add(cell);
    }

    /// Counts a success that took so long.
    pub fn add_took(&mut self, time: Time, tuple: TupleId, ms: u32) {
        self.add_all_took(time, tuple, TookClass::of(ms), 1);
    }

    /// Counts several successes of one class of lengths.
    pub fn add_all_took(&mut self, time: Time, tuple: TupleId, class: TookClass, count: u32) {
        let mine = self.took.entry((slot(time, TOOK_SECONDS), tuple, class)).or_default();
        *mine = mine.saturating_add(count);
    }

    /// What was counted.
    #[must_use]
    pub fn finish(mut self) -> Cells {
        if self.counts.is_empty() && self.took.is_empty() {
            return Cells::default();
        }
        self.cells.take(self.counts, self.took);
        self.cells
    }
}
