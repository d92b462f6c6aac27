//! What act two needs of the successes: those that saved a call, or that tell the model of a failure that no record of
//! its own names. A full table of ids would cost memory with the size of the logs; a second look at the stretches
//! around failures does not.

mod failed;
mod log;
mod stretches;

pub(super) use stretches::united;

use super::A_GREAT_MANY;
use super::correlate::Clocks;
use crate::model::{Name, Rollup, Time, Wanted};
use crate::workers::Workers;
use failed::{Failed, batches};
use log::Log;
use std::collections::BTreeMap;
use stretches::stretches;

/// A call ends at most this long after its failure, beside what the longest call took: the pauses of two retries.
const PAUSES_MS: i64 = 60_000;

/// Calls that a failure may be followed by take at most as long as so many of the longest that was seen.
const LONGEST_TIMES: i64 = 2;

/// What a second look should bring.
#[must_use]
pub fn wanted(rollup: &Rollup) -> Wanted {
    clocks_and_wanted(rollup, 1).1
}

/// The same, and the clocks that had to be known for it. What they are is the same for every number of threads.
#[must_use]
pub fn clocks_and_wanted(rollup: &Rollup, threads: usize) -> (Clocks, Wanted) {
    let is_many = rollup.sources.len() >= A_GREAT_MANY;
    let workers = Workers::new(if is_many { 1 } else { threads });
    let clocks = Clocks::of(rollup, &workers);
    let wanted = wanted_by(rollup, &clocks, &workers);
    (clocks, wanted)
}

fn wanted_by(rollup: &Rollup, clocks: &Clocks, workers: &Workers) -> Wanted {
    let offsets = clocks.offsets_ms(rollup);
    let logs: Vec<Log<'_>> = (rollup.sources.iter())
        .map(|(name, source)| Log::of(source, offsets.get(name).copied().unwrap_or(0)))
        .collect();
    let longest = logs.iter().map(|log| i64::from(log.rollup.longest_ms)).max().unwrap_or(0);
    let after = PAUSES_MS + LONGEST_TIMES * longest;
    let failed = workers.map(&batches(&logs), |batch| Failed::of(batch, &logs, after));
    let mut hashes = Vec::with_capacity(failed.iter().map(|some| some.hashes.len()).sum());
    let mut around = Vec::new();
    let mut times: BTreeMap<usize, Vec<Time>> = BTreeMap::new();
    let mut due: BTreeMap<usize, Vec<Time>> = BTreeMap::new();
    for mut some in failed {
        hashes.append(&mut some.hashes);
        around.append(&mut some.around);
        for (log, mut some) in some.times {
            times.entry(log).or_default().append(&mut some);
        }
        for (log, mut some) in some.due {
            due.entry(log).or_default().append(&mut some);
        }
    }
    workers.sort(&mut hashes);
    hashes.dedup();
    let mut wanted = Wanted {
        // A set takes a list in whole faster than a hundred thousand values by themselves.
        client_ids: hashes.into_iter().collect(),
        ..Wanted::default()
    };
    let around = united(around);
    for (number, ((name, _), log)) in rollup.sources.iter().zip(&logs).enumerate() {
        let mut spans: Vec<(Time, Time)> = Vec::new();
        if let Some(mut times) = times.remove(&number) {
            // Those of one batch are in order, and batches nearly so.
            times.sort();
            times.dedup();
            spans = stretches(&times, after);
            wanted.failures.insert(Name::clone(name), times);
        }
        if let Some(mut due) = due.remove(&number) {
            due.sort();
            due.dedup();
            let answers = log.answers(&due);
            spans.extend(&answers);
            wanted.retries.insert(Name::clone(name), answers);
        }
        if log.rollup.with_client_id > 0 {
            let own = |time: Time| time.plus_ms(-log.offset_ms);
            spans.extend(around.iter().map(|(from, to)| (own(*from), own(*to))));
        }
        if !spans.is_empty() {
            wanted.spans.insert(Name::clone(name), united(spans));
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::failed::RECORDS_AT_ONCE;
    use super::{Clocks, Log, Workers, clocks_and_wanted};
    use crate::model::{
        Alike, Attributes, Cell, Grain, Ids, Name, Observation, Outcome, Rollup, SourceRollup, Time, Vantage, Wanted,
    };
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
        let workers = Workers::new(1);
        let before = Clocks::of(&rollup, &workers);
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
        assert_eq!(Clocks::of(&rollup.merge(extra).settled(), &workers), before);
    }

    #[test]
    fn as_much_is_wanted_whoever_looks_through_the_records() {
        let failure = |(at, id): (i64, usize)| {
            let ids = Ids::new(None, Some(&format!("call-{id}")));
            Observation {
                ids,
                ..Observation::ended(Time(at * 7919 % 40 * 10 * MINUTE_MS), Outcome::Status(500))
            }
        };
        let mut rollup = Rollup::default();
        for (number, records) in [3, 2 * RECORDS_AT_ONCE + 5, 0, RECORDS_AT_ONCE, 1].into_iter().enumerate() {
            let mut log = log(Vantage::Application, false, 0);
            log.observations = (0..).zip(number..number + records).map(failure).collect();
            log.with_client_id = 1;
            if number % 2 == 1 {
                let tuple = log.cells.tuple(&Arc::new(Attributes::default()));
                log.cells.add(Time(0), Grain::Call, tuple, Cell { ok: 1, ok_later: 0 });
            }
            rollup.sources.insert(Name::from(format!("{number}.log")), Box::new(log));
        }
        let wanted = |threads| clocks_and_wanted(&rollup, threads).1;
        let (one, many) = (wanted(1), wanted(4));
        assert_eq!(one.client_ids.len(), 2 * RECORDS_AT_ONCE + 6);
        assert_eq!(
            one.failures.keys().map(|name| &**name).collect::<Vec<_>>(),
            ["1.log", "3.log"]
        );
        let told = |wanted: &Wanted| format!("{:?} {:?} {:?}", wanted.client_ids, wanted.failures, wanted.spans);
        assert_eq!(told(&one), told(&many));
    }

    #[test]
    fn the_more_went_well_the_sooner_the_answers_to_retries_are_sought() {
        let longest = |ok: u32| {
            let mut log = SourceRollup::default();
            let tuple = log.cells.tuple(&Arc::new(Attributes::default()));
            for slot in 0..720 {
                log.cells
                    .add(Time(slot * 5_000), Grain::Attempt, tuple, Cell { ok, ok_later: 0 });
            }
            let due: Vec<Time> = (0..6).map(|at| Time(at * 10 * MINUTE_MS)).collect();
            let spans = Log::of(&log, 0).answers(&due);
            spans.iter().map(|(from, to)| to.since(*from)).max()
        };
        assert_eq!(longest(1), Some(60 * MINUTE_MS + 1_000), "all of them");
        assert_eq!(longest(1_000), Some(9_000));
        assert_eq!(longest(u32::MAX), None);
    }
}
