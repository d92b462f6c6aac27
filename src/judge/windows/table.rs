//! Counts by minute and attributes for one side: what the finder, the scope and the edges are computed from.
//!
//! First attempts only, because the retries of one call are no independent evidence; edges and totals take all attempts
//! from the traffic itself.

use super::ended::{Ended, Within, ended};
use super::entries::{Counted, Entry, Value, add, entries};
use crate::judge::combinations::Ordinals;
use crate::judge::thresholds::{BACKGROUND_BLOCK, BACKGROUND_CAP, BACKGROUND_FLOOR, BACKGROUND_QUANTILE, CELL_MS, TOLD_ALIKE};
use crate::judge::windows::automaton::Series;
use crate::judge::windows::statistics::f;
use crate::model::{Attempt, Attributes, Dimension, Name, Outcome, Scope, Side, Time, Traffic, TrafficCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A slice: everything, or one value of one dimension (by their places).
pub(crate) type Slice = Option<(usize, u16)>;

/// The counts of one side.
#[derive(Clone, Debug)]
pub(crate) struct Table<'a> {
    pub(crate) side: Side,
    /// The minute that has number 0: the first one of all traffic, so that a minute has one number in all tables.
    pub(crate) start: Time,
    pub(crate) dimensions: Vec<Dimension>,
    /// The values of each dimension, sorted.
    pub(crate) names: Vec<Vec<Name>>,
    /// The dimensions, by their places, whose values are searched each by itself.
    searched: Vec<usize>,
    /// By minute.
    pub(crate) entries: Vec<Entry>,
    /// Successes it counts.
    pub(crate) cells: &'a [TrafficCell],
    /// Every attempt that did not end well and that it counts, by time.
    pub(crate) attempts: Arc<Vec<Ended>>,
    /// What [`Ended`] names by number.
    all: &'a [Attempt],
    combinations: Arc<[&'a Attributes]>,
}

impl<'a> Table<'a> {
    /// The table of one side over `dimensions`, from the successes of `cells` and those attempts that `takes` lets in.
    pub(crate) fn of(
        traffic: &'a Traffic,
        cells: &'a [TrafficCell],
        dimensions: &[Dimension],
        side: Side,
        takes: impl Fn(u32, &Attempt) -> bool,
    ) -> Self {
        let counted = || {
            let numbered = (0..).zip(&traffic.attempts);
            numbered.filter(|(place, attempt)| takes(*place, attempt) && counts(attempt, side))
        };
        let cells_of = [&traffic.cells, traffic.proxy_cells(), cells];
        let begun = cells_of.into_iter().filter_map(|cells| Some(cells.first()?.time));
        let first = traffic.attempts.first().map(|attempt| attempt.time);
        let first = first.into_iter().chain(begun).min().unwrap_or_default();
        let start = Time(first.0.div_euclid(CELL_MS) * CELL_MS);
        // Few combinations of attributes stand behind many cells: they are told apart by where they lie, and looked into
        // once. Measured: comparing names in every cell took a sixth of a run over a gigabyte.
        let (attempts, combinations) = ended(counted(), side);
        let mut numbers = Ordinals::default();
        let mut distinct: Vec<&Arc<Attributes>> = Vec::new();
        for attributes in cells.iter().map(|cell| &cell.attributes).chain(combinations.iter().copied()) {
            if numbers.of(attributes) == distinct.len() {
                distinct.push(attributes);
            }
        }
        let names: Vec<Vec<Name>> = dimensions.iter().map(|&dimension| names(dimension, &distinct)).collect();
        let mut table = Self {
            side,
            start,
            dimensions: dimensions.to_vec(),
            names,
            searched: Vec::new(),
            entries: Vec::new(),
            cells,
            attempts: Arc::new(attempts),
            all: &traffic.attempts,
            combinations: combinations.iter().map(|attributes| &***attributes).collect(),
        };
        let values: Vec<Vec<Value>> = distinct.iter().map(|attributes| table.values(attributes)).collect();
        let numbered: BTreeSet<&Vec<Value>> = values.iter().collect();
        let numbered: Vec<&Vec<Value>> = numbered.into_iter().collect();
        let rank = |values| numbered.binary_search(&values).unwrap_or(0);
        let ranks: Vec<usize> = values.iter().map(rank).collect();
        let of = |attributes: &Arc<Attributes>| {
            numbers
                .known(attributes)
                .and_then(|number| ranks.get(number))
                .copied()
                .unwrap_or(0)
        };
        let went_well = cells.iter().map(|cell| Counted {
            minute: table.minute(cell.time),
            combination: of(&cell.attributes),
            n: f64::from(cell.first_ok),
            k: 0.0,
        });
        let first = counted().filter(|(_, attempt)| attempt.number == 1);
        let ended = first.map(|(_, attempt)| Counted {
            minute: table.minute(attempt.time),
            combination: of(&attempt.attributes),
            n: 1.0,
            k: if attempt.side == Some(side) { 1.0 } else { 0.0 },
        });
        table.entries = entries(went_well, ended, &numbered);
        table.searched = table.told_by_both();
        table
    }

    /// The attempts of a scope from `from` up to `to`, by time.
    pub(crate) fn within(&self, scope: &Scope, from: Time, to: Time) -> Within<'a> {
        let mut within = Within::default();
        let mut told: Vec<Option<bool>> = vec![None; self.combinations.len()];
        let start = self.attempts.partition_point(|ended| ended.time < from);
        for ended in self.attempts.iter().skip(start).take_while(|ended| ended.time < to) {
            let at = ended.combination();
            let (Some(told), Some(attributes)) = (told.get_mut(at), self.combinations.get(at)) else {
                continue;
            };
            if !*told.get_or_insert_with(|| scope.holds(attributes)) {
                continue;
            }
            if ended.bits & Ended::FAILED == 0 {
                within.others.push(ended.time);
                continue;
            }
            within.failures.extend(self.all.get(ended.place as usize));
            within.failed.push(ended.time);
            if ended.bits & Ended::FIRST != 0 {
                within.failed_first.push(ended.time);
            }
        }
        within
    }

    pub(crate) fn minute(&self, time: Time) -> usize {
        usize::try_from(time.since(self.start).div_euclid(CELL_MS)).unwrap_or(0)
    }

    fn values(&self, attributes: &Attributes) -> Vec<Value> {
        self.dimensions
            .iter()
            .zip(&self.names)
            .map(|(&dimension, names)| attributes.get(dimension).and_then(|name| place(names, name)))
            .collect()
    }

    /// Entries of minutes `a` to `b`.
    pub(crate) fn between(&self, a: usize, b: usize) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.minute < a);
        let to = self.entries.partition_point(|entry| entry.minute <= b);
        self.entries.get(from..to).unwrap_or(&[])
    }

    /// The dimensions of more than one value that what went well names, too. An application's text names the model of what
    /// failed only: each model fails always there, and the stray failures of a day look like one stretch.
    fn told_by_both(&self) -> Vec<usize> {
        let share = |at: usize, count: fn(&Entry) -> f64| {
            let (mut told, mut all) = (0.0, 0.0);
            for entry in &self.entries {
                let is_told = entry.values.get(at).is_some_and(Option::is_some);
                (told, all) = (told + if is_told { count(entry) } else { 0.0 }, all + count(entry));
            }
            if all > 0.0 { told / all } else { 1.0 }
        };
        let several = self.names.iter().enumerate().filter(|(_, names)| names.len() > 1);
        several
            .map(|(at, _)| at)
            .filter(|&at| share(at, |entry| entry.n - entry.k) >= TOLD_ALIKE * share(at, |entry| entry.k))
            .collect()
    }

    /// The place of a dimension of more than one value that nothing but failures names.
    pub(super) fn told_by_failures_only(&self, dimension: Dimension) -> Option<usize> {
        let at = self.dimensions.iter().position(|one| *one == dimension)?;
        let has_several = self.names.get(at).is_some_and(|names| names.len() > 1);
        (has_several && !self.searched.contains(&at)).then_some(at)
    }

    /// The series of everything and of every value that is searched by itself, over some of the entries.
    pub(crate) fn series_of_slices(&self, entries: &[Entry]) -> BTreeMap<Slice, Series> {
        let mut whole = Series::new();
        let several = self.searched.iter().filter_map(|&at| Some((at, self.names.get(at)?)));
        let mut of_values: Vec<(usize, Vec<Series>)> =
            several.map(|(at, names)| (at, vec![Series::new(); names.len()])).collect();
        for entry in entries.iter().filter(|entry| entry.alive) {
            add(&mut whole, entry);
            for (dimension, of_values) in &mut of_values {
                let value = entry.values.get(*dimension).copied().flatten();
                if let Some(series) = value.and_then(|value| of_values.get_mut(usize::from(value))) {
                    add(series, entry);
                }
            }
        }
        let mut slices = BTreeMap::from([(None, whole)]);
        for (dimension, of_values) in of_values {
            let numbered = (0..).zip(of_values);
            slices.extend(numbered.map(|(value, series)| (Some((dimension, value)), series)));
        }
        slices
    }

    /// The series of a scope.
    pub(crate) fn series(&self, scope: &Scope) -> Series {
        let mut series = Series::new();
        for entry in self.entries.iter().filter(|entry| entry.alive && self.holds(scope, entry)) {
            add(&mut series, entry);
        }
        series
    }

    /// Whether the table has every dimension that the scope names.
    pub(crate) fn sees(&self, scope: &Scope) -> bool {
        scope.values.keys().all(|dimension| self.dimensions.contains(dimension))
    }

    /// Whether an entry is in the scope, as far as the table has its dimensions.
    pub(crate) fn holds(&self, scope: &Scope, entry: &Entry) -> bool {
        scope.values.iter().all(|(dimension, wanted)| {
            let Some(at) = self.dimensions.iter().position(|one| one == dimension) else {
                return true;
            };
            let value = entry
                .values
                .get(at)
                .copied()
                .flatten()
                .and_then(|value| self.names.get(at)?.get(usize::from(value)));
            value.is_some_and(|value| wanted.contains(value))
        })
    }

    /// The background rate: the 25 % quantile of the rates of blocks of attempts, within its bounds (classification B4).
    pub(crate) fn background(&self) -> f64 {
        let total: f64 = self.entries.iter().map(|entry| entry.n).sum();
        let block = BACKGROUND_BLOCK.max(total / 24.0);
        let mut rates = Vec::new();
        let (mut n, mut k, mut left) = (0.0, 0.0, total);
        let mut minute = None;
        for entry in &self.entries {
            // Blocks end at a minute's end, and the last takes what would be too little for one more.
            if minute != Some(entry.minute) && n >= block && left >= block {
                rates.push((k + 0.5) / n);
                (n, k) = (0.0, 0.0);
            }
            minute = Some(entry.minute);
            (n, k, left) = (n + entry.n, k + entry.k, left - entry.n);
        }
        if n > 0.0 {
            rates.push((k + 0.5) / n);
        }
        background_of(rates)
    }

    /// Takes a scope's counts of minutes `a` to `b` out of the game, and tells how many failures these were.
    pub(crate) fn remove(&mut self, scope: &Scope, a: usize, b: usize) -> f64 {
        let mut taken = 0.0;
        let mut entries = std::mem::take(&mut self.entries);
        let from = entries.partition_point(|entry| entry.minute < a);
        let inside = entries.iter_mut().skip(from).take_while(|entry| entry.minute <= b);
        for entry in inside.filter(|entry| entry.alive) {
            entry.alive = !self.holds(scope, entry);
            taken += if entry.alive { 0.0 } else { entry.k };
        }
        self.entries = entries;
        taken
    }

    /// The share of failures among what nobody took out; half a failure is added, for none seen is not none ever.
    pub(crate) fn failing_share(&self) -> f64 {
        let left = self.entries.iter().filter(|entry| entry.alive);
        let (n, k) = left.fold((0.0, 0.0), |sum, entry| (sum.0 + entry.n, sum.1 + entry.k));
        (k + 0.5) / f64::max(n, 1.0)
    }

    /// Takes single first failures out, where the table cannot see the scope that explains them.
    pub(crate) fn remove_failures(&mut self, failures: &[&Attempt]) {
        for attempt in failures.iter().filter(|attempt| attempt.number == 1) {
            let key = (self.minute(attempt.time), self.values(&attempt.attributes));
            let found = self
                .entries
                .binary_search_by(|entry| (entry.minute, &*entry.values).cmp(&(key.0, key.1.as_slice())));
            if let Some(entry) = found.ok().and_then(|at| self.entries.get_mut(at)) {
                (entry.n, entry.k) = ((entry.n - 1.0).max(0.0), (entry.k - 1.0).max(0.0));
            }
        }
    }
}

