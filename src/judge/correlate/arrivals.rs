//! How far two logs without ids are apart: their arrival counts held against each other at every lag
//! (classification B3.2).

use super::view::SourceIndex;
use crate::judge::windows::statistics;
use crate::model::{CELL_SECONDS, Grain, Name, Observation, Outcome, SourceRollup, Time};
use std::collections::BTreeMap;

/// Events on both sides below which arrival counts prove nothing (the reference method asks for 50).
const EVENTS_NEEDED: usize = 50;

/// A peak of arrival counts this many standard deviations above the mean is a lag (classification B3.2).
const PEAK_DEVIATIONS: f64 = 12.0;

/// Slots before and after a lag that tell what is usual there: five minutes.
const AROUND_SLOTS: usize = 60;

/// Deviations above what is usual around it, for a lag that is one of 37,000.
const LOCAL_DEVIATIONS: f64 = 8.0;

/// Share of the smaller log's events that must have their twin in the same five seconds at the true lag; half of them
/// have, where stamps are rounded or an answer takes its time.
const ARRIVE_TOGETHER: f64 = 0.25;

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// Minutes of the step of the world's zones.
const QUARTER_MINUTES: i64 = 15;

/// Quarters of an hour looked at: two zones are at most 26 hours apart.
const WIDEST_LAG: i64 = 26 * 4;

/// Minutes below which a log has no ups and downs to know it by.
const MINUTES_NEEDED: usize = 15;

/// Minutes beyond which counting them is not worth it: two months.
const MINUTES_AT_MOST: usize = 90_000;

/// Minutes before and after that the running mean is taken of.
const RUNNING_MEAN: usize = 15;

/// Share of a log's minutes that the other must cover at a lag.
const COVERED: f64 = 0.8;

/// Correlation from which two logs are taken to tell of one traffic: a client that is a third of a proxy's traffic has
/// sqrt(1/3) = 0.58.
const CORRELATED: f64 = 0.4;

/// How far the best lag must be above the second one.
const CLEARLY: f64 = 0.15;

/// The largest lag looked at without ids: 26 hours, the widest pair of time zones on Earth.
const LARGEST_LAG_SLOTS: i64 = 26 * 3600 / CELL_SECONDS;

/// Products of events looked at when arrival counts are held against each other; beyond it the counts are thinned.
const LAG_WORK: usize = 40_000_000;

/// Arrivals by five seconds, those that have any.
pub(super) struct Slots(Vec<(i64, i64)>);

