//! A page's exchanges exported twice: the earlier export's are in the later one, and count once.
//!
//! Developer tools write all that they hold at every export, so the bytes differ and the exchanges do not.

use super::discover::LeftOut;
use crate::model::{Name, SourceRollup, Vantage};
use std::collections::BTreeMap;

/// Share of a log's records, or sampled ids, that must stand in the other, at the same time, for it to hold no more than that
/// one: the rest came while an export was written, or were cut off by a copy under way.
const SAME_SHARE: f64 = 0.9;

/// Takes out the exports that another one holds.
#[must_use]
pub(super) fn once(sources: &mut BTreeMap<Name, Box<SourceRollup>>) -> Vec<LeftOut> {
    let mut exports: Vec<(u64, Name)> = sources
        .iter()
        .filter(|(_, source)| source.vantage == Some(Vantage::Browser))
        .map(|(name, source)| (source.records, Name::clone(name)))
        .collect();
    exports.sort();
    let mut left_out = Vec::new();
    for (at, (_, few)) in exports.iter().enumerate() {
        let mut larger = exports.iter().skip(at + 1).rev();
        let kept = larger.find(|(_, many)| {
            sources
                .get(few)
                .zip(sources.get(many))
                .is_some_and(|(few, many)| is_in(few, many))
        });
        if let Some((_, kept)) = kept {
            sources.remove(few);
            if let Some(kept) = sources.get_mut(kept) {
                kept.notes
                    .insert("another export of its exchanges was found: counted once".to_owned());
            }
            left_out.push(LeftOut {
                copy: Name::clone(few),
                kept: Name::clone(kept),
            });
        }
    }
    left_out
}

/// Whether all exchanges of one export are in the other.
fn is_in(few: &SourceRollup, many: &SourceRollup) -> bool {
    let is_same = |(hash, seen): &(u64, &crate::model::SampledId)| {
        many.provider_ids.get(*hash).is_some_and(|other| other.time == seen.time)
    };
    let same = few.provider_ids.iter().filter(is_same).count();
    let within = few
        .span
        .zip(many.span)
        .is_some_and(|(few, many)| many.0 <= few.0 && few.1 <= many.1);
    is_enough(same as u64, few.provider_ids.len() as u64) && same > 0 && within
}

/// Whether so many are nearly all.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
pub(super) fn is_enough(same: u64, of: u64) -> bool {
    same as f64 >= of as f64 * SAME_SHARE
}
