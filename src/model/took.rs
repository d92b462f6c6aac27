//! How long successes took, in classes of length: percentiles without keeping every duration.

/// Seconds of a stretch in which durations are put together: a fault's own scale (the longest transient one), so that an
/// hour before a window is a dozen of them.
pub const TOOK_SECONDS: i64 = 300;

/// A class of lengths; two a doubling, so that a class is 41 % wide at most and a percentile is off by half of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TookClass(u8);

impl TookClass {
    /// The class of a duration in milliseconds.
    #[must_use]
    pub fn of(ms: u32) -> Self {
        let ms = ms.max(2);
        let doublings = ms.ilog2();
        let upper_half = (ms >> (doublings - 1)) & 1;
        Self(u8::try_from(doublings * 2 + upper_half).unwrap_or(u8::MAX))
    }

    /// The number of the class: those of lengths that follow each other follow each other.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Shortest duration of the class and of the next one, in milliseconds.
    #[must_use]
    pub fn bounds(self) -> (u64, u64) {
        let start = |class: u64| {
            let base = 1_u64 << (class / 2);
            if class.is_multiple_of(2) { base } else { base + base / 2 }
        };
        let class = u64::from(self.0);
        (start(class), start(class + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::TookClass;

    #[test]
    fn every_duration_lies_within_its_class() {
        for ms in (2..100_000).chain([u32::MAX - 1, u32::MAX]) {
            let (from, to) = TookClass::of(ms).bounds();
            assert!((from..to).contains(&u64::from(ms)), "{ms}: {from} to {to}");
        }
    }
}
