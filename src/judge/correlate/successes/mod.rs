//! Successes, each counted once: from the applications' counts, and from the proxies' for clients without any
//! application log (classification B3.4).

mod applications;
mod proxies;

pub(super) use applications::{answers_beyond_calls, counted_grain, grain_of_answers, of_applications};
pub(super) use proxies::{OfProxies, of_proxies};

use super::calls::Saving;
use super::clocks::Clock;
use crate::judge::combinations::lies_at;
use crate::model::{Attributes, Cell, Dimension, Grain, SourceRollup, Time, TrafficCell, TupleId, sort_runs};
use ahash::AHashMap;
use std::sync::Arc;

/// Successes by time and attributes. Attributes are numbered, so that nothing here compares names.
#[derive(Clone, Debug, Default)]
pub(super) struct Successes {
    tuples: Vec<Arc<Attributes>>,
    numbers: AHashMap<Arc<Attributes>, u32>,
    /// The same by where attributes lie, which are held so that nothing else comes to lie there: to hash a dozen names for
    /// each cell took longer than all the rest.
    by_place: AHashMap<usize, (Arc<Attributes>, u32)>,
    /// By time and number, each pair once, as far as they are settled.
    counts: Vec<(Time, u32, Cell)>,
    settled: usize,
}

/// Attributes known by where they lie, at a time: those of a few logs.
const PLACES: usize = 16_384;

/// Cells that are always added before they are put in order.
const UNSETTLED: usize = 4096;

impl Successes {
    /// Adds what a source counted, as far as `wants` says of a time, a record's grain and a combination's number, with the
    /// attributes that `filled` makes of its own.
    fn add_all(
        &mut self,
        (rollup, clock): (&SourceRollup, Clock),
        wants: impl Fn(Time, Grain, TupleId) -> bool,
        filled: impl Fn(&Arc<Attributes>) -> Arc<Attributes>,
    ) {
        let mut numbers = Vec::new();
        for (id, attributes) in rollup.cells.numbered_combinations() {
            let id = usize::from(id);
            if numbers.len() <= id {
                numbers.resize(id + 1, 0);
            }
            if let Some(number) = numbers.get_mut(id) {
                *number = self.number(&filled(attributes));
            }
        }
        let mut stretch = self.counts.len();
        if self.counts.is_empty() {
            // Mostly one source's are all of them.
            let on_clock = |time: Time| time.plus_ms(clock.offset_ms);
            let wanted = cells(rollup, clock).filter(|(time, grain, id, _)| wants(on_clock(*time), *grain, *id));
            self.counts.reserve_exact(wanted.count());
        }
        for (time, grain, id, cell) in cells(rollup, clock) {
            let time = time.plus_ms(clock.offset_ms);
            let number = numbers.get(usize::from(id)).filter(|_| wants(time, grain, id));
            let Some(&number) = number else { continue };
            if self.counts.last().is_some_and(|(last, ..)| *last != time) {
                self.order_from(stretch);
                stretch = self.counts.len();
            }
            self.counts.push((time, number, cell));
        }
        self.order_from(stretch);
        // A thousand logs of the same minutes must not weigh a thousand times as much.
        if self.counts.len() > 2 * self.settled + UNSETTLED {
            self.settle();
        }
    }

    /// Puts what was added of one time in order, so that what one source counted is one run.
    fn order_from(&mut self, stretch: usize) {
        let stretch = self.counts.get_mut(stretch..).unwrap_or_default();
        stretch.sort_unstable_by_key(|(_, number, _)| *number);
    }

    fn add(&mut self, time: Time, attributes: &Arc<Attributes>, cell: Cell) {
        let number = self.number(attributes);
        self.counts.push((time, number, cell));
    }

