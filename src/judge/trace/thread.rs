//! One call being put together: its attempts, and what else its records say.

use super::record::{link_ids, same_answer, same_call};
use super::{Exchange, Loose};
use crate::model::{CallOutcome, Grain, Outcome, TracedAttempt};

/// Two attempts with one id further apart are two calls that share it (the SDKs' default time-out is ten minutes).
const SAME_CALL_MS: i64 = 900_000;

/// Milliseconds by which two logs' records of one moment may be out of order.
const SLACK_MS: i64 = 2_000;

/// One call.
#[derive(Default)]
pub(super) struct Thread {
    /// What the judgement says became of it.
    pub(super) said: Option<CallOutcome>,
    pub(super) attempts: Vec<TracedAttempt>,
    /// The id that was asked for stands in one of its records.
    pub(super) has_id: bool,
}

impl Thread {
    /// Whether an attempt of it went well.
    pub(super) fn is_saved(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.outcome == Outcome::Success)
    }

    /// Puts everything in order.
    pub(super) fn settle(&mut self, id: &str) {
        self.attempts.sort_by_key(|attempt| (attempt.time, attempt.number));
        for attempt in &mut self.attempts {
            attempt
                .records
                .sort_by(|a, b| (a.time.plus_ms(a.offset_ms), &a.seen).cmp(&(b.time.plus_ms(b.offset_ms), &b.seen)));
            attempt.records.dedup();
        }
        self.has_id = self
            .attempts
            .iter()
            .any(|attempt| link_ids(&attempt.ids).any(|own| own == id) || attempt.records.iter().any(|record| record.has_id));
    }

    /// How far an exchange lies from this call, if it can be one of its attempts: the next one; or, of those that count
    /// nowhere, one beside the others.
    fn distance(&self, exchange: &Exchange) -> Option<i64> {
        let times = || self.attempts.iter().map(|attempt| attempt.time);
        let (first, last) = (times().min()?, times().max()?);
        let pause = exchange.time().since(last);
        let ids = &exchange.attempt.ids;
        let is_beside = !exchange.counts() && exchange.time().since(first) >= -SAME_CALL_MS && pause <= SAME_CALL_MS;
        let is_next = !self.is_saved() && exchange.numbered != Some(1) && (-SLACK_MS..=SAME_CALL_MS).contains(&pause);
        let may_follow = (is_beside || is_next) && self.attempts.iter().any(|attempt| same_call(&attempt.ids, ids));
        may_follow.then_some(pause.abs())
    }
}

/// Lays an exchange into the call it ended, went on with or belongs to, or into one of its own.
pub(super) fn lay_into(threads: &mut Vec<Thread>, exchange: Exchange) {
    let of = threads
        .iter()
        .enumerate()
        .filter_map(|(at, thread)| Some((thread.distance(&exchange)?, at)))
        .min();
    let counts = exchange.counts();
    let Exchange { mut attempt, numbered } = exchange;
    match of.and_then(|(_, at)| threads.get_mut(at)) {
        Some(thread) => {
            let last = thread.attempts.iter().filter_map(|attempt| attempt.number).max().unwrap_or(0);
            attempt.number = counts.then(|| numbered.unwrap_or(last.saturating_add(1)));
            thread.attempts.push(attempt);
        }
        None => {
            attempt.number = counts.then(|| numbered.unwrap_or(1));
            threads.push(Thread {
                attempts: vec![attempt],
                ..Thread::default()
            });
        }
    }
}

/// Lays a record that tells no end beside the attempt it is about, or gives it back: a start goes to the next end, any
/// other to the nearest.
pub(super) fn lay_beside<'a>(threads: &mut [Thread], loose: Loose<'a>) -> Option<Loose<'a>> {
    let ids = &loose.observation.ids;
    let is_start = loose.observation.grain == Grain::Start;
    let distance = |attempt: &TracedAttempt| {
        let after = attempt.time.since(loose.end);
        let is_near = if is_start {
            (-SLACK_MS..=SAME_CALL_MS).contains(&after)
        } else {
            after.abs() <= SAME_CALL_MS
        };
        let related = match same_answer(&attempt.ids, ids) {
            Some(same) => same,
            None => same_call(&attempt.ids, ids),
        };
        (is_near && related).then_some(after.abs())
    };
    let nearest = threads
        .iter_mut()
        .flat_map(|thread| &mut thread.attempts)
        .filter_map(|attempt| Some((distance(attempt)?, attempt)))
        .min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((_, attempt)) => {
            attempt.records.push(loose.record);
            None
        }
        None => Some(loose),
    }
}
