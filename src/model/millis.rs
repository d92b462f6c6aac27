//! Lengths of time.

use std::num::NonZeroU32;

/// A length of time in whole milliseconds, up to seven weeks. `Option<Millis>` is no larger than it, which half a million
/// records with three of them each feel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(
    /// One more than there are.
    NonZeroU32,
);

impl Millis {
    /// How many there are.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get() - 1
    }
}

impl From<u32> for Millis {
    /// The longest is one shorter than the largest number.
    fn from(ms: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(ms))
    }
}

impl Default for Millis {
    fn default() -> Self {
        Self(NonZeroU32::MIN)
    }
}

impl From<Millis> for u32 {
    fn from(millis: Millis) -> Self {
        millis.get()
    }
}

impl From<Millis> for i64 {
    fn from(millis: Millis) -> Self {
        Self::from(millis.get())
    }
}

impl From<Millis> for f64 {
    fn from(millis: Millis) -> Self {
        Self::from(millis.get())
    }
}

impl std::fmt::Debug for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ms", self.get())
    }
}

#[cfg(test)]
mod tests {
    use super::Millis;

    #[test]
    fn every_length_but_the_longest_is_kept() {
        for ms in [0, 1, 600_000, u32::MAX - 1] {
            assert_eq!(Millis::from(ms).get(), ms);
        }
        assert_eq!(Millis::from(u32::MAX).get(), u32::MAX - 1);
    }
}
