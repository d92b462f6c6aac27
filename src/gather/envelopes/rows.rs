//! Rows of what consoles and log stores export as CSV: a time, the line, and what the store knows of it.
//!
//! The header tells where the line stands, so a row becomes the object that the store's API gives, which the envelopes of
//! objects read. A quoted line goes on over as many lines as it had.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_Export.html>,
//! <https://learn.microsoft.com/azure/azure-monitor/logs/log-analytics-tutorial>,
//! <https://docs.datadoghq.com/logs/explorer/export/>, <https://help.splunk.com/en/splunk-enterprise/search/search-manual/export-search-results>,
//! <https://www.elastic.co/docs/explore-analyze/report-and-share>, <https://grafana.com/docs/grafana/latest/explore/logs-integration/>

use crate::gather::formats::{cells, is_table_of_calls};
use crate::text::scan;
use memchr::memchr;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What parts columns.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A header with more columns is of no export of lines.
const MOST_COLUMNS: usize = 255;

/// Names of the column that holds the line, in small letters: those that only stores write first.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "@message", "_raw", "log_s", "logmessage", "logentry", "textpayload", "resultdescription", "event.original", "message", "line",
    "log", "msg", "content",
];

/// Names of the column that holds the time, the finest first.
#[rustfmt::skip]
const TIMES: &[&str] = &[
    "@timestamp", "_time", "timestampinms", "tsns", "timegenerated", "timestamp", "time_generated", "timeutc", "time", "date",
    "datetime", "ts",
];

/// Names of the column that holds the host, pod or instance.
#[rustfmt::skip]
const HOSTS: &[&str] = &[
    "@logstream", "kubernetes.pod.name", "kubernetes.pod_name", "pod", "podname", "pod_name", "containergroupname_s", "replicaname_s",
    "host", "hostname", "host.name", "computer",
];

/// Where a header's columns are that say anything of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    delimiter: u8,
    count: u8,
    line: u8,
    time: u8,
    host: Option<u8>,
}

impl Columns {
    /// Those of the header that a source begins with; `None` where it is none, or that of a table of calls.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let first = head.get(..memchr(b'\n', head)?)?.trim_ascii_end();
        let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, first).count();
        let delimiter = DELIMITERS.into_iter().max_by_key(count)?;
        if !(1..MOST_COLUMNS).contains(&count(&delimiter)) || is_table_of_calls(first) {
            return None;
        }
        let header = std::str::from_utf8(first).ok()?;
        let names: Option<Vec<String>> = cells(header, delimiter).map(|name| Some(plain_name(&name.ok()?))).collect();
        Self::named(&names?, delimiter)
    }

    /// Those of columns with these names, in small letters.
    pub(super) fn named(names: &[String], delimiter: u8) -> Option<Self> {
        let place = |wanted: &[&str]| {
            let found = wanted.iter().find_map(|wanted| names.iter().position(|name| name == wanted));
            found.and_then(|at| u8::try_from(at).ok())
        };
        Some(Self {
            delimiter,
            count: u8::try_from(names.len()).ok()?,
            line: place(LINES)?,
            time: place(TIMES)?,
            host: place(HOSTS),
        })
    }

    /// Where the row at the start of the bytes ends, seen from `state`, which is kept between calls.
    pub(super) fn end(self, bytes: &[u8], state: &mut Within) -> Option<usize> {
        while let Some(byte) = bytes.get(state.seen) {
            state.seen += 1;
            match byte {
                // A doubled quote closes and opens again.
                b'"' if state.is_quoted || state.is_cell_start => state.is_quoted = !state.is_quoted,
                b'\n' if !state.is_quoted => return Some(std::mem::take(state).seen),
                _ => {}
            }
            // Behind a closing quote another one may stand.
            state.is_cell_start = *byte == self.delimiter || *byte == b'"';
        }
        None
    }

    /// A row as an object in `scratch`; nothing of a header, and of what is no such row.
    pub(super) fn object<'a>(self, row: &[u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        scratch.clear();
        let row = scan::text(row);
        let found: Result<Vec<_>, _> = cells(&row, self.delimiter).take(MOST_COLUMNS).collect();
        if let Ok(found) = found {
            self.write(&found, scratch);
        }
        scratch
    }

    /// Writes the object that these cells stand for behind what stands in `scratch`; nothing of a header, and of what is no
    /// such row.
    pub(super) fn write(self, found: &[Cow<'_, str>], scratch: &mut Vec<u8>) {
        let cell = |at: u8| found.get(usize::from(at)).map_or("", |cell| cell.trim_end());
        let time = cell(self.time);
        if found.len() != usize::from(self.count) || !time.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        let mut object = format!("{{\"_time\":{}", serde_json::Value::from(time));
        if let Some(host) = self.host.map(cell).filter(|host| !host.is_empty()) {
            let _ = write!(object, ",\"host\":{}", serde_json::Value::from(host));
        }
        let _ = write!(object, ",\"_raw\":{}}}", serde_json::Value::from(cell(self.line)));
        scratch.extend_from_slice(object.as_bytes());
    }
}

