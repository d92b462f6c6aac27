//! Reads Traefik's access log, as CLF and as JSON, and the lines in which its proxy says why it made an error.
//!
//! Traefik stamps the start. An error of its own has the status' words as its body and no more, which its size tells;
//! where no service was asked, the answer is Traefik's too. Its CLF ends in the service's URL and milliseconds; a
//! `genericCLF` log is anybody's combined one. <https://doc.traefik.io/traefik/observability/access-logs/>

use super::access_line::common;
use super::format::{Fit, Format, Unread};
use super::header_map;
use super::json_values::{Unescaped, raw};
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::providers;
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traefik;

/// Bytes of the bodies that Traefik writes itself: the status' words (pkg/proxy/httputil/proxy.go).
const OWN_BODIES: [(u16, u64); 5] = [(499, 21), (500, 21), (502, 11), (503, 19), (504, 15)];

/// The words by which `signatures` knows whose an error is: no service was asked, or it gave no usable answer.
const NOBODY_ASKED: &str = "no service";
const OWN_BODY: &str = "own body";

/// Nanoseconds, as a power of ten of milliseconds.
const NANOSECONDS: i32 = -6;

/// Sets what the answer's status, size and service tell of who wrote it.
fn tell_writer(fields: &mut Fields<'_>, size: Option<u64>, service: bool, origin_ms: Option<f64>) {
    let Some(status) = fields.status.filter(|status| *status >= 400) else {
        return;
    };
    if !service {
        fields.proxy_flag = Some(NOBODY_ASKED);
        // The name that was asked for is Traefik's own, and no other line's server.
        fields.server_address = None;
    } else if OWN_BODIES.iter().any(|(own, bytes)| *own == status && Some(*bytes) == size) {
        fields.proxy_flag = Some(OWN_BODY);
    } else if size.is_some() {
        fields.upstream_header_ms = Some(origin_ms.or(Some(0.0)));
    }
}

/// `… "POST /v1/x HTTP/1.1" 504 15 "-" "-" 1841 "llm@file" "https://api.openai.com" 60003ms`.
fn clf(line: &str) -> Result<Option<Fields<'_>>, Unread> {
    let (before, service, elapsed) = tail(line).ok_or(Unread::NotThisFormat)?;
    // Where Traefik counts the service's answer only, it writes `-` for an answer of its own: no status to go by.
    let Ok((mut fields, _)) = common(before) else {
        return if before.contains("] \"") {
            Ok(None)
        } else {
            Err(Unread::NotThisFormat)
        };
    };
    fields.instant = Instant::Start;
    fields.duration_ms = scan::scaled(elapsed, 0);
    fields.server_address = providers::split_url(service).host;
    fields.upstream_address = fields.server_address;
    let size = size_of(before);
    tell_writer(&mut fields, size, service != "-", None);
    Ok(Some(fields))
}

/// What stands before the request's number, the service's URL and the milliseconds.
fn tail(line: &str) -> Option<(&str, &str, &str)> {
    let (rest, elapsed) = line.trim_end().strip_suffix("ms")?.rsplit_once(' ')?;
    let (rest, service) = rest.strip_suffix('"')?.rsplit_once('"')?;
    let (rest, router) = rest.trim_end().strip_suffix('"')?.rsplit_once('"')?;
    let (rest, number) = rest.trim_end().rsplit_once(' ')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_tail = is_number(elapsed)
        && (is_number(number) || number == "-")
        && (service == "-" || service.contains("://"))
        && !router.contains(' ');
    is_tail.then_some((rest, service, elapsed))
}

/// The size behind the status.
fn size_of(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("] \"")?;
    let mut words = rest.split("\" ").find_map(|rest| {
        let (status, rest) = rest.split_once(' ')?;
        scan::status(status).map(|_| rest.split(' '))
    })?;
    words.next()?.parse().ok()
}

#[derive(Default)]
struct Seen<'a> {
    marks: u32,
    start: Option<&'a str>,
    written: Option<&'a str>,
    downstream: Option<u16>,
    origin: Option<u16>,
    size: Option<u64>,
    origin_ms: Option<f64>,
    service: bool,
    host: Option<&'a str>,
}

fn json<'a>(text: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields::default();
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        member(&mut fields, &mut seen, name, value, unescaped);
    }
    if seen.marks == 0 || seen.downstream.or(seen.origin).is_none() {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.status = seen.downstream.or(seen.origin);
    fields.timestamp = seen.start.or(seen.written);
    fields.instant = if seen.start.is_some() { Instant::Start } else { Instant::End };
    fields.server_address = fields.server_address.or(seen.host);
    tell_writer(&mut fields, seen.size, seen.service || seen.origin.is_some(), seen.origin_ms);
    Ok(fields)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !text.is_empty() && !matches!(*text, "-" | "null"));
    match name {
        "DownstreamStatus" => seen.downstream = text().and_then(scan::status),
        "OriginStatus" => seen.origin = text().and_then(scan::status).filter(|status| *status > 0),
        "StartUTC" => seen.start = text(),
        "StartLocal" => seen.start = seen.start.or_else(text),
        "time" => seen.written = text(),
        "Duration" => fields.duration_ms = text().and_then(|text| scan::scaled(text, NANOSECONDS)),
        "OriginDuration" => seen.origin_ms = text().and_then(|text| scan::scaled(text, NANOSECONDS)),
        "OriginContentSize" => seen.size = text().and_then(|size| size.parse().ok()),
        "RequestMethod" => fields.method = text(),
        "RequestPath" => fields.url = unescaped.text(value),
        "RequestHost" | "RequestAddr" => seen.host = seen.host.or_else(text),
        "ClientHost" => fields.client = text(),
        "ClientAddr" => fields.client = fields.client.or_else(text),
        "ServiceURL" => {
            // Older releases wrote the URL as Go prints its parts.
            let url = text().or(object_host(value));
            seen.service |= url.is_some();
            fields.server_address = url.and_then(|url| providers::split_url(url).host.or(Some(url)));
        }
        "ServiceAddr" => {
            seen.service |= text().is_some();
            fields.upstream_address = text();
        }
        _ => {
            if let Some(header) = name.strip_prefix("request_") {
                header_map::request_header(fields, header, value);
            } else if let Some(header) = name.strip_prefix("origin_").or_else(|| name.strip_prefix("downstream_")) {
                header_map::response_header(fields, header, value);
            }
            return;
        }
    }
    seen.marks += u32::from(name != "time");
}

