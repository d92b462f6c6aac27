//! What openai-node (v4 and later) and anthropic-sdk-typescript print.

use super::said::Said;
use super::{dump, headers, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads `[log_c21621, …] …` (v5 and later) and `OpenAI:DEBUG:…` (v4). `message` is the record from this line on, with
/// the object that DEBUG prints. Grammar: formats.md 1.4, 1.5.
pub(super) fn read<'a>(line: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(rest) = line.strip_prefix("[log_") {
        return bracketed(line, rest, message, fields);
    }
    let client = line.bytes().take(20).take_while(u8::is_ascii_alphanumeric).count();
    let rest = line.get(client..)?.strip_prefix(":DEBUG:")?;
    Some(version_4(rest, message, fields).unwrap_or(Said::Other))
}

/// `[` id (`, retryOf: ` id)? (`, x-request-id: "` v `"`)? `] ` what.
fn bracketed<'a>(line: &'a str, rest: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (inside, what) = rest.split_once(']')?;
    let mut parts = inside.split(", ");
    let digits = parts.next()?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    fields.sdk_id = line.get(1..11);
    for part in parts {
        match part.split_once(": ") {
            Some(("retryOf", first)) => fields.sdk_retry_of = Some(first),
            Some((name, value)) => headers::response(name, value.trim_matches('"'), fields),
            None => {}
        }
    }
    let what = what.trim_start();
    if let Some(why) = what.strip_prefix("connection ") {
        return Some(connection(what, why, fields));
    }
    if what.starts_with("sending request") {
        object(message, fields);
        return Some(about(fields, Grain::Start, Instant::Start));
    }
    if what.starts_with("response ") {
        object(message, fields);
        tail(what, fields);
        return Some(about(fields, Grain::Detail, Instant::End));
    }
    Some(ended(what, fields).unwrap_or(Said::Other))
}

fn about(fields: &mut Fields<'_>, grain: Grain, instant: Instant) -> Said {
    fields.grain = grain;
    fields.instant = instant;
    fields.ok = None;
    Said::AboutACall
}

/// `post <url> failed with status 500 in 20ms - retrying, 1 attempts remaining`.
fn ended<'a>(what: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (method, rest) = what.split_once(' ')?;
    let (url, rest) = rest.split_once(' ')?;
    let (_, rest) = rest
        .split_once(" with status ")
        .filter(|(word, _)| matches!(*word, "succeeded" | "failed"))?;
    fields.status = Some(scan::status(rest)?);
    fields.method = Some(method);
    fields.url = Some(url);
    fields.duration_ms = rest.split_once(" in ").and_then(|(_, time)| scan::duration_ms(time));
    tail(rest, fields);
    Some(about(fields, Grain::Attempt, Instant::End))
}

/// `connection timed out - retrying, 1 attempts remaining`, `connection failed - error; no more retries left`.
fn connection<'a>(what: &'a str, why: &'a str, fields: &mut Fields<'a>) -> Said {
    if !why.starts_with("timed out") && !why.starts_with("failed") {
        return Said::Other;
    }
    tail(what, fields);
    fields.text = Some(what);
    about(fields, Grain::Attempt, Instant::End);
    fields.ok = Some(false);
    Said::AboutACall
}

/// `retrying, N attempts remaining`, `error; no more retries left`.
fn tail(text: &str, fields: &mut Fields<'_>) {
    if let Some(left) = scan::between(text, "retrying, ", ' ') {
        fields.retries_left = left.parse().ok();
    } else if text.contains("no more retries left") {
        fields.retries_left = Some(0);
    }
}

/// The `util.inspect` object under a DEBUG line.
fn object<'a>(message: &'a str, fields: &mut Fields<'a>) {
    let Some(object) = dump::start(message) else { return };
    dump::walk(object, &mut |path, value| match (path.parent(), path.key()) {
        ("", "url") => fields.url = Some(value),
        ("", "status") => fields.status = scan::status(value),
        ("", "durationMs") => fields.duration_ms = scan::number(value).map(|(ms, _)| ms),
        ("", "retryOf" | "retryOfRequestLogID") => fields.sdk_retry_of = Some(value),
        ("" | "options", "method") => fields.method = Some(value),
        ("body", "model") => fields.model = Some(value),
        ("body" | "options", "stream") => fields.stream = Some(value == "true"),
        ("headers", name) => {
            headers::response(name, value, fields);
            headers::request(name, value, fields);
        }
        _ => {}
    });
}

/// `request <url> {`, `response 200 <url> Headers {`, `response (error; retrying, 1 attempts remaining) 500 <url> {`.
fn version_4<'a>(rest: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(url) = rest.strip_prefix("request ") {
        fields.url = url.split(' ').next();
        object(message, fields);
        return Some(about(fields, Grain::Start, Instant::Start));
    }
    let after = rest.strip_prefix("response ")?;
    // The tail nests: `(error; (error; not retryable)) 500 …`.
    let after = after.rsplit_once(") ").map_or(after, |(_, after)| after);
    let status = scan::status(after)?;
    let url = after.split(' ').nth(1)?;
    if !providers::is_llm_url(url) {
        return None;
    }
    // The first object is the response's headers, the second its body.
    if let Some(headers) = dump::start(message) {
        dump::walk(headers, &mut |path, value| headers::response(path.key(), value, fields));
    }
    tail(rest, fields);
    fields.status = Some(status);
    fields.url = Some(url);
    Some(about(fields, Grain::Attempt, Instant::End))
}
