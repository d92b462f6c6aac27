//! What a support engineer asks of a window: each model by itself, the traffic around it, and what worked meanwhile.

mod groups;
mod part;
mod samples;

use super::windows::Draft;
use crate::model::{Attempt, Attributes, CELL_SECONDS, CallerKind, Case, Dimension, Name, Outcome, Scope, Share, Time, Traffic};
use std::collections::BTreeMap;

/// The traffic a case is made from, and the windows that are left out of what is usual.
pub(super) struct Scene<'s> {
    pub(super) traffic: &'s Traffic,
    pub(super) draft: &'s Draft<'s>,
    pub(super) others: &'s [Draft<'s>],
    /// Requests shown at most.
    pub(super) most_requests: usize,
}

/// The case of one window.
pub(super) fn case(scene: &Scene<'_>) -> Case {
    let draft = scene.draft;
    let mut by_model: BTreeMap<[Option<Name>; 3], Vec<&Attempt>> = BTreeMap::new();
    for attempt in &draft.failures {
        let value = |dimension| attempt.attributes.get(dimension).cloned();
        let key = [Dimension::Provider, Dimension::Surface, Dimension::Model].map(value);
        by_model.entry(key).or_default().push(attempt);
    }
    let is_one = by_model.len() == 1;
    let mut parts: Vec<_> = by_model
        .into_iter()
        .filter_map(|(key, failures)| {
            let of = |attributes: &Attributes| {
                let dimensions = [Dimension::Provider, Dimension::Surface, Dimension::Model];
                // What a success does not say of its provider or surface it shares with the failures.
                let agrees = |(wanted, dimension): (&Option<Name>, Dimension)| match (wanted, attributes.get(dimension)) {
                    (Some(wanted), Some(value)) => wanted == value,
                    (Some(_), None) => dimension != Dimension::Model,
                    (None, _) => dimension != Dimension::Model || is_one,
                };
                key.iter().zip(dimensions).all(agrees)
            };
            part::part(scene, &failures, &key, is_one, of)
        })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.share.failed));
    Case {
        whole: part::part(scene, &draft.failures, &[None, None, None], true, |_| true),
        parts,
        groups: groups::groups(scene),
        caller_side: caller_side(scene),
    }
}

/// Ends of the caller's own making in the window's scope and time.
fn caller_side(scene: &Scene<'_>) -> Vec<(CallerKind, u64)> {
    let mut kinds: BTreeMap<CallerKind, u64> = BTreeMap::new();
    for attempt in attempts_between(scene.traffic, scene.draft.start, scene.draft.end) {
        if let (Outcome::Caller(kind, _), true) = (attempt.outcome, scene.draft.scope.holds(&attempt.attributes)) {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    kinds.into_iter().collect()
}

/// Attempts from one instant to another, both included.
fn attempts_between(traffic: &Traffic, from: Time, to: Time) -> impl Iterator<Item = &Attempt> {
    let first = traffic.attempts.partition_point(|attempt| attempt.time < from);
    traffic.attempts.iter().skip(first).take_while(move |attempt| attempt.time <= to)
}

/// Cells that touch a stretch of time. They count whole: five seconds more or less at either end.
fn cells_between(cells: &[crate::model::TrafficCell], from: Time, to: Time) -> impl Iterator<Item = &crate::model::TrafficCell> {
    let first = cells.partition_point(|cell| cell.time.plus_ms(CELL_SECONDS * 1000) <= from);
    cells.iter().skip(first).take_while(move |cell| cell.time <= to)
}

/// What failed in a stretch of time, of those attributes that `takes` lets in; other windows' time is left out where
/// they hold the same traffic.
fn share(scene: &Scene<'_>, from: Time, to: Time, without_windows: bool, takes: impl Fn(&Attributes) -> bool) -> Share {
    let is_other = |time: Time, attributes: &Attributes| {
        without_windows
            && scene.others.iter().any(|other| {
                other.side == scene.draft.side && (other.start..=other.end).contains(&time) && holds(&other.scope, attributes)
            })
    };
    let healthy: u64 = cells_between(&scene.traffic.cells, from, to)
        .filter(|cell| takes(&cell.attributes) && !is_other(cell.time, &cell.attributes))
        .map(|cell| u64::from(cell.ok))
        .sum();
    let failed = attempts_between(scene.traffic, from, to)
        .filter(|attempt| {
            attempt.side == Some(scene.draft.side)
                && takes(&attempt.attributes)
                && !is_other(attempt.time, &attempt.attributes)
        })
        .count() as u64;
    Share {
        failed,
        attempts: healthy + failed,
    }
}

/// Whether attributes may be in a scope: what no log says is not held against them.
fn holds(scope: &Scope, attributes: &Attributes) -> bool {
    let may = |(dimension, values): (&Dimension, &Vec<Name>)| attributes.get(*dimension).is_none_or(|value| values.contains(value));
    scope.values.iter().all(may)
}
