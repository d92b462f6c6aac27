//! Time zones: how a clock reading without a zone becomes an instant.

use super::calendar::DAY_MS;
use chrono::offset::{LocalResult, Offset, TimeZone};
use chrono::{DateTime, NaiveDateTime};
use std::fmt;
use std::str::FromStr;

/// The step of the world's zones, in milliseconds (Nepal's +05:45).
pub const ZONE_STEP_MS: i64 = 900_000;

/// The whole zone nearest to an offset, both in milliseconds.
#[must_use]
pub fn nearest_zone_ms(offset_ms: i64) -> i64 {
    (offset_ms + ZONE_STEP_MS / 2).div_euclid(ZONE_STEP_MS) * ZONE_STEP_MS
}

/// The zone in which stamps without one are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// UTC.
    Utc,
    /// A fixed offset, seconds east of UTC.
    Fixed(i32),
    /// A zone of the IANA data base, with its summer times.
    Named(chrono_tz::Tz),
}

/// A word that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no time zone; write UTC, an offset such as +02:00, or a name such as Europe/Berlin")]
pub struct UnknownZone(pub String);

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(word: &str) -> Result<Self, UnknownZone> {
        let word = word.trim();
        if ["UTC", "Z", "GMT"].iter().any(|utc| word.eq_ignore_ascii_case(utc)) {
            return Ok(Self::Utc);
        }
        let mut scan = super::scan::Scan::new(word.as_bytes());
        if let Some(seconds) = offset(&mut scan) {
            return if scan.left() == 0 {
                Ok(Self::Fixed(seconds))
            } else {
                Err(UnknownZone(word.to_owned()))
            };
        }
        word.parse::<chrono_tz::Tz>()
            .map(Self::Named)
            .map_err(|_| UnknownZone(word.to_owned()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::Fixed(seconds) => {
                let (sign, minutes) = (if *seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Named(zone) => f.write_str(zone.name()),
        }
    }
}

/// Takes `+02:00`, `+0200` or `+02`, in seconds east; offsets of a day and more do not exist.
pub(super) fn offset(scan: &mut super::scan::Scan<'_>) -> Option<i32> {
    let mut ahead = *scan;
    let west = match ahead.peek()? {
        b'+' => false,
        b'-' => true,
        _ => return None,
    };
    ahead.eat_if(|_| true);
    let hours = ahead.two()?;
    let colon = ahead.eat(b':');
    let minutes = if colon || ahead.peek_is(|byte| byte.is_ascii_digit()) {
        ahead.two()?
    } else {
        0
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    *scan = ahead;
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Some(if west { -seconds } else { seconds })
}

impl Zone {
    /// Seconds east of UTC when clocks of this zone show `local_ms` (milliseconds since 1970-01-01T00:00 of the local
    /// calendar). A reading that the clocks jumped over takes the offset before the jump; one that they showed twice
    /// means the first time, as in POSIX `mktime` with `tm_isdst` unset and in Python with `fold=0`.
    #[must_use]
    pub fn seconds_east(&self, local_ms: i64) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => *seconds,
            Self::Named(zone) => named_seconds_east(*zone, local_ms),
        }
    }
}

/// A gap is at most a day long (Samoa left out 2011-12-30); one hour more finds the offset before it.
const LONGEST_GAP_HOURS: i64 = 25;

fn named_seconds_east(zone: chrono_tz::Tz, local_ms: i64) -> i32 {
    (0..=LONGEST_GAP_HOURS)
        .find_map(|hours| {
            let local: NaiveDateTime = DateTime::from_timestamp_millis(local_ms - hours * DAY_MS / 24)?.naive_utc();
            match zone.offset_from_local_datetime(&local) {
                LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => Some(offset.fix().local_minus_utc()),
                LocalResult::None => None,
            }
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Zone;

    #[test]
    fn reads_utc_offsets_and_names() {
        assert_eq!("Z".parse(), Ok(Zone::Utc));
        assert_eq!("utc".parse(), Ok(Zone::Utc));
        assert_eq!("+02:00".parse(), Ok(Zone::Fixed(7200)));
        assert_eq!("-0330".parse(), Ok(Zone::Fixed(-12_600)));
        assert_eq!("Europe/Berlin".parse(), Ok(Zone::Named(chrono_tz::Europe::Berlin)));
    }

    #[test]
    fn an_unknown_zone_is_named_in_the_error() {
        for word in ["Berlin/Europe", "+25:00", "+02:00x", ""] {
            assert!(word.parse::<Zone>().is_err_and(|error| error.0 == word));
        }
    }

    #[test]
    fn prints_what_it_reads() {
        for word in ["UTC", "+02:00", "-03:30", "Europe/Berlin"] {
            assert_eq!(word.parse::<Zone>().unwrap().to_string(), word);
        }
    }
}
