//! What stands in a record of LiteLLM's log without its layout.

use super::super::format::Unread;
use super::super::json_values::{Unescaped, raw};
use super::access::Access;
use crate::text::json::Members;
use memchr::memchr;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Bytes in front of the logger's name: a clock, with a date where a site configured one, and colour codes.
pub(super) const LONGEST_STAMP: usize = 64;

/// Bytes of an access line: a URL, and a JSON record around it.
pub(super) const LONGEST_ACCESS: usize = 8192;

/// A record without its layout.
pub(super) struct Record<'a> {
    pub(super) stamp: Option<&'a str>,
    pub(super) message: &'a str,
    pub(super) trace: Option<&'a str>,
    /// It has a stamp in text, where the lines below it have none, and is no debugging, of which most lines are.
    pub(super) is_a_clock: bool,
    is_access: bool,
}

/// The text without its ANSI colours; borrowed where it has none.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if memchr(0x1b, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut pieces = text.split("\u{1b}[");
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let code = piece
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b';')
            .count();
        let rest = piece.split_at_checked(code).map_or("", |(_, rest)| rest);
        plain.push_str(rest.strip_prefix(|end: char| end.is_ascii_alphabetic()).unwrap_or(rest));
    }
    Cow::Owned(plain)
}

/// A text that is looked for in every line: to make ready to search costs more than to search one.
pub(super) struct Mark(LazyLock<Finder<'static>>);

impl Mark {
    pub(super) const fn new(make: fn() -> Finder<'static>) -> Self {
        Self(LazyLock::new(make))
    }

    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.0.find(text).is_some()
    }

    /// What stands before and behind the first, if that begins within `limit` bytes.
    fn parts<'a>(&self, text: &'a str, limit: usize) -> Option<(&'a str, &'a str)> {
        let length = self.0.needle().len();
        let at = self.0.find(text.as_bytes().get(..text.len().min(limit + length))?)?;
        Some((text.get(..at)?, text.get(at + length..)?))
    }
}

/// The logger of what goes before the gateway's start.
pub(super) static EXTRAS: Mark = Mark::new(|| Finder::new(" - litellm_proxy_extras - "));

/// The gateway's own loggers.
pub(super) static LITELLM: Mark = Mark::new(|| Finder::new(" - LiteLLM"));

/// What every access line holds.
pub(super) static HTTP: Mark = Mark::new(|| Finder::new(" HTTP/"));

/// `14:02:31 - LiteLLM Router:INFO: router.py:4023 - message`.
pub(super) fn text_line(text: &str) -> Option<Record<'_>> {
    text.starts_with(|first: char| first.is_ascii_digit()).then_some(())?;
    let behind = |logger: &Mark| logger.parts(text, LONGEST_STAMP);
    let (stamp, level, place, message) = match behind(&LITELLM) {
        Some((stamp, rest)) => {
            let rest = rest.split_once(':')?.1;
            let level = rest.split_once(':')?.0;
            // A message that begins with a line break leaves its line with a dash at the end.
            let (place, message) = rest.split_once(" - ").or_else(|| Some((rest.strip_suffix(" -")?, "")))?;
            (stamp, level, place, message)
        }
        None => behind(&EXTRAS).map(|(stamp, message)| (stamp, "", "", message))?,
    };
    if place.contains('\n') {
        return None;
    }
    let (message, trace) = match message.split_once("\nTraceback (most recent call last):") {
        Some((message, trace)) => (message, Some(trace)),
        None => (message, None),
    };
    Some(Record {
        stamp: Some(stamp),
        message,
        trace,
        is_a_clock: matches!(level, "INFO" | "WARNING" | "ERROR" | "CRITICAL"),
        is_access: false,
    })
}

/// How what is printed before the first record begins, where it is not uvicorn's.
const PRINTED: [&str; 3] = ["Using json logs", "LiteLLM: ", "#---"];

/// Whether a record is the rest of one that began in an earlier file, or what is printed at a start: a banner, and warnings of
/// Python's (`…/pydantic/_internal/_config.py:408: UserWarning: …`).
pub(super) fn is_rest(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    text.starts_with(char::is_whitespace)
        || text.starts_with("Traceback (most recent call last):")
        || PRINTED.iter().any(|start| first.starts_with(start))
        || (first.starts_with('/') && first.contains(".py:") && first.contains("Warning: "))
}

/// uvicorn's `INFO:     10.0.0.7:51234 - "POST …`; its other lines have the same beginning.
pub(super) fn uvicorn_line(text: &str) -> Option<Record<'_>> {
    let (level, rest) = text.split_once(':')?;
    let known = matches!(level, "INFO" | "WARNING" | "ERROR" | "CRITICAL" | "DEBUG" | "TRACE");
    (known && rest.starts_with("  ")).then(|| Record {
        stamp: None,
        message: rest.trim_start(),
        trace: None,
        is_a_clock: false,
        is_access: true,
    })
}

/// The JSON record: `message`, `timestamp`, `component` and `logger`, which is a file and a line.
pub(super) fn json_line<'a>(text: &'a str, unescaped: &'a Unescaped) -> Result<Record<'a>, Unread> {
    let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
    let (mut message, mut stamp, mut trace, mut component, mut logger) = (None, None, None, None, None);
    for (name, value) in members.by_ref() {
        match name {
            "message" => message = unescaped.text(value),
            "timestamp" => stamp = raw(value),
            "component" => component = raw(value),
            "logger" => logger = raw(value),
            "stacktrace" => trace = unescaped.text(value),
            _ => {}
        }
    }
    let ours = component.is_some_and(|component| component.starts_with("LiteLLM") || component.starts_with("uvicorn"))
        && logger.is_some_and(|logger| logger.contains(".py:"));
    // Older releases (1.74 is one) wrote neither: only the handler that they name tells them.
    let old = component.is_none() && logger.is_none() && message.is_some_and(is_handlers);
    match (message, ours || old) {
        (Some(_), true) if !members.is_whole() => Err(Unread::CutShort),
        (Some(message), true) => Ok(Record {
            stamp,
            message,
            trace,
            is_a_clock: false,
            is_access: component == Some("uvicorn.access"),
        }),
        _ => Err(Unread::NotThisFormat),
    }
}

/// Whether a handler of the gateway's begins a message, or the wrapper that calls it.
fn is_handlers(message: &str) -> bool {
    ["litellm.proxy.", "Giving up chat_completion(", "Backing off chat_completion("]
        .iter()
        .any(|start| message.starts_with(start))
}

/// A record of either layout.
pub(super) fn line<'a>(text: &'a str, unescaped: &'a Unescaped) -> Result<Record<'a>, Unread> {
    if text.starts_with('{') {
        return json_line(text, unescaped);
    }
    text_line(text).or_else(|| uvicorn_line(text)).ok_or(Unread::NotThisFormat)
}

/// An access line, and its stamp where it has one.
pub(super) fn access_line<'a>(text: &'a str, unescaped: &'a Unescaped) -> Option<(Option<&'a str>, Access<'a>)> {
    if text.len() > LONGEST_ACCESS || !HTTP.is_in(text.as_bytes()) {
        return None;
    }
    let said = line(text, unescaped).ok().filter(|said| said.is_access)?;
    Some((said.stamp, Access::read(said.message)?))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn colours_are_taken_off_wherever_they_stand() {
        assert_eq!(plain("\u{1b}[1;32mINFO\u{1b}[0m: a\u{1b}[31m b"), "INFO: a b");
        assert_eq!(plain("a \u{1b}[3"), "a ");
    }
}
