//! Values that a log repeats a million times, each held once.

use ahash::AHashSet;
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

/// Values held at a time: more than the models, routes and hosts of any site, and a few megabytes of the longest of them.
const HELD: usize = 16_384;

/// Values of one kind. Whoever asks for an equal one again gets the one that was there first.
#[derive(Clone, Debug)]
pub struct Shared<T: ?Sized>(AHashSet<Arc<T>>);

impl<T: ?Sized> Default for Shared<T> {
    fn default() -> Self {
        Self(AHashSet::default())
    }
}

impl<T: ?Sized + Eq + Hash> Shared<T> {
    /// The value that is held in the place of this one, which is made only where there is none. Where too many are held
    /// it begins anew: what was given before stays with those who have it.
    pub fn of<V>(&mut self, value: V) -> Arc<T>
    where
        V: Borrow<T> + Into<Arc<T>>,
    {
        if let Some(held) = self.0.get(value.borrow()) {
            return Arc::clone(held);
        }
        if self.0.len() >= HELD {
            self.0.clear();
        }
        let new = value.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, Shared};
    use std::sync::Arc;

    #[test]
    fn equal_values_are_one() {
        let mut words = Shared::<str>::default();
        let (first, second) = (words.of("gpt-4o"), words.of("gpt-4o"));
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn no_more_are_held_than_the_limit() {
        let mut words = Shared::<str>::default();
        for word in 0..=HELD {
            words.of(word.to_string().as_str());
        }
        assert_eq!(words.0.len(), 1);
    }
}
