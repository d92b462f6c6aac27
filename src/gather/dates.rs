//! The date of sources whose stamps have no date, or no year: that of the logs beside them, else the file's own.
//!
//! A copied log has the date of its copying, so the file's date is the last resort. Sources with whole stamps are read
//! first, and tell when things happened.

use super::formats::Format;
use crate::model::Time;
use crate::text::timestamp::{DateKnown, Reference, Slashed, Zone, parse, slashed};
use chrono::{DateTime, Days, NaiveDate};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Days around the other logs in which a stamp without a date may lie: zones differ by less.
const AROUND: u64 = 1;

/// Days that are tried; other logs of more than a year tell no date.
const MOST_DAYS: usize = 400;

/// Half a year: a stamp without a year is of the year that brings it nearest to the other logs.
const HALF_A_YEAR: u64 = 182;

/// The first stamp of a source, which may lack a date or a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// As it is written.
    pub stamp: String,
    /// What it does say.
    pub dated: DateKnown,
    /// What the dates of the source say of their order, where they stand behind slashes.
    pub slashed: Option<Slashed>,
}

impl Lacking {
    /// Whether the stamps leave nothing open.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.dated == DateKnown::Full && matches!(self.slashed, None | Some(Slashed::MonthFirst))
    }

    /// Learns of the order of the dates from further records.
    pub fn look_at(&mut self, records: &[&[u8]], candidates: &[&'static dyn Format]) {
        for record in records {
            if self.slashed != Some(Slashed::Either) {
                return;
            }
            let other = caught(record, candidates).and_then(|other| slashed(&other.stamp));
            self.slashed = other.or(self.slashed);
        }
    }
}

