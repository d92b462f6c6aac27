//! Walks the members of one JSON object in a line, borrowed, without building a tree.
//!
//! Log lines are flat and long, and some twenty of their members matter: what is skipped costs one pass over its bytes.
//! Nothing is validated beyond what walking needs; a line that breaks off is told by [`Members::is_whole`].

use memchr::memchr2;

/// Nesting beyond this is no log line (`serde_json` stops at 128 too).
const DEEPEST: u32 = 128;

/// A member's value, still in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string without its quotes; escapes as written.
    Text(&'a str),
    /// A string without its quotes that holds escapes.
    Escaped(&'a str),
    /// A number, `true`, `false` or `null`.
    Word(&'a str),
    /// An object, braces included.
    Object(&'a str),
    /// An array, brackets included.
    Array(&'a str),
}

/// The members of an object, in their order. Ends early where the text is no JSON.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
    whole: bool,
}

impl<'a> Members<'a> {
    /// The members of the object that `text` starts with; `None` where it starts with none.
    #[must_use]
    pub fn of(text: &'a str) -> Option<Self> {
        let at = blanks(text.as_bytes(), 0);
        (text.as_bytes().get(at) == Some(&b'{')).then_some(Self {
            text,
            at: at + 1,
            whole: false,
        })
    }

    /// Whether the object's end has been read, so that what was walked is all of it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The next value, if the bytes up to it are `lead`: what stood between two values of an earlier line, a key in it.
    ///
    /// A program writes its lines alike, so one comparison stands for finding the key's ends. Nothing else is different
    /// from [`Iterator::next`], for the same bytes mean the same.
    pub fn next_behind(&mut self, lead: &str) -> Option<Value<'a>> {
        let bytes = self.text.as_bytes();
        let at = self.at + lead.len();
        if lead.is_empty() || bytes.get(self.at..at) != Some(lead.as_bytes()) {
            return None;
        }
        let (value, after) = value(self.text, at)?;
        self.at = after;
        Some(value)
    }

    /// The next member, with its lead before it (see [`Members::next_behind`]).
    pub fn next_with_lead(&mut self) -> Option<(&'a str, &'a str, Value<'a>)> {
        let before = self.at;
        let (key, value) = self.next()?;
        let written = match value {
            Value::Text(text) | Value::Escaped(text) => text.len() + 2,
            Value::Word(text) | Value::Object(text) | Value::Array(text) => text.len(),
        };
        let lead = self.text.get(before..self.at.checked_sub(written)?)?;
        Some((lead, key, value))
    }

    fn member(&mut self) -> Option<(&'a str, Value<'a>)> {
        let bytes = self.text.as_bytes();
        let mut at = blanks(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = blanks(bytes, at + 1);
        }
        if bytes.get(at) == Some(&b'}') {
            self.whole = true;
            return None;
        }
        let (key, after_key) = string(self.text, at)?;
        at = blanks(bytes, after_key);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let (value, after) = value(self.text, blanks(bytes, at + 1))?;
        self.at = after;
        let key = match key {
            Value::Text(key) | Value::Escaped(key) => key,
            _ => return None,
        };
        Some((key, value))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.whole {
            return None;
        }
        let member = self.member();
        if member.is_none() {
            self.at = self.text.len();
        }
        member
    }
}

/// Whether an object has two members of one name, of which parsers take either.
#[must_use]
pub fn has_key_twice(object: &str) -> bool {
    let mut keys: Vec<&str> = Members::of(object).into_iter().flatten().map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// The items of an array, in their order.
pub fn items(array: &str) -> impl Iterator<Item = Value<'_>> {
    let mut at = 1;
    std::iter::from_fn(move || {
        let bytes = array.as_bytes();
        at = blanks(bytes, at);
        if bytes.get(at) == Some(&b',') {
            at = blanks(bytes, at + 1);
        }
        let (item, after) = value(array, at)?;
        at = after;
        Some(item)
    })
}

fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// The string that begins at `at`, and the place behind its closing quote.
fn string(text: &str, at: usize) -> Option<(Value<'_>, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let start = at + 1;
    let mut place = start;
    let mut escaped = false;
    loop {
        let found = place + quote_or_backslash(bytes.get(place..)?)?;
        if bytes.get(found) == Some(&b'"') {
            let inside = text.get(start..found)?;
            return Some((
                if escaped {
                    Value::Escaped(inside)
                } else {
                    Value::Text(inside)
                },
                found + 1,
            ));
        }
        escaped = true;
        place = found + 2;
    }
}

/// The place of the first quote or backslash. Most strings of a log are shorter than a call of `memchr` is worth, so the
/// first bytes are looked at eight at a time (measured: a tenth of the parse).
#[inline]
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    const WORDS: usize = 6;
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);
    // Bits of bytes behind a zero byte may be set by its borrow; the first one set is always right.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, _) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().take(WORDS).enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
        if found != 0 {
            return Some(at * 8 + (found.trailing_zeros() / 8) as usize);
        }
    }
    let seen = words.len().min(WORDS) * 8;
    memchr2(b'"', b'\\', bytes.get(seen..)?).map(|at| seen + at)
}

