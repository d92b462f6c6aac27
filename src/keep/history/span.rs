//! Days, weeks and months, as people name them: `2026-11-20`, `2026-W47` (ISO 8601), `2026-11`. All in UTC.

use crate::model::Time;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, Weekday};

/// A stretch of time with a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its start.
    pub from: Time,
    /// Its end, which is not in it.
    pub until: Time,
    /// Its name.
    pub name: String,
}

/// It names no stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no day, week or month; write 2026-11-20, 2026-W47 or 2026-11")]
pub struct UnknownSpan(String);

impl Span {
    fn of(name: String, first: NaiveDate, after: Option<NaiveDate>) -> Self {
        let instant = |date: NaiveDate| Time(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
        let from = instant(first);
        Self {
            from,
            until: after.map_or(from, instant),
            name,
        }
    }

    /// Whether an instant lies in it.
    #[must_use]
    pub fn holds(&self, time: Time) -> bool {
        (self.from..self.until).contains(&time)
    }
}

impl std::str::FromStr for Span {
    type Err = UnknownSpan;

    fn from_str(text: &str) -> Result<Self, UnknownSpan> {
        let unknown = || UnknownSpan(text.to_owned());
        if let Ok(date) = text.parse::<NaiveDate>() {
            return Ok(of_day(date));
        }
        let (year, rest) = text.split_once('-').ok_or_else(unknown)?;
        let year: i32 = year.parse().map_err(|_| unknown())?;
        let first = match rest.strip_prefix('W') {
            Some(week) => NaiveDate::from_isoywd_opt(year, week.parse().map_err(|_| unknown())?, Weekday::Mon).map(of_week),
            None => NaiveDate::from_ymd_opt(year, rest.parse().map_err(|_| unknown())?, 1).map(of_month),
        };
        first.ok_or_else(unknown)
    }
}

fn of_day(date: NaiveDate) -> Span {
    Span::of(date.to_string(), date, date.checked_add_days(Days::new(1)))
}

fn of_week(date: NaiveDate) -> Span {
    let week = date.iso_week();
    let monday = NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon).unwrap_or(date);
    let name = format!("{}-W{:02}", week.year(), week.week());
    Span::of(name, monday, monday.checked_add_days(Days::new(7)))
}

fn of_month(date: NaiveDate) -> Span {
    let first = date.with_day(1).unwrap_or(date);
    Span::of(
        first.format("%Y-%m").to_string(),
        first,
        first.checked_add_months(Months::new(1)),
    )
}

/// The day that an instant lies in.
#[must_use]
pub fn day(time: Time) -> Span {
    of_day(time.to_utc().date_naive())
}

/// The ISO week that an instant lies in.
#[must_use]
pub fn week(time: Time) -> Span {
    of_week(time.to_utc().date_naive())
}

/// The month that an instant lies in.
#[must_use]
pub fn month(time: Time) -> Span {
    of_month(time.to_utc().date_naive())
}

#[cfg(test)]
mod tests {
    use super::{Span, day, month, week};
    use crate::model::Time;

    #[test]
    fn a_span_is_named_as_it_is_read() {
        for (name, from, until) in [
            ("2026-11-20", "2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"),
            ("2026-W01", "2025-12-29T00:00:00.000Z", "2026-01-05T00:00:00.000Z"),
            ("2026-12", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"),
        ] {
            let span: Span = name.parse().unwrap();
            assert_eq!(
                (
                    span.name.as_str(),
                    span.from.to_string().as_str(),
                    span.until.to_string().as_str()
                ),
                (name, from, until)
            );
            let again = [day(span.from), week(span.from), month(span.from.plus_ms(1))];
            assert!(again.contains(&span));
        }
        for text in ["", "yesterday", "2026-W60", "2026-13", "2026-11-31"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_days_of_a_year_are_of_its_week_or_the_last_ones() {
        assert_eq!(week(Time(1_767_225_600_000)).name, "2026-W01");
        assert_eq!(week(Time(1_798_761_600_000)).name, "2026-W53");
    }
}
