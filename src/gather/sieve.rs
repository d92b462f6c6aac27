//! Says of most ids at once that nobody asked for them, and of most parts of logs that they hold none of those.

use std::collections::BTreeSet;

/// Bits for each id: one id in sixteen that nobody asked for passes, and is looked for in the set.
const BITS_EACH: usize = 16;

/// A bit for each id that is asked for, by its hash. A set of ids lies all over the memory, and the second look asks it of every
/// line; measured, it was a seventh of a run over a gigabyte.
#[derive(Debug)]
pub struct Sieve(Vec<u64>);

impl Sieve {
    /// A sieve that these hashes pass.
    #[must_use]
    pub fn of(hashes: &BTreeSet<u64>) -> Self {
        let words = (hashes.len() * BITS_EACH).div_ceil(64).next_power_of_two();
        let mut sieve = Self(vec![0; words.min(MOST_WORDS)]);
        for hash in hashes {
            let (word, bit) = sieve.place(upper(*hash));
            if let Some(word) = sieve.0.get_mut(word) {
                *word |= bit;
            }
        }
        sieve
    }

    /// Whether a hash may be one of them; never wrong where it says no.
    #[inline]
    #[must_use]
    pub fn passes(&self, hash: u64) -> bool {
        self.passes_half(upper(hash))
    }

    /// Whether an id of which only the upper half of the hash is known may be one of them.
    #[inline]
    fn passes_half(&self, half: u32) -> bool {
        let (word, bit) = self.place(half);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    #[inline]
    fn place(&self, half: u32) -> (usize, u64) {
        let mask = self.0.len() - 1;
        ((half >> 6) as usize & mask, 1 << (half & 63))
    }
}

/// Words of 64 bits that half a hash can tell apart.
const MOST_WORDS: usize = 1 << (u32::BITS - 6);

fn upper(hash: u64) -> u32 {
    (hash >> u32::BITS) as u32
}

/// Ids kept of one part: a piece of a plain file has fewer, and a stream that has more of them is read again whole.
const IDS_OF_A_PART: usize = 1 << 20;

/// Ids kept of all parts together, 40 MiB of them: those of two gigabytes of short lines. Beyond it parts are read again.
pub(super) const IDS_OF_ALL: usize = 8 << 20;

/// The successes of one part of a log that a second look may want.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Savers {
    /// There are some without an id, or too many with one: the part is always looked at again.
    pub(super) any: bool,
    /// What is kept of the others; behind a pointer, for a tiny log is quicker read again than its ids are held.
    ids: Option<Box<Hashes>>,
}

/// What is kept of the hashes of callers' ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hashes {
    /// The upper half of each.
    halves: Vec<u32>,
    /// The byte below that half, for each of them. By the half alone one id in a hundred million was taken for another: of a
    /// gigabyte with ninety thousand failing calls a part of one MiB in fourteen was read again for nothing, and a packed log
    /// of five in four.
    below: Vec<u8>,
}

/// The bits of a hash that are kept: the upper ones, so that they are in the order of the hashes.
#[expect(clippy::cast_possible_truncation, reason = "the rest is left out")]
fn kept(hash: u64) -> (u32, u8) {
    (upper(hash), (hash >> (u32::BITS - u8::BITS)) as u8)
}

impl Savers {
    /// Notes the caller's id of a success.
    #[inline]
    pub(super) fn note(&mut self, hash: u64) {
        if self.len() >= IDS_OF_A_PART {
            self.forget();
        }
        if !self.any {
            let (half, below) = kept(hash);
            let ids = self.ids.get_or_insert_default();
            ids.halves.push(half);
            ids.below.push(below);
        }
    }

    /// Whether there are any.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        !self.any && self.len() == 0
    }

    fn len(&self) -> usize {
        self.ids.as_ref().map_or(0, |ids| ids.halves.len())
    }

    /// Adds those of another program that writes into the part.
    pub(super) fn add(&mut self, other: Self) {
        match (&mut self.ids, other.ids) {
            (Some(mine), Some(mut theirs)) => {
                mine.halves.append(&mut theirs.halves);
                mine.below.append(&mut theirs.below);
            }
            (mine @ None, theirs) => *mine = theirs,
            (Some(_), None) => {}
        }
        self.any |= other.any;
    }

    /// Frees what is not needed to answer, or is more than `room` ids. Gives how many ids are kept.
    pub(super) fn settle(&mut self, room: usize) -> usize {
        if self.any || self.len() > room {
            self.forget();
        }
        if let Some(ids) = &mut self.ids {
            ids.halves.shrink_to_fit();
            ids.below.shrink_to_fit();
        }
        self.len()
    }

    /// Forgets the ids: the part is always looked at again.
    pub(super) fn forget(&mut self) {
        self.any |= self.ids.is_some();
        self.ids = None;
    }
}

/// The callers' ids that were asked for, as they are sought among the [`Savers`] of a part.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    sieve: &'a Sieve,
    /// What is kept of their hashes, sorted.
    kept: Vec<(u32, u8)>,
}

impl<'a> Asked<'a> {
    /// These ids, which `sieve` was made of.
    #[must_use]
    pub(super) fn of(hashes: &BTreeSet<u64>, sieve: &'a Sieve) -> Self {
        Self {
            sieve,
            kept: hashes.iter().map(|hash| kept(*hash)).collect(),
        }
    }

    /// Whether one of the successes may have been asked for; never wrong where it says no.
    #[must_use]
    pub(super) fn may_be_among(&self, savers: &Savers) -> bool {
        let is_asked =
            |(half, below): (&u32, &u8)| self.sieve.passes_half(*half) && self.kept.binary_search(&(*half, *below)).is_ok();
        let ids = || savers.ids.iter().flat_map(|ids| ids.halves.iter().zip(&ids.below));
        savers.any || ids().any(is_asked)
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Savers, Sieve};
    use crate::model::id_hash;
    use std::collections::BTreeSet;

    #[test]
    fn what_was_asked_for_passes_and_most_else_does_not() {
        let hash = |number: u32| id_hash(&format!("call-{number}"));
        let asked: BTreeSet<u64> = (0..1000).map(hash).collect();
        let sieve = Sieve::of(&asked);
        assert!(asked.iter().all(|hash| sieve.passes(*hash)));
        let passed = (1000..11_000).filter(|number| sieve.passes(hash(*number))).count();
        assert!(passed < 1500, "{passed}");
        assert!(!Sieve::of(&BTreeSet::new()).passes(hash(1)));
    }

    #[test]
    fn a_part_that_holds_an_id_is_looked_at_and_others_are_not() {
        let hash = |number: u32| id_hash(&format!("call-{number}"));
        let asked: BTreeSet<u64> = (0..1000).map(hash).collect();
        let sieve = Sieve::of(&asked);
        let asked = Asked::of(&asked, &sieve);
        let part = |ids: std::ops::Range<u32>| {
            let mut savers = Savers::default();
            ids.for_each(|number| savers.note(hash(number)));
            savers
        };
        assert!(!asked.may_be_among(&part(1000..5000)));
        assert!(asked.may_be_among(&part(999..5000)));
        let mut forgotten = part(1000..5000);
        forgotten.forget();
        assert!(asked.may_be_among(&forgotten));
    }
}
