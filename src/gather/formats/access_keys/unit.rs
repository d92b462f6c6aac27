//! What a log's times are in where their keys do not say: `dur=849` is Apache's milliseconds at one site, seconds at
//! another. One value does not tell, all of a log's together do: a call to a model takes a second, and not a day.

use super::{MICROSECONDS, MILLISECONDS, NANOSECONDS, SECONDS};
use crate::text::scan;

/// The unit of a log's times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::gather::formats) enum Unit {
    /// Each value by itself: seconds, unless it is a whole number of too many digits.
    #[default]
    Unsaid,
    /// As many as a power of ten makes milliseconds.
    TenTo(i32),
}

/// Digits from which a whole number of "seconds" is taken for microseconds: 10,000 s would be an exchange of three hours.
const MICROSECOND_DIGITS: usize = 5;

/// Times with decimals from which their unit is told: one that ran into a timeout tells nothing.
const FEWEST: usize = 3;

/// Few calls take longer than 100 s, and none more than an hour.
const USUAL_SECONDS: f64 = 100.0;
const LONGEST_SECONDS: f64 = 3600.0;

/// Half of the calls take less than 100 s, and more than 0.1 s.
const USUAL_MILLISECONDS: f64 = 1e5;
const USUAL_MICROSECONDS: f64 = 1e8;

/// Times that are looked at: more tell nothing else, and each is read twice.
const MOST: usize = 32;

/// Lines of a log's beginning of which one must tell a time.
const HEADING: usize = 4;

impl Unit {
    pub(in crate::gather::formats) const SECONDS: Self = Self::TenTo(SECONDS);
    pub(in crate::gather::formats) const MILLISECONDS: Self = Self::TenTo(MILLISECONDS);
    pub(in crate::gather::formats) const MICROSECONDS: Self = Self::TenTo(MICROSECONDS);
    pub(in crate::gather::formats) const NANOSECONDS: Self = Self::TenTo(NANOSECONDS);

    /// The unit of a log's times by its first lines; `read` tells the time of one as if it were in a unit.
    pub(in crate::gather::formats) fn of_log(lines: &[&[u8]], read: impl Fn(&str, Self) -> Option<f64>) -> Self {
        let mut times = Vec::new();
        let mut is_one_of_ours = false;
        for (at, line) in lines.iter().enumerate() {
            if (at == HEADING && !is_one_of_ours) || times.len() == MOST {
                break;
            }
            let line = scan::text(line);
            let Some(time) = read(&line, Self::MILLISECONDS) else {
                continue;
            };
            is_one_of_ours = true;
            // What the unit does not change has one of its own.
            let is_unsaid = read(&line, Self::SECONDS).is_some_and(|other| other.total_cmp(&time).is_ne());
            times.extend(is_unsaid.then_some(time));
        }
        Self::of(times)
    }

    /// The unit in which such times are likely; those that have a unit of their own are not asked.
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_unstable_by(f64::total_cmp);
        // Decimals are nginx's seconds nearly always, of which half may be a timeout's; whole numbers are hardly ever seconds.
        let has_decimals = times.iter().any(|time| time.fract() > 0.0);
        let place = if has_decimals { times.len() / 4 } else { times.len() / 2 };
        let (Some(usual), Some(longest)) = (times.get(place), times.last()) else {
            return Self::Unsaid;
        };
        if has_decimals && times.len() < FEWEST {
            return Self::Unsaid;
        }
        Self::TenTo(match *usual {
            ..USUAL_SECONDS if *longest <= LONGEST_SECONDS => SECONDS,
            ..USUAL_MILLISECONDS => MILLISECONDS,
            ..USUAL_MICROSECONDS => MICROSECONDS,
            _ => NANOSECONDS,
        })
    }

    /// A time whose key says `power`, in milliseconds. What is written on the value outweighs the key, and the log outweighs a
    /// key that means seconds by custom only.
    pub(in crate::gather::formats) fn milliseconds(self, value: &str, power: i32) -> Option<f64> {
        if let Some((number, power)) = written(value) {
            return scan::scaled(number, power);
        }
        let is_long = || value.len() >= MICROSECOND_DIGITS && !value.contains('.');
        let power = match self {
            Self::TenTo(of_log) if power == SECONDS => of_log,
            Self::Unsaid if power == SECONDS && is_long() => MICROSECONDS,
            _ => power,
        };
        scan::scaled(value, power)
    }
}

/// A number and the unit that stands on it.
fn written(value: &str) -> Option<(&str, i32)> {
    let bare = value.strip_suffix('s')?;
    let (number, power) = match bare.as_bytes().last()? {
        b'm' => (bare.strip_suffix('m')?, MILLISECONDS),
        b'u' => (bare.strip_suffix('u')?, MICROSECONDS),
        b'n' => (bare.strip_suffix('n')?, NANOSECONDS),
        b'0'..=b'9' | b'.' | b' ' => (bare, SECONDS),
        _ => (bare.strip_suffix(['µ', 'μ'])?, MICROSECONDS),
    };
    Some((number.trim_end(), power))
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn all_times_together_tell_their_unit() {
        let power = |times: &[f64]| match Unit::of(times.to_vec()) {
            Unit::TenTo(power) => Some(power),
            Unit::Unsaid => None,
        };
        assert_eq!(power(&[]), None);
        assert_eq!(power(&[0.8, 1.2, 60.0]), Some(3));
        assert_eq!(power(&[0.0, 1.0, 2.0, 600.0]), Some(3));
        assert_eq!(power(&[849.0, 1307.0, 30_000.0]), Some(0));
        assert_eq!(power(&[4.0, 5.0, 30_000.0]), Some(0));
        assert_eq!(power(&[312.4, 801.5, 2126.697]), Some(0));
        assert_eq!(power(&[60.001]), None);
        assert_eq!(power(&[1.65, 60.001, 60.001, 120.004]), Some(3));
        assert_eq!(power(&[849_000.0, 1_307_000.0]), Some(-3));
        assert_eq!(power(&[849e6, 1307e6]), Some(-6));
    }

    #[test]
    fn a_written_unit_is_obeyed() {
        for (value, ms) in [
            ("849ms", 849.0),
            ("1.5 s", 1500.0),
            ("1307.816 ms", 1307.816),
            ("250µs", 0.25),
            ("5000ns", 0.005),
        ] {
            assert_eq!(Unit::TenTo(-3).milliseconds(value, 3), Some(ms), "{value}");
        }
        assert_eq!(Unit::Unsaid.milliseconds("1m30s", 3), None);
    }

    #[test]
    fn a_key_that_names_its_unit_is_obeyed() {
        assert_eq!(Unit::TenTo(3).milliseconds("849", 0), Some(849.0));
        assert_eq!(Unit::TenTo(0).milliseconds("849", 3), Some(849.0));
    }
}
