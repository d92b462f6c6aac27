//! The life of one call: what the logs say of an id, put in order with everything that correlation joined to it.
//!
//! Attempts that did not end well are the judgement's own. Successes are counts there, so those that carry the id are
//! looked for in the logs again and put beside them here ([`exchange`]), in the call they belong to ([`thread`]).

mod exchange;
mod judged;
mod record;
#[cfg(test)]
mod tests;
mod thread;

use super::only_failures::OnlyFailures;
use super::{Options, correlate, coverage, find_windows};
use crate::model::{
    Attempt, CallEnd, CallOutcome, Coverage, Name, Observation, Outcome, Rollup, Seen, Sighting, Time, Trace, TracedAttempt,
    TracedCall, Vantage, Window,
};
use crate::workers::Workers;
use ahash::AHashMap;
use exchange::Exchange;
use record::{link_ids, shares_id};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use thread::Thread;

/// Calls that are listed at most: some callers use one id for a whole conversation.
const MOST_CALLS: usize = 100;

/// Ids that are followed at most: those of so many calls.
const MOST_IDS: usize = 1_000;

/// A rollup, judged, in which ids can be followed.
pub struct Tracer<'a> {
    rollup: &'a Rollup,
    attempts: Vec<Attempt>,
    windows: Vec<Window>,
    offsets_ms: BTreeMap<Name, i64>,
    stamp_starts: BTreeSet<Name>,
    coverage: Coverage,
    by_id: AHashMap<Name, Vec<usize>>,
    by_call: AHashMap<u32, Vec<usize>>,
    /// Documents may hold many attempts on one line.
    by_place: AHashMap<(Name, u64), Vec<usize>>,
}

impl<'a> Tracer<'a> {
    /// Judges a rollup as [`super::judge`] does, so that windows have the same numbers.
    #[must_use]
    pub fn of(rollup: &'a Rollup, options: &Options) -> Self {
        let workers = Workers::new(options.threads);
        let correlated = correlate::correlate(rollup, options.clocks.as_ref(), &workers);
        let mut traffic = options.selection.of(correlated.traffic).0;
        let only_failures = OnlyFailures::of(&traffic, rollup);
        only_failures.leave_calls_open(&mut traffic);
        let (windows, _) = find_windows(&traffic, &only_failures, options, &workers);
        let mut tracer = Self {
            rollup,
            coverage: coverage(Cow::Borrowed(rollup), &correlated.offsets_ms),
            attempts: traffic.attempts,
            windows,
            offsets_ms: correlated.offsets_ms,
            stamp_starts: correlated.stamp_starts,
            by_id: AHashMap::new(),
            by_call: AHashMap::new(),
            by_place: AHashMap::new(),
        };
        for (at, attempt) in tracer.attempts.iter().enumerate() {
            for id in link_ids(&attempt.ids) {
                tracer.by_id.entry(Name::from(id)).or_default().push(at);
            }
            tracer.by_call.entry(attempt.call).or_default().push(at);
            for seen in attempt.seen_by.iter() {
                tracer
                    .by_place
                    .entry((Name::clone(seen.path), seen.line))
                    .or_default()
                    .push(at);
            }
        }
        tracer
    }

    /// The ids of the calls that carry `id`, as far as is known: where there are new ones, they should be looked for too.
    #[must_use]
    pub fn linked(&self, id: &str, sightings: &[Sighting]) -> BTreeSet<Name> {
        let (threads, _) = self.threads(id, sightings);
        let attempts = threads
            .iter()
            .filter(|thread| thread.has_id)
            .flat_map(|thread| &thread.attempts);
        let mut linked = BTreeSet::from([Name::from(id)]);
        for attempt in attempts {
            let records = attempt.records.iter().flat_map(|record| link_ids(&record.ids));
            linked.extend(link_ids(&attempt.ids).chain(records).take(MOST_IDS).map(Name::from));
            if linked.len() > MOST_IDS {
                break;
            }
        }
        linked
    }

    /// Everything the logs say of `id`, given every record that carries it or one of its calls' other ids.
    #[must_use]
    pub fn trace(&self, id: &str, sightings: &[Sighting]) -> Trace {
        let (threads, mut mentions) = self.threads(id, sightings);
        let mut calls: Vec<TracedCall> = threads.into_iter().filter(|thread| thread.has_id).map(called).collect();
        calls.sort_by_key(|call| call.attempts.first().map(|attempt| attempt.time));
        let calls_omitted = calls.len().saturating_sub(MOST_CALLS) as u64;
        calls.truncate(MOST_CALLS);
        let shown: BTreeSet<&Seen> = calls
            .iter()
            .flat_map(|call| &call.attempts)
            .flat_map(|attempt| &attempt.records)
            .map(|record| &record.seen)
            .collect();
        mentions.retain(|seen| !shown.contains(seen));
        mentions.sort();
        mentions.dedup();
        Trace {
            id: Name::from(id),
            calls_omitted,
            mentions,
            near: Vec::new(),
            coverage: self.coverage.clone(),
            calls,
        }
    }

