//! The attempts that the judgement has: those that did not end well, with their records.

use super::Tracer;
use super::record::{link_ids, shares_id};
use super::thread::Thread;
use crate::model::{Attempt, InWindow, Name, Observation, SeenAt, Sighting, TracedAttempt, Window};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Tracer<'_> {
    /// The calls of attempts that did not end well.
    pub(super) fn of_judgement(&self, id: &str, sightings: &[Sighting]) -> Vec<Thread> {
        let by_ids = sightings
            .iter()
            .flat_map(|sighting| &sighting.ids)
            .map(|id| &**id)
            .chain([id])
            .flat_map(|id| self.by_id.get(id).into_iter().flatten());
        let by_places = sightings
            .iter()
            .map(|sighting| self.judged_at(sighting))
            .filter(|judged| judged.len() == 1)
            .flatten();
        let calls: BTreeSet<u32> = by_ids
            .filter_map(|at| self.attempts.get(*at))
            .chain(by_places)
            .map(|attempt| attempt.call)
            .collect();
        let found: BTreeSet<(&Name, u64)> = sightings
            .iter()
            .filter(|sighting| sighting.ids.contains(id) && self.judged_at(sighting).len() == 1)
            .map(|sighting| (&sighting.path, sighting.line))
            .collect();
        let attempts = |call: &u32| {
            let places = self.by_call.get(call).into_iter().flatten();
            places.filter_map(|at| self.attempts.get(*at)).collect::<Vec<_>>()
        };
        let threads = calls.iter().map(attempts).map(|attempts| Thread {
            said: attempts.first().map(|attempt| attempt.call_outcome),
            attempts: attempts
                .into_iter()
                .map(|attempt| self.attempt(attempt, id, &found))
                .collect(),
            ..Thread::default()
        });
        threads.collect()
    }

    /// The attempts that the judgement saw in the record of a sighting.
    pub(super) fn judged_at(&self, sighting: &Sighting) -> Vec<&Attempt> {
        let places = self.by_place.get(&(Name::clone(&sighting.path), sighting.line));
        places.into_iter().flatten().filter_map(|at| self.attempts.get(*at)).collect()
    }

    /// An attempt of the judgement, with its records.
    fn attempt(&self, attempt: &Attempt, id: &str, found: &BTreeSet<(&Name, u64)>) -> TracedAttempt {
        let mut records = Vec::new();
        for seen in attempt.seen_by.iter().map(SeenAt::to_seen) {
            let all = self
                .rollup
                .sources
                .get(&seen.path)
                .map_or(&[][..], |source| &source.observations);
            let from = all.partition_point(|observation| observation.line < seen.line);
            let here = || all.iter().skip(from).take_while(|observation| observation.line == seen.line);
            let alone = here().count() == 1;
            let is_own = |observation: &&Observation| alone || shares_id(&observation.ids, &attempt.ids);
            for observation in here().filter(is_own) {
                let has_id = link_ids(&observation.ids).any(|own| own == id);
                let has_id = has_id || found.contains(&(&seen.path, seen.line));
                records.push(self.record(observation, &seen, has_id));
            }
        }
        TracedAttempt {
            number: Some(attempt.number),
            time: attempt.time,
            duration_ms: attempt.duration_ms,
            outcome: attempt.outcome,
            attributes: Arc::clone(&attempt.attributes),
            ids: attempt.ids.clone(),
            method: attempt.method,
            error: attempt.error.clone(),
            reached: Some((attempt.reached, attempt.fact)),
            joined: attempt.joined,
            window: self.window(attempt),
            records,
        }
    }

    fn window(&self, attempt: &Attempt) -> Option<InWindow> {
        let holds = |window: &Window| {
            (window.start..=window.end).contains(&attempt.time)
                && attempt.side == Some(window.side)
                && window.scope.holds(&attempt.attributes)
        };
        let place = self.windows.iter().position(holds)?;
        let class = self.windows.get(place)?.verdict.class;
        Some(InWindow { place, class })
    }
}
