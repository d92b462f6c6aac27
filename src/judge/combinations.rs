//! Few combinations of attributes stand behind a million attempts: they are told apart by where they lie, and each is
//! looked into once.

use crate::model::{Attempt, Attributes};
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

/// How much there is of each combination, in the order in which they are met; equal ones may stand there twice.
pub(super) fn counted<'a>(all: impl Iterator<Item = (&'a Arc<Attributes>, u64)>) -> Vec<(&'a Attributes, u64)> {
    let mut places: AHashMap<usize, usize> = AHashMap::new();
    let mut counted: Vec<(&Attributes, u64)> = Vec::new();
    for (attributes, count) in all {
        let place = *places.entry(lies_at(attributes)).or_insert(counted.len());
        match counted.get_mut(place) {
            Some((_, sum)) => *sum += count,
            None => counted.push((attributes, count)),
        }
    }
    counted
}

/// The combinations of some failures.
pub(super) fn of_failures<'a>(failures: &[&'a Attempt]) -> Vec<(&'a Attributes, u64)> {
    counted(failures.iter().map(|attempt| (&attempt.attributes, 1)))
}
