//! Clocks: which stamps are starts, and how far two hosts' clocks are apart, told by pairs of records of one attempt.
//!
//! Classification B3.1 and B3.2. Pairs come from the coordinated samples of ids; where no log carries ids, the arrival
//! counts of five seconds are held against each other at every lag.

use super::proxies::ProxyHost;
use super::view::SourceIndex;
use crate::model::{CELL_SECONDS, Grain, IdSample, Name, SourceRollup, Time, Vantage};
use std::collections::BTreeMap;

/// Pairs below which nothing is concluded (classification B3.2).
const PAIRS_NEEDED: usize = 8;

/// Offsets up to half a second are latency and rounding, not skew (classification B3.2).
const SKEW_IGNORED_MS: i64 = 500;

/// The durations must explain this much of the spread for a stamp to be a start (classification B3.1: less than half
/// the interquartile range is left).
const START_SPREAD: f64 = 0.5;

/// Two applications whose offsets to one proxy differ by more have clocks of their own.
const CLOCKS_AGREE_MS: i64 = 2_000;

/// Events on both sides below which arrival counts prove nothing (the reference method asks for 50).
const EVENTS_NEEDED: usize = 50;

/// A peak of arrival counts this many standard deviations above the mean is a lag (classification B3.2).
const PEAK_DEVIATIONS: f64 = 12.0;

/// The largest lag looked at without ids: 26 hours, the widest pair of time zones on Earth.
const LARGEST_LAG_SLOTS: i64 = 26 * 3600 / CELL_SECONDS;

/// Products of events looked at when arrival counts are held against each other; beyond it the counts are thinned.
const LAG_WORK: usize = 40_000_000;

/// What is known of one source's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    /// Its stamps are starts: durations are added.
    pub(super) stamps_start: bool,
    /// Added to its times.
    pub(super) offset_ms: i64,
}

impl Clock {
    /// A record's end on the common clock.
    pub(super) fn end(self, time: Time, duration_ms: Option<u32>) -> Time {
        let duration = if self.stamps_start {
            i64::from(duration_ms.unwrap_or(0))
        } else {
            0
        };
        time.plus_ms(self.offset_ms).plus_ms(duration)
    }
}

/// The clocks of all sources, by index.
pub(super) fn clocks(sources: &[(&Name, &SourceRollup)], proxies: &[ProxyHost]) -> Vec<Clock> {
    let mut clocks = vec![Clock::default(); sources.len()];
    let rollup = |index: SourceIndex| sources.get(index).map(|(_, rollup)| *rollup);
    let applications: Vec<SourceIndex> = (0..sources.len())
        .filter(|&index| rollup(index).is_some_and(|rollup| rollup.vantage == Some(Vantage::Application)))
        .collect();
    for &application in &applications {
        let pairs: Vec<Pair> = proxies
            .iter()
            .flat_map(|proxy| &proxy.counted)
            .flat_map(|&log| pairs(rollup(application), rollup(log)))
            .collect();
        if let Some(clock) = clocks.get_mut(application) {
            clock.stamps_start = stamps_start(&pairs);
        }
    }
    for proxy in proxies {
        let mut lags: BTreeMap<SourceIndex, (usize, i64)> = BTreeMap::new();
        for &application in &applications {
            let stamps_start = clocks.get(application).is_some_and(|clock| clock.stamps_start);
            let pairs: Vec<Pair> = proxy
                .counted
                .iter()
                .flat_map(|&log| pairs(rollup(application), rollup(log)))
                .collect();
            let mut apart: Vec<i64> = pairs
                .iter()
                .map(|pair| {
                    if stamps_start {
                        pair.apart_ms - pair.duration_ms
                    } else {
                        pair.apart_ms
                    }
                })
                .collect();
            if apart.len() >= PAIRS_NEEDED {
                lags.insert(application, (apart.len(), median(&mut apart)));
            }
        }
        if lags.is_empty() && applications_without_ids(&applications, proxy, sources) {
            let lag = lag_by_counts(&applications, &proxy.counted, sources);
            set_offset(&mut clocks, &proxy.sources, -lag);
            continue;
        }
        settle(&mut clocks, proxy, &lags);
    }
    clocks
}

/// The proxy follows the application it shares most pairs with; an application that disagrees has a clock of its own.
fn settle(clocks: &mut [Clock], proxy: &ProxyHost, lags: &BTreeMap<SourceIndex, (usize, i64)>) {
    let Some((&anchor, &(_, lag))) = lags
        .iter()
        .max_by_key(|(index, (pairs, _))| (*pairs, std::cmp::Reverse(**index)))
    else {
        return;
    };
    let anchored = clocks.get(anchor).map_or(0, |clock| clock.offset_ms);
    let skew = if lag.abs() > SKEW_IGNORED_MS { -lag } else { 0 };
    set_offset(clocks, &proxy.sources, anchored + skew);
    for (&application, &(_, theirs)) in lags {
        if application != anchor && (theirs - lag).abs() > CLOCKS_AGREE_MS {
            set_offset(clocks, &[application], anchored + theirs - lag);
        }
    }
}

