//! The grammars in which logs write an instant, told apart by their first bytes.

use super::calendar::{is_weekday, month_by_name};
use super::scan::Scan;
use super::zone::offset;

/// A date as far as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Date {
    Full {
        year: i32,
        month: u32,
        day: u32,
    },
    NoYear {
        month: u32,
        day: u32,
    },
    /// `05/11/2026`: May 11 or November 5.
    Slashed {
        first: u32,
        second: u32,
        year: i32,
    },
    Absent,
}

/// A clock reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Milliseconds since midnight.
    pub(super) ms: i64,
    /// Bytes unread before the seconds, and after the fraction: what a cache may expect to change.
    pub(super) moving: Option<(usize, usize)>,
}

/// What stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Milliseconds since the epoch.
    Epoch(i64),
    /// A date, a clock and perhaps the seconds east of UTC.
    Calendar(Date, Clock, Option<i32>),
}

/// Reads the whole of `text`, which has no quotes or brackets around it.
pub(super) fn read(text: &[u8]) -> Option<Written> {
    let mut scan = Scan::new(text);
    let written = match scan.digits_ahead() {
        0 if scan.eat(b'+') => year_first(&mut scan),
        0 => named(&mut scan),
        1 | 2 => short_number_first(&mut scan),
        4 | 5 => year_first(&mut scan),
        8 => basic(&mut scan, false),
        14 | 17 => basic(&mut scan, true),
        length => epoch(&mut scan, length),
    }?;
    (scan.left() == 0).then_some(written)
}

/// `2025-03-06T14:02:11.123Z`, `2026-03-02 00:00:13,130`, `2025/03/06 14:02:42`.
fn year_first(scan: &mut Scan<'_>) -> Option<Written> {
    let year = scan.year()?;
    let separator = scan.peek().filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
    scan.eat(separator);
    let month = scan.two()?;
    if !scan.eat(separator) {
        return None;
    }
    let day = scan.two()?;
    // Airflow and JavaScript's locales put a comma behind the date, Rust's fern writes `[2026-11-19][22:23:15]`.
    scan.eat(b',');
    let is_bracketed = scan.eat(b']') && scan.eat(b'[');
    if !is_bracketed && !scan.eat_if(|byte| matches!(byte, b'T' | b't' | b'_')) && !scan.blanks() {
        return None;
    }
    // `2026/11/18 - 08:00:03`: Gin.
    if scan.eat(b'-') && !scan.blanks() {
        return None;
    }
    then_clock_and_zone(scan, Date::Full { year, month, day })
}

/// `20250306T140211Z` (ISO 8601, basic), `20250306 140211.123`, `20250306-14:02:11`; in one word `20250306140211` and
/// `20250306140211123`.
fn basic(scan: &mut Scan<'_>, is_one_word: bool) -> Option<Written> {
    let year = i32::try_from(scan.two()? * 100 + scan.two()?).ok()?;
    let (month, day) = (scan.two()?, scan.two()?);
    let date = Date::Full { year, month, day };
    let is_parted = scan.eat_if(|byte| matches!(byte, b'T' | b't' | b'_' | b'-')) || scan.blanks();
    match (is_one_word, is_parted, scan.digits_ahead()) {
        (true, false, 6 | 9) | (false, true, 6) => {
            let clock = basic_clock(scan)?;
            Some(Written::Calendar(date, clock, zone(scan)))
        }
        (false, true, _) => then_clock_and_zone(scan, date),
        _ => None,
    }
}

/// A day, a month or an hour comes first.
fn short_number_first(scan: &mut Scan<'_>) -> Option<Written> {
    let mut ahead = *scan;
    let first = ahead.one_or_two()?;
    match ahead.peek()? {
        b':' => then_clock_and_zone(scan, Date::Absent),
        b'.' => {
            *scan = ahead;
            // `02.07.2026 21:05:16`: day first.
            let (month, year) = number_and_year(scan, b'.')?;
            then_clock_and_zone(scan, Date::Full { year, month, day: first })
        }
        b'/' => {
            *scan = ahead;
            ahead.eat(b'/');
            if ahead.peek_is(|byte| byte.is_ascii_alphabetic()) {
                return day_and_month_name(scan, first);
            }
            // `10/06/2026 01:41:08 PM`: month first, as the United States write it, or day first, as most others do.
            let (second, year) = number_and_year(scan, b'/')?;
            then_clock_and_zone(scan, Date::Slashed { first, second, year })
        }
        b' ' | b'-' => {
            *scan = ahead;
            if ahead.eat(b'-') && ahead.peek_is(|byte| byte.is_ascii_digit()) {
                return numbers_behind_dashes(scan, first);
            }
            day_and_month_name(scan, first)
        }
        _ => None,
    }
}

