//! What a support engineer asks of a window: each model by itself, the traffic around it, and what worked meanwhile.

mod groups;
mod numbers;
mod part;
mod pro_rata;
mod proxies;
mod same_server;
mod samples;
mod tally;

#[cfg(test)]
mod tests;

pub(super) use numbers::Numbers;
pub(super) use pro_rata::Healthy;
pub(super) use proxies::add_proxy_logs;
pub(super) use same_server::SameServer;

use super::combinations::counted;
use super::windows::Draft;
use crate::model::{
    Attempt, Attributes, CELL_SECONDS, CallerKind, Case, Dimension, Name, Outcome, Part, Scope, Share, Time, Traffic, TrafficCell,
};
use crate::providers;
use crate::workers::Workers;
use ahash::AHashMap;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Models of one window that are counted each by itself: more than anybody writes about, and few enough that a log with
/// a model in every line costs no more than another.
const PARTS: usize = 12;

/// The traffic a case is made from, and the windows that are left out of what is usual.
#[derive(Clone, Copy)]
pub(super) struct Scene<'s> {
    pub(super) traffic: &'s Traffic,
    pub(super) draft: &'s Draft<'s>,
    pub(super) others: &'s [Draft<'s>],
    /// Requests shown at most.
    pub(super) most_requests: usize,
}

impl<'s> Scene<'s> {
    /// The successes that can be told to be of the window's scope: a scope found in the proxies' table is told by their
    /// own lines alone.
    fn cells(&self) -> &'s [TrafficCell] {
        self.draft.cells(self.traffic)
    }
}

/// The case of one window, whose failures have these numbers.
pub(super) fn case(scene: &Scene<'_>, numbers: &Numbers<'_>, workers: &Workers) -> Case {
    let failures = (&scene.draft.failures[..], numbers);
    let whole = || part::part(scene, failures, &PartOf::default(), true, |_| true);
    let around = || (groups::groups(scene, numbers), caller_side(scene));
    let (whole, ((parts, more_parts), (groups, caller_side))) =
        workers.both(whole, || workers.both(|| parts(scene, numbers, workers), around));
    Case {
        whole,
        parts,
        more_parts,
        groups,
        proxies: Vec::new(),
        caller_side,
    }
}

/// What went well in a window's time, by its attributes.
pub(super) fn healthy<'a>(cells: &'a [TrafficCell], draft: &Draft<'_>) -> Vec<(&'a Attributes, u64)> {
    let inside = cells_between(cells, draft.start, draft.end);
    counted(inside.map(|cell| (&cell.attributes, u64::from(cell.ok))))
}

/// Whether what went well in a window's scope and time names its models as the failures do, or nothing did.
pub(super) fn names_models(healthy: &[(&Attributes, u64)], draft: &Draft<'_>, numbers: &Numbers<'_>) -> bool {
    groups::is_told([healthy, &numbers.combinations], &draft.counted(), Dimension::Model)
}

/// The parts of a window that most failures are of; and how many further ones there are, with how many failures.
fn parts(scene: &Scene<'_>, numbers: &Numbers<'_>, workers: &Workers) -> (Vec<Part>, (u64, u64)) {
    let healthy = healthy(scene.cells(), scene.draft);
    let are_told = names_models(&healthy, scene.draft, numbers);
    // Of models that what went well does not name nobody knows how much of each was tried: they are told as one.
    let model = |attributes: &Attributes| match scene.draft.scope.values.get(&Dimension::Model).map(Vec::as_slice) {
        Some([one]) => Some(Name::clone(one)),
        _ => attributes.get(Dimension::Model).filter(|_| are_told).cloned(),
    };
    let groups = by_model(&scene.draft.failures, numbers, model);
    let is_one = groups.len() == 1;
    let mut gravest: Vec<_> = groups.iter().collect();
    gravest.sort_by_key(|(of, failures)| (std::cmp::Reverse(failures.len()), *of));
    let more = gravest.split_off(gravest.len().min(PARTS));
    let part = |(of, failures): &(&PartOf, &Cow<'_, [&Attempt]>)| {
        let is_rival = |other: &PartOf| other.model == of.model && other.provider != of.provider;
        let has_rival = groups.keys().any(is_rival);
        let holds = |attributes: &Attributes| of.holds(attributes, (is_one, are_told), has_rival);
        let of_part = if is_one {
            Cow::Borrowed(numbers)
        } else {
            Cow::Owned(Numbers::of(failures))
        };
        part::part(scene, (failures, &of_part), of, is_one, holds)
    };
    let parts = workers.map(&gravest, part).into_iter().flatten().collect();
    let failures = more.iter().map(|(_, failures)| failures.len() as u64).sum();
    (parts, (more.len() as u64, failures))
}

/// What a part is the part of.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct PartOf {
    model: Option<Name>,
    surface: Option<Name>,
    provider: Option<Name>,
}

impl PartOf {
    /// Whether a success is of this part. What it does not say of surface or provider it shares with the failures.
    fn holds(&self, attributes: &Attributes, (is_one, are_told): (bool, bool), has_rival: bool) -> bool {
        let same = |mine: &Option<Name>, dimension| {
            attributes
                .get(dimension)
                .is_none_or(|value| mine.as_ref().is_none_or(|mine| mine == value))
        };
        let model = match (&self.model, attributes.get(Dimension::Model)) {
            (Some(mine), Some(value)) => mine == value,
            (Some(_), None) => !are_told,
            (None, _) => is_one || !are_told,
        };
        model && same(&self.surface, Dimension::Surface) && (!has_rival || same(&self.provider, Dimension::Provider))
    }
}

