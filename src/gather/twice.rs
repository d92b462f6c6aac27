//! Records that two logs hold count once: a log and its copy, two exports that overlap, a log of everything and the log of its
//! errors beside it, as winston and others write by default.
//!
//! Two programs log nothing in the same millisecond, with the same ids and in the same words, again and again. So nearly all
//! records of one log that fall into the time of another must stand in that one, too; what they share is then left to the
//! fuller log, and the other's note says so.

use super::discover::LeftOut;
use super::exports::{self, is_enough};
use crate::model::{
    Attributes, CELL_SECONDS, Dimension, Grain, IdSample, Observation, SampledId, SourceName, SourceRollup, Time, Vantage, slot,
    start,
};
use ahash::{AHashMap, RandomState};
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::RangeInclusive;

/// Records that must be the same: one or two may be an accident, or one request that two programs logged.
const SAME_NEEDED: usize = 3;

/// Records, and ids, of each log that are looked for in all others. Of two logs that overlap by a tenth, one to three of both's
/// are met, and one is enough for a close look. Twice as many of ten thousand small logs held 9 MB.
const PROBES: usize = 8;

/// Logs that one record is looked for of: those beyond are told by their neighbours.
const MOST_OF_ONE: usize = 8;

/// Records that ended alike at one moment, and are left, that are compared with one of another log.
const MOST_AT_ONCE: usize = 64;

/// Takes out the exports that others hold whole, and leaves what several logs hold to the fullest of them. All are settled.
#[must_use]
pub fn count_once(sources: &mut BTreeMap<SourceName, Box<SourceRollup>>) -> Vec<LeftOut> {
    let copies = exports::once(sources);
    leave_each_to_one(sources);
    copies
}

fn leave_each_to_one(sources: &mut BTreeMap<SourceName, Box<SourceRollup>>) {
    let mut logs: Vec<(&SourceName, &mut SourceRollup)> = (sources.iter_mut())
        .map(|(name, source)| (name, &mut **source))
        .filter(|(_, source)| source.vantage.is_some() && source.span.is_some())
        .collect();
    if logs.len() < 2 {
        return;
    }
    // The fullest first, for the others leave to it what it has.
    logs.sort_by_key(|(name, source)| (Reverse((source.records, source.provider_ids.len())), *name));
    for (fuller, other) in met(&logs) {
        let Some((before, from)) = logs.split_at_mut_checked(other) else {
            continue;
        };
        let (Some((_, fuller)), Some((_, other))) = (before.get_mut(fuller), from.first_mut()) else {
            continue;
        };
        if !leave(other, fuller) {
            leave(fuller, other);
        }
    }
}

/// The pairs of logs of which one holds a probe of the other, by their places, the earlier first.
fn met(logs: &[(&SourceName, &mut SourceRollup)]) -> BTreeSet<(usize, usize)> {
    let hasher = RandomState::with_seeds(5, 6, 7, 8);
    let mut probes: AHashMap<u64, SmallVec<[usize; 1]>> = AHashMap::new();
    for (at, (_, log)) in logs.iter().enumerate() {
        let step = log.observations.len().div_ceil(PROBES).max(1);
        let records = log.observations.iter().step_by(step).map(|seen| key(&hasher, log, seen));
        let ids = samples(log).into_iter().find(|ids| !ids.is_empty());
        let ids = ids.into_iter().flat_map(|ids| ids.iter().take(PROBES));
        for key in records.chain(ids.map(|(hash, seen)| id_key(&hasher, log, hash, seen))) {
            let of = probes.entry(key).or_default();
            if of.len() < MOST_OF_ONE && !of.contains(&at) {
                of.push(at);
            }
        }
    }
    let mut met = BTreeSet::new();
    for (at, (_, log)) in logs.iter().enumerate() {
        let records = log.observations.iter().map(|seen| key(&hasher, log, seen));
        let ids = samples(log).into_iter().flat_map(IdSample::iter);
        for key in records.chain(ids.map(|(hash, seen)| id_key(&hasher, log, hash, seen))) {
            let others = probes.get(&key).into_iter().flatten().filter(|other| **other != at);
            met.extend(others.map(|&other| (at.min(other), at.max(other))));
        }
    }
    met
}

fn key(hasher: &RandomState, log: &SourceRollup, seen: &Observation) -> u64 {
    hasher.hash_one((log.vantage, seen.time, seen.outcome))
}

fn id_key(hasher: &RandomState, log: &SourceRollup, hash: u64, seen: &SampledId) -> u64 {
    hasher.hash_one((log.vantage, hash, seen.time))
}

fn samples(log: &SourceRollup) -> [&IdSample; 2] {
    [&log.provider_ids, &log.client_ids]
}