fn value(text: &str, at: usize) -> Option<(Value<'_>, usize)> {
    let bytes = text.as_bytes();
    match bytes.get(at)? {
        b'"' => string(text, at),
        b'{' => nested(text, at).map(|end| (Value::Object(text.get(at..end).unwrap_or("")), end)),
        b'[' => nested(text, at).map(|end| (Value::Array(text.get(at..end).unwrap_or("")), end)),
        _ => {
            let rest = bytes.get(at..)?;
            let length = rest.iter().position(|byte| ends_word(*byte)).unwrap_or(rest.len());
            (length > 0).then_some(())?;
            Some((Value::Word(text.get(at..at + length)?), at + length))
        }
    }
}

/// Whether a byte ends a number or another bare word; no letter, digit, dot or sign does, so most are told by one look.
#[inline]
fn ends_word(byte: u8) -> bool {
    const ENDS: u64 = 1 << b',' | 1 << b' ' | 1 << b'\t' | 1 << b'\n' | 1 << b'\r';
    (byte < 64 && ENDS >> byte & 1 == 1) || matches!(byte, b'}' | b']')
}

/// The place behind the object or array that begins at `at`.
fn nested(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_u32;
    let mut place = at;
    loop {
        match bytes.get(place)? {
            b'"' => {
                place = string(text, place)?.1;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        place += 1;
        if depth == 0 {
            return Some(place);
        }
        if depth > DEEPEST {
            return None;
        }
    }
}

/// Appends a string's meaning: its escapes undone. A broken escape is kept as it stands.
pub fn unescape(written: &str, out: &mut String) {
    let mut rest = written;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let (letter, length) = unescaped(escape);
        match letter {
            Some(letter) => out.push(letter),
            None => out.push_str(escape.get(..length).unwrap_or("")),
        }
        rest = escape.get(length..).unwrap_or("");
    }
    out.push_str(rest);
}

/// What one escape means, and how long it is.
fn unescaped(escape: &str) -> (Option<char>, usize) {
    let bytes = escape.as_bytes();
    let letter = match bytes.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(escape),
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        _ => return (None, 1),
    };
    (Some(letter), 2)
}

/// `\u00e4`, or a surrogate pair of two.
fn unicode(escape: &str) -> (Option<char>, usize) {
    let unit = |at: usize| escape.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(high) = unit(2) else { return (None, 2) };
    if let (0xd800..=0xdbff, Some("\\u"), Some(low @ 0xdc00..=0xdfff)) = (high, escape.get(6..8), unit(8)) {
        return (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12);
    }
    (Some(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)), 6)
}

#[cfg(test)]
mod tests {
    use super::{Members, Value, items, unescape};
    use proptest::prelude::*;

    #[test]
    fn members_come_in_their_order_with_nested_values_whole() {
        let mut members = Members::of(r#" {"a": 1, "b":"x\"y", "c":{"d":[1,"}"]}, "e":null} "#).unwrap();
        let found: Vec<_> = members.by_ref().collect();
        let wanted = [
            ("a", Value::Word("1")),
            ("b", Value::Escaped(r#"x\"y"#)),
            ("c", Value::Object(r#"{"d":[1,"}"]}"#)),
            ("e", Value::Word("null")),
        ];
        assert_eq!(found, wanted);
        assert!(members.is_whole());
    }

    #[test]
    fn an_object_that_breaks_off_is_not_whole() {
        let mut members = Members::of(r#"{"a":1,"b":"x"#).unwrap();
        assert_eq!(members.by_ref().count(), 1);
        assert!(!members.is_whole());
    }

    #[test]
    fn items_of_an_array_are_told_apart() {
        assert_eq!(items(r#"[1, {"a":2}, "x"]"#).count(), 3);
    }

    proptest! {
        #[test]
        fn unescaping_agrees_with_the_reference(text in ".*") {
            let written = serde_json::to_string(&text).unwrap();
            let mut out = String::new();
            unescape(written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap(), &mut out);
            prop_assert_eq!(out, text);
        }

        #[test]
        fn top_level_members_agree_with_the_reference(map in proptest::collection::btree_map("[a-z.]{1,8}", ".{0,12}", 0..8)) {
            let line = serde_json::to_string(&map).unwrap();
            let mut members = Members::of(&line).unwrap();
            for (key, value) in members.by_ref() {
                let mut out = String::new();
                match value { Value::Text(text) | Value::Escaped(text) => unescape(text, &mut out), other => panic!("{other:?}") }
                prop_assert_eq!(map.get(key), Some(&out));
            }
            prop_assert!(members.is_whole());
        }

        #[test]
        fn no_bytes_panic(text in ".*") {
            if let Some(members) = Members::of(&text) { members.for_each(drop); }
            items(&text).take(1000).for_each(drop);
        }
    }
}