/// Whether an attempt is in a side's counts: a 429 says nothing about the model's health, so caller-side ends and the
/// network's failures are not in the provider's; whatever was sent tells of the network (classification B4).
pub(in crate::judge) fn counts(attempt: &Attempt, side: Side) -> bool {
    match (side, attempt.outcome) {
        (_, Outcome::Caller(crate::model::CallerKind::ClientCancel, _)) => false,
        (Side::Provider, _) => attempt.side == Some(Side::Provider),
        (Side::Network, _) => true,
    }
}

/// The background rate by those of blocks of attempts: their 25 % quantile, within its bounds (classification B4).
pub(crate) fn background_of(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a short list"
    )]
    let at = (f(rates.len() as u64) * BACKGROUND_QUANTILE) as usize;
    rates
        .get(at)
        .copied()
        .unwrap_or(BACKGROUND_FLOOR)
        .clamp(BACKGROUND_FLOOR, BACKGROUND_CAP)
}

fn names(dimension: Dimension, all: &[&Arc<Attributes>]) -> Vec<Name> {
    let names: BTreeSet<&Name> = all.iter().filter_map(|attributes| attributes.get(dimension)).collect();
    names.into_iter().take(usize::from(u16::MAX)).cloned().collect()
}

fn place(names: &[Name], name: &Name) -> Value {
    names.binary_search(name).ok().and_then(|at| u16::try_from(at).ok())
}
