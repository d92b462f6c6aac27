//! What an envelope's time is worth to the record inside it.
//!
//! The program's own stamp stays the record's time: it was there first. The envelope gives what the stamp lacks: the
//! zone, as the difference of the two in quarters of an hour, the date, the year, or all of it.

use crate::model::{Name, Time};
use crate::text::timestamp::{DateKnown, Reference, Stamp, StampCache, ZONE_STEP_MS, Zone, nearest_zone_ms};
use chrono::Datelike;

/// What the envelopes say of the record inside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outer {
    /// When it was written.
    pub stamp: Option<Stamp>,
    /// The host or pod that wrote it.
    pub host: Option<Name>,
    /// The program that wrote it, by a name that outlives its restarts.
    pub service: Option<Name>,
    /// Host and service as one number, where a source holds lines of several: each is read as a source of its own.
    pub origin: Option<u64>,
    /// The process that wrote it, where a source holds lines of several.
    pub program: Option<u64>,
}

/// Quarters of an hour that are no whole or half hours: Nepal, Eucla, and the Chatham Islands with and without summer time.
const ODD_QUARTERS: [i64; 4] = [23, 35, 51, 55];

/// What may lie between a program's stamp and its envelope's: pipes are flushed, and agents look every few seconds. What
/// an agent delivers hours later must not pass for a zone.
const LATEST_MS: i64 = 2 * 60 * 1000;

/// The zones of the world lie between 12 hours west and 14 hours east.
const EAST_MS: std::ops::RangeInclusive<i64> = -12 * 3_600_000..=14 * 3_600_000;

const DAY_MS: i64 = 86_400_000;

fn is_zone(east_ms: i64) -> bool {
    let quarters = east_ms / ZONE_STEP_MS;
    EAST_MS.contains(&east_ms) && (quarters % 2 == 0 || ODD_QUARTERS.contains(&quarters))
}

/// What a reader has learnt of a source's clocks.
#[derive(Clone, Debug, Default)]
pub struct Bearings {
    /// How far east of UTC the program's clock showed the last time that it could be told, milliseconds.
    east_ms: Option<i64>,
    /// The last time whose year was written.
    dated: Option<Time>,
}

/// A record's time as the program wrote it.
#[derive(Clone, Copy, Debug)]
pub struct Inner<'a> {
    /// The stamp.
    pub stamp: &'a str,
    /// Milliseconds from the stamp's instant to the line's writing: a stamp may be of a request's start.
    pub until_written_ms: i64,
}

impl Bearings {
    /// When the record was, and whether its zone had to be assumed.
    pub fn instant(&mut self, outer: &Stamp, inner: Option<Inner<'_>>, stamps: &mut StampCache, zone: &Zone) -> (Time, bool) {
        let outer_time = self.with_year(outer);
        let outer_date = Reference::on(outer_time.to_utc().date_naive());
        if !outer.zoned {
            let read = inner.and_then(|inner| stamps.parse(inner.stamp, zone, &outer_date));
            let (time, zoned) = read.map_or((outer_time, false), |stamp| (stamp.time, stamp.zoned));
            self.note(read);
            return (time, !zoned);
        }
        let Some((inner, stamp)) = inner.and_then(|inner| Some((inner, stamps.parse(inner.stamp, &Zone::Utc, &outer_date)?)))
        else {
            return (outer_time, false);
        };
        self.note(Some(stamp));
        if stamp.zoned {
            return (stamp.time, false);
        }
        let mut local = stamp.time;
        let mut ahead = local.plus_ms(inner.until_written_ms).since(outer_time);
        if stamp.dated == DateKnown::NoDate {
            // The date is the envelope's, and may be the day before or after.
            let days = (ahead + DAY_MS / 2).div_euclid(DAY_MS);
            local = local.plus_ms(-days * DAY_MS);
            ahead -= days * DAY_MS;
        }
        let quarters = nearest_zone_ms(ahead);
        if (ahead - quarters).abs() <= LATEST_MS && is_zone(quarters) {
            self.east_ms = Some(quarters);
            return (local.plus_ms(-quarters), false);
        }
        match self.east_ms {
            Some(east) => (local.plus_ms(-east), false),
            None => (local.plus_ms(-i64::from(zone.seconds_east(local.0)) * 1000), true),
        }
    }

