//! Few combinations of attributes stand behind a million attempts: they are told apart by where they lie, and each is
//! looked into once.

use crate::model::Attributes;
use ahash::AHashMap;
use std::cell::Cell;
use std::sync::Arc;

/// Where shared attributes lie: a number for them that costs nothing, and that nothing is ordered by.
pub(super) fn lies_at(attributes: &Arc<Attributes>) -> usize {
    Arc::as_ptr(attributes).addr()
}

/// Answers that are remembered at a time, each at a place of its own: more than the combinations of most sites.
const ANSWERS: usize = 512;

/// Asks a question of shared attributes, mostly once of those that lie at one place. They must stay there meanwhile.
pub(super) fn asked_once<'a>(ask: impl Fn(&Attributes) -> bool + 'a) -> impl Fn(&Arc<Attributes>) -> bool + 'a {
    // Nothing lies at nought. A table that grows took twice as long, for it hashes.
    let told: [Cell<(usize, bool)>; ANSWERS] = std::array::from_fn(|_| Cell::new((0, false)));
    move |attributes| {
        let at = lies_at(attributes);
        // What an allocator gives lies on multiples of sixteen.
        let Some(place) = told.get(((at / 16) ^ (at / (16 * ANSWERS))) % ANSWERS) else {
            return ask(attributes);
        };
        if place.get().0 != at {
            place.set((at, ask(attributes)));
        }
        place.get().1
    }
}

/// How much there is of each of a few shared things, in the order in which they are met. They are told apart by where they
/// lie, so equal ones may stand there twice.
#[derive(Clone, Debug)]
pub(super) struct Counts<'a, T> {
    places: AHashMap<usize, usize>,
    counts: Vec<(&'a T, u64)>,
    /// Where the last one lies and stands: mostly the next is the same.
    last: (usize, usize),
}

impl<T> Default for Counts<'_, T> {
    fn default() -> Self {
        Self {
            places: AHashMap::new(),
            counts: Vec::new(),
            // Nothing lies at nought.
            last: (0, 0),
        }
    }
}

impl<'a, T> Counts<'a, T> {
    /// Adds so much of one.
    pub(super) fn add(&mut self, one: &'a Arc<T>, count: u64) {
        let at = Arc::as_ptr(one).addr();
        if self.last.0 != at {
            let next = self.counts.len();
            self.last = (at, *self.places.entry(at).or_insert(next));
        }
        match self.counts.get_mut(self.last.1) {
            Some((_, sum)) => *sum += count,
            None => self.counts.push((one, count)),
        }
    }

    /// Each with how much there is of it.
    pub(super) fn counts(self) -> Vec<(&'a T, u64)> {
        self.counts
    }
}

/// How much there is of each combination: see [`Counts`].
pub(super) fn counted<'a>(all: impl Iterator<Item = (&'a Arc<Attributes>, u64)>) -> Vec<(&'a Attributes, u64)> {
    let mut counts = Counts::default();
    all.for_each(|(attributes, count)| counts.add(attributes, count));
    counts.counts()
}
