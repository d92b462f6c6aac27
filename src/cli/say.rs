//! Says something on standard error, in one line, so that nothing a log holds can act on a terminal or leak into cron's
//! mail.

use crate::redact::wall;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write;

/// Says one line, `faultscope: …`. Where nobody listens any more, it is lost.
pub fn say(text: &str) {
    let (text, _) = wall(text.to_owned());
    let _ = writeln!(std::io::stderr(), "faultscope: {}", escaped(&text));
}

/// The text with everything escaped that a terminal might act on, or that a reader cannot see: control characters, and
/// those that turn, hide or join text (Unicode's bidirectional and zero-width ones).
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazard) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hazard(c) {
            let _ = write!(safe, "{}", c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn is_hazard(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        assert_eq!(
            escaped("a\u{1b}[31mb\r\n\u{9b}c\u{7f}"),
            r"a\u{1b}[31mb\u{d}\u{a}\u{9b}c\u{7f}"
        );
        assert_eq!(escaped("gpj.\u{202e}exe\u{200b}"), r"gpj.\u{202e}exe\u{200b}");
        assert_eq!(escaped("größer — 日本.log"), "größer — 日本.log");
    }
}
