//! In which whole zone a log without ids was written: its minutes held against those of another log.

use crate::judge::correlate::view::SourceIndex;
use crate::judge::windows::statistics;
use crate::model::{Grain, Name, Observation, Outcome, SourceRollup, Time};
use std::collections::BTreeMap;

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
