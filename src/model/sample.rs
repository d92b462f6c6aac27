//! A coordinated sample of ids: the smallest hashes, so that two logs of the same traffic keep the same ids.
//!
//! Joined pairs of the sample tell the skew between two clocks and which client is which application
//! (classification B1 and B3.2). Smallest-k is mergeable: the smallest of the union are the union of the smallest.

use super::seldom::Seldom;
use super::terms::Name;
use super::time::Time;
use smallvec::SmallVec;

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

/// The sample of one source for one kind of id. Behind a pointer, for most sources of a great many have no id of a kind.
#[derive(Clone, Debug, Default)]
pub struct IdSample(Option<Box<Kept>>);

#[derive(Clone, Debug, Default)]
struct Kept {
    /// Sorted; many a log holds one id, which takes no room beside it.
    ids: SmallVec<[HashedId; 1]>,
    /// Laid by, to be put to them together: one by one they took a tenth of a run over 64 MB.
    fresh: Seldom<Vec<HashedId>>,
}

/// An id by its hash.
type HashedId = (u64, SampledId);

/// Ids that are laid by at most.
const FRESH: usize = 2048;

impl PartialEq for IdSample {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for IdSample {}

impl Kept {
    /// Puts those that were laid by to the others, for good.
    fn settle(&mut self) {
        self.put();
        self.fresh = Seldom::default();
    }

    /// Puts those that were laid by to the others, and keeps the room where the next ones are laid.
    fn put(&mut self) {
        let mut fresh = std::mem::take(&mut self.fresh);
        if let Some(fresh) = fresh.held_mut() {
            fresh.sort_unstable();
            self.add(fresh.drain(..));
        }
        self.fresh = fresh;
    }

    /// Adds those of a sorted list.
    fn add(&mut self, theirs: impl ExactSizeIterator<Item = HashedId>) {
        if theirs.len() == 0 {
            return;
        }
        let room = (self.ids.len() + theirs.len()).min(KEPT);
        let mine = std::mem::replace(&mut self.ids, SmallVec::with_capacity(room));
        let (mut mine, mut theirs) = (mine.into_iter().peekable(), theirs.peekable());
        while self.ids.len() < KEPT {
            let is_mine = match (mine.peek(), theirs.peek()) {
                (Some(one), Some(other)) => one <= other,
                (one, _) => one.is_some(),
            };
            let Some((hash, seen)) = (if is_mine { mine.next() } else { theirs.next() }) else {
                break;
            };
            // Of one id the earliest comes first.
            if self.ids.last().is_none_or(|(last, _)| *last != hash) {
                self.ids.push((hash, seen));
            }
        }
    }
}

impl IdSample {
    /// Whether an id with this hash would be kept: the cheap question asked of every success.
    #[must_use]
    pub fn wants(&self, hash: u64) -> bool {
        let ids = self.0.as_ref().map_or(&[][..], |kept| &kept.ids);
        ids.len() < KEPT || ids.last().is_some_and(|(largest, _)| hash <= *largest)
    }

    /// Keeps an id; of two records with one id the earlier stays.
    pub fn keep(&mut self, hash: u64, seen: SampledId) {
        let ids = &mut self.0.get_or_insert_default().ids;
        match ids.binary_search_by_key(&hash, |(hash, _)| *hash) {
            Ok(at) => {
                if let Some((_, mine)) = ids.get_mut(at).filter(|(_, mine)| seen < *mine) {
                    *mine = seen;
                }
            }
            Err(at) => ids.insert(at, (hash, seen)),
        }
        ids.truncate(KEPT);
    }

    /// Keeps an id, as [`Self::keep`] does, from [`Self::settle`] on; nothing but [`Self::wants`] may be asked before.
    pub fn lay_by(&mut self, hash: u64, seen: SampledId) {
        let kept = self.0.get_or_insert_default();
        kept.fresh.push((hash, seen));
        if kept.fresh.len() >= FRESH {
            kept.put();
        }
    }

    /// Puts the ids that were laid by to the others.
    pub fn settle(&mut self) {
        if let Some(kept) = &mut self.0 {
            kept.settle();
        }
    }

    /// Gives back what room was made for more.
    pub(super) fn fit(&mut self) {
        if let Some(kept) = &mut self.0 {
            kept.settle();
            kept.ids.shrink_to_fit();
        }
    }

    /// Keeps only ids whose hash has no bit of `fraction`: of so many of two samples the same ones. Gives back the room of the
    /// others: of 200 packed logs it was a quarter of all memory.
    pub fn thin(&mut self, fraction: u64) {
        self.retain(|hash, _| hash & fraction == 0);
    }

    /// Lets go of those that are not to stay, and of their room.
    pub fn retain(&mut self, stays: impl Fn(u64, &SampledId) -> bool) {
        if let Some(kept) = &mut self.0 {
            kept.settle();
            kept.ids.retain(|(hash, seen)| stays(*hash, seen));
            kept.ids.shrink_to_fit();
        }
    }

    /// The low bits that no hash in it has: of a big log only a fraction of the ids is sampled, those without these bits.
    #[must_use]
    pub fn bits_lacking(&self) -> u64 {
        let any = self.ids().iter().fold(0, |any, (hash, _)| any | hash);
        // The lowest bit that is set, and then all below it; of none in it, all.
        (any & any.wrapping_neg()).wrapping_sub(1)
    }

    /// Adds another sample.
    pub fn merge(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (None, theirs) => self.0 = theirs,
            (Some(mine), Some(mut theirs)) => {
                mine.settle();
                theirs.settle();
                mine.add(theirs.ids.into_iter());
            }
            (Some(_), None) => {}
        }
    }

    fn ids(&self) -> &[HashedId] {
        self.0.as_ref().map_or(&[], |kept| {
            debug_assert!(kept.fresh.is_empty(), "asked before it was settled");
            &kept.ids
        })
    }

    /// The ids kept, by hash.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &SampledId)> {
        self.ids().iter().map(|(hash, seen)| (*hash, seen))
    }

    /// What was kept under a hash.
    #[must_use]
    pub fn get(&self, hash: u64) -> Option<&SampledId> {
        let at = self.ids().binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
        self.ids().get(at).map(|(_, seen)| seen)
    }

    /// Every client, to be changed.
    pub fn clients_mut(&mut self) -> impl Iterator<Item = &mut Name> {
        let ids = self.0.iter_mut().flat_map(|kept| &mut kept.ids);
        ids.filter_map(|(_, seen)| seen.client.as_mut())
    }

    /// How many ids are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids().len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids().is_empty()
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

    #[test]
    fn ids_kept_together_are_those_kept_one_by_one() {
        let times = 3 * KEPT as i64;
        // Every id comes twice, the later record first.
        let seen = (0..2 * times).rev().map(|at| {
            let hash = crate::model::id_hash(&(at % times).to_string());
            let seen = SampledId {
                time: Time(at),
                duration_ms: None,
                client: None,
            };
            (hash, seen)
        });
        let seen: Vec<_> = seen.collect();
        let (mut one_by_one, mut together) = (IdSample::default(), IdSample::default());
        seen.iter().cloned().for_each(|(hash, seen)| one_by_one.keep(hash, seen));
        seen.iter().cloned().for_each(|(hash, seen)| together.lay_by(hash, seen));
        together.settle();
        assert_eq!(together.len(), KEPT);
        assert_eq!(together, one_by_one);
    }
}
