//! Where a window begins and ends: cut at proven recovery, trimmed of stray failures, then set to the second.
//!
//! Successes come from cells of five seconds, pro rata; failures stand with their own times (classification B4).

use super::automaton::Series;
use super::ended::Within;
use super::statistics::{evidence, f, gain};
use super::strays::without_strays;
use super::table::Table;
use crate::judge::combinations::asked_once;
use crate::judge::thresholds::{BRIDGED_MS, CELL_MS, RECOVERY_CHANCE, RECOVERY_CHANCE_ALL};
use crate::model::{Attempt, CELL_SECONDS, Scope, Time};

/// The attempts of a scope in a stretch of time.
pub(crate) struct Flow<'a> {
    /// Failures of the side, by time.
    pub(crate) failures: Vec<&'a Attempt>,
    /// When they were, and when the first attempts among them.
    failed: Vec<Time>,
    pub(crate) failed_first: Vec<Time>,
    /// Everything else that counts and is known whole, by time.
    others: Vec<Time>,
    /// Start of each cell, its attempts, and the attempts before it.
    cells: Vec<(Time, f64, f64)>,
}

impl<'a> Flow<'a> {
    /// The flow of a scope from `from` up to `to`.
    pub(crate) fn of(table: &Table<'a>, scope: &Scope, from: Time, to: Time) -> Self {
        let first = table
            .cells
            .partition_point(|cell| cell.time.plus_ms(CELL_SECONDS * 1000) <= from);
        let holds = asked_once(|attributes| scope.holds(attributes));
        let mut before = 0.0;
        let mut cells = Vec::new();
        for cell in table.cells.iter().skip(first).take_while(|cell| cell.time < to) {
            if holds(&cell.attributes) {
                cells.push((cell.time, f64::from(cell.ok), before));
                before += f64::from(cell.ok);
            }
        }
        let Within {
            failures,
            failed,
            failed_first,
            others,
        } = table.within(scope, from, to);
        Self {
            failures,
            failed,
            failed_first,
            others,
            cells,
        }
    }

    /// Attempts that were no failure of this side, before an instant.
    fn healthy_before(&self, time: Time) -> f64 {
        let cells = self.cells.partition_point(|(start, _, _)| *start <= time);
        self.healthy_up_to(time, cells, self.others.partition_point(|other| *other < time))
    }

    /// The same, where it is known how many cells begin up to then, and how many others end before.
    fn healthy_up_to(&self, time: Time, cells: usize, others: usize) -> f64 {
        let in_cells = cells
            .checked_sub(1)
            .and_then(|at| self.cells.get(at))
            .map_or(0.0, |(start, count, before)| {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds within a window")]
                let share = (time.since(*start) as f64 / (CELL_SECONDS * 1000) as f64).clamp(0.0, 1.0);
                before + count * share
            });
        in_cells + f(others as u64)
    }

    /// Attempts that were no failure of this side, between two instants.
    pub(crate) fn healthy_between(&self, from: Time, to: Time) -> f64 {
        (self.healthy_before(to) - self.healthy_before(from)).max(0.0)
    }

    /// Whether nothing was tried for longer than is bridged, somewhere between two failures that follow one another.
    fn is_silent_between(&self, from: Time, to: Time) -> bool {
        let cells = self
            .cells
            .iter()
            .skip(self.cells.partition_point(|(start, ..)| *start < from));
        let others = self.others.iter().skip(self.others.partition_point(|other| *other < from));
        let others = others.copied().take_while(|other| *other < to);
        let mut tried: Vec<Time> = cells.map(|(start, ..)| *start).take_while(|start| *start < to).collect();
        tried.extend(others.chain([from, to]));
        tried.sort_unstable();
        tried
            .windows(2)
            .any(|pair| matches!(pair, [one, next] if next.since(*one) > BRIDGED_MS))
    }

    /// The end of the last cell of successes before an instant: when the scope last went well.
    pub(crate) fn last_healthy_before(&self, time: Time) -> Option<Time> {
        let at = self
            .cells
            .partition_point(|(start, _, _)| start.plus_ms(CELL_SECONDS * 1000) <= time);
        at.checked_sub(1)
            .and_then(|at| self.cells.get(at))
            .map(|(start, _, _)| *start)
    }

    /// The start of the first cell of successes after an instant.
    pub(crate) fn first_healthy_after(&self, time: Time) -> Option<Time> {
        let at = self.cells.partition_point(|(start, _, _)| *start <= time);
        self.cells.get(at).map(|(start, _, _)| start.plus_ms(CELL_SECONDS * 1000))
    }
}