fn set_offset(clocks: &mut [Clock], of: &[SourceIndex], offset_ms: i64) {
    for &index in of {
        if let Some(clock) = clocks.get_mut(index) {
            clock.offset_ms = offset_ms;
        }
    }
}

/// One attempt in two logs.
struct Pair {
    /// Proxy's stamp minus application's.
    apart_ms: i64,
    duration_ms: i64,
}

fn pairs(application: Option<&SourceRollup>, proxy: Option<&SourceRollup>) -> Vec<Pair> {
    let (Some(application), Some(proxy)) = (application, proxy) else {
        return Vec::new();
    };
    let by_provider_id = shared(&application.provider_ids, &proxy.provider_ids);
    if by_provider_id.len() >= PAIRS_NEEDED {
        by_provider_id
    } else {
        shared(&application.client_ids, &proxy.client_ids)
    }
}

fn shared(application: &IdSample, proxy: &IdSample) -> Vec<Pair> {
    application
        .iter()
        .filter_map(|(hash, seen)| {
            let theirs = proxy.get(hash)?;
            Some(Pair {
                apart_ms: theirs.time.since(seen.time),
                duration_ms: i64::from(seen.duration_ms.unwrap_or(0)),
            })
        })
        .collect()
}

/// Whether the application stamps starts: then its durations explain the spread of the pairs' distances.
fn stamps_start(pairs: &[Pair]) -> bool {
    if pairs.len() < PAIRS_NEEDED {
        return false;
    }
    let as_ends = spread(pairs.iter().map(|pair| pair.apart_ms));
    let as_starts = spread(pairs.iter().map(|pair| pair.apart_ms - pair.duration_ms));
    as_starts < START_SPREAD * as_ends
}

/// Interquartile range.
fn spread(values: impl Iterator<Item = i64>) -> f64 {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    let at = |quarter: usize| {
        values
            .get((values.len().saturating_sub(1)) * quarter / 4)
            .copied()
            .unwrap_or(0)
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a day fit 53 bits")]
    let spread = at(3).saturating_sub(at(1)) as f64;
    spread
}

fn median(values: &mut [i64]) -> i64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

fn applications_without_ids(applications: &[SourceIndex], proxy: &ProxyHost, sources: &[(&Name, &SourceRollup)]) -> bool {
    let has_ids = |&index: &SourceIndex| {
        sources
            .get(index)
            .is_some_and(|(_, rollup)| rollup.provider_ids.len() + rollup.client_ids.len() >= PAIRS_NEEDED)
    };
    let both = applications.iter().any(has_ids) && proxy.counted.iter().any(has_ids);
    !applications.is_empty() && !both
}

/// The lag at which the arrivals of the applications and of one proxy agree best, in milliseconds; 0 where no lag
/// stands out.
fn lag_by_counts(applications: &[SourceIndex], proxy: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> i64 {
    let slots = |members: &[SourceIndex]| {
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for &index in members {
            let Some((_, rollup)) = sources.get(index) else { continue };
            for (time, grain, _, cell) in rollup.cells.in_order() {
                // A tunnel ends when its client hangs up, which no request's end need be near.
                if !matches!(grain, Grain::Detail | Grain::Tunnel) {
                    *counts.entry(time.0.div_euclid(CELL_SECONDS * 1000)).or_default() += i64::from(cell.ok);
                }
            }
        }
        counts.into_iter().collect::<Vec<(i64, i64)>>()
    };
    let (ours, theirs) = (slots(applications), slots(proxy));
    if ours.len() < EVENTS_NEEDED || theirs.len() < EVENTS_NEEDED {
        return 0;
    }
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
    peak(&agreement).map_or(0, |lag| {
        (i64::try_from(lag).unwrap_or(0) - LARGEST_LAG_SLOTS) * CELL_SECONDS * 1000
    })
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

#[cfg(test)]
mod tests {
    use super::{Pair, stamps_start};

    #[test]
    fn durations_that_explain_the_distance_mean_a_stamp_of_the_start() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i * 700 + (i % 3),
                duration_ms: i * 700,
            })
            .collect();
        assert!(stamps_start(&pairs));
    }

    #[test]
    fn stamps_of_the_end_stay_as_they_are() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i % 3,
                duration_ms: i * 700,
            })
            .collect();
        assert!(!stamps_start(&pairs));
    }
}
