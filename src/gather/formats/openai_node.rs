//! Console logs of Node programs: openai-node's and anthropic-sdk-typescript's own lines, objects and error dumps, bare
//! or behind a time and a level.

use super::{Fit, Format, Unread, text_logging};
use crate::gather::frame::Framing;
use crate::gather::messages::{self, Said};
use crate::model::{Fields, Vantage};
use std::borrow::Cow;

/// The format.
#[derive(Clone, Copy, Debug)]
pub struct OpenAiNode;

/// The longest word before an error's colon, and the longest client name before `:DEBUG:`.
const WORD: usize = 60;

impl Format for OpenAiNode {
    fn name(&self) -> &'static str {
        "openai-node"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        // Properties and stacks are indented: most lines are answered by their first byte.
        line.first()
            .is_some_and(|first| first.is_ascii_alphanumeric() || *first == b'[')
            && str::from_utf8(line).is_ok_and(|line| stamped(line).is_some() || bare(line))
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let Ok(line) = str::from_utf8(line) else { return Fit::No };
        match stamped(line) {
            // Java's, Rust's and others' heads may begin with the same stamp.
            Some(_) if text_logging::is_telling(line) => Fit::Maybe,
            Some((_, _, message)) if bare(message) || message.trim_end().ends_with('{') => Fit::Yes,
            Some((_, _, message)) if message.trim_end().ends_with('}') && message.contains(": ") => Fit::Yes,
            // Envoy's access log begins `[stamp] "POST …`.
            Some((_, _, message)) if message.starts_with('"') => Fit::No,
            Some((_, level, message)) if !level.is_empty() && messages::is_about_a_call(message, is_failure(level)) => Fit::Yes,
            Some(_) => Fit::Maybe,
            // A module before the class is Python's or Java's.
            None if sdk_line(line) || bare(line) && !dotted(line) && messages::is_about_a_call(line, false) => Fit::Yes,
            // `console.log('INFO', 'llm request completed', {…})`, whose time an envelope tells.
            None if levelled(line) && line.trim_end().ends_with(" {") => Fit::Yes,
            None if bare(line) => Fit::Maybe,
            None => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        // The checked reading is several times faster than the lossy one, which few records need.
        let text = str::from_utf8(record).map_or_else(|_| String::from_utf8_lossy(record), Cow::Borrowed);
        let text = text.trim_end_matches(['\n', '\r']);
        let (stamp, level, message) = match stamped(text) {
            Some((stamp, level, message)) => (Some(stamp), level, message),
            None if bare(text) => (None, "", text),
            None => return Err(Unread::NotThisFormat),
        };
        let mut fields = Fields {
            timestamp: stamp,
            ok: is_failure(level).then_some(false),
            ..Fields::default()
        };
        if messages::read(message, &mut fields) == Said::AboutACall {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "[log_c21621, x-request-id: \"req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa\"] post https://api.openai.com/v1/chat/completions failed with status 500 in 20ms - retrying, 1 attempts remaining",
            "[log_62a23b, retryOf: log_c21621, request-id: \"req_011CGYQg91SobafAev9iH7wv\"] post https://api.anthropic.com/v1/messages failed with status 529 in 4ms - error; no more retries left",
            "[log_6aa1fd] connection timed out - retrying, 1 attempts remaining",
            "OpenAI:DEBUG:response (error; retrying, 1 attempts remaining) 500 https://api.openai.com/v1/chat/completions {",
            "2026-10-21T07:20:12.311Z INFO llm request completed {",
            "INFO llm request completed {",
        ]
    }

    fn source(&self) -> &'static str {
        "openai-node src/client.ts and src/internal/utils/log.ts (v5 and later), src/core.ts (v4); https://nodejs.org/api/util.html#utilinspectobject-options"
    }
}

/// `2026-10-21T07:20:12.311Z INFO message`, with or without brackets and level: stamp, level, message.
fn stamped(line: &str) -> Option<(&str, &str, &str)> {
    let inner = line.strip_prefix('[').unwrap_or(line);
    if !inner.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (stamp, rest) = inner.split_at_checked(iso_length(inner)?)?;
    let rest = rest.strip_prefix(']').unwrap_or(rest);
    let rest = rest
        .strip_prefix(':')
        .unwrap_or(rest)
        .strip_prefix(' ')?
        .trim_start_matches([' ', '-']);
    let bracket = rest.strip_prefix('[').unwrap_or(rest);
    let length = bracket.bytes().take(8).take_while(u8::is_ascii_alphabetic).count();
    let (word, after) = bracket.split_at_checked(length)?;
    let levels = ["info", "error", "warn", "warning", "debug", "log", "fatal", "trace"];
    if levels.iter().any(|level| level.eq_ignore_ascii_case(word)) && after.starts_with([' ', ':', ']']) {
        return Some((stamp, word, after.trim_start_matches([']', ':', ' ', '-'])));
    }
    Some((stamp, "", rest))
}

/// Whether the first word is a path.
fn dotted(line: &str) -> bool {
    line.split([' ', ':']).next().is_some_and(|word| word.contains('.'))
}

fn is_failure(level: &str) -> bool {
    level.eq_ignore_ascii_case("error") || level.eq_ignore_ascii_case("fatal")
}

/// The length of `Date.prototype.toISOString()`'s text: milliseconds and `Z`, always.
fn iso_length(text: &str) -> Option<usize> {
    let pattern = b"dddd-dd-ddTdd:dd:dd.dddZ";
    let bytes = text.as_bytes().get(..pattern.len())?;
    let fits = |(byte, wanted): (&u8, &u8)| {
        if *wanted == b'd' {
            byte.is_ascii_digit()
        } else {
            byte == wanted
        }
    };
    bytes.iter().zip(pattern).all(fits).then_some(pattern.len())
}

/// A line that starts a record with no time before it: an SDK's, an object's or an error's.
fn bare(line: &str) -> bool {
    if sdk_line(line) {
        return true;
    }
    if !line.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return false;
    }
    let head = line.split('\n').next().unwrap_or(line).trim_end();
    let object = head.ends_with(" {") || head.ends_with(" }") && head.contains(" { ");
    let word = head
        .bytes()
        .take(WORD)
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    let error = head.split_at_checked(word).is_some_and(|(word, after)| {
        // What V8 calls every subclass on its stack stands under the line that a logger wrote of it.
        let is_class = word.len() > "Error".len() && (word.ends_with("Error") || word.ends_with("Exception"));
        is_class && (after.starts_with(": ") || after.starts_with(" ["))
    });
    object || error
}

/// Whether a line begins with a level in capitals and a blank.
fn levelled(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or(line);
    matches!(word, "INFO" | "WARN" | "ERROR" | "DEBUG" | "LOG")
}

/// `[log_c21621…` and `OpenAI:DEBUG:…`.
fn sdk_line(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix("[log_") {
        return rest.bytes().take(6).filter(u8::is_ascii_hexdigit).count() == 6;
    }
    let word = line.bytes().take(WORD).take_while(u8::is_ascii_alphanumeric).count();
    word > 0 && line.get(word..).is_some_and(|rest| rest.starts_with(":DEBUG:"))
}
