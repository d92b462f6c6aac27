//! The first pass over an application's log: the lines about one moment become one attempt.

use super::agree::{agrees, ends_agree, may_belong};
use super::line::{Line, SAME_MOMENT_MS};
use crate::judge::correlate::family::{Family, Granularity, names_exception};
use crate::judge::correlate::merged::Merged;
use crate::judge::correlate::view::View;
use crate::model::{Dimension, Fact, Grain, Observation, Outcome, TransportError};
use crate::providers;
use std::collections::VecDeque;

/// Milliseconds within which a second handler logs an exception again: it has only to unwind the stack.
const AT_ONCE_MS: i64 = 50;

/// Milliseconds within which an SDK announces the retry of what it named an exception for: it waits for nothing between,
/// and the shortest wait before a retry is longer (0.375 s, openai-python).
const RETRY_AT_ONCE_MS: i64 = 300;

/// Milliseconds within which the application's own line follows the attempt that decided its call.
const CALL_LINE_MS: i64 = 10_000;

/// What the first pass makes of the records: attempts with all their lines, and the calls that went well.
pub(super) enum Event<'a> {
    Attempt(Unit<'a>),
    Saved(Line<'a>),
}

/// What an attempt's lines say of its place in its call.
pub(super) struct Unit<'a> {
    /// Its view, by index.
    pub(super) view: usize,
    /// Retries left when it failed, where the SDK says so.
    pub(super) left: Option<u16>,
    /// The application's line on the call that this attempt ended.
    pub(super) call: Option<&'a Observation>,
    /// The line that named its exception, where the log's exceptions are ends.
    exception: Option<&'a Observation>,
    /// See [`Line::is_tied`].
    pub(super) is_tied: bool,
}

impl<'a> Unit<'a> {
    /// Adds a further line of the same attempt.
    fn add(&mut self, view: &mut View, line: Line<'a>, merged: &mut Merged) {
        view.add(line.seen, merged);
        self.is_tied |= line.is_tied;
    }
}

/// The first pass: the lines about one moment become one attempt.
#[derive(Default)]
pub(super) struct Attempts<'a> {
    /// The SDK writes no line for the answer itself, so its debug lines stand for the attempt.
    details_are_attempts: bool,
    /// Every answer has a line of its own.
    shows_answers: bool,
    /// See [`Family::exceptions_are_ends`].
    exceptions_are_ends: bool,
    /// The attempts, each where it stays: first those of the records that [are ends](super::is_end), in their order, then the others.
    pub(super) views: Vec<View>,
    /// The next of these records' views.
    next: usize,
    /// Those that a further line may belong to, and what came between them.
    pub(super) events: VecDeque<Event<'a>>,
    /// How many of the events are attempts.
    open: usize,
    merged: Merged,
    /// The last failing answers whose headers a transport logged and that no line told yet: httpcore's stands before
    /// httpx's.
    ahead: VecDeque<Line<'a>>,
}

/// Answers that stand ahead of their lines at once: one a thread.
const AHEAD: usize = 16;

/// Attempts looked back at for the one a line belongs to: as many as a dozen threads write in between.
const LOOKED_BACK: usize = 64;

impl<'a> Attempts<'a> {
    /// None yet of a family; `begun` are the views of its records that [are ends](super::is_end).
    pub(super) fn of(family: &Family, begun: Vec<View>) -> Self {
        Self {
            views: begun,
            details_are_attempts: family.granularity == Granularity::Detail,
            shows_answers: family.granularity == Granularity::Attempt,
            exceptions_are_ends: family.exceptions_are_ends,
            ..Self::default()
        }
    }

    pub(super) fn take(&mut self, line: Line<'a>) {
        let seen = line.seen;
        match (seen.grain, seen.outcome) {
            (Grain::Start | Grain::Tunnel, _) => {}
            (Grain::Attempt | Grain::Call, Outcome::Success) => self.events.push_back(Event::Saved(line)),
            (Grain::Attempt, Outcome::Unsaid) => {}
            (Grain::Attempt, _) => {
                self.push_next(line);
                self.take_from_ahead();
            }
            // An error whose word is nobody's tells of an attempt what its own lines do not, and is no attempt by itself.
            (Grain::Call, Outcome::Unsaid) if seen.error.is_none() => {}
            (Grain::Call, outcome) => {
                match recent(&mut self.events, &mut self.views, |unit, view| decided_by(unit, view, seen)) {
                    Some((unit, view)) => {
                        unit.add(view, line, &mut self.merged);
                        unit.call = Some(seen);
                    }
                    None if outcome == Outcome::Unsaid => {}
                    None => self.push(line, outcome, Some(seen)),
                }
            }
            (Grain::Detail, _) => self.detail(line),
        }
    }

