//! Control groups: what failed of every value of one attribute while the rest of the scope was equal.

use super::pro_rata::{Healthy, shared_out};
use super::{Numbers, SameServer, Scene, attempts_between, cells_between};
use crate::judge::combinations::counted;
use crate::judge::thresholds::TOLD_ALIKE;
use crate::judge::windows::statistics::f;
use crate::judge::windows::table::counts;
use crate::model::{Attributes, ControlGroup, Dimension, Name, Scope, Share, TrafficCell};
use std::collections::BTreeMap;

/// The attributes compared, in the order of the report.
const COMPARED: [Dimension; 10] = [
    Dimension::Surface,
    Dimension::Proxy,
    Dimension::Host,
    Dimension::ServerAddress,
    Dimension::Model,
    Dimension::Endpoint,
    Dimension::ServiceTier,
    Dimension::Project,
    Dimension::Region,
    Dimension::EdgeSite,
];

/// The attributes that a proxy's own line tells, by which its counts can be limited to the scope.
const OF_PROXIES: [Dimension; 2] = [Dimension::Endpoint, Dimension::ServerAddress];

/// The attributes that each provider has its own values of: another one's models were not asked for, and say nothing.
const OF_ONE_PROVIDER: [Dimension; 2] = [Dimension::Model, Dimension::Endpoint];

/// Values told for one attribute: the affected ones, then those with the most failures and attempts.
const VALUES: usize = 12;

