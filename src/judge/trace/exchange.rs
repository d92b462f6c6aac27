//! Records that the judgement did not need become exchanges: those of one answer are one, whoever wrote them.

use super::Loose;
use super::record::{add_ids, same_answer, same_call};
use super::thread::Thread;
use crate::model::{Attributes, Grain, Outcome, Seen, Time, TracedAttempt, Vantage};
use std::sync::Arc;

/// Milliseconds between two logs' records of one answer on corrected clocks (classification B3.3).
const TOLERANCE_MS: i64 = 2_000;

/// Milliseconds within which the application's own line follows the answer that decided its call.
const CALL_LINE_MS: i64 = 10_000;

/// Exchanges looked back at for the one a record belongs to.
const LOOKED_BACK: usize = 64;

/// One exchange that nothing of the judgement shows.
pub(super) struct Exchange {
    pub(super) attempt: TracedAttempt,
    /// The number that a log gives it.
    pub(super) numbered: Option<u16>,
}

/// Puts the ends, which are by time, together; those that tell of an attempt of the judgement are laid beside it.
pub(super) fn put_together(ends: Vec<Loose<'_>>, threads: &mut [Thread]) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for end in ends {
        let judged = threads
            .iter_mut()
            .flat_map(|thread| &mut thread.attempts)
            .find(|attempt| is_of(attempt, &end));
        if let Some(attempt) = judged {
            attempt.records.push(end.record);
            continue;
        }
        let known = exchanges.iter_mut().rev().take(LOOKED_BACK);
        match known.map(|known| &mut *known).find(|known| is_of(&known.attempt, &end)) {
            Some(known) => known.add(end),
            None => exchanges.push(Exchange::of(end)),
        }
    }
    exchanges
}

/// Whether a record tells of an attempt: the same answer's id; or the same call's, at the same moment with the same end,
/// from whoever has not told of it yet.
fn is_of(attempt: &TracedAttempt, end: &Loose<'_>) -> bool {
    let ids = &end.observation.ids;
    if let Some(same) = same_answer(&attempt.ids, ids) {
        return same;
    }
    let own_line = end.record.seen.vantage == Vantage::Application && end.record.grain == Grain::Call;
    let tolerance = if own_line { CALL_LINE_MS } else { TOLERANCE_MS };
    let told = |seen: &Seen, grain: Grain| {
        attempt
            .records
            .iter()
            .any(|record| record.seen.path == seen.path && record.grain == grain && record.seen.line != seen.line)
    };
    // An id that records carry beside their own, as a trace's, ties what happened at one moment.
    let both_have_it = end.record.has_id && attempt.records.iter().any(|record| record.has_id);
    (same_call(&attempt.ids, ids) || both_have_it)
        && agree(attempt.outcome, end.record.outcome)
        && end.end.since(attempt.time).abs() <= tolerance
        && !told(&end.record.seen, end.record.grain)
}

fn agree(a: Outcome, b: Outcome) -> bool {
    match (a, b) {
        (Outcome::Success, Outcome::Success) => true,
        (Outcome::Success, _) | (_, Outcome::Success) => false,
        (a, b) => a.status().is_none() || b.status().is_none() || a.status() == b.status(),
    }
}

impl Exchange {
    fn of(end: Loose<'_>) -> Self {
        let seen = end.observation;
        Self {
            attempt: TracedAttempt {
                number: None,
                time: end.end,
                duration_ms: seen.duration_ms,
                outcome: seen.outcome,
                attributes: Arc::clone(&seen.attributes),
                ids: seen.ids.clone(),
                method: seen.method,
                error: seen.error.clone(),
                reached: (seen.outcome != Outcome::Success)
                    .then_some(seen.fact)
                    .flatten()
                    .map(|fact| (fact.reached(), fact)),
                joined: None,
                window: None,
                records: vec![end.record],
            },
            numbered: seen.attempt,
        }
    }

    fn add(&mut self, end: Loose<'_>) {
        let seen = end.observation;
        let attempt = &mut self.attempt;
        let mut attributes = Attributes::clone(&attempt.attributes);
        attributes.fill_from(&seen.attributes);
        attempt.attributes = Arc::new(attributes);
        add_ids(&mut attempt.ids, &seen.ids);
        attempt.method = attempt.method.or(seen.method);
        // A call's duration is all its attempts'.
        if attempt.duration_ms.is_none() && end.record.grain != Grain::Call {
            attempt.duration_ms = seen.duration_ms;
        }
        self.numbered = self.numbered.or(seen.attempt);
        attempt.records.push(end.record);
    }

    /// Whether it counts: of those that did not end well, the judgement has all that do.
    pub(super) fn counts(&self) -> bool {
        self.attempt.outcome == Outcome::Success
    }

    pub(super) fn time(&self) -> Time {
        self.attempt.time
    }
}
