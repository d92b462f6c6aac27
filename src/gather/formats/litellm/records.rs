//! Where a record of LiteLLM's log starts, and what stands in it without its layout.
//!
//! What the gateway says of a failed call and uvicorn's line about it stand below one another, and only together tell the
//! model, the error and the client. An access line that failed therefore belongs to the record above it. One that went
//! well is a record of its own: a gateway that logs warnings only writes thousands of them in a row.

use super::super::format::Unread;
use super::super::json_values::{Unescaped, raw};
use super::access::Access;
use super::message::Failed;
use crate::text::json::Members;
use crate::text::scan;
use memchr::memchr;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Bytes in front of the logger's name: a clock, with a date where a site configured one, and colour codes.
const LONGEST_STAMP: usize = 64;

/// Bytes of an access line: a URL, and a JSON record around it.
const LONGEST_ACCESS: usize = 8192;

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
struct Mark(LazyLock<Finder<'static>>);

impl Mark {
    const fn new(make: fn() -> Finder<'static>) -> Self {
        Self(LazyLock::new(make))
    }

    fn is_in(&self, text: &[u8]) -> bool {
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
static EXTRAS: Mark = Mark::new(|| Finder::new(" - litellm_proxy_extras - "));

/// The gateway's own loggers.
static LITELLM: Mark = Mark::new(|| Finder::new(" - LiteLLM"));

/// What every access line holds.
static HTTP: Mark = Mark::new(|| Finder::new(" HTTP/"));

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

/// The access lines that stand last in a record, apart from what stands above them; what is printed below them (`set_verbose`)
/// says nothing of a call.
pub(super) fn split(record: &str) -> (&str, &str) {
    let is_access = |line: &str| access_line(line, &Unescaped::default()).is_some();
    let mut end = record.len();
    if HTTP.is_in(record.as_bytes()) {
        while let Some((start, _)) = last_line(record, end).filter(|(_, line)| !is_access(line)) {
            end = start;
        }
    }
    let mut answers = end;
    while let Some((start, _)) = last_line(record, answers).filter(|(_, line)| is_access(line)) {
        answers = start;
    }
    match record.get(answers..end).filter(|answers| !answers.is_empty()) {
        Some(own) => (record.get(..answers).unwrap_or_default(), own),
        None => (record, ""),
    }
}

/// The last line of the first `end` bytes, and where it starts.
fn last_line(record: &str, end: usize) -> Option<(usize, &str)> {
    let above = record.get(..end).filter(|above| !above.is_empty())?;
    let start = above.trim_end_matches('\n').rfind('\n').map_or(0, |newline| newline + 1);
    Some((start, above.get(start..)?.trim_end()))
}

/// An access line, and its stamp where it has one.
pub(super) fn access_line<'a>(text: &'a str, unescaped: &'a Unescaped) -> Option<(Option<&'a str>, Access<'a>)> {
    if text.len() > LONGEST_ACCESS || !HTTP.is_in(text.as_bytes()) {
        return None;
    }
    let said = line(text, unescaped).ok().filter(|said| said.is_access)?;
    Some((said.stamp, Access::read(said.message)?))
}

/// Which of the access lines is the answer that an error led to: the first with its status, or the only one.
pub(super) fn answered(failed: &Failed<'_>, answers: &str) -> Option<usize> {
    if !failed.is_answer() {
        return None;
    }
    let mut only = None;
    for (at, answer) in answers.lines().enumerate() {
        let unescaped = Unescaped::default();
        let Some((_, access)) = access_line(answer, &unescaped).filter(|(_, access)| access.is_llm()) else {
            continue;
        };
        if failed.led_to(access.status()) {
            return Some(at);
        }
        only = if at == 0 { Some(at) } else { None };
    }
    only
}

/// The bytes behind the colour codes that a line may begin with.
fn uncoloured(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(b"\x1b[") {
        let code = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        line = rest.get(code + 1..).unwrap_or_default();
    }
    line
}

/// What uvicorn says when it is no access line.
const SERVER_SAYS: [&str; 9] = [
    "Started ",
    "Waiting for ",
    "Application ",
    "Uvicorn ",
    "Shutting down",
    "Finished ",
    "Stopping ",
    "Will watch",
    "Exception in ASGI",
];

/// What the gateway says between an error and its access line, in either layout: the wrapper of releases before 1.61 gave up
/// a call that it had tried once.
static ASIDES: [Mark; 4] = [
    Mark::new(|| Finder::new(" - This looks like a bug in LiteLLM")),
    Mark::new(|| Finder::new("{\"message\": \"This looks like a bug in LiteLLM")),
    Mark::new(|| Finder::new(" - Giving up chat_completion(")),
    Mark::new(|| Finder::new("{\"message\": \"Giving up chat_completion(")),
];

/// Bytes of a line in which an aside begins.
const LONGEST_LEAD: usize = 160;

/// Whether a line starts a record. Tracebacks, the gateway's banner, the second halves of its messages and the answers
/// that an error led to do not.
pub(super) fn starts(line: &[u8]) -> bool {
    let line = uncoloured(line);
    let head = |length: usize| line.get(..line.len().min(length)).unwrap_or(line);
    let is_aside = || ASIDES.iter().any(|aside| aside.is_in(head(LONGEST_LEAD)));
    match line.first() {
        Some(b'{') => line.starts_with(b"{\"message\"") && !is_aside() && !is_failed_access(line),
        Some(b'0'..=b'9') => {
            let head = head(LONGEST_STAMP);
            (LITELLM.is_in(head) && !is_aside()) || EXTRAS.is_in(head)
        }
        Some(b'A'..=b'Z') => {
            let text = scan::text(head(LONGEST_ACCESS));
            let text = plain(&text);
            uvicorn_line(&text).is_some_and(|said| {
                if Access::begins(said.message) {
                    !is_failed_access(line)
                } else {
                    SERVER_SAYS.iter().any(|start| said.message.starts_with(start))
                }
            })
        }
        _ => false,
    }
}

fn is_failed_access(line: &[u8]) -> bool {
    if line.len() > LONGEST_ACCESS || !HTTP.is_in(line) {
        return false;
    }
    let text = scan::text(line);
    let text = plain(text.trim_end());
    access_line(&text, &Unescaped::default()).is_some_and(|(_, access)| access.status() >= 400)
}

#[cfg(test)]
mod tests {
    use super::{plain, split, starts};

    #[test]
    fn colours_are_taken_off_wherever_they_stand() {
        assert_eq!(plain("\u{1b}[1;32mINFO\u{1b}[0m: a\u{1b}[31m b"), "INFO: a b");
        assert_eq!(plain("a \u{1b}[3"), "a ");
    }

    #[test]
    fn a_traceback_the_banner_and_a_failed_answer_belong_to_the_record_above() {
        for line in [
            "Traceback (most recent call last):",
            "LiteLLM completion() model= gpt-4o; provider = openai",
            "\u{1b}[1;37m#------------#\u{1b}[0m",
            "LiteLLM: model group 'gpt-4.1' failed with the error above.",
            "openai.... (litellm_truncated skipped 7134 chars.)",
            "14:02:33 - LiteLLM Proxy:ERROR: common_request_processing.py:3816 - This looks like a bug in LiteLLM rather than in",
            "INFO:     10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 503 Service Unavailable",
            "\u{1b}[32mINFO\u{1b}[0m:     10.0.0.7:51234 - \"\u{1b}[1mPOST /v1/responses HTTP/1.1\u{1b}[0m\" \u{1b}[31m500\u{1b}[0m",
            r#"{"message": "10.25.1.3:37717 - \"POST /v1/chat/completions HTTP/1.1\" 429", "level": "INFO", "timestamp": "2026-09-30T10:21:49.307842", "component": "uvicorn.access", "logger": "h11_impl.py:477"}"#,
        ] {
            assert!(!starts(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_the_gateway_says_and_an_answer_that_went_well_are_records() {
        for line in [
            "\u{1b}[92m14:02:33 - LiteLLM Proxy:ERROR\u{1b}[0m: common_request_processing.py:1687 - x",
            "INFO:     Application startup complete.",
            "2025-08-01 12:00:00,123 - litellm_proxy_extras - INFO - Running prisma migrate deploy",
            "\u{1b}[32mINFO\u{1b}[0m:     10.0.0.7:51234 - \"\u{1b}[1mPOST /v1/responses HTTP/1.1\u{1b}[0m\" \u{1b}[32m200\u{1b}[0m",
            r#"{"message": "Trying to fallback b/w models", "level": "INFO", "timestamp": "2026-09-30T10:28:57.333769", "component": "LiteLLM Router", "logger": "router.py:7747"}"#,
        ] {
            assert!(starts(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn answers_are_taken_off_a_records_end() {
        let answer = "INFO:     10.0.0.7:5 - \"POST /v1/responses HTTP/1.1\" 503 Service Unavailable";
        let record = format!("14:02:33 - LiteLLM Proxy:ERROR: a.py:1 - x\nTraceback\n{answer}\n{answer}");
        let (head, answers) = split(&record);
        assert_eq!(answers.lines().count(), 2);
        assert!(head.ends_with("Traceback\n"));
        assert_eq!(split(answer), ("", answer));
        let printed = format!("{answer}\nRAW RESPONSE:\n\n{{\"id\": 1}}");
        assert_eq!(split(&printed).1.trim_end(), answer);
        assert_eq!(split("a\nb"), ("a\nb", ""));
    }
}
