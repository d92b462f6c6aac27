//! A coordinated sample of ids: the smallest hashes, so that two logs of the same traffic keep the same ids.
//!
//! Joined pairs of the sample tell the skew between two clocks and which client is which application
//! (classification B1 and B3.2). Smallest-k is mergeable: the smallest of the union are the union of the smallest.

use super::terms::Name;
use super::time::Time;
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Ids kept per source. 8,192 pairs put the median offset of two clocks below a millisecond.
const KEPT: usize = 8192;

/// One sampled id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampledId {
    /// The time of its first record.
    pub time: Time,
    /// Its duration in milliseconds.
    pub duration_ms: Option<u32>,
    /// Who sent it, as a proxy saw it.
    pub client: Option<Name>,
}

/// Ids up to which a sample is a list: most sources of a great many are tiny, and a map's first node weighs as much as a
/// dozen ids.
const FEW: usize = 32;

/// The sample of one source for one kind of id; behind a pointer, for most sources of a great many have no id of a kind.
#[derive(Clone, Debug, Default)]
pub struct IdSample {
    kept: Option<Box<Kept>>,
}

/// What is kept, by hash.
#[derive(Clone, Debug)]
enum Kept {
    /// Sorted; many a log holds one id, which takes no room beside it.
    Few(SmallVec<[(u64, SampledId); 1]>),
    Many(BTreeMap<u64, SampledId>),
}

impl Default for Kept {
    fn default() -> Self {
        Self::Few(SmallVec::new())
    }
}

impl PartialEq for IdSample {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for IdSample {}

impl IdSample {
    /// Whether an id with this hash would be kept: the cheap question asked of every success.
    #[must_use]
    pub fn wants(&self, hash: u64) -> bool {
        match self.kept.as_deref() {
            None | Some(Kept::Few(_)) => true,
            Some(Kept::Many(kept)) => kept.len() < KEPT || kept.last_key_value().is_some_and(|(largest, _)| hash <= *largest),
        }
    }

    /// Keeps an id; of two records with one id the earlier stays.
    pub fn keep(&mut self, hash: u64, seen: SampledId) {
        let all = self.kept.get_or_insert_default();
        match &mut **all {
            Kept::Few(kept) => match kept.binary_search_by_key(&hash, |(hash, _)| *hash) {
                Ok(at) => {
                    if let Some((_, mine)) = kept.get_mut(at).filter(|(_, mine)| seen < *mine) {
                        *mine = seen;
                    }
                }
                Err(at) => kept.insert(at, (hash, seen)),
            },
            Kept::Many(kept) => {
                match kept.entry(hash) {
                    Entry::Vacant(place) => {
                        place.insert(seen);
                    }
                    Entry::Occupied(mut mine) if seen < *mine.get() => {
                        mine.insert(seen);
                    }
                    Entry::Occupied(_) => {}
                }
                if kept.len() > KEPT {
                    kept.pop_last();
                }
            }
        }
        if let Kept::Few(kept) = &mut **all
            && kept.len() > FEW
        {
            **all = Kept::Many(std::mem::take(kept).into_iter().collect());
        }
    }

    /// Gives back what room was made for more.
    pub(super) fn fit(&mut self) {
        if let Some(Kept::Few(kept)) = self.kept.as_deref_mut() {
            kept.shrink_to_fit();
        }
    }

    /// Keeps only ids whose hash has no bit of `fraction`: of so many of two samples the same ones.
    pub fn thin(&mut self, fraction: u64) {
        match self.kept.as_deref_mut() {
            None => {}
            Some(Kept::Few(kept)) => kept.retain(|(hash, _)| *hash & fraction == 0),
            Some(Kept::Many(kept)) => kept.retain(|hash, _| hash & fraction == 0),
        }
    }

    /// Adds another sample, the smaller one to the larger: which of them is whose makes no difference.
    pub fn merge(&mut self, mut other: Self) {
        if other.len() > self.len() {
            std::mem::swap(self, &mut other);
        }
        for (hash, seen) in other.iter() {
            // They come the smallest first.
            if !self.wants(hash) {
                break;
            }
            self.keep(hash, seen.clone());
        }
    }

    /// The ids kept, by hash.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &SampledId)> {
        let (few, many) = match self.kept.as_deref() {
            None => (&[][..], None),
            Some(Kept::Few(kept)) => (kept.as_slice(), None),
            Some(Kept::Many(kept)) => (&[][..], Some(kept)),
        };
        let many = many.into_iter().flatten().map(|(hash, seen)| (*hash, seen));
        few.iter().map(|(hash, seen)| (*hash, seen)).chain(many)
    }

    /// What was kept under a hash.
    #[must_use]
    pub fn get(&self, hash: u64) -> Option<&SampledId> {
        match self.kept.as_deref()? {
            Kept::Few(kept) => {
                let at = kept.binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
                kept.get(at).map(|(_, seen)| seen)
            }
            Kept::Many(kept) => kept.get(&hash),
        }
    }

    /// Every client, to be changed.
    pub fn clients_mut(&mut self) -> impl Iterator<Item = &mut Name> {
        let (few, many) = match self.kept.as_deref_mut() {
            None => (None, None),
            Some(Kept::Few(kept)) => (Some(kept), None),
            Some(Kept::Many(kept)) => (None, Some(kept)),
        };
        let few = few.into_iter().flatten().map(|(_, seen)| seen);
        let many = many.into_iter().flat_map(BTreeMap::values_mut);
        few.chain(many).filter_map(|seen| seen.client.as_mut())
    }

    /// How many ids are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.kept.as_deref() {
            None => 0,
            Some(Kept::Few(kept)) => kept.len(),
            Some(Kept::Many(kept)) => kept.len(),
        }
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{IdSample, KEPT, SampledId};
    use crate::model::Time;

    #[test]
    fn two_samples_of_one_traffic_keep_the_same_ids() {
        let sample = |hashes: &mut dyn Iterator<Item = u64>| {
            let mut sample = IdSample::default();
            for hash in hashes {
                sample.keep(
                    hash,
                    SampledId {
                        time: Time(0),
                        duration_ms: None,
                        client: None,
                    },
                );
            }
            sample
        };
        let many = KEPT as u64 * 3;
        let forwards = sample(&mut (0..many));
        let backwards = sample(&mut (0..many).rev());
        assert_eq!(forwards, backwards);
    }
}
