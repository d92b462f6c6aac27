//! A value that is nearly always empty: one word, until there is something in it.
//!
//! Of a hundred thousand tiny logs each has its notes, its unread lines and the rest, and nearly all of them have none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

/// A collection that is made when something is put into it.
#[derive(Clone, Debug)]
pub struct Seldom<T>(Option<Box<T>>);

impl<T> Seldom<T> {
    /// What was put in, if anything was; to change it.
    pub fn held_mut(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }

    /// What was put in, if anything was.
    pub fn held(self) -> Option<T> {
        self.0.map(|held| *held)
    }
}

/// What can be empty without being anywhere.
pub trait Empty: Sized + 'static {
    /// The empty one.
    const EMPTY: &'static Self;
}

impl<T: 'static> Empty for Vec<T> {
    const EMPTY: &'static Self = &Self::new();
}

impl<T: 'static> Empty for BTreeSet<T> {
    const EMPTY: &'static Self = &Self::new();
}

impl<K: 'static, V: 'static> Empty for BTreeMap<K, V> {
    const EMPTY: &'static Self = &Self::new();
}

impl<T: Empty + PartialEq> From<T> for Seldom<T> {
    fn from(value: T) -> Self {
        Self((value != *T::EMPTY).then(|| Box::new(value)))
    }
}

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Empty> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::EMPTY)
    }
}

impl<T: Empty + Default> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Empty + PartialEq> PartialEq for Seldom<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Empty + Eq> Eq for Seldom<T> {}

impl<A, T: Default + Extend<A>> Extend<A> for Seldom<T> {
    fn extend<I: IntoIterator<Item = A>>(&mut self, more: I) {
        let mut more = more.into_iter().peekable();
        if more.peek().is_some() {
            self.0.get_or_insert_default().extend(more);
        }
    }
}

impl<A, T: Default + Extend<A>> FromIterator<A> for Seldom<T> {
    fn from_iter<I: IntoIterator<Item = A>>(all: I) -> Self {
        let mut made = Self::default();
        made.extend(all);
        made
    }
}

impl<T: Default + IntoIterator> IntoIterator for Seldom<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        self.held().unwrap_or_default().into_iter()
    }
}

impl<'a, T: Empty> IntoIterator for &'a Seldom<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&**self).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Seldom;
    use std::collections::BTreeSet;

    #[test]
    fn nothing_put_in_takes_no_room() {
        let mut seldom: Seldom<BTreeSet<u8>> = Seldom::default();
        seldom.extend(Vec::<u8>::new());
        assert!(seldom.is_empty() && seldom.0.is_none());
        seldom.insert(1);
        assert_eq!(seldom.into_iter().collect::<Vec<_>>(), [1]);
    }
}
