//! One line: its members by fact, nested objects included, escapes undone once.

use crate::gather::formats::Unread;
use crate::gather::formats::keys::{Folded, Key};
use crate::gather::formats::told::Told;
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
}

/// A value as it stands, and whether it holds escapes.
type Raw<'a> = (&'a str, bool);

thread_local! {
    /// Unescaped text of the line at hand, kept between lines so that none allocates.
    static SCRATCH: Cell<String> = const { Cell::new(String::new()) };

    /// See [`Remembered`].
    static REMEMBERED: Cell<Remembered> = const { Cell::new(Remembered(Vec::new())) };
}

/// Members whose keys are remembered from line to line.
const KEYS_REMEMBERED: usize = 48;

/// What the keys of the last lines meant, by their place in the line: a program writes its lines alike, so one comparison
/// stands for folding a key and looking it up. Measured: a third of the parse.
#[derive(Default)]
struct Remembered(Vec<(String, Option<Key>)>);

impl Remembered {
    fn key(&mut self, place: usize, spelling: &str) -> Option<Key> {
        if let Some((known, key)) = self.0.get(place)
            && known == spelling
        {
            return *key;
        }
        let key = Folded::of(spelling).and_then(|folded| folded.key());
        if place < KEYS_REMEMBERED && spelling.len() < KEYS_REMEMBERED {
            if place >= self.0.len() {
                self.0.resize(place + 1, (String::new(), None));
            }
            if let Some(known) = self.0.get_mut(place) {
                *known = (spelling.to_owned(), key);
            }
        }
        key
    }
}

/// Reads one line and emits what it says of a call.
pub(super) fn line(line: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
    let mut found = [None; Key::COUNT];
    if !walk(line, &mut found) {
        return Err(if line.trim_start().starts_with('{') {
            Unread::CutShort
        } else {
            Unread::NotThisFormat
        });
    }
    let mut scratch = SCRATCH.take();
    scratch.clear();
    let mut spans: Vec<(usize, usize, usize)> = Vec::new();
    for (place, value) in found.iter().enumerate() {
        if let Some((written, true)) = value {
            let start = scratch.len();
            unescape(written, &mut scratch);
            spans.push((place, start, scratch.len()));
        }
    }
    let mut told = Told::of(found.map(|value| value.map(|(written, _)| written)));
    for (place, start, end) in spans {
        told.replace(place, scratch.get(start..end).unwrap_or(""));
    }
    told.emit(emit);
    SCRATCH.set(scratch);
    Ok(())
}

/// Walks the line's objects, outer ones first; whether the line is whole.
fn walk<'a>(line: &'a str, found: &mut [Option<Raw<'a>>; Key::COUNT]) -> bool {
    let Some(mut members) = Members::of(line) else { return false };
    let mut pending: Vec<(Place, &'a str)> = Vec::new();
    let mut remembered = REMEMBERED.take();
    for (place, (key, value)) in members.by_ref().enumerate() {
        let plain = match value {
            Value::Text(text) | Value::Word(text) => (text, false),
            Value::Escaped(text) => (text, true),
            Value::Object(_) | Value::Array(_) => {
                take(Place::Plain, key, value, true, found, &mut pending);
                continue;
            }
        };
        if let Some(key) = remembered.key(place, key) {
            put(key, plain, true, found);
        }
    }
    REMEMBERED.set(remembered);
    if !members.is_whole() {
        return false;
    }
    let mut next = 0;
    while let Some(&(place, object)) = pending.get(next) {
        next += 1;
        let Some(members) = Members::of(object) else { continue };
        for (key, value) in members {
            if pending.len() < MOST_OBJECTS {
                take(place, key, value, false, found, &mut pending);
            }
        }
    }
    true
}

/// Takes one member: a value under a fact's key, or a nested object to walk. An outer object's facts outrank an inner's.
fn take<'a>(
    place: Place,
    key: &str,
    value: Value<'a>,
    outermost: bool,
    found: &mut [Option<Raw<'a>>; Key::COUNT],
    pending: &mut Vec<(Place, &'a str)>,
) {
    let Some(folded) = Folded::of(key) else { return };
    match value {
        Value::Object(object) => pending.push((place_of(place, folded.bytes()), object)),
        Value::Array(array) => take_array(place, &folded, array, found, pending),
        Value::Text(text) | Value::Word(text) => set(place, &folded, (text, false), outermost, found),
        Value::Escaped(text) => set(place, &folded, (text, true), outermost, found),
    }
}

fn place_of(place: Place, key: &[u8]) -> Place {
    match key {
        b"headers" | b"respheaders" | b"responseheaders" => Place::Headers,
        b"error" | b"err" | b"exception" | b"excinfo" | b"cause" | b"thrown" => Place::Error,
        _ if place == Place::Error => Place::Error,
        _ => Place::Plain,
    }
}

/// Arrays hold a header's single value, or an exception's stacks with the innermost cause last (structlog).
fn take_array<'a>(
    place: Place,
    key: &Folded,
    array: &'a str,
    found: &mut [Option<Raw<'a>>; Key::COUNT],
    pending: &mut Vec<(Place, &'a str)>,
) {
    let is_error = matches!(key.key(), Some(Key::Trace | Key::ErrorMessage));
    let mut single = items(array).take(2);
    match (single.next(), single.next()) {
        (Some(Value::Text(text)), None) => set(place, key, (text, false), false, found),
        (Some(Value::Object(_)), _) if is_error => {
            for item in items(array).take(MOST_OBJECTS) {
                let Value::Object(stack) = item else { continue };
                if pending.len() < MOST_OBJECTS {
                    pending.push((Place::Error, stack));
                }
                let value = Members::of(stack)
                    .into_iter()
                    .flatten()
                    .find(|(key, _)| *key == "exc_value")
                    .map(|(_, value)| value);
                if let (Some(Value::Text(text)), Some(slot)) = (value, found.get_mut(Key::Trace as usize)) {
                    *slot = Some((text, false));
                } else if let (Some(Value::Escaped(text)), Some(slot)) = (value, found.get_mut(Key::Trace as usize)) {
                    *slot = Some((text, true));
                }
            }
        }
        _ => {}
    }
}

fn set<'a>(place: Place, folded: &Folded, value: Raw<'a>, outermost: bool, found: &mut [Option<Raw<'a>>; Key::COUNT]) {
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
        (Place::Plain, _) => folded.key(),
    };
    if let Some(key) = key {
        put(key, value, outermost, found);
    }
}

/// Puts a value under its fact; an outer object's outranks an inner's.
fn put<'a>(key: Key, value: Raw<'a>, outermost: bool, found: &mut [Option<Raw<'a>>; Key::COUNT]) {
    let Some(slot) = found.get_mut(key as usize) else { return };
    if value.0 == "null" && !value.1 {
        return;
    }
    if outermost || slot.is_none() {
        *slot = Some(value);
    }
}
