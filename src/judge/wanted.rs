//! What act two needs of the successes: those that saved a call, or that tell the model of a failure that no record of
//! its own names. A full table of ids would cost memory with the size of the logs; a second look at the stretches
//! around failures does not.

use super::correlate::Clocks;
use crate::model::{Grain, Name, Outcome, RetrySaid, Rollup, Time, Wanted, id_hash};

/// Two logs' records of one moment may be this far out of order.
const BEFORE_MS: i64 = 5_000;

/// A call ends at most this long after its failure, beside what the longest call took: the pauses of two retries.
const PAUSES_MS: i64 = 60_000;

/// Calls that a failure may be followed by take at most as long as so many of the longest that was seen.
const LONGEST_TIMES: i64 = 2;

/// What a second look should bring.
#[must_use]
pub fn wanted(rollup: &Rollup) -> Wanted {
    wanted_by(rollup, &Clocks::of(rollup))
}

/// The same, where the clocks are known.
#[must_use]
pub fn wanted_by(rollup: &Rollup, clocks: &Clocks) -> Wanted {
    let mut wanted = Wanted::default();
    let offsets = clocks.offsets_ms(rollup);
    let longest = rollup
        .sources
        .values()
        .map(|source| i64::from(source.longest_ms))
        .max()
        .unwrap_or(0);
    let after = PAUSES_MS + LONGEST_TIMES * longest;
    let mut failing: Vec<Time> = Vec::new();
    // A set takes a list in whole faster than a hundred thousand values by themselves.
    let mut hashes: Vec<u64> = Vec::new();
    for (name, source) in &rollup.sources {
        let offset = offsets.get(name).copied().unwrap_or(0);
        let mut times: Vec<Time> = Vec::new();
        for seen in &source.observations {
            let failed =
                seen.outcome.is_failure() || seen.outcome.is_caller_side() || seen.retry.is_some_and(RetrySaid::is_announced);
            if !failed || seen.outcome == Outcome::Success {
                continue;
            }
            // A log that numbers its attempts has told already which call was saved.
            if let (Some(id), false) = (&seen.ids.x_client_request_id, source.numbers_attempts) {
                hashes.push(id_hash(id));
                failing.push(seen.time.plus_ms(offset));
            }
            if seen.grain != Grain::Call {
                times.push(seen.time);
            }
        }
        if source.cells.total(Grain::Call) > 0 && !times.is_empty() {
            times.sort_unstable();
            times.dedup();
            wanted.failures.insert(Name::clone(name), times);
        }
    }
    hashes.sort_unstable();
    hashes.dedup();
    wanted.client_ids = hashes.into_iter().collect();
    failing.sort_unstable();
    failing.dedup();
    let around: Vec<(Time, Time)> = stretches(&failing, after);
    for (name, source) in &rollup.sources {
        let offset = offsets.get(name).copied().unwrap_or(0);
        let mut spans: Vec<(Time, Time)> = wanted
            .failures
            .get(name)
            .map(|times| stretches(times, after))
            .unwrap_or_default();
        if source.with_client_id > 0 {
            spans.extend(around.iter().map(|(from, to)| (from.plus_ms(-offset), to.plus_ms(-offset))));
        }
        if !spans.is_empty() {
            wanted.spans.insert(Name::clone(name), united(spans));
        }
    }
    wanted
}

/// The stretches around sorted instants.
fn stretches(times: &[Time], after_ms: i64) -> Vec<(Time, Time)> {
    united(
        times
            .iter()
            .map(|time| (time.plus_ms(-BEFORE_MS), time.plus_ms(after_ms)))
            .collect(),
    )
}

pub(super) fn united(mut spans: Vec<(Time, Time)>) -> Vec<(Time, Time)> {
    spans.sort_unstable();
    let mut united: Vec<(Time, Time)> = Vec::new();
    for (from, to) in spans {
        match united.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

#[cfg(test)]
mod tests {
    use super::{BEFORE_MS, Clocks, stretches};
    use crate::model::{Alike, Attributes, Cell, Grain, Name, Observation, Outcome, Rollup, SourceRollup, Time, Vantage};
    use std::sync::Arc;

    const MINUTE_MS: i64 = 60_000;

    /// A log of six hours whose minutes go up and down, written so many milliseconds ahead.
    fn log(vantage: Vantage, zone_assumed: bool, ahead_ms: i64) -> SourceRollup {
        let mut log = SourceRollup {
            vantage: Some(vantage),
            zone_assumed,
            ..SourceRollup::default()
        };
        let tuple = log.cells.tuple(&Arc::new(Attributes::default()));
        for minute in 0..360 {
            let time = Time(minute * MINUTE_MS + ahead_ms);
            let ok = u32::try_from(minute * minute * 7 % 31).unwrap();
            log.cells.add(time, Grain::Attempt, tuple, Cell { ok, ok_later: 0 });
            log.observations.push(Observation::ended(time, Outcome::Status(500)));
        }
        log.span = Some((Time(ahead_ms), Time(360 * MINUTE_MS + ahead_ms)));
        log
    }

    #[test]
    fn what_a_second_look_brings_moves_no_clock() {
        let mut rollup = Rollup::default();
        for (name, log) in [
            ("proxy/access.log", log(Vantage::Proxy, false, 0)),
            ("app/app.log", log(Vantage::Application, true, 2 * 60 * MINUTE_MS)),
        ] {
            rollup.sources.insert(Name::from(name), Box::new(log));
        }
        let before = Clocks::of(&rollup);
        let offsets: Vec<i64> = before.offsets_ms(&rollup).into_values().collect();
        assert_eq!(offsets, [-2 * 60 * MINUTE_MS, 0], "they are told by their minutes");
        let mut extra = Rollup::default();
        for name in rollup.sources.keys() {
            let brought = |at: i64| {
                let grain = [Grain::Attempt, Grain::Call, Grain::Detail, Grain::Start][usize::try_from(at % 4).unwrap()];
                let alike = Alike {
                    grain,
                    ..Alike::ended(Outcome::Success)
                };
                Observation {
                    alike: Arc::new(alike),
                    ..Observation::ended(Time(at % 11 * 29 * MINUTE_MS), Outcome::Success)
                }
            };
            let brought = SourceRollup {
                observations: (0..4_000).map(brought).collect(),
                ..SourceRollup::default()
            };
            extra.sources.insert(Name::clone(name), Box::new(brought));
        }
        assert_eq!(Clocks::of(&rollup.merge(extra).settled()), before);
    }

    #[test]
    fn stretches_that_touch_are_one() {
        assert_eq!(stretches(&[Time(0), Time(1000)], 500), vec![(Time(-BEFORE_MS), Time(1500))]);
    }
}
