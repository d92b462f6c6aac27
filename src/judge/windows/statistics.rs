//! The few statistics that windows rest on: likelihoods of counts, and binomial tails.

/// Log likelihood of `k` failures among `n` at their own rate; 0 at the ends (classification B5).
pub(crate) fn log_likelihood(k: f64, n: f64) -> f64 {
    if n <= 0.0 || k <= 0.0 || k >= n {
        return 0.0;
    }
    let p = k / n;
    k * p.ln() + (n - k) * (1.0 - p).ln()
}

/// Highest rate a likelihood ratio is taken at: a rate of one would forbid a single success (classification B4).
pub(crate) const RATE_CEILING: f64 = 0.999;

/// Log likelihood ratio of the counts' own rate against the background rate `p0`, in nats; 0 where they are no more
/// frequent (classification B4).
pub(crate) fn evidence(k: f64, n: f64, p0: f64) -> f64 {
    if n <= 0.0 || k / n <= p0 {
        return 0.0;
    }
    let p = (k / n).min(RATE_CEILING);
    gain(k, n, p, p0)
}

/// What `k` failures among `n` gain in nats when their rate is `p` and not `p0`.
pub(crate) fn gain(k: f64, n: f64, p: f64, p0: f64) -> f64 {
    k * (p / p0).ln() + (n - k) * ((1.0 - p) / (1.0 - p0)).ln()
}

/// Nats by which two rates explain two counts better than one.
pub(crate) fn differ(k1: f64, n1: f64, k2: f64, n2: f64) -> f64 {
    log_likelihood(k1, n1) + log_likelihood(k2, n2) - log_likelihood(k1 + k2, n1 + n2)
}

/// P(K >= k) of a binomial with `n` trials at rate `p`.
pub(crate) fn binomial_at_least(k: f64, n: f64, p: f64) -> f64 {
    if k <= 0.0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    regularised_beta(p, k, n - k + 1.0)
}

/// P(K <= k) of a binomial with `n` trials at rate `p`.
pub(crate) fn binomial_at_most(k: f64, n: f64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    regularised_beta(1.0 - p, n - k, k + 1.0)
}

/// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22, evaluated after Lentz).
fn regularised_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(1.0 - x, b, a) / b
    }
}

fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const STEPS: u32 = 300;
    const CLOSE: f64 = 1e-14;
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut sum = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        sum *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let change = d * c;
        sum *= change;
        if (change - 1.0).abs() < CLOSE {
            break;
        }
    }
    sum
}

/// ln Γ(x) for x > 0, by Lanczos' series (g = 7, nine terms; Godfrey's coefficients), good to 1e-13.
fn log_gamma(x: f64) -> f64 {
    const SERIES: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut place = 1.0;
    for term in SERIES {
        sum += term / (x + place);
        place += 1.0;
    }
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts of attempts stay far below 2^53")]
pub(crate) fn f(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{binomial_at_least, binomial_at_most, evidence, log_likelihood};

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 5e-4 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn worked_example_1_evidence_of_the_whole_window() {
        close(evidence(22.0, 100.0, 0.003), 75.345);
        close(evidence(23.0, 180.0, 0.003), 65.297);
    }

    #[test]
    fn worked_example_2_three_failures_in_a_row() {
        close(evidence(3.0, 3.0, 0.003), 17.424);
    }

    #[test]
    fn worked_example_3_gain_of_the_model() {
        let gain = log_likelihood(24.0, 61.0) + log_likelihood(1.0, 240.0) - log_likelihood(25.0, 301.0) - 2.0;
        close(gain, 36.77);
    }

    #[test]
    fn worked_example_3_the_others_are_healthy() {
        let at_most_one = binomial_at_most(1.0, 240.0, 0.131);
        assert!(at_most_one > 4e-14 && at_most_one < 2e-13, "{at_most_one}");
        close(binomial_at_least(1.0, 240.0, 0.003), 0.514);
    }

    #[test]
    fn tails_of_small_counts_are_exact() {
        close(binomial_at_least(1.0, 2.0, 0.5), 0.75);
        close(binomial_at_most(0.0, 3.0, 0.1), 0.729);
    }
}