/// `-11-2026 21:05:16` after the day, or after the month where only that can be: behind dashes the day comes first nearly
/// everywhere. `-18 21:05:16` after the month, as Android and vLLM write it.
fn numbers_behind_dashes(scan: &mut Scan<'_>, first: u32) -> Option<Written> {
    let mut ahead = *scan;
    if let Some((second, year)) = number_and_year(&mut ahead, b'-') {
        *scan = ahead;
        let (month, day) = if second > 12 { (first, second) } else { (second, first) };
        return then_clock_and_zone(scan, Date::Full { year, month, day });
    }
    let day = scan.eat(b'-').then(|| scan.two())??;
    if !scan.blanks() {
        return None;
    }
    then_clock_and_zone(scan, Date::NoYear { month: first, day })
}

/// `/06/2026 ` after the first number.
fn number_and_year(scan: &mut Scan<'_>, separator: u8) -> Option<(u32, i32)> {
    let second = scan.eat(separator).then(|| scan.one_or_two())??;
    let year = scan.eat(separator).then(|| scan.year())??;
    scan.eat(b',');
    scan.blanks().then_some((second, year))
}

/// `/Mar/2025:14:02:42 +0000` (Common Log Format) and ` Mar 2025 14:02:42 GMT` after the day.
fn day_and_month_name(scan: &mut Scan<'_>, day: u32) -> Option<Written> {
    let separator = |byte| matches!(byte, b'/' | b' ' | b'-');
    let month = scan.eat_if(separator).then(|| month_by_name(scan.letters()))??;
    let year = scan.eat_if(separator).then(|| scan.year())??;
    if !scan.eat(b':') && !scan.blanks() {
        return None;
    }
    then_clock_and_zone(scan, Date::Full { year, month, day })
}

/// A weekday or a month name comes first.
fn named(scan: &mut Scan<'_>) -> Option<Written> {
    let mut word = scan.letters();
    if matches!(word, [b'I' | b'W' | b'E' | b'F']) {
        // `E0306 14:02:11.714000`: glog, whose level is its first letter.
        let date = Date::NoYear {
            month: scan.two()?,
            day: scan.two()?,
        };
        return scan.blanks().then(|| then_clock_and_zone(scan, date))?;
    }
    if is_weekday(word) {
        scan.eat(b',');
        scan.blanks();
        if scan.peek_is(|byte| byte.is_ascii_digit()) {
            let day = scan.one_or_two()?;
            return day_and_month_name(scan, day);
        }
        word = scan.letters();
    }
    let month = month_by_name(word)?;
    scan.blanks();
    let day = scan.one_or_two()?;
    scan.eat(b',');
    scan.blanks();
    if scan.digits_ahead() >= 4 {
        let year = scan.year()?;
        scan.eat(b',');
        scan.blanks();
        // `Nov 19, 2026 @ 15:03:20.123`: Kibana.
        if scan.eat(b'@') {
            scan.blanks();
        }
        return then_clock_and_zone(scan, Date::Full { year, month, day });
    }
    let clock = clock(scan)?;
    year_last(scan, month, day, clock)
}

/// ` 2025`, ` UTC 2025` or nothing after `Thu Mar 06 14:02:55.776475`.
fn year_last(scan: &mut Scan<'_>, month: u32, day: u32, clock: Clock) -> Option<Written> {
    let mut zone = zone(scan);
    scan.blanks();
    if scan.digits_ahead() != 4 {
        return Some(Written::Calendar(Date::NoYear { month, day }, clock, zone));
    }
    let year = scan.year()?;
    zone = zone.or_else(|| self::zone(scan));
    Some(Written::Calendar(Date::Full { year, month, day }, clock, zone))
}

