//! An instant: milliseconds since 1970-01-01T00:00:00Z, because a log line knows no more and arithmetic must be exact.

use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt;

/// Milliseconds since the Unix epoch, UTC. Ordered, copyable, saturating in its arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// The instant `ms` milliseconds later (earlier when negative); saturates.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `self` comes first.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Seconds since the epoch, as a fraction.
    #[must_use]
    pub fn seconds(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of any real date fit 53 bits")]
        let ms = self.0 as f64;
        ms / 1000.0
    }

    /// The same instant as a chrono value; far dates clamp to the ends of chrono's calendar.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }
}

/// RFC 3339 in UTC with milliseconds and `Z`, as every report prints it.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    #[test]
    fn prints_rfc_3339_with_milliseconds_and_z() {
        assert_eq!(Time(1_741_269_731_562).to_string(), "2025-03-06T14:02:11.562Z");
    }
}
