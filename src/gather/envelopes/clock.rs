//! What an envelope's time is worth to the record inside it.
//!
//! The program's own stamp stays the record's time: it was there first. The envelope gives what the stamp lacks: the
//! zone, as the difference of the two in quarters of an hour, the date, the year, or all of it.

use crate::model::{Name, Time};
use crate::text::timestamp::{DateKnown, Reference, Stamp, StampCache, Zone};
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

/// Every zone's offset since 1970 is a multiple of this.
const QUARTER_MS: i64 = 15 * 60 * 1000;

/// What may lie between a program's stamp and its envelope's: pipes are flushed, and agents look every few seconds. Less
/// than half a quarter of an hour, beyond which the next zone would be meant.
const LATEST_MS: i64 = 5 * 60 * 1000;

/// The zones of the world lie between 12 hours west and 14 hours east.
const EAST_MS: std::ops::RangeInclusive<i64> = -12 * 3_600_000..=14 * 3_600_000;

const DAY_MS: i64 = 86_400_000;

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
        let quarters = (ahead + QUARTER_MS / 2).div_euclid(QUARTER_MS) * QUARTER_MS;
        if (ahead - quarters).abs() <= LATEST_MS && EAST_MS.contains(&quarters) {
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