    fn note(&mut self, stamp: Option<Stamp>) {
        if let Some(stamp) = stamp.filter(|stamp| stamp.dated == DateKnown::Full) {
            self.dated = Some(stamp.time);
        }
    }

    /// A stamp without a year lies in the year that brings it nearest to the last time whose year was written, for a file
    /// that was unpacked or copied was not last written when its last line was.
    fn with_year(&self, outer: &Stamp) -> Time {
        let Some(dated) = self.dated.filter(|_| outer.dated == DateKnown::NoYear) else {
            return outer.time;
        };
        let read = outer.time.to_utc();
        let year = dated.to_utc().year();
        let times = (year - 1..=year + 1).filter_map(|year| read.with_year(year));
        let times = times.map(|time| Time(time.timestamp_millis()));
        times.min_by_key(|time| time.since(dated).abs()).unwrap_or(outer.time)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bearings, Inner};
    use crate::text::timestamp::{Reference, Stamp, StampCache, Zone, parse};
    use chrono::NaiveDate;

    fn stamp(text: &str) -> Stamp {
        let date = NaiveDate::from_ymd_opt(2020, 6, 1).unwrap();
        parse(text, &Zone::Utc, &Reference::on(date)).unwrap()
    }

    fn instant(bearings: &mut Bearings, outer: &str, inner: Option<&str>, until_written_ms: i64) -> (String, bool) {
        let inner = inner.map(|stamp| Inner { stamp, until_written_ms });
        let mut stamps = StampCache::default();
        let (time, assumed) = bearings.instant(&stamp(outer), inner, &mut stamps, &Zone::Fixed(3600));
        (time.to_string().replace("2026-03-06T", ""), assumed)
    }

    fn told(outer: &str, inner: &str) -> (String, bool) {
        instant(&mut Bearings::default(), outer, Some(inner), 0)
    }

    const OUTER: &str = "2026-03-06T14:02:11.900Z";

    #[test]
    fn a_stamp_with_its_zone_stands() {
        assert_eq!(
            told(OUTER, "2026-03-06T15:00:00.123+01:00"),
            ("14:00:00.123Z".to_owned(), false)
        );
    }

    #[test]
    fn a_stamp_without_zone_is_read_in_the_one_that_the_envelope_shows() {
        assert_eq!(told(OUTER, "2026-03-06 09:02:11,123"), ("14:02:11.123Z".to_owned(), false));
        assert_eq!(told(OUTER, "2026-03-06 19:47:10,500"), ("14:02:10.500Z".to_owned(), false));
    }

    #[test]
    fn a_clock_takes_the_envelopes_date_on_either_side_of_midnight() {
        let (time, _) = told("2026-03-06T23:30:01Z", "00:30:01.500");
        assert_eq!(time, "23:30:01.500Z");
        let (time, _) = told("2026-03-06T00:30:01Z", "23:30:00.500");
        assert_eq!(time, "00:30:00.500Z");
    }

    #[test]
    fn the_start_of_a_long_request_tells_its_zone_by_its_end() {
        let told = instant(&mut Bearings::default(), OUTER, Some("2026-03-06 14:53:11"), 540_000);
        assert_eq!(told, ("13:53:11.000Z".to_owned(), false));
    }

    #[test]
    fn what_was_delivered_late_is_read_as_the_lines_before_or_as_the_user_says() {
        let mut bearings = Bearings::default();
        let late = Some("2026-03-06 13:10:00");
        assert_eq!(instant(&mut bearings, OUTER, late, 0), ("12:10:00.000Z".to_owned(), true));
        instant(&mut bearings, OUTER, Some("2026-03-06 14:02:11"), 0);
        assert_eq!(instant(&mut bearings, OUTER, late, 0), ("13:10:00.000Z".to_owned(), false));
    }

    #[test]
    fn a_record_without_stamp_was_written_when_its_envelope_was() {
        let told = instant(&mut Bearings::default(), OUTER, None, 0);
        assert_eq!(told, ("14:02:11.900Z".to_owned(), false));
    }

    #[test]
    fn a_year_is_taken_from_the_lines_before() {
        let mut bearings = Bearings::default();
        instant(&mut bearings, "Dec 31 23:59:58", Some("2025-12-31T23:59:58Z"), 0);
        let (time, _) = instant(&mut bearings, "Jan  1 00:00:01", None, 0);
        assert_eq!(time, "2026-01-01T00:00:01.000Z");
    }
}
