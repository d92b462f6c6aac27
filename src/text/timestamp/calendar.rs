//! Days of the Gregorian calendar, counted from 1970-01-01, without a calendar value in between.

use chrono::{Datelike, NaiveDate};

/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Days from 1970-01-01 to a date; `None` for a date that does not exist.
///
/// Howard Hinnant's `days_from_civil` (howardhinnant.github.io/date_algorithms.html).
pub(super) fn days(year: i32, month: u32, day: u32) -> Option<i64> {
    if !(1..=12).contains(&month) || day == 0 || day > month_length(year, month) {
        return None;
    }
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = i64::from(month);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Days from 1970-01-01 to a chrono date.
pub(super) fn days_of(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The number of an English month name, told by its first three letters.
pub(super) fn month_by_name(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
    ];
    let head = name.first_chunk::<3>()?.map(|byte| byte.to_ascii_lowercase());
    (1..).zip(NAMES).find(|(_, name)| **name == head).map(|(number, _)| number)
}

/// Whether a word is an English weekday.
pub(super) fn is_weekday(name: &[u8]) -> bool {
    const NAMES: [&[u8; 3]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    name.first_chunk::<3>()
        .is_some_and(|head| NAMES.contains(&&head.map(|byte| byte.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::{days, days_of};
    use chrono::NaiveDate;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_days_as_chrono_does(year in 0_i32..20_000, month in 0_u32..14, day in 0_u32..33) {
            let expected = NaiveDate::from_ymd_opt(year, month, day).map(days_of);
            prop_assert_eq!(days(year, month, day), expected);
        }
    }
}