fn then_clock_and_zone(scan: &mut Scan<'_>, date: Date) -> Option<Written> {
    let clock = clock(scan)?;
    let zone = zone(scan);
    Some(Written::Calendar(date, clock, zone))
}

/// `14:02:31`, `14:02:31.123`, `1:41:08 PM`, `2:02PM`.
fn clock(scan: &mut Scan<'_>) -> Option<Clock> {
    let mut hour = scan.one_or_two()?;
    let minute = scan.eat(b':').then(|| scan.two())??;
    let (mut second, mut ms, mut moving) = (0, 0, None);
    let has_seconds = scan.eat(b':');
    if has_seconds {
        let before = scan.left();
        second = scan.two()?;
        ms = scan.fraction_ms();
        moving = Some((before, scan.left()));
    }
    if second == 60 {
        // A leap second: the last moment that a day without one has.
        (second, ms, moving) = (59, 999, None);
    }
    match afternoon(scan) {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour = hour % 12 + if afternoon { 12 } else { 0 },
        None if !has_seconds => return None,
        None => {}
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let ms = i64::from((hour * 60 + minute) * 60 + second) * 1000 + i64::from(ms);
    Some(Clock { ms, moving })
}

/// `140211`, `140211.123`, `140211123`.
fn basic_clock(scan: &mut Scan<'_>) -> Option<Clock> {
    let (hour, minute) = (scan.two()?, scan.two()?);
    let before = scan.left();
    let second = scan.two()?;
    let (ms, moving) = if scan.digits_ahead() == 3 {
        (scan.digit()? * 100 + scan.two()?, None)
    } else {
        let ms = scan.fraction_ms();
        (ms, Some((before, scan.left())))
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let ms = i64::from((hour * 60 + minute) * 60 + second) * 1000 + i64::from(ms);
    Some(Clock { ms, moving })
}

fn afternoon(scan: &mut Scan<'_>) -> Option<bool> {
    let mut ahead = *scan;
    ahead.blanks();
    let afternoon = if ahead.eat_word(b"PM") {
        true
    } else if ahead.eat_word(b"AM") {
        false
    } else {
        return None;
    };
    *scan = ahead;
    Some(afternoon)
}

/// `Z`, `UTC`, `+01:00`, `+0100`, ` +0000 UTC` (Go), `+01:00[Europe/Berlin]` (Java); `None` leaves what is there.
fn zone(scan: &mut Scan<'_>) -> Option<i32> {
    let mut ahead = *scan;
    ahead.blanks();
    let utc = ahead.eat_word(b"UTC") || ahead.eat_word(b"GMT") || ahead.eat_word(b"Z");
    let written = offset(&mut ahead);
    if !utc && written.is_none() {
        return None;
    }
    *scan = ahead;
    // What repeats the offset in words adds nothing.
    ahead.blanks();
    if ahead.eat(b'[') || ahead.peek_is(|byte| byte.is_ascii_alphabetic()) {
        while ahead.eat_if(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-' | b']')) {}
        *scan = ahead;
    }
    Some(written.unwrap_or(0))
}

/// Digits of an epoch: their number tells the unit, because the units lie a factor of 1000 apart and logs are from
/// this century.
fn epoch(scan: &mut Scan<'_>, length: usize) -> Option<Written> {
    /// 1970-01-01 in .NET ticks: 100 ns since 0001-01-01 (`DateTime.UnixEpoch.Ticks`).
    const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;
    let ticks = length == 18 && scan.peek() == Some(b'6');
    let mut number: i64 = 0;
    while let Some(digit) = scan.digit() {
        number = number.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    let fraction = i64::from(scan.fraction_ms());
    let ms = match length {
        _ if ticks => (number - UNIX_EPOCH_TICKS).div_euclid(10_000),
        9..=11 => number * 1000 + fraction,
        12 | 13 => number,
        15 | 16 => number / 1000,
        18 | 19 => number / 1_000_000,
        _ => return None,
    };
    Some(Written::Epoch(ms))
}
