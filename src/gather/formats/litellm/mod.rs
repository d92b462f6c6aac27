//! Reads the log of a LiteLLM gateway: its text lines with a clock and no date, the same as JSON, and uvicorn's access
//! lines, which stand between either.
//!
//! uvicorn's line is the exchange with a client. What the router says of a deployment is about the gateway's own tries:
//! it tells the model and the error of an exchange, and is none itself (`docs.litellm.ai/docs/proxy/logging`).

mod message;
mod payload;

pub(super) use payload::LitellmPayload;

use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, raw};
use crate::gather::frame::Framing;
use crate::model::{Fields, Vantage};
use crate::text::json::Members;
use crate::text::scan;
use memchr::{memchr, memmem};
use message::{Access, Spoken};
use std::borrow::Cow;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Litellm;

/// Bytes in front of the logger's name: a clock, with a date where a site configured one, and colour codes.
const LONGEST_STAMP: usize = 48;

/// A record without its layout.
struct Record<'a> {
    stamp: Option<&'a str>,
    message: &'a str,
    trace: Option<&'a str>,
    is_access: bool,
}

/// The text without its ANSI colours; borrowed where it has none.
fn plain(text: &str) -> Cow<'_, str> {
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

/// `14:02:31 - LiteLLM Router:INFO: router.py:4023 - message`.
fn text_line(text: &str) -> Option<Record<'_>> {
    let (stamp, rest) = text.split_once(" - LiteLLM")?;
    if stamp.len() > LONGEST_STAMP || !stamp.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let (_, rest) = rest.split_once(':')?;
    let (place, message) = rest.split_once(" - ")?;
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
        is_access: false,
    })
}

/// uvicorn's `INFO:     10.0.0.7:51234 - "POST …`; its other lines have the same beginning.
fn uvicorn_line(text: &str) -> Option<Record<'_>> {
    let (level, rest) = text.split_once(':')?;
    let known = matches!(level, "INFO" | "WARNING" | "ERROR" | "CRITICAL" | "DEBUG" | "TRACE");
    (known && rest.starts_with("  ")).then(|| Record {
        stamp: None,
        message: rest.trim_start(),
        trace: None,
        is_access: true,
    })
}

/// The JSON record: `message`, `timestamp`, `component` and `logger`, which is a file and a line.
fn json_line<'a>(text: &'a str, unescaped: &'a Unescaped) -> Result<Record<'a>, Unread> {
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
    let ours = component.is_some_and(|component| component.starts_with("LiteLLM") || component.starts_with("uvicorn"));
    match (message, ours && logger.is_some_and(|logger| logger.contains(".py:"))) {
        (Some(_), true) if !members.is_whole() => Err(Unread::CutShort),
        (Some(message), true) => Ok(Record {
            stamp,
            message,
            trace,
            is_access: component == Some("uvicorn.access"),
        }),
        _ => Err(Unread::NotThisFormat),
    }
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
const SERVER_SAYS: [&str; 8] = [
    "Started ",
    "Waiting for ",
    "Application ",
    "Uvicorn ",
    "Shutting down",
    "Finished ",
    "Stopping ",
    "Will watch",
];

/// Whether a line starts a record. Tracebacks, the gateway's banner and the second halves of its messages do not.
fn starts(line: &[u8]) -> bool {
    let line = uncoloured(line);
    let head = line.get(..line.len().min(LONGEST_STAMP)).unwrap_or(line);
    match line.first() {
        Some(b'{') => line.starts_with(b"{\"message\""),
        Some(b'0'..=b'9') => memmem::find(head, b" - LiteLLM").is_some(),
        Some(b'A'..=b'Z') => {
            let line = scan::text(head);
            let line = plain(&line);
            uvicorn_line(&line).is_some_and(|said| {
                Access::begins(said.message) || SERVER_SAYS.iter().any(|start| said.message.starts_with(start))
            })
        }
        _ => false,
    }
}

impl Format for Litellm {
    fn name(&self) -> &'static str {
        "litellm"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        starts(line)
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let text = scan::text(line);
        let text = plain(text.trim());
        if text.starts_with('{') {
            return json_line(&text, &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes);
        }
        if text_line(&text).is_some() {
            return Fit::Yes;
        }
        // uvicorn serves anything: only its line about a model's route may be a gateway's.
        match uvicorn_line(&text).and_then(|said| Access::read(said.message)) {
            Some(access) if access.is_llm() => Fit::Maybe,
            _ => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let text = plain(text.trim_end());
        let unescaped = Unescaped::default();
        let said = if text.starts_with('{') {
            json_line(&text, &unescaped)?
        } else {
            text_line(&text)
                .or_else(|| uvicorn_line(&text))
                .ok_or(Unread::NotThisFormat)?
        };
        let message = plain(said.message);
        if said.is_access {
            let line = message.lines().next().unwrap_or_default();
            if let Some(access) = Access::read(line) {
                emit(&Fields {
                    timestamp: said.stamp,
                    ..access.fields()
                });
            }
        } else if let Some(spoken) = Spoken::read(&message, said.trace) {
            emit(&Fields {
                timestamp: said.stamp,
                ..spoken.fields()
            });
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "14:02:31 - LiteLLM Router:INFO: router.py:4023 - litellm.acompletion(model=openai/gpt-4o)\u{1b}[31m Exception litellm.InternalServerError: InternalServerError: OpenAIException - The server had an error while processing your request. Sorry about that!\u{1b}[0m",
            "\u{1b}[92m14:02:33 - LiteLLM Router:INFO\u{1b}[0m: router.py:3993 - litellm.acompletion(model=openai/gpt-4o-mini)\u{1b}[32m 200 OK\u{1b}[0m",
            "INFO:     10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 500 Internal Server Error",
            r#"{"message": "10.25.1.3:37717 - \"POST /v1/chat/completions HTTP/1.1\" 429", "level": "INFO", "timestamp": "2026-09-30T10:21:49.307842", "component": "uvicorn.access", "logger": "h11_impl.py:477"}"#,
            r#"{"message": "Trying to fallback b/w models", "level": "INFO", "timestamp": "2026-09-30T10:28:57.333769", "component": "LiteLLM Router", "logger": "router.py:7747"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.litellm.ai/docs/proxy/logging; litellm/_logging.py; uvicorn/logging.py"
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, starts};

    #[test]
    fn colours_are_taken_off_wherever_they_stand() {
        assert_eq!(plain("\u{1b}[1;32mINFO\u{1b}[0m: a\u{1b}[31m b"), "INFO: a b");
        assert_eq!(plain("a \u{1b}[3"), "a ");
    }

    #[test]
    fn a_traceback_and_the_banner_belong_to_the_record_above() {
        for line in [
            "Traceback (most recent call last):",
            "LiteLLM completion() model= gpt-4o; provider = openai",
            "\u{1b}[1;37m#------------#\u{1b}[0m",
            "LiteLLM: model group 'gpt-4.1' failed with the error above.",
            "openai.... (litellm_truncated skipped 7134 chars.)",
        ] {
            assert!(!starts(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn coloured_lines_start_records_too() {
        for line in [
            "\u{1b}[92m14:02:33 - LiteLLM Proxy:ERROR\u{1b}[0m: common_request_processing.py:1687 - x",
            "\u{1b}[32mINFO\u{1b}[0m:     10.0.0.7:51234 - \"\u{1b}[1mPOST /v1/responses HTTP/1.1\u{1b}[0m\" \u{1b}[31m500\u{1b}[0m",
            "INFO:     Application startup complete.",
        ] {
            assert!(starts(line.as_bytes()), "{line}");
        }
    }
}
