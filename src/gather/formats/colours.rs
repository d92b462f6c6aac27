//! A terminal's colours, which some loggers write into files too: Rust's tracing by default, zerolog, loguru, NestJS.

use std::borrow::Cow;

/// A record as text, without control sequences. Allocates only where it holds some, or bytes that are no UTF-8.
pub(super) fn plain(record: &[u8]) -> Cow<'_, str> {
    // The checked reading is several times faster than the lossy one, which few records need.
    let text = str::from_utf8(record).map_or_else(|_| String::from_utf8_lossy(record), Cow::Borrowed);
    if memchr::memchr(ESCAPE, text.as_bytes()).is_none() {
        return text;
    }
    Cow::Owned(without_sequences(&text))
}

const ESCAPE: u8 = 0x1b;

/// Leaves out `ESC [ … letter`; a lone escape goes too.
fn without_sequences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        let parameters = part.strip_prefix('[').unwrap_or("");
        let length = parameters
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':' | b'?'))
            .count();
        let rest = parameters
            .get(length + 1..)
            .filter(|_| parameters.as_bytes().get(length).is_some_and(u8::is_ascii_alphabetic));
        out.push_str(rest.unwrap_or(part));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn tracings_colours_go() {
        let line =
            "\u{1b}[2m2025-03-06T14:02:26.854993Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[2msvc\u{1b}[0m\u{1b}[2m:\u{1b}[0m x";
        assert_eq!(plain(line.as_bytes()), "2025-03-06T14:02:26.854993Z  WARN svc: x");
    }

    #[test]
    fn what_is_no_sequence_stays() {
        assert_eq!(plain("a\u{1b}b[1m \u{1b}[3".as_bytes()), "ab[1m [3");
    }
}
