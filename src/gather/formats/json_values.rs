//! The values of a JSON access line as text that [`crate::model::Fields`] can borrow.

use crate::text::json::{Members, Value, items, unescape};
use std::cell::{Cell, OnceCell};

/// A string's, number's or word's text as it is written; `None` for what is nested.
pub(super) fn raw(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Escaped(text) | Value::Word(text) => Some(text),
        Value::Object(_) | Value::Array(_) => None,
    }
}

/// Takes every member of an object; of anything else nothing.
pub(super) fn each<'a>(value: Value<'a>, mut take: impl FnMut(&'a str, Value<'a>)) {
    if let Value::Object(object) = value {
        for (name, value) in Members::of(object).into_iter().flatten() {
            take(name, value);
        }
    }
}

/// The first item of an array, or the value itself where it is none: headers come in either shape.
pub(super) fn first(value: Value<'_>) -> Option<Value<'_>> {
    match value {
        Value::Array(array) => items(array).next(),
        other => Some(other),
    }
}

/// Escaped values kept per line; later ones stay as written.
const SLOTS: usize = 8;

/// Room for the few values of a line that hold escapes.
#[derive(Debug, Default)]
pub(super) struct Unescaped {
    slots: [OnceCell<String>; SLOTS],
    used: Cell<usize>,
}

impl Unescaped {
    /// A value's text. Allocates only where it holds escapes.
    pub(super) fn text<'a>(&'a self, value: Value<'a>) -> Option<&'a str> {
        let Value::Escaped(written) = value else { return raw(value) };
        let Some(slot) = self.slots.get(self.used.get()) else {
            return Some(written);
        };
        self.used.set(self.used.get() + 1);
        Some(slot.get_or_init(|| {
            let mut text = String::with_capacity(written.len());
            unescape(written, &mut text);
            text
        }))
    }
}

/// How many of `marks` a string of the line begins with: what tells, in a tenth of a walk, that a line of JSON is not
/// one that needs them as keys.
pub(super) fn marks_in(line: &[u8], marks: &[&str]) -> usize {
    let mut found = 0_u64;
    // Most strings begin otherwise than any mark: a bit for each byte, modulo 64, by which one does.
    let bit = |byte: Option<&u8>| byte.map_or(0, |byte| 1_u64 << (byte & 63));
    let firsts = marks.iter().fold(0, |firsts, mark| firsts | bit(mark.as_bytes().first()));
    for at in memchr::memchr_iter(b'"', line) {
        let rest = line.get(at + 1..).unwrap_or_default();
        if bit(rest.first()) & firsts == 0 {
            continue;
        }
        for (place, mark) in marks.iter().enumerate().take(64) {
            if rest.first() == mark.as_bytes().first() && rest.starts_with(mark.as_bytes()) {
                found |= 1 << place;
            }
        }
    }
    found.count_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::{SLOTS, Unescaped, first};
    use crate::text::json::Value;

    #[test]
    fn the_first_of_a_list_is_a_headers_value() {
        assert_eq!(first(Value::Array(r#"["req_1","b"]"#)), Some(Value::Text("req_1")));
        assert_eq!(first(Value::Text("req_1")), Some(Value::Text("req_1")));
        assert_eq!(first(Value::Array("[]")), None);
    }

    #[test]
    fn values_beyond_the_room_stay_as_written() {
        let unescaped = Unescaped::default();
        for _ in 0..SLOTS {
            assert_eq!(unescaped.text(Value::Escaped(r"a\u0026b")), Some("a&b"));
        }
        assert_eq!(unescaped.text(Value::Escaped(r"a\u0026b")), Some(r"a\u0026b"));
    }
}
