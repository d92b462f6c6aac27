//! The proxies' logs: which of them are one vantage, and what an error log adds to an access log.
//!
//! Logs of one host about the same exchanges are one vantage (classification B3.4a): the one that tells more counts,
//! the other only adds. An error log adds facts to attempts and no attempts, unless no access log covers them.

use super::merged::Merged;
use super::twins::{AccessLogs, WIDEST_ZONE};
use super::view::{SourceIndex, View, surer};
use crate::model::{
    Dimension, Fact, Grain, Name, Observation, Outcome, Reached, SourceRollup, Time, TransportError, Vantage, sort_runs,
};
use crate::text::timestamp::{ZONE_STEP_MS, is_zone};
use crate::workers::Workers;
use std::collections::{BTreeMap, BTreeSet};

/// Errors that must be at a failure's time to tell a zone.
const DETAILS_NEEDED: usize = 3;

/// Errors looked at to tell a zone.
const DETAILS_LOOKED_AT: usize = 2_000;

/// Milliseconds between two records of one exchange in two logs of one proxy: one may print whole seconds.
const SAME_EXCHANGE_MS: i64 = 2_000;

/// One proxy host and its logs.
#[derive(Clone, Debug, Default)]
pub(super) struct ProxyHost {
    /// The sources whose successes count: no two of them about the same traffic.
    pub(super) counted: Vec<SourceIndex>,
    /// All its sources.
    pub(super) sources: Vec<SourceIndex>,
    /// Its attempts that did not end well.
    pub(super) views: Vec<View>,
    /// Ends of recovered or healthy attempts that were asked for: caller id and time.
    pub(super) successes: Vec<View>,
    /// What is to be added to the times of a log without a zone, beside what its host's others need.
    pub(super) shifts: BTreeMap<SourceIndex, i64>,
}

impl ProxyHost {
    /// The host of these access logs and its other logs, without views.
    fn bare(access: &AccessLogs, members: &[SourceIndex]) -> Self {
        let shift = |(index, twin): &(SourceIndex, Option<i64>)| Some((*index, twin.filter(|shift| *shift != 0)?));
        Self {
            counted: access.counted().collect(),
            sources: members.to_vec(),
            shifts: access.0.iter().filter_map(shift).collect(),
            ..Self::default()
        }
    }
}

/// Groups the proxy sources by host and puts each host's logs together.
pub(super) fn hosts(sources: &[(&Name, &SourceRollup)], workers: &Workers) -> Vec<ProxyHost> {
    grouped(sources, |access, members| host(access, members, sources, workers))
}

/// The same without their views where nothing asks for them: which logs count, and what is to be added to their times.
pub(super) fn hosts_without_views(sources: &[(&Name, &SourceRollup)]) -> Vec<ProxyHost> {
    grouped(sources, |access, members| {
        let bare = ProxyHost::bare(access, members);
        let needs_views = |index: &SourceIndex| may_be_shifted(&bare, *index, sources);
        if members.iter().any(needs_views) {
            host(access, members, sources, &Workers::new(1))
        } else {
            bare
        }
    })
}

fn grouped(sources: &[(&Name, &SourceRollup)], make: impl Fn(&AccessLogs, &[SourceIndex]) -> ProxyHost) -> Vec<ProxyHost> {
    let mut by_host: BTreeMap<(bool, &str), Vec<SourceIndex>> = BTreeMap::new();
    for (index, (name, rollup)) in sources.iter().enumerate() {
        if rollup.vantage == Some(Vantage::Proxy) {
            let directory = || name.rsplit_once('/').map_or("", |(directory, _)| directory);
            let key = match &rollup.host {
                Some(host) => (true, &**host),
                None => (false, directory()),
            };
            by_host.entry(key).or_default().push(index);
        }
    }
    let mut hosts = Vec::new();
    for ((named, _), members) in by_host {
        let together = AccessLogs::of(&members, sources);
        if named || together.counted().count() <= 1 {
            hosts.push(make(&together, &members));
        } else {
            // One directory with the logs of several proxies: nothing says which error log is whose.
            let alone = |member: &SourceIndex| make(&AccessLogs::of(&[*member], sources), &[*member]);
            hosts.extend(members.iter().map(alone));
        }
    }
    hosts
}

