//! Attempts become calls: which attempts belong together, their numbers, and whether the call was saved.
//!
//! Classification B3.5: the logged attempt number; else the same caller id in time order; else a failure that follows a
//! failure of the same slice within twelve seconds where that slice averages under one attempt a minute.

use super::met::{Tied, tied};
use super::quiet::QuietSlices;
use super::saved::{Saved, Went};
use super::view::{ChainId, Logs, View};
use crate::judge::combinations::Ordinals;
use crate::model::{Attempt, Attributes, CallOutcome, Dimension, Name, SourceRollup, Time, TrafficCell, sort_runs};
use crate::workers::Workers;
use ahash::AHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Two attempts with one caller id further apart are two calls that share an id: some callers use one id for a whole
/// conversation. The SDKs' default time-out is ten minutes.
const SAME_CALL_MS: i64 = 900_000;

/// A failure this soon after a failure of a quiet slice is its retry (classification B3.5: 12 s).
const RETRY_FOLLOWS_MS: i64 = 12_000;

/// A success that ended a call which had failed first, and was counted as a first attempt.
#[derive(Debug)]
pub(super) struct Saving {
    /// When, on the common clock.
    pub(super) time: Time,
    /// The attributes of a failure of the call.
    pub(super) attributes: Arc<Attributes>,
}

/// Numbers the calls and their attempts; tells which successes are no first attempts after all.
pub(super) fn number(
    mut attempts: Vec<View>,
    cells: &[TrafficCell],
    saved: &Saved,
    sources: &[(&Name, &SourceRollup)],
    workers: &Workers,
) -> (Vec<Attempt>, Vec<Saving>) {
    sort_runs(&mut attempts, |one| one.time);
    for at_once in attempts.chunk_by_mut(|one, next| one.time == next.time) {
        order_by_place(at_once, sources);
    }
    let mut slices = Slices::default();
    let mut quiet = QuietSlices::of(&attempts, cells);
    let mut calls = Calls::with_room(attempts.len());
    let tied = tied(&[&attempts], |one| [one.ids.x_client_request_id(), None], workers);
    let places: Vec<(u32, u16)> = attempts
        .iter()
        .zip(tied)
        .map(|(one, tied)| {
            let slice = slices.number(&one.attributes);
            calls.place((one, tied), slice, || {
                quiet.is_quiet((slice, &one.attributes), one.time, &mut slices)
            })
        })
        .collect();
    drop(quiet);
    let calls = calls.told();
    let (mut outcomes, savings) = calls.outcomes(attempts.iter().zip(&places), &saved.by_id);
    for call in calls.saved_by(&saved.numbered, &mut slices) {
        if let Some(outcome) = outcomes.get_mut(call as usize) {
            *outcome = CallOutcome::Recovered;
        }
    }
    let mut logs = Logs::of_sources(sources);
    let of_call = |(mut one, (call, place)): (View, (u32, u16))| {
        one.number = one.number.or(Some(place));
        let outcome = outcomes.get(call as usize).copied();
        one.call_outcome = outcome.unwrap_or(CallOutcome::Unknown);
        one.into_attempt(call, &mut logs)
    };
    (attempts.into_iter().zip(places).map(of_call).collect(), savings)
}

/// Puts attempts of one instant in the order of where they stand.
fn order_by_place(at_once: &mut [View], sources: &[(&Name, &SourceRollup)]) {
    let [first, others @ ..] = &*at_once else { return };
    if others.is_empty() {
        return;
    }
    // A log in whole seconds has many of one line each, which stand in order already.
    let is_one_line = |one: &View| one.source == first.source && one.lines.len() == 1 && one.also_seen.is_empty();
    if at_once.iter().all(is_one_line) {
        at_once.sort_by_key(|one| one.lines.first().copied());
    } else {
        at_once.sort_by_cached_key(|one| one.all_seen(sources));
    }
}

/// Which call each chain, caller id or quiet slice is at.
#[derive(Default)]
struct Calls<'a> {
    told: Told,
    /// By family and chain, which are numbered without gaps.
    by_chain: Vec<Vec<Option<u32>>>,
    /// Of the ids that several attempts have.
    by_client_id: AHashMap<&'a str, u32>,
    by_slice: Vec<Option<u32>>,
}

/// The calls, when every attempt has its own.
#[derive(Default)]
struct Told {
    calls: Vec<Call>,
    /// Calls without an id whose last attempt had a number, by that; the latest last.
    waiting: AHashMap<(SliceNumber, u16), Vec<u32>>,
}

/// What the attempts of a call tell of it, so far.
#[derive(Clone, Copy)]
struct Call {
    /// When the last one was.
    last: Time,
    attempts: u16,
    /// What the attempts' own logs say became of it.
    said: CallOutcome,
    /// Nothing announces an attempt behind the last one.
    has_ended: bool,
}