impl Slots {
    /// Those of some logs together.
    pub(super) fn of(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> Self {
        let mut counts: Vec<(i64, i64)> = Vec::new();
        for &index in members {
            let Some((_, rollup)) = sources.get(index) else { continue };
            for (time, grain, _, cell) in rollup.cells.counted() {
                // A tunnel ends when its client hangs up, which no request's end need be near.
                if matches!(grain, Grain::Detail | Grain::Tunnel) {
                    continue;
                }
                let (slot, ok) = (time.0.div_euclid(CELL_SECONDS * 1000), i64::from(cell.ok));
                // Those of one log are in order.
                match counts.last_mut() {
                    Some((last, sum)) if *last == slot => *sum += ok,
                    _ => counts.push((slot, ok)),
                }
            }
        }
        counts.sort_unstable_by_key(|(slot, _)| *slot);
        counts.dedup_by(|(slot, ok), (before, sum)| {
            let is_same = slot == before;
            *sum += if is_same { *ok } else { 0 };
            is_same
        });
        Self(counts)
    }

    /// Whether there are enough to prove anything.
    pub(super) fn are_enough(&self) -> bool {
        self.0.len() >= EVENTS_NEEDED
    }
}

/// The lag at which the arrivals of the applications and of one proxy agree best, in milliseconds: how far the proxy's
/// stamps are ahead. `None` where no lag stands out.
pub(super) fn lag(Slots(ours): &Slots, Slots(theirs): &Slots) -> Option<i64> {
    let thin = (ours.len().saturating_mul(theirs.len()) / LAG_WORK).max(1);
    let width = usize::try_from(2 * LARGEST_LAG_SLOTS + 1).unwrap_or(1);
    let mut agreement = vec![0_i64; width];
    for &(at, count) in ours.iter().step_by(thin) {
        let from = theirs.partition_point(|(slot, _)| *slot < at - LARGEST_LAG_SLOTS);
        for &(slot, other) in theirs
            .iter()
            .skip(from)
            .take_while(|(slot, _)| *slot <= at + LARGEST_LAG_SLOTS)
        {
            let lag = usize::try_from(slot - at + LARGEST_LAG_SLOTS).unwrap_or(0);
            if let Some(place) = agreement.get_mut(lag) {
                *place += count * other;
            }
        }
    }
    let events = |counts: &[(i64, i64)]| counts.iter().map(|(_, count)| count).sum::<i64>();
    let fewer = events(ours).min(events(theirs)) / i64::try_from(thin).unwrap_or(1);
    peak(&agreement)
        .filter(|&lag| stands_out(&agreement, lag, fewer))
        .map(|lag| (i64::try_from(lag).unwrap_or(0) - LARGEST_LAG_SLOTS) * CELL_SECONDS * 1000)
}

/// Whether so much agrees at one lag as two unrelated logs would not: most lags of two short logs lie outside of both, so
/// that any lag within them is many deviations above all. Held against the minutes around it, as Poisson counts are, and
/// against the events that could agree.
fn stands_out(agreement: &[i64], lag: usize, fewer: i64) -> bool {
    let around = agreement.get(lag.saturating_sub(AROUND_SLOTS)..agreement.len().min(lag + AROUND_SLOTS + 1));
    let around = around.unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "products of counts, compared as magnitudes")]
    let (here, all, fewer) = (
        agreement.get(lag).copied().unwrap_or(0) as f64,
        around.iter().sum::<i64>() as f64,
        fewer as f64,
    );
    let usual = (all - here) / statistics::f(around.len().saturating_sub(1).max(1) as u64);
    here - usual > LOCAL_DEVIATIONS * (usual + 1.0).sqrt() && here - usual > ARRIVE_TOGETHER * fewer
}

/// The whole zone by which a proxy's stamps are ahead of an application's that carry none, in milliseconds: at which lag
/// the arrivals of every minute go up and down together. `None` where none does, or more than one.
pub(super) fn zone(ours: &Minutes, theirs: &Minutes) -> Option<i64> {
    let mut together: Vec<(f64, i64)> = (-WIDEST_LAG..=WIDEST_LAG)
        .filter_map(|quarters| Some((ours.goes_with(theirs, quarters * QUARTER_MINUTES)?, quarters)))
        .collect();
    together.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.abs().cmp(&b.1.abs())));
    let second = together.get(1).map_or(0.0, |(correlation, _)| *correlation);
    let &(best, quarters) = together.first()?;
    (best >= CORRELATED && best >= second + CLEARLY).then_some(quarters * QUARTER_MINUTES * MINUTE_MS)
}

/// Arrivals by minute, while they are counted: most come in the minute of the one before.
#[derive(Default)]
struct ByMinute {
    counts: BTreeMap<i64, u64>,
    /// The minute of the last ones, and how many of them are in no sum yet.
    last: Option<(i64, u64)>,
}

impl ByMinute {
    fn add(&mut self, time: Time, count: u64) {
        let minute = time.0.div_euclid(MINUTE_MS);
        match &mut self.last {
            Some((last, sum)) if *last == minute => *sum += count,
            _ => {
                self.settle();
                self.last = Some((minute, count));
            }
        }
    }

    fn settle(&mut self) {
        if let Some((minute, count)) = self.last.take() {
            *self.counts.entry(minute).or_default() += count;
        }
    }

    fn counts(mut self) -> BTreeMap<i64, u64> {
        self.settle();
        self.counts
    }
}

