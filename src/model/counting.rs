//! Successes while they are counted: in no order, and quick to add to.

use super::cells::{CELL_SECONDS, Cell, Cells, Place, TookPlace, TupleId, slot};
use super::terms::{Attributes, Grain};
use super::time::Time;
use super::took::{TOOK_SECONDS, TookClass};
use std::sync::Arc;

/// What becomes [`Cells`].
#[derive(Debug, Default)]
pub struct Counting {
    /// The combinations of attributes, and no counts.
    cells: Cells,
    counts: Tally<Place, Cell>,
    took: Tally<TookPlace, u32>,
}

/// Counts up to which a list is not put in order: of a piece of a log there are fewer.
const MOST_UNSORTED: usize = 4096;

/// Counts by place, of which a place may have several. They have to be sorted in the end, whatever they are held in, and most
/// come in once, so there is nothing for a table to find.
#[derive(Debug)]
struct Tally<P, C> {
    counts: Vec<(P, C)>,
    /// How many are held before they are summed: twice as many as there were places.
    room: usize,
}

impl<P, C> Default for Tally<P, C> {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            room: MOST_UNSORTED,
        }
    }
}

impl<P: Ord + Copy, C: Copy> Tally<P, C> {
    fn add(&mut self, place: P, count: C, sum: fn(&mut C, C)) {
        self.counts.push((place, count));
        if self.counts.len() >= self.room {
            self.settle(sum);
            self.room = (2 * self.counts.len()).max(MOST_UNSORTED);
        }
    }

    /// Leaves one count for each place.
    fn settle(&mut self, sum: fn(&mut C, C)) {
        self.counts.sort_unstable_by_key(|(place, _)| *place);
        self.counts.dedup_by(|(place, count), (before, mine)| {
            let is_same = place == before;
            if is_same {
                sum(mine, *count);
            }
            is_same
        });
    }
}

fn add_count(mine: &mut u32, count: u32) {
    *mine = mine.saturating_add(count);
}

impl Counting {
    /// The number of a combination, made on first use.
    pub fn tuple(&mut self, attributes: &Arc<Attributes>) -> TupleId {
        self.cells.tuple(attributes)
    }

    /// Counts `cell` at `time`.
    pub fn add(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let place = (slot(time, CELL_SECONDS), grain, tuple);
        self.counts.add(place, cell, Cell::add);
    }

    /// Counts a success that took so long.
    pub fn add_took(&mut self, time: Time, tuple: TupleId, ms: u32) {
        self.add_all_took(time, tuple, TookClass::of(ms), 1);
    }

    /// Counts several successes of one class of lengths.
    pub fn add_all_took(&mut self, time: Time, tuple: TupleId, class: TookClass, count: u32) {
        self.took.add((slot(time, TOOK_SECONDS), tuple, class), count, add_count);
    }

    /// What was counted by the records' own stamps, and `if_start` by stamp plus duration.
    #[must_use]
    pub fn finish(self, if_start: Self) -> Cells {
        self.settled().with_if_start(if_start.settled())
    }

    fn settled(mut self) -> Cells {
        if self.counts.counts.is_empty() && self.took.counts.is_empty() {
            return Cells::default();
        }
        self.counts.settle(Cell::add);
        self.took.settle(add_count);
        self.cells.take(self.counts.counts, self.took.counts);
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_UNSORTED, Tally, add_count};

    #[test]
    fn every_place_has_one_count_in_the_end_however_many_came() {
        let mut tally = Tally::default();
        for number in 0..10 * MOST_UNSORTED {
            tally.add(number % 7, 2, add_count);
            assert!(tally.counts.len() <= MOST_UNSORTED);
        }
        tally.settle(add_count);
        let all: u32 = tally.counts.iter().map(|(_, count)| count).sum();
        assert_eq!((tally.counts.len(), all as usize), (7, 20 * MOST_UNSORTED));
    }
}
