//! Reads the rows that hosted gateways export, one JSON object a call: the same facts under each gateway's own names.
//!
//! A gateway is a table ([`Dialect`]). Its rows may stand by themselves, in an array, or in the answer of its API.
//! Bodies are looked at where a call failed, and stepped over elsewhere: a prompt may speak of errors.

use super::format::{Fit, Format, Unread};
use super::header_map;
use super::json_values::{Unescaped, each, marks_in, raw};
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value, items};
use crate::text::scan;

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A time stamp of which it is not said whether it is the start or the end.
    Stamp,
    /// When the request came.
    Start,
    /// When the answer had been given.
    End,
    /// Milliseconds.
    DurationMs,
    /// The status; gateways write what is none as a number below zero.
    Status,
    /// Whether it went well.
    Success,
    /// Why the answer ended: it had one.
    Finish,
    /// A URL or a path; one with a host outranks one without.
    Url,
    /// The kind of API, by a word of the gateway's: chats are completions.
    ApiType,
    /// The method.
    Method,
    /// The model.
    Model,
    /// The model where there is no better word.
    OtherModel,
    /// The provider.
    Provider,
    /// The gateway's id of the call.
    OwnId,
    /// Whether it was streamed.
    Stream,
    /// Tokens of the prompt.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// The caller gave up.
    Cancelled,
    /// The gateway's word on the end, which its file in `signatures` knows.
    Flag,
    /// The answers of the providers that were tried: an array of objects with a `status`.
    Answers,
    /// The request as an object, with `url`, `method` and `headers`.
    Request,
    /// The answer as an object, with `status`, `headers` and `body`.
    Response,
    /// The answer's body.
    Body,
}

/// A gateway's names.
pub(super) struct Dialect {
    /// The format's name.
    pub(super) name: &'static str,
    /// Names that nobody else writes together.
    pub(super) marks: &'static [&'static str],
    /// How many of them a row needs.
    pub(super) fewest: usize,
    /// What the columns tell.
    pub(super) columns: &'static [(&'static str, Column)],
    /// Where the rows stand in the answer of the gateway's API.
    pub(super) within: &'static str,
    /// Lines as the gateway's documentation shows them.
    pub(super) samples: &'static [&'static str],
    /// Where it is documented.
    pub(super) source: &'static str,
}

/// The routes by their last words, the longest first: rows name them without version or slash (OpenAI's and Anthropic's
/// API references).
const ROUTES: [(&str, &str); 9] = [
    ("chat/completions", CHAT),
    ("completions", "/v1/completions"),
    ("responses", "/v1/responses"),
    ("embeddings", "/v1/embeddings"),
    ("messages", "/v1/messages"),
    ("moderations", "/v1/moderations"),
    ("images/generations", "/v1/images/generations"),
    ("audio/speech", "/v1/audio/speech"),
    ("audio/transcriptions", "/v1/audio/transcriptions"),
];

/// The route of a chat.
const CHAT: &str = "/v1/chat/completions";

/// A path as it is, or the route that a path without its first slash means; `None` where it means none.
fn route(path: &str) -> Option<&str> {
    if path.starts_with('/') || path.contains("://") {
        return Some(path);
    }
    let words = path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/');
    ROUTES.iter().find(|(end, _)| words.ends_with(end)).map(|(_, route)| *route)
}

#[derive(Default)]
struct Row<'a> {
    marks: usize,
    start: Option<&'a str>,
    end: Option<&'a str>,
    body: Option<Value<'a>>,
    cancelled: bool,
}

impl Dialect {
    fn row(&self, text: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
        let unescaped = Unescaped::default();
        let mut fields = Fields::default();
        let mut row = Row::default();
        for (name, value) in members.by_ref() {
            row.marks += usize::from(self.marks.contains(&name));
            if let Some((_, column)) = self.columns.iter().find(|(known, _)| *known == name) {
                fill(&mut fields, &mut row, *column, value, &unescaped);
            }
        }
        if row.marks < self.fewest {
            return Err(Unread::NotThisFormat);
        }
        if !members.is_whole() {
            return Err(Unread::CutShort);
        }
        if let Some(end) = row.end {
            (fields.timestamp, fields.instant) = (Some(end), Instant::End);
        } else if let Some(start) = row.start {
            (fields.timestamp, fields.instant) = (Some(start), Instant::Start);
        }
        if row.cancelled {
            fields.status = Some(CANCELLED);
        } else if fields.ok == Some(true) {
            fields.status = fields.status.or(Some(200));
        }
        let failed = fields.ok == Some(false) || fields.status.is_some_and(|status| status >= 400);
        if let Some(body) = row.body.filter(|_| failed) {
            error(&mut fields, body, &unescaped);
        }
        emit(&fields);
        Ok(())
    }

    /// The rows of an array.
    fn rows(&self, array: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let mut read = Err(Unread::NotThisFormat);
        for item in items(array) {
            let Value::Object(row) = item else {
                return Err(Unread::NotThisFormat);
            };
            self.row(row, emit)?;
            read = Ok(());
        }
        read
    }

