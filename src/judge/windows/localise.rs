//! Which attributes explain a stretch's failures: a greedy conjunction of value sets, the rest proven healthy
//! (classification B5).

use super::automaton::Segment;
use super::entries::Entry;
use super::services::{self, Service};
use super::statistics::{binomial_at_least, binomial_at_most, differ};
use super::table::{Slice, Table};
use crate::judge::thresholds::{
    AFFECTED_CHANCE, COVERAGE, EVIDENCE_FLOOR, GAIN_NEEDED, HEALTHY_CHANCE, HEALTHY_SHARE, OTHER_PROVIDER_CHANCE,
    SAME_RATE_SHARE, STAGGER_EVIDENCE, STAGGER_MINUTES, TIE, VALUE_COST,
};
use crate::model::{Dimension, Scope, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Why one dimension is in the scope: its values' counts against the others'.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contrast {
    pub(crate) dimension: Dimension,
    pub(crate) gain: f64,
    /// Failures and attempts of the affected values.
    pub(crate) affected: (f64, f64),
    /// Failures and attempts of the others.
    pub(crate) others: (f64, f64),
    /// Chance that the others show so few failures at a third of the affected rate.
    pub(crate) chance_of_healthy: f64,
    values: BTreeSet<u16>,
}

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
pub(super) fn localise(table: &Table<'_>, background: f64, first: usize, last: usize, segments: &Segments) -> Localised {
    if let Some(service) = alone(table, background, (first, last), segments) {
        let mut found = localise_in(table, background, service.span, Some(&service), segments);
        service.confine(&mut found.scope, table, |entry| entry.k > 0.0);
        return found;
    }
    let mut found = localise_in(table, background, (first, last), None, segments);
    // What another one's window took is no part of this one's.
    if let [service] = &services::failing(table, background, (found.first, found.last))[..] {
        service.confine(&mut found.scope, table, |entry| entry.k > 0.0 && !entry.alive);
    }
    found
}

/// The service that a stretch is of, where another one fails in it whose failures are nothing of its own: at other times, or by
/// other attributes.
fn alone(table: &Table<'_>, background: f64, stretch: Span, segments: &Segments) -> Option<Service> {
    let mut failing = services::failing(table, background, stretch).into_iter();
    let (mut service, others): (Service, Vec<Service>) = (failing.next()?, failing.collect());
    let (mine, apart): (Vec<Service>, Vec<Service>) = others.into_iter().partition(|other| {
        !service.fails_at_other_times(other, table) && !fail_unlike(table, background, [&service, other], segments)
    });
    mine.iter().for_each(|other| service.take_in(other));
    (!apart.is_empty()).then_some(service)
}

/// Whether one of two services fails in part only, by attributes that say nothing of the other.
fn fail_unlike(table: &Table<'_>, background: f64, services: [&Service; 2], segments: &Segments) -> bool {
    let [one, other] = services.map(|service| {
        let Localised { scope, contrasts, .. } = localise_in(table, background, service.span, Some(service), segments);
        let is_sure = contrasts.first().is_none_or(|contrast| contrast.gain >= EVIDENCE_FLOOR);
        is_sure.then(|| scope.values.into_keys().collect::<Vec<_>>())
    });
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// The scope of the failures of a stretch, or of those of one service in it.
fn localise_in(table: &Table<'_>, background: f64, stretch: Span, service: Option<&Service>, segments: &Segments) -> Localised {
    // A stretch can shrink to its anchor's own span; each shrink is strict, so this ends.
    let (mut first, mut last) = stretch;
    loop {
        match scope_of(table, background, (first, last), service, segments) {
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

type Segments = BTreeMap<Slice, Vec<Segment>>;
type Span = (usize, usize);

fn scope_of(
    table: &Table<'_>,
    background: f64,
    (first, last): Span,
    service: Option<&Service>,
    segments: &Segments,
) -> Result<(Scope, Vec<Contrast>), Span> {
    let is_asked = |entry: &&Entry| entry.alive && service.is_none_or(|service| service.has(entry));
    let mut inside: Vec<&Entry> = table.between(first, last).iter().filter(is_asked).collect();
    let mut scope = Scope::default();
    let mut contrasts: Vec<Contrast> = Vec::new();
    loop {
        let mut candidates = Vec::new();
        for (at, &dimension) in table.dimensions.iter().enumerate() {
            if !scope.values.contains_key(&dimension) {
                let stagger = if scope.values.is_empty() { Some((first, last)) } else { None };
                candidates.extend(contrast(table, at, dimension, &inside, background, stagger, segments)?);
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

/// How well one dimension explains the failures; none where it does not, `Err` where the stretch must shrink first.
fn contrast(
    table: &Table<'_>,
    at: usize,
    dimension: Dimension,
    inside: &[&Entry],
    background: f64,
    stagger: Option<Span>,
    segments: &Segments,
) -> Result<Option<Contrast>, Span> {
    let mut counts: BTreeMap<u16, (f64, f64)> = BTreeMap::new();
    let (mut failures, mut without) = (0.0, 0.0);
    for entry in inside {
        failures += entry.k;
        match entry.values.get(at).copied().flatten() {
            Some(value) => {
                let count = counts.entry(value).or_default();
                *count = (count.0 + entry.k, count.1 + entry.n);
            }
            None => without += entry.k,
        }
    }
    if without > failures / 2.0 || counts.values().filter(|(_, n)| *n > 0.0).count() < 2 {
        return Ok(None);
    }
    let affected = |(k, n): &(f64, f64)| *k >= 1.0 && binomial_at_least(*k, *n, background) <= AFFECTED_CHANCE;
    let mut values: Vec<u16> = counts
        .iter()
        .filter(|(_, count)| affected(count))
        .map(|(value, _)| *value)
        .collect();
    let mut dropped = Vec::new();
    if let (Some(span), true) = (stagger, values.len() > 1) {
        (values, dropped) = super::stagger::kept(table, at, &values, &counts, span, segments, background)?;
    }
    let (all_k, all_n) = counts
        .values()
        .fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let worst = counts
        .values()
        .filter(|(k, n)| *n >= 3.0 && *k >= 2.0)
        .map(|(k, n)| k / n)
        .reduce(f64::max)
        .unwrap_or(all_k / all_n);
    values.retain(|value| counts.get(value).is_some_and(|(k, n)| k / n >= SAME_RATE_SHARE * worst));
    let sum = |values: &[u16]| {
        values
            .iter()
            .filter_map(|value| counts.get(value))
            .fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    };
    let (kept, left_out) = (sum(&values), sum(&dropped));
    let others = (all_k - kept.0 - left_out.0, all_n - kept.1 - left_out.1);
    let may_be_of_one =
        table.side == Side::Provider && matches!(dimension, Dimension::ServerAddress | Dimension::Provider) && values.len() == 1;
    let asked = if may_be_of_one && is_of_other_providers(table, at, &values, inside) {
        OF_ONE_PROVIDER
    } else {
        OF_ANY
    };
    Ok(judged(dimension, values, kept, others, background, asked))
}

/// Whether no provider has traffic both with these values and with others.
fn is_of_other_providers(table: &Table<'_>, at: usize, values: &[u16], inside: &[&Entry]) -> bool {
    let Some(provider) = table
        .dimensions
        .iter()
        .position(|dimension| *dimension == Dimension::Provider)
    else {
        return false;
    };
    let (mut mine, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    for entry in inside {
        let Some(value) = entry.values.get(at).copied().flatten() else {
            continue;
        };
        let side = if values.contains(&value) { &mut mine } else { &mut theirs };
        side.insert(entry.values.get(provider).copied().flatten());
    }
    mine.is_disjoint(&theirs)
}

/// What is asked of a dimension before it is believed.
#[derive(Clone, Copy)]
struct Asked {
    /// The chance at which the others may still be ill.
    chance: f64,
    /// Nats.
    gain: f64,
}

/// What is asked of most dimensions.
const OF_ANY: Asked = Asked {
    chance: HEALTHY_CHANCE,
    gain: GAIN_NEEDED,
};

/// What is asked of one provider's failing alone: the other explanation, that providers failed together, is far-fetched.
const OF_ONE_PROVIDER: Asked = Asked {
    chance: OTHER_PROVIDER_CHANCE,
    gain: 0.0,
};

/// The tests of coverage, health and gain.
fn judged(
    dimension: Dimension,
    values: Vec<u16>,
    affected: (f64, f64),
    others: (f64, f64),
    background: f64,
    asked: Asked,
) -> Option<Contrast> {
    if values.is_empty() || others.1 <= 0.0 {
        return None;
    }
    // Failures of dropped values are on neither side, so the others' excess is taken without its background only.
    let excess = (
        affected.0 - background * affected.1,
        (others.0 - background * others.1).max(0.0),
    );
    let rate = affected.0 / affected.1;
    let healthy_rate = (rate * HEALTHY_SHARE).max((0.9 * rate).min(2.0 * background));
    let explains = excess.0 >= COVERAGE * (excess.0 + excess.1);
    let chance_of_healthy = binomial_at_most(others.0, others.1, healthy_rate);
    #[expect(clippy::cast_precision_loss, reason = "a handful of values")]
    let gain = differ(affected.0, affected.1, others.0, others.1) - VALUE_COST * values.len() as f64;
    (explains && chance_of_healthy <= asked.chance && gain > asked.gain).then(|| Contrast {
        dimension,
        gain,
        affected,
        others,
        chance_of_healthy,
        values: values.into_iter().collect(),
    })
}

/// Whether, in minutes `span`, one value's rate is clearly below another group's: under a third, by enough evidence.
pub(super) fn clearly_healthier(healthy: (f64, f64), failing: (f64, f64)) -> bool {
    let ((k1, n1), (k2, n2)) = (healthy, failing);
    n1 > 0.0 && n2 > 0.0 && k1 / n1 < k2 / n2 / 3.0 && differ(k1, n1, k2, n2) > STAGGER_EVIDENCE
}

/// Whether a stretch is long enough to tell two values apart in time.
pub(super) fn long_enough(from: usize, to: usize) -> bool {
    to + 1 >= from + STAGGER_MINUTES
}
