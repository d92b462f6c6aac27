//! Instants as people write them, in the grammar of `journalctl --since` (systemd.time(7)), with RFC 3339, or as they copy
//! them out of a log.
//!
//! The clock is handed in. A time without a zone is in the zone of `--tz`, which is UTC where none is given, so that the
//! same command says the same on every machine.

#[cfg(test)]
mod tests;

use super::duration::with_units;
use crate::model::Time;
use crate::text::timestamp::{self, Reference, Slashed, Zone};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime};

/// The instant that `text` means at `now`.
///
/// # Errors
/// How one is written.
pub fn parse(text: &str, now: Time, zone: &Zone) -> Result<Time, String> {
    let text = text.trim();
    let found = relative(text, now)
        .or_else(|| epoch(text))
        .or_else(|| rfc3339(text))
        .or_else(|| in_zone(text, now, zone))
        .or_else(|| {
            let (written, named) = text.rsplit_once(' ')?;
            in_zone(written.trim(), now, &named.parse().ok()?)
        })
        .or_else(|| in_zone(text.strip_suffix('Z')?, now, &Zone::Utc))
        .or_else(|| of_a_log(text, now, zone));
    found.ok_or_else(|| {
        format!("'{text}' is no time; write 2026-03-01 14:00, 14:00, yesterday, -2h, '2 hours ago', @epoch or RFC 3339")
    })
}

/// `now`, `-2h`, `+5min`, `2h`, `2 hours ago`. A bare duration is ago, for the future holds no logs.
fn relative(text: &str, now: Time) -> Option<Time> {
    if text == "now" {
        return Some(now);
    }
    if let Some(ahead) = text.strip_prefix('+') {
        return Some(now.plus_ms(with_units(ahead)?));
    }
    let ago = text.strip_prefix('-').or_else(|| text.strip_suffix("ago")).unwrap_or(text);
    Some(now.plus_ms(-with_units(ago)?))
}

/// `@1741269731` and `@1741269731.562`: seconds since 1970 in UTC.
fn epoch(text: &str) -> Option<Time> {
    let seconds = text.strip_prefix('@')?;
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let ms: String = fraction.chars().chain("000".chars()).take(3).collect();
    let (whole, ms) = (whole.parse::<i64>().ok()?.checked_mul(1000)?, ms.parse::<i64>().ok()?);
    whole.checked_add(if seconds.starts_with('-') { -ms } else { ms }).map(Time)
}

fn rfc3339(text: &str) -> Option<Time> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|instant| Time(instant.timestamp_millis()))
}

/// A stamp as it stands in a log. A date that may be read month or day first is none: a guess would be seen by nobody.
fn of_a_log(text: &str, now: Time, zone: &Zone) -> Option<Time> {
    let reference = Reference::on(today(now, zone)?);
    let stamp = timestamp::parse(text, zone, &reference)?;
    (timestamp::slashed(text) != Some(Slashed::Either)).then_some(stamp.time)
}

/// A date, a clock time of today, both, or a word for a day, as clocks of `zone` show it.
fn in_zone(text: &str, now: Time, zone: &Zone) -> Option<Time> {
    let today = today(now, zone)?;
    let local = match text {
        "today" => today.and_time(NaiveTime::MIN),
        "yesterday" => today.checked_sub_days(Days::new(1))?.and_time(NaiveTime::MIN),
        "tomorrow" => today.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN),
        _ => match text.split_once([' ', 'T']) {
            Some((day, clock_time)) => date(day)?.and_time(clock(clock_time.trim())?),
            None => match date(text) {
                Some(day) => day.and_time(NaiveTime::MIN),
                None => today.and_time(clock(text)?),
            },
        },
    };
    Some(instant(local, zone))
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|grammar| NaiveTime::parse_from_str(text, grammar).ok())
}

fn today(now: Time, zone: &Zone) -> Option<NaiveDate> {
    let east = chrono::TimeDelta::seconds(i64::from(zone.seconds_east_at(now.0)));
    now.to_utc().naive_utc().checked_add_signed(east).map(|local| local.date())
}

fn instant(local: NaiveDateTime, zone: &Zone) -> Time {
    let local_ms = local.and_utc().timestamp_millis();
    Time(local_ms).plus_ms(-i64::from(zone.seconds_east(local_ms)) * 1000)
}
