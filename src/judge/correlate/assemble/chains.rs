//! The second pass over an application's log: attempts become calls.

use super::agree::{may_belong, may_follow};
use super::attempts::{Event, Unit};
use super::line::{Line, SAME_MOMENT_MS};
use super::recovered::Recovered;
use crate::judge::correlate::merged::Merged;
use crate::judge::correlate::view::{ChainId, View};
use crate::model::{
    CallOutcome, CallerKind, Grain, IdTexts, Ids, Instant, Millis, Name, Observation, Outcome, Time, TransportError,
};
use ahash::AHashMap;
use std::sync::Arc;

/// Milliseconds after which an announced retry is not waited for any longer: the SDKs' default time-out of ten
/// minutes for the attempt, and half as much again.
const RETRY_WAIT_MS: i64 = 900_000;

/// The attempts of one call, as one source saw them. There are as many as failures, so it is small.
struct Chain {
    /// Its first view and its last, by index.
    first: u32,
    last: u32,
    length: u32,
    /// What became of it, as far as its own source tells.
    end: CallOutcome,
}

/// The view before a chain's first one.
const NONE: u32 = u32::MAX;

/// The second pass: attempts become calls.
#[derive(Default)]
pub(super) struct Calls {
    /// The number of the application's family.
    family: u32,
    chains: Vec<Chain>,
    /// For each view, in order, the one before it in its chain.
    before: Vec<u32>,
    recovered: Vec<Recovered>,
    /// Chains with an announced retry that nothing answered yet, the oldest first.
    open: Vec<usize>,
    /// The latest chain of each SDK call id and caller id that several records have.
    by_id: AHashMap<Name, usize>,
    /// The most retries that any line says are left: what the first attempt of a call has.
    most_left: Option<u16>,
    merged: Merged,
}

