//! One application's log: from records to attempts, and from attempts to calls.
//!
//! An SDK spreads one attempt over several lines (the answer, its request id, the retry it announces), and the
//! application's own line tells the call's last attempt, its model and its ids. What ties them is, in this order: the
//! SDK's own call id, the caller's id, the thread that wrote them, else time, endpoint and status.

use super::family::{Family, Granularity, names_exception};
use super::view::{Merged, SourceIndex, View};
use crate::model::{Attributes, CallerKind, Dimension, Grain, Ids, Name, Observation, Outcome, Time, TransportError};
use crate::providers;
use ahash::AHashMap;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::sync::Arc;

/// Milliseconds within which lines about one moment are written: an SDK logs an answer, its id and the retry at once.
const SAME_MOMENT_MS: i64 = 2_000;

/// Milliseconds within which a second handler logs an exception again: it has only to unwind the stack.
const AT_ONCE_MS: i64 = 50;

/// Milliseconds within which an SDK announces the retry of what it named an exception for: it waits for nothing between,
/// and the shortest wait before a retry is longer (0.375 s, openai-python).
const RETRY_AT_ONCE_MS: i64 = 300;

/// Milliseconds within which the application's own line follows the attempt that decided its call.
const CALL_LINE_MS: i64 = 10_000;

/// Milliseconds after which an announced retry is not waited for any longer: the SDKs' default time-out of ten
/// minutes for the attempt, and half as much again.
const RETRY_WAIT_MS: i64 = 900_000;

/// What became of a chain's call, as far as its own source tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChainEnd {
    /// A later attempt went well, at this time.
    Recovered(Time),
    /// The application says that the call failed.
    Lost,
}

/// The attempts of one call, as one source saw them.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// Indexes of its views, in order; most calls that failed did so once.
    pub(super) views: SmallVec<[usize; 2]>,
    /// What became of it.
    pub(super) end: Option<ChainEnd>,
    /// The attributes of the success that ended it, where it has no number, so that it is not counted as a first attempt.
    pub(super) recovered_by: Option<Arc<Attributes>>,
}

/// The attempts and calls of one application's log.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembled {
    pub(super) views: Vec<View>,
    pub(super) chains: Vec<Chain>,
}

/// Puts the observations of one log, rotated parts included, together.
pub(super) fn assemble<'a>(
    observations: impl Iterator<Item = (SourceIndex, &'a Observation)> + Clone,
    family: &Family,
) -> Assembled {
    let (mut named, mut most_left) = (0, None);
    for (_, seen) in observations.clone() {
        most_left = most_left.max(seen.retry.and_then(|retry| retry.left));
        named += usize::from(seen.ids.sdk.is_some() || seen.ids.x_client_request_id.is_some());
    }
    let mut calls = Calls {
        most_left,
        by_id: AHashMap::with_capacity(named),
        ..Calls::default()
    };
    let mut attempts = Attempts {
        details_are_attempts: family.granularity == Granularity::Detail,
        exceptions_are_ends: family.exceptions_are_ends,
        events: VecDeque::new(),
        open: 0,
        merged: Merged::default(),
        ahead: VecDeque::new(),
    };
    for (source, seen) in observations {
        attempts.take(source, seen);
        while let Some(event) = attempts.settled() {
            calls.take(event);
        }
    }
    for event in attempts.events {
        calls.take(event);
    }
    calls.done
}

/// What the first pass makes of the records: attempts with all their lines, and the calls that went well.
enum Event<'a> {
    Attempt(Box<Unit<'a>>),
    Saved(&'a Observation),
}

/// One attempt with what its lines say of its place in its call.
struct Unit<'a> {
    view: View,
    /// Retries left when it failed, where the SDK says so.
    left: Option<u16>,
    /// The application's line on the call that this attempt ended.
    call: Option<&'a Observation>,
    /// The line that named its exception, where the log's exceptions are ends.
    exception: Option<&'a Observation>,
}

/// The first pass: the lines about one moment become one attempt.
struct Attempts<'a> {
    /// The SDK writes no line for the answer itself, so its debug lines stand for the attempt.
    details_are_attempts: bool,
    /// See [`Family::exceptions_are_ends`].
    exceptions_are_ends: bool,
    /// Those that a further line may belong to, and what came between them.
    events: VecDeque<Event<'a>>,
    /// How many of the events are attempts.
    open: usize,
    merged: Merged,
    /// The last failing answers whose headers a transport logged and that no line told yet: httpcore's stands before
    /// httpx's.
    ahead: VecDeque<&'a Observation>,
}

