//! A provider's error body inside an exception's text.

use super::exception::Raised;
use super::{dump, scan};

/// How far into a text its body's first brace may stand: behind a class, a status and a reason phrase.
const BODY_WITHIN: usize = 200;

/// Fills what the body says. Shapes: errors.md 2 (OpenAI, Anthropic, Gemini, Azure, gateways).
pub(super) fn read<'a>(text: &'a str, raised: &mut Raised<'a>) {
    if let Some(at) = memchr::memchr(b'{', text.as_bytes()).filter(|at| *at < BODY_WITHIN)
        && let Some(body) = text.get(at..)
    {
        let mut message = None;
        dump::walk(body, &mut |path, value| match (path.parent(), path.key()) {
            ("error", "message") | ("", "message") => message = message.or(Some(value)),
            ("error", "type") => raised.error_type = raised.error_type.or(Some(value)),
            ("", "type") if value != "error" => raised.error_type = raised.error_type.or(Some(value)),
            ("error", "status") if scan::status(value).is_none() => raised.error_type = raised.error_type.or(Some(value)),
            // Azure and gateways repeat the status as the code.
            ("error" | "", "code" | "statusCode" | "status") => match scan::status(value) {
                Some(status) => raised.status = raised.status.or(Some(status)),
                None if path.key() == "code" => raised.error_code = raised.error_code.or(Some(value)),
                None => {}
            },
            ("", "request_id" | "requestID") => raised.x_request_id = Some(value),
            _ => {}
        });
        raised.message = message.or(raised.message);
    }
    if raised.x_request_id.is_none() {
        raised.x_request_id = id_in_prose(text).or_else(|| id_in_headers(text));
    }
}

/// `(Please include the request ID req_… in your message.)`: OpenAI's own texts, errors.md 7.
fn id_in_prose(text: &str) -> Option<&str> {
    let id = scan::between(text, "request ID ", ' ')?;
    let id = id.trim_end_matches(['.', ')', ',']);
    let word = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (word && id.len() >= 8).then_some(id)
}

/// The id among headers that a text lists line by line: Azure's client library for .NET.
fn id_in_headers(text: &str) -> Option<&str> {
    let (_, headers) = text.split_once("\nHeaders:\n")?;
    headers.lines().find_map(|line| {
        let (name, value) = line.trim().split_once(": ")?;
        ["apim-request-id", "x-request-id"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
            .then_some(value)
    })
}

/// The status in the title of an HTML page: `<title>502 Bad Gateway</title>`.
pub(super) fn html_status(text: &str) -> Option<u16> {
    let mut end = text.len().min(BODY_WITHIN * 5);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end)?;
    let at = head.find("<title>").or_else(|| head.find("<TITLE>"))?;
    scan::status(head.get(at + 7..)?.trim_start())
}
