//! One line: its members by fact, nested objects included, escapes undone once.

use super::remembered::{Meant, Remembered};
use crate::gather::formats::Unread;
use crate::gather::formats::told::Told;
use crate::gather::keys::{self, Folded, Key};
use crate::model::Fields;
use crate::text::json::{Members, Value, items, unescape};
use std::cell::Cell;

/// Objects walked per line; a line with more of them is no log line of a call.
const MOST_OBJECTS: usize = 64;

/// Where an object stands, which gives its keys their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The line itself, or a wrapper such as `extra` or `fields`.
    Plain,
    /// An error's own object: `type`, `code` and `message` are the error's.
    Error,
    /// A header table: only ids and dates are taken.
    Headers,
    /// Where in the code the line was written (loguru's `file`, slog's `source`) and how long its program runs (loguru's
    /// `elapsed`): none of it is the call's.
    Code,
}

/// The names of the two objects that a member stands in, one behind the other: `{"server": {"address": …}}` is
/// `server.address`.
#[derive(Clone, Copy, Default)]
struct Group {
    names: Folded,
    /// Where the inner one's name begins.
    inner: usize,
}

impl Group {
    /// The group of what stands in an object of this name within this group.
    fn within(&self, name: &Folded) -> Self {
        let outer = self.names.bytes().get(self.inner..).unwrap_or(&[]);
        Folded::joined(outer, name.bytes()).map_or(Self { names: *name, inner: 0 }, |names| Self {
            names,
            inner: outer.len(),
        })
    }

    /// The fact that a name means here: with its groups, or by itself.
    fn key(&self, name: &Folded) -> Option<Key> {
        let whole = Folded::joined(self.names.bytes(), name.bytes());
        let whole = whole.as_ref().map_or(&[][..], Folded::bytes);
        let grouped = keys::exact(whole).or_else(|| keys::exact(whole.get(self.inner..)?));
        match (grouped, name.key()) {
            (None, own) => own,
            // A span's status has a code, too, which is no answer's.
            (Some(Key::Status), own) if own != Some(Key::Status) => Some(Key::StatusLike),
            (grouped, _) => grouped,
        }
    }
}

/// A value as it stands, and whether it holds escapes.
type Raw<'a> = (&'a str, bool);

thread_local! {
    /// Unescaped text of the line at hand, kept between lines so that none allocates.
    static SCRATCH: Cell<String> = const { Cell::new(String::new()) };

    /// See [`Remembered`].
    static REMEMBERED: Cell<Remembered> = const { Cell::new(Remembered::new()) };
}

/// The values of one line by fact, and which of them hold escapes.
#[derive(Default)]
struct Found<'a> {
    told: Told<'a>,
    escaped: u64,
}

impl<'a> Found<'a> {
    /// Puts a value under its fact; an outer object's outranks an inner's, and the last of two in one object the first.
    fn put(&mut self, key: Key, (text, escaped): Raw<'a>, outermost: bool) {
        if (text == "null" && !escaped) || (!outermost && self.told.is_told(key, text)) {
            return;
        }
        self.told.set(key, text);
        let bit = 1 << (key as usize);
        self.escaped = if escaped { self.escaped | bit } else { self.escaped & !bit };
    }
}

const _: () = assert!(Key::COUNT <= 64, "a bit for each fact");

