//! Which parts of a JSON line are its own: the values of keys whose fact is a time, an id, a duration or a count, and
//! numbers under keys that name no fact. What stands in objects and lists is compared as it is.

use crate::gather::alike::{Elapsed, Own, Slot};
use crate::gather::formats::told;
use crate::gather::keys::{self, Key};
use crate::text::json::{Members, Value};
use crate::text::scan::scaled;

/// The shortest id under a key that names no fact (a trace's, a span's).
const SHORTEST_ID: usize = 16;

/// A member of a line: the fact that its key names, its text, and whether it is one rather than a number.
pub(in crate::gather::formats) type Member<'a> = (Option<Key>, &'a str, bool);

/// The parts of a line that are its own; `None` where one fact is told twice or a time is put together.
pub(super) fn own(line: &str, in_milliseconds: bool) -> Option<Vec<Slot>> {
    let member = |(name, value)| match value {
        Value::Text(text) => (keys::key(name), text, true),
        Value::Word(text) => (keys::key(name), text, false),
        // It is compared as it is.
        Value::Escaped(_) | Value::Object(_) | Value::Array(_) => (keys::key(name), "", true),
    };
    slots(line, &Members::of(line)?.map(member).collect::<Vec<_>>(), in_milliseconds)
}

/// The members of a line that are its own; `None` where one fact is told twice or a time is put together.
pub(in crate::gather::formats) fn slots(line: &str, members: &[Member<'_>], in_milliseconds: bool) -> Option<Vec<Slot>> {
    let has = |key: Key| members.iter().any(|(known, ..)| *known == Some(key));
    if [Key::HttpDate, Key::EpochSecond, Key::NanoOfSecond].into_iter().any(has) {
        return None;
    }
    let facts = || members.iter().filter_map(|(key, ..)| *key);
    if facts().any(|key| facts().filter(|other| *other == key).count() > 1) {
        return None;
    }
    let duration = [Key::DurationMs, Key::DurationSeconds, Key::DurationMicros, Key::DurationAny]
        .into_iter()
        .find(|key| has(*key));
    let time = [Key::Timestamp, Key::StartTime].into_iter().find(|key| has(*key));
    // A message that is spelt with escapes has its template's holes as they are.
    let message = members.iter().find(|(key, ..)| *key == Some(Key::Message));
    let template = message.map_or("", |(_, text, _)| if text.is_empty() { line } else { text });
    let slot = |(key, text, is_text): &Member<'_>| match key {
        Some(key) if Some(*key) == time => Slot::stamp(line, text),
        Some(key) if Some(*key) == duration => {
            Slot::number(line, text, Own::Duration(milliseconds(*key, template, in_milliseconds)?))
        }
        Some(Key::DurationSeconds | Key::DurationMicros | Key::DurationAny) => Slot::number(line, text, Own::Nothing),
        Some(Key::StartTime) => Slot::digits(line, text, Own::Nothing),
        Some(Key::XRequestId) => Slot::id(line, text, Own::ProviderId),
        Some(Key::RequestId) => Slot::id(line, text, Own::RequestId),
        Some(Key::XClientRequestId) => Slot::id(line, text, Own::ClientId),
        Some(Key::GatewayRequestId) => Slot::id(line, text, Own::GatewayId),
        Some(Key::CfRay) => Slot::ray(line, text),
        Some(Key::InputTokens) => count(line, text, Own::InputTokens),
        Some(Key::OutputTokens) => count(line, text, Own::OutputTokens),
        Some(_) => None,
        None if *is_text => Slot::id(line, text, Own::Nothing).filter(|_| text.len() >= SHORTEST_ID),
        None => Slot::number(line, text, Own::Nothing),
    };
    Some(members.iter().filter_map(slot).collect())
}

fn count(line: &str, text: &str, own: Own) -> Option<Slot> {
    Slot::number(line, text, own).filter(|_| !text.contains('.'))
}

/// How a duration's text becomes milliseconds, as `told` has it.
fn milliseconds(key: Key, template: &str, in_milliseconds: bool) -> Option<Elapsed> {
    match key {
        Key::DurationMs => Some(Elapsed::TenTo(0)),
        Key::DurationMicros => Some(Elapsed::TenTo(-3)),
        Key::DurationSeconds => Some(Elapsed::By(|text| Some(scaled(text, 0)? * 1000.0))),
        Key::DurationAny => match told::unit_in(template) {
            Some(1.0) => Some(Elapsed::TenTo(0)),
            Some(_) => Some(Elapsed::By(|text| Some(scaled(text, 0)? * 1000.0))),
            None if in_milliseconds => Some(Elapsed::By(told::duration_in_ms)),
            None => Some(Elapsed::By(told::duration_ms)),
        },
        _ => None,
    }
}
