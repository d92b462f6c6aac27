//! What openai-python 0.x says: logfmt with sorted keys and Python quoting, `message='OpenAI API response' …`.

use super::said::Said;
use super::{pairs, scan};
use crate::model::{Fields, Grain, Instant};

/// The keys that sort first in the lines of 0.x; a search of every line would cost more than all else.
const BEGINNINGS: [&str; 3] = ["message='", "error_code=", "api_version="];

/// Reads one line of openai-python 0.x. formats.md 1.2.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if !BEGINNINGS.iter().any(|start| line.starts_with(start)) {
        return None;
    }
    let message = match line.strip_prefix("message='") {
        Some(rest) => rest.split('\'').next()?,
        None => scan::between(line, " message='", '\'')?,
    };
    let (grain, instant) = match message {
        "OpenAI API response" => (Grain::Attempt, Instant::End),
        "Request to OpenAI API" | "Post details" => (Grain::Start, Instant::Start),
        "OpenAI API error received" => (Grain::Detail, Instant::Unknown),
        _ => return None,
    };
    fields.ok = None;
    for (key, value) in pairs::Pairs::of(line) {
        match key {
            "method" => fields.method = Some(value),
            "path" => fields.url = Some(value),
            "request_id" => fields.x_request_id = Some(value).filter(|id| *id != "None"),
            "response_code" => fields.status = scan::status(value),
            "error_code" => fields.error_code = Some(value).filter(|code| *code != "None"),
            "error_type" => fields.error_type = Some(value).filter(|kind| *kind != "None"),
            "error_message" => fields.error_message = Some(value),
            "data" => super::dump::walk(value, &mut |path, value| match (path.depth(), path.key()) {
                (0, "model") => fields.model = Some(value),
                (0, "stream") => fields.stream = Some(value == "true"),
                _ => {}
            }),
            _ => {}
        }
    }
    fields.grain = grain;
    fields.instant = instant;
    Some(Said::AboutACall)
}
