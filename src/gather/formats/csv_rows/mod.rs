//! Reads rows with a header line that names their columns: what dashboards, warehouses and hosted gateways export as CSV.
//!
//! A column means what a key of that name means on a JSON line; a row of a gateway whose JSON is known is read as that:
//! OpenRouter's activity, what `@helicone/export` writes, Cloudflare's Logpush where the job's `batch_prefix` is the header. Rows
//! are parted by comma, semicolon or tab, and quoted as RFC 4180 has it. A quoted value may run over several lines where
//! the time stands in a column before it, by which the first line of a row is told.
//! <https://www.rfc-editor.org/rfc/rfc4180>

mod cells;
#[cfg(test)]
mod tests;

use super::format::{Fit, Format, Unread};
use super::told::Told;
use super::{cloudflare_ai_gateway, cloudflare_logpush, helicone, openrouter, portkey};
use crate::gather::frame::Framing;
use crate::gather::keys::{self, Key};
use crate::model::{Fields, Vantage};
use crate::text::scan;
pub(in crate::gather) use cells::cells;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The format, with the columns of its rows.
pub(super) struct CsvRows {
    /// `None`: those that the record's own first line names.
    header: Option<Header>,
}

impl CsvRows {
    /// The format of sources that are not looked into yet.
    pub(super) const ANY: Self = Self { header: None };
}

/// What parts the columns.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A line with more columns is no header of a log of calls.
const MOST_COLUMNS: usize = 256;

/// Columns whose names mean something, below which a table is not about calls.
const FEWEST_KNOWN: usize = 3;

/// Gateways whose rows have the names of their JSON.
static GATEWAYS: [&'static dyn Format; 5] = [
    &cloudflare_logpush::CloudflareLogpush,
    &cloudflare_ai_gateway::CLOUDFLARE_AI_GATEWAY,
    &helicone::HELICONE,
    &openrouter::OPENROUTER,
    &portkey::PORTKEY,
];

/// Whether a line is the header of a table of calls, and no store's of lines.
pub(in crate::gather) fn is_table_of_calls(line: &[u8]) -> bool {
    Header::of(line).is_some()
}

/// What a source's first line says of all others.
struct Header {
    delimiter: u8,
    names: Vec<String>,
    /// What the columns tell, where no gateway's format reads the rows.
    keys: Vec<Option<Key>>,
    gateway: Option<&'static dyn Format>,
    /// The column of the time.
    time: Option<usize>,
}

impl Header {
    /// The header that a line is; `None` where its names are not those of a table of calls.
    fn of(line: &[u8]) -> Option<Self> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_end();
        let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, line).count();
        let delimiter = DELIMITERS.into_iter().max_by_key(count)?;
        if !(FEWEST_KNOWN - 1..MOST_COLUMNS).contains(&count(&delimiter)) {
            return None;
        }
        let line = std::str::from_utf8(line).ok()?;
        let names = cells(line, delimiter).map(|name| Some(name.ok()?.trim().to_owned()));
        let names: Vec<String> = names.collect::<Option<_>>()?;
        let keys: Vec<Option<Key>> = names.iter().map(|name| keys::key(name)).collect();
        let header = Self {
            delimiter,
            time: keys
                .iter()
                .position(|key| matches!(key, Some(Key::Timestamp | Key::StartTime))),
            gateway: None,
            names,
            keys,
        };
        (header.is_about_calls() || header.of_gateway()).then_some(header)
    }

    /// Whether the names are words for a time, for an end and for what was called. The list of failures that a report of
    /// ours consists of is no log.
    fn is_about_calls(&self) -> bool {
        let has = |wanted: &[Key]| self.keys.iter().flatten().any(|key| wanted.contains(key));
        let is_ours = ["reached_provider", "decided_by"]
            .iter()
            .all(|ours| self.names.iter().any(|name| name == ours));
        self.time.is_some()
            && has(&[Key::Status, Key::ErrorType, Key::ErrorCode, Key::ErrorMessage, Key::Success])
            && has(&[Key::Model, Key::Url, Key::ServerAddress, Key::XRequestId, Key::RequestId])
            && self.keys.iter().flatten().count() >= FEWEST_KNOWN
            && !is_ours
    }

    /// Whether a gateway's own names are among the columns.
    fn of_gateway(&self) -> bool {
        let marks = [
            "RayID",
            "EdgeStartTimestamp",
            "generation_id",
            "model_permaslug",
            "request_created_at",
            "response_created_at",
        ];
        marks
            .iter()
            .filter(|mark| self.names.iter().any(|name| name == *mark))
            .count()
            > 1
    }

    /// As many cells as there are columns.
    fn cells<'a>(&self, row: &'a str) -> Result<Vec<Cow<'a, str>>, Unread> {
        let cells: Vec<Cow<'a, str>> = cells(row, self.delimiter)
            .take(self.names.len() + 1)
            .collect::<Result<_, _>>()?;
        if cells.len() == self.names.len() {
            Ok(cells)
        } else {
            Err(Unread::NotThisFormat)
        }
    }

    /// Whether cells are the header itself, which files that were put together repeat.
    fn is_repeated(&self, cells: &[Cow<'_, str>]) -> bool {
        cells.iter().zip(&self.names).all(|(value, name)| value.trim() == name)
    }

    /// Reads one row.
    fn row(&self, row: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let cells = self.cells(row)?;
        if self.is_repeated(&cells) {
            return Ok(());
        }
        if let Some(gateway) = self.gateway {
            return gateway.parse(self.object(&cells).as_bytes(), emit);
        }
        let mut told = Told::default();
        for (key, value) in self.keys.iter().zip(&cells) {
            if let Some(key) = key {
                told.set(*key, value.trim());
            }
        }
        told.emit(emit);
        Ok(())
    }

    /// A row as the object that a gateway's JSON would be; an empty cell is a value that is not there.
    fn object(&self, cells: &[Cow<'_, str>]) -> String {
        let mut object = String::from("{");
        for (name, value) in self.names.iter().zip(cells).filter(|(_, value)| !value.is_empty()) {
            object.push_str(if object.len() > 1 { "," } else { "" });
            let _ = write!(
                object,
                "{}:{}",
                serde_json::Value::from(&**name),
                serde_json::Value::from(&**value)
            );
        }
        object.push('}');
        object
    }

    /// Whether a line is the first of a row: it has the row's columns, or a quote in it is left open behind the time.
    fn starts_row(&self, line: &str) -> bool {
        match self.cells(line) {
            Ok(cells) => self.is_repeated(&cells) || self.time.and_then(|at| cells.get(at)).is_none_or(|time| is_stamp(time)),
            Err(Unread::NotThisFormat) => false,
            Err(Unread::CutShort) => {
                let time = self.time.and_then(|at| cells(line, self.delimiter).nth(at));
                time.is_some_and(|time| time.is_ok_and(|time| is_stamp(&time)))
            }
        }
    }
}

/// Whether a value can be a time.
fn is_stamp(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit()) && value.len() <= LONGEST_STAMP
}

