//! `key=value` pairs of a line, borrowed; a value may be quoted, a bare word is a flag and means `true`.

/// The pairs of a line, in their order. A quoted value keeps its quotes, so that a reader knows to undo its escapes.
pub fn pairs(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let end = rest.find([' ', '\t', '='])?.min(rest.len());
        let (key, after) = rest.split_at(end);
        let Some(after) = after.strip_prefix('=') else {
            rest = after;
            return Some((key, "true"));
        };
        let length = value_length(after);
        let (value, left) = after.split_at_checked(length)?;
        rest = left;
        Some((key, value))
    })
}

/// How long the value at the start of `text` is, quotes included.
fn value_length(text: &str) -> usize {
    let Some(quote @ (b'"' | b'\'')) = text.as_bytes().first() else {
        return memchr::memchr2(b' ', b'\t', text.as_bytes()).unwrap_or(text.len());
    };
    let mut at = 1;
    while let Some(found) = text
        .as_bytes()
        .get(at..)
        .and_then(|rest| memchr::memchr2(*quote, b'\\', rest))
    {
        at += found;
        let is_quote = text.as_bytes().get(at) == Some(quote);
        if is_quote && !goes_on(text.as_bytes().get(at + 1)) {
            return at + 1;
        }
        at += if is_quote { 1 } else { 2 };
    }
    text.len()
}

/// Whether a value goes on behind a quote: loggers that put `msg="%(message)s"` together escape nothing, so what the message
/// quotes begins with a letter and ends before the value's own quote.
fn goes_on(behind: Option<&u8>) -> bool {
    behind.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\''))
}

#[cfg(test)]
mod tests {
    use super::pairs;
    use proptest::prelude::*;

    #[test]
    fn quoted_values_keep_their_blanks_and_flags_are_true() {
        let found: Vec<_> = pairs(r#"level=error event="call \"x\" failed" stream status=500"#).collect();
        assert_eq!(
            found,
            [
                ("level", "error"),
                ("event", r#""call \"x\" failed""#),
                ("stream", "true"),
                ("status", "500")
            ]
        );
    }

    #[test]
    fn what_a_message_quotes_and_nobody_escaped_is_part_of_it() {
        let line = r#"level=INFO msg="HTTP Request: POST http://ha1:8080/v1/x "HTTP/1.1 200 OK"" took=3"#;
        let message = r#""HTTP Request: POST http://ha1:8080/v1/x "HTTP/1.1 200 OK"""#;
        let found: Vec<_> = pairs(line).collect();
        assert_eq!(found, [("level", "INFO"), ("msg", message), ("took", "3")]);
        let usual: Vec<_> = pairs(r#"err="" path="/v1/x" done"#).collect();
        assert_eq!(usual, [("err", r#""""#), ("path", r#""/v1/x""#)]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in ".*") {
            pairs(&text).for_each(drop);
        }
    }
}