fn host(access: &AccessLogs, members: &[SourceIndex], sources: &[(&Name, &SourceRollup)], workers: &Workers) -> ProxyHost {
    let mut host = ProxyHost::bare(access, members);
    let mut merged = Merged::default();
    let rollup = |index: SourceIndex| sources.get(index).map(|(_, rollup)| *rollup);
    let of_log = |index: SourceIndex| ends(index, rollup(index)).filter(|(_, seen)| seen.outcome != Outcome::Success);
    // Logs whose lines stand for themselves come one behind the other: their views are made at once, on all threads.
    for logs in access.0.chunk_by(|(_, one), (_, next)| one.is_none() && next.is_none()) {
        if let [(index, Some(shift))] = *logs {
            let twins = of_log(index).map(|(index, seen)| View::of(index, seen)).collect();
            add_twin(&mut host.views, twins, shift, &mut merged);
            continue;
        }
        let failures: Vec<(SourceIndex, &Observation)> = logs.iter().flat_map(|(index, _)| of_log(*index)).collect();
        host.views.reserve_exact(failures.len());
        workers.extend_each(&mut host.views, &failures, |(index, seen)| View::of(*index, seen));
        for (index, _) in logs {
            let successes = ends(*index, rollup(*index)).filter(|(_, seen)| seen.outcome == Outcome::Success);
            host.successes.extend(successes.map(|(index, seen)| View::of(index, seen)));
        }
    }
    let covered: Vec<(Time, Time)> = host.counted.iter().filter_map(|&index| rollup(index)?.span).collect();
    for index in members.iter().copied() {
        let Some(rollup) = rollup(index) else { continue };
        let shift = zone_shift(&host, index, rollup, sources, &covered);
        if shift != 0 {
            host.shifts.insert(index, shift);
        }
        add_details(&mut host.views, (index, rollup, shift), sources, &covered, &mut merged);
    }
    sort_runs(&mut host.views, |view| (view.time, view.source, view.lines.first().copied()));
    host
}

/// The attempts of a log that kept their records: what did not end well, and what was asked for.
fn ends(index: SourceIndex, rollup: Option<&SourceRollup>) -> impl Iterator<Item = (SourceIndex, &Observation)> {
    let seen = rollup.into_iter().flat_map(|rollup| &rollup.observations);
    let is_end = |seen: &&Observation| seen.grain == Grain::Attempt && seen.outcome != Outcome::Unsaid;
    seen.filter(is_end).map(move |seen| (index, seen))
}

/// Adds the views of a second log of the same exchanges: each to its nearest twin, none by itself.
fn add_twin(views: &mut [View], twins: Vec<View>, shift: i64, merged: &mut Merged) {
    let mut taken = BTreeSet::new();
    for twin in twins {
        let time = twin.time.plus_ms(shift);
        let same = |view: &View| {
            view.source != twin.source
                && view.outcome == twin.outcome
                && view.attributes.get(Dimension::Endpoint) == twin.attributes.get(Dimension::Endpoint)
                && view.time.since(time).abs() <= SAME_EXCHANGE_MS
        };
        let nearest = views
            .iter()
            .enumerate()
            .filter(|(at, view)| !taken.contains(at) && same(view))
            .min_by_key(|(at, view)| (view.time.since(time).abs(), *at));
        if let Some((at, _)) = nearest {
            taken.insert(at);
            if let Some(view) = views.get_mut(at) {
                view.add_ids(&twin.ids);
                view.fill_attributes(&twin.attributes, merged);
                view.fact = surer(view.fact, twin.fact);
                view.upstream = view.upstream.take().or(twin.upstream);
            }
        }
    }
}

/// What an error log says of exchanges.
fn details(rollup: &SourceRollup) -> impl Iterator<Item = &Observation> {
    let seen = rollup.observations.iter();
    seen.filter(|seen| seen.grain == Grain::Detail && seen.outcome != Outcome::Unsaid)
}

/// Whether a log has no zone and its host's access log has one.
fn may_be_shifted(host: &ProxyHost, index: SourceIndex, sources: &[(&Name, &SourceRollup)]) -> bool {
    let has_zone = |at: SourceIndex| sources.get(at).is_some_and(|(_, rollup)| !rollup.zone_assumed);
    !has_zone(index) && !host.counted.contains(&index) && host.counted.iter().any(|at| has_zone(*at))
}

