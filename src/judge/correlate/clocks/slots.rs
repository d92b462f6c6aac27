//! How far two logs without ids are apart: their arrival counts held against each other at every lag
//! (classification B3.2).

use crate::judge::correlate::view::SourceIndex;
use crate::judge::windows::statistics;
use crate::model::{CELL_SECONDS, Grain, Name, SourceRollup};

/// Events on both sides below which arrival counts prove nothing (the reference method asks for 50).
const EVENTS_NEEDED: usize = 50;

/// A peak of arrival counts this many standard deviations above the mean is a lag (classification B3.2).
const PEAK_DEVIATIONS: f64 = 12.0;

/// Slots before and after a lag that tell what is usual there: five minutes.
const AROUND_SLOTS: usize = 60;

/// The same of a minute.
const BESIDE_SLOTS: usize = 12;

/// Deviations above what is usual around it, for a lag that is one of 37,000.
const LOCAL_DEVIATIONS: f64 = 8.0;

/// Share of the smaller log's events that must have their twin in the same five seconds at the true lag; half of them
/// have, where stamps are rounded or an answer takes its time.
const ARRIVE_TOGETHER: f64 = 0.25;

/// How far the best lag must be above the second one, as a share of what it is above all.
const CLEARLY: f64 = 0.3;

/// The largest lag looked at without ids: 26 hours, the widest pair of time zones on Earth.
const LARGEST_LAG_SLOTS: i64 = 26 * 3600 / CELL_SECONDS;

/// Slots looked at on either side of a zone: half the step of the world's zones, and what is usual around that.
const NEAR_SLOTS: i64 = 450 / CELL_SECONDS + AROUND_SLOTS as i64;

/// Milliseconds of a slot.
const SLOT_MS: i64 = CELL_SECONDS * 1000;

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
                let (slot, ok) = (time.0.div_euclid(SLOT_MS), i64::from(cell.ok));
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
pub(super) fn lag(ours: &Slots, theirs: &Slots) -> Option<i64> {
    let agreement = Agreement::of(ours, theirs, 0, LARGEST_LAG_SLOTS);
    let at = peak(&agreement.by_lag)?;
    agreement.stands_out(at).then(|| agreement.lag_ms(at))
}

/// The same of two logs of which the zone between them is known: how far the proxy's stamps are ahead in all.
pub(super) fn lag_near(ours: &Slots, theirs: &Slots, zone_ms: i64) -> Option<i64> {
    let agreement = Agreement::of(ours, theirs, zone_ms / SLOT_MS, NEAR_SLOTS);
    let lags = AROUND_SLOTS..agreement.by_lag.len().saturating_sub(AROUND_SLOTS);
    let at = lags.max_by_key(|at| agreement.by_lag.get(*at).copied())?;
    agreement.stands_out(at).then(|| agreement.lag_ms(at))
}

/// The same of two logs of which nothing is known: a lag of any zone, and of a clock beside it. `None` too where another one
/// is nearly as good, as that of jobs that start on every quarter of an hour.
pub(super) fn lag_in_any_zone(ours: &Slots, theirs: &Slots) -> Option<i64> {
    let agreement = Agreement::of(ours, theirs, 0, LARGEST_LAG_SLOTS);
    let at = peak(&agreement.by_lag)?;
    let more = agreement.at(at) - agreement.usual(at);
    let others = (0..agreement.by_lag.len()).filter(|other| other.abs_diff(at) > AROUND_SLOTS);
    let second = others.map(|other| agreement.at(other)).fold(0.0, f64::max);
    let is_clear = second <= agreement.at(at) - CLEARLY * more;
    (is_clear && agreement.stands_out(at)).then(|| agreement.lag_ms(at))
}

/// How many arrivals of two logs fall together at each lag of some around a first one.
struct Agreement {
    by_lag: Vec<i64>,
    /// The lag of the first place, in slots.
    first: i64,
    /// The arrivals of the smaller log.
    fewer: i64,
}

impl Agreement {
    fn of(Slots(ours): &Slots, Slots(theirs): &Slots, around: i64, width: i64) -> Self {
        let (from, to) = (around - width, around + width);
        let thin = (ours.len().saturating_mul(theirs.len()) / LAG_WORK).max(1);
        let mut by_lag = vec![0_i64; usize::try_from(2 * width + 1).unwrap_or(1)];
        for &(at, count) in ours.iter().step_by(thin) {
            let near = theirs.iter().skip(theirs.partition_point(|(slot, _)| *slot < at + from));
            for &(slot, other) in near.take_while(|(slot, _)| *slot <= at + to) {
                let lag = usize::try_from(slot - at - from).unwrap_or(0);
                if let Some(place) = by_lag.get_mut(lag) {
                    *place += count * other;
                }
            }
        }
        let events = |counts: &[(i64, i64)]| counts.iter().map(|(_, count)| count).sum::<i64>();
        let fewer = events(ours).min(events(theirs)) / i64::try_from(thin).unwrap_or(1);
        Self {
            by_lag,
            first: from,
            fewer,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "products of counts, compared as magnitudes")]
    fn at(&self, lag: usize) -> f64 {
        self.by_lag.get(lag).copied().unwrap_or(0) as f64
    }

    /// What is usual around a lag: in the minutes before and behind it, and in the minute beside it, for the less two logs
    /// overlap, and the further apart two bursts are, the less of them falls together. The lag itself is left out, and the
    /// slots beside it.
    fn usual(&self, lag: usize) -> f64 {
        let mean = |width: usize| {
            let around = lag.saturating_sub(width)..self.by_lag.len().min(lag + width + 1);
            let others = || around.clone().filter(|at| at.abs_diff(lag) > 1);
            others().map(|at| self.at(at)).sum::<f64>() / statistics::f(others().count().max(1) as u64)
        };
        mean(AROUND_SLOTS).max(mean(BESIDE_SLOTS))
    }

    /// Whether so much agrees at one lag as two unrelated logs would not: most lags of two short logs lie outside of both,
    /// so that any lag within them is many deviations above all. Held against the minutes around it, as Poisson counts are,
    /// and against the events that could agree. A lag between two slots is in both.
    fn stands_out(&self, lag: usize) -> bool {
        let usual = self.usual(lag);
        #[expect(clippy::cast_precision_loss, reason = "a number of events, compared as a magnitude")]
        let fewer = self.fewer as f64;
        let is_more = |more: f64, usual: f64| more > LOCAL_DEVIATIONS * (usual + 1.0).sqrt() && more > ARRIVE_TOGETHER * fewer;
        let more = self.at(lag) - usual;
        let beside = self.at(lag + 1).max(lag.checked_sub(1).map_or(0.0, |before| self.at(before))) - usual;
        is_more(more, usual) || is_more(more + beside, 2.0 * usual)
    }

    /// A lag in milliseconds. What is apart by less than a slot falls into two of them, the more into one the nearer it is.
    fn lag_ms(&self, lag: usize) -> i64 {
        let usual = self.usual(lag);
        let more = |at: Option<usize>| at.map_or(0.0, |at| (self.at(at) - usual).max(0.0));
        let (before, here, behind) = (more(lag.checked_sub(1)), more(Some(lag)), more(lag.checked_add(1)));
        let all = before + here + behind;
        let part = if all > 0.0 { (behind - before) / all } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "less than a slot")]
        let part_ms = (part * SLOT_MS as f64).round() as i64;
        (i64::try_from(lag).unwrap_or(0) + self.first) * SLOT_MS + part_ms
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
