//! How far two logs without ids are apart, to a fraction of a second: where most of their failures, of which the very times
//! are known, have one of the same status in the other log.

use crate::judge::correlate::shared_ids::PAIRS_NEEDED;
use crate::judge::correlate::view::SourceIndex;
use crate::model::{CELL_SECONDS, Grain, Name, Outcome, SourceRollup, Time};

/// How far the arrival counts may be wrong: by a slot.
const WRONG_AT_MOST_MS: i64 = CELL_SECONDS * 1000;

/// Pairs of one attempt are apart by as much alike: stamps of whole seconds differ by one.
const ALIKE_MS: i64 = 1_000;

/// How far a clock may be from a zone, where nothing but failures tells it.
const OFF_AT_MOST_MS: i64 = 300_000;

/// Deviations above what falls together by chance, for one of ten seconds.
const CLEARLY: f64 = 4.0;

/// The same for one of six hundred.
const VERY_CLEARLY: f64 = 8.0;

/// Failures of a proxy that are looked at.
const LOOKED_AT: usize = 2_000;

/// Pairs that are looked at: where hundreds fail in a second, each has as many neighbours.
const PAIRS_AT_MOST: usize = 200_000;

/// The failures of some logs that have a status, in order of time.
pub(super) struct Failures(Vec<(Time, u16)>);

impl Failures {
    pub(super) fn of(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> Self {
        let logs = members.iter().filter_map(|&index| Some(sources.get(index)?.1));
        let seen = logs.flat_map(|rollup| &rollup.observations);
        // A second look's successes are none, and what an error log says is nobody's answer.
        let ended = seen.filter(|seen| matches!(seen.grain, Grain::Attempt | Grain::Call) && seen.outcome != Outcome::Success);
        let mut failures: Vec<(Time, u16)> = ended.filter_map(|seen| Some((seen.time, seen.outcome.status()?))).collect();
        failures.sort_unstable();
        Self(failures)
    }
}

/// The lag at which most failures of a proxy meet one of an application's, near one that the arrivals told; that one where
/// chance explains it as well.
pub(super) fn refined(ours: &Failures, theirs: &Failures, lag_ms: i64) -> i64 {
    let Apart { sorted, .. } = Apart::of(ours, theirs, lag_ms, WRONG_AT_MOST_MS);
    let by_chance = whole(sorted.len()) * ALIKE_MS / (2 * WRONG_AT_MOST_MS);
    let alike = most_alike(&sorted).filter(|(count, _)| is_more(*count, by_chance, CLEARLY));
    lag_ms + alike.map_or(0, |(_, middle)| middle)
}

/// The same where the arrivals tell nothing, as those of workers that ask again as soon as they are answered: a clock may be
/// minutes off a zone. `None` where fewer failures meet than half of the smaller log's.
pub(super) fn lag(ours: &Failures, theirs: &Failures, zone_ms: i64) -> Option<i64> {
    let Apart { sorted, fewer } = Apart::of(ours, theirs, zone_ms, OFF_AT_MOST_MS);
    let (count, middle) = most_alike(&sorted)?;
    // Failures come in windows, so that what is usual is told by the seconds around, and not by the minutes.
    let around = |at: i64| sorted.partition_point(|apart| *apart < at);
    let beside = around(middle + WRONG_AT_MOST_MS) - around(middle - WRONG_AT_MOST_MS) - count;
    let by_chance = whole(beside) * ALIKE_MS / (2 * WRONG_AT_MOST_MS - ALIKE_MS);
    let is_told = is_more(count, by_chance, VERY_CLEARLY) && 2 * count >= fewer && !has_rival(&sorted, (count, middle));
    is_told.then_some(zone_ms + middle)
}

/// Whether nearly as many lie together elsewhere: failures that come one by one at the same distance meet at every lag.
fn has_rival(sorted: &[i64], (count, middle): (usize, i64)) -> bool {
    let elsewhere: Vec<i64> = sorted
        .iter()
        .copied()
        .filter(|apart| (apart - middle).abs() > 2 * ALIKE_MS)
        .collect();
    most_alike(&elsewhere).is_some_and(|(others, _)| others * 10 > count * 9)
}

/// How far failures of one status are apart from where a lag would have them.
struct Apart {
    sorted: Vec<i64>,
    /// How many failures the smaller log has of those that were looked at.
    fewer: usize,
}

impl Apart {
    fn of(Failures(ours): &Failures, Failures(theirs): &Failures, lag_ms: i64, width_ms: i64) -> Self {
        let (mut sorted, mut looked_at, mut first, mut until, mut met) = (Vec::new(), 0, usize::MAX, 0, 0);
        for (time, status) in theirs.iter().take(LOOKED_AT) {
            let expected = time.plus_ms(-lag_ms);
            let from = ours.partition_point(|(mine, _)| expected.since(*mine) > width_ms);
            let near = ours.iter().skip(from);
            let near = near.take_while(|(mine, _)| mine.since(expected) <= width_ms);
            let (before, met_before) = (sorted.len(), met);
            for (mine, other) in near {
                met += 1;
                sorted.extend((other == status).then(|| expected.since(*mine)));
            }
            (first, until) = (first.min(from), until.max(from + met - met_before));
            looked_at += usize::from(sorted.len() > before);
            if met >= PAIRS_AT_MOST {
                break;
            }
        }
        sorted.sort_unstable();
        Self {
            sorted,
            fewer: looked_at.min(until.saturating_sub(first)),
        }
    }
}

/// How many lie nearest together, and the middle of them.
fn most_alike(apart: &[i64]) -> Option<(usize, i64)> {
    let mut until = 0;
    let mut best: &[i64] = &[];
    for (from, first) in apart.iter().enumerate() {
        while apart.get(until).is_some_and(|last| last - first <= ALIKE_MS) {
            until += 1;
        }
        let together = apart.get(from..until).unwrap_or_default();
        if together.len() > best.len() {
            best = together;
        }
    }
    Some((best.len(), *best.get(best.len() / 2)?))
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / ALIKE_MS)
}