/// Reads one line and emits what it says of a call.
pub(super) fn line(line: &str, in_milliseconds: bool, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
    let mut found = Found::default();
    found.told.in_milliseconds = in_milliseconds;
    if !walk(line, &mut found) {
        return Err(if line.trim_start().starts_with('{') {
            Unread::CutShort
        } else {
            Unread::NotThisFormat
        });
    }
    if found.escaped == 0 && found.told.get(Key::EpochSecond).is_none() {
        found.told.emit(emit);
        return Ok(());
    }
    let mut scratch = SCRATCH.take();
    scratch.clear();
    let mut spans: Vec<(Key, usize, usize)> = Vec::new();
    for key in Key::all().filter(|key| found.escaped & (1 << (*key as usize)) != 0) {
        if let Some(written) = found.told.get(key) {
            let start = scratch.len();
            unescape(written, &mut scratch);
            spans.push((key, start, scratch.len()));
        }
    }
    let mut told = found.told;
    // log4j2 writes its instant in two parts.
    if let (None, Some(seconds)) = (told.get(Key::Timestamp), told.get(Key::EpochSecond)) {
        let start = scratch.len();
        let nanoseconds = told.get(Key::NanoOfSecond).unwrap_or("0");
        for part in [seconds, ".", "000000000".get(nanoseconds.len()..).unwrap_or(""), nanoseconds] {
            scratch.push_str(part);
        }
        spans.push((Key::Timestamp, start, scratch.len()));
    }
    for (key, start, end) in spans {
        told.set(key, scratch.get(start..end).unwrap_or(""));
    }
    told.emit(emit);
    SCRATCH.set(scratch);
    Ok(())
}

/// Whether one of the line's own keys is a logger's: a time, a level or a message.
pub(super) fn is_logged(line: &str) -> bool {
    Members::of(line).into_iter().flatten().any(|(name, _)| {
        matches!(
            keys::key(name),
            Some(Key::Timestamp | Key::StartTime | Key::Level | Key::Message | Key::LoguruText)
        ) || matches!(name, "record" | "instant" | "log" | "fields")
    })
}

/// Walks the line's objects, outer ones first; whether the line is whole.
fn walk<'a>(line: &'a str, found: &mut Found<'a>) -> bool {
    let Some(mut members) = Members::of(line) else { return false };
    let mut pending: Vec<(Place, Group, &'a str)> = Vec::new();
    let mut remembered = REMEMBERED.take();
    let mut place = 0;
    while let Some((meant, value)) = remembered.member(place, &mut members) {
        place += 1;
        let plain = match value {
            Value::Text(text) | Value::Word(text) => (text, false),
            Value::Escaped(text) => (text, true),
            Value::Object(_) | Value::Array(_) => {
                let name = match &meant {
                    Meant::Remembered(lead) => &lead.name,
                    Meant::Walked(name) => *name,
                };
                take((Place::Plain, Group::default()), name, value, true, found, &mut pending);
                continue;
            }
        };
        let key = match meant {
            Meant::Remembered(lead) => lead.key,
            Meant::Walked(name) => keys::key(name),
        };
        if let Some(key) = key {
            found.put(key, plain, true);
        }
    }
    REMEMBERED.set(remembered);
    if !members.is_whole() {
        return false;
    }
    let mut next = 0;
    while let Some(&(place, group, object)) = pending.get(next) {
        next += 1;
        let Some(members) = Members::of(object) else { continue };
        for (key, value) in members {
            if pending.len() < MOST_OBJECTS {
                take((place, group), key, value, false, found, &mut pending);
            }
        }
    }
    true
}

/// Takes one member: a value under a fact's key, or a nested object to walk. An outer object's facts outrank an inner's.
fn take<'a>(
    (place, group): (Place, Group),
    key: &str,
    value: Value<'a>,
    outermost: bool,
    found: &mut Found<'a>,
    pending: &mut Vec<(Place, Group, &'a str)>,
) {
    let Some(folded) = Folded::of(key) else { return };
    match value {
        Value::Object(object) => {
            let inner = place_of(place, folded.bytes());
            if inner != Place::Code {
                pending.push((inner, group.within(&folded), object));
            }
        }
        Value::Array(array) => take_array((place, group), &folded, array, found, pending),
        Value::Text(text) | Value::Word(text) => set((place, group), &folded, (text, false), outermost, found),
        Value::Escaped(text) => set((place, group), &folded, (text, true), outermost, found),
    }
}