impl Call {
    /// One that began at some time.
    fn begun(last: Time) -> Self {
        Self {
            last,
            attempts: 0,
            said: CallOutcome::Unknown,
            has_ended: false,
        }
    }

    /// Takes in the next attempt by time; tells its place in the call, from 1.
    fn take(&mut self, one: &View) -> u16 {
        let is_later = one.time > self.last;
        let ends = one.call_outcome == CallOutcome::Unknown && one.retry_in_ms.is_none();
        self.has_ended = ends || (self.has_ended && !is_later);
        self.last = self.last.max(one.time);
        self.said = decided(self.said, one.call_outcome);
        self.attempts = self.attempts.saturating_add(1);
        self.attempts
    }
}

/// What two say became of one call: whoever saw it recover knows best.
fn decided(one: CallOutcome, other: CallOutcome) -> CallOutcome {
    let said = [CallOutcome::Recovered, CallOutcome::Lost];
    said.into_iter()
        .find(|said| [one, other].contains(said))
        .unwrap_or(CallOutcome::Unknown)
}

type Slice = [Option<Name>; 4];

/// A slice by the order in which it was first met.
pub(super) type SliceNumber = usize;

/// The slices of a traffic.
#[derive(Default)]
pub(super) struct Slices {
    combinations: Ordinals,
    /// By the number of a combination.
    slices: Vec<SliceNumber>,
    by_value: AHashMap<Slice, SliceNumber>,
}

impl Slices {
    pub(super) fn number(&mut self, attributes: &Arc<Attributes>) -> SliceNumber {
        let combination = self.combinations.of(attributes);
        if let Some(slice) = self.slices.get(combination) {
            return *slice;
        }
        let next = self.by_value.len();
        let slice = *self.by_value.entry(slice(attributes)).or_insert(next);
        self.slices.push(slice);
        slice
    }

    /// The slices that an attempt with these attributes may be counted in where its log names less of them, its own among
    /// them.
    pub(super) fn wider(&mut self, attributes: &Attributes) -> Vec<SliceNumber> {
        let named = slice(attributes);
        let less = (0..1_u32 << named.len()).map(|left_out| {
            let mut less = named.clone();
            for (place, value) in less.iter_mut().enumerate() {
                *value = value.take().filter(|_| left_out & (1 << place) == 0);
            }
            less
        });
        let mut wider: Vec<SliceNumber> = Vec::new();
        for value in less {
            let next = self.by_value.len();
            wider.push(*self.by_value.entry(value).or_insert(next));
        }
        wider.sort_unstable();
        wider.dedup();
        wider
    }
}

fn slice(attributes: &Attributes) -> Slice {
    [
        Dimension::Model,
        Dimension::Endpoint,
        Dimension::ServerAddress,
        Dimension::Project,
    ]
    .map(|dimension| attributes.get(dimension).cloned())
}

impl<'a> Calls<'a> {
    /// None yet, with room for so many: a list that doubles as it grows would take the room of two.
    fn with_room(calls: usize) -> Self {
        let told = Told {
            calls: Vec::with_capacity(calls),
            ..Told::default()
        };
        Self { told, ..Self::default() }
    }

    fn told(self) -> Told {
        self.told
    }

    fn of_chain(&self, chain: ChainId) -> Option<u32> {
        let (family, chain) = chain.places();
        self.by_chain.get(family)?.get(chain).copied().flatten()
    }

    fn set_chain(&mut self, chain: ChainId, call: u32) {
        let (family, chain) = chain.places();
        if self.by_chain.len() <= family {
            self.by_chain.resize_with(family + 1, Vec::new);
        }
        let Some(chains) = self.by_chain.get_mut(family) else { return };
        if chains.len() <= chain {
            chains.resize(chain + 1, None);
        }
        if let Some(place) = chains.get_mut(chain) {
            *place = Some(call);
        }
    }

