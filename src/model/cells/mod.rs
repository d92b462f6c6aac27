//! Successes as counts: so many in five seconds, for one combination of attributes.
//!
//! Five seconds, not a minute, because clocks are corrected per source before minutes are summed (classification B1).

mod without;

use super::counts::{Counts, add_count, kept, sum, sum_all};
use super::seldom::Seldom;
use super::shared::Shared;
use super::terms::{Attributes, Grain};
use super::time::Time;
use super::took::{TOOK_SECONDS, TookClass};
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::ops::RangeInclusive;
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

/// Combinations looked through one by one before they are searched: those of one worker are the same values.
const FEW_TUPLES: usize = 64;

/// Where a success is counted: its five seconds, what its record is about, and its attributes.
pub(super) type Place = (u32, Grain, TupleId);

/// Where a length is counted: its stretch, its attributes, and its class.
pub(super) type TookPlace = (u32, TupleId, TookClass);

/// A place as one number of the same order, to be sorted by one comparison and not by three.
pub(super) trait Packed: Copy + PartialEq {
    fn packed(self) -> u64;
}

impl Packed for Place {
    fn packed(self) -> u64 {
        let (slot, grain, tuple) = self;
        u64::from(slot) << 32 | (grain as u64) << 16 | u64::from(tuple)
    }
}

impl Packed for TookPlace {
    fn packed(self) -> u64 {
        let (slot, tuple, class) = self;
        u64::from(slot) << 32 | u64::from(tuple) << 16 | u64::from(class.number())
    }
}

/// The counts of one source, sorted: a third of what a map of them weighs. They are on two time bases: the records' own
/// stamps, and stamp plus duration, of applications whose stamps may be starts.
///
/// Behind a pointer, because most sources of a great many are tiny, and many have no success.
#[derive(Clone, Debug, Default)]
pub struct Cells(Option<Box<Counted>>);

/// Many a source is one or two records, which take no room beside it.
#[derive(Clone, Debug, Default)]
struct Counted {
    tuples: SmallVec<[Arc<Attributes>; 1]>,
    /// The numbers of the combinations, sorted by what they stand for; empty for a single one.
    by_value: Seldom<Vec<TupleId>>,
    counts: Counts<Place, Cell>,
    if_start: Counts<Place, Cell>,
    took: Counts<TookPlace, u32>,
}

impl Counted {
    /// The number of a combination, made on first use.
    fn tuple(&mut self, attributes: &Arc<Attributes>) -> TupleId {
        let few = self.tuples.iter().take(FEW_TUPLES);
        let same = few.zip(0..).find(|(held, _)| Arc::ptr_eq(held, attributes));
        if let Some((_, id)) = same {
            return id;
        }
        match self.search(attributes) {
            Ok(id) => id,
            Err(place) if self.tuples.len() < MAX_TUPLES => self.insert(place, Arc::clone(attributes)),
            Err(_) => {
                let other = Arc::new(Attributes::default());
                self.search(&other).unwrap_or_else(|place| self.insert(place, other))
            }
        }
    }

    /// The number of a combination, or its place among the others.
    fn search(&self, attributes: &Arc<Attributes>) -> Result<TupleId, usize> {
        if let [single] = self.tuples.as_slice() {
            return match single.cmp(attributes) {
                Ordering::Less => Err(1),
                Ordering::Equal => Ok(0),
                Ordering::Greater => Err(0),
            };
        }
        let of = |id: TupleId| self.tuples.get(usize::from(id));
        let found = self.by_value.binary_search_by(|id| of(*id).cmp(&Some(attributes)));
        found.map(|at| self.by_value.get(at).copied().unwrap_or(TupleId::MAX))
    }

    fn insert(&mut self, place: usize, attributes: Arc<Attributes>) -> TupleId {
        let id = TupleId::try_from(self.tuples.len()).unwrap_or(TupleId::MAX);
        self.tuples.push(attributes);
        if id == 1 {
            self.by_value.push(0);
        }
        if id > 0 {
            self.by_value.insert(place, id);
        }
        id
    }

