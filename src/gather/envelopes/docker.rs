//! Docker's `json-file` driver: an object a line, `log` with its newline, the stream, the instant in UTC.
//!
//! A line longer than 16 KiB comes in several objects, of which only the last one's `log` ends in a newline.

use super::envelope::{Envelope, Letter};
use super::values::{plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The envelope.
pub(super) struct Docker;

/// The length of a part, `defaultBufSize` in moby's daemon/logger/copier.go.
const PART: usize = 16 * 1024;

/// Whether Docker itself wrote a line, and all of it.
pub(super) fn is_docker(line: &str) -> bool {
    let log = read(line).map(|object| object.log);
    matches!(log, Some(Value::Escaped(log)) if log.ends_with("\\n"))
}

struct Object<'a> {
    log: Value<'a>,
    stream: &'a str,
    time: Option<&'a str>,
}

/// The members; `None` where others stand between them, for then a shipper wrote the object.
fn read(line: &str) -> Option<Object<'_>> {
    let (mut log, mut stream, mut time) = (None, None, None);
    let mut members = Members::of(line)?;
    for (key, value) in members.by_ref() {
        match (key, value) {
            ("log", Value::Text(_) | Value::Escaped(_)) => log = Some(value),
            ("stream", Value::Text(name @ ("stdout" | "stderr"))) => stream = Some(name),
            ("time", value) => time = plain(value),
            ("attrs", _) => {}
            _ => return None,
        }
    }
    let object = Object {
        log: log?,
        stream: stream?,
        time,
    };
    members.is_whole().then_some(object)
}

impl Envelope for Docker {
    fn name(&self) -> &'static str {
        "Docker's json-file"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        match read(&line).map(|object| object.log) {
            Some(_) if is_docker(&line) => Fit::Yes,
            Some(Value::Text(log) | Value::Escaped(log)) if log.len() >= PART => Fit::Maybe,
            // A shipper took the newline off.
            _ => Fit::No,
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(object) = read(&line) else { return false };
        let log = text(object.log, scratch).unwrap_or_default();
        let whole = log.strip_suffix('\n');
        give(&Letter {
            text: whole.unwrap_or(log).as_bytes(),
            stamp: object.time,
            stream: object.stream,
            is_part: whole.is_none(),
            ..Letter::default()
        });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"log":"INFO:     Started server process [1]\n","stream":"stderr","time":"2025-03-06T14:02:11.123456789Z"}"#,
                "INFO:     Started server process [1]",
            ),
            (
                r#"{"log":"{\"level\":\"info\"}\n","stream":"stdout","attrs":{"tag":"web"},"time":"2025-03-06T14:02:11.1Z"}"#,
                r#"{"level":"info"}"#,
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.docker.com/engine/logging/drivers/json-file/"
    }
}