/// Takes out of a log what another one holds, too, if that is nearly all of it that falls into the other's time.
fn leave(log: &mut SourceRollup, other: &SourceRollup) -> bool {
    // Two logs of one proxy are put together by the judgement, which has the one add what the other lacks.
    if log.vantage == Some(Vantage::Proxy) && log.format != other.format {
        return false;
    }
    let Some(common) = common(log, other) else { return false };
    let alike = |one: &Attributes, other: &Attributes| named(log.vantage).all(|of| one.get(of) == other.get(of));
    let repeated = repeated(log, other, &common);
    let (mut same, mut asked) = ids_met(log, other, &common);
    for (seen, is_repeated) in log.observations.iter().zip(&repeated) {
        let says = common.contains(&seen.time) && is_telling(seen);
        asked += usize::from(says);
        same += usize::from(says && *is_repeated);
    }
    if same < SAME_NEEDED || !is_enough(same as u64, asked as u64) {
        return false;
    }
    let (cells, successes) = log.cells.without(&other.cells, alike);
    let begins = start(slot(*common.start(), CELL_SECONDS), CELL_SECONDS);
    let within = [Grain::Attempt, Grain::Call].map(|grain| log.cells.total_within(grain, &(begins..=*common.end())));
    // Failures taken out beside successes that stay would be a smaller share of the calls than failed.
    let is_any = successes > 0 || repeated.contains(&true);
    if !is_any || !is_enough(successes, within.iter().sum()) {
        return false;
    }
    log.cells = cells;
    log.provider_ids
        .retain(|hash, seen| other.provider_ids.get(hash) != Some(seen));
    log.client_ids.retain(|hash, seen| other.client_ids.get(hash) != Some(seen));
    let mut repeated = repeated.into_iter();
    log.observations.retain(|_| repeated.next() != Some(true));
    log.notes.insert("what another log holds, too, counts there".to_owned());
    true
}

/// The time of both logs.
fn common(one: &SourceRollup, other: &SourceRollup) -> Option<RangeInclusive<Time>> {
    let ((first, last), (from, to)) = one.span.zip(other.span)?;
    Some(first.max(from)..=last.min(to)).filter(|common| !common.is_empty())
}

/// Of each record of a log whether another one holds it, too, each as often as it does.
fn repeated(log: &SourceRollup, other: &SourceRollup, common: &RangeInclusive<Time>) -> Vec<bool> {
    let moment = |seen: &Observation| (seen.time, seen.grain, seen.outcome);
    let mut theirs: AHashMap<_, VecDeque<&Observation>> = AHashMap::new();
    for seen in other.observations.iter().filter(|seen| common.contains(&seen.time)) {
        theirs.entry(moment(seen)).or_default().push_back(seen);
    }
    let is_repeated = |seen: &Observation| {
        let Some(left) = theirs.get_mut(&moment(seen)) else {
            return false;
        };
        // Both are in their order, so that the first one left nearly always is it.
        let same = left
            .iter()
            .take(MOST_AT_ONCE)
            .position(|other| is_same(log.vantage, seen, other));
        same.and_then(|place| left.remove(place)).is_some()
    };
    log.observations.iter().map(is_repeated).collect()
}

/// Whether two records of one moment may be one. Beside a log of everything one of errors lacks what the lines between them
/// told: the model of a request, its ids, how long it took.
fn is_same(vantage: Option<Vantage>, one: &Observation, other: &Observation) -> bool {
    one.attempt == other.attempt
        && agree(one.duration_ms, other.duration_ms)
        && one
            .ids
            .each()
            .into_iter()
            .zip(other.ids.each())
            .all(|(one, other)| agree(one, other))
        && one.error == other.error
        && named(vantage).all(|of| agree(one.attributes.get(of), other.attributes.get(of)))
}

/// The attributes that are the same in a copy. It lies in another directory, which names the host and the proxy of what says
/// neither; what two proxies in a row log differs in nothing else.
fn named(vantage: Option<Vantage>) -> impl Iterator<Item = Dimension> {
    let by_directory = move |of| vantage != Some(Vantage::Proxy) && matches!(of, Dimension::Host | Dimension::Proxy);
    Dimension::ALL.into_iter().filter(move |of| !by_directory(*of))
}

fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// Whether a record is like no other by chance: it has an id of its request, or was stamped or measured in milliseconds.
fn is_telling(seen: &Observation) -> bool {
    seen.ids.of_request().next().is_some() || seen.time.0 % 1000 != 0 || seen.duration_ms.is_some_and(|ms| ms.get() % 1000 != 0)
}

/// How many of a log's sampled ids another one has at the same times, and of how many that it would have.
fn ids_met(log: &SourceRollup, other: &SourceRollup, common: &RangeInclusive<Time>) -> (usize, usize) {
    let (mut met, mut asked) = (0, 0);
    for (mine, theirs) in samples(log).into_iter().zip(samples(other)) {
        let lacking = theirs.bits_lacking();
        for (hash, seen) in mine.iter().filter(|(_, seen)| common.contains(&seen.time)) {
            let their = theirs.get(hash);
            // A log of everything names an id before its error does: that says nothing.
            let says = hash & lacking == 0 && theirs.wants(hash) && their.is_none_or(|their| their.time >= seen.time);
            asked += usize::from(says);
            met += usize::from(says && their == Some(seen));
        }
    }
    (met, asked)
}