    /// Whether its numbers are those of `other`, and new ones behind them.
    fn goes_on_with(&self, other: &Self) -> bool {
        let mut pairs = self.tuples.iter().zip(&other.tuples);
        self.tuples.len() >= other.tuples.len() && pairs.all(|(mine, theirs)| Arc::ptr_eq(mine, theirs))
    }

    /// See [`Cells::in_order`].
    fn in_order<'c>(&'c self, counts: &'c Counts<Place, Cell>) -> impl Iterator<Item = (Time, Grain, &'c Arc<Attributes>, Cell)> {
        let mut ranks = vec![0_usize; self.tuples.len()];
        for (rank, id) in self.by_value.iter().enumerate() {
            if let Some(place) = ranks.get_mut(usize::from(*id)) {
                *place = rank;
            }
        }
        let together = |((slot, grain, _), _): &(Place, Cell), ((next, next_grain, _), _): &(Place, Cell)| {
            (slot, grain) == (next, next_grain)
        };
        let cells = counts.chunk_by(together).flat_map(move |cells| {
            let mut cells = cells.to_vec();
            cells.sort_unstable_by_key(|((.., id), _)| ranks.get(usize::from(*id)).copied());
            cells
        });
        cells.filter_map(|((slot, grain, id), cell)| {
            let attributes = self.tuples.get(usize::from(id))?;
            Some((start(slot, CELL_SECONDS), grain, attributes, cell))
        })
    }
}

fn each(counts: &Counts<Place, Cell>) -> impl Iterator<Item = (Time, Grain, TupleId, Cell)> {
    let cells = counts.iter();
    cells.map(|((slot, grain, tuple), cell)| (start(*slot, CELL_SECONDS), *grain, *tuple, *cell))
}

impl Cell {
    pub(super) fn add(&mut self, other: Self) {
        self.ok = self.ok.saturating_add(other.ok);
        self.ok_later = self.ok_later.saturating_add(other.ok_later);
    }
}

impl Cells {
    /// The number of a combination, made on first use.
    pub fn tuple(&mut self, attributes: &Arc<Attributes>) -> TupleId {
        self.0.get_or_insert_default().tuple(attributes)
    }

    /// Every combination of attributes that something was counted for, by number.
    pub fn combinations(&self) -> impl Iterator<Item = &Arc<Attributes>> {
        self.0.iter().flat_map(|mine| &mine.tuples)
    }

    /// Counts `cell` at `time`. Quick where it comes after all others; a log's lines go into a `Counting`.
    pub fn add(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let place = (slot(time, CELL_SECONDS), grain, tuple);
        sum(&mut self.0.get_or_insert_default().counts, place, cell, Cell::add);
    }

    /// Counts `cell` at `time`, if the record's stamp is a start.
    pub fn add_if_start(&mut self, time: Time, grain: Grain, tuple: TupleId, cell: Cell) {
        let place = (slot(time, CELL_SECONDS), grain, tuple);
        sum(&mut self.0.get_or_insert_default().if_start, place, cell, Cell::add);
    }

    /// Counts successes of one class of length.
    pub fn add_all_took(&mut self, time: Time, tuple: TupleId, class: TookClass, count: u32) {
        let place = (slot(time, TOOK_SECONDS), tuple, class);
        sum(&mut self.0.get_or_insert_default().took, place, count, add_count);
    }

    /// The same combinations of attributes with the same numbers, and no counts.
    #[must_use]
    pub fn uncounted(&self) -> Self {
        let uncounted = |mine: &Counted| Counted {
            tuples: mine.tuples.clone(),
            by_value: mine.by_value.clone(),
            ..Counted::default()
        };
        Self(self.0.as_deref().map(|mine| Box::new(uncounted(mine))))
    }

    /// Takes what was counted, each place once and in order: by the records' own stamps, by stamp plus duration, and how long
    /// they took.
    pub(super) fn take_sorted(
        &mut self,
        counts: &mut Vec<(Place, Cell)>,
        if_start: &mut Vec<(Place, Cell)>,
        took: &mut Vec<(TookPlace, u32)>,
    ) {
        let mine = self.0.get_or_insert_default();
        mine.counts = kept(counts);
        mine.if_start = kept(if_start);
        mine.took = kept(took);
        mine.tuples.shrink_to_fit();
        if let Some(by_value) = mine.by_value.held_mut() {
            by_value.shrink_to_fit();
        }
    }

