//! Reads the columns that Python's Rich prints for a logger: time, level, message, and the place in the code at the right
//! edge.
//!
//! A time that is the line before's is left blank, and a message that is too long for its column goes on below in the
//! same column: a record without a time takes its neighbours', and its lines are put together again at their blanks.
//! <https://rich.readthedocs.io/en/stable/logging.html>

use super::colours::plain;
use super::format::{Fit, Format, Unread};
use crate::gather::frame::Framing;
use crate::gather::messages::{self, Said};
use crate::model::{Fields, Vantage};
use std::borrow::Cow;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct RichLogging;

/// The levels, each in a column of eight letters.
const LEVELS: [&str; 5] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/// The width of the level's column.
const LEVEL_WIDTH: usize = 8;

/// The least width of the time's column: `[20:24:15]`.
const TIME_WIDTH: usize = 10;

/// The first line of a record.
struct Head<'a> {
    stamp: Option<&'a str>,
    level: &'a str,
    /// The message's first line, without the place in the code.
    message: &'a str,
    /// Whether the place in the code stood at the right edge.
    placed: bool,
}

fn head(line: &str) -> Option<Head<'_>> {
    let (stamp, rest) = match line.strip_prefix('[') {
        Some(inner) => {
            let (stamp, rest) = inner.split_once("] ")?;
            (Some(stamp).filter(|stamp| is_clock(stamp)), rest)
        }
        None => (None, line),
    };
    if stamp.is_none() && (line.starts_with('[') || line.len() - line.trim_start_matches(' ').len() <= TIME_WIDTH) {
        return None;
    }
    let rest = rest.trim_start_matches(' ');
    let level = LEVELS.into_iter().find(|level| rest.starts_with(level))?;
    // The column is padded, and a blank parts it from the next.
    let column = rest.get(..=LEVEL_WIDTH)?;
    let is_padded = column.get(level.len()..)?.bytes().all(|byte| byte == b' ');
    let text = rest.get(LEVEL_WIDTH + 1..)?.trim_end();
    let (message, placed) = without_place(text);
    is_padded.then_some(Head {
        stamp,
        level,
        message,
        placed,
    })
}

/// Whether a stamp ends in a clock.
fn is_clock(stamp: &str) -> bool {
    let clock = stamp.rsplit(' ').next().unwrap_or(stamp).as_bytes();
    clock.len() >= 8
        && clock.get(2) == Some(&b':')
        && clock.get(5) == Some(&b':')
        && clock.first().is_some_and(u8::is_ascii_digit)
}

/// A line without `_client.py:1025` at its end, and whether it had that.
fn without_place(text: &str) -> (&str, bool) {
    let place = text.rsplit_once(' ').and_then(|(before, place)| {
        let (_, line) = place.rsplit_once(".py:")?;
        let is_number = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(before)
    });
    place.map_or((text, false), |before| (before.trim_end(), true))
}

/// Whether a line is the first of a record that nobody else writes.
pub(super) fn is_telling(line: &str) -> bool {
    head(line).is_some_and(|head| head.placed)
}

/// The message with its column's lines put together. Rich's own traceback stands in a box; what follows the box, the
/// exception, stays on lines of its own.
fn whole<'a>(first: &'a str, below: &'a str) -> Cow<'a, str> {
    if below.trim().is_empty() {
        return Cow::Borrowed(first);
    }
    let mut message = first.to_owned();
    let mut between = ' ';
    for line in below.lines() {
        let line = without_place(line.trim()).0;
        if line.starts_with(['╭', '│', '╰']) || line == "Traceback (most recent call last):" {
            between = '\n';
        } else if !line.is_empty() {
            message.push(between);
            message.push_str(line);
        }
    }
    Cow::Owned(message)
}

/// `08/19/26 20:24:15`, the default in the C locale, with the year in full; every other stamp as it is.
fn readable(stamp: &str) -> Cow<'_, str> {
    let mut parts = stamp.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next().and_then(|rest| rest.split_once(' '))) {
        (Some(month), Some(day), Some((year, clock))) if year.len() == 2 => Cow::Owned(format!("20{year}-{month}-{day} {clock}")),
        _ => Cow::Borrowed(stamp),
    }
}

impl Format for RichLogging {
    fn name(&self) -> &'static str {
        "rich-logging"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn leaves_out_stamps(&self) -> bool {
        true
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        head(&plain(line)).is_some()
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match head(&plain(line)) {
            Some(head) if head.placed => Fit::Yes,
            Some(_) => Fit::Maybe,
            None => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = plain(record);
        let (line, below) = text.split_once('\n').unwrap_or((&text, ""));
        let head = head(line).ok_or(Unread::NotThisFormat)?;
        let stamp = head.stamp.map(readable);
        let message = whole(head.message, below);
        let mut fields = Fields {
            timestamp: stamp.as_deref(),
            ok: matches!(head.level, "ERROR" | "CRITICAL").then_some(false),
            ..Fields::default()
        };
        if messages::read(&message, &mut fields) == Said::AboutACall {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "[2026-08-19 20:24:15] INFO     HTTP Request: POST http://lb-b.internal/v1/embeddings \"HTTP/1.1 502 Bad Gateway\"           _client.py:1025",
            "[08/19/26 20:24:15] INFO     Retrying request to /embeddings in 0.918539 seconds                          _base_client.py:1172",
            "                      ERROR    llm call failed endpoint=embeddings model=text-embedding-3-small         app.py:13\n                               status=500 request_id=req_bb7c4d0af900ae753e4696386302eb0e",
        ]
    }

    fn source(&self) -> &'static str {
        "https://rich.readthedocs.io/en/stable/logging.html"
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, RichLogging, readable};

    #[test]
    fn a_wrapped_message_is_one() {
        let record = "[20:24:16] ERROR    llm call failed endpoint=embeddings model=text-embedding-3-small     app.py:13\n\
            \u{20}                   client_request_id=26150d83-c0d3-4b9b-bac0-1b5658c09744 status=500              \n\
            \u{20}                   request_id=req_bb7c4d0af900ae753e4696386302eb0e error=Error code: 500 -        \n";
        let mut said = Vec::new();
        RichLogging
            .parse(record.as_bytes(), &mut |fields| {
                said.push((fields.status, fields.request_id.map(str::to_owned)));
            })
            .unwrap();
        assert_eq!(said, [(Some(500), Some("req_bb7c4d0af900ae753e4696386302eb0e".to_owned()))]);
    }

    #[test]
    fn the_c_locales_year_has_two_digits() {
        assert_eq!(readable("08/19/26 20:24:15"), "2026-08-19 20:24:15");
        assert_eq!(readable("20:24:15"), "20:24:15");
    }

    #[test]
    fn words_in_capitals_within_a_wrapped_message_start_nothing() {
        assert!(!RichLogging.starts_record(b"                               INFORMATION about the call"));
        assert!(!RichLogging.starts_record(b"  INFO     indented by hand"));
    }
}