/// How far a list in order is done: up to the first item from `at` on that is not `done`.
fn forwards<T>(list: &[T], at: &mut usize, done: impl Fn(&T) -> bool) -> usize {
    while list.get(*at).is_some_and(&done) {
        *at += 1;
    }
    *at
}

/// [`Flow::healthy_before`] of one instant after the other, in order of time: to look each up among a million failures
/// took a third of the search.
struct Sweep<'f, 'a> {
    flow: &'f Flow<'a>,
    cells: usize,
    others: usize,
}

impl<'f, 'a> Sweep<'f, 'a> {
    fn of(flow: &'f Flow<'a>) -> Self {
        Self {
            flow,
            cells: 0,
            others: 0,
        }
    }

    fn before(&mut self, time: Time) -> f64 {
        let cells = forwards(&self.flow.cells, &mut self.cells, |(start, _, _)| *start <= time);
        let others = forwards(&self.flow.others, &mut self.others, |other| *other < time);
        self.flow.healthy_up_to(time, cells, others)
    }
}

/// Cuts a stretch where recovery is proven, and keeps the part with the most evidence.
///
/// Recovery between two failures further apart than the merge gap is proven when so many clean attempts would be
/// unlikely at half the failing rate. A silence that is too long to be bridged proves nothing, and cuts as well.
///
/// Failures of minutes that fail no more in the scope's `series` are an earlier window's: they would be the strongest part again.
pub(super) fn cut_at_recovery(
    table: &Table<'_>,
    (scope, series): (&Scope, &Series),
    first: usize,
    last: usize,
    background: f64,
    merge_gap_ms: i64,
) -> (usize, usize) {
    let minute_start = |minute: usize| table.start.plus_ms(i64::try_from(minute).unwrap_or(0) * CELL_MS);
    let mut flow = Flow::of(table, scope, minute_start(first), minute_start(last + 1));
    let mut times: Vec<Time> = std::mem::take(&mut flow.failed);
    let fails = |minute: usize| {
        let at = series.binary_search_by_key(&minute, |(minute, ..)| *minute).ok();
        at.and_then(|at| series.get(at)).is_some_and(|(.., k)| *k > 0.0)
    };
    times.retain(|time| fails(table.minute(*time)));
    while times.len() >= 3 {
        let cuts = proven_recoveries(&flow, &times, merge_gap_ms);
        if cuts.is_empty() {
            break;
        }
        let bounds: Vec<usize> = [0].into_iter().chain(cuts).chain([times.len()]).collect();
        let parts = bounds
            .windows(2)
            .filter_map(|pair| if let [from, to] = pair { times.get(*from..*to) } else { None });
        let strength = |part: &[Time]| match part {
            [from, .., to] => {
                let k = f(part.len() as u64);
                evidence(k, k + flow.healthy_between(*from, *to), background)
            }
            _ => 0.0,
        };
        let best = parts
            .fold((&[][..], -1.0), |best, part| {
                if strength(part) > best.1 {
                    (part, strength(part))
                } else {
                    best
                }
            })
            .0
            .to_vec();
        times = best;
    }
    match (times.first(), times.last()) {
        (Some(from), Some(to)) if times.len() >= 2 => (table.minute(*from), table.minute(*to)),
        _ => (first, last),
    }
}

/// The places before which recovery is proven.
fn proven_recoveries(flow: &Flow<'_>, times: &[Time], merge_gap_ms: i64) -> Vec<usize> {
    let rate = |part: &[Time]| match part {
        [from, .., to] if part.len() >= 3 => {
            let k = f(part.len() as u64);
            k / (k + flow.healthy_between(*from, *to)).max(k)
        }
        _ => 0.0,
    };
    let overall = rate(times);
    let chance = RECOVERY_CHANCE.min(RECOVERY_CHANCE_ALL / f(times.len() as u64));
    let mut cuts = Vec::new();
    for (at, pair) in times.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        if after.since(*before) <= merge_gap_ms {
            continue;
        }
        let (head, tail) = times.split_at(at + 1);
        let highest = overall.max(rate(head)).max(rate(tail)).min(0.95);
        let is_clean = || (1.0 - highest / 2.0).powf(flow.healthy_between(*before, *after)) < chance;
        let is_silent = || after.since(*before) > BRIDGED_MS && flow.is_silent_between(*before, *after);
        if is_silent() || is_clean() {
            cuts.push(at + 1);
        }
    }
    cuts
}