    /// The rows of the API's answer.
    fn answer(&self, text: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let within = Members::of(text)
            .and_then(|mut members| members.find(|(name, _)| *name == self.within))
            .ok_or(Unread::NotThisFormat)?;
        match within.1 {
            Value::Object(row) => self.row(row, emit),
            Value::Array(rows) => self.rows(rows, emit),
            _ => Err(Unread::NotThisFormat),
        }
    }
}

/// The status by which nginx, and `normalise`, know that the caller gave up.
const CANCELLED: u16 = 499;

fn fill<'a>(fields: &mut Fields<'a>, row: &mut Row<'a>, column: Column, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !text.is_empty() && *text != "null");
    let count = || text().and_then(|text| text.parse().ok());
    match column {
        Column::Stamp => fields.timestamp = text(),
        Column::Start => row.start = text(),
        Column::End => row.end = text(),
        Column::DurationMs => fields.duration_ms = text().and_then(|text| scan::scaled(text, 0)).filter(|ms| *ms >= 0.0),
        Column::Status => match text() {
            Some(below) if below.starts_with('-') => fields.proxy_flag = Some(below),
            text => fields.status = text.and_then(scan::status).filter(|status| *status > 0).or(fields.status),
        },
        Column::Success => fields.ok = text().and_then(truth),
        Column::Finish => fields.ok = text().map(|why| why != "error"),
        Column::Url => {
            let url = unescaped.text(value).and_then(route);
            let outranks = url.is_some_and(|url| url.contains("://"));
            fields.url = if outranks { url } else { fields.url.or(url) };
        }
        Column::ApiType => {
            fields.url = text()
                .map(|kind| if kind == "completions" { CHAT } else { kind })
                .and_then(route)
        }
        Column::Method => fields.method = text(),
        Column::Model => fields.model = text().or(fields.model),
        Column::OtherModel => fields.model = fields.model.or_else(text),
        Column::Provider => fields.provider = text(),
        Column::OwnId => fields.gateway_request_id = fields.gateway_request_id.or_else(text),
        Column::Stream => fields.stream = text().and_then(truth),
        Column::InputTokens => fields.input_tokens = count(),
        Column::OutputTokens => fields.output_tokens = count(),
        Column::Cancelled => row.cancelled = text() == Some("true"),
        Column::Flag => fields.proxy_flag = text(),
        Column::Answers => answers(fields, value),
        Column::Request | Column::Response => nested(fields, row, column, value, unescaped),
        Column::Body => row.body = Some(value),
    }
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "TRUE" => Some(true),
        "0" | "false" | "FALSE" => Some(false),
        _ => None,
    }
}

fn nested<'a>(fields: &mut Fields<'a>, row: &mut Row<'a>, column: Column, value: Value<'a>, unescaped: &'a Unescaped) {
    let Value::Object(object) = value else { return };
    for (name, value) in Members::of(object).into_iter().flatten() {
        match (name, column) {
            ("url", Column::Request) => fill(fields, row, Column::Url, value, unescaped),
            ("method", Column::Request) => fill(fields, row, Column::Method, value, unescaped),
            ("headers", Column::Request) => each(value, |name, value| header_map::request_header(fields, name, value)),
            ("status", Column::Response) => fill(fields, row, Column::Status, value, unescaped),
            ("headers", Column::Response) => each(value, |name, value| header_map::response_header(fields, name, value)),
            ("body", Column::Response) => row.body = Some(value),
            _ => {}
        }
    }
}

/// The last provider's own status, and that it answered.
fn answers(fields: &mut Fields<'_>, value: Value<'_>) {
    let Value::Array(answers) = value else { return };
    for answer in items(answers) {
        let Value::Object(answer) = answer else { continue };
        let status = Members::of(answer).and_then(|mut members| members.find(|(name, _)| *name == "status"));
        fields.status = status.and_then(|(_, status)| raw(status)).and_then(scan::status);
        fields.upstream_header_ms = fields.status.map(|_| Some(0.0));
    }
}

/// The error in a body, which is an object or a text that holds one.
fn error<'a>(fields: &mut Fields<'a>, body: Value<'a>, unescaped: &'a Unescaped) {
    let body = match body {
        Value::Object(body) => Some(body),
        body => unescaped.text(body).filter(|body| !matches!(*body, "" | "null")),
    };
    fields.error_message = body;
    let Some(members) = body.and_then(Members::of) else { return };
    for (_, error) in members.filter(|(name, _)| *name == "error") {
        let Value::Object(error) = error else { continue };
        for (name, value) in Members::of(error).into_iter().flatten() {
            let text = raw(value).filter(|text| *text != "null");
            match name {
                "type" => fields.error_type = text,
                "code" => fields.error_code = text,
                _ => {}
            }
        }
    }
}

impl Format for Dialect {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let is_json = matches!(line.trim_ascii_start().first(), Some(b'{' | b'['));
        if !is_json || marks_in(line, self.marks) < self.fewest {
            return Fit::No;
        }
        match self.parse(line, &mut |_| {}) {
            Ok(()) => Fit::Yes,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let text = text.trim();
        if text.starts_with('[') {
            return self.rows(text, emit);
        }
        match self.row(text, emit) {
            Err(Unread::NotThisFormat) => self.answer(text, emit),
            read => read,
        }
    }

    fn samples(&self) -> &'static [&'static str] {
        self.samples
    }

    fn source(&self) -> &'static str {
        self.source
    }
}
