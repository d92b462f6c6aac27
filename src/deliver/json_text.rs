//! Words, times and line ends of JSON reports, which stand in them by the hundred thousand: no letter is copied that can be
//! written where it is.

use super::phrases::{inert, is_inert};
use crate::model::Time;
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Bytes of JSON that are written at a time.
pub(super) const BUFFER: usize = 32 * 1024;

/// A text from a log, as [`inert`] has it.
#[derive(Clone, Copy)]
pub(super) struct Inert<'t>(pub(super) &'t str);

impl Serialize for Inert<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if is_inert(self.0) {
            return serializer.serialize_str(self.0);
        }
        serializer.serialize_str(&inert(self.0))
    }
}

/// A time, as it is displayed.
#[derive(Clone, Copy)]
pub(super) struct Stamp(pub(super) Time);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(digits) = digits(self.0) else {
            return serializer.collect_str(&self.0);
        };
        serializer.serialize_str(str::from_utf8(&digits).unwrap_or_default())
    }
}

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// The first day that has five digits of a year, counted from 1970.
const YEAR_10_000: u64 = 2_932_897;

/// `2026-03-02T03:00:05.250Z`; none before 1970 and after the year 9999.
fn digits(time: Time) -> Option<[u8; 24]> {
    let ms = u64::try_from(time.0).ok()?;
    let (days, of_day) = (ms / DAY_MS, ms % DAY_MS);
    if days >= YEAR_10_000 {
        return None;
    }
    // Howard Hinnant's `civil_from_days` (howardhinnant.github.io/date_algorithms.html), of an era's years that begin in March.
    let since_march_0 = days + 719_468;
    let (era, of_era) = (since_march_0 / 146_097, since_march_0 % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (seconds, ms) = (of_day / 1000, of_day % 1000);
    let mut digits = *b"0000-00-00T00:00:00.000Z";
    let [
        y0,
        y1,
        y2,
        y3,
        _,
        m0,
        m1,
        _,
        d0,
        d1,
        _,
        h0,
        h1,
        _,
        n0,
        n1,
        _,
        s0,
        s1,
        _,
        f0,
        f1,
        f2,
        _,
    ] = &mut digits;
    put(year, [y0, y1, y2, y3]);
    put(month, [m0, m1]);
    put(day, [d0, d1]);
    put(seconds / 3600, [h0, h1]);
    put(seconds / 60 % 60, [n0, n1]);
    put(seconds % 60, [s0, s1]);
    put(ms, [f0, f1, f2]);
    Some(digits)
}

/// Writes a number's digits.
fn put<const N: usize>(mut number: u64, digits: [&mut u8; N]) {
    for digit in digits.into_iter().rev() {
        *digit = b"0123456789"
            .get(usize::try_from(number % 10).unwrap_or(0))
            .copied()
            .unwrap_or(b'0');
        number /= 10;
    }
}

/// As `serde_json`'s own pretty form, with one write where a line ends.
#[derive(Default)]
pub(super) struct Indented {
    depth: usize,
    has_value: bool,
}

/// A line end and the blanks of as many levels as any report has.
const LINE: &[u8] = b"\n                                ";

impl Indented {
    fn line<W: ?Sized + Write>(&self, writer: &mut W, before: &[u8]) -> io::Result<()> {
        writer.write_all(before)?;
        if let Some(line) = LINE.get(..=2 * self.depth) {
            return writer.write_all(line);
        }
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }

    fn begins<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn ends<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.has_value {
            self.line(writer, b"")?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begins(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.ends(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, if first { b"" } else { b"," })
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begins(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.ends(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, if first { b"" } else { b"," })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, Indented, Inert, Stamp, YEAR_10_000, digits};
    use crate::deliver::phrases::inert;
    use crate::model::Time;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    fn is_displayed(time: Time) {
        assert_eq!(serde_json::to_value(Stamp(time)).unwrap(), json!(time.to_string()));
    }

    #[test]
    fn days_of_the_calendar_are_written_as_it_is_displayed() {
        // Every day of two centuries, some of the other eighty.
        let later = (73_000..YEAR_10_000 + 400).step_by(97);
        for day in (0..73_000).chain(later) {
            is_displayed(Time(i64::try_from(day * DAY_MS).unwrap() - 1));
        }
        assert!(digits(Time(i64::try_from(YEAR_10_000 * DAY_MS).unwrap() - 1)).is_some());
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<u32>().prop_map(|number| json!(number)),
            "[ -~ü\n]{0,6}".prop_map(|text| json!(text))
        ];
        leaf.prop_recursive(24, 60, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(|list| json!(list)),
                proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_time_is_written_as_it_is_displayed(ms in any::<i64>(), near in -200_000_000_000_i64..300_000_000_000_000) {
            is_displayed(Time(ms));
            is_displayed(Time(near));
        }

        #[test]
        fn a_text_is_written_as_it_is_shown(text in "[ -~]{0,12}|.{0,12}|[ -~\u{0}\u{7f}\u{200b}ü]{0,12}") {
            prop_assert_eq!(serde_json::to_value(Inert(&text)).unwrap(), json!(inert(&text)));
        }

        #[test]
        fn values_are_indented_as_ever(value in values()) {
            let mut written = Vec::new();
            value.serialize(&mut Serializer::with_formatter(&mut written, Indented::default())).unwrap();
            prop_assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string_pretty(&value).unwrap());
        }
    }
}
