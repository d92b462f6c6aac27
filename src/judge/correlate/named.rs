//! What an application's lines on what went well name: nothing else is laid to its failures from a proxy's line.
//!
//! What only failures have is compared with traffic that does not have it: a handful of stray failures is all that ever
//! went to such an address, and a retry that went well is of another slice than the failure before it.

use super::addresses::Addresses;
use super::family::Family;
use super::merged::{Merged, Pairs};
use super::pair::Pair;
use super::successes::counted_grain;
use super::view::View;
use crate::model::{Attributes, Dimension, Name, SourceRollup};
use std::sync::Arc;

/// What is asked for: where a call went, which every call has. What the caller's own lines never tell is counted from the
/// proxies' (which proxy, which client), or is told without a rate where only failures name it (the model); a project or the
/// site of the provider's edge a ticket is to tell all the same.
const ASKED: [Dimension; 3] = [Dimension::Provider, Dimension::ServerAddress, Dimension::Endpoint];

/// Of what went well this share must name a dimension.
const NAMED_SHARE: f64 = 0.9;

/// What the successes of each application do not name, by its family's number.
#[derive(Clone, Debug, Default)]
pub(super) struct Unnamed(Vec<Vec<Dimension>>);

impl Unnamed {
    /// That of all families, where proxies saw anything of theirs.
    pub(super) fn of_pairs(
        pairs: &[Pair],
        (families, sources): (&[Family], &[(&Name, &SourceRollup)]),
        addresses: &Addresses,
    ) -> Self {
        let is_any = !pairs.is_empty();
        let of_family = |family: (usize, &Family)| unnamed(family, sources, addresses);
        Self(families.iter().enumerate().filter(|_| is_any).map(of_family).collect())
    }

    /// Takes out of an application's view what its own attributes lack and its successes never name.
    pub(super) fn keep_out(&self, (family, own): (usize, &Arc<Attributes>), view: &mut View, merged: &mut Merged) {
        let unnamed = self.0.get(family).map_or(&[][..], |unnamed| unnamed);
        if unnamed.is_empty() || Arc::ptr_eq(own, &view.attributes) {
            return;
        }
        let Merged {
            attributes,
            kept: (of_family, kept),
            ..
        } = merged;
        if *of_family != family {
            (*of_family, *kept) = (family, Pairs::default());
        }
        view.attributes = kept.of(Some(own), &view.attributes, || {
            let mut left = Attributes::clone(&view.attributes);
            for &dimension in unnamed.iter().filter(|dimension| own.get(**dimension).is_none()) {
                left.set(dimension, None);
            }
            attributes.of(left)
        });
    }
}

fn unnamed((number, family): (usize, &Family), sources: &[(&Name, &SourceRollup)], addresses: &Addresses) -> Vec<Dimension> {
    let grain = counted_grain(family, sources);
    let (mut all, mut named) = (0_u64, [0_u64; ASKED.len()]);
    for (_, rollup) in family.sources.iter().filter_map(|&index| sources.get(index)) {
        let mut counts: Vec<u64> = Vec::new();
        for (_, _, id, cell) in rollup.cells.counted().filter(|(_, of, ..)| *of == grain) {
            let id = usize::from(id);
            if counts.len() <= id {
                counts.resize(id + 1, 0);
            }
            if let Some(count) = counts.get_mut(id) {
                *count += u64::from(cell.ok);
            }
        }
        for (id, attributes) in rollup.cells.numbered_combinations() {
            let count = counts.get(usize::from(id)).copied().unwrap_or(0);
            let filled = if count > 0 {
                addresses.filled(number, attributes)
            } else {
                continue;
            };
            all += count;
            for (dimension, named) in ASKED.iter().zip(&mut named) {
                *named += if filled.get(*dimension).is_some() { count } else { 0 };
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let is_unnamed = |named: u64| (named as f64) < all as f64 * NAMED_SHARE;
    let asked = ASKED.into_iter().zip(named);
    asked
        .filter(|(_, named)| is_unnamed(*named))
        .map(|(dimension, _)| dimension)
        .collect()
}
