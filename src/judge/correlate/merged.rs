//! What the views of a log share, each value held once, and what came of two of them made once.

use crate::model::{Attributes, ErrorSaid, Shared};
use ahash::AHashMap;
use std::sync::Arc;

/// What the views of a log share: its records are put together in the same few ways over and over.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) attributes: Shared<Attributes>,
    pub(super) errors: Shared<ErrorSaid>,
    pub(super) filled: Pairs<Attributes>,
    pub(super) said: Pairs<ErrorSaid>,
    /// What is left of filled attributes where an application's successes do not name them, and whose these are.
    pub(super) kept: (usize, Pairs<Attributes>),
}

/// What came of two values, by where they lie: to look that up costs a tenth of making it again and finding its equal. The
/// two are held beside it, so that nothing else comes to lie there.
#[derive(Debug)]
pub(super) struct Pairs<T>(AHashMap<[usize; 2], Made<T>>);

/// Two values, and what came of them.
type Made<T> = ([Option<Arc<T>>; 2], Arc<T>);

/// Pairs held at a time: more than two logs' ways of telling one end, and few enough that logs which name a client in every
/// line cost no more than a megabyte.
const PAIRS: usize = 8_192;

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(AHashMap::default())
    }
}

impl<T> Pairs<T> {
    /// What `make` makes of two values.
    pub(super) fn of(&mut self, mine: Option<&Arc<T>>, theirs: &Arc<T>, make: impl FnOnce() -> Arc<T>) -> Arc<T> {
        let key = [mine, Some(theirs)].map(|one| one.map_or(0, |one| Arc::as_ptr(one).addr()));
        if let Some((_, made)) = self.0.get(&key) {
            return Arc::clone(made);
        }
        if self.0.len() >= PAIRS {
            self.0.clear();
        }
        let made = make();
        let of = [mine.cloned(), Some(Arc::clone(theirs))];
        self.0.insert(key, (of, Arc::clone(&made)));
        made
    }
}
