//! What a program prints without a time and without a logger: `console.log`, `console.error(error)`, `print`. It is read
//! where an envelope tells the time, and there only: a line that lies open says nothing of when it was.

use super::colours::plain;
use super::text_logging::level;
use super::{Fit, Format, Unread};
use crate::gather::frame::Framing;
use crate::gather::messages;
use crate::gather::messages::Said;
use crate::model::{Fields, Vantage};

/// The format.
#[derive(Clone, Copy, Debug)]
pub struct PlainText;

/// Bytes of a line that are looked at to tell whether it starts a record.
const HEAD: usize = 60;

/// Bytes of a line that are looked at to tell whether it may be about a call: every line may be somebody's text.
const LOOKED_AT: usize = 4096;

/// What goes on with the line above though it is not indented: the rest of an exception that has several lines (Python's
/// chains, Java's causes, the bodies that SDKs of Node put under their text).
const WITHIN: [&str; 12] = [
    "at ",
    "... ",
    "Caused by:",
    "Suppressed:",
    "The above exception was",
    "During handling of the above",
    "Status code:",
    "Status:",
    "Body:",
    "Headers:",
    "Cause:",
    "cause:",
];

/// Whether a line starts a record: nobody prints a text of its own that is indented, closes a bracket or opens an object or
/// a page.
fn begins(line: &[u8]) -> bool {
    let head = line.get(..line.len().min(HEAD)).unwrap_or(line);
    let is_inner = |first: &u8| first.is_ascii_whitespace() || matches!(first, b'{' | b'}' | b']' | b')' | b'<' | b'^' | b',');
    let goes_on = || WITHIN.iter().any(|start| head.starts_with(start.as_bytes()));
    head.first().is_some_and(|first| !is_inner(first)) && !messages::is_answer(line) && !goes_on()
}

impl Format for PlainText {
    fn name(&self) -> &'static str {
        "plain-text"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        begins(line)
    }

    fn needs_an_envelope(&self) -> bool {
        true
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let text = plain(line.get(..LOOKED_AT).unwrap_or(line));
        let (is_error, message) = level(&text);
        // Any line may be somebody's text, so it is never sure. Who names a model will tell of its calls, if not on this line.
        let may_be = || messages::is_about_a_call(message, is_error) || messages::model_in(message).is_some();
        if begins(line) && may_be() { Fit::Maybe } else { Fit::No }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        if !begins(record) {
            return Err(Unread::NotThisFormat);
        }
        let text = plain(record);
        let (is_error, message) = level(text.trim_end_matches(['\n', '\r']));
        let mut fields = Fields {
            ok: is_error.then_some(false),
            ..Fields::default()
        };
        if messages::read(message, &mut fields) == Said::AboutACall {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "chat with gpt-4o took 1203 ms",
            "chat with gpt-4.1 failed InternalServerError: 503 The server is overloaded or not ready yet.\n    \
             at APIError.generate (file:///srv/app/node_modules/openai/core/error.mjs:62:20) {\n  status: 503,\n}",
        ]
    }

    fn source(&self) -> &'static str {
        "https://nodejs.org/api/console.html#consolelogdata-args; https://nodejs.org/api/util.html#utilinspectobject-options"
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, Format, PlainText};

    fn starts(line: &str) -> bool {
        PlainText.starts_record(line.as_bytes())
    }

    #[test]
    fn a_dumps_lines_belong_to_the_text_above() {
        for line in [
            "    at APIError.generate (error.mjs:62:20) {",
            "  status: 503,",
            "}",
            "} {",
            "]",
            "<html>",
            "{\"error\":{}}",
            "Caused by: java.net.SocketTimeoutException: Read timed out",
            "Body: {\"error\":{}}",
            "",
        ] {
            assert!(!starts(line), "{line}");
        }
        for line in [
            "chat failed",
            "[api] chat failed",
            "InternalServerError: 503 x",
            "\u{274c} chat failed",
        ] {
            assert!(starts(line), "{line}");
        }
    }

    #[test]
    fn a_line_that_tells_no_call_and_names_no_model_is_prose() {
        for (line, fit) in [
            ("chat with gpt-4o took 1203 ms", Fit::Maybe),
            ("answers come from gpt-4o", Fit::Maybe),
            ("listening on :8080", Fit::No),
            ("job 17 took 1203 ms", Fit::No),
        ] {
            assert_eq!(PlainText.fit(line.as_bytes()), fit, "{line}");
        }
    }
}