/// Answers that stand ahead of their lines at once: one a thread.
const AHEAD: usize = 16;

/// Attempts looked back at for the one a line belongs to: as many as a dozen threads write in between.
const LOOKED_BACK: usize = 64;

impl<'a> Attempts<'a> {
    fn take(&mut self, source: SourceIndex, seen: &'a Observation) {
        match (seen.grain, seen.outcome) {
            (Grain::Start | Grain::Tunnel, _) => {}
            (Grain::Attempt | Grain::Call, Outcome::Success) => self.events.push_back(Event::Saved(seen)),
            (Grain::Attempt, Outcome::Unsaid) => {}
            (Grain::Attempt, _) => {
                self.push(source, seen, seen.outcome, None);
                self.take_from_ahead();
            }
            // An error whose word is nobody's tells of an attempt what its own lines do not, and is no attempt by itself.
            (Grain::Call, Outcome::Unsaid) if seen.error.is_none() => {}
            (Grain::Call, outcome) => match recent(&mut self.events, |unit| decided_by(unit, seen)) {
                Some(unit) => {
                    unit.view.add(seen, &mut self.merged);
                    unit.call = Some(seen);
                }
                None if outcome == Outcome::Unsaid => {}
                None => self.push(source, seen, outcome, Some(seen)),
            },
            (Grain::Detail, _) => self.detail(source, seen),
        }
    }

    fn push(&mut self, source: SourceIndex, seen: &Observation, outcome: Outcome, call: Option<&'a Observation>) {
        let mut view = View::of(source, seen);
        view.outcome = outcome;
        // Its 200 has a line of its own.
        view.counted_as_success = seen.grain != Grain::Attempt && outcome == Outcome::Transport(TransportError::StreamAbort);
        self.open += 1;
        self.events.push_back(Event::Attempt(Box::new(Unit {
            view,
            left: seen.retry.and_then(|retry| retry.left),
            call,
            exception: None,
        })));
    }

    /// The next event that no further line can belong to. A million failures are no more than a few at a time so.
    fn settled(&mut self) -> Option<Event<'a>> {
        if self.open <= LOOKED_BACK {
            return None;
        }
        let event = self.events.pop_front()?;
        self.open -= usize::from(matches!(event, Event::Attempt(_)));
        Some(event)
    }

    /// Gives the latest attempt the ids of the answer that its transport logged ahead of it.
    fn take_from_ahead(&mut self) {
        let Some(Event::Attempt(unit)) = self.events.back_mut() else {
            return;
        };
        let view = &mut unit.view;
        let is_its = |seen: &&Observation| {
            (0..=SAME_MOMENT_MS).contains(&view.time.since(seen.time)) && may_belong(view, seen) && agrees(view, seen)
        };
        if let Some(place) = self.ahead.iter().position(is_its)
            && let Some(seen) = self.ahead.remove(place)
        {
            view.add(seen, &mut self.merged);
        }
    }

    /// A line that names an exception, in a log whose exceptions are ends: it belongs to an attempt that failed so and
    /// has no exception yet, or says again what the last line said, or is an attempt of its own.
    fn exception(&mut self, source: SourceIndex, seen: &'a Observation) {
        let belongs = |unit: &Unit<'_>| {
            let near = match unit.exception {
                // An SDK names what broke before it announces the retry: what is named behind it broke the retry.
                None if unit.view.retry_in_ms.is_some() => false,
                None => (-SAME_MOMENT_MS..=CALL_LINE_MS).contains(&seen.time.since(unit.view.time)),
                Some(said) => says_again(said, seen),
            };
            near && may_belong(&unit.view, seen) && agrees(&unit.view, seen)
        };
        if let Some(unit) = recent(&mut self.events, belongs) {
            unit.view.add(seen, &mut self.merged);
            unit.left = unit.left.or(seen.retry.and_then(|retry| retry.left));
            unit.exception = Some(seen);
            return;
        }
        self.push(source, seen, seen.outcome, None);
        if let Some(Event::Attempt(unit)) = self.events.back_mut() {
            unit.exception = Some(seen);
        }
    }

    fn detail(&mut self, source: SourceIndex, seen: &'a Observation) {
        if self.exceptions_are_ends && names_exception(seen) {
            self.exception(source, seen);
            return;
        }
        let announces_retry = seen.retry.is_some_and(|retry| retry.in_ms.is_some());
        let is_sdks = seen.error.is_none() && seen.attributes.get(Dimension::Endpoint).is_some();
        let is_answer = self.details_are_attempts && seen.method.is_some() && seen.ids.x_request_id.is_none();
        let this_moment = |unit: &Unit<'_>| {
            // Behind the line that a call failed its SDK tries no more: it is another call's retry.
            if announces_retry && is_sdks && unit.view.of_call {
                return false;
            }
            // An SDK logs an answer before its id and its retry: what comes behind them is the next.
            let is_told = unit.view.retry_in_ms.is_some() || unit.view.ids.x_request_id.is_some();
            if is_answer && is_told && unit.view.method.is_some() {
                return false;
            }
            // Some time behind an exception that ended a call, a retry is another call's.
            let is_anothers = |said: &Observation| seen.time.since(said.time).abs() > RETRY_AT_ONCE_MS;
            if announces_retry && unit.exception.is_some_and(is_anothers) {
                return false;
            }
            seen.time.since(unit.view.time).abs() <= SAME_MOMENT_MS && may_belong(&unit.view, seen) && agrees(&unit.view, seen)
        };
        if let Some(unit) = recent(&mut self.events, this_moment) {
            unit.view.add(seen, &mut self.merged);
            unit.left = unit.left.or(seen.retry.and_then(|retry| retry.left));
            return;
        }
        match seen.outcome {
            // A wrapper's retry line quotes the error of an attempt that stands elsewhere.
            _ if announces_retry && seen.error.is_some() => {}
            // An exchange that broke has no answer line: its debug line or its retry line stands for it.
            Outcome::Transport(kind) => self.push(source, seen, Outcome::Transport(kind), None),
            Outcome::Unsaid if announces_retry => self.push(source, seen, Outcome::Transport(TransportError::Other), None),
            Outcome::Status(_) | Outcome::Caller(..) if self.details_are_attempts => self.push(source, seen, seen.outcome, None),
            Outcome::Status(_) | Outcome::Caller(..) if seen.ids.x_request_id.is_some() => {
                if self.ahead.len() == AHEAD {
                    self.ahead.pop_front();
                }
                self.ahead.push_back(seen);
            }
            _ => {}
        }
    }
}

