//! The members of one entry that matter.

use crate::gather::formats::format::Unread;
use crate::gather::formats::json_values::{Unescaped, raw};
use crate::gather::messages::headers;
use crate::model::Fields;
use crate::text::json::{Members, Value, items};
use crate::text::scan;

/// Kinds of requests that fetch parts of a page or ask for leave, as Chrome names them (Chrome DevTools Protocol,
/// `Network.ResourceType`): no calls.
const PARTS_OF_PAGES: [&str; 13] = [
    "stylesheet",
    "image",
    "media",
    "font",
    "script",
    "texttrack",
    "prefetch",
    "manifest",
    "signedexchange",
    "ping",
    "csp-violation-report",
    "preflight",
    "cspviolationreport",
];

/// The same by the name of the file, for tools that do not name the kind.
const FILES_OF_PAGES: [&str; 13] = [
    ".js", ".mjs", ".css", ".map", ".png", ".svg", ".ico", ".jpg", ".webp", ".gif", ".woff", ".woff2", ".ttf",
];

/// One entry's members that matter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry<'a> {
    pub(super) started: Option<&'a str>,
    pub(super) time: Option<f64>,
    pub(super) server: Option<&'a str>,
    /// Milliseconds from the request's last byte to the answer's first.
    pub(super) waited: Option<f64>,
    pub(super) request: Option<&'a str>,
    pub(super) response: Option<&'a str>,
    /// Why the exchange broke, where the tool says so beside the response.
    pub(super) failure: Option<Value<'a>>,
    kind: Option<&'a str>,
    is_from_cache: bool,
}

impl<'a> Entry<'a> {
    /// Reads an entry.
    ///
    /// # Errors
    /// It is none, or breaks off.
    pub(super) fn read(text: &'a str) -> Result<Self, Unread> {
        let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
        let mut entry = Self::default();
        for (name, value) in members.by_ref() {
            match (name, value) {
                ("startedDateTime", Value::Text(text)) => entry.started = Some(text),
                ("time", value) => entry.time = raw(value).and_then(milliseconds),
                ("request", Value::Object(request)) => entry.request = Some(request),
                ("response", Value::Object(response)) => entry.response = Some(response),
                ("serverIPAddress", value) => entry.server = raw(value).filter(|address| !address.is_empty()),
                ("timings", Value::Object(timings)) => {
                    entry.waited = member(timings, "wait").and_then(raw).and_then(milliseconds);
                }
                ("_resourceType", Value::Text(kind)) => entry.kind = Some(kind),
                ("_fromCache", Value::Text(_)) => entry.is_from_cache = true,
                ("_error" | "_failureText", value) => entry.failure = said(value),
                _ => {}
            }
        }
        if !members.is_whole() {
            return Err(Unread::CutShort);
        }
        if entry.started.is_none() || entry.request.is_none() {
            return Err(Unread::NotThisFormat);
        }
        Ok(entry)
    }

    /// Whether the exchange only fetched a part of a page, or never left the machine.
    pub(super) fn is_no_call(&self, fields: &Fields<'_>, mime: &str) -> bool {
        let path = fields.url.and_then(|url| url.split(['?', '#']).next()).unwrap_or_default();
        let by_name = || {
            ["image/", "font/", "text/css", "video/"]
                .iter()
                .any(|start| mime.starts_with(start))
                || mime.contains("javascript")
                || FILES_OF_PAGES.iter().any(|ending| path.ends_with(ending))
        };
        let is_part = match self.kind {
            Some(kind) => PARTS_OF_PAGES.iter().any(|part| kind.eq_ignore_ascii_case(part)),
            None => fields.method == Some("GET") && by_name(),
        };
        is_part || self.is_from_cache || fields.method == Some("OPTIONS")
    }
}

/// Fills what the request says, and gives its body.
pub(super) fn request<'a>(text: &'a str, fields: &mut Fields<'a>, unescaped: &'a Unescaped) -> Option<Value<'a>> {
    let mut body = None;
    for (name, value) in Members::of(text).into_iter().flatten() {
        match (name, value) {
            ("method", Value::Text(method)) => fields.method = Some(method),
            ("url", value) => fields.url = unescaped.text(value),
            ("headers", Value::Array(list)) => each_header(list, |name, value| headers::request(name, value, fields)),
            ("postData", Value::Object(data)) => body = member(data, "text"),
            _ => {}
        }
    }
    body
}

/// What a response says beside [`Fields`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answer<'a> {
    pub(super) mime: &'a str,
    pub(super) body: Option<Value<'a>>,
    pub(super) encoding: Option<&'a str>,
    pub(super) failure: Option<Value<'a>>,
}

/// Fills what the response says, and gives the rest.
pub(super) fn response<'a>(text: &'a str, fields: &mut Fields<'a>) -> Answer<'a> {
    let mut answer = Answer::default();
    for (name, value) in Members::of(text).into_iter().flatten() {
        match (name, value) {
            ("status", Value::Word(status)) => fields.status = scan::status(status).filter(|status| *status > 0),
            ("headers", Value::Array(list)) => each_header(list, |name, value| headers::response(name, value, fields)),
            ("content", Value::Object(content)) => {
                for (name, value) in Members::of(content).into_iter().flatten() {
                    match name {
                        "mimeType" => answer.mime = raw(value).unwrap_or_default(),
                        "text" => answer.body = Some(value),
                        "encoding" => answer.encoding = raw(value),
                        _ => {}
                    }
                }
            }
            ("_error" | "_failureText", value) => answer.failure = said(value),
            _ => {}
        }
    }
    answer
}

fn member<'a>(object: &'a str, wanted: &str) -> Option<Value<'a>> {
    let mut members = Members::of(object)?;
    members.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// Shows every header of a list of names and values. A value with escapes is none that matters.
fn each_header<'a>(list: &'a str, mut take: impl FnMut(&'a str, &'a str)) {
    for item in items(list) {
        let Value::Object(header) = item else { continue };
        let (mut name, mut value) = (None, None);
        for (key, said) in Members::of(header).into_iter().flatten() {
            match key {
                "name" => name = raw(said),
                "value" => value = raw(said),
                _ => {}
            }
        }
        if let (Some(name), Some(value)) = (name, value.filter(|value| !value.is_empty())) {
            take(name, value);
        }
    }
}

/// A text that is there; tools write `null` and empty ones where nothing went wrong.
fn said(value: Value<'_>) -> Option<Value<'_>> {
    let is_text = matches!(value, Value::Text(text) | Value::Escaped(text) if !text.is_empty());
    is_text.then_some(value)
}

/// A duration; what is below zero does not apply.
fn milliseconds(text: &str) -> Option<f64> {
    text.parse().ok().filter(|time: &f64| time.is_finite() && *time >= 0.0)
}