    /// Takes attributes that are `shared` with other counts in the place of equal ones.
    pub(super) fn share(&mut self, shared: &mut Shared<Attributes>) {
        self.combinations_mut().for_each(|tuple| *tuple = shared.in_place_of(tuple));
    }

    /// Every combination of attributes, to be exchanged for an equal one.
    pub fn combinations_mut(&mut self) -> impl Iterator<Item = &mut Arc<Attributes>> {
        self.0.iter_mut().flat_map(|mine| &mut mine.tuples)
    }

    /// How long successes took: start of the stretch, attributes, class of length and how many; by time.
    pub fn took(&self) -> impl Iterator<Item = (Time, &Arc<Attributes>, TookClass, u32)> {
        self.0.iter().flat_map(|mine| {
            mine.took.iter().filter_map(|((slot, tuple, class), count)| {
                let attributes = mine.tuples.get(usize::from(*tuple))?;
                Some((start(*slot, TOOK_SECONDS), attributes, *class, *count))
            })
        })
    }

    /// Adds another source's part: the combinations are matched by value.
    pub fn merge(&mut self, other: Self) {
        let Some(mut other) = other.0 else { return };
        let Some(mine) = &mut self.0 else {
            self.0 = Some(other);
            return;
        };
        if other.goes_on_with(mine) {
            mine.tuples = std::mem::take(&mut other.tuples);
            mine.by_value = std::mem::take(&mut other.by_value);
        } else {
            let to: Vec<TupleId> = other.tuples.iter().map(|attributes| mine.tuple(attributes)).collect();
            let mine_of = |id: &mut TupleId| *id = to.get(usize::from(*id)).copied().unwrap_or(*id);
            for counts in [&mut other.counts, &mut other.if_start] {
                counts.iter_mut().for_each(|((.., id), _)| mine_of(id));
                // Other numbers change no stretch.
                let stretches = counts.chunk_by_mut(|(one, _), (next, _)| one.0 == next.0);
                stretches.for_each(|stretch| stretch.sort_unstable_by_key(|(place, _)| place.packed()));
            }
            other.took.iter_mut().for_each(|((_, id, _), _)| mine_of(id));
            let stretches = other.took.chunk_by_mut(|(one, _), (next, _)| one.0 == next.0);
            stretches.for_each(|stretch| stretch.sort_unstable_by_key(|(place, _)| place.packed()));
        }
        sum_all(&mut mine.counts, &other.counts, Cell::add);
        sum_all(&mut mine.if_start, &other.if_start, Cell::add);
        sum_all(&mut mine.took, &other.took, add_count);
    }

    /// The same counts at other times, without those that `time` gives none.
    #[must_use]
    pub fn at_times(&self, time: impl Fn(Time) -> Option<Time>) -> Self {
        let mut made = Self::default();
        for (at, grain, attributes, cell) in self.in_order() {
            if let Some(at) = time(at) {
                let tuple = made.tuple(attributes);
                made.add(at, grain, tuple, cell);
            }
        }
        for (at, grain, attributes, cell) in self.in_order_if_start() {
            if let Some(at) = time(at) {
                let tuple = made.tuple(attributes);
                made.add_if_start(at, grain, tuple, cell);
            }
        }
        for (at, attributes, class, count) in self.took() {
            if let Some(at) = time(at) {
                let tuple = made.tuple(attributes);
                made.add_all_took(at, tuple, class, count);
            }
        }
        made
    }

    /// Every cell with the start of its five seconds, in order of time, grain and attributes.
    pub fn in_order(&self) -> impl Iterator<Item = (Time, Grain, &Arc<Attributes>, Cell)> {
        self.0.iter().flat_map(|mine| mine.in_order(&mine.counts))
    }

    /// The same of those by stamp plus duration.
    pub fn in_order_if_start(&self) -> impl Iterator<Item = (Time, Grain, &Arc<Attributes>, Cell)> {
        self.0.iter().flat_map(|mine| mine.in_order(&mine.if_start))
    }

