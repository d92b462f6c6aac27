//! Whether stamps are starts: then the durations explain how far pairs are apart (classification B3.1).

use crate::judge::correlate::shared_ids::{PAIRS_NEEDED, Pair};

/// The durations must explain this much of the spread for a stamp to be a start (classification B3.1: less than half
/// the interquartile range is left).
const START_SPREAD: f64 = 0.5;

/// Whether the application stamps starts: then its durations explain the spread of the pairs' distances.
pub(super) fn stamps_start(pairs: &[Pair]) -> bool {
    if pairs.len() < PAIRS_NEEDED {
        return false;
    }
    let as_ends = spread(pairs.iter().map(|pair| pair.apart_ms));
    let as_starts = spread(pairs.iter().map(|pair| pair.apart_ms - pair.duration_ms));
    as_starts < START_SPREAD * as_ends
}

/// Interquartile range.
fn spread(values: impl Iterator<Item = i64>) -> f64 {
    let mut values: Vec<i64> = values.collect();
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let mut at = |quarter: usize| *values.select_nth_unstable(last * quarter / 4).1;
    let (third, first) = (at(3), at(1));
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a day fit 53 bits")]
    let spread = third.saturating_sub(first) as f64;
    spread
}

#[cfg(test)]
mod tests {
    use super::{Pair, stamps_start};

    #[test]
    fn durations_that_explain_the_distance_mean_a_stamp_of_the_start() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i * 700 + (i % 3),
                duration_ms: i * 700,
            })
            .collect();
        assert!(stamps_start(&pairs));
    }

    #[test]
    fn stamps_of_the_end_stay_as_they_are() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i % 3,
                duration_ms: i * 700,
            })
            .collect();
        assert!(!stamps_start(&pairs));
    }
}