fn place_of(place: Place, key: &[u8]) -> Place {
    match key {
        b"headers" | b"respheaders" | b"responseheaders" => Place::Headers,
        b"error" | b"err" | b"exception" | b"excinfo" | b"cause" | b"thrown" => Place::Error,
        b"file" | b"source" | b"sourcelocation" | b"caller" | b"origin" | b"frames" | b"elapsed" => Place::Code,
        _ if place == Place::Error => Place::Error,
        _ => Place::Plain,
    }
}

/// Arrays hold a header's single value, or an exception's stacks with the innermost cause last (structlog).
fn take_array<'a>(
    at: (Place, Group),
    key: &Folded,
    array: &'a str,
    found: &mut Found<'a>,
    pending: &mut Vec<(Place, Group, &'a str)>,
) {
    let is_error = matches!(key.key(), Some(Key::Trace | Key::ErrorMessage));
    let mut single = items(array).take(2);
    match (single.next(), single.next()) {
        (Some(Value::Text(text)), None) => set(at, key, (text, false), false, found),
        (Some(Value::Object(_)), _) if is_error => {
            for item in items(array).take(MOST_OBJECTS) {
                let Value::Object(stack) = item else { continue };
                if pending.len() < MOST_OBJECTS {
                    pending.push((Place::Error, Group::default(), stack));
                }
                let value = Members::of(stack)
                    .into_iter()
                    .flatten()
                    .find(|(key, _)| *key == "exc_value")
                    .map(|(_, value)| value);
                match value {
                    Some(Value::Text(text)) => found.put(Key::Trace, (text, false), true),
                    Some(Value::Escaped(text)) => found.put(Key::Trace, (text, true), true),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn set<'a>((place, group): (Place, Group), folded: &Folded, value: Raw<'a>, outermost: bool, found: &mut Found<'a>) {
    let key = match (place, folded.bytes()) {
        (Place::Headers, b"date") => Some(Key::HttpDate),
        (Place::Headers, b"requestid") => Some(Key::XRequestId),
        (Place::Headers, _) => folded.key().filter(|key| {
            matches!(
                key,
                Key::XRequestId | Key::XClientRequestId | Key::CfRay | Key::Organization | Key::Project | Key::RetriesTaken
            )
        }),
        (Place::Error, b"type" | b"name" | b"class") => Some(Key::ErrorType),
        (Place::Error, b"code") => Some(Key::ErrorCode),
        (Place::Error, b"message" | b"msg" | b"value") => Some(Key::ErrorMessage),
        (Place::Error, _) => folded
            .key()
            .filter(|key| !matches!(key, Key::Timestamp | Key::Level | Key::Message)),
        (Place::Plain, _) => group.key(folded),
        (Place::Code, _) => None,
    };
    if let Some(key) = key {
        found.put(key, value, outermost);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Fields;

    /// Asks of what a line says of its call.
    fn told<T>(line: &str, ask: impl Fn(&Fields<'_>) -> T) -> Vec<T> {
        let mut all = Vec::new();
        super::line(line, false, &mut |fields| all.push(ask(fields))).unwrap();
        all
    }

    #[test]
    fn a_member_is_named_by_the_objects_that_it_stands_in() {
        let line = r#"{"timestamp":"2026-11-18T08:00:03Z","http":{"response":{"status_code":503}},"server":{"address":"api.openai.com"},"net":{"peer":{"name":"no"}},"model":{"name":"gpt-4o"},"response":{"time":"812ms"}}"#;
        let said = told(line, |fields| {
            (
                fields.status,
                fields.server_address.map(str::to_owned),
                fields.model.map(str::to_owned),
                fields.duration_ms,
            )
        });
        let server = Some("api.openai.com".to_owned());
        assert_eq!(said, [(Some(503), server, Some("gpt-4o".to_owned()), Some(812.0))]);
    }

    #[test]
    fn a_spans_status_is_no_answers() {
        let line = r#"{"timestamp":"2026-11-18T08:00:03Z","status":{"code":2},"attributes":{"http.response.status_code":503,"gen_ai.request.model":"gpt-4o"}}"#;
        assert_eq!(told(line, |fields| fields.status), [Some(503)]);
    }
}