    /// Begins an attempt with a record of its own.
    fn push_next(&mut self, line: Line<'a>) {
        self.push_event(self.next, line, None);
        self.next += 1;
    }

    /// Begins an attempt with a record that is no attempt's own.
    fn push(&mut self, line: Line<'a>, outcome: Outcome, call: Option<&'a Observation>) {
        let Line { source, seen, .. } = line;
        let mut view = View::of(source, seen);
        view.outcome = outcome;
        // Its 200 has a line of its own.
        view.counted_as_success = outcome == Outcome::Transport(TransportError::StreamAbort);
        self.push_event(self.views.len(), line, call);
        self.views.push(view);
    }

    fn push_event(&mut self, view: usize, Line { seen, is_tied, .. }: Line<'a>, call: Option<&'a Observation>) {
        self.open += 1;
        self.events.push_back(Event::Attempt(Unit {
            view,
            left: seen.retry.and_then(|retry| retry.left),
            call,
            exception: None,
            is_tied,
        }));
    }

    /// The next event that no further line can belong to. A million failures are no more than a few at a time so.
    pub(super) fn settled(&mut self) -> Option<Event<'a>> {
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
        let Some(view) = self.views.get_mut(unit.view) else { return };
        let is_its = |Line { seen, .. }: &Line<'_>| {
            (0..=SAME_MOMENT_MS).contains(&view.time.since(seen.time)) && may_belong(view, seen) && agrees(view, seen)
        };
        if let Some(place) = self.ahead.iter().position(is_its)
            && let Some(line) = self.ahead.remove(place)
        {
            unit.add(view, line, &mut self.merged);
        }
    }

    /// A line that names an exception, in a log whose exceptions are ends: it belongs to an attempt that failed so and
    /// has no exception yet, or says again what the last line said, or is an attempt of its own.
    fn exception(&mut self, line: Line<'a>) {
        let seen = line.seen;
        let belongs = |unit: &Unit<'_>, view: &View| {
            let near = match unit.exception {
                // An SDK names what broke before it announces the retry: what is named behind it broke the retry.
                None if view.retry_in_ms.is_some() => false,
                None => (-SAME_MOMENT_MS..=CALL_LINE_MS).contains(&seen.time.since(view.time)),
                // What is named behind the line that announced the retry, and not at once, broke the retry, too.
                Some(said) if view.retry_in_ms.is_some() && seen.time.since(said.time).abs() > AT_ONCE_MS => false,
                Some(said) => says_again(said, seen),
            };
            near && may_belong(view, seen) && agrees(view, seen)
        };
        if let Some((unit, view)) = recent(&mut self.events, &mut self.views, belongs) {
            unit.add(view, line, &mut self.merged);
            unit.left = unit.left.or(seen.retry.and_then(|retry| retry.left));
            unit.exception = Some(seen);
            return;
        }
        self.push(line, seen.outcome, None);
        if let Some(Event::Attempt(unit)) = self.events.back_mut() {
            unit.exception = Some(seen);
        }
    }

    fn detail(&mut self, line: Line<'a>) {
        let seen = line.seen;
        if self.exceptions_are_ends && names_exception(seen) {
            self.exception(line);
            return;
        }
        let announces_retry = seen.retry.is_some_and(|retry| retry.in_ms.is_some());
        let is_sdks = seen.error.is_none() && seen.attributes.get(Dimension::Endpoint).is_some();
        let is_answer = self.details_are_attempts && seen.method.is_some() && seen.ids.x_request_id().is_none();
        let this_moment = |unit: &Unit<'_>, view: &View| {
            // Behind the line that a call failed its SDK tries no more: it is another call's retry.
            if announces_retry && is_sdks && view.of_call {
                return false;
            }
            // A client logs an answer once, before its id and its retry: another answer is the next one's.
            if is_answer && view.method.is_some() {
                return false;
            }
            // Some time behind an exception that ended a call, a retry is another call's.
            let is_anothers = |said: &Observation| seen.time.since(said.time).abs() > RETRY_AT_ONCE_MS;
            if announces_retry && unit.exception.is_some_and(is_anothers) {
                return false;
            }
            // What an SDK raises it raises when it tries no more.
            if announces_retry && seen.error.is_none() && unit.exception.is_some_and(is_raised) {
                return false;
            }
            seen.time.since(view.time).abs() <= SAME_MOMENT_MS && may_belong(view, seen) && agrees(view, seen)
        };
        if let Some((unit, view)) = recent(&mut self.events, &mut self.views, this_moment) {
            unit.add(view, line, &mut self.merged);
            unit.left = unit.left.or(seen.retry.and_then(|retry| retry.left));
            return;
        }
        match seen.outcome {
            // A wrapper's retry line quotes the error of an attempt that stands elsewhere.
            _ if announces_retry && seen.error.is_some() => {}
            // An exchange that broke has no answer line: its debug line or its retry line stands for it.
            Outcome::Transport(kind) => self.push(line, Outcome::Transport(kind), None),
            Outcome::Unsaid if announces_retry => self.unanswered(line),
            Outcome::Status(_) | Outcome::Caller(..) if self.details_are_attempts => self.push(line, seen.outcome, None),
            Outcome::Status(_) | Outcome::Caller(..) if seen.ids.x_request_id().is_some() => {
                if self.ahead.len() == AHEAD {
                    self.ahead.pop_front();
                }
                self.ahead.push_back(line);
            }
            _ => {}
        }
    }
}

