//! What Python's loggers write before the message, in the orders that are in use.

use super::{level, stamp};
use crate::gather::formats::threads::is_thread;

/// How many words may stand before the level: a logger, a process number, a thread and a place in the code.
const WORDS_BEFORE_LEVEL: usize = 4;

/// A line taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix<'a> {
    pub(super) stamp: Option<&'a str>,
    /// Whether the level says that something failed; `None` where no level stands.
    pub(super) is_error: Option<bool>,
    pub(super) thread: Option<&'a str>,
    pub(super) message: &'a str,
    pub(super) layout: Layout,
}

/// The layouts that tell one writer from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Layout {
    /// `%(asctime)s` and some order of the rest.
    #[default]
    Plain,
    /// `[stamp - logger:line - LEVEL] message`: the SDK's own handler (`OPENAI_LOG`, `ANTHROPIC_LOG`).
    SdkHandler,
    /// `stamp | LEVEL | module:function:line - message`.
    Loguru,
    /// `stamp [level    ] event   key=value`.
    Structlog,
    /// `LEVEL:logger:message`, `logging.basicConfig`'s default: no time.
    Basic,
}

/// Takes the start of a record apart; `None` where no logger's prefix stands.
pub(super) fn read(text: &str) -> Option<Prefix<'_>> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    match text.as_bytes().first()? {
        b'0'..=b'9' => stamped(text),
        b'[' => bracketed(text.get(1..)?),
        b'A'..=b'Z' => level_first(text),
        _ => None,
    }
}

fn stamped(text: &str) -> Option<Prefix<'_>> {
    let mut rest = text;
    let mut at = None;
    // Two processes that write at once leave two stamps in a row; the last one stands before the message.
    while let Some(length) = stamp::length(rest) {
        let (stamp, after) = rest.split_at_checked(length)?;
        at = Some(stamp);
        rest = after;
    }
    let prefix = Prefix {
        stamp: Some(at?),
        ..Prefix::default()
    };
    joined(rest, &prefix).or_else(|| Some(words(rest, prefix)))
}

/// `[stamp - logger:line - LEVEL] …`, `[stamp: LEVEL/Process-1] …`, `[stamp] …`.
fn bracketed(text: &str) -> Option<Prefix<'_>> {
    let length = stamp::length(text)?;
    let (stamp, rest) = text.split_at_checked(length)?;
    let (inside, after) = rest.split_once(']')?;
    let mut prefix = Prefix {
        stamp: Some(stamp),
        ..Prefix::default()
    };
    if let Some((logger, word)) = inside.strip_prefix(" - ").and_then(|inside| inside.rsplit_once(" - ")) {
        prefix.is_error = level::is_error(word);
        let line = logger
            .rsplit_once(':')
            .is_some_and(|(_, line)| line.bytes().all(|byte| byte.is_ascii_digit()));
        if prefix.is_error.is_some() && line {
            prefix.layout = Layout::SdkHandler;
            prefix.message = after.strip_prefix(' ').unwrap_or(after);
            return Some(prefix);
        }
    } else if let Some((word, process)) = inside.strip_prefix(": ").and_then(|inside| inside.split_once('/')) {
        prefix.is_error = level::is_error(word);
        prefix.thread = Some(process);
        prefix.message = after.trim_start();
        return prefix.is_error.is_some().then_some(prefix);
    }
    Some(words(after, prefix))
}

/// `LEVEL:logger:message`, `LEVEL:     message`, `LEVEL stamp …`, `LEVEL [logger] message`.
fn level_first(text: &str) -> Option<Prefix<'_>> {
    let length = text.bytes().take(10).take_while(u8::is_ascii_uppercase).count();
    let (word, rest) = text.split_at_checked(length)?;
    let mut prefix = Prefix {
        is_error: Some(level::is_error(word)?),
        ..Prefix::default()
    };
    if let Some(after) = rest.strip_prefix(':') {
        if let Some((stamp, rest)) = stamp::length(after).and_then(|length| after.split_at_checked(length)) {
            prefix.stamp = Some(stamp);
            return joined(rest, &prefix).or_else(|| Some(words(rest, prefix)));
        }
        prefix.layout = Layout::Basic;
        let named = after
            .split_once(':')
            .filter(|(logger, _)| !logger.is_empty() && is_logger(logger));
        prefix.message = named.map_or(after, |(_, message)| message).trim_start();
        return Some(prefix);
    }
    let rest = rest.strip_prefix(' ')?.trim_start();
    if let Some(length) = stamp::length(rest) {
        let (stamp, after) = rest.split_at_checked(length)?;
        prefix.stamp = Some(stamp);
        return Some(words(after, prefix));
    }
    if let Some((stamp, after)) = bracketed_stamp(rest) {
        prefix.stamp = Some(stamp);
        return Some(words(after, prefix));
    }
    let named = rest.starts_with('[')
        || rest
            .split_once(' ')
            .is_some_and(|(first, _)| first.strip_suffix(':').is_some_and(is_logger));
    named.then(|| words(rest, prefix))
}

/// `[stamp] …`.
fn bracketed_stamp(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('[')?;
    let (stamp, rest) = inside.split_at_checked(stamp::length(inside)?)?;
    Some((stamp, rest.strip_prefix(']')?))
}