/// Whether so many are alike as chance alone does not put there.
fn is_more(count: usize, by_chance: i64, deviations: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
    let (count_f, by_chance) = (count as f64, by_chance as f64);
    count >= PAIRS_NEEDED && count_f > by_chance + deviations * (by_chance + 1.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{Failures, lag, refined};
    use crate::model::Time;

    /// Failures of an application, and of a proxy that is so far ahead of it, with as many others of its own.
    fn failures(ahead_ms: i64, others: i64) -> (Failures, Failures) {
        let ours: Vec<(Time, u16)> = (0..40).map(|at| (Time(at * 17_000 + at % 7 * 300), 503)).collect();
        let mut theirs: Vec<(Time, u16)> = ours.iter().map(|(time, status)| (time.plus_ms(ahead_ms), *status)).collect();
        theirs.extend((0..others).map(|at| (Time(at * 2_700), 503)));
        theirs.sort_unstable();
        (Failures(ours), Failures(theirs))
    }

    #[test]
    fn failures_tell_the_rest_of_a_lag() {
        let (ours, theirs) = failures(3_200, 20);
        assert_eq!(refined(&ours, &theirs, 2_000), 3_200);
        assert_eq!(refined(&ours, &theirs, 5_000), 3_200);
    }

    #[test]
    fn failures_of_others_tell_nothing() {
        let (ours, _) = failures(0, 0);
        let others = Failures((0..250).map(|at| (Time(at * 2_700), 503)).collect());
        assert_eq!(refined(&ours, &others, 5_000), 5_000);
    }

    #[test]
    fn failures_tell_a_lag_where_arrivals_do_not() {
        let (ours, theirs) = failures(-133_200, 20);
        assert_eq!(lag(&ours, &theirs, 0), Some(-133_200));
        assert_eq!(lag(&ours, &theirs, 3_600_000), None);
    }

    #[test]
    fn an_outage_of_two_logs_tells_no_lag() {
        let (ours, _) = failures(0, 0);
        let others = Failures((0..250).map(|at| (Time(at * 2_700), 503)).collect());
        assert_eq!(lag(&ours, &others, 0), None);
    }

    #[test]
    fn failures_at_even_distances_tell_no_lag() {
        let even = || Failures((0..400).map(|at| (Time(at * 15_000), 503)).collect());
        assert_eq!(lag(&even(), &even(), 0), None);
    }

    #[test]
    fn a_failure_of_another_status_is_another() {
        let (ours, Failures(theirs)) = failures(3_200, 0);
        let others = Failures(theirs.into_iter().map(|(time, _)| (time, 500)).collect());
        assert_eq!(refined(&ours, &others, 5_000), 5_000);
    }
}
