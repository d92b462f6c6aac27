//! Text logs of Python programs: `logging` in its usual layouts, loguru, structlog's console and the SDKs' own handler.

mod level;
mod prefix;
mod stamp;

use super::colours::plain;
use super::{Fit, Format, Unread, rich_logging, text_logging};
use crate::gather::alike::Slot;
use crate::gather::frame::Framing;
use crate::gather::messages::{self, Said};
use crate::model::{Fields, Vantage};
use prefix::Layout;

/// The format.
#[derive(Clone, Copy, Debug)]
pub struct PythonLogging;

/// Whether a record was written by the handler that `OPENAI_LOG` or `ANTHROPIC_LOG` installs. Where a program has a
/// handler of its own as well, every SDK line stands twice: once with this prefix, in whole seconds and without a thread.
#[must_use]
pub fn is_sdk_handler_line(record: &[u8]) -> bool {
    let line = record.get(..record.len().min(200)).unwrap_or(record);
    prefix::read(&String::from_utf8_lossy(line)).is_some_and(|prefix| prefix.layout == Layout::SdkHandler)
}

impl Format for PythonLogging {
    fn name(&self) -> &'static str {
        "python-logging"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        starts(line)
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = &*plain(line);
        if bare_legacy(line) {
            return Fit::Yes;
        }
        let Some(prefix) = prefix::read(line) else { return Fit::No };
        fit(&prefix, line)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = plain(record);
        let text = text.trim_end_matches(['\n', '\r']);
        let prefix = if bare_legacy(text) {
            prefix::Prefix {
                message: text,
                ..prefix::Prefix::default()
            }
        } else {
            prefix::read(text).ok_or(Unread::NotThisFormat)?
        };
        let mut fields = Fields {
            timestamp: prefix.stamp,
            thread: prefix.thread,
            ok: prefix.is_error.filter(|is_error| *is_error).map(|_| false),
            ..Fields::default()
        };
        if messages::read(prefix.message, &mut fields) == Said::AboutACall {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        if record.contains(['\r', '\u{1b}']) || bare_legacy(record) {
            return None;
        }
        let prefix = prefix::read(record)?;
        let message = prefix.message.trim_end_matches('\n');
        messages::own(record, prefix.stamp?, None, message, prefix.is_error == Some(true))
    }

    fn owns_failures(&self) -> bool {
        true
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "2026-09-14 09:11:33,302 INFO     [worker_1] httpx: HTTP Request: POST http://llm-gw.internal:8080/v1/responses \"HTTP/1.1 200 OK\"",
            "[2025-03-06 14:02:11 - httpx:1025 - INFO] HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 500 Internal Server Error\"",
            "[2026-11-02 09:10:44 - openai._base_client:1272 - INFO] Retrying request in 0.473585 seconds (retry 1 of 2)",
            "2025-03-06 14:02:17,847 | WARNING | langchain_openai.x | Retrying __main__._completion_with_retry in 0.1 seconds as it raised OpenAIAPIError: Error code: 500 - {'error': {}}.",
            "2025-03-06 14:02:11.714 | ERROR    | app.mod:fn:13 - llm call failed model=gpt-4o status=500 latency_ms=20",
            "2025-03-06T14:02:11.688216Z [error    ] openai call failed             model=gpt-4o status=500",
            "ERROR:openai.wrapper:openai.APIConnectionError: Connection error.",
            "message='OpenAI API response' path=https://api.openai.com/v1/chat/completions processing_ms=812 request_id=5d2c9e0b7f3a41c8a6e4b0f19d8273aa response_code=500",
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.python.org/3/library/logging.html#logrecord-attributes; openai-python openai/_utils/_logs.py; loguru and structlog defaults"
    }
}

/// Whether a line has a head that this format reads to its level.
pub(super) fn knows(line: &str) -> bool {
    bare_legacy(line) || prefix::read(line).is_some_and(|prefix| prefix.is_error.is_some())
}

/// openai-python 0.x prints these with no prefix at all (formats.md 1.2).
fn bare_legacy(line: &str) -> bool {
    let begins = ["message='", "error_code=", "api_version="]
        .iter()
        .any(|start| line.starts_with(start));
    begins && line.contains("message='")
}

/// Whether a line starts a record: asked of every line, so the stamp alone decides where there is one.
fn starts(line: &[u8]) -> bool {
    // Most lines of most logs.
    if stamp::begins(line) {
        return true;
    }
    let line = line.strip_prefix(b" ").unwrap_or(line);
    match line.first() {
        Some(b'0'..=b'9' | b'[') => stamp::begins(line.strip_prefix(b"[").unwrap_or(line)),
        Some(b'A'..=b'Z') => {
            let word = line.iter().take(10).take_while(|byte| byte.is_ascii_uppercase()).count();
            (4..10).contains(&word) && str::from_utf8(line).is_ok_and(|line| prefix::read(line).is_some())
        }
        // A terminal's colour comes first, or a progress bar of as many blocks as the terminal is wide.
        Some(0x1b | b'\r') => {
            let head = plain(line.get(..line.len().min(600)).unwrap_or(line));
            !head.starts_with(['\u{1b}', '\r']) && starts(head.as_bytes())
        }
        Some(b'm' | b'e' | b'a') => str::from_utf8(line).is_ok_and(bare_legacy),
        _ => false,
    }
}

fn fit(prefix: &prefix::Prefix<'_>, line: &str) -> Fit {
    if prefix.is_error.is_none() {
        return Fit::No;
    }
    // Node's console opens an object; the heads of other languages' loggers are told by their own table.
    if line.ends_with('{') || text_logging::is_telling(line) || rich_logging::is_telling(line) {
        return Fit::Maybe;
    }
    let comma = prefix.stamp.is_some_and(|stamp| stamp.contains(','));
    let sdk = !line.ends_with('}')
        && ["httpx", "openai", "anthropic", "HTTP Request: "]
            .iter()
            .any(|name| line.contains(name));
    match prefix.layout {
        Layout::SdkHandler | Layout::Loguru | Layout::Structlog => Fit::Yes,
        Layout::Plain | Layout::Basic if sdk || comma => Fit::Yes,
        // What `print` writes, and sites that leave the milliseconds out: only the message can tell.
        Layout::Plain if messages::is_about_a_call(prefix.message, prefix.is_error == Some(true)) => Fit::Yes,
        Layout::Plain | Layout::Basic => Fit::Maybe,
    }
}