/// Letters of the longest stamps: a weekday, a date, a time and a zone in words.
const LONGEST_STAMP: usize = 48;

impl Format for CsvRows {
    fn name(&self) -> &'static str {
        let gateway = self.header.as_ref().and_then(|header| header.gateway);
        gateway.map_or("csv", Format::name)
    }

    fn vantage(&self) -> Vantage {
        let gateway = self.header.as_ref().and_then(|header| header.gateway);
        gateway.map_or(Vantage::Application, Format::vantage)
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        self.header.as_ref().is_none_or(|header| header.starts_row(&scan::text(line)))
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let fits = match &self.header {
            Some(header) => header.starts_row(&scan::text(line)),
            None => Header::of(line).is_some(),
        };
        if fits { Fit::Yes } else { Fit::No }
    }

    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        let (first, rows) = head.split_at(memchr::memchr(b'\n', head).unwrap_or(head.len()));
        let mut header = Header::of(first)?;
        // A gateway's format knows its own by the values too.
        header.gateway = rows.split(|byte| *byte == b'\n').find_map(|row| {
            let row = scan::text(row);
            let cells = header.cells(&row).ok()?;
            let object = header.object(&cells);
            GATEWAYS
                .into_iter()
                .find(|gateway| gateway.fit(object.as_bytes()) == Fit::Yes)
        });
        (header.gateway.is_some() || header.is_about_calls())
            .then(|| -> &'static dyn Format { Box::leak(Box::new(Self { header: Some(header) })) })
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        if let Some(header) = &self.header {
            return header.row(&scan::text(record), emit);
        }
        let (first, rows) = record.split_at(memchr::memchr(b'\n', record).unwrap_or(record.len()));
        let header = Header::of(first).ok_or(Unread::NotThisFormat)?;
        let rows = rows.split(|byte| *byte == b'\n').filter(|row| !row.is_empty());
        rows.map(|row| header.row(&scan::text(row), emit))
            .find(Result::is_err)
            .unwrap_or(Ok(()))
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "timestamp,level,model,endpoint,status,latency_ms,request_id,error_type,error_message\n\
             2025-03-06T14:02:45.120Z,error,gpt-4o,/v1/chat/completions,503,812,req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa,server_error,\"The model is overloaded, try \"\"later\"\"\"",
            "Time;Status Code;Model;Duration (ms);X-Request-ID\n\
             2025-03-06 14:02:45;200;gpt-4o-mini;640;req_0f8fad5bd9cb469fa16570867728950e",
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.rfc-editor.org/rfc/rfc4180"
    }
}
