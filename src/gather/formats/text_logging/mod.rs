//! Text logs of programs in any language, by a table of the heads that their loggers write: logback and Spring Boot,
//! NLog and Serilog, zap and zerolog, tracing, Ruby's Logger, NestJS, Monolog and more.
//!
//! What `logging` of Python writes in its usual orders is [`super::python_logging`]'s.

mod answers;
mod head;
mod layouts;
mod pattern;
mod stamp;

use super::colours::plain;
use super::{Fit, Format, Unread, levels, python_logging};
use crate::gather::alike::Slot;
use crate::gather::frame::Framing;
use crate::gather::messages::{self, Said};
use crate::model::{Fields, Vantage};
use head::Head;
use memchr::memchr2;

/// The format.
pub(super) struct TextLogging;

/// Bytes of a line that a head may take: longer ones name nothing.
const HEAD: usize = 400;

/// Whether a line's head is one that no other language's logger writes.
pub(super) fn is_telling(line: &str) -> bool {
    head::read(line).is_some_and(|head| head.fit == Fit::Yes)
}

/// Whether a text's first word is a level that says that something failed, and the text behind the level: `ERROR text`,
/// `[error] text`, `WARN: text`. The class of `Error: text` is the text's own.
pub(super) fn level(text: &str) -> (bool, &str) {
    let inner = text.strip_prefix('[').unwrap_or(text);
    let Some((is_error, rest)) = levels::read(inner).filter(|(_, rest)| inner.len() > rest.len() + 1) else {
        return (false, text);
    };
    let behind = if inner.len() < text.len() {
        rest.strip_prefix(']')
    } else {
        Some(rest)
    };
    let Some(behind) = behind else { return (false, text) };
    if text.starts_with("Error:") {
        return (true, text);
    }
    let message = behind.strip_prefix(':').unwrap_or(behind).strip_prefix(' ');
    message.map_or((false, text), |message| (is_error, message.trim_start_matches([' ', '-'])))
}

impl Format for TextLogging {
    fn name(&self) -> &'static str {
        "text-logging"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        // Tracebacks, dumps and wrapped texts are indented or begin with what no head begins with.
        let line = line.get(..line.len().min(HEAD)).unwrap_or(line);
        let begins = match line {
            [b' ', b' ', third, ..] => third.is_ascii_digit(),
            [first, ..] => first.is_ascii_alphanumeric() || matches!(first, b'[' | b'-' | b'<' | 0x1b | b'\r'),
            [] => false,
        };
        // A `#` may be nginx's, of whose head `known` judges by its message.
        let is_plain = begins && line.first().is_some_and(u8::is_ascii_alphanumeric) && memchr2(b'#', 0x1b, line).is_none();
        let is_telling = is_plain && str::from_utf8(line).is_ok_and(head::is_telling_behind_time);
        begins && !messages::is_answer(line) && (is_telling || known(&plain(line)).is_some())
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let text = plain(line);
        let Some(head) = known(&text) else { return Fit::No };
        match head.fit {
            Fit::Maybe | Fit::No if messages::is_about_a_call(head.message, head.is_error == Some(true)) => Fit::Yes,
            fit => fit,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = plain(record);
        let text = text.trim_end_matches(['\n', '\r']);
        let head = known(text).ok_or(Unread::NotThisFormat)?;
        let mut fields = Fields {
            timestamp: head.stamp.or_else(|| stamp::behind(text)),
            thread: head.thread,
            ok: head.is_error.filter(|is_error| *is_error).map(|_| false),
            ..Fields::default()
        };
        let span = head.span.or_else(|| pretty_span(head.message));
        let is_told = messages::read_within(span, head.message, &mut fields) == Said::AboutACall;
        if is_told {
            emit(&fields);
        }
        let has_its_own = is_told && fields.method.is_some() && fields.status.is_some();
        answers::emit(text, has_its_own, emit);
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        if record.contains(['\r', '\u{1b}']) || answers::stand_in(record) {
            return None;
        }
        let text = record.trim_end_matches('\n');
        let head = known(text)?;
        let span = head.span.or_else(|| pretty_span(head.message));
        messages::own(record, head.stamp?, span, head.message, head.is_error == Some(true))
    }

    fn owns_failures(&self) -> bool {
        true
    }

    fn samples(&self) -> &'static [&'static str] {
        layouts::SAMPLES
    }

    fn source(&self) -> &'static str {
        "https://logback.qos.ch/manual/layouts.html; https://docs.rs/tracing-subscriber/latest/tracing_subscriber/fmt/format; https://github.com/NLog/NLog/wiki/Layouts; the other loggers' defaults"
    }
}

/// The head of a line: a telling one, or one that Python's reader does not know.
fn known(text: &str) -> Option<Head<'_>> {
    let head = head::read(text)?;
    // nginx: `2025/03/06 14:02:11 [error] 4711#4711: *7 …`.
    let process = head.message.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if process.len() < head.message.len() && process.starts_with('#') {
        return None;
    }
    if head.is_error == Some(true) && is_of_a_container(text) {
        return None;
    }
    (head.fit == Fit::Yes || !python_logging::knows(text)).then_some(head)
}

/// Whether a container runtime's head stands before the text: `2026-09-14T08:20:00.1Z stdout F text`, whose `F` is no level.
fn is_of_a_container(text: &str) -> bool {
    let behind = text.split_once(' ').map_or("", |(_, behind)| behind);
    ["stdout F", "stderr F"].iter().any(|tag| behind.starts_with(tag))
}

/// The fields of the innermost span under a record of tracing's pretty format: `    in svc::f with model: "gpt-4o"`.
fn pretty_span(message: &str) -> Option<&str> {
    let (_, spans) = message.split_once("\n    in ")?;
    let (_, fields) = spans.lines().next()?.split_once(" with ")?;
    Some(fields)
}

#[cfg(test)]
mod tests;
