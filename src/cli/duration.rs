//! Durations as people write them: `300`, `90s`, `5m`, `1h 30min`, `2 hours` (systemd.time(7)).

/// Milliseconds of each unit, by systemd's names. A month is 30.44 days and a year 365.25, as there.
const UNITS: [(&[&str], f64); 8] = [
    (&["ms", "msec", "millisecond", "milliseconds"], 1.0),
    (&["s", "sec", "second", "seconds"], 1000.0),
    (&["m", "min", "minute", "minutes"], 60_000.0),
    (&["h", "hr", "hour", "hours"], 3_600_000.0),
    (&["d", "day", "days"], 86_400_000.0),
    (&["w", "week", "weeks"], 604_800_000.0),
    (&["M", "month", "months"], 2_630_016_000.0),
    (&["y", "year", "years"], 31_557_600_000.0),
];

/// The longest duration that is believed, in milliseconds: a thousand years.
const LONGEST_MS: f64 = 31_557_600_000_000.0;

/// Milliseconds of a duration with units; `None` where it is none.
#[must_use]
pub(super) fn with_units(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|digits| *digits > 0)?;
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let (_, ms) = UNITS.iter().find(|(names, _)| names.contains(&unit))?;
        sum += number.parse::<f64>().ok()? * ms;
        rest = after.trim_start();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    let whole = |ms: f64| ms.round() as i64;
    (sum <= LONGEST_MS).then(|| whole(sum))
}

/// Milliseconds of a duration; a bare number is seconds.
///
/// # Errors
/// How one is written.
pub(super) fn milliseconds(text: &str) -> Result<i64, String> {
    let bare = text.trim().parse::<u32>().ok().map(|seconds| i64::from(seconds) * 1000);
    bare.or_else(|| with_units(text))
        .ok_or_else(|| "a duration is written as 300, 90s, 5m or 1h30m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let cases = [
            ("300", 300_000),
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h 30min", 5_400_000),
            ("1.5 hours", 5_400_000),
            ("2d", 172_800_000),
        ];
        for (text, ms) in cases {
            assert_eq!(milliseconds(text), Ok(ms), "{text}");
        }
        for text in ["", "m", "5 parsecs", "-3s", "5m3", "99999999999y", "1..2s"] {
            assert!(milliseconds(text).is_err(), "{text}");
        }
    }
}
