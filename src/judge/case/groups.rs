//! Control groups: what failed of every value of one attribute while the rest of the scope was equal.

use super::{Numbers, SameServer, Scene, attempts_between, healthy};
use crate::judge::combinations::counted;
use crate::judge::thresholds::TOLD_ALIKE;
use crate::judge::windows::statistics::f;
use crate::model::{Attributes, ControlGroup, Dimension, Name, Scope, Share};
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
    /// Successes, and those that the proxies tell.
    healthy: Vec<(&'a Attributes, u64)>,
    healthy_by_proxies: Vec<(&'a Attributes, u64)>,
    /// Where the window's failures went.
    of_same: SameServer,
}

impl<'a> Counted<'a> {
    fn of(scene: &Scene<'a>, numbers: &Numbers<'_>) -> Self {
        let (traffic, draft) = (scene.traffic, scene.draft);
        let inside = attempts_between(traffic, draft.start, draft.end);
        let failed = inside.filter(|attempt| attempt.side == Some(draft.side));
        Self {
            of_same: SameServer::of(numbers.combinations.iter().map(|(attributes, _)| *attributes)),
            failed: counted(failed.map(|attempt| (&attempt.attributes, 1))),
            healthy: healthy(if draft.only_failures { &[] } else { &traffic.cells }, draft),
            healthy_by_proxies: healthy(if draft.only_failures { &[] } else { traffic.proxy_cells() }, draft),
        }
    }
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
    let is_compared = |attributes: &Attributes| !OF_ONE_PROVIDER.contains(&dimension) || counted.of_same.may_hold(attributes);
    let wider = relaxed.values.len() + usize::from(draft.scope.values.contains_key(&dimension)) < draft.scope.values.len();
    let mut values: BTreeMap<&Name, Share> = BTreeMap::new();
    for &(attributes, attempts) in healthy.iter().filter(|(attributes, _)| is_compared(attributes)) {
        count(&mut values, &relaxed, dimension, attributes, Share { failed: 0, attempts });
    }
    for &(attributes, failed) in counted.failed.iter().filter(|(attributes, _)| is_compared(attributes)) {
        let attempts = failed;
        count(&mut values, &relaxed, dimension, attributes, Share { failed, attempts });
    }
    let told_by_failures = draft.only_failures || !is_told([healthy, &counted.failed], &relaxed, dimension);
    let affected = |value: &Name| {
        draft
            .scope
            .values
            .get(&dimension)
            .is_some_and(|values| values.contains(value))
    };
    let mut groups: Vec<ControlGroup> = values
        .into_iter()
        .map(|(value, share)| ControlGroup {
            dimension,
            value: Name::clone(value),
            affected: affected(value),
            wider,
            told_by_failures,
            share,
        })
        .collect();
    groups.sort_by_key(|group| (!group.affected, std::cmp::Reverse((group.share.failed, group.share.attempts))));
    groups.truncate(VALUES);
    groups
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

fn count<'a>(
    values: &mut BTreeMap<&'a Name, Share>,
    scope: &Scope,
    dimension: Dimension,
    attributes: &'a Attributes,
    share: Share,
) {
    if let (Some(value), true) = (attributes.get(dimension), scope.holds(attributes)) {
        let sum = values.entry(value).or_default();
        *sum = sum.plus(share);
    }
}
