//! Whether one dimension explains a stretch's failures: which of its values fail, and that the others are healthy
//! (classification B5).

use super::entries::Entry;
use super::ground::{Ground, Span};
use super::stagger;
use super::statistics::{binomial_at_least, binomial_at_most, differ};
use super::table::Table;
use crate::judge::thresholds::{
    AFFECTED_CHANCE, COVERAGE, GAIN_NEEDED, HEALTHY_CHANCE, HEALTHY_SHARE, OTHER_PROVIDER_CHANCE, SAME_RATE_SHARE, VALUE_COST,
};
use crate::model::{Dimension, Side};
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
    pub(super) values: BTreeSet<u16>,
}

/// How well one dimension explains the failures; none where it does not, `Err` where the stretch must shrink first.
pub(super) fn contrast(
    ground: &Ground<'_, '_>,
    at: usize,
    inside: &[&Entry],
    stagger: Option<Span>,
) -> Result<Option<Contrast>, Span> {
    let Ground { table, background, .. } = *ground;
    let Some(&dimension) = table.dimensions.get(at) else {
        return Ok(None);
    };
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
        (values, dropped) = stagger::kept(ground, at, &values, &counts, span)?;
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
