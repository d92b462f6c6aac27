//! Successes while they are counted: in no order, and quick to add to.

use super::cells::{CELL_SECONDS, Cell, Cells, Packed, Place, TookPlace, TupleId, slot};
use super::counts::add_count;
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
    if_start: Tally<Place, Cell>,
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

impl<P: Packed, C: Copy> Tally<P, C> {
    fn add(&mut self, place: P, count: C, sum: fn(&mut C, C)) {
        self.counts.push((place, count));
        if self.counts.len() >= self.room {
            self.settle(sum);
            self.room = (2 * self.counts.len()).max(MOST_UNSORTED);
        }
    }

    /// Begins anew, in the room that it has unless that is a great log's.
    fn begin_anew(&mut self) {
        self.counts.clear();
        self.counts.shrink_to(MOST_UNSORTED);
        self.room = MOST_UNSORTED;
    }

    /// Leaves one count for each place.
    fn settle(&mut self, sum: fn(&mut C, C)) {
        self.counts.sort_unstable_by_key(|(place, _)| place.packed());
        self.counts.dedup_by(|(place, count), (before, mine)| {
            let is_same = place == before;
            if is_same {
                sum(mine, *count);
            }
            is_same
        });
    }
}

impl Counting {
    /// Numbers the combinations as `cells` does, which has no counts: the two are then merged without being sorted anew.
    pub fn number_as(&mut self, cells: Cells) {
        self.cells = cells;
    }

    /// The number of a combination, made on first use.
    pub fn tuple(&mut self, attributes: &Arc<Attributes>) -> TupleId {
        self.cells.tuple(attributes)
    }

    /// Counts `cell` at `time`, by the record's own stamp.
    pub fn add(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let place = (slot(time, CELL_SECONDS), grain, tuple);
        self.counts.add(place, cell, Cell::add);
    }

    /// Counts `cell` at the `time` of stamp plus duration, of a record whose stamp may be its start.
    pub fn add_if_start(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let place = (slot(time, CELL_SECONDS), grain, tuple);
        self.if_start.add(place, cell, Cell::add);
    }

    /// Counts a success that took so long.
    pub fn add_took(&mut self, time: Time, tuple: TupleId, ms: u32) {
        self.add_all_took(time, tuple, TookClass::of(ms), 1);
    }

    /// Counts several successes of one class of lengths.
    pub fn add_all_took(&mut self, time: Time, tuple: TupleId, class: TookClass, count: u32) {
        self.took.add((slot(time, TOOK_SECONDS), tuple, class), count, add_count);
    }

    /// Takes out what was counted; the next counts are made in the same room.
    pub fn finish(&mut self) -> Cells {
        let mut cells = std::mem::take(&mut self.cells);
        if self.counts.counts.is_empty() && self.if_start.counts.is_empty() && self.took.counts.is_empty() {
            return Cells::default();
        }
        self.counts.settle(Cell::add);
        self.if_start.settle(Cell::add);
        self.took.settle(add_count);
        cells.take_sorted(&mut self.counts.counts, &mut self.if_start.counts, &mut self.took.counts);
        self.counts.begin_anew();
        self.if_start.begin_anew();
        self.took.begin_anew();
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Attributes, Cell, Cells, Counting, Grain, MOST_UNSORTED, Packed, Place, Tally, Time, TookClass};
    use super::{TookPlace, add_count};
    use crate::model::{Dimension, Name};

    /// All of the counts, in an order of its own.
    fn told(cells: &Cells) -> String {
        let mut took: Vec<_> = cells.took().collect();
        took.sort();
        let (ended, if_start) = (cells.in_order(), cells.in_order_if_start());
        format!("{:?} {:?} {took:?}", ended.collect::<Vec<_>>(), if_start.collect::<Vec<_>>())
    }

    #[test]
    fn pieces_that_number_attributes_alike_add_up_to_what_others_do() {
        let attributes = |model: &str| {
            let mut attributes = Attributes::default();
            attributes.set(Dimension::Model, Some(Name::from(model)));
            Arc::new(attributes)
        };
        let models = ["o3", "gpt-4o", "gpt-4.1", "a"].map(attributes);
        let merged = |is_alike: bool| {
            let mut all = Cells::default();
            for piece in 0..4_usize {
                let mut counting = Counting::default();
                if is_alike {
                    counting.number_as(all.uncounted());
                }
                // Each piece meets them in another order, and the first ones not all of them.
                for number in 0..40 {
                    let model = models.get((number * 7 + piece) % (piece + 1)).unwrap();
                    let time = Time(1_772_409_600_000 + 1000 * i64::try_from(30 * piece + number).unwrap());
                    let tuple = counting.tuple(model);
                    counting.add(time, Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
                    counting.add_if_start(time.plus_ms(7000), Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
                    counting.add_took(time, tuple, 1000);
                }
                all.merge(counting.finish());
            }
            told(&all)
        };
        assert_eq!(merged(true), merged(false));
    }

    impl Packed for u32 {
        fn packed(self) -> u64 {
            self.into()
        }
    }

    #[test]
    fn places_as_numbers_have_their_own_order() {
        let grains = [Grain::Attempt, Grain::Call, Grain::Start, Grain::Detail, Grain::Tunnel];
        let some = [0, 1, 2, 255, 256, 4095, u16::MAX];
        let slots = [0, 1, 65_535, 65_536, u32::MAX];
        let slots = slots.into_iter();
        let places = slots
            .clone()
            .flat_map(|slot| grains.map(|grain| some.map(|tuple| (slot, grain, tuple))));
        let mut places: Vec<Place> = places.flatten().collect();
        places.sort_unstable();
        assert!(places.is_sorted_by_key(|place| place.packed()));
        let classes = [1, 2, 3, 1000, u32::MAX].map(TookClass::of);
        let places = slots.flat_map(|slot| some.map(|tuple| classes.map(|class| (slot, tuple, class))));
        let mut places: Vec<TookPlace> = places.flatten().collect();
        places.sort_unstable();
        assert!(places.is_sorted_by_key(|place| place.packed()));
    }

    #[test]
    fn every_place_has_one_count_in_the_end_however_many_came() {
        let mut tally = Tally::default();
        for number in 0..10 * MOST_UNSORTED {
            tally.add(u32::try_from(number % 7).unwrap(), 2, add_count);
            assert!(tally.counts.len() <= MOST_UNSORTED);
        }
        tally.settle(add_count);
        let all: u32 = tally.counts.iter().map(|(_, count)| count).sum();
        assert_eq!((tally.counts.len(), all as usize), (7, 20 * MOST_UNSORTED));
    }
}