/// `:LEVEL:logger:message`, `:logger:LEVEL:message`, `,LEVEL,logger,message`: a layout that joins its parts by one sign and
/// no blank. Its message may begin with anything; so no more than one logger is taken off.
fn joined<'a>(text: &'a str, prefix: &Prefix<'a>) -> Option<Prefix<'a>> {
    let sign = text.chars().next().filter(|sign| matches!(sign, ':' | ',' | ';' | '|'))?;
    let mut prefix = *prefix;
    let mut rest = text.strip_prefix(sign)?;
    let mut named = false;
    while let Some((part, after)) = rest.split_once(sign) {
        let level = level::is_error(part.trim_end());
        if level.is_some() && prefix.is_error.is_none() {
            prefix.is_error = level;
        } else if !named && !after.starts_with(' ') && !part.is_empty() && is_logger(part) {
            named = true;
        } else {
            break;
        }
        rest = after;
    }
    prefix.message = rest;
    prefix.is_error.is_some().then_some(prefix)
}

/// The words between the stamp and the message, in whatever order.
fn words<'a>(text: &'a str, mut prefix: Prefix<'a>) -> Prefix<'a> {
    let mut rest = separators(text);
    let piped = text.starts_with(" | ");
    prefix.message = rest;
    for _ in 0..=WORDS_BEFORE_LEVEL {
        if let Some((inside, after)) = enclosed(rest) {
            match level::is_error(inside.trim_end()) {
                Some(is_error) if prefix.is_error.is_none() => {
                    prefix.is_error = Some(is_error);
                    prefix.layout = if inside.ends_with(' ') {
                        Layout::Structlog
                    } else {
                        prefix.layout
                    };
                }
                _ if rest.starts_with('{') => {}
                _ => prefix.thread = prefix.thread.or(Some(inside).filter(|word| is_thread(word))),
            }
            rest = separators(after);
        } else if prefix.is_error.is_none() {
            let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'|' | b'[');
            let length = past(rest.as_bytes(), 0, |byte| !ends(byte));
            let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            prefix.is_error = level::is_error(word.trim_end_matches([':', ',']));
            if prefix.is_error.is_none() && (word.is_empty() || !is_logger(word.trim_end_matches(':'))) {
                break;
            }
            rest = separators(after);
        } else {
            break;
        }
        if prefix.is_error.is_some() {
            prefix.message = rest;
        }
    }
    if prefix.is_error.is_some() {
        let (message, placed) = without_logger(prefix.message);
        prefix.message = message;
        if piped && placed {
            prefix.layout = Layout::Loguru;
        }
    }
    prefix
}

/// What follows blanks and bars, one dash or colon, and blanks.
fn separators(text: &str) -> &str {
    let bytes = text.as_bytes();
    let first = past(bytes, 0, |byte| matches!(byte, b' ' | b'\t' | b'|'));
    let sign = match (bytes.get(first), bytes.get(first + 1)) {
        (Some(b'-' | b':'), Some(b' ')) => first + 2,
        _ => first,
    };
    text.get(past(bytes, sign, |byte| byte == b' ')..).unwrap_or(text)
}

/// The first place from `at` on that is none of those `skipped`.
fn past(bytes: &[u8], mut at: usize, skipped: impl Fn(u8) -> bool) -> usize {
    while bytes.get(at).is_some_and(|byte| skipped(*byte)) {
        at += 1;
    }
    at
}

/// `[worker_1]`, `(MainThread)`, `{file.py:12}`; a dump that begins a message is longer or is no word.
fn enclosed(text: &str) -> Option<(&str, &str)> {
    let close = match text.as_bytes().first()? {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => return None,
    };
    let bytes = text.as_bytes();
    let length = past(bytes, 1, |byte| IN_BRACKETS.contains(byte));
    if length >= LONGEST_ENCLOSED || bytes.get(length) != Some(&close) {
        return None;
    }
    let inside = text.get(1..length)?;
    // `[log_c21621] …` is an SDK's message.
    (!inside.is_empty() && !inside.starts_with("log_")).then_some((inside, text.get(length + 1..)?))
}

/// What is longer begins a message.
const LONGEST_ENCLOSED: usize = 48;

/// A set of bytes, asked in one step: heads are walked byte by byte for every record.
struct Bytes([bool; 256]);

impl Bytes {
    /// Letters, digits and `others`.
    #[expect(clippy::indexing_slicing, reason = "`get` is not const, and a wrong index fails to compile")]
    const fn words_and(others: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            set[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let mut at = 0;
        while at < others.len() {
            set[others[at] as usize] = true;
            at += 1;
        }
        Self(set)
    }

    fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|is_in| *is_in)
    }
}

static IN_BRACKETS: Bytes = Bytes::words_and(b"_-.: #");
static IN_LOGGER: Bytes = Bytes::words_and(b"_.-:/<>");

/// What is longer is no logger's name.
const LONGEST_LOGGER: usize = 120;

/// Takes `logger: `, `logger - ` or `module:function:line - ` off a message. Whether a place in the code was among it.
fn without_logger(text: &str) -> (&str, bool) {
    let length = past(text.as_bytes(), 0, |byte| !byte.is_ascii_whitespace()).min(LONGEST_LOGGER);
    let Some((word, after)) = text.split_at_checked(length) else {
        return (text, false);
    };
    if let Some(logger) = word.strip_suffix(':') {
        // These begin messages of their own: `request_id: req_…`, `openai.APIConnectionError: …`.
        let message =
            matches!(logger, "request_id" | "workspace_id") || logger.ends_with("Error") || logger.ends_with("Exception");
        if is_logger(logger) && !message {
            return (after.trim_start_matches(' '), false);
        }
    }
    let after = after.trim_start_matches(' ');
    let message = after
        .strip_prefix("- ")
        .or_else(|| after.strip_prefix("| "))
        .or_else(|| after.strip_prefix(": "));
    match message {
        Some(message) if is_logger(word) => (message.trim_start_matches(' '), word.contains(':')),
        _ => (text, false),
    }
}

fn is_logger(word: &str) -> bool {
    word.bytes().all(|byte| IN_LOGGER.contains(byte)) && word.bytes().any(|byte| byte.is_ascii_alphanumeric())
}
