//! What holds each sampled id: of hundreds of logs each shares ids with few, and which ones is told by looking each id up once.

use ahash::AHashMap;

/// Values by the hash of an id. Those of one hash are chained through one list: most ids have one, and a list for each weighs
/// more than what is in it.
#[derive(Clone, Debug)]
pub(super) struct ByHash<T> {
    /// The place of the last one of each.
    last: AHashMap<u64, u32>,
    /// Each with the place of the one before it of the same hash.
    all: Vec<(T, Option<u32>)>,
}

impl<T> Default for ByHash<T> {
    fn default() -> Self {
        Self::with_room(0)
    }
}

impl<T> ByHash<T> {
    /// None yet, with room for so many.
    pub(super) fn with_room(count: usize) -> Self {
        Self {
            last: AHashMap::with_capacity(count),
            all: Vec::with_capacity(count),
        }
    }

    /// Adds one. A sample has 8,192 ids at most: 2^32 are those of half a million logs, and beyond them none is added.
    pub(super) fn add(&mut self, hash: u64, of: T) {
        if let Ok(number) = u32::try_from(self.all.len()) {
            let before = self.last.insert(hash, number);
            self.all.push((of, before));
        }
    }

    /// Those of one id, the last added first.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = &T> {
        let at = |number: u32| self.all.get(number as usize);
        let last = self.last.get(&hash).and_then(|number| at(*number));
        std::iter::successors(last, move |(_, before)| at((*before)?)).map(|(of, _)| of)
    }
}

#[cfg(test)]
mod tests {
    use super::ByHash;

    #[test]
    fn all_values_of_an_id_are_found_and_no_others() {
        let mut by_hash = ByHash::default();
        for (hash, of) in [(1, 'a'), (2, 'b'), (1, 'c')] {
            by_hash.add(hash, of);
        }
        let found = |hash| by_hash.get(hash).copied().collect::<String>();
        assert_eq!([found(1), found(2), found(3)], ["ca", "b", ""]);
    }
}