/// The latest attempt that a line belongs to.
fn recent<'e, 'a>(events: &'e mut VecDeque<Event<'a>>, belongs: impl Fn(&Unit<'a>) -> bool) -> Option<&'e mut Unit<'a>> {
    let attempts = events
        .iter_mut()
        .rev()
        .filter_map(|event| if let Event::Attempt(unit) = event { Some(unit) } else { None });
    attempts.take(LOOKED_BACK).map(Box::as_mut).find(|unit| belongs(unit))
}

/// Whether two lines name one exception: a program and its framework log it one after the other, in the same words; an
/// SDK's debug line and the program's have two classes for it.
fn says_again(said: &Observation, seen: &Observation) -> bool {
    let apart = seen.time.since(said.time).abs();
    let class = |seen: &Observation| seen.error.as_ref().and_then(|error| error.error_type.clone());
    if class(said) != class(seen) {
        return apart <= SAME_MOMENT_MS;
    }
    let same_id = seen.ids.x_request_id.is_some() && said.ids.x_request_id == seen.ids.x_request_id;
    // Stamps in whole seconds tell nothing of what came at once.
    let whole_seconds = [said.time, seen.time].iter().all(|time| time.0.rem_euclid(1000) == 0);
    same_id || (apart <= AT_ONCE_MS && !whole_seconds)
}

/// Whether a failed call's own line tells of this attempt: just before it, with the same end, and no retry announced.
fn decided_by(unit: &Unit<'_>, seen: &Observation) -> bool {
    let view = &unit.view;
    (-SAME_MOMENT_MS..=CALL_LINE_MS).contains(&seen.time.since(view.time))
        && unit.call.is_none()
        && view.retry_in_ms.is_none()
        && may_belong(view, seen)
        && ends_agree(view, seen)
}

/// The second pass: attempts become calls.
#[derive(Default)]
struct Calls {
    done: Assembled,
    /// Chains with an announced retry that nothing answered yet, the oldest first.
    open: Vec<usize>,
    /// The latest chain of each SDK call id and caller id.
    by_id: AHashMap<Name, usize>,
    /// The most retries that any line says are left: what the first attempt of a call has.
    most_left: Option<u16>,
    merged: Merged,
}

impl Calls {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Attempt(unit) => {
                self.forget(unit.view.time);
                self.attempt(*unit);
            }
            Event::Saved(seen) => {
                self.forget(seen.time);
                if let Some(chain) = self.saved(seen) {
                    self.close(chain, ChainEnd::Recovered(seen.time), seen);
                }
            }
        }
    }

    /// Closes what nothing can continue any more, so that the open ones stay few.
    fn forget(&mut self, now: Time) {
        let Assembled { views, chains } = &self.done;
        self.open.retain(|&chain| {
            let last = chains
                .get(chain)
                .and_then(|chain| chain.views.last())
                .and_then(|&view| views.get(view));
            let wait = last.and_then(|last| Some((last.time, i64::from(last.retry_in_ms?))));
            wait.is_some_and(|(failed, wait)| now.since(failed) <= RETRY_WAIT_MS + wait)
        });
    }

    fn view(&self, chain: usize, pick: impl Fn(&[usize]) -> Option<&usize>) -> Option<&View> {
        let view = *pick(&self.done.chains.get(chain)?.views)?;
        self.done.views.get(view)
    }

    fn last(&self, chain: usize) -> Option<&View> {
        self.view(chain, <[usize]>::last)
    }

    fn first(&self, chain: usize) -> Option<&View> {
        self.view(chain, <[usize]>::first)
    }

    fn length(&self, chain: usize) -> usize {
        self.done.chains.get(chain).map_or(0, |chain| chain.views.len())
    }

    fn attempt(&mut self, unit: Unit<'_>) {
        let place = self
            .most_left
            .zip(unit.left)
            .map(|(most, left)| usize::from(most.saturating_sub(left)) + 1);
        let numbered_anew = unit.view.number == Some(1);
        let chain = self.of_ids(&unit.view.ids, unit.view.time).filter(|_| !numbered_anew);
        let chain = chain.or_else(|| {
            if place == Some(1) {
                None
            } else {
                self.by_announced_retry(&unit, place)
            }
        });
        let chain = chain.unwrap_or_else(|| {
            self.done.chains.push(Chain::default());
            self.done.chains.len() - 1
        });
        let Unit { mut view, call, .. } = unit;
        for id in ids(&view.ids) {
            self.by_id.insert(Name::clone(id), chain);
        }
        self.open.retain(|&open| open != chain);
        if view.retry_in_ms.is_some() {
            self.open.push(chain);
        }
        view.chain = Some(chain);
        self.done.views.push(view);
        if let Some(chain) = self.done.chains.get_mut(chain) {
            chain.views.push(self.done.views.len() - 1);
        }
        if let Some(call) = call {
            self.close(chain, ChainEnd::Lost, call);
        }
    }

    /// The chain with the same SDK call id or the same caller id, while it can go on.
    fn of_ids(&self, wanted: &Ids, now: Time) -> Option<usize> {
        let chain = ids(wanted).find_map(|id| self.by_id.get(id).copied())?;
        let last = self.last(chain)?;
        let open = self.done.chains.get(chain).is_some_and(|chain| chain.end.is_none());
        (open && now.since(last.time) <= RETRY_WAIT_MS + i64::from(last.retry_in_ms.unwrap_or(0))).then_some(chain)
    }

    /// The chain whose announced retry this is: due, of the same thread where threads are named, of the right length
    /// where the SDK counts, begun within the call where its line says how long it took; the latest due of these, for
    /// a retry answers soon after it is sent.
    fn by_announced_retry(&self, unit: &Unit<'_>, place: Option<usize>) -> Option<usize> {
        let time = unit.view.time;
        let begun = unit
            .call
            .and_then(|call| Some(call.time.plus_ms(-i64::from(call.duration_ms?) - SAME_MOMENT_MS)));
        let fits = |chain: usize| {
            place.is_none_or(|place| self.length(chain) + 1 == place)
                && self
                    .first(chain)
                    .is_some_and(|first| begun.is_none_or(|begun| first.time >= begun))
                && self.last(chain).is_some_and(|last| may_follow(last, &unit.view))
        };
        let due = |chain: usize| {
            let last = self.last(chain)?;
            let due = last.time.plus_ms(i64::from(last.retry_in_ms?));
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
    fn saved(&self, seen: &Observation) -> Option<usize> {
        // A first attempt is of a call of its own, whatever id it shares with others.
        if seen.attempt == Some(1) {
            return None;
        }
        if let Some(chain) = self.of_ids(&seen.ids, seen.time) {
            return Some(chain);
        }
        let started = seen
            .time
            .plus_ms(-i64::from(seen.duration_ms.filter(|_| seen.grain == Grain::Call)?) - SAME_MOMENT_MS);
        let within = |chain: usize| {
            let (Some(first), Some(last)) = (self.first(chain), self.last(chain)) else {
                return false;
            };
            let due = last.time.plus_ms(i64::from(last.retry_in_ms.unwrap_or(0)));
            first.time >= started && due <= seen.time && last.retry_in_ms.is_some() && may_belong(last, seen)
        };
        // The call began just before its first attempt: of several chains, the one begun earliest within it.
        self.open
            .iter()
            .copied()
            .filter(|&chain| within(chain))
            .min_by_key(|&chain| self.first(chain).map(|first| first.time))
    }

    fn close(&mut self, chain: usize, end: ChainEnd, seen: &Observation) {
        self.open.retain(|&open| open != chain);
        let Some(closing) = self.done.chains.get_mut(chain) else {
            return;
        };
        closing.end = Some(end);
        // A success that is numbered is known for a retry already.
        if matches!(end, ChainEnd::Recovered(_)) && seen.attempt.is_none() {
            closing.recovered_by = Some(Arc::clone(&seen.attributes));
        }
        let kind = if let Outcome::Transport(kind) = seen.outcome {
            Some(kind)
        } else {
            None
        };
        for &view in &closing.views {
            let Some(view) = self.done.views.get_mut(view) else { continue };
            view.fill_attributes(&seen.attributes, &mut self.merged);
            if view.ids.x_client_request_id.is_none() && seen.ids.x_client_request_id.is_some() {
                Arc::make_mut(&mut view.ids)
                    .x_client_request_id
                    .clone_from(&seen.ids.x_client_request_id);
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
fn ids(ids: &Ids) -> impl Iterator<Item = &Name> {
    [&ids.sdk, &ids.x_client_request_id].into_iter().flatten()
}

/// Whether one attempt can follow another in a call: the same thread where both name one, no other endpoint or id.
fn may_follow(last: &View, next: &View) -> bool {
    let endpoint = |view: &View| view.attributes.get(Dimension::Endpoint).cloned();
    let differ = |mine: Option<&Name>, theirs: Option<&Name>| matches!((mine, theirs), (Some(a), Some(b)) if a != b);
    !differ(last.ids.thread.as_ref(), next.ids.thread.as_ref())
        && !differ(last.ids.x_client_request_id.as_ref(), next.ids.x_client_request_id.as_ref())
        && !differ(last.ids.sdk.as_ref(), next.ids.sdk.as_ref())
        && same_route(endpoint(last).as_deref(), endpoint(next).as_deref())
}

/// Whether a record can be about the same call as a view: the same thread where both name one, no other endpoint, no
/// other caller id.
fn may_belong(last: &View, seen: &Observation) -> bool {
    let differ = |mine: Option<&Name>, theirs: Option<&Name>| matches!((mine, theirs), (Some(a), Some(b)) if a != b);
    let endpoint = |attributes: &Attributes| attributes.get(Dimension::Endpoint).cloned();
    !differ(last.ids.thread.as_ref(), seen.ids.thread.as_ref())
        && !differ(last.ids.x_client_request_id.as_ref(), seen.ids.x_client_request_id.as_ref())
        && !differ(last.ids.sdk.as_ref(), seen.ids.sdk.as_ref())
        && (same_route(endpoint(&last.attributes).as_deref(), endpoint(&seen.attributes).as_deref()))
}

fn same_route(a: Option<&str>, b: Option<&str>) -> bool {
    a.is_none() || b.is_none() || a == b
}

/// Whether a detail can be of the attempt: the same status where both have one, no second retry line, no other id.
fn agrees(last: &View, seen: &Observation) -> bool {
    let second_retry = last.retry_in_ms.is_some() && seen.retry.is_some_and(|retry| retry.in_ms.is_some());
    let other_id = matches!((&last.ids.x_request_id, &seen.ids.x_request_id), (Some(a), Some(b)) if a != b);
    !second_retry && !other_id && ends_agree(last, seen)
}

fn ends_agree(last: &View, seen: &Observation) -> bool {
    match (last.outcome, seen.outcome) {
        (_, Outcome::Unsaid) => true,
        (Outcome::Status(a), Outcome::Status(_)) if a >= 500 && is_any_5xx(seen) => true,
        (a, b) if a.status().is_some() || b.status().is_some() => a.status() == b.status(),
        (Outcome::Transport(a), Outcome::Transport(b)) => a == b || a == TransportError::Other || b == TransportError::Other,
        (a, b) => a == b,
    }
}

/// Whether a line's status is no more than what its error's word stands for, which it does for every 5xx.
fn is_any_5xx(seen: &Observation) -> bool {
    let words = seen
        .error
        .iter()
        .flat_map(|error| [&error.error_code, &error.error_type])
        .flatten();
    let meant = words.filter_map(|word| providers::meant(word)).next();
    meant.is_some_and(|meant| !meant.is_exact && seen.outcome == Outcome::Status(meant.status))
}
