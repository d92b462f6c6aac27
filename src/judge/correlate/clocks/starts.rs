//! Whether stamps are starts: then the durations explain how far pairs are apart (classification B3.1).

use crate::judge::correlate::shared_ids::{PAIRS_NEEDED, Pair};

/// How far a proxy's stamp is from the end of an application's attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Apart {
    pub(super) lag_ms: i64,
    /// How long the proxy says that it took, if it does.
    pub(super) proxy_ms: Option<i64>,
}

/// The durations must explain this much of the spread for a stamp to be a start (classification B3.1: less than half
/// the interquartile range is left).
const START_SPREAD: f64 = 0.5;

/// Whether the application stamps starts: then its durations explain the spread of the pairs' distances.
pub(super) fn stamps_start(pairs: &[Pair]) -> bool {
    explain(pairs.iter().map(|pair| (pair.apart_ms, pair.apart_ms - pair.duration_ms)))
}

/// Whether the proxy stamps starts (HAProxy's `%tr`, Apache's `%t` and Varnish's do, and what a site made of them does not
/// say so): then its own durations explain it. An application that does looks the other way round.
pub(super) fn proxy_stamps_start(apart: &[Apart]) -> bool {
    explain(apart.iter().filter_map(|one| Some((one.lag_ms, one.lag_ms + one.proxy_ms?))))
}

/// Whether distances, each as it is and less a duration, lie much nearer together less their durations.
fn explain(distances: impl Iterator<Item = (i64, i64)>) -> bool {
    let (as_ends, as_starts): (Vec<i64>, Vec<i64>) = distances.unzip();
    as_ends.len() >= PAIRS_NEEDED && spread(as_starts) < START_SPREAD * spread(as_ends)
}

/// Interquartile range.
fn spread(mut values: Vec<i64>) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let mut at = |quarter: usize| *values.select_nth_unstable(last * quarter / 4).1;
    let (third, first) = (at(3), at(1));
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a day fit 53 bits")]
    let spread = third.saturating_sub(first) as f64;
    spread
}

#[cfg(test)]
mod tests {
    use super::{Apart, Pair, proxy_stamps_start, stamps_start};

    #[test]
    fn durations_that_explain_the_distance_mean_a_stamp_of_the_start() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i * 700 + (i % 3),
                duration_ms: i * 700,
                proxy_ms: Some(i * 700),
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
                proxy_ms: Some(i * 700),
            })
            .collect();
        assert!(!stamps_start(&pairs));
    }

    #[test]
    fn a_proxy_that_stamps_starts_is_the_less_ahead_the_longer_it_takes() {
        let apart = |way: i64, proxy_ms: fn(i64) -> Option<i64>| -> Vec<Apart> {
            let one = |i: i64| Apart {
                lag_ms: way * i * 700 + (i % 3),
                proxy_ms: proxy_ms(i * 700 - 5),
            };
            (0..20).map(one).collect()
        };
        assert!(proxy_stamps_start(&apart(-1, Some)));
        assert!(!proxy_stamps_start(&apart(1, Some)));
        assert!(!proxy_stamps_start(&apart(0, Some)));
        assert!(!proxy_stamps_start(&apart(-1, |_| None)));
    }
}
