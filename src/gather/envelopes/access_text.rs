//! A server's access line as a text within JSON, wherever in the object it stands and whatever the object is: what
//! shippers, stores and logging libraries of every kind do with a line that they do not understand.
//!
//! The text tells by itself: a time, a quoted request and a status are nobody's words but a server's. An object that has the
//! request's values as members of its own was read by somebody already, and is left to the formats.

use super::envelope::{Envelope, Letter};
use super::values::{is_dated_access, plain};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value, items, unescape};
use crate::text::scan;

/// The envelope.
pub(super) struct AccessText;

/// Objects and lists within each other that are looked into: OTLP's text is the deepest, behind eight.
const DEEPEST: u32 = 10;

/// Members that hold what an access line says: somebody has read it.
const READ_ALREADY: [&str; 12] = [
    "status_code",
    "statusCode",
    "http_status",
    "response_code",
    "http.response.status_code",
    "http",
    "httpRequest",
    "model",
    "method",
    "request_method",
    "upstream_status",
    "url",
];

/// What an object around the text says of it; what it does not say, the one around it may.
#[derive(Clone, Copy, Default)]
struct Around<'a> {
    stamp: Option<&'a str>,
    host: Option<&'a str>,
    service: &'a str,
}

impl<'a> Around<'a> {
    /// Whether the object says nothing of the request itself.
    fn take(&mut self, object: &'a str) -> bool {
        for (key, value) in Members::of(object).into_iter().flatten() {
            if READ_ALREADY.contains(&key) {
                return false;
            }
            match (key, value) {
                // The answer's; a text is a level.
                ("status", Value::Word(_)) => return false,
                (
                    "timestamp" | "@timestamp" | "time" | "ts" | "date" | "DATE" | "_time" | "eventTime" | "timeUnixNano",
                    Value::Text(_) | Value::Word(_),
                ) => self.stamp = self.stamp.or(plain(value)),
                ("host" | "hostname" | "HOST" | "pod" | "podName" | "pod_name", Value::Text(host)) => self.host = Some(host),
                ("container_name" | "containerName" | "service" | "PROGRAM", Value::Text(name)) => self.service = name,
                _ => {}
            }
        }
        true
    }

    fn within(self, outer: Self) -> Self {
        Self {
            stamp: self.stamp.or(outer.stamp),
            host: self.host.or(outer.host),
            service: if self.service.is_empty() {
                outer.service
            } else {
                self.service
            },
        }
    }
}

/// Gives the access line of an object, as it is written, or those of the objects within it; whether there was any.
fn find<'a>(object: &'a str, around: Around<'a>, depth: u32, give: &mut dyn FnMut(&'a str, Around<'a>)) -> bool {
    let mut own = Around::default();
    if depth > DEEPEST || !own.take(object) {
        return false;
    }
    let around = own.within(around);
    let members = || Members::of(object).into_iter().flatten().map(|(_, value)| value);
    let text = members().find_map(|value| match value {
        Value::Text(text) | Value::Escaped(text) => Some(text).filter(|text| is_dated_access(text)),
        _ => None,
    });
    if let Some(text) = text {
        give(text, around);
        return true;
    }
    // A text that was kept twice is one line: the first member that has one is enough.
    members().any(|value| match value {
        Value::Object(inner) => find(inner, around, depth + 1, give),
        Value::Array(list) => {
            let mut any = false;
            for item in items(list) {
                if let Value::Object(inner) = item {
                    any |= find(inner, around, depth + 1, give);
                }
            }
            any
        }
        _ => false,
    })
}

/// Gives the access lines of a line, which is an object as a whole.
fn all<'a>(line: &'a str, give: &mut dyn FnMut(&'a str, Around<'a>)) -> bool {
    let is_whole = || {
        let mut members = Members::of(line);
        members.as_mut().is_some_and(|members| {
            members.by_ref().for_each(drop);
            members.is_whole()
        })
    };
    line.contains(" HTTP/") && is_whole() && find(line, Around::default(), 0, give)
}

impl Envelope for AccessText {
    fn name(&self) -> &'static str {
        "an access line in JSON"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match all(&scan::text(line), &mut |_, _| {}) {
            true => Fit::Yes,
            false => Fit::No,
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        all(&line, &mut |written, around| {
            scratch.clear();
            unescape(written, scratch);
            give(&Letter {
                text: scratch.trim_end_matches(['\n', '\r']).as_bytes(),
                stamp: around.stamp,
                host: around.host,
                service: around.service,
                ..Letter::default()
            });
        })
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"id":"AY","type":"log","attributes":{"timestamp":"2026-11-21T10:00:01.071Z","host":"gw-1","message":"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] \"POST /v1/x HTTP/1.1\" 200 144"}}"#,
                r#"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] "POST /v1/x HTTP/1.1" 200 144"#,
            ),
            (
                r#"{"@timestamp":"2026-11-21T10:00:01.071Z","host":"lb-2","severity":"info","syslogtag":"nginx:","message":"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] \"POST /v1/x HTTP/1.1\" 200 144"}"#,
                r#"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] "POST /v1/x HTTP/1.1" 200 144"#,
            ),
            (
                r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795255201071000064","body":{"stringValue":"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] \"POST /v1/x HTTP/1.1\" 200 144"}}]}]}]}"#,
                r#"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] "POST /v1/x HTTP/1.1" 200 144"#,
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.datadoghq.com/api/latest/logs/; https://www.rsyslog.com/doc/configuration/templates.html; https://opentelemetry.io/docs/specs/otlp/"
    }
}
