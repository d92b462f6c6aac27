//! logfmt lines of applications: structlog, logrus and slog text, and what `key=value` loggers print.

use super::access_line;
use super::format::{Fit, Format, Unread};
use super::json_lines::own;
use super::told::Told;
use crate::gather::alike::Slot;
use crate::gather::keys::{self, Key};
use crate::model::{Fields, Vantage};
use crate::text::logfmt::pairs;
use crate::text::scan::{self, Cursor};

/// The format.
pub(super) struct Logfmt;

/// Keys one of which every logger of this kind writes.
const SIGNS: [&str; 7] = ["level", "ts", "time", "timestamp", "msg", "event", "message"];

/// Keys one of which a logger writes beside its message.
const TIMES: [&str; 4] = ["level", "ts", "time", "timestamp"];

/// Keys that only a proxy's access log has.
const STRANGERS: [&str; 6] = [
    "upstream_addr",
    "upstream_status",
    "remote",
    "remote_addr",
    "request",
    "upstream_response_time",
];

/// The pairs of a line, and the stamp that may stand before them, as Splunk's own guide writes it.
fn stamped(line: &str) -> (Option<&str>, &str) {
    let mut cursor = Cursor::new(line);
    match access_line::stamp_ahead(&mut cursor) {
        Some(stamp) => (Some(stamp), cursor.rest().trim_start()),
        None => (None, line),
    }
}

/// A pair as a member of a line: one that is spelt with escapes is compared as it is.
fn own_member<'a>((name, value): (&str, &'a str)) -> own::Member<'a> {
    let is_text = value.starts_with(['"', '\'']);
    let plain = value.trim_matches(['"', '\'']);
    let text = if value.contains('\\') { "" } else { plain };
    (keys::key(name), text, is_text || scan::scaled(plain, 0).is_none())
}

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let Ok(line) = std::str::from_utf8(line) else { return Fit::No };
        let (_, line) = stamped(line);
        let first_is_key = line
            .split(['=', ' ', '"'])
            .next()
            .is_some_and(|key| !key.is_empty() && line.get(key.len()..).is_some_and(|rest| rest.starts_with('=')));
        if !first_is_key {
            return Fit::No;
        }
        let (mut count, mut signs, mut strangers, mut timed) = (0, 0, 0, false);
        for (key, _) in pairs(line).take(64) {
            count += 1;
            signs += usize::from(SIGNS.contains(&key));
            strangers += usize::from(STRANGERS.contains(&key));
            timed |= TIMES.contains(&key);
        }
        match (count, signs, strangers) {
            (2.., 1.., 0) if timed => Fit::Yes,
            // A message alone may be an SDK's own line.
            (2.., 1.., 0) => Fit::Maybe,
            _ => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = String::from_utf8_lossy(record);
        if self.fit(record) == Fit::No {
            return Err(Unread::NotThisFormat);
        }
        let mut unescaped: Vec<(usize, String)> = Vec::new();
        let (stamp, text) = stamped(&text);
        let members: Vec<(&str, &str)> = pairs(text).collect();
        for (at, (_, value)) in members.iter().enumerate() {
            if let Some(quoted) = value.strip_prefix('"').filter(|quoted| quoted.contains('\\')) {
                let mut out = String::new();
                crate::text::json::unescape(quoted.strip_suffix('"').unwrap_or(quoted), &mut out);
                unescaped.push((at, out));
            }
        }
        let mut told = Told::default();
        if let Some(stamp) = stamp {
            told.set(Key::Timestamp, stamp);
        }
        for (at, (key, value)) in members.iter().enumerate() {
            let Some(key) = keys::key(key) else { continue };
            let plain = value.trim_matches(['"', '\'']);
            let value = unescaped
                .iter()
                .find(|(place, _)| *place == at)
                .map_or(plain, |(_, text)| text.as_str());
            told.set(key, value);
        }
        told.emit(emit);
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        if stamped(record).0.is_some() {
            return None;
        }
        let members: Vec<_> = pairs(record).map(own_member).collect();
        own::slots(record, &members, false)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"timestamp=2025-03-06T14:02:11.688216Z level=error event="openai call failed" status=500 model=gpt-4o latency_ms=812 request_id=req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"#,
            r#"time="2025-03-06T14:02:11Z" level=error msg="llm call failed" error="Error code: 503 - overloaded" model=gpt-4o status=503"#,
            r#"time=2025-03-06T14:02:11.123Z level=ERROR msg="llm call failed" model=gpt-4o status=500 duration_ms=812"#,
            r#"2025-03-06 14:02:11.123 +0000 level=error event=llm_call model="gpt-4o" http_status=503 elapsed_ms=812"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://brandur.org/logfmt; https://dev.splunk.com/enterprise/docs/developapps/addsupport/logging/loggingbestpractices/"
    }
}