/// Failures by surface, model and provider. Which provider a request went to is known for sure by its host alone: where
/// it went by an own gateway, a model's failures are those of the provider that most of them are said to be of.
fn by_model<'f, 'a>(
    failures: &'f [&'a Attempt],
    numbers: &Numbers<'_>,
    model: impl Fn(&Attributes) -> Option<Name>,
) -> BTreeMap<PartOf, Cow<'f, [&'a Attempt]>> {
    let mut by_model: BTreeMap<PartOf, Vec<(&Attributes, u64)>> = BTreeMap::new();
    for &(attributes, count) in &numbers.combinations {
        let of = PartOf {
            model: model(attributes),
            surface: attributes.get(Dimension::Surface).cloned(),
            provider: None,
        };
        by_model.entry(of).or_default().push((attributes, count));
    }
    // The place of its part by where a combination lies.
    let mut places: AHashMap<*const Attributes, usize> = AHashMap::new();
    let mut parts: BTreeMap<PartOf, usize> = BTreeMap::new();
    for (of, combinations) in by_model {
        let sure = most_frequent(combinations.iter().filter_map(|(of, count)| Some((by_host(of)?, *count))));
        let said = || {
            let said = combinations.iter();
            most_frequent(said.filter_map(|(of, count)| Some((of.get(Dimension::Provider)?.as_ref(), *count))))
        };
        let usual = sure.or_else(said);
        for (attributes, _) in combinations {
            let provider = by_host(attributes).or(usual).map(Name::from);
            let next = parts.len();
            let place = *parts.entry(PartOf { provider, ..of.clone() }).or_insert(next);
            places.insert(std::ptr::from_ref(attributes), place);
        }
    }
    if parts.len() == 1 {
        return parts.into_keys().map(|of| (of, Cow::Borrowed(failures))).collect();
    }
    let mut lists: Vec<Vec<&Attempt>> = vec![Vec::new(); parts.len()];
    for &attempt in failures {
        let place = places.get(&Arc::as_ptr(&attempt.attributes));
        if let Some(list) = place.and_then(|place| lists.get_mut(*place)) {
            list.push(attempt);
        }
    }
    let mut list = |place: usize| lists.get_mut(place).map(std::mem::take).unwrap_or_default();
    parts.into_iter().map(|(of, place)| (of, Cow::Owned(list(place)))).collect()
}

/// The provider that a request's host is of.
fn by_host(attributes: &Attributes) -> Option<&'static str> {
    let host = attributes.get(Dimension::ServerAddress)?;
    providers::by_host(host).map(|provider| provider.name())
}

fn most_frequent<'a>(names: impl Iterator<Item = (&'a str, u64)>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, count) in names {
        *counts.entry(name).or_default() += count;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name)
}

/// Ends of the caller's own making in the window's scope and time.
fn caller_side(scene: &Scene<'_>) -> Vec<(CallerKind, u64)> {
    let mut kinds: BTreeMap<CallerKind, u64> = BTreeMap::new();
    for attempt in attempts_between(scene.traffic, scene.draft.start, scene.draft.end) {
        if let Outcome::Caller(kind, _) = attempt.outcome
            && scene.draft.scope.holds(&attempt.attributes)
        {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    kinds.into_iter().collect()
}

/// Attempts from one instant to another, both included.
fn attempts_between(traffic: &Traffic, from: Time, to: Time) -> impl Iterator<Item = &Attempt> {
    let first = traffic.attempts.partition_point(|attempt| attempt.time < from);
    traffic
        .attempts
        .iter()
        .skip(first)
        .take_while(move |attempt| attempt.time <= to)
}

/// Cells that touch a stretch of time. They count whole: five seconds more or less at either end.
pub(super) fn cells_between(cells: &[TrafficCell], from: Time, to: Time) -> impl Iterator<Item = &TrafficCell> {
    let first = cells.partition_point(|cell| cell.time.plus_ms(CELL_SECONDS * 1000) <= from);
    cells.iter().skip(first).take_while(move |cell| cell.time <= to)
}

/// What failed in a stretch of time, of those attributes that `takes` lets in; other windows' time is left out where
/// they hold the same traffic.
fn share(scene: &Scene<'_>, from: Time, to: Time, takes: impl Fn(&Arc<Attributes>) -> bool) -> Share {
    let is_near = |other: &&Draft<'_>| other.side == scene.draft.side && other.start <= to && other.end >= from;
    let others: Vec<&Draft<'_>> = scene.others.iter().filter(is_near).collect();
    let is_other = |time: Time, attributes: &Attributes| {
        let mut others = others.iter();
        others.any(|other| (other.start..=other.end).contains(&time) && holds(&other.scope, attributes))
    };
    let healthy: u64 = cells_between(scene.cells(), from, to)
        .filter(|cell| takes(&cell.attributes) && !is_other(cell.time, &cell.attributes))
        .map(|cell| u64::from(cell.ok))
        .sum();
    let failed = attempts_between(scene.traffic, from, to)
        .filter(|attempt| {
            attempt.side == Some(scene.draft.side) && takes(&attempt.attributes) && !is_other(attempt.time, &attempt.attributes)
        })
        .count() as u64;
    Share {
        failed,
        attempts: healthy + failed,
    }
}

/// Whether attributes may be in a scope: what no log says is not held against them.
fn holds(scope: &Scope, attributes: &Attributes) -> bool {
    let may =
        |(dimension, values): (&Dimension, &Vec<Name>)| attributes.get(*dimension).is_none_or(|value| values.contains(value));
    scope.values.iter().all(may)
}
