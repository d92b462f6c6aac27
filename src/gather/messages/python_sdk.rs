//! What openai-python (1.x to 3.x) and anthropic-sdk-python say at INFO and DEBUG beside their request lines.

use super::said::Said;
use super::{dump, headers, scan, trace};
use crate::model::{Fields, Grain, Instant};

/// Reads one line of `openai._base_client` or `anthropic._base_client`; `rest` is what follows it in the record (a
/// traceback). The texts of each version: formats.md 1.1 and 1.3.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    match line.as_bytes().first()? {
        b'R' => {
            if let Some(options) = line.strip_prefix("Request options: ") {
                return Some(request_options(options, fields));
            }
            line.strip_prefix("Retrying request").map(|after| retrying(after, fields))
        }
        b'S' => line
            .strip_prefix("Sending HTTP Request: ")
            .map(|target| sending(target, fields)),
        b'B' => line
            .strip_prefix("Building HTTP request: ")
            .map(|parts| building(parts, fields)),
        b'r' => line.strip_prefix("request_id: ").map(|id| request_id(id, fields)),
        b'E' => line
            .strip_prefix("Encountered ")
            .and_then(|what| encountered(what, line, rest, fields)),
        b'0'..=b'9' => retries_left(line, fields),
        _ => None,
    }
}

fn begin(fields: &mut Fields<'_>, grain: Grain, instant: Instant) -> Said {
    fields.grain = grain;
    fields.instant = instant;
    fields.ok = None;
    Said::AboutACall
}

/// `Request options: {'method': 'post', 'url': '/chat/completions', 'headers': {…}, 'json_data': {…, 'model': …}}`.
fn request_options<'a>(options: &'a str, fields: &mut Fields<'a>) -> Said {
    let mut told = false;
    dump::walk(options, &mut |path, value| match (path.depth(), path.parent(), path.key()) {
        (0, _, "method") => (fields.method, told) = (Some(value), true),
        (0, _, "url") => fields.url = Some(value),
        (1, "json_data", "model") => fields.model = Some(value),
        (1, "json_data", "stream") => fields.stream = Some(matches!(value, "True" | "true")),
        (1, "headers", name) => headers::request(name, value, fields),
        _ => {}
    });
    if told {
        begin(fields, Grain::Start, Instant::Start)
    } else {
        Said::Other
    }
}

/// `Sending HTTP Request: POST <url>`; since 3.10 without the URL.
fn sending<'a>(target: &'a str, fields: &mut Fields<'a>) -> Said {
    let mut parts = target.split_ascii_whitespace();
    fields.method = parts.next();
    fields.url = parts.next();
    begin(fields, Grain::Start, Instant::Start)
}

/// `Building HTTP request: method=POST retries_taken=0`.
fn building<'a>(parts: &'a str, fields: &mut Fields<'a>) -> Said {
    for part in parts.split_ascii_whitespace() {
        match part.split_once('=') {
            Some(("method", method)) => fields.method = Some(method),
            Some(("retries_taken", taken)) => {
                fields.attempt = taken.parse::<u32>().ok().and_then(|taken| taken.checked_add(1));
            }
            _ => {}
        }
    }
    begin(fields, Grain::Start, Instant::Start)
}

/// `Retrying request to /responses in 26.9 seconds`, or ` in 0.38 seconds (retry 1 of 2)` since 3.10.
fn retrying<'a>(after: &'a str, fields: &mut Fields<'a>) -> Said {
    let after = match after.strip_prefix(" to ").and_then(|after| after.split_once(' ')) {
        Some((path, after)) => {
            fields.url = Some(path);
            after
        }
        None => after.trim_start(),
    };
    let Some((pause, rest)) = after.strip_prefix("in ").and_then(scan::number) else {
        return Said::Other;
    };
    fields.retry_in_ms = Some(pause * 1000.0);
    // Retry n of m announces that attempt n failed and that this retry and those after it are left: the count that
    // `2 retries left` (2.x) and openai-node's `2 attempts remaining` give at the same place.
    if let Some((number, rest)) = rest.strip_prefix(" seconds (retry ").and_then(scan::whole)
        && let Some((of, _)) = rest.strip_prefix(" of ").and_then(scan::whole)
    {
        fields.attempt = Some(number);
        fields.retries_left = of.checked_add(1).and_then(|sum| sum.checked_sub(number));
    }
    begin(fields, Grain::Detail, Instant::Unknown)
}

fn request_id<'a>(id: &'a str, fields: &mut Fields<'a>) -> Said {
    let id = id.trim_end();
    if id.is_empty() || id == "None" || id.contains(' ') {
        return Said::Other;
    }
    fields.x_request_id = Some(id);
    begin(fields, Grain::Detail, Instant::Unknown)
}

/// `1 retry left`, `2 retries left`.
fn retries_left(line: &str, fields: &mut Fields<'_>) -> Option<Said> {
    let (left, rest) = scan::whole(line)?;
    if !matches!(rest.trim_end(), " retry left" | " retries left") {
        return None;
    }
    fields.retries_left = Some(left);
    Some(begin(fields, Grain::Detail, Instant::Unknown))
}

/// The exceptions of httpx (its `_exceptions.py`), without those of a misuse.
const HTTPX: [&str; 13] = [
    "ConnectTimeout",
    "ReadTimeout",
    "WriteTimeout",
    "PoolTimeout",
    "ConnectError",
    "ReadError",
    "WriteError",
    "CloseError",
    "ProxyError",
    "RemoteProtocolError",
    "LocalProtocolError",
    "DecodingError",
    "SSLError",
];

/// Whether what an SDK encountered is a status: the line on the answer told it.
pub(super) fn is_status_error(what: &str) -> bool {
    what.starts_with("an HTTP status error") || what.trim_end().ends_with("HTTPStatusError")
}

/// `Encountered httpx.TimeoutException` and a traceback; since 3.10 `Encountered exception: ConnectError`.
///
/// A status error adds nothing: the `HTTP Response` line above it tells the same status.
fn encountered<'a>(what: &'a str, line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let exception = what.contains("xception");
    if is_status_error(what) {
        return Some(Said::Other);
    }
    if !exception {
        return None;
    }
    begin(fields, Grain::Detail, Instant::End);
    fields.ok = Some(false);
    fields.text = Some(line);
    if let Some((_, class)) = what.split_once("xception: ") {
        let class = class.trim_end();
        if !HTTPX.contains(&class) {
            return None;
        }
        fields.error_type = Some(class);
    }
    trace::attach(rest, fields);
    Some(Said::AboutACall)
}
