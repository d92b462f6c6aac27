//! Traffic by the values of each attribute: the few that fail most, and the rest together.

use super::{Counted, place};
use crate::judge::combinations::Ordinals;
use crate::model::{Attributes, Dimension, Name, Slice, Step, Steps};
use std::collections::BTreeMap;

/// Values of an attribute that are told apart: models first of all, of the rest what fits a page.
const MODELS: usize = 12;

/// See [`MODELS`].
const VALUES: usize = 6;

/// Attributes that a reader may tell failures apart by, in the order of the report. Tier and project follow the model's.
const DIMENSIONS: [Dimension; 10] = [
    Dimension::Model,
    Dimension::Provider,
    Dimension::Surface,
    Dimension::Endpoint,
    Dimension::ServerAddress,
    Dimension::ServiceTier,
    Dimension::Region,
    Dimension::EdgeSite,
    Dimension::Proxy,
    Dimension::Host,
];

/// Successes tell an attribute half as often as failures, at least.
const TOLD_AS_OFTEN: u64 = 2;

/// The values of every attribute that has more than one, and of the model whatever it has; where the applications do not
/// tell one, as the proxies tell it.
pub(super) fn slices<'a, A, P>(counted: &dyn Fn() -> A, by_proxies: &dyn Fn() -> P, all: &Steps) -> Vec<Slice>
where
    A: Iterator<Item = Counted<'a>>,
    P: Iterator<Item = Counted<'a>>,
{
    let (by_applications, by_proxies) = (Grouped::of(counted), Grouped::of(by_proxies));
    let told = by_applications.told();
    let missing: Vec<Dimension> = by_proxies.told().into_iter().filter(|one| !told.contains(one)).collect();
    let mut slices = by_applications.by_value(all, &told);
    slices.extend(by_proxies.by_value(all, &missing));
    slices.sort_by_key(|slice| DIMENSIONS.iter().position(|dimension| *dimension == slice.dimension));
    slices
}

/// Attempts and the few combinations of attributes that stand behind them: told apart by where these lie, and looked into
/// once.
struct Grouped<'a, 'f, C> {
    counted: &'f dyn Fn() -> C,
    numbers: Ordinals,
    distinct: Vec<(&'a Attributes, Step)>,
}

impl<'a, 'f, C: Iterator<Item = Counted<'a>>> Grouped<'a, 'f, C> {
    fn of(counted: &'f dyn Fn() -> C) -> Self {
        let mut numbers = Ordinals::default();
        let mut distinct: Vec<(&Attributes, Step)> = Vec::new();
        for (_, attributes, step) in counted() {
            match distinct.get_mut(numbers.of(attributes)) {
                Some((_, sum)) => sum.add(step),
                None => distinct.push((attributes, step)),
            }
        }
        Self {
            counted,
            numbers,
            distinct,
        }
    }

    /// The attributes that successes tell about as often as failures do. What only failures tell, because another log's
    /// view was joined to them, would show all of them as failing.
    fn told(&self) -> Vec<Dimension> {
        let tells = |dimension: Dimension| {
            let (mut healthy, mut failed) = ((0, 0), (0, 0));
            for (attributes, step) in &self.distinct {
                let is_told = u64::from(attributes.get(dimension).is_some());
                let well = step.attempts - step.failures;
                healthy = (healthy.0 + well * is_told, healthy.1 + well);
                failed = (failed.0 + step.failures * is_told, failed.1 + step.failures);
            }
            // The shares compared without dividing: told of all, for successes against failures.
            u128::from(healthy.0 * TOLD_AS_OFTEN) * u128::from(failed.1) >= u128::from(failed.0) * u128::from(healthy.1)
        };
        DIMENSIONS.into_iter().filter(|dimension| tells(*dimension)).collect()
    }

    fn by_value(&self, all: &Steps, dimensions: &[Dimension]) -> Vec<Slice> {
        let mut slices: Vec<Slice> = Vec::new();
        let mut of: Vec<Vec<usize>> = vec![Vec::new(); self.distinct.len()];
        for &dimension in dimensions {
            let chosen = chosen(&self.distinct, dimension);
            let first = slices.len();
            slices.extend(chosen.slices(dimension, all.steps.len()));
            for ((attributes, _), of) in self.distinct.iter().zip(&mut of) {
                if let Some(place) = attributes.get(dimension).and_then(|name| chosen.place(name)) {
                    of.push(first + place);
                }
            }
        }
        if slices.is_empty() {
            return slices;
        }
        for (time, attributes, step) in (self.counted)() {
            let at = place(all, time);
            let of = self.numbers.known(attributes).and_then(|number| of.get(number));
            for slice in of.map_or(&[][..], Vec::as_slice) {
                if let Some(sum) = at.and_then(|at| slices.get_mut(*slice)?.steps.get_mut(at)) {
                    sum.add(step);
                }
            }
        }
        slices
    }
}

/// The values of an attribute that are told apart, and how many are not.
struct Chosen {
    names: Vec<Name>,
    rest: u64,
}

impl Chosen {
    fn slices(&self, dimension: Dimension, steps: usize) -> impl Iterator<Item = Slice> {
        let named = self.names.iter().map(|name| (Some(Name::clone(name)), 1));
        let rest = (self.rest > 0).then_some((None, self.rest));
        named.chain(rest).map(move |(name, values)| Slice {
            dimension,
            name,
            values,
            steps: vec![Step::default(); steps],
        })
    }

    /// Which of the slices a value belongs to.
    fn place(&self, name: &Name) -> Option<usize> {
        let named = self.names.iter().position(|one| one == name);
        named.or((self.rest > 0).then_some(self.names.len()))
    }
}

/// The values that fail most, then those asked for most.
fn chosen(distinct: &[(&Attributes, Step)], dimension: Dimension) -> Chosen {
    let mut sums: BTreeMap<&Name, Step> = BTreeMap::new();
    for (attributes, step) in distinct {
        if let Some(name) = attributes.get(dimension) {
            sums.entry(name).or_default().add(*step);
        }
    }
    let most = if dimension == Dimension::Model { MODELS } else { VALUES };
    if sums.len() < 2 && dimension != Dimension::Model {
        return Chosen {
            names: Vec::new(),
            rest: 0,
        };
    }
    let mut order: Vec<(&Name, Step)> = sums.into_iter().collect();
    order.sort_by_key(|(_, step)| std::cmp::Reverse((step.failures, step.attempts)));
    Chosen {
        names: order.iter().take(most).map(|(name, _)| Name::clone(name)).collect(),
        rest: order.len().saturating_sub(most) as u64,
    }
}
