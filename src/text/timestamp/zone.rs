//! Time zones: how a clock reading without a zone becomes an instant.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The step of the world's zones, in milliseconds (Nepal's +05:45).
pub const ZONE_STEP_MS: i64 = 900_000;

/// The whole zone nearest to an offset, both in milliseconds.
#[must_use]
pub fn nearest_zone_ms(offset_ms: i64) -> i64 {
    (offset_ms + ZONE_STEP_MS / 2).div_euclid(ZONE_STEP_MS) * ZONE_STEP_MS
}

/// Whether some place on Earth keeps a time that is so far east of UTC, in milliseconds, by the IANA data base of 2026: whole
/// hours from -12 to +14, and few others.
#[must_use]
pub fn is_zone(east_ms: i64) -> bool {
    /// Marquesas, Newfoundland in winter and in summer; Iran, Afghanistan, India, Nepal, Myanmar, Eucla, central Australia in
    /// winter and in summer, Chatham in winter and in summer; in quarters of an hour.
    const OTHERS: [i64; 13] = [-38, -14, -10, 14, 18, 22, 23, 26, 35, 38, 42, 51, 55];
    let quarters = east_ms.div_euclid(ZONE_STEP_MS);
    let is_hour = quarters.rem_euclid(4) == 0 && (-48..=56).contains(&quarters);
    east_ms.rem_euclid(ZONE_STEP_MS) == 0 && (is_hour || OTHERS.contains(&quarters))
}

/// The zone in which stamps without one are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// UTC.
    Utc,
    /// A fixed offset, seconds east of UTC.
    Fixed(i32),
    /// A zone of the IANA data base, with its summer times.
    Named(Named),
}

/// A zone of the IANA data base that the program brings with it, so that it says the same on every machine. Each that is asked
/// for is held as long as the program lives: there are six hundred.
#[derive(Clone, Copy)]
pub struct Named(&'static TimeZone);

impl Named {
    /// The zone of a name, whatever its case.
    fn of(name: &str) -> Option<Self> {
        static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
        static HELD: Mutex<BTreeMap<String, Named>> = Mutex::new(BTreeMap::new());
        let zone = ZONES.get(name).ok()?;
        let name = zone.iana_name()?.to_owned();
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        Some(*held.entry(name).or_insert_with(|| Self(Box::leak(Box::new(zone)))))
    }

    /// Its name in the data base.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.iana_name().unwrap_or_default()
    }

    /// See [`Zone::seconds_east`].
    fn seconds_east(self, local_ms: i64) -> i32 {
        let Ok(local) = Timestamp::from_millisecond(local_ms) else {
            return 0;
        };
        let local = local.to_zoned(TimeZone::UTC).datetime();
        let (AmbiguousOffset::Unambiguous { offset }
        | AmbiguousOffset::Gap { before: offset, .. }
        | AmbiguousOffset::Fold { before: offset, .. }) = self.0.to_ambiguous_timestamp(local).offset();
        offset.seconds()
    }

    /// See [`Zone::seconds_east_at`].
    fn seconds_east_at(self, utc_ms: i64) -> i32 {
        Timestamp::from_millisecond(utc_ms).map_or(0, |utc| self.0.to_offset(utc).seconds())
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Named {}

impl std::hash::Hash for Named {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
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
        Named::of(word).map(Self::Named).ok_or_else(|| UnknownZone(word.to_owned()))
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
            Self::Named(zone) => zone.seconds_east(local_ms),
        }
    }

    /// Seconds east of UTC at an instant, in milliseconds since 1970-01-01T00:00 UTC.
    #[must_use]
    pub fn seconds_east_at(&self, utc_ms: i64) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => *seconds,
            Self::Named(zone) => zone.seconds_east_at(utc_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Zone, is_zone};

    #[test]
    fn few_quarters_of_an_hour_are_a_zone() {
        let is = |minutes: i64| is_zone(minutes * 60_000);
        assert!(
            [
                0,
                60,
                -5 * 60,
                14 * 60,
                5 * 60 + 30,
                5 * 60 + 45,
                -(3 * 60 + 30),
                12 * 60 + 45
            ]
            .into_iter()
            .all(is)
        );
        assert!(![15, -15, 30, 75, 15 * 60, -13 * 60, 5 * 60 + 15, 7].into_iter().any(is));
    }

    #[test]
    fn reads_utc_offsets_and_names() {
        assert_eq!("Z".parse(), Ok(Zone::Utc));
        assert_eq!("utc".parse(), Ok(Zone::Utc));
        assert_eq!("+02:00".parse(), Ok(Zone::Fixed(7200)));
        assert_eq!("-0330".parse(), Ok(Zone::Fixed(-12_600)));
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        assert_eq!("europe/berlin".parse(), Ok(berlin));
        assert_ne!("Europe/Paris".parse(), Ok(berlin));
    }

    #[test]
    fn a_reading_that_clocks_show_twice_or_never_has_the_offset_before() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let east = |reading: &str| {
            let local = chrono::NaiveDateTime::parse_from_str(reading, "%Y-%m-%d %H:%M").unwrap();
            berlin.seconds_east(local.and_utc().timestamp_millis())
        };
        let readings = [
            "2026-03-29 01:59",
            "2026-03-29 02:30",
            "2026-03-29 03:00",
            "2026-10-25 02:30",
            "2026-10-25 03:00",
        ];
        assert_eq!(readings.map(east), [3600, 3600, 7200, 7200, 3600]);
    }

    #[test]
    fn an_instant_has_the_offset_of_its_time_of_the_year() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        assert_eq!([0, 1_782_000_000_000].map(|utc| berlin.seconds_east_at(utc)), [3600, 7200]);
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