/// The window's traffic by its attributes.
struct Counted<'a> {
    failed: Vec<(&'a Attributes, u64)>,
    /// What else was sent and did not go well, where the window counts it.
    others: Vec<(&'a Attributes, u64)>,
    /// Successes, and those that the proxies tell.
    healthy: Vec<(&'a Attributes, u64)>,
    healthy_by_proxies: Vec<(&'a Attributes, u64)>,
    /// Where the window's failures went.
    of_same: SameServer,
}

impl<'a> Counted<'a> {
    fn of(scene: &Scene<'a>, numbers: &Numbers<'_>) -> Self {
        let (traffic, draft) = (scene.traffic, scene.draft);
        let inside = || attempts_between(traffic, draft.start, draft.end);
        let failed = inside().filter(|attempt| attempt.side == Some(draft.side));
        let others = inside().filter(|attempt| attempt.side != Some(draft.side) && counts(attempt, draft.side));
        let healthy = |cells: &'a [TrafficCell]| {
            let cells = if draft.only_failures { &[] } else { cells };
            let inside = cells_between(cells, draft.start, draft.end);
            counted(inside.map(|cell| (&cell.attributes, Healthy::of(cell, draft.start, draft.end).0)))
        };
        Self {
            of_same: SameServer::of(numbers.combinations.iter().map(|(attributes, _)| *attributes)),
            failed: counted(failed.map(|attempt| (&attempt.attributes, 1))),
            others: counted(others.map(|attempt| (&attempt.attributes, 1))),
            healthy: healthy(&traffic.cells),
            healthy_by_proxies: healthy(traffic.proxy_cells()),
        }
    }

    /// What of a scope is of each value of a dimension, and of none; so is what is not compared.
    fn by_value(
        &self,
        healthy: &[(&'a Attributes, u64)],
        scope: &Scope,
        dimension: Dimension,
    ) -> BTreeMap<Option<&'a Name>, OfValue> {
        type Place = fn(&mut OfValue) -> &mut u64;
        let parts: [(&[_], Place); 3] = [
            (healthy, |value| &mut value.healthy.0),
            (&self.failed, |value| &mut value.failed),
            (&self.others, |value| &mut value.others),
        ];
        let mut values: BTreeMap<Option<&'a Name>, OfValue> = BTreeMap::new();
        for (counted, to) in parts {
            for &(attributes, count) in counted.iter().filter(|(attributes, _)| scope.holds(attributes)) {
                let is_compared = !OF_ONE_PROVIDER.contains(&dimension) || self.of_same.may_hold(attributes);
                let value = attributes.get(dimension).filter(|_| is_compared);
                *to(values.entry(value).or_default()) += count;
            }
        }
        values
    }
}

/// What is counted of one value.
#[derive(Clone, Copy, Default)]
struct OfValue {
    failed: u64,
    others: u64,
    healthy: Healthy,
}

/// The control groups of a window.
pub(super) fn groups(scene: &Scene<'_>, numbers: &Numbers<'_>) -> Vec<ControlGroup> {
    let counted = Counted::of(scene, numbers);
    let of = |dimension| of(scene, &counted, dimension);
    COMPARED.into_iter().flat_map(of).collect()
}

fn of(scene: &Scene<'_>, counted: &Counted<'_>, dimension: Dimension) -> Vec<ControlGroup> {
    let (traffic, draft) = (scene.traffic, scene.draft);
    let by_proxies = dimension == Dimension::Proxy && !traffic.proxy_cells().is_empty();
    let healthy = if by_proxies {
        &counted.healthy_by_proxies
    } else {
        &counted.healthy
    };
    let mut relaxed = draft.counted().into_owned();
    relaxed
        .values
        .retain(|of, _| *of != dimension && (!by_proxies || OF_PROXIES.contains(of)));
    if draft.by_proxies && dimension != Dimension::Proxy {
        // What the applications log does not say by which proxy it went: they are compared over all.
        relaxed.values.remove(&Dimension::Proxy);
    }
    let scoped = draft.scope.values.get(&dimension);
    let wider = relaxed.values.len() + usize::from(scoped.is_some()) < draft.scope.values.len();
    let told_by_failures = draft.only_failures || !is_told([healthy, &counted.failed], &relaxed, dimension);
    let is_affected = |value: &Option<&Name>| scoped.is_some_and(|values| value.is_some_and(|value| values.contains(value)));
    let (affected, others): (Vec<_>, Vec<_>) = counted
        .by_value(healthy, &relaxed, dimension)
        .into_iter()
        .partition(|(value, _)| is_affected(value));
    // What has no value tells how much there is besides; where the values are of the scope itself, they add up to the window.
    let is_scope = !wider && by_proxies == draft.by_proxies && draft.told_by_failures.is_none() && !draft.only_failures;
    let whole = is_scope.then(|| draft.attempts_told());
    let [of_affected, of_others] = if scoped.is_some() { [whole, None] } else { [None, whole] };
    let told = told(affected, of_affected).map(|told| (true, told));
    let mut groups: Vec<ControlGroup> = told
        .chain(self::told(others, of_others).map(|told| (false, told)))
        .map(|(affected, (value, share))| ControlGroup {
            dimension,
            value,
            affected,
            wider,
            told_by_failures,
            share,
        })
        .collect();
    groups.sort_by_key(|group| (!group.affected, std::cmp::Reverse((group.share.failed, group.share.attempts))));
    groups.truncate(VALUES);
    groups
}

/// What failed of each value. Of the successes each has its share, so that all add up to `whole` attempts, or where that is not
/// known to as many as there are.
fn told<'a>(values: Vec<(Option<&'a Name>, OfValue)>, whole: Option<u64>) -> impl Iterator<Item = (Name, Share)> + use<'a> {
    let ended: u64 = values.iter().map(|(_, of)| of.failed + of.others).sum();
    let weights: Vec<Healthy> = values.iter().map(|(_, of)| of.healthy).collect();
    let all = Healthy(weights.iter().map(|weight| weight.0).sum());
    let healthy = whole.map_or_else(|| all.count(), |whole| whole.saturating_sub(ended));
    let shares = shared_out(healthy, &weights);
    let named = values.into_iter().zip(shares);
    named.filter_map(|((value, of), healthy)| {
        let attempts = of.failed + of.others + healthy;
        let share = Share {
            failed: of.failed,
            attempts,
        };
        Some((value.filter(|_| attempts > 0)?.clone(), share))
    })
}

/// Whether what went well in a scope names values of a dimension as what failed does, or nothing went well.
pub(super) fn is_told([healthy, failed]: [&[(&Attributes, u64)]; 2], scope: &Scope, dimension: Dimension) -> bool {
    let failed = share_named(failed, scope, dimension).unwrap_or(0.0);
    share_named(healthy, scope, dimension).is_none_or(|healthy| healthy >= TOLD_ALIKE * failed)
}

/// How much of what is in a scope names a value of a dimension; `None` where nothing is in it.
fn share_named(counted: &[(&Attributes, u64)], scope: &Scope, dimension: Dimension) -> Option<f64> {
    let inside = counted.iter().filter(|(attributes, _)| scope.holds(attributes));
    let (named, all) = inside.fold((0, 0), |(named, all), (attributes, count)| {
        let is_named = attributes.get(dimension).is_some();
        (named + if is_named { *count } else { 0 }, all + count)
    });
    (all > 0).then(|| f(named) / f(all))
}
