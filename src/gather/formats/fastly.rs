//! Reads Fastly's request logs: the JSON that its documentation proposes and its usual text format, with or without the
//! header that a log endpoint puts before them.
//!
//! `time.start` is the start; a `%t` in the text format is it too. Fastly's errors are responses of its own with a known
//! reason. <https://www.fastly.com/documentation/guides/integrations/streaming-logs/useful-log-formats/>

use super::access_line::common;
use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, raw};
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fastly;

/// Where a syslog header ends at the latest: priority, stamp, server and tag.
const LONGEST_HEADER: usize = 160;

/// The stamp of the header that names one of Fastly's servers, and the line behind it. Which server is not kept: there
/// are thousands, and none is the way that a request left by.
fn headless(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('<')?;
    let (priority, rest) = rest.split_once('>')?;
    priority.parse::<u8>().ok()?;
    let (header, rest) = rest.split_once("]: ").filter(|(header, _)| header.len() <= LONGEST_HEADER)?;
    let (stamp, words) = header.split_once(' ')?;
    words.split(' ').any(is_server).then(|| (stamp, rest.trim_start()))
}

/// The first status that is a failure.
const FAILURES_FROM: u16 = 500;

/// `cache-fra-etou8220160` and `cache-lhr7380-LHR`.
fn is_server(word: &str) -> bool {
    word.strip_prefix("cache-").is_some_and(|rest| {
        rest.len() >= 3
            && rest.bytes().take(3).all(|byte| byte.is_ascii_lowercase())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// What tells a line of JSON.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// A value or key that only Fastly has.
    fastly: bool,
}

fn json<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<(Fields<'a>, Seen), Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        instant: Instant::Start,
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        match (name, value) {
            // The documentation's example for some endpoints wraps the line.
            ("data" | "event", Value::Object(inside)) => {
                for (name, value) in Members::of(inside).into_iter().flatten() {
                    member(&mut fields, &mut seen, name, value, unescaped);
                }
            }
            _ => member(&mut fields, &mut seen, name, value, unescaped),
        }
    }
    if fields.status.is_none() || fields.url.is_none() || fields.timestamp.is_none() {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    // State and reason of an exchange that went well say nothing more.
    let failed = fields.status.is_some_and(|status| status >= FAILURES_FROM);
    fields.proxy_flag = fields.proxy_flag.filter(|_| failed);
    fields.proxy_detail = fields.proxy_detail.filter(|_| failed);
    Ok((fields, seen))
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen, name: &str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !matches!(*text, "" | "-" | "null" | "(null)"));
    seen.fastly |= name.starts_with("fastly_");
    match name {
        "timestamp" | "time" | "time_start" | "start_time" => fields.timestamp = text().or(fields.timestamp),
        "client_ip" => fields.client = text(),
        "host" | "request_host" => fields.server_address = text(),
        "url" | "request_url" => fields.url = unescaped.text(value),
        "request_method" | "method" | "request" => fields.method = text().filter(|method| scan::is_method(method)),
        "response_status" | "status" => fields.status = text().and_then(scan::status),
        "response_reason" => fields.proxy_detail = unescaped.text(value),
        "response_state" | "cache_status" | "fastly_info_state" => fields.proxy_flag = text(),
        "fastly_server" | "server_identity" | "server" => {
            seen.fastly |= text().is_some_and(is_server);
        }
        // `time.elapsed.usec` and `%D`.
        "time_elapsed" | "elapsed_usec" | "time_elapsed_usec" => {
            fields.duration_ms = text().and_then(|text| scan::scaled(text, -3));
        }
        "time_elapsed_msec" | "elapsed_msec" => fields.duration_ms = text().and_then(|text| scan::scaled(text, 0)),
        "backend_ip" | "origin_ip" | "backend" => fields.upstream_address = text(),
        "x_request_id" => fields.x_request_id = text(),
        "x_client_request_id" => fields.x_client_request_id = text(),
        _ => {}
    }
}

/// A line under a header: JSON or the common log format.
fn read<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<(Fields<'a>, bool), Unread> {
    let headless = headless(line);
    let rest = headless.map_or(line, |(_, rest)| rest);
    if rest.starts_with('{') {
        let (fields, seen) = json(rest, unescaped)?;
        return Ok((fields, seen.fastly || headless.is_some()));
    }
    let (written, _) = headless.ok_or(Unread::NotThisFormat)?;
    let (mut fields, _) = common(rest)?;
    fields.instant = Instant::Start;
    if fields.timestamp.is_some_and(|stamp| !stamp.contains(' ')) {
        // The second version of the format leaves the zone out; the header is written at the end, in UTC.
        fields.timestamp = Some(written);
        fields.instant = Instant::End;
    }
    Ok((fields, true))
}

impl Format for Fastly {
    fn name(&self) -> &'static str {
        "fastly"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line), &Unescaped::default()) {
            Ok((_, true)) => Fit::Yes,
            _ => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        let (fields, sure) = read(&line, &unescaped)?;
        if !sure {
            return Err(Unread::NotThisFormat);
        }
        emit(&fields);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{ "timestamp": "2025-03-06T14:02:45+0000", "client_ip": "10.0.3.7", "geo_country": "germany", "geo_city": "frankfurt", "host": "llm.example.net", "url": "/v1/chat/completions", "request_method": "POST", "request_protocol": "HTTP/2", "request_referer": "", "request_user_agent": "OpenAI/Python 1.66.0", "response_state": "ERROR", "response_status": 503, "response_reason": "first byte timeout", "response_body_size": 0, "fastly_server": "cache-fra-etou8220160-FRA", "fastly_is_edge": true }"#,
            r#"<134>2025-03-06T14:02:45Z cache-fra-etou8220160 llm-logs[482017]: 10.0.3.7 - - [06/Mar/2025:14:02:44 +0000] "POST /v1/chat/completions HTTP/1.1" 200 1032"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.fastly.com/documentation/guides/integrations/streaming-logs/useful-log-formats/"
    }
}