/// The first stamp of the first records of a source, whether it lacks its date or year or not.
#[must_use]
pub(super) fn first(records: &[&[u8]], candidates: &[&'static dyn Format]) -> Option<Lacking> {
    let at = records.iter().enumerate();
    let (at, mut first) = at.filter_map(|(at, record)| Some((at, caught(record, candidates)?))).next()?;
    first.look_at(records.get(at + 1..).unwrap_or_default(), candidates);
    Some(first)
}

/// The first stamp of one record. Whoever panics here does so again when the record is read, where the source is named for it.
fn caught(record: &[u8], candidates: &[&'static dyn Format]) -> Option<Lacking> {
    let first = AssertUnwindSafe(|| first_stamp(record, candidates));
    catch_unwind(first).ok().flatten()
}

/// The first stamp of one record.
fn first_stamp(record: &[u8], candidates: &[&'static dyn Format]) -> Option<Lacking> {
    let reference = Reference::on(DateTime::UNIX_EPOCH.date_naive());
    let mut first = None;
    for format in candidates {
        let read = format.parse(record, &mut |fields| {
            let Some(stamp) = fields.timestamp.filter(|_| first.is_none()) else {
                return;
            };
            first = parse(stamp, &Zone::Utc, &reference).map(|read| Lacking {
                stamp: stamp.to_owned(),
                dated: read.dated,
                slashed: slashed(stamp),
            });
        });
        if read.is_ok() {
            break;
        }
    }
    first
}

/// The date by which the stamps of a source are to be read, given what `others` say; `None` where they say nothing.
#[must_use]
pub(super) fn date(lacking: &Lacking, zone: &Zone, written: Option<NaiveDate>, others: &[(Time, Time)]) -> Option<NaiveDate> {
    let first = others.iter().map(|span| span.0).min()?;
    let last = others.iter().map(|span| span.1).max()?;
    if lacking.dated == DateKnown::NoYear {
        return day(last)?.checked_add_days(Days::new(HALF_A_YEAR));
    }
    let from = day(first)?.checked_sub_days(Days::new(AROUND))?;
    let until = day(last)?.checked_add_days(Days::new(AROUND))?;
    let days = from.iter_days().take_while(|day| *day <= until).take(MOST_DAYS);
    days.filter_map(|day| {
        let stamp = parse(&lacking.stamp, zone, &Reference::on(day))?;
        let outside = others.iter().map(|span| outside(stamp.time, *span)).min()?;
        let from_file = written.map_or(0, |written| (written - day).num_days().abs());
        Some((outside, from_file, day))
    })
    .min()
    .map(|(.., day)| day)
}

/// Whether the dates of a source are to be read day first, given what `others` say: as lies nearer to them. `None` where
/// they say nothing.
#[must_use]
pub(super) fn day_first(lacking: &Lacking, zone: &Zone, others: &[(Time, Time)]) -> Option<bool> {
    let away = |day_first: bool| {
        let reference = Reference {
            day_first,
            ..Reference::on(DateTime::UNIX_EPOCH.date_naive())
        };
        let stamp = parse(&lacking.stamp, zone, &reference)?;
        others.iter().map(|span| outside(stamp.time, *span)).min()
    };
    let (day, month) = (away(true)?, away(false)?);
    (day != month).then_some(day < month)
}

/// How a reader is told which order of day and month was taken; `by_others` is what other logs say.
#[must_use]
pub(super) fn order_said(by_others: Option<bool>) -> String {
    let how = if by_others == Some(true) {
        "day first, like the other logs"
    } else {
        // Whether others say so or none does: a machine that scans its own logs alone does not see the others'.
        "month first, for nothing tells otherwise"
    };
    format!("its dates may be read day first or month first: read {how}")
}

/// How a reader is told which date was taken.
#[must_use]
pub(super) fn said(lacking: &Lacking, date: Option<NaiveDate>, by_others: bool) -> String {
    let date = date.map_or_else(|| "1970".to_owned(), |date| date.to_string());
    match (lacking.dated, by_others) {
        (DateKnown::NoYear, true) => "its stamps have no year: read as those nearest to the other logs".to_owned(),
        (DateKnown::NoYear, false) => format!("its stamps have no year: read as the last before {date}, the file's date"),
        (_, true) => format!("its stamps have no date: read as of {date}, like the other logs"),
        (_, false) => format!("its stamps have no date: read as of {date}, the file's date"),
    }
}

/// Half a day in milliseconds: a clock that jumps by more went over midnight.
const HALF_A_DAY_MS: i64 = 43_200_000;

/// How often the clock of a source without dates went over midnight since its first line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Midnights {
    last: Option<Time>,
    days: i64,
}

impl Midnights {
    /// The time of a stamp that was read as of the first line's day. Lines near midnight may be out of order.
    pub(super) fn date(&mut self, clock: Time) -> Time {
        let step = self.last.map_or(0, |last| clock.since(last));
        if step < -HALF_A_DAY_MS {
            self.days += 1;
        } else if step > HALF_A_DAY_MS && self.days > 0 {
            self.days -= 1;
        }
        self.last = Some(clock);
        clock.plus_ms(self.days.saturating_mul(2 * HALF_A_DAY_MS))
    }
}

/// Milliseconds by which a time lies outside of a span.
fn outside(time: Time, (first, last): (Time, Time)) -> i64 {
    first.since(time).max(time.since(last)).max(0)
}

fn day(time: Time) -> Option<NaiveDate> {
    DateTime::from_timestamp_millis(time.0).map(|time| time.date_naive())
}

#[cfg(test)]
mod tests {
    use super::{Lacking, date, day_first};
    use crate::model::Time;
    use crate::text::timestamp::{DateKnown, Reference, Zone, parse, slashed};
    use chrono::NaiveDate;

    fn time(stamp: &str) -> Time {
        let reference = Reference::on(NaiveDate::MIN);
        parse(stamp, &Zone::Utc, &reference).unwrap().time
    }

    fn on(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    fn clock(stamp: &str) -> Lacking {
        Lacking {
            stamp: stamp.to_owned(),
            dated: DateKnown::NoDate,
            slashed: None,
        }
    }

    fn others() -> [(Time, Time); 1] {
        [(time("2026-06-10T22:30:00Z"), time("2026-06-11T09:00:00Z"))]
    }

    #[test]
    fn a_clock_is_of_the_day_on_which_the_other_logs_were_written() {
        let found = |stamp| date(&clock(stamp), &Zone::Utc, Some(on("2026-11-21")), &others());
        assert_eq!(found("08:30:15.561"), Some(on("2026-06-11")));
        assert_eq!(found("22:45:00"), Some(on("2026-06-10")));
        assert_eq!(found("22:29:00"), Some(on("2026-06-10")));
    }

    #[test]
    fn of_several_days_the_files_own_is_taken() {
        let others = [(time("2026-06-01T00:00:00Z"), time("2026-06-30T00:00:00Z"))];
        let found = |written| date(&clock("08:30:15"), &Zone::Utc, written, &others);
        assert_eq!(found(Some(on("2026-06-12"))), Some(on("2026-06-12")));
        assert_eq!(found(Some(on("2026-11-21"))), Some(on("2026-06-29")));
    }

    #[test]
    fn a_stamp_without_a_year_comes_to_lie_next_to_the_other_logs() {
        let lacking = Lacking {
            stamp: "Dec 31 23:59:00".to_owned(),
            dated: DateKnown::NoYear,
            slashed: None,
        };
        let others = [(time("2025-01-01T00:10:00Z"), time("2025-01-01T04:00:00Z"))];
        let found = date(&lacking, &Zone::Utc, Some(on("2026-11-21")), &others).unwrap();
        let read = |stamp| parse(stamp, &Zone::Utc, &Reference::on(found)).unwrap().time;
        assert_eq!(read("Dec 31 23:59:00"), time("2024-12-31T23:59:00Z"));
        assert_eq!(read("Jan  1 00:01:00"), time("2025-01-01T00:01:00Z"));
    }

    #[test]
    fn day_and_month_are_read_as_lies_nearer_to_the_other_logs() {
        let read = |stamp: &str| {
            let lacking = Lacking {
                stamp: stamp.to_owned(),
                dated: DateKnown::Full,
                slashed: slashed(stamp),
            };
            day_first(&lacking, &Zone::Utc, &others())
        };
        assert_eq!(read("10/06/2026 23:00:00"), Some(true));
        assert_eq!(read("06/10/2026 23:00:00"), Some(false));
        assert_eq!(read("06/06/2026 23:00:00"), None);
    }

    #[test]
    fn without_other_logs_nothing_is_said() {
        assert_eq!(date(&clock("08:30:15"), &Zone::Utc, None, &[]), None);
    }
}
