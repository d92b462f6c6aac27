//! The one-line summaries of httpx and of the Stainless SDKs: `HTTP Request: …` and `HTTP Response: …`.

use super::{Said, address, dump, headers, scan};
use crate::model::{Fields, Grain, Instant};

/// Reads `HTTP Request: POST <url> "HTTP/1.1 500 Internal Server Error"` (httpx: the attempt's end) and
/// `HTTP Response: POST <url> "500 Internal Server Error" Headers({…})` (the SDK's own, a detail of it).
/// formats.md 1.1.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(rest) = line.strip_prefix("HTTP Request: ") {
        return Some(exchange(rest, fields).unwrap_or(Said::Other));
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
    if !address::is_llm(url) {
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
