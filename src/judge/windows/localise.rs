//! Which attributes explain a stretch's failures: a greedy conjunction of value sets, the rest proven healthy
//! (classification B5).

use super::contrast::{Contrast, contrast};
use super::entries::Entry;
use super::ground::{Ground, Span};
use super::services::{self, Service};
use crate::judge::thresholds::{EVIDENCE_FLOOR, TIE};
use crate::model::{Dimension, Scope, Side};

/// A scope, why, and the minutes it was found in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Localised {
    pub(super) scope: Scope,
    pub(super) contrasts: Vec<Contrast>,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Order in which dimensions win a tie, by side (classification B5; region and edge site go behind the address they are
/// part of, provider and host last, as the wider and the narrower word for what the others already say).
fn precedence(side: Side) -> [Dimension; 11] {
    use Dimension::{EdgeSite, Endpoint, Host, Model, Project, Provider, Proxy, Region, ServerAddress, ServiceTier, Surface};
    match side {
        Side::Provider => [
            ServerAddress,
            Model,
            Endpoint,
            ServiceTier,
            Project,
            Surface,
            Region,
            EdgeSite,
            Proxy,
            Provider,
            Host,
        ],
        Side::Network => [
            Proxy,
            ServerAddress,
            Project,
            Surface,
            Endpoint,
            Model,
            ServiceTier,
            Region,
            EdgeSite,
            Provider,
            Host,
        ],
    }
}

/// The scope of the failures in minutes `first` to `last`.
pub(super) fn localise(ground: &Ground<'_, '_>, first: usize, last: usize) -> Localised {
    if let Some(service) = alone(ground, (first, last)) {
        let mut found = localise_in(ground, service.span, Some(&service));
        service.confine(&mut found.scope, ground.table, |entry| entry.k > 0.0);
        return found;
    }
    let mut found = localise_in(ground, (first, last), None);
    // What another one's window took is no part of this one's.
    if let [service] = &services::failing(ground.table, ground.background, (found.first, found.last))[..] {
        service.confine(&mut found.scope, ground.table, |entry| entry.k > 0.0 && !entry.alive);
    }
    found
}

/// The service that a stretch is of, where another one fails in it whose failures are nothing of its own: at other times, or by
/// other attributes.
fn alone(ground: &Ground<'_, '_>, stretch: Span) -> Option<Service> {
    let mut failing = services::failing(ground.table, ground.background, stretch).into_iter();
    let (mut service, others): (Service, Vec<Service>) = (failing.next()?, failing.collect());
    let (mine, apart): (Vec<Service>, Vec<Service>) = others
        .into_iter()
        .partition(|other| !service.fails_at_other_times(other, ground.table) && !fail_unlike(ground, [&service, other]));
    mine.iter().for_each(|other| service.take_in(other));
    (!apart.is_empty()).then_some(service)
}

/// Whether one of two services fails in part only, by attributes that say nothing of the other.
fn fail_unlike(ground: &Ground<'_, '_>, services: [&Service; 2]) -> bool {
    let [one, other] = services.map(|service| {
        let Localised { scope, contrasts, .. } = localise_in(ground, service.span, Some(service));
        let is_sure = contrasts.first().is_none_or(|contrast| contrast.gain >= EVIDENCE_FLOOR);
        is_sure.then(|| scope.values.into_keys().collect::<Vec<_>>())
    });
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// The scope of the failures of a stretch, or of those of one service in it.
fn localise_in(ground: &Ground<'_, '_>, stretch: Span, service: Option<&Service>) -> Localised {
    // A stretch can shrink to its anchor's own span; each shrink is strict, so this ends.
    let (mut first, mut last) = stretch;
    loop {
        match scope_of(ground, (first, last), service) {
            Ok((scope, contrasts)) => {
                return Localised {
                    scope,
                    contrasts,
                    first,
                    last,
                };
            }
            Err((a, b)) => (first, last) = (a, b),
        }
    }
}

fn scope_of(ground: &Ground<'_, '_>, (first, last): Span, service: Option<&Service>) -> Result<(Scope, Vec<Contrast>), Span> {
    let table = ground.table;
    let is_asked = |entry: &&Entry| entry.alive && service.is_none_or(|service| service.has(entry));
    let mut inside: Vec<&Entry> = table.between(first, last).iter().filter(is_asked).collect();
    let mut scope = Scope::default();
    let mut contrasts: Vec<Contrast> = Vec::new();
    loop {
        let mut candidates = Vec::new();
        for (at, &dimension) in table.dimensions.iter().enumerate() {
            if !scope.values.contains_key(&dimension) {
                let stagger = if scope.values.is_empty() { Some((first, last)) } else { None };
                candidates.extend(contrast(ground, at, &inside, stagger)?);
            }
        }
        let best_gain = candidates.iter().map(|one| one.gain).fold(0.0, f64::max);
        let order = precedence(table.side);
        let best = candidates
            .into_iter()
            .filter(|one| one.gain >= best_gain - TIE)
            .min_by_key(|one| {
                (
                    one.values.len(),
                    order
                        .iter()
                        .position(|dimension| *dimension == one.dimension)
                        .unwrap_or(usize::MAX),
                )
            });
        let Some(best) = best else { return Ok((scope, contrasts)) };
        let at = table
            .dimensions
            .iter()
            .position(|dimension| *dimension == best.dimension)
            .unwrap_or(0);
        let names = best
            .values
            .iter()
            .filter_map(|value| table.names.get(at)?.get(usize::from(*value)).cloned())
            .collect();
        scope.values.insert(best.dimension, names);
        inside.retain(|entry| {
            entry
                .values
                .get(at)
                .copied()
                .flatten()
                .is_some_and(|value| best.values.contains(&value))
        });
        contrasts.push(best);
    }
}