    /// Every call that one of the sightings, or the id itself, leads to; and the records that tell of no attempt.
    fn threads(&self, id: &str, sightings: &[Sighting]) -> (Vec<Thread>, Vec<Seen>) {
        let mut threads = self.of_judgement(id, sightings);
        let mut mentions = Vec::new();
        let mut loose: Vec<Loose<'_>> = Vec::new();
        for sighting in sightings {
            let seen = self.place(sighting);
            let has_id = sighting.ids.contains(id);
            let judged = self.judged_at(sighting);
            if judged.len() == 1 {
                continue;
            }
            let own = |observation: &&Observation| {
                let is_meant = sighting.seen.len() == 1 || link_ids(&observation.ids).any(|id| sighting.ids.contains(id));
                is_meant && !judged.iter().any(|attempt| shares_id(&attempt.ids, &observation.ids))
            };
            let before = loose.len();
            loose.extend(sighting.seen.iter().filter(own).map(|observation| Loose {
                record: self.record(observation, &seen, has_id),
                end: self.end(observation, &seen),
                observation,
            }));
            if has_id && loose.len() == before && judged.is_empty() {
                mentions.push(seen);
            }
        }
        loose.sort_by(|a, b| (a.end, &a.record.seen).cmp(&(b.end, &b.record.seen)));
        let (ends, others): (Vec<_>, Vec<_>) = loose.into_iter().partition(Loose::is_end);
        for exchange in exchange::put_together(ends, &mut threads) {
            thread::lay_into(&mut threads, exchange);
        }
        for other in others {
            if let Some(loose) = thread::lay_beside(&mut threads, other)
                && loose.record.has_id
            {
                mentions.push(loose.record.seen);
            }
        }
        for thread in &mut threads {
            thread.settle(id);
        }
        (threads, mentions)
    }

    fn place(&self, sighting: &Sighting) -> Seen {
        let vantage = self.rollup.sources.get(&sighting.path).and_then(|source| source.vantage);
        Seen {
            vantage: vantage.unwrap_or(Vantage::Application),
            path: Name::clone(&sighting.path),
            line: sighting.line,
        }
    }

    fn offset(&self, path: &Name) -> i64 {
        self.offsets_ms.get(path).copied().unwrap_or(0)
    }

    /// When a record's attempt ended, clocks corrected: a proxy's stamps are what its pairs show, an application's what the
    /// record says where it says so.
    fn end(&self, observation: &Observation, Seen { path, vantage, .. }: &Seen) -> Time {
        let may_start = *vantage == Vantage::Proxy || observation.instant == crate::model::Instant::Unknown;
        let duration = observation
            .duration_ms
            .filter(|_| may_start && self.stamp_starts.contains(path));
        observation
            .time
            .plus_ms(self.offset(path))
            .plus_ms(i64::from(duration.unwrap_or_default()))
    }
}

/// A record that the judgement did not need.
struct Loose<'a> {
    record: crate::model::TracedRecord,
    end: Time,
    observation: &'a Observation,
}

impl Loose<'_> {
    /// Whether it tells how an attempt ended.
    fn is_end(&self) -> bool {
        self.observation.outcome != Outcome::Unsaid && self.observation.grain != crate::model::Grain::Start
    }
}

/// A thread as it is told.
fn called(thread: Thread) -> TracedCall {
    let fails = |attempt: &&TracedAttempt| attempt.outcome != Outcome::Success;
    let failed = thread.attempts.iter().filter(fails).count();
    let end = match (thread.is_saved(), thread.said) {
        (true, _) if failed == 0 && thread.attempts.iter().all(|attempt| attempt.number == Some(1)) => CallEnd::Succeeded,
        (true, _) | (false, Some(CallOutcome::Recovered)) => CallEnd::Recovered,
        (false, Some(CallOutcome::Lost)) => CallEnd::Lost,
        (false, Some(CallOutcome::Unknown) | None) => CallEnd::Unknown,
    };
    TracedCall {
        end,
        attempts: thread.attempts,
    }
}