    fn number(&mut self, attributes: &Arc<Attributes>) -> u32 {
        if let Some((_, number)) = self.by_place.get(&lies_at(attributes)) {
            return *number;
        }
        let number = match self.numbers.get(attributes) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(self.tuples.len()).unwrap_or(u32::MAX);
                self.tuples.push(Arc::clone(attributes));
                self.numbers.insert(Arc::clone(attributes), number);
                number
            }
        };
        if self.by_place.len() >= PLACES {
            self.by_place.clear();
        }
        self.by_place.insert(lies_at(attributes), (Arc::clone(attributes), number));
        number
    }

    /// Puts the cells in order, those of one time and number together.
    fn settle(&mut self) {
        // As many runs as sources.
        sort_runs(&mut self.counts, |(time, number, _)| (*time, *number));
        self.counts.dedup_by(|(time, number, cell), (before, same, sum)| {
            let is_same = (before, same) == (time, number);
            if is_same {
                sum.ok = sum.ok.saturating_add(cell.ok);
                sum.ok_later = sum.ok_later.saturating_add(cell.ok_later);
            }
            is_same
        });
        self.settled = self.counts.len();
    }

    fn settled(mut self) -> Self {
        self.settle();
        self.by_place = AHashMap::new();
        self
    }

    /// Settled, and nothing is added any more.
    fn whole(self) -> Self {
        let mut whole = Self {
            numbers: AHashMap::new(),
            ..self.settled()
        };
        whole.counts.shrink_to_fit();
        whole.tuples.shrink_to_fit();
        whole
    }

    /// Takes one success away that turned out to have died after its 200: the nearest of the same client, application host
    /// and endpoint. A traceback does not say which endpoint was asked, though the answer's line did.
    pub(super) fn take_away(&mut self, time: Time, attributes: &Attributes) {
        let same = |theirs: &Attributes| {
            let agree = |dimension| theirs.get(dimension) == attributes.get(dimension);
            let asked = agree(Dimension::Endpoint)
                || theirs.get(Dimension::Endpoint).is_none()
                || attributes.get(Dimension::Endpoint).is_none();
            asked && agree(Dimension::Client) && agree(Dimension::Host)
        };
        let same: Vec<bool> = self.tuples.iter().map(|theirs| same(theirs)).collect();
        let is_one = |(_, number, cell): &&(Time, u32, Cell)| cell.ok > 0 && same.get(*number as usize) == Some(&true);
        let (before, after) = self.counts.split_at(self.counts.partition_point(|(at, ..)| *at < time));
        let after = after.iter().find(is_one);
        let last = before.iter().rev().find(is_one).map(|(at, ..)| *at);
        let of_last = last.and_then(|last| {
            let from = before.partition_point(|(at, ..)| *at < last);
            before.get(from..)?.iter().find(is_one)
        });
        let nearest = of_last.into_iter().chain(after);
        let nearest = nearest.min_by_key(|(at, number, _)| (at.since(time).abs(), *at, *number));
        if let Some(&(at, number, _)) = nearest
            && let Some(cell) = self.at(at, number)
        {
            cell.ok -= 1;
        }
    }

    fn at(&mut self, time: Time, number: u32) -> Option<&mut Cell> {
        let found = self
            .counts
            .binary_search_by_key(&(time, number), |(time, number, _)| (*time, *number));
        self.counts.get_mut(found.ok()?).map(|(.., cell)| cell)
    }

    /// Marks one success as a retry that saved its call: the one in that [cell](cell_of) with those attributes, else one of
    /// the same moment whose attributes do not contradict them. A call's line may have saved it where the answers are counted,
    /// and the other way round.
    pub(super) fn mark_later(&mut self, time: Time, attributes: &Arc<Attributes>) {
        let is_free = |cell: &Cell| cell.ok_later < cell.ok;
        let number = self.numbers.get(attributes).copied();
        if let Some(cell) = number.and_then(|number| self.at(time, number)).filter(|cell| is_free(cell)) {
            cell.ok_later += 1;
            return;
        }
        let (from, to) = (time.plus_ms(-SLOT_MS), time.plus_ms(SLOT_MS));
        let begin = self.counts.partition_point(|(at, ..)| *at < from);
        let end = self.counts.partition_point(|(at, ..)| *at <= to);
        let near = self.counts.get(begin..end).unwrap_or_default().iter();
        let fits = |number: u32| {
            self.tuples
                .get(number as usize)
                .is_some_and(|theirs| may_be_same(theirs, attributes))
        };
        let found = near
            .filter(|(_, number, cell)| is_free(cell) && fits(*number))
            .min_by_key(|(at, number, _)| (at.since(time).abs(), *at, *number));
        if let Some(&(at, number, _)) = found
            && let Some(cell) = self.at(at, number)
        {
            cell.ok_later += 1;
        }
    }

    /// Successes that were first attempts.
    pub(super) fn first(&self) -> u64 {
        let first = self
            .counts
            .iter()
            .map(|(.., cell)| u64::from(cell.ok - cell.ok_later.min(cell.ok)));
        first.sum()
    }

    /// The cells of the traffic, by time and attributes.
    pub(super) fn cells(self) -> Vec<TrafficCell> {
        let Self { tuples, mut counts, .. } = self;
        let mut order: Vec<usize> = (0..tuples.len()).collect();
        order.sort_by_key(|&number| tuples.get(number));
        let mut ranks = vec![0; order.len()];
        for (place, number) in order.into_iter().enumerate() {
            if let Some(rank) = ranks.get_mut(number) {
                *rank = place;
            }
        }
        counts.retain(|(.., cell)| cell.ok > 0);
        counts.sort_unstable_by_key(|(time, number, _)| (*time, ranks.get(*number as usize).copied()));
        let made = counts.into_iter().filter_map(|(time, number, cell)| {
            let attributes = Arc::clone(tuples.get(number as usize)?);
            Some(TrafficCell {
                time,
                attributes,
                ok: cell.ok,
                first_ok: cell.ok - cell.ok_later.min(cell.ok),
            })
        });
        made.collect()
    }
}

