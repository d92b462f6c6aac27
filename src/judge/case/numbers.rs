//! What some failures are, counted in one pass.
//!
//! An attempt fills three lines of the processor's cache and its ids two more, each far from the last: thirty passes over a
//! window's failures, one a question, took a quarter of the processor time of a log with three hundred thousand.

use super::tally::{Tally, tally};
use crate::judge::combinations::Counts;
use crate::model::{
    Attempt, Attributes, ByError, CallOutcome, Dimension, Durations, Ending, ErrorSaid, IdCounts, Method, Millis, Name,
    Occurrences, Outcome, Reached, Time,
};
use std::collections::BTreeMap;

/// Attributes whose values among the failures are told.
const TOLD: [Dimension; 10] = [
    Dimension::Endpoint,
    Dimension::ServerAddress,
    Dimension::Model,
    Dimension::ServiceTier,
    Dimension::Project,
    Dimension::Region,
    Dimension::EdgeSite,
    Dimension::Proxy,
    Dimension::Host,
    Dimension::Client,
];

/// The rank of a failure that nothing but time and endpoint identifies.
pub(super) const NO_HANDLE: u8 = 3;

/// What names a failure to those who look it up, and how long it took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handle {
    /// How good its ids are: the provider's own, its edge's, the caller's, none.
    pub(super) rank: u8,
    pub(super) duration_ms: Option<Millis>,
}

/// The calls that some failures are of.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::judge) struct Calls {
    pub(in crate::judge) all: u64,
    pub(in crate::judge) lost: u64,
    pub(in crate::judge) recovered: u64,
}

impl Calls {
    /// Counts them by what each failure says of its own.
    fn of(mut ends: Vec<(u32, CallOutcome)>) -> Self {
        // Calls are numbered as they come, so these are nearly sorted.
        ends.sort_by_key(|(call, _)| *call);
        let mut calls = Self::default();
        let last = ends.chunk_by(|one, next| one.0 == next.0).filter_map(|call| call.last());
        for (_, outcome) in last {
            calls.all += 1;
            calls.lost += u64::from(*outcome == CallOutcome::Lost);
            calls.recovered += u64::from(*outcome == CallOutcome::Recovered);
        }
        calls
    }
}

