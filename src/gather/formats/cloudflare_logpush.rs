//! Reads Cloudflare's Logpush of HTTP requests: a JSON object a line, with the fields that the job selects.
//!
//! Both instants stand on the line, in RFC 3339, Unix seconds or nanoseconds as the job is configured. `RayID` is the id
//! of the site's own zone, not of the provider's edge. An `OriginResponseStatus` of 0 says that no origin answered, so
//! that the status is Cloudflare's. <https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/>

use super::elapsed;
use super::format::{Fit, Format, Unread};
use super::header_map;
use super::json_values::{Unescaped, marks_in, raw};
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct CloudflareLogpush;

/// What is put together when all members are read.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    start: Option<&'a str>,
    end: Option<&'a str>,
    path: Option<&'a str>,
    uri: Option<&'a str>,
    status: Option<&'a str>,
    origin_status: Option<&'a str>,
    origin_ms: Option<f64>,
    first_byte_ms: Option<f64>,
    handshake_ms: Option<f64>,
    /// What the zone's own rules did to the request.
    action: Option<&'a str>,
    /// How the zone's own program ended.
    worker: Option<&'a str>,
}

/// What a rule does that answers in the origin's place.
const ACTIONS: [&str; 8] = [
    "block",
    "challenge",
    "jschallenge",
    "managedChallenge",
    "managed_challenge",
    "drop",
    "connectionClose",
    "ratelimit",
];

/// Endings of a Worker that are none of its own faults.
const WORKER_FINE: [&str; 4] = ["", "unknown", "ok", "none"];

/// The first status that is an error.
const ERRORS_FROM: u16 = 400;

fn read<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields::default();
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        member(&mut fields, &mut seen, name, value, unescaped);
    }
    if fields.status.is_none() || !(fields.gateway_request_id.is_some() || seen.start.is_some()) {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.url = seen.uri.or(seen.path);
    (fields.timestamp, fields.instant) = match seen.end {
        Some(end) => (Some(end), Instant::End),
        None => (seen.start, Instant::Start),
    };
    // Whole seconds tell less than the origin's own duration, and for a stream they tell more.
    let whole = seen.start.zip(seen.end).and_then(|(start, end)| elapsed::between(start, end));
    let known = [whole, seen.origin_ms, seen.first_byte_ms];
    fields.duration_ms = known.into_iter().flatten().reduce(f64::max);
    upstream(&mut fields, &seen);
    Ok(fields)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !matches!(*text, "" | "null"));
    let ms = || text().and_then(|text| scan::scaled(text, 0)).filter(|ms| *ms > 0.0);
    match name {
        "EdgeStartTimestamp" => seen.start = text(),
        "EdgeEndTimestamp" => seen.end = text(),
        "EdgeResponseStatus" => {
            seen.status = text();
            fields.status = text().and_then(scan::status);
        }
        "RayID" => fields.gateway_request_id = text(),
        "ClientIP" => fields.client = text(),
        "ClientRequestMethod" => fields.method = text(),
        "ClientRequestHost" => fields.server_address = text(),
        "ClientRequestPath" => seen.path = unescaped.text(value),
        "ClientRequestURI" => seen.uri = unescaped.text(value),
        "OriginIP" => fields.upstream_address = text(),
        "OriginResponseStatus" => seen.origin_status = text(),
        "OriginResponseDurationMs" => seen.origin_ms = ms(),
        "OriginTCPHandshakeDurationMs" => seen.handshake_ms = ms(),
        "EdgeTimeToFirstByteMs" => seen.first_byte_ms = ms(),
        "SecurityAction" | "FirewallMatchesActions" => seen.action = text().or(seen.action),
        "WorkerStatus" => seen.worker = text(),
        "RequestHeaders" => {
            if let Value::Object(headers) = value {
                header_map::request(fields, headers);
            }
        }
        "ResponseHeaders" => {
            if let Value::Object(headers) = value {
                header_map::response(fields, headers);
            }
        }
        _ => {}
    }
}

/// What Cloudflare knew of the origin; a job that selects no origin fields tells nothing of it.
fn upstream<'a>(fields: &mut Fields<'a>, seen: &Seen<'a>) {
    if let Some(ms) = seen.handshake_ms {
        fields.upstream_connect_ms = Some(Some(ms));
    }
    let failed = fields.status.is_some_and(|status| status >= ERRORS_FROM);
    match seen.origin_status {
        None => {}
        Some("0") => {
            fields.upstream_header_ms = Some(None);
            let action = seen.action.filter(|action| ACTIONS.contains(action));
            let worker = seen.worker.filter(|ended| !WORKER_FINE.contains(ended));
            fields.proxy_flag = action.or(worker).or(seen.status).filter(|_| failed);
        }
        Some(status) => {
            fields.upstream_status = Some(status);
            fields.upstream_header_ms = Some(Some(seen.origin_ms.unwrap_or(0.0)));
        }
    }
}

impl Format for CloudflareLogpush {
    fn name(&self) -> &'static str {
        "cloudflare-logpush"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if marks_in(line, &["RayID", "EdgeStartTimestamp"]) == 0 {
            return Fit::No;
        }
        read(&scan::text(line), &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        emit(&read(&line, &unescaped)?);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"CacheCacheStatus":"dynamic","ClientIP":"10.0.3.7","ClientRequestHost":"llm.example.net","ClientRequestMethod":"POST","ClientRequestPath":"/v1/chat/completions","ClientRequestURI":"/v1/chat/completions","EdgeEndTimestamp":"2025-03-06T14:02:45Z","EdgePathingStatus":"nr","EdgeResponseStatus":522,"EdgeStartTimestamp":"2025-03-06T14:02:26Z","OriginIP":"203.0.113.9","OriginResponseDurationMs":19145,"OriginResponseStatus":0,"OriginTCPHandshakeDurationMs":0,"ParentRayID":"00","RayID":"91c0f3e2aa0b1d2c","SecurityAction":"","WorkerStatus":"unknown"}"#,
            r#"{"ClientIP":"10.0.3.7","ClientRequestHost":"llm.example.net","ClientRequestMethod":"POST","ClientRequestURI":"/v1/responses","EdgeEndTimestamp":1741269765000000000,"EdgeResponseBytes":1032,"EdgeResponseStatus":200,"EdgeStartTimestamp":1741269764000000000,"RayID":"91c0f3e2aa0b1d2c"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/"
    }
}
