//! Which parts of an access line are its own: its time, the bytes it counts, and the pairs whose value is a time, an id or a
//! number that nobody reads.

use super::access_keys::{Key, MICROSECONDS, MILLISECONDS, SECONDS, Unit, key, without_dashes};
use super::access_line::read;
use crate::gather::alike::{Elapsed, Own, Slot};
use crate::model::Fields;
use crate::text::scan::{self, Cursor, Token};

/// The parts of a line that are its own; `None` where its duration is told more than once in a way that the order decides.
pub(super) fn own(line: &str, unit: Unit) -> Option<Vec<Slot>> {
    let (fields, _) = read(line, unit).ok()?;
    let (mut slots, rest) = beginning(line, fields.timestamp?)?;
    let mut cursor = Cursor::new(rest);
    let mut told = Vec::new();
    loop {
        if let Some((name, value)) = cursor.pair() {
            told.push((key(name), value.text()));
        } else if cursor.token().is_none() {
            break;
        }
    }
    slots.extend(pairs(line, &fields, unit, &told)?);
    Some(slots)
}

/// The time and the bytes of a line that begins with its time or with the common log's fields, and what comes behind them. A
/// line of pairs has no such beginning.
pub(super) fn beginning<'a>(line: &'a str, stamp: &str) -> Option<(Vec<Slot>, &'a str)> {
    let at = place(line, stamp)?;
    let behind = line.get(at + stamp.len()..)?;
    let is_first = at == 0;
    let mut cursor = match behind.strip_prefix(']') {
        Some(rest) => Cursor::new(rest),
        None if is_first => Cursor::new(behind),
        None => return Some((Vec::new(), line)),
    };
    let mut slots = vec![Slot::stamp(line, stamp)?];
    // `[time] "request" status bytes`, or words between the time and the request.
    loop {
        match cursor.token()? {
            Token::Quoted(_) => break,
            Token::Bare(_) if is_first => {}
            _ => return None,
        }
    }
    let mut ahead = cursor;
    if is_first && ahead.pair().is_some_and(|(name, _)| key(name) == Some(Key::Status)) {
        return Some((slots, cursor.rest()));
    }
    scan::status(cursor.word()?)?;
    let behind_status = cursor;
    match cursor.word() {
        Some(bytes) if !bytes.contains('=') => slots.extend(Slot::number(line, bytes, Own::Nothing)),
        _ => cursor = behind_status,
    }
    Some((slots, cursor.rest()))
}

/// The parts that are told by their keys; `None` where the duration is told more than once in a way that the order decides.
pub(super) fn pairs(line: &str, fields: &Fields<'_>, unit: Unit, told: &[(Option<Key>, &str)]) -> Option<Vec<Slot>> {
    let duration = duration(told)?.map(|key| (key, unit));
    let slots = told
        .iter()
        .filter_map(|(key, value)| slot(line, fields, duration, *key, value));
    Some(slots.collect())
}

/// The key that tells the duration: `Some(None)` where none does.
pub(super) fn duration(told: &[(Option<Key>, &str)]) -> Option<Option<Key>> {
    let keys = || told.iter().filter_map(|(key, _)| *key);
    let mut whole = keys().filter(|key| matches!(key, Key::RequestTime | Key::Duration(_)));
    let mut upstream = keys().filter(|key| matches!(key, Key::UpstreamTime(_)));
    match (whole.next(), whole.next(), upstream.next(), upstream.next()) {
        (Some(key), None, ..) | (None, None, Some(key), None) => Some(Some(key)),
        (None, None, None, None) => Some(None),
        _ => None,
    }
}

/// The part that a key tells.
pub(super) fn slot(
    line: &str,
    fields: &Fields<'_>,
    duration: Option<(Key, Unit)>,
    key: Option<Key>,
    value: &str,
) -> Option<Slot> {
    let is = |field: Option<&str>| field.is_some_and(|field| std::ptr::eq(field, value));
    if is(fields.timestamp) {
        return Slot::stamp(line, value);
    }
    match key {
        Some(key) if duration.is_some_and(|(of, _)| of == key) => {
            let (_, unit) = duration?;
            Slot::number(line, value, Own::Duration(in_milliseconds(key, unit, value)?))
        }
        Some(Key::UpstreamTime(_) | Key::ConnectTime(_) | Key::HeaderTime(_)) => point(line, value, Own::Nothing),
        Some(Key::ProviderId | Key::OtherProviderId | Key::ShortId | Key::RequestId | Key::ClientId | Key::OwnId) => {
            let value = without_dashes(value);
            let own = match () {
                () if is(fields.x_request_id) => Own::ProviderId,
                () if is(fields.request_id) => Own::RequestId,
                () if is(fields.x_client_request_id) => Own::ClientId,
                () if is(fields.gateway_request_id) => Own::GatewayId,
                () => Own::Nothing,
            };
            Slot::id(line, value, own)
        }
        Some(Key::Ray) => Slot::ray(line, value),
        Some(_) => None,
        None => Slot::number(line, value, Own::Nothing),
    }
}

/// A time with a point: without one its digits decide its unit.
fn point(line: &str, value: &str, own: Own) -> Option<Slot> {
    Slot::number(line, value, own).filter(|_| value.contains('.'))
}

/// How the duration's text becomes milliseconds. A whole number of seconds is long where it counts microseconds, unless the log
/// has told its unit.
fn in_milliseconds(key: Key, unit: Unit, value: &str) -> Option<Elapsed> {
    let power = match key {
        Key::RequestTime => SECONDS,
        Key::Duration(power) => power,
        Key::UpstreamTime(power) => {
            Unit::Unsaid.milliseconds(value, power)?;
            return in_power(power, value);
        }
        _ => return None,
    };
    unit.milliseconds(value, power)?;
    match unit {
        Unit::TenTo(of_log) if power == SECONDS => Some(Elapsed::TenTo(of_log)),
        _ => in_power(power, value),
    }
}

fn in_power(power: i32, value: &str) -> Option<Elapsed> {
    match power {
        SECONDS => value.contains('.').then_some(Elapsed::TenTo(SECONDS)),
        MILLISECONDS | MICROSECONDS => Some(Elapsed::TenTo(power)),
        _ => None,
    }
}

fn place(line: &str, part: &str) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
    line.get(at..at + part.len()).map(|_| at)
}
