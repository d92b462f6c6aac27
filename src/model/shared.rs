//! Values that a log repeats a million times, each held once.

use ahash::{AHashMap, AHashSet};
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

/// Values held at a time: more than the models, routes and hosts of any site, and a few megabytes of the longest of them.
const HELD: usize = 16_384;

/// Values of one kind. Whoever asks for an equal one again gets the one that was there first.
#[derive(Clone, Debug)]
pub struct Shared<T: ?Sized> {
    values: AHashSet<Arc<T>>,
    /// What values were exchanged for, by where they lie; each with itself, so that nothing else comes to lie there.
    exchanged: AHashMap<usize, [Arc<T>; 2]>,
}

impl<T: ?Sized> Default for Shared<T> {
    fn default() -> Self {
        Self {
            values: AHashSet::default(),
            exchanged: AHashMap::default(),
        }
    }
}

impl<T: ?Sized + Eq + Hash> Shared<T> {
    /// The value that is held in the place of this one, which is made only where there is none. Where too many are held
    /// it begins anew: what was given before stays with those who have it.
    pub fn of<V>(&mut self, value: V) -> Arc<T>
    where
        V: Borrow<T> + Into<Arc<T>>,
    {
        if let Some(held) = self.values.get(value.borrow()) {
            return Arc::clone(held);
        }
        if self.values.len() >= HELD {
            self.values.clear();
        }
        let new = value.into();
        self.values.insert(Arc::clone(&new));
        new
    }

    /// The same in the place of a value that many have in common already: it is hashed the first time only.
    pub fn in_place_of(&mut self, value: &Arc<T>) -> Arc<T> {
        let place = Arc::as_ptr(value).addr();
        if let Some([_, new]) = self.exchanged.get(&place) {
            return Arc::clone(new);
        }
        if self.exchanged.len() >= HELD {
            self.exchanged.clear();
        }
        let new = self.of(Arc::clone(value));
        self.exchanged.insert(place, [Arc::clone(value), Arc::clone(&new)]);
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
        let other = Arc::from("gpt-4o");
        for _ in 0..2 {
            assert!(Arc::ptr_eq(&words.in_place_of(&other), &first));
        }
    }

    #[test]
    fn no_more_are_held_than_the_limit() {
        let mut words = Shared::<str>::default();
        for word in 0..=HELD {
            words.of(word.to_string().as_str());
        }
        assert_eq!(words.values.len(), 1);
    }
}