/// How far a row was looked at.
#[derive(Debug)]
pub(super) struct Within {
    seen: usize,
    is_quoted: bool,
    is_cell_start: bool,
}

impl Default for Within {
    fn default() -> Self {
        Self {
            seen: 0,
            is_quoted: false,
            is_cell_start: true,
        }
    }
}

/// A column's name in small letters: `TimeGenerated [UTC]` is the portal's `TimeGenerated`, `message.keyword` Kibana's `message`.
fn plain_name(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}');
    let name = name.split(" [").next().unwrap_or(name);
    let name = name.strip_suffix(".keyword").unwrap_or(name);
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Columns, Within};

    fn object(header: &str, row: &str) -> Option<String> {
        let columns = Columns::of(format!("{header}\n").as_bytes())?;
        let mut scratch = Vec::new();
        Some(String::from_utf8_lossy(columns.object(row.as_bytes(), &mut scratch)).into_owned())
    }

    #[test]
    fn a_row_is_the_object_of_its_store() {
        let row = "2026-11-19 15:03:20.123,\"{\"\"level\"\":\"\"error\"\"}\"";
        assert_eq!(
            object("@timestamp,@message", row).as_deref(),
            Some(r#"{"_time":"2026-11-19 15:03:20.123","_raw":"{\"level\":\"error\"}"}"#)
        );
        let row = "\"11/19/2026, 3:03:20.123 PM\",web,one,stdout";
        assert_eq!(
            object("TimeGenerated [UTC],PodName,Log_s,Stream_s", row).as_deref(),
            Some(r#"{"_time":"11/19/2026, 3:03:20.123 PM","host":"web","_raw":"one"}"#)
        );
        assert_eq!(
            object("Date,Host,Service,Message", "Date,Host,Service,Message").as_deref(),
            Some("")
        );
    }

    #[test]
    fn a_table_of_calls_and_what_is_no_table_are_left_alone() {
        for header in [
            "timestamp,level,model,endpoint,status,message",
            "2026-11-19 15:03:20,123 INFO message",
            "name,price",
            "time,level",
        ] {
            assert_eq!(object(header, ""), None, "{header}");
        }
    }

    #[test]
    fn a_quoted_line_goes_on_and_a_quote_within_a_cell_is_one() {
        let columns = Columns::of(b"_time,_raw\n").unwrap();
        let end = |row: &str| columns.end(row.as_bytes(), &mut Within::default());
        assert_eq!(end("1,\"a\n\"\"b\"\"\nc\"\nnext"), Some(14));
        assert_eq!(end("1,say \"hi\nnext"), Some(10));
        assert_eq!(end("1,\"a\nb"), None);
    }
}