impl<'a> Attempts<'a> {
    /// Begins an attempt of which only the retry is told. Where answers have lines of their own, none had come.
    fn unanswered(&mut self, line: Line<'a>) {
        self.push(line, Outcome::Transport(TransportError::Other), None);
        if self.shows_answers
            && let Some(view) = self.views.last_mut()
        {
            view.fact = Some(Fact::SentUnanswered);
        }
    }
}

/// The latest attempt that a line belongs to.
fn recent<'e, 'a>(
    events: &'e mut VecDeque<Event<'a>>,
    views: &'e mut [View],
    belongs: impl Fn(&Unit<'a>, &View) -> bool,
) -> Option<(&'e mut Unit<'a>, &'e mut View)> {
    let attempts = events
        .iter_mut()
        .rev()
        .filter_map(|event| if let Event::Attempt(unit) = event { Some(unit) } else { None });
    let unit = attempts
        .take(LOOKED_BACK)
        .find(|unit| views.get(unit.view).is_some_and(|view| belongs(unit, view)))?;
    let view = views.get_mut(unit.view)?;
    Some((unit, view))
}

/// Whether a line names what an SDK raised in the end of a broken exchange.
fn is_raised(said: &Observation) -> bool {
    let class = said.error.as_ref().and_then(|error| error.error_type.as_deref());
    class.is_some_and(providers::is_broken_exchange)
}

/// Whether two lines name one exception: a program and its framework log it one after the other, in the same words; an
/// SDK's debug line and the program's have two classes for it.
fn says_again(said: &Observation, seen: &Observation) -> bool {
    if matches!((said.attempt, seen.attempt), (Some(said), Some(seen)) if said != seen) {
        return false;
    }
    let apart = seen.time.since(said.time).abs();
    let class = |seen: &Observation| seen.error.as_ref().and_then(|error| error.error_type.clone());
    if class(said) != class(seen) {
        return apart <= SAME_MOMENT_MS;
    }
    let same_id = seen.ids.x_request_id().is_some() && said.ids.x_request_id() == seen.ids.x_request_id();
    // Stamps in whole seconds tell nothing of what came at once.
    let whole_seconds = [said.time, seen.time].iter().all(|time| time.0.rem_euclid(1000) == 0);
    same_id || (apart <= AT_ONCE_MS && !whole_seconds)
}

/// Whether a failed call's own line tells of this attempt: just before it, with the same end, and no retry announced.
fn decided_by(unit: &Unit<'_>, view: &View, seen: &Observation) -> bool {
    (-SAME_MOMENT_MS..=CALL_LINE_MS).contains(&seen.time.since(view.time))
        && unit.call.is_none()
        && view.retry_in_ms.is_none()
        && may_belong(view, seen)
        && ends_agree(view, seen)
}