/// The numbers of some failures.
#[derive(Clone, Debug)]
pub(in crate::judge) struct Numbers<'a> {
    /// How often each combination of attributes stands behind one.
    pub(in crate::judge) combinations: Vec<(&'a Attributes, u64)>,
    /// How they ended, the most frequent first.
    pub(in crate::judge) endings: Vec<Ending>,
    pub(in crate::judge) by_error: Vec<ByError>,
    /// Those that reached the provider, that did not, and of which no log can tell.
    pub(in crate::judge) reached: (u64, u64, u64),
    pub(in crate::judge) calls: Calls,
    /// Those whose side the vote decided.
    pub(in crate::judge) by_vote: u64,
    /// Those whose model stands in no log and was taken from the others.
    pub(in crate::judge) models_inferred: u64,
    /// Those that are the first of their call.
    pub(in crate::judge) first_attempts: u64,
    pub(super) messages: Vec<(&'static str, u64)>,
    pub(super) values: Vec<(Dimension, Occurrences)>,
    pub(super) methods: Occurrences,
    pub(super) organizations: Occurrences,
    pub(super) edge_sites: Occurrences,
    pub(super) upstreams: Occurrences,
    pub(super) durations: Option<Durations>,
    pub(super) ids: IdCounts,
    /// Of each, in their order.
    pub(super) handles: Vec<Handle>,
}

impl<'a> Numbers<'a> {
    /// Counts failures, which are in order of time.
    pub(in crate::judge) fn of(failures: &[&'a Attempt]) -> Self {
        let mut counting = Counting {
            handles: Vec::with_capacity(failures.len()),
            calls: Vec::with_capacity(failures.len()),
            ..Counting::default()
        };
        failures.iter().for_each(|attempt| counting.add(attempt));
        counting.told()
    }
}

/// The same, as far as they are counted.
#[derive(Default)]
struct Counting<'a> {
    combinations: Counts<'a, Attributes>,
    errors: Counts<'a, ErrorSaid>,
    endings: Vec<(Outcome, Ended)>,
    reached: (u64, u64, u64),
    calls: Vec<(u32, CallOutcome)>,
    by_vote: u64,
    models_inferred: u64,
    first_attempts: u64,
    methods: Tally<'a>,
    organizations: Tally<'a>,
    edge_sites: Tally<'a>,
    upstreams: Tally<'a>,
    ids: IdCounts,
    handles: Vec<Handle>,
}

/// The failures of one end.
#[derive(Default)]
struct Ended {
    count: u64,
    first: Time,
    last: Time,
    durations: Vec<u32>,
}

impl<'a> Counting<'a> {
    fn add(&mut self, attempt: &'a Attempt) {
        self.combinations.add(&attempt.attributes, 1);
        if let Some(error) = &attempt.error {
            self.errors.add(error, 1);
        }
        self.ended(attempt);
        match attempt.reached {
            Reached::Yes => self.reached.0 += 1,
            Reached::No => self.reached.1 += 1,
            Reached::Unknown => self.reached.2 += 1,
        }
        self.calls.push((attempt.call, attempt.call_outcome));
        self.by_vote += u64::from(attempt.side_by_vote);
        self.models_inferred += u64::from(attempt.model_inferred);
        self.first_attempts += u64::from(attempt.number == 1);
        self.methods.add(attempt.method.map(Method::name));
        self.upstreams.add(attempt.upstream_address().map(|name| &**name));
        let ids = &attempt.ids;
        self.organizations.add(ids.organization());
        self.edge_sites.add(ids.cf_ray().and_then(edge_site));
        let rank = match () {
            () if ids.x_request_id().is_some() => 0,
            () if ids.cf_ray().is_some() => 1,
            () if ids.x_client_request_id().is_some() => 2,
            () => NO_HANDLE,
        };
        self.ids.provider += u64::from(ids.x_request_id().is_some());
        self.ids.edge += u64::from(ids.cf_ray().is_some());
        self.ids.client += u64::from(ids.x_client_request_id().is_some());
        self.ids.gateway += u64::from(ids.gateway_request_id().is_some());
        self.ids.none += u64::from(rank == NO_HANDLE);
        let duration_ms = attempt.duration_ms;
        self.handles.push(Handle { rank, duration_ms });
    }

    fn ended(&mut self, attempt: &Attempt) {
        let place = self.endings.iter().position(|(outcome, _)| *outcome == attempt.outcome);
        let place = place.unwrap_or_else(|| {
            let first = attempt.time;
            self.endings.push((
                attempt.outcome,
                Ended {
                    first,
                    ..Ended::default()
                },
            ));
            self.endings.len() - 1
        });
        if let Some((_, ended)) = self.endings.get_mut(place) {
            ended.count += 1;
            ended.last = attempt.time;
            ended.durations.extend(attempt.duration_ms.map(Millis::get));
        }
    }

    fn told(self) -> Numbers<'a> {
        let combinations = self.combinations.counts();
        let of_dimension = |dimension| {
            let values = combinations.iter();
            let values = values.map(|(attributes, count)| (attributes.get(dimension).map(|name| &**name), *count));
            (dimension, tally(values))
        };
        let errors = self.errors.counts();
        let all_durations = self.endings.iter().flat_map(|(_, ended)| &ended.durations);
        Numbers {
            values: TOLD.into_iter().map(of_dimension).collect(),
            by_error: by_error(&errors),
            messages: messages(&errors),
            durations: durations(all_durations.copied().collect()),
            endings: endings(self.endings),
            reached: self.reached,
            calls: Calls::of(self.calls),
            by_vote: self.by_vote,
            models_inferred: self.models_inferred,
            first_attempts: self.first_attempts,
            methods: self.methods.told(),
            organizations: self.organizations.told(),
            edge_sites: self.edge_sites.told(),
            upstreams: self.upstreams.told(),
            ids: self.ids,
            handles: self.handles,
            combinations,
        }
    }
}

fn endings(ended: Vec<(Outcome, Ended)>) -> Vec<Ending> {
    let ending = |(outcome, ended): (Outcome, Ended)| Ending {
        outcome,
        count: ended.count,
        first: ended.first,
        last: ended.last,
        durations: durations(ended.durations),
    };
    let mut endings: Vec<Ending> = ended.into_iter().map(ending).collect();
    endings.sort_by_key(|ending| (std::cmp::Reverse(ending.count), ending.outcome));
    endings
}

/// Errors by type and code, most frequent first.
fn by_error(errors: &[(&ErrorSaid, u64)]) -> Vec<ByError> {
    let mut counts: BTreeMap<(Option<Name>, Option<Name>), u64> = BTreeMap::new();
    for (error, count) in errors {
        if error.error_type.is_some() || error.error_code.is_some() {
            *counts
                .entry((error.error_type.clone(), error.error_code.clone()))
                .or_default() += count;
        }
    }
    let mut errors: Vec<ByError> = counts
        .into_iter()
        .map(|((error_type, code), count)| ByError { error_type, code, count })
        .collect();
    errors.sort_by_key(|error| std::cmp::Reverse(error.count));
    errors
}

fn messages(errors: &[(&ErrorSaid, u64)]) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (error, count) in errors {
        if let Some(template) = error.template {
            *counts.entry(template).or_default() += count;
        }
    }
    let mut messages: Vec<_> = counts.into_iter().collect();
    messages.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    messages
}

/// The three letters after the dash of a `cf-ray`: the edge's site.
fn edge_site(ray: &str) -> Option<&str> {
    let (_, site) = ray.rsplit_once('-')?;
    (site.len() == 3 && site.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(site)
}

/// Percentiles by the nearest rank.
fn durations(mut known: Vec<u32>) -> Option<Durations> {
    let last = known.len().checked_sub(1)?;
    let mut rank = |percent: usize| {
        let place = (known.len() * percent).div_ceil(100).saturating_sub(1);
        *known.select_nth_unstable(place.min(last)).1
    };
    Some(Durations {
        p50_ms: rank(50),
        p95_ms: rank(95),
        longest_ms: rank(100),
        known: known.len() as u64,
    })
}
