//! Few combinations of attributes stand behind a million attempts: they are told apart by where they lie, and each is
//! looked into once.

use crate::model::Attributes;
use ahash::AHashMap;
use std::cell::Cell;
use std::sync::Arc;

/// Where what is shared lies: a number for it that costs nothing, and that nothing is ordered by.
pub(super) fn lies_at<T>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared).addr()
}

/// Answers that are remembered at a time, each at a place of its own: more than the combinations of most sites.
const ANSWERS: usize = 512;

/// The place among [`ANSWERS`] of what lies at `at`. What an allocator gives lies on multiples of sixteen.
fn place(at: usize) -> usize {
    ((at / 16) ^ (at / (16 * ANSWERS))) % ANSWERS
}

/// Asks a question of shared attributes, mostly once of those that lie at one place. They must stay there meanwhile.
pub(super) fn asked_once<'a>(ask: impl Fn(&Attributes) -> bool + 'a) -> impl Fn(&Arc<Attributes>) -> bool + 'a {
    // Nothing lies at nought. A table that grows took twice as long, for it hashes.
    let told: [Cell<(usize, bool)>; ANSWERS] = std::array::from_fn(|_| Cell::new((0, false)));
    move |attributes| {
        let at = lies_at(attributes);
        let Some(place) = told.get(place(at)) else {
            return ask(attributes);
        };
        if place.get().0 != at {
            place.set((at, ask(attributes)));
        }
        place.get().1
    }
}

/// Numbers of a few shared things, in the order in which they are met. They are told apart by where they lie, and must stay
/// there meanwhile, so equal ones may have two. The latest are remembered, each at a place of its own: to hash each of a
/// quarter of a million cells' attributes was most of what a table of them took.
#[derive(Clone, Debug)]
pub(super) struct Ordinals {
    /// Nothing lies at nought.
    latest: Vec<(usize, usize)>,
    all: AHashMap<usize, usize>,
}

impl Default for Ordinals {
    fn default() -> Self {
        Self {
            latest: vec![(0, 0); ANSWERS],
            all: AHashMap::new(),
        }
    }
}

impl Ordinals {
    /// The number of one, from 0.
    pub(super) fn of<T>(&mut self, one: &Arc<T>) -> usize {
        let at = lies_at(one);
        let place = place(at);
        match self.latest.get(place) {
            Some(&(known, number)) if known == at => return number,
            _ => {}
        }
        let next = self.all.len();
        let number = *self.all.entry(at).or_insert(next);
        if let Some(latest) = self.latest.get_mut(place) {
            *latest = (at, number);
        }
        number
    }

    /// The number of one that has one.
    pub(super) fn known<T>(&self, one: &Arc<T>) -> Option<usize> {
        let at = lies_at(one);
        match self.latest.get(place(at)) {
            Some(&(known, number)) if known == at => Some(number),
            _ => self.all.get(&at).copied(),
        }
    }
}

/// How much there is of each of a few shared things, in the order of their [`Ordinals`].
#[derive(Clone, Debug)]
pub(super) struct Counts<'a, T> {
    numbers: Ordinals,
    counts: Vec<(&'a T, u64)>,
}

impl<T> Default for Counts<'_, T> {
    fn default() -> Self {
        Self {
            numbers: Ordinals::default(),
            counts: Vec::new(),
        }
    }
}

impl<'a, T> Counts<'a, T> {
    /// Adds so much of one.
    pub(super) fn add(&mut self, one: &'a Arc<T>, count: u64) {
        match self.counts.get_mut(self.numbers.of(one)) {
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