impl Calls {
    /// None yet of a family.
    pub(super) fn of(family: u32, most_left: Option<u16>) -> Self {
        Self {
            family,
            most_left,
            ..Self::default()
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, views: &mut [View]) {
        match event {
            Event::Attempt(unit) => {
                if let Some(view) = views.get(unit.view) {
                    self.forget(view.time, views);
                }
                self.attempt(&unit, views);
            }
            Event::Saved(line) => {
                self.forget(line.seen.time, views);
                if let Some(chain) = self.saved(line, views) {
                    self.recovered(chain, line);
                    self.close(chain, CallOutcome::Recovered, line.seen, views);
                }
            }
        }
    }

    /// Tells every view what became of its call; and the calls that went well at last.
    pub(super) fn told(self, views: &mut [View]) -> Vec<Recovered> {
        for view in views {
            let chain = view.chain.and_then(|of| self.chains.get(of.places().1));
            view.call_outcome = chain.map_or(CallOutcome::Unknown, |chain| chain.end);
        }
        self.recovered
    }

    /// Closes what nothing can continue any more, so that the open ones stay few.
    fn forget(&mut self, now: Time, views: &[View]) {
        let Self { chains, open, .. } = self;
        open.retain(|&chain| {
            let last = chains.get(chain).and_then(|chain| views.get(chain.last as usize));
            let wait = last.map(|last| (last.time, i64::from(last.retry_in_ms.unwrap_or_default())));
            wait.is_some_and(|(failed, wait)| now.since(failed) <= RETRY_WAIT_MS + wait)
        });
    }

    fn last<'v>(&self, chain: usize, views: &'v [View]) -> Option<&'v View> {
        views.get(self.chains.get(chain)?.last as usize)
    }

    fn first<'v>(&self, chain: usize, views: &'v [View]) -> Option<&'v View> {
        views.get(self.chains.get(chain)?.first as usize)
    }

    fn length(&self, chain: usize) -> usize {
        self.chains.get(chain).map_or(0, |chain| chain.length as usize)
    }

    fn attempt(&mut self, unit: &Unit<'_>, views: &mut [View]) {
        let Some(view) = views.get(unit.view) else { return };
        let place = self
            .most_left
            .zip(unit.left)
            .map(|(most, left)| usize::from(most.saturating_sub(left)) + 1);
        let numbered_anew = view.number == Some(1);
        let of_ids = || self.of_ids(&view.ids, view.time, views);
        let chain = if unit.is_tied && !numbered_anew { of_ids() } else { None };
        let chain = chain.or_else(|| {
            if place == Some(1) {
                None
            } else {
                self.by_announced_retry((unit, view), place, views)
            }
        });
        let chain = self.append(unit.view, chain);
        for id in ids(&view.ids).filter(|_| unit.is_tied) {
            self.by_id.insert(Name::from(id), chain);
        }
        self.open.retain(|&open| open != chain);
        // openai-node says how many retries are left, and when it tries again at DEBUG alone.
        if view.retry_in_ms.is_some() || unit.left.is_some_and(|left| left > 0) {
            self.open.push(chain);
        }
        if let (Some(view), Ok(number)) = (views.get_mut(unit.view), u32::try_from(chain)) {
            view.chain = Some(ChainId::new(self.family, number));
        }
        if let Some(call) = unit.call {
            self.close(chain, CallOutcome::Lost, call, views);
        }
    }

    /// Puts a view at the end of a chain, or of a new one; tells which.
    fn append(&mut self, view: usize, chain: Option<usize>) -> usize {
        let number = u32::try_from(view).unwrap_or(NONE);
        let chain = chain.unwrap_or_else(|| {
            self.chains.push(Chain {
                first: number,
                last: NONE,
                length: 0,
                end: CallOutcome::Unknown,
            });
            self.chains.len() - 1
        });
        if let Some(chain) = self.chains.get_mut(chain) {
            let before = std::mem::replace(&mut chain.last, number);
            chain.length += 1;
            if self.before.len() <= view {
                self.before.resize(view + 1, NONE);
            }
            if let Some(place) = self.before.get_mut(view) {
                *place = before;
            }
        }
        chain
    }

    /// The chain with the same SDK call id or the same caller id, while it can go on.
    fn of_ids(&self, wanted: &Ids, now: Time, views: &[View]) -> Option<usize> {
        let chain = ids(wanted).find_map(|id| self.by_id.get(id).copied())?;
        let last = self.last(chain, views)?;
        let open = self.chains.get(chain)?.end == CallOutcome::Unknown;
        (open && now.since(last.time) <= RETRY_WAIT_MS + i64::from(last.retry_in_ms.unwrap_or_default())).then_some(chain)
    }

    /// The chain whose announced retry this is: due, of the same thread where threads are named, of the right length
    /// where the SDK counts, begun within the call where its line says how long it took; the latest due of these, for
    /// a retry answers soon after it is sent.
    fn by_announced_retry(&self, (unit, view): (&Unit<'_>, &View), place: Option<usize>, views: &[View]) -> Option<usize> {
        let time = view.time;
        let begun = unit
            .call
            .and_then(|call| Some(call.time.plus_ms(-i64::from(call.duration_ms?) - SAME_MOMENT_MS)));
        // openai-node's line on a retry that got no answer names itself and not its call.
        let is_strange = view.ids.sdk().is_some_and(|id| !self.by_id.contains_key(id));
        let names_itself = is_strange && place.is_some_and(|place| place > 1);
        let fits = |chain: usize| {
            place.is_none_or(|place| self.length(chain) + 1 == place)
                && self
                    .first(chain, views)
                    .is_some_and(|first| begun.is_none_or(|begun| first.time >= begun))
                && self
                    .last(chain, views)
                    .is_some_and(|last| may_follow(last, view, names_itself))
        };
        let due = |chain: usize| {
            let last = self.last(chain, views)?;
            let due = last.time.plus_ms(i64::from(last.retry_in_ms.unwrap_or_default()));
            (time.since(due) >= -SAME_MOMENT_MS).then_some((self.length(chain), due, chain))
        };
        // A call that failed for good used up its retries: the longest chain, then the latest due.
        let due = self.open.iter().copied().filter(|&chain| fits(chain)).filter_map(due);
        if unit.call.is_some() {
            due.max().map(|(_, _, chain)| chain)
        } else {
            due.max_by_key(|(_, due, _)| *due).map(|(_, _, chain)| chain)
        }
    }

    /// The chain that a success saved: by id, else one whose attempts lie within the successful call's own span.
    fn saved(&self, Line { seen, is_tied, .. }: Line<'_>, views: &[View]) -> Option<usize> {
        // A first attempt is of a call of its own, whatever id it shares with others.
        if seen.attempt == Some(1) {
            return None;
        }
        if is_tied && let Some(chain) = self.of_ids(&seen.ids, seen.time, views) {
            return Some(chain);
        }
        if seen.grain == Grain::Attempt {
            return self.answered_by(seen, views);
        }
        let started = seen.time.plus_ms(-i64::from(seen.duration_ms?) - SAME_MOMENT_MS);
        let within = |chain: usize| {
            let (Some(first), Some(last)) = (self.first(chain, views), self.last(chain, views)) else {
                return false;
            };
            let due = last.time.plus_ms(i64::from(last.retry_in_ms.unwrap_or_default()));
            first.time >= started && due <= seen.time && last.retry_in_ms.is_some() && may_belong(last, seen)
        };
        // The call began just before its first attempt: of several chains, the one begun earliest within it.
        self.open
            .iter()
            .copied()
            .filter(|&chain| within(chain))
            .min_by_key(|&chain| self.first(chain, views).map(|first| first.time))
    }

    /// The chain whose announced retry this answer is: due, and of the same thread where threads are named; of several the one
    /// that was due first.
    fn answered_by(&self, seen: &Observation, views: &[View]) -> Option<usize> {
        let is_whole_second = seen.time.0.rem_euclid(1000) == 0;
        let latest = seen.time.plus_ms(if is_whole_second { 1000 } else { 0 });
        let due = |chain: usize| {
            let last = self.last(chain, views).filter(|last| may_belong(last, seen))?;
            let due = last.time.plus_ms(i64::from(last.retry_in_ms?));
            (due <= latest).then_some((due, chain))
        };
        self.open.iter().copied().filter_map(due).min().map(|(_, chain)| chain)
    }

    /// Notes the success that ended a chain.
    fn recovered(&mut self, chain: usize, Line { source, seen, .. }: Line<'_>) {
        let Some(chain) = self.chains.get(chain) else { return };
        // A success that is numbered is known for a retry already.
        let is_known = seen.attempt.is_some();
        let took = seen.duration_ms.filter(|_| seen.instant == Instant::Unknown);
        self.recovered.push(Recovered {
            time: seen.time,
            source,
            until_ms: took.map_or(0, Millis::get),
            first: chain.first as usize,
            by: (!is_known).then(|| Arc::clone(&seen.attributes)),
        });
    }

    fn close(&mut self, chain: usize, end: CallOutcome, seen: &Observation, views: &mut [View]) {
        self.open.retain(|&open| open != chain);
        let Some(closing) = self.chains.get_mut(chain) else {
            return;
        };
        closing.end = end;
        let kind = if let Outcome::Transport(kind) = seen.outcome {
            Some(kind)
        } else {
            None
        };
        let before = |view: &u32| self.before.get(*view as usize).copied();
        for view in std::iter::successors(Some(closing.last), before) {
            let Some(view) = views.get_mut(view as usize) else { break };
            view.fill_attributes(&seen.attributes, &mut self.merged);
            if view.ids.x_client_request_id().is_none() && seen.ids.x_client_request_id().is_some() {
                view.ids = Ids::from(IdTexts {
                    x_client_request_id: seen.ids.x_client_request_id(),
                    ..view.ids.texts()
                });
                view.guesses_client_id = true;
            }
            // Nor does an answer's line say which kind of 429 it was; a used-up quota was so before.
            let quota = Outcome::Caller(CallerKind::Quota, 429);
            if seen.outcome == quota && view.outcome == Outcome::Caller(CallerKind::RateLimit, 429) && view.error.is_none() {
                view.outcome = quota;
            }
            // A retry line does not say how the exchange broke; the traceback that ends the call does.
            if let (Outcome::Transport(TransportError::Other), Some(kind)) = (view.outcome, kind) {
                view.outcome = Outcome::Transport(kind);
                view.fact = seen.fact;
            }
        }
    }
}

/// The ids that attempts of one call share.
fn ids(ids: &Ids) -> impl Iterator<Item = &str> {
    [ids.sdk(), ids.x_client_request_id()].into_iter().flatten()
}
