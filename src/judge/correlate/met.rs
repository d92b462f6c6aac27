//! Which records have an id that comes more than once: only these tie anything, and where calls fail for good none does.

use crate::workers::Workers;
use ahash::RandomState;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits for each record: one id in eight falls on another's.
const BITS_EACH: usize = 8;

/// Records that a worker looks at before it asks for more.
const RECORDS_AT_ONCE: usize = 4096;

/// What a record's ids may tie it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tied {
    /// It has none.
    Nameless,
    /// Nothing: no other record has one of its ids.
    Alone,
    /// Another record may have one of its ids: always where one has, and for about one id in eight where none has.
    Again,
}

/// What the ids of each record of some lists may tie it to. Measured on a million failures with an id each: to look every id up in a table of
/// names took a quarter of the judgement, for each is far from the last in memory, and only one thread did it.
pub(super) fn tied<R: Sync>(lists: &[&[R]], ids: impl Fn(&R) -> [Option<&str>; 2] + Sync, workers: &Workers) -> Vec<Tied> {
    let met = Met::of(lists.iter().map(|records| records.len()).sum());
    let pieces: Vec<&[R]> = lists.iter().flat_map(|records| records.chunks(RECORDS_AT_ONCE)).collect();
    let each = |record| ids(record).into_iter().flatten();
    workers.map(&pieces, |piece| piece.iter().flat_map(each).for_each(|id| met.note(id)));
    let of_record = |record: &R| {
        let ids = ids(record).into_iter().flatten();
        let again = ids.map(|id| if met.is_again(id) { Tied::Again } else { Tied::Alone });
        again.max().unwrap_or(Tied::Nameless)
    };
    let told = workers.map(&pieces, |piece| piece.iter().map(of_record).collect::<Vec<_>>());
    told.concat()
}

/// A filter of ids: two bits of each, at a place by its hash.
struct Met {
    hasher: RandomState,
    once: Vec<AtomicU64>,
    again: Vec<AtomicU64>,
}

impl Met {
    /// None yet, with room for those of so many records.
    fn of(records: usize) -> Self {
        let words = (records * BITS_EACH / 64).next_power_of_two();
        let empty = || std::iter::repeat_with(AtomicU64::default).take(words).collect();
        Self {
            hasher: RandomState::new(),
            once: empty(),
            again: empty(),
        }
    }

    /// The word and the bit of an id.
    fn place(&self, id: &str) -> (usize, u64) {
        let hash = self.hasher.hash_one(id);
        let word = (hash >> 6) as usize & (self.once.len() - 1);
        (word, 1 << (hash & 63))
    }

    fn note(&self, id: &str) {
        let (word, bit) = self.place(id);
        if let (Some(once), Some(again)) = (self.once.get(word), self.again.get(word))
            && once.fetch_or(bit, Ordering::Relaxed) & bit != 0
        {
            again.fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn is_again(&self, id: &str) -> bool {
        let (word, bit) = self.place(id);
        self.again
            .get(word)
            .is_some_and(|again| again.load(Ordering::Relaxed) & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Tied, tied};
    use crate::model::Name;
    use crate::workers::Workers;

    /// How many of records with these ids are told to be tied.
    fn again(numbers: impl Iterator<Item = usize>) -> usize {
        let ids: Vec<Name> = numbers.map(|number| Name::from(format!("req_{number}"))).collect();
        let told = tied(&[&ids], |id| [Some(id), None], &Workers::new(4));
        told.into_iter().filter(|tied| *tied == Tied::Again).count()
    }

    #[test]
    fn two_records_with_one_id_are_tied() {
        assert_eq!(again((0..10_000).chain(0..10_000)), 20_000);
    }

    #[test]
    fn of_records_that_share_no_id_few_are_taken_for_tied() {
        let taken = again(0..10_000);
        assert!(taken < 2_500, "{taken}");
    }

    #[test]
    fn a_record_without_an_id_is_nameless() {
        assert_eq!(tied(&[&[()][..]], |()| [None, None], &Workers::new(1)), [Tied::Nameless]);
    }
}