/// A call's own line stands at most this far from the answer that saved it.
const SAVING_MS: i64 = 10_000;

/// Counts the successes that saved a call as no first attempts; says of how many it found the count. `cells` are by time.
pub(super) fn take_savings(cells: &mut [TrafficCell], savings: &[Saving]) -> u64 {
    let mut taken = 0;
    for Saving { time, attributes } in savings {
        let (from, to) = (time.plus_ms(-SAVING_MS), time.plus_ms(SAVING_MS));
        let begin = cells.partition_point(|cell| cell.time < from);
        let end = cells.partition_point(|cell| cell.time <= to);
        let near = cells.get_mut(begin..end).unwrap_or_default().iter_mut();
        let nearest = near
            .filter(|cell| cell.first_ok > 0 && may_be_same(&cell.attributes, attributes))
            .min_by_key(|cell| cell.time.plus_ms(SLOT_MS / 2).since(*time).abs());
        if let Some(cell) = nearest {
            cell.first_ok -= 1;
            taken += 1;
        }
    }
    taken
}

/// Whether two lines' attributes may be of one success: neither says otherwise than the other.
fn may_be_same(mine: &Attributes, theirs: &Attributes) -> bool {
    let agree = |dimension| match (mine.get(dimension), theirs.get(dimension)) {
        (Some(mine), Some(theirs)) => mine == theirs,
        _ => true,
    };
    [Dimension::Client, Dimension::Host, Dimension::Endpoint, Dimension::Model]
        .into_iter()
        .all(agree)
}

/// The time of the cell in which a success is counted, on the common clock: what its source stamped, and how much later it
/// was if the stamp is a start.
pub(super) fn cell_of((rollup, clock): (&SourceRollup, Clock), time: Time, until_ms: u32) -> Time {
    let by_start = clock.stamps_start && rollup.cells.may_start();
    let ended = time.plus_ms(if by_start { i64::from(until_ms) } else { 0 });
    Time(ended.0.div_euclid(SLOT_MS) * SLOT_MS).plus_ms(clock.offset_ms)
}

const SLOT_MS: i64 = crate::model::CELL_SECONDS * 1000;

/// The cells on the time base that a source's clock asks for.
pub(super) fn cells(rollup: &SourceRollup, clock: Clock) -> impl Iterator<Item = (Time, Grain, TupleId, Cell)> {
    let by_start = clock.stamps_start && rollup.cells.may_start();
    let if_start = by_start.then(|| rollup.cells.counted_if_start());
    let by_end = (!by_start).then(|| rollup.cells.counted());
    if_start.into_iter().flatten().chain(by_end.into_iter().flatten())
}
