//! The one-line summaries of httpx and of the Stainless SDKs: `HTTP Request: …` and `HTTP Response: …`.

use super::said::Said;
use super::{dump, headers, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads `HTTP Request: POST <url> "HTTP/1.1 500 Internal Server Error"` (httpx: the attempt's end) and
/// `HTTP Response: POST <url> "500 Internal Server Error" Headers({…})` (the SDK's own, a detail of it).
/// formats.md 1.1.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(rest) = line.strip_prefix("HTTP Request: ") {
        return Some(exchange(rest, fields).unwrap_or(Said::Other));
    }
    if line.starts_with("http") {
        return urllib3(line, fields);
    }
    if let Some(rest) = line.strip_prefix("receive_response_headers.complete return_value=") {
        return Some(httpcore(rest, fields));
    }
    let rest = line.strip_prefix("HTTP Response: ")?;
    Some(
        exchange(rest, fields)
            .or_else(|| bare_status(rest, fields))
            .unwrap_or(Said::Other),
    )
}

fn exchange<'a>(rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (method, rest) = rest.split_once(' ')?;
    let quote = memchr::memchr(b'"', rest.as_bytes())?;
    let url = rest.get(..quote)?.strip_suffix(' ')?;
    let quoted = rest.get(quote + 1..)?;
    if !providers::is_llm_url(url) {
        return Some(Said::Other);
    }
    // openai-python 1.3 prints its own DEBUG line as `HTTP Request: POST <url> "500 …"`, without the protocol.
    let (grain, status) = match quoted.strip_prefix("HTTP/") {
        Some(protocol) => (Grain::Attempt, protocol.split_once(' ')?.1),
        None => (Grain::Detail, quoted),
    };
    fields.status = Some(scan::status(status)?);
    fields.grain = grain;
    fields.instant = Instant::End;
    fields.method = Some(method);
    fields.url = Some(url);
    fields.ok = None;
    if grain == Grain::Detail
        && let Some(object) = quoted
            .split_once('"')
            .and_then(|(_, after)| after.find("Headers(").and_then(|at| after.get(at..)))
    {
        let object = dump::start(object).unwrap_or(object);
        dump::walk(object, &mut |path, value| headers::response(path.key(), value, fields));
    }
    Some(Said::AboutACall)
}

/// urllib3 at DEBUG: `https://api.openai.com:443 "POST /v1/chat/completions HTTP/1.1" 500 151`. openai-python 0.x and
/// programs that use requests.
fn urllib3<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (host, request) = line.split_once(" \"")?;
    let (request, after) = request.split_once("\" ")?;
    let (_, host) = host.split_once("://")?;
    let mut words = request.split(' ');
    let (method, path, protocol) = (words.next()?, words.next()?, words.next()?);
    if !protocol.starts_with("HTTP/") || !providers::is_llm_url(path) {
        return None;
    }
    fields.status = Some(scan::status(after)?);
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.method = Some(method);
    fields.url = Some(path);
    fields.server_address = Some(host);
    fields.ok = None;
    Some(Said::AboutACall)
}

/// httpcore at DEBUG: `(b'HTTP/1.1', 500, b'Internal Server Error', [(b'x-request-id', b'req_…'), …])`, about an LLM where
/// the id has a provider's shape.
fn httpcore<'a>(tuple: &'a str, fields: &mut Fields<'a>) -> Said {
    let Some(at) = memchr::memchr(b'[', tuple.as_bytes()) else {
        return Said::Other;
    };
    let status = tuple.split_once(", ").and_then(|(_, status)| scan::status(status));
    dump::walk(tuple.get(at..).unwrap_or(""), &mut |path, value| {
        headers::response(path.key(), value, fields);
    });
    if !fields.x_request_id.is_some_and(|id| id.starts_with("req_")) {
        return Said::Other;
    }
    // Who called tells of an answer that went well; a failing one needs the id.
    if status.is_some_and(|status| status < 400) {
        return Said::Other;
    }
    fields.status = status;
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.ok = None;
    Said::AboutACall
}

/// openai-python 3.x: `HTTP Response: POST 500`.
fn bare_status<'a>(rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (method, status) = rest.split_once(' ')?;
    fields.status = Some(scan::status(status)?);
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.method = Some(method);
    fields.ok = None;
    Some(Said::AboutACall)
}