/// Cuts stray failures off a stretch's edges: the contiguous minutes that gain most at a third of the stretch's own rate.
pub(super) fn trim(series: &Series, first: usize, last: usize, background: f64) -> (usize, usize) {
    let inside: Vec<(usize, f64, f64)> = series
        .iter()
        .filter(|(minute, _, _)| (first..=last).contains(minute))
        .copied()
        .collect();
    let (n, k) = inside.iter().fold((0.0, 0.0), |sum, (_, n, k)| (sum.0 + n, sum.1 + k));
    if k < 2.0 {
        return (first, last);
    }
    let worst = inside
        .iter()
        .filter(|(_, _, k)| *k >= 3.0)
        .map(|(_, n, k)| k / n)
        .fold(0.0, f64::max);
    let rate = (k / n / 3.0).max(worst / WORST_PART).max(2.0 * background).min(RATE_AT_MOST);
    let gains = inside.iter().map(|(_, n, k)| gain(*k, *n, rate, background));
    let (from, to) = best_run(gains.map(|gain| (0.0, gain)));
    let failing = || {
        inside
            .iter()
            .skip(from)
            .take(to + 1 - from)
            .filter(|(_, _, k)| *k > 0.0)
            .map(|(minute, _, _)| *minute)
    };
    failing().next().zip(failing().next_back()).unwrap_or((first, last))
}

/// The contiguous run with the largest sum of what lies between an item and the one before, and of the item itself.
pub(super) fn best_run(gains: impl ExactSizeIterator<Item = (f64, f64)>) -> (usize, usize) {
    let (mut best, mut sum, mut from) = (f64::NEG_INFINITY, 0.0_f64, 0);
    let mut run = (0, gains.len().saturating_sub(1));
    for (at, (between, gain)) in gains.enumerate() {
        if at > 0 {
            sum += between;
        }
        if sum <= 0.0 {
            (sum, from) = (0.0, at);
        }
        sum += gain;
        if sum > best {
            (best, run) = (sum, (from, at));
        }
    }
    run
}

/// Edges are looked for at this part of the worst minute's rate at least: a quarter lost the edges of faults that come on
/// slowly (measured on 560 generated scenarios: the sum of start errors fell from 14,500 s to 13,900 s at a sixth).
pub(super) const WORST_PART: f64 = 6.0;

/// The highest rate an edge is looked for at: one success in between must not end a window.
pub(super) const RATE_AT_MOST: f64 = 0.9;

/// How long a half minute is, within which the worst rate is looked for.
const HALF_MINUTE_MS: i64 = 30_000;

/// The failures of the window proper: the contiguous run that gains most at a quarter of the worst half minute's rate.
pub(super) fn fine<'a>(flow: &Flow<'a>, from: Time, to: Time, background: f64) -> Vec<&'a Attempt> {
    let (failed, first) = (&flow.failed, &flow.failed_first);
    let mut worst: f64 = 0.0;
    let (mut start, mut begun, mut ended) = (0, 0, 0);
    let (mut healthy_from, mut healthy_to) = (Sweep::of(flow), Sweep::of(flow));
    for (at, time) in first.iter().enumerate() {
        while first.get(start).is_some_and(|begin| time.since(*begin) > HALF_MINUTE_MS) {
            start += 1;
        }
        let count = at + 1 - start;
        if let (true, Some(begin)) = (count >= 3, first.get(start)) {
            let end = begin.plus_ms(HALF_MINUTE_MS);
            let failed = forwards(failed, &mut ended, |time| *time <= end) - forwards(failed, &mut begun, |time| *time < *begin);
            let healthy = (healthy_to.before(end) - healthy_from.before(*begin)).max(0.0);
            let attempts = healthy + f(failed as u64);
            worst = worst.max(f(count as u64) / attempts.max(f(count as u64)));
        }
    }
    let k = f(failed.len() as u64);
    let rate = (2.0 * background)
        .max(k / (k + flow.healthy_between(from, to)) / 3.0)
        .max(worst / WORST_PART)
        .min(RATE_AT_MOST);
    let (gain, healthy) = ((rate / background).ln(), ((1.0 - rate) / (1.0 - background)).ln());
    let mut sweep = Sweep::of(flow);
    let mut healthy_before = 0.0;
    let between = failed.iter().map(|time| {
        let before = std::mem::replace(&mut healthy_before, sweep.before(*time));
        healthy * (healthy_before - before).max(0.0)
    });
    let (from, to) = best_run(between.map(|between| (between, gain)));
    let kept = flow.failures.get(from..=to).unwrap_or_default();
    without_strays(flow, kept, background).to_vec()
}