/// Arrivals by minute, less their running mean, so that the hours of a day do not look like one another.
pub(super) struct Minutes {
    first: i64,
    ups_and_downs: Vec<f64>,
}

impl Minutes {
    /// Those of some logs; `None` where they are too few or too many.
    pub(super) fn of(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> Option<Self> {
        let mut minutes = ByMinute::default();
        for &index in members {
            let Some((_, rollup)) = sources.get(index) else { continue };
            for (time, grain, _, cell) in rollup.cells.counted() {
                if !matches!(grain, Grain::Detail | Grain::Tunnel) {
                    minutes.add(time, u64::from(cell.ok));
                }
            }
            // The successes are counted already, those too that a second look or their number brought.
            let ended = |seen: &&Observation| {
                matches!(seen.grain, Grain::Attempt | Grain::Call) && !matches!(seen.outcome, Outcome::Unsaid | Outcome::Success)
            };
            for seen in rollup.observations.iter().filter(ended) {
                minutes.add(seen.time, 1);
            }
        }
        let counts = minutes.counts();
        let (first, last) = (*counts.keys().next()?, *counts.keys().next_back()?);
        let length = usize::try_from(last - first + 1)
            .ok()
            .filter(|length| (MINUTES_NEEDED..=MINUTES_AT_MOST).contains(length))?;
        let mut series = vec![0.0; length];
        for (minute, count) in counts {
            if let Some(place) = usize::try_from(minute - first).ok().and_then(|at| series.get_mut(at)) {
                *place = statistics::f(count);
            }
        }
        let mean = |at: usize| {
            let around = series.get(at.saturating_sub(RUNNING_MEAN)..series.len().min(at + RUNNING_MEAN + 1));
            around.map_or(0.0, |around| around.iter().sum::<f64>() / statistics::f(around.len() as u64))
        };
        let ups_and_downs = series.iter().enumerate().map(|(at, count)| count - mean(at)).collect();
        Some(Self { first, ups_and_downs })
    }

    /// How the minutes of this log correlate with another's, `lag` minutes later; `None` where the other does not cover
    /// most of them, or one of them is flat.
    fn goes_with(&self, other: &Self, lag: i64) -> Option<f64> {
        let shift = self.first + lag - other.first;
        let pairs = self.ups_and_downs.iter().zip(shift..).filter_map(|(mine, at)| {
            let theirs = usize::try_from(at).ok().and_then(|at| other.ups_and_downs.get(at))?;
            Some((*mine, *theirs))
        });
        let (mut count, mut product, mut mine, mut theirs) = (0_u64, 0.0, 0.0, 0.0);
        for (a, b) in pairs {
            count += 1;
            (product, mine, theirs) = (product + a * b, mine + a * a, theirs + b * b);
        }
        let covers = statistics::f(count) >= COVERED * statistics::f(self.ups_and_downs.len() as u64);
        (covers && mine > 0.0 && theirs > 0.0).then(|| product / (mine * theirs).sqrt())
    }
}

/// The place of the highest value, when it stands out of its surroundings.
///
/// The products fall off with the lag, because two days overlap less and less; so the mean and deviation are taken of
/// the differences to a neighbour a minute away, where that slope does not matter.
fn peak(agreement: &[i64]) -> Option<usize> {
    const NEIGHBOUR: usize = 12;
    #[expect(clippy::cast_precision_loss, reason = "products of counts, compared as magnitudes")]
    let differences: Vec<f64> = (0..agreement.len())
        .map(|at| {
            let get = |at: usize| agreement.get(at).copied().unwrap_or(0);
            let around = get(at.saturating_sub(NEIGHBOUR)) + get(at + NEIGHBOUR);
            get(at) as f64 - around as f64 / 2.0
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "the number of lags is small")]
    let count = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / count;
    let deviation = (differences.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let (at, highest) = differences.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (deviation > 0.0 && (highest - mean) / deviation > PEAK_DEVIATIONS).then_some(at)
}
