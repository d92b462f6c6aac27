//! Values of a JSON envelope: texts with their escapes undone, and lists of bytes.

use crate::text::json::{Value, items, unescape};

/// A value's text: a string's meaning, or an object as it stands, for a shipper may have read the line already. `scratch`
/// holds what had to be made.
pub(super) fn text<'a>(value: Value<'a>, scratch: &'a mut String) -> Option<&'a str> {
    match value {
        Value::Text(text) | Value::Object(text) => Some(text),
        Value::Escaped(written) => {
            scratch.clear();
            unescape(written, scratch);
            Some(scratch)
        }
        Value::Array(array) => bytes(array, scratch),
        Value::Word(_) => None,
    }
}

/// A string or a number as it stands: stamps and names, which hold no escapes.
pub(super) fn plain(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Word(word) => word.starts_with(|first: char| first.is_ascii_digit()).then_some(word),
        _ => None,
    }
}

/// `[72, 101, …]`: what journald writes for a message that is no printable text.
fn bytes<'a>(array: &str, scratch: &'a mut String) -> Option<&'a str> {
    let byte = |item: Value<'_>| match item {
        Value::Word(word) => word.parse::<u8>().ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = items(array).map(byte).collect();
    scratch.clear();
    scratch.push_str(&String::from_utf8_lossy(&bytes?));
    Some(scratch)
}

/// Whether a text begins as a record of its own does: with a date, an object, a level or a first pair. An envelope of
/// words (`stamp host tag:`) is certain where such a text follows.
pub(super) fn begins_anew(text: &[u8]) -> bool {
    const LEVELS: [&[u8]; 7] = [b"DEBUG", b"INFO", b"WARN", b"ERROR", b"CRITICAL", b"FATAL", b"TRACE"];
    const PAIRS: [&[u8]; 4] = [b"time=", b"ts=", b"level=", b"timestamp="];
    let inside = text.strip_prefix(b"[").unwrap_or(text);
    let is_date = matches!(inside, [b'1' | b'2', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-' | b'/', ..]);
    is_date
        || text.starts_with(b"{\"")
        || text.starts_with(b"{ \"")
        || LEVELS.iter().any(|level| inside.starts_with(level))
        || PAIRS.iter().any(|pair| text.starts_with(pair))
}
