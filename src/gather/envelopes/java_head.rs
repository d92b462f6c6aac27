//! The line that `java.util.logging` writes above each message by default: the time, the class and the method.
//!
//! `SimpleFormatter`'s format has a line break in it (`%1$tb %1$td, %1$tY %1$tl:%1$tM:%1$tS %1$Tp %2$s%n%4$s: %5$s%6$s%n`), and
//! what stands below has no time of its own: it is given the head's.

use super::envelope::{Envelope, Letter};
use crate::gather::formats::Fit;
use crate::text::scan;
use crate::text::timestamp;

/// The envelope.
pub(super) struct JavaHead;

/// `Nov 18, 2026 8:00:03 AM com.acme.Llm chat`; a logger's name alone where the caller is not known.
fn read(line: &str) -> Option<Letter<'_>> {
    const SHAPES: [&str; 4] = [
        "aaa dd, dddd d:dd:dd aM ",
        "aaa dd, dddd dd:dd:dd aM ",
        "aaa d, dddd d:dd:dd aM ",
        "aaa d, dddd dd:dd:dd aM ",
    ];
    let line = line.trim_end();
    let is = |shape: &&str| timestamp::starts_as(line.as_bytes(), shape.as_bytes());
    let (stamp, names) = line.split_at_checked(SHAPES.into_iter().find(is)?.len())?;
    let is_name = |word: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b'<' | b'>' | b'-');
        word.bytes().all(is_part) && word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '<')
    };
    let mut words = names.split(' ');
    let (class, method) = (words.next()?, words.next());
    let is_head = is_name(class) && method.is_none_or(is_name) && words.next().is_none();
    is_head.then_some(Letter {
        stamp: Some(stamp.trim_end()),
        ..Letter::default()
    })
}

impl Envelope for JavaHead {
    fn name(&self) -> &'static str {
        "lines below java.util.logging's head"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if read(&scan::text(line)).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn peel(&self, line: &[u8], _: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        read(&scan::text(line)).map(|letter| give(&letter)).is_some()
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Nov 18, 2026 8:00:03 AM okhttp3.internal.platform.Platform log", ""),
            ("Nov 18, 2026 12:00:03 PM com.acme.Llm <init>", ""),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.oracle.com/en/java/javase/17/docs/api/java.logging/java/util/logging/SimpleFormatter.html"
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_line_with_a_message_is_no_head() {
        for line in [
            "Nov 18, 2026 8:00:03 AM chat with gpt-4o failed",
            "Nov 18, 2026 8:00:03 AM INFO: started",
            "Nov 18 08:00:03 web-1 started",
            "2026-11-18 08:00:03 com.acme.Llm chat",
        ] {
            assert!(read(line).is_none(), "{line}");
        }
    }
}