/// How far an error log without a zone is from its host's access log, which has one: by which zone of the world most of its
/// errors are at a failure's time. An access log of the host that has no zone either is written in the same.
///
/// A failure that the provider answered is no error of the proxy's, and an error that broke off an answer is no failure of
/// the access log's, which says 200: neither tells anything. What else there is may meet another outage by chance.
fn zone_shift(
    host: &ProxyHost,
    index: SourceIndex,
    rollup: &SourceRollup,
    sources: &[(&Name, &SourceRollup)],
    covered: &[(Time, Time)],
) -> i64 {
    if !may_be_shifted(host, index, sources) {
        return 0;
    }
    let is_own = |view: &&View| view.fact.map(Fact::reached) != Some(Reached::Yes);
    let mut failures: Vec<Time> = host.views.iter().filter(is_own).map(|view| view.time).collect();
    failures.sort_unstable();
    // A second look's successes are no errors: before it and after it the zone comes out the same.
    let errors = || {
        let errors = details(rollup).filter(|seen| seen.outcome != Outcome::Success && !died_after_200(seen));
        errors.take(DETAILS_LOOKED_AT)
    };
    let matched = |shift: i64| {
        let at_a_failure = |seen: &&Observation| {
            let time = seen.time.plus_ms(shift);
            let near = failures.partition_point(|failure| failure.plus_ms(SAME_EXCHANGE_MS) < time);
            failures
                .get(near)
                .is_some_and(|failure| failure.since(time) <= SAME_EXCHANGE_MS)
        };
        errors().filter(at_a_failure).count()
    };
    let as_read = matched(0);
    // Errors from when nothing was logged at all are in another zone, however few they are. Others may be right as they are
    // read: a proxy that asked another server in time answers 200.
    let is_within = |seen: &Observation| covered.iter().any(|(first, last)| (*first..=*last).contains(&seen.time));
    let needed = if errors().any(is_within) {
        DETAILS_NEEDED.max(errors().count().div_ceil(2))
    } else {
        1
    };
    let best = (-WIDEST_ZONE..=WIDEST_ZONE)
        .filter(|quarters| is_zone(-quarters * ZONE_STEP_MS))
        .map(|quarters| (matched(quarters * ZONE_STEP_MS), std::cmp::Reverse(quarters.abs()), quarters))
        .max();
    match best {
        Some((most, _, quarters)) if most >= needed && most > 2 * as_read => quarters * ZONE_STEP_MS,
        _ => 0,
    }
}

/// Whether an error broke off an answer that the access log has as a success.
fn died_after_200(seen: &Observation) -> bool {
    seen.outcome == Outcome::Transport(TransportError::StreamAbort)
}

/// Adds what an error log says.
fn add_details(
    views: &mut Vec<View>,
    (index, rollup, shift): (SourceIndex, &SourceRollup, i64),
    sources: &[(&Name, &SourceRollup)],
    covered: &[(Time, Time)],
    merged: &mut Merged,
) {
    let mut by_time: BTreeSet<(Time, usize)> = if details(rollup).next().is_some() {
        views.iter().map(|view| view.time).zip(0..).collect()
    } else {
        BTreeSet::new()
    };
    for seen in details(rollup) {
        let time = seen.time.plus_ms(shift);
        // A log that holds both its answers and its errors (a gateway's) names an id with the error, and the error comes
        // with the answer's own end; an error log beside an access log knows better how it ended.
        // Older ones (LiteLLM 1.63) name no id of theirs, but the provider's, or the model that the answer lacks.
        let own_end = |view: &View| {
            let lacks = |dimension| seen.attributes.get(dimension).is_some() && view.attributes.get(dimension).is_none();
            let tells = seen.ids.x_request_id().is_some() || lacks(Dimension::Model);
            view.outcome.status() == seen.outcome.status()
                && (seen.ids.gateway_request_id().is_some() || (tells && view.ids.x_request_id().is_none()))
        };
        let about = |view: &View| {
            let agree = |dimension| match (view.attributes.get(dimension), seen.attributes.get(dimension)) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            let is_open = if view.source == index {
                own_end(view) && view.ids.gateway_request_id().is_none() && !view.lines.contains(&seen.line)
            } else {
                view.outcome.is_failure()
            };
            is_open && agree(Dimension::Client) && agree(Dimension::Endpoint)
        };
        let near = (time.plus_ms(-SAME_EXCHANGE_MS), 0)..=(time.plus_ms(SAME_EXCHANGE_MS), usize::MAX);
        let nearest = by_time
            .range(near)
            .filter_map(|&(_, at)| Some((at, views.get(at)?)))
            .filter(|(_, view)| about(view))
            // Of the failures of one second each has its own errors: the first must not have all.
            .min_by_key(|(at, view)| (view.time.since(time).abs(), view.also_seen.len(), *at));
        let nearest = nearest.map(|(at, _)| at);
        if let Some(view) = nearest.and_then(|at| views.get_mut(at)) {
            if view.source == index {
                // Which kind of 429 it was, only the error tells.
                view.outcome = seen.outcome;
                view.add(seen, merged);
                continue;
            }
            add_detail(view, View::of(index, seen), sources);
            continue;
        }
        let in_access_log = covered.iter().any(|(first, last)| (*first..=*last).contains(&time));
        if !in_access_log || died_after_200(seen) {
            let mut view = View::of(index, seen);
            view.counted_as_success = in_access_log && died_after_200(seen);
            by_time.insert((view.time, views.len()));
            views.push(view);
        }
    }
}

/// Adds a line of an error log to the view of the access log: it knows what happened, and the access log only which status
/// it led to.
fn add_detail(view: &mut View, detail: View, sources: &[(&Name, &SourceRollup)]) {
    if !matches!(view.fact, Some(Fact::ProviderId | Fact::ProviderBody)) {
        // Apache tells one failure in several lines, of which the last says least.
        let is_first = view.also_seen.is_empty();
        view.fact = if is_first {
            detail.fact.or(view.fact)
        } else {
            surer(view.fact, detail.fact)
        };
    }
    view.also_seen.extend(detail.seen(sources));
}