    /// Every cell with the start of its five seconds and the number of its combination, by time, but in no order of
    /// attributes: for sums, and for those who order them by themselves.
    pub fn counted(&self) -> impl Iterator<Item = (Time, Grain, TupleId, Cell)> {
        self.0.iter().flat_map(|mine| each(&mine.counts))
    }

    /// The same of those by stamp plus duration.
    pub fn counted_if_start(&self) -> impl Iterator<Item = (Time, Grain, TupleId, Cell)> {
        self.0.iter().flat_map(|mine| each(&mine.if_start))
    }

    /// Every combination in order of what it stands for, with its number.
    pub fn numbered_combinations(&self) -> impl Iterator<Item = (TupleId, &Arc<Attributes>)> {
        self.0.iter().flat_map(|mine| {
            let single = mine.tuples.first().filter(|_| mine.tuples.len() == 1);
            let several = mine
                .by_value
                .iter()
                .filter_map(|id| Some((*id, mine.tuples.get(usize::from(*id))?)));
            single.map(|tuple| (0, tuple)).into_iter().chain(several)
        })
    }

    /// Lets go of those by stamp plus duration.
    pub fn let_go_of_starts(&mut self) {
        if let Some(mine) = &mut self.0 {
            mine.if_start = Counts::default();
        }
    }

    /// Whether any were counted by stamp plus duration.
    #[must_use]
    pub fn may_start(&self) -> bool {
        self.0.as_ref().is_some_and(|mine| !mine.if_start.is_empty())
    }

    /// Successes in cells that begin after `last`.
    #[must_use]
    pub fn after(&self, last: Time) -> u64 {
        let late = self
            .counts()
            .iter()
            .filter(|((slot, ..), _)| start(*slot, CELL_SECONDS) > last);
        late.map(|(_, cell)| u64::from(cell.ok)).sum()
    }

    /// Takes out the cells that begin after `last`, and says how many successes went with them.
    pub fn cut_after(&mut self, last: Time) -> u64 {
        let late = self.after(last);
        if let Some(mine) = &mut self.0 {
            for counts in [&mut mine.counts, &mut mine.if_start] {
                counts.retain(|((slot, ..), _)| start(*slot, CELL_SECONDS) <= last);
            }
            mine.took.retain(|((slot, ..), _)| start(*slot, TOOK_SECONDS) <= last);
        }
        late
    }

    /// When the latest cell begins.
    #[must_use]
    pub fn last(&self) -> Option<Time> {
        self.counts().last().map(|((slot, ..), _)| start(*slot, CELL_SECONDS))
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts().is_empty()
    }

    /// Successes of one grain, all told.
    #[must_use]
    pub fn total(&self, grain: Grain) -> u64 {
        ok_of(self.counts(), grain)
    }

    /// Successes of one grain in the cells that begin within a stretch.
    #[must_use]
    pub fn total_within(&self, grain: Grain, within: &RangeInclusive<Time>) -> u64 {
        let begins = |(place, _): &(Place, Cell)| start(place.0, CELL_SECONDS);
        let from = self.counts().partition_point(|cell| begins(cell) < *within.start());
        let to = self.counts().partition_point(|cell| begins(cell) <= *within.end());
        ok_of(self.counts().get(from..to).unwrap_or_default(), grain)
    }

    fn counts(&self) -> &[(Place, Cell)] {
        self.0.as_ref().map_or(&[], |mine| &mine.counts)
    }
}

fn ok_of(cells: &[(Place, Cell)], grain: Grain) -> u64 {
    let of_grain = cells.iter().filter(|((_, of, _), _)| *of == grain);
    of_grain.map(|(_, cell)| u64::from(cell.ok)).sum()
}

/// The stretch of so many seconds that an instant is in.
#[inline]
#[must_use]
pub fn slot(time: Time, seconds: i64) -> u32 {
    u32::try_from(time.0.div_euclid(seconds * 1000)).unwrap_or(0)
}

/// When a stretch of so many seconds begins.
#[must_use]
pub fn start(slot: u32, seconds: i64) -> Time {
    Time(i64::from(slot) * seconds * 1000)
}