    /// The call an attempt belongs to, and its place in it, from 1.
    fn place(&mut self, (one, tied): (&'a View, Tied), slice: SliceNumber, is_quiet: impl FnOnce() -> bool) -> (u32, u16) {
        let time = one.time;
        let starts_anew = one.number == Some(1);
        let by_chain = one.chain.and_then(|chain| self.of_chain(chain));
        let identified = by_chain.is_some() || tied != Tied::Nameless;
        let tied_by = match tied {
            Tied::Again => one.ids.x_client_request_id(),
            Tied::Alone | Tied::Nameless => None,
        };
        let by_id = tied_by
            .and_then(|id| self.by_client_id.get(id).copied())
            .filter(|&call| self.told.within(call, time, SAME_CALL_MS) && !starts_anew);
        let by_slice = self.by_slice.get(slice).copied().flatten().filter(|&call| {
            let follows = self.told.within(call, time, RETRY_FOLLOWS_MS) && one.outcome.is_failure();
            !identified && one.number.is_none_or(|number| number > 1) && follows && (one.number.is_some() || is_quiet())
        });
        let by_number = if identified { None } else { self.told.waiting_for(one, slice) };
        let call = by_chain.or(by_id).or(by_number).or(by_slice).unwrap_or_else(|| {
            self.told.calls.push(Call::begun(time));
            u32::try_from(self.told.calls.len() - 1).unwrap_or(u32::MAX)
        });
        let place = self.told.calls.get_mut(call as usize).map_or(1, |call| call.take(one));
        if let Some(chain) = one.chain {
            self.set_chain(chain, call);
        }
        if let Some(id) = tied_by {
            self.by_client_id.insert(id, call);
        }
        if one.outcome.is_failure() {
            if self.by_slice.len() <= slice {
                self.by_slice.resize(slice + 1, None);
            }
            if let Some(latest) = self.by_slice.get_mut(slice) {
                *latest = Some(call);
            }
        }
        if let Some(number) = one.number.filter(|_| !identified) {
            self.told.waiting.entry((slice, number)).or_default().push(call);
        }
        (call, place)
    }
}

impl Told {
    /// The call whose last attempt had the number before this one's: of several the latest, which waits no longer then.
    fn waiting_for(&mut self, one: &View, slice: SliceNumber) -> Option<u32> {
        let before = one.number?.checked_sub(1)?;
        let mut waiting = self.waiting.remove(&(slice, before))?;
        let call = waiting.pop().filter(|&call| self.within(call, one.time, SAME_CALL_MS));
        // Where the latest is too old, all are.
        if call.is_some() && !waiting.is_empty() {
            self.waiting.insert((slice, before), waiting);
        }
        call
    }

    /// The calls that numbered successes, by time, were the last attempts of: of those that waited then, the latest.
    fn saved_by(&self, successes: &[(Time, Arc<Attributes>, u16)], slices: &mut Slices) -> Vec<u32> {
        // Of each list, those that had begun to wait, and how many of it they are: so each call is looked at once.
        let mut begun: AHashMap<(SliceNumber, u16), (Vec<u32>, usize)> = AHashMap::new();
        let last = |call: &u32| self.calls.get(*call as usize).map_or(Time(i64::MIN), |call| call.last);
        let mut saved = Vec::new();
        for (time, attributes, number) in successes {
            let key = (slices.number(attributes), number.saturating_sub(1));
            let Some(waiting) = self.waiting.get(&key) else { continue };
            let (open, taken) = begun.entry(key).or_default();
            let new = waiting
                .iter()
                .skip(*taken)
                .take_while(|call| time.since(last(call)) >= -SLACK_MS);
            let before = open.len();
            open.extend(new);
            *taken += open.len() - before;
            saved.extend(open.pop().filter(|call| time.since(last(call)) <= SAME_CALL_MS));
        }
        saved
    }

    fn within(&self, call: u32, time: Time, limit_ms: i64) -> bool {
        self.calls
            .get(call as usize)
            .is_some_and(|call| time.since(call.last) <= limit_ms)
    }

    /// A call is recovered when anything says so after its last failure; lost when its source says so, or when nothing
    /// announces a further attempt. Beside them, the successes that saved a call of which its source did not say so.
    fn outcomes<'v>(
        &self,
        attempts: impl Iterator<Item = (&'v View, &'v (u32, u16))>,
        saved: &BTreeMap<Name, Vec<Went>>,
    ) -> (Vec<CallOutcome>, Vec<Saving>) {
        let outcome = |call: &Call| match call.said {
            CallOutcome::Unknown if call.has_ended => CallOutcome::Lost,
            said => said,
        };
        let mut outcomes: Vec<CallOutcome> = self.calls.iter().map(outcome).collect();
        if saved.is_empty() {
            return (outcomes, Vec::new());
        }
        let mut savings = Vec::new();
        for (one, &(call, _)) in attempts {
            let (Some(outcome), Some(call)) = (outcomes.get_mut(call as usize), self.calls.get(call as usize)) else {
                continue;
            };
            let saved = one.ids.x_client_request_id().and_then(|id| saved.get(id));
            let is_later = |went: &&Went| (-SLACK_MS..=SAME_CALL_MS).contains(&went.time.since(call.last));
            let mut later = saved.into_iter().flatten().filter(is_later).peekable();
            if *outcome == CallOutcome::Recovered || later.peek().is_none() {
                continue;
            }
            *outcome = CallOutcome::Recovered;
            // Two logs may tell of it, and one of them its number.
            let times: Vec<&Went> = later.collect();
            let first = times.iter().map(|went| went.time).min();
            if let Some(time) = first.filter(|_| !times.iter().any(|went| went.is_numbered)) {
                let attributes = Arc::clone(&one.attributes);
                savings.push(Saving { time, attributes });
            }
        }
        (outcomes, savings)
    }
}

/// Milliseconds by which two logs' records of one moment may be out of order.
const SLACK_MS: i64 = 2_000;
