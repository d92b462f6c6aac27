//! What openai-go's debug middleware prints: raw exchanges until August 2026, metadata since.

use super::said::Said;
use super::{dump, headers, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads `Request Content:` and `Response Content:` with the raw HTTP text under them, and `Request Metadata: {…}` and
/// `Response Metadata: {"status_code":500,…}`. formats.md 1.12.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(object) = line.strip_prefix("Response Metadata: ") {
        return Some(metadata(object, fields));
    }
    if line.starts_with("Request Metadata: ") {
        fields.ok = None;
        fields.grain = Grain::Start;
        fields.instant = Instant::Start;
        return Some(Said::AboutACall);
    }
    match line.trim_end() {
        "Request Content:" => Some(request(rest, fields).unwrap_or(Said::Other)),
        "Response Content:" => Some(response(rest, fields).unwrap_or(Said::Other)),
        _ => None,
    }
}

fn metadata<'a>(object: &'a str, fields: &mut Fields<'a>) -> Said {
    dump::walk(object, &mut |path, value| match (path.parent(), path.key()) {
        ("", "status_code") => fields.status = scan::status(value),
        ("headers", name) => headers::response(name, value, fields),
        _ => {}
    });
    ended(fields)
}

fn ended(fields: &mut Fields<'_>) -> Said {
    if fields.status.is_none() {
        return Said::Other;
    }
    fields.ok = None;
    fields.grain = Grain::Attempt;
    fields.instant = Instant::End;
    Said::AboutACall
}

/// `POST /v1/chat/completions HTTP/1.1`, headers, a body.
fn request<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (first, headers) = scan::first_line(text);
    let mut words = first.split(' ');
    fields.method = words.next();
    fields.url = Some(words.next().filter(|path| providers::is_llm_url(path))?);
    each_header(headers, |name, value| {
        if name.eq_ignore_ascii_case("host") {
            fields.server_address = Some(value);
        }
        headers::request(name, value, fields);
    });
    fields.ok = None;
    fields.grain = Grain::Start;
    fields.instant = Instant::Start;
    Some(Said::AboutACall)
}

/// `HTTP/2.0 500 Internal Server Error`, headers, a body.
fn response<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (first, rest) = scan::first_line(text);
    let (_, status) = first.strip_prefix("HTTP/")?.split_once(' ')?;
    fields.status = scan::status(status);
    let body = each_header(rest, |name, value| headers::response(name, value, fields));
    if fields.status.is_some_and(|status| status >= 400) {
        fields.error_message = Some(body.trim()).filter(|body| !body.is_empty());
    }
    Some(ended(fields))
}

/// Calls `take` for every header up to the empty line, and gives what is behind it.
fn each_header<'a>(text: &'a str, mut take: impl FnMut(&'a str, &'a str)) -> &'a str {
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = scan::first_line(rest);
        rest = after;
        match line.split_once(": ") {
            Some((name, value)) if !name.contains(' ') => take(name, value.trim_end()),
            _ => break,
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::Fields;

    #[test]
    fn a_raw_response_gives_its_status_and_id() {
        let raw = "HTTP/2.0 500 Internal Server Error\r\nX-Request-Id: req_1\r\n\r\n{\"error\":{}}";
        let mut fields = Fields::default();
        read("Response Content:", raw, &mut fields);
        assert_eq!((fields.status, fields.x_request_id), (Some(500), Some("req_1")));
        assert_eq!(fields.error_message, Some("{\"error\":{}}"));
    }
}