fn object_host(value: Value<'_>) -> Option<&str> {
    let Value::Object(url) = value else { return None };
    let host = Members::of(url)?.find(|(name, _)| *name == "Host")?.1;
    raw(host).filter(|host| !host.is_empty())
}

/// What Traefik's own log says of an error that it made: `502 Bad Gateway error="dial tcp …"` since v3,
/// `'502 Bad Gateway' caused by: dial tcp …` before, at the debug level.
fn fault(text: &str) -> Option<Fields<'_>> {
    let (stamp, status, cause) = json_fault(text).or_else(|| console_fault(text)).or_else(|| old_fault(text))?;
    let status = scan::status(status.get(..3)?).filter(|status| (400..600).contains(status))?;
    Some(Fields {
        grain: Grain::Detail,
        timestamp: Some(stamp),
        instant: Instant::End,
        status: Some(status),
        proxy_detail: Some(cause),
        text: Some(cause),
        ..Fields::default()
    })
}

fn json_fault(text: &str) -> Option<(&str, &str, &str)> {
    let (mut stamp, mut level, mut status, mut cause) = (None, None, None, None);
    for (name, value) in Members::of(text)? {
        match name {
            "time" => stamp = raw(value),
            "level" => level = raw(value),
            "message" => status = raw(value),
            "error" => cause = raw(value),
            _ => {}
        }
    }
    let status = status.filter(|status| is_status_line(status) && level == Some("debug"))?;
    Some((stamp?, status, cause?))
}

fn console_fault(text: &str) -> Option<(&str, &str, &str)> {
    let (said, cause) = text.split_once(" error=")?;
    let (stamp, rest) = said.split_once(' ')?;
    let (level, rest) = rest.split_once(' ')?;
    let status = rest.rsplit_once(" > ").map_or(rest, |(_, status)| status);
    let known = level == "DBG" && is_status_line(status);
    known.then_some((stamp, status, cause.trim_matches('"')))
}

fn old_fault(text: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = text.split_once("time=\"")?;
    let (stamp, rest) = rest.split_once('"')?;
    let (_, rest) = rest.split_once("msg=\"'")?;
    let (status, cause) = rest.split_once("' caused by: ")?;
    is_status_line(status).then_some((stamp, status, cause.trim_end_matches('"')))
}

/// `502 Bad Gateway`.
fn is_status_line(text: &str) -> bool {
    let (status, words) = text.split_once(' ').unwrap_or_default();
    status.len() == 3
        && status.bytes().all(|byte| byte.is_ascii_digit())
        && words.starts_with(|first: char| first.is_ascii_uppercase())
        && words.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
}

impl Format for Traefik {
    fn name(&self) -> &'static str {
        "traefik"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let is_ours = json(&line, &Unescaped::default()).is_ok() || tail(&line).is_some() || fault(&line).is_some();
        if is_ours { Fit::Yes } else { Fit::No }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        let access = if line.starts_with('{') {
            json(&line, &unescaped).map(Some)
        } else {
            clf(&line)
        };
        let fields = match access {
            Err(Unread::NotThisFormat) => Some(fault(&line).ok_or(Unread::NotThisFormat)?),
            read => read?,
        };
        if let Some(fields) = fields {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"10.0.3.7 - - [06/Mar/2025:14:02:45 +0000] "POST /v1/chat/completions HTTP/1.1" 504 15 "-" "-" 1841 "llm@file" "https://api.openai.com" 60003ms"#,
            r#"{"ClientAddr":"10.0.3.7:51844","ClientHost":"10.0.3.7","ClientPort":"51844","ClientUsername":"-","DownstreamContentSize":11,"DownstreamStatus":502,"Duration":1204000,"OriginContentSize":11,"OriginDuration":1100000,"OriginStatus":502,"Overhead":104000,"RequestAddr":"llm.example.net","RequestContentSize":312,"RequestCount":1842,"RequestHost":"llm.example.net","RequestMethod":"POST","RequestPath":"/v1/chat/completions","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"https","RetryAttempts":0,"RouterName":"llm@file","ServiceAddr":"api.openai.com:443","ServiceName":"openai@file","ServiceURL":"https://api.openai.com","StartLocal":"2025-03-06T15:02:45.1204+01:00","StartUTC":"2025-03-06T14:02:45.1204Z","entryPointName":"websecure","level":"info","msg":"","time":"2025-03-06T15:02:45+01:00"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://doc.traefik.io/traefik/observability/access-logs/; traefik pkg/middlewares/accesslog/logger_formatters.go"
    }
}
