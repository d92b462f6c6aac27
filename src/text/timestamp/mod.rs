//! What instant a log's time stamp means, in every grammar that logs are known to use.
//!
//! Hand-written because a log has millions of stamps: nothing is allocated, and [`StampCache`] reads consecutive stamps
//! by what changed since the last. Grammars: RFC 3339 and ISO 8601 with its basic form, Common Log Format, HAProxy, nginx's error log,
//! Apache's error log, syslog (RFC 3164), United States, German and Dutch dates, months and days behind a dash, clocks without a date, and epochs.

mod cache;
mod calendar;
mod grammar;
mod http_date;
mod scan;
mod start;
#[cfg(test)]
mod tests;
mod zone;

pub use cache::StampCache;
pub use http_date::http_date;
pub use start::{dated_length, length, starts_as};
pub use zone::{UnknownZone, ZONE_STEP_MS, Zone, is_zone, nearest_zone_ms};

use crate::model::Time;
use calendar::{DAY_MS, days, days_of};
use chrono::{Datelike, NaiveDate};
use grammar::{Clock, Date, Written};

/// How much of the date the text itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateKnown {
    /// All of it.
    Full,
    /// Month and day; the year is the reference's.
    NoYear,
    /// Nothing; the date is the reference's.
    NoDate,
}

/// The instant a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The instant.
    pub time: Time,
    /// The text carries its zone, or is an epoch.
    pub zoned: bool,
    /// How much of the date the text says.
    pub dated: DateKnown,
}

/// What stamps without year or date are read by: the file's date, or its neighbours'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The year of stamps that have none.
    pub year: i32,
    /// The date, in the zone of the stamps, of those that have none; it also tells which side of New Year a stamp
    /// without a year lies on.
    pub date: Option<NaiveDate>,
    /// Of `05/11/2026` the day comes first. One of the two numbers above 12 tells by itself.
    pub day_first: bool,
}

impl Reference {
    /// The reference of a date: its year and itself.
    #[must_use]
    pub fn on(date: NaiveDate) -> Self {
        Self {
            year: date.year(),
            date: Some(date),
            day_first: false,
        }
    }
}

/// What a date of two numbers and a year behind slashes says of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slashed {
    /// The first number is above 12.
    DayFirst,
    /// The second number is above 12.
    MonthFirst,
    /// Neither is: both readings are dates.
    Either,
}

/// What a stamp with a date behind slashes says of its order; `None` of any other text.
#[must_use]
pub fn slashed(text: &str) -> Option<Slashed> {
    match read(text)?.0 {
        Written::Calendar(Date::Slashed { first, second, .. }, ..) => Some(match (first > 12, second > 12) {
            (true, _) => Slashed::DayFirst,
            (false, true) => Slashed::MonthFirst,
            (false, false) => Slashed::Either,
        }),
        _ => None,
    }
}

/// The instant a text means; `None` where it is no time stamp, or one of a date that does not exist.
///
/// Quotes and brackets around it are ignored. `zone` reads what has no zone, `reference` what has no year or date.
#[must_use]
pub fn parse(text: &str, zone: &Zone, reference: &Reference) -> Option<Stamp> {
    let (written, _) = read(text)?;
    resolve(written, reference, |local_ms| zone.seconds_east(local_ms))
}

/// What is written, and how many bytes were stripped from the end.
fn read(text: &str) -> Option<(Written, usize)> {
    const AROUND: &[u8] = b" \t\r\n\"'[](){}<>";
    let mut bytes = text.as_bytes();
    while let Some((first, rest)) = bytes.split_first().filter(|(first, _)| AROUND.contains(first)) {
        let _ = first;
        bytes = rest;
    }
    let mut stripped = 0;
    while let Some((_, rest)) = bytes.split_last().filter(|(last, _)| AROUND.contains(last)) {
        bytes = rest;
        stripped += 1;
    }
    Some((grammar::read(bytes)?, stripped))
}

/// Makes an instant of what is written; `seconds_east` is asked for stamps without a zone.
fn resolve(written: Written, reference: &Reference, seconds_east: impl FnOnce(i64) -> i32) -> Option<Stamp> {
    let (date, clock, offset) = match written {
        Written::Epoch(ms) => {
            return Some(Stamp {
                time: Time(ms),
                zoned: true,
                dated: DateKnown::Full,
            });
        }
        Written::Calendar(date, clock, offset) => (date, clock, offset),
    };
    let (day, dated) = match date {
        Date::Full { year, month, day } => (days(year, month, day)?, DateKnown::Full),
        Date::NoYear { month, day } => (without_year(month, day, reference)?, DateKnown::NoYear),
        Date::Slashed { first, second, year } => {
            let day_first = first > 12 || (reference.day_first && second <= 12);
            let (month, day) = if day_first { (second, first) } else { (first, second) };
            (days(year, month, day)?, DateKnown::Full)
        }
        Date::Absent => (days_of(reference.date?), DateKnown::NoDate),
    };
    let Clock { ms, .. } = clock;
    let local_ms = day * DAY_MS + ms;
    let east = offset.unwrap_or_else(|| seconds_east(local_ms));
    Some(Stamp {
        time: Time(local_ms - i64::from(east) * 1000),
        zoned: offset.is_some(),
        dated,
    })
}

/// Days that a stamp without a year may lie after the reference date before it must be of the year before: clocks and
/// zones differ by less than one.
const DAYS_AHEAD: i64 = 1;

/// The day of a stamp without a year: the latest one that is not more than [`DAYS_AHEAD`] after the reference date.
fn without_year(month: u32, day: u32, reference: &Reference) -> Option<i64> {
    let Some(date) = reference.date else {
        return days(reference.year, month, day);
    };
    let latest = days_of(date) + DAYS_AHEAD;
    // A Feb 29 may have to go back four years, or eight over a year such as 1900.
    (-1..=8)
        .filter_map(|back| days(reference.year - back, month, day))
        .find(|found| *found <= latest)
}
