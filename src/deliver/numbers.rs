//! Sizes and shares as a reader wants them.

use crate::text::thousands::counted;

/// A size in its own unit.
#[must_use]
pub fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => counted(bytes, "byte", "bytes"),
    }
}

/// How long something took, to three digits: "12 ms", "3.20 s", "60.0 s".
pub(super) fn duration(ms: u64) -> String {
    let (hundredths, tenths) = ((ms + 5) / 10, (ms + 50) / 100);
    match ms {
        ..1000 => format!("{ms} ms"),
        _ if hundredths < 1000 => format!("{}.{:02} s", hundredths / 100, hundredths % 100),
        _ => format!("{}.{} s", tenths / 10, tenths % 10),
    }
}

/// A share in percent, to one decimal.
pub(super) fn percent(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    round(share)
}

/// To one decimal.
pub(super) fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The 95 % interval of a share, in percent, to one decimal (Wilson 1927, score interval).
pub(super) fn interval(part: u64, whole: u64) -> [f64; 2] {
    const Z: f64 = 1.959_963_984_540_054;
    if whole == 0 {
        return [0.0, 100.0];
    }
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + Z * Z / n);
    [
        round((middle - reach).max(0.0) * scale),
        round(((middle + reach) * scale).min(100.0)),
    ]
}

#[cfg(test)]
mod tests {
    use super::{duration, interval, size};

    #[test]
    fn sizes_have_units() {
        assert_eq!([size(1), size(1536), size(5 << 30)], ["1 byte", "1.5 KiB", "5.0 GiB"]);
    }

    #[test]
    fn durations_have_three_digits() {
        let told = [0, 999, 1000, 3204, 9994, 9995, 60_049].map(duration);
        assert_eq!(told, ["0 ms", "999 ms", "1.00 s", "3.20 s", "9.99 s", "10.0 s", "60.0 s"]);
    }

    #[test]
    fn wilson_intervals_agree_with_the_published_example() {
        // 24 of 61: 28.1 % to 51.9 % by the score method.
        assert_eq!(interval(24, 61), [28.1, 51.9]);
        assert_eq!(interval(0, 10), [0.0, 27.8]);
    }
}
