//! Walks the members of one JSON object in a line, borrowed, without building a tree.
//!
//! Access lines are flat and long, and of their members only some twenty matter: what is skipped costs one pass over
//! its bytes. Nested objects are walked by asking again.

use memchr::memchr2;
use std::cell::{Cell, OnceCell};

/// A member's value, still in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A string without its quotes, escapes as written.
    Text(&'a str),
    /// A number, `true`, `false` or `null`.
    Word(&'a str),
    /// An object or an array, brackets included.
    Nested(&'a str),
}

/// The members of an object, in their order. Ends early where the text is no JSON; [`Members::is_whole`] tells.
#[derive(Clone, Debug)]
pub(super) struct Members<'a> {
    rest: &'a str,
    whole: bool,
    open: bool,
}

impl<'a> Members<'a> {
    /// The members of the object that `text` starts with; `None` where it starts with none.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let rest = text.trim_start().strip_prefix('{')?;
        Some(Self {
            rest,
            whole: false,
            open: true,
        })
    }

    /// Whether the object's end has been read.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    fn member(&mut self) -> Option<(&'a str, Value<'a>)> {
        let rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', ',']);
        if rest.starts_with('}') {
            self.whole = true;
            return None;
        }
        let (key, rest) = string(rest)?;
        let rest = rest.trim_start().strip_prefix(':')?.trim_start();
        let (value, rest) = value(rest)?;
        self.rest = rest;
        Some((key, value))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if !self.open {
            return None;
        }
        let member = self.member();
        self.open = member.is_some();
        member
    }
}

impl<'a> Value<'a> {
    /// The first element of an array, or the value itself where it is none: header values come in either shape.
    pub(super) fn first(self) -> Option<Value<'a>> {
        match self {
            Self::Nested(text) => match text.strip_prefix('[') {
                Some(elements) => value(elements.trim_start()).map(|(value, _)| value),
                None => Some(self),
            },
            other => Some(other),
        }
    }

    /// A string's or number's text as it is written.
    pub(super) fn raw(self) -> Option<&'a str> {
        match self {
            Self::Text(text) | Self::Word(text) => Some(text),
            Self::Nested(_) => None,
        }
    }
}

fn string(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut from = 0;
    loop {
        let at = from + memchr2(b'"', b'\\', inside.as_bytes().get(from..)?)?;
        if inside.as_bytes().get(at) == Some(&b'"') {
            return Some((inside.get(..at)?, inside.get(at + 1..)?));
        }
        from = at + 2;
    }
}

fn value(text: &str) -> Option<(Value<'_>, &str)> {
    match text.as_bytes().first()? {
        b'"' => string(text).map(|(inside, rest)| (Value::Text(inside), rest)),
        b'{' | b'[' => {
            let (nested, rest) = text.split_at_checked(nested(text)?)?;
            Some((Value::Nested(nested), rest))
        }
        _ => {
            let end = text.find([',', '}', ']', ' ', '\t', '\r', '\n']).filter(|end| *end > 0)?;
            let (word, rest) = text.split_at_checked(end)?;
            Some((Value::Word(word), rest))
        }
    }
}

/// The length of the object or array that `text` starts with.
fn nested(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut rest = text;
    loop {
        let at = rest.find(['"', '{', '[', '}', ']'])?;
        let (_, found) = rest.split_at_checked(at)?;
        rest = match found.as_bytes().first()? {
            b'"' => string(found)?.1,
            b'{' | b'[' => {
                depth += 1;
                found.get(1..)?
            }
            _ => {
                depth -= 1;
                found.get(1..)?
            }
        };
        if depth == 0 {
            return Some(text.len() - rest.len());
        }
    }
}

/// Room for the few values of a line that hold escapes, so that [`crate::model::Fields`] can borrow them.
#[derive(Debug, Default)]
pub(super) struct Unescaped {
    slots: [OnceCell<String>; SLOTS],
    used: Cell<usize>,
}

/// Escaped values kept per line; later ones stay as written.
const SLOTS: usize = 8;

impl Unescaped {
    /// A value's text, unescaped. Allocates only where a backslash is.
    pub(super) fn text<'a>(&'a self, value: Value<'a>) -> Option<&'a str> {
        let raw = value.raw()?;
        if !matches!(value, Value::Text(_)) || !raw.contains('\\') {
            return Some(raw);
        }
        let Some(slot) = self.slots.get(self.used.get()) else {
            return Some(raw);
        };
        let Ok(text) = serde_json::from_str::<String>(&format!("\"{raw}\"")) else {
            return Some(raw);
        };
        self.used.set(self.used.get() + 1);
        Some(slot.get_or_init(|| text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Members, Unescaped, Value};

    #[test]
    fn members_come_in_their_order_and_nested_ones_whole() {
        let mut members = Members::of(r#" {"a":"b\"}","n":-1.5e3, "o":{"x":["]}",{}]},"l":[1],"t":true}"#).unwrap();
        let all: Vec<_> = members.by_ref().collect();
        let expected = [
            ("a", Value::Text(r#"b\"}"#)),
            ("n", Value::Word("-1.5e3")),
            ("o", Value::Nested(r#"{"x":["]}",{}]}"#)),
            ("l", Value::Nested("[1]")),
            ("t", Value::Word("true")),
        ];
        assert_eq!(all, expected);
        assert!(members.is_whole());
    }

    #[test]
    fn a_cut_object_ends_early_and_says_so() {
        for cut in [r#"{"a":1,"b":"#, r#"{"a":1,"b":{"c":"#, r#"{"a":1,"#, r#"{"a":1,"b"#] {
            let mut members = Members::of(cut).unwrap();
            assert_eq!(members.by_ref().count(), 1, "{cut}");
            assert!(!members.is_whole(), "{cut}");
        }
    }

    #[test]
    fn the_first_of_a_list_is_a_headers_value() {
        assert_eq!(Value::Nested(r#"["req_1","b"]"#).first(), Some(Value::Text("req_1")));
        assert_eq!(Value::Text("req_1").first(), Some(Value::Text("req_1")));
        assert_eq!(Value::Nested("[]").first(), None);
    }

    #[test]
    fn escapes_are_undone_where_there_are_any() {
        let unescaped = Unescaped::default();
        assert_eq!(unescaped.text(Value::Text(r"a\u0026b")), Some("a&b"));
        assert_eq!(unescaped.text(Value::Text(r"bad \x")), Some(r"bad \x"));
    }
}
