//! Whether a source is a document of records instead of a log of lines, told by its head.
//!
//! Exports of clouds, log stores and browsers put their records into one array (`[{…}, …]`, `{"records": [{…}, …]}`), and
//! `jq` prints each record over many lines. Their records are those of some log all the same.

use super::cut::Sink;
use super::items::{Items, items};
use super::window::{Refill, Window};
use crate::text::json::{Members, Value};
use std::io;

/// The arrays that exports put records into: Azure Monitor, CloudTrail and Event Hubs (`records`), CloudWatch (`events`,
/// `logEvents`), Google Cloud (`entries`), Elasticsearch and OpenSearch (`hits`), Log Analytics and OData (`value`), Datadog
/// and many query interfaces (`data`, `logs`, `items`, `results`, `rows`).
const ARRAYS: [&[&str]; 16] = [
    &["records"],
    &["Records"],
    &["events"],
    &["Events"],
    &["logEvents"],
    &["entries"],
    &["logs"],
    &["items"],
    &["data"],
    &["result"],
    &["results"],
    &["rows"],
    &["value"],
    &["requests"],
    &["hits", "hits"],
    &["data", "logs"],
];

/// Members that make an object a record itself, whatever arrays it has.
const OF_A_RECORD: [&str; 11] = [
    "timestamp",
    "@timestamp",
    "time",
    "ts",
    "date",
    "level",
    "severity",
    "msg",
    "message",
    "model",
    "choices",
];

/// How far into a document its array begins, at most.
const ARRAY_WITHIN: usize = 4096;

/// Where the records of a source are, if its `head` is that of a document; and the first of them, at most `most`.
#[must_use]
pub fn document(head: &[u8], most: usize) -> Option<(Items, Vec<Vec<u8>>)> {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let array = match start.first()? {
        b'[' => is_array_of_objects(start).then_some(Some(&[] as &[&str]))?,
        b'{' => match array(start) {
            Some(path) => Some(path),
            None => is_over_many_lines(start).then_some(None)?,
        },
        _ => return None,
    };
    let of = Items { array, left_out: &[] };
    let mut first = First {
        records: Vec::new(),
        most,
    };
    let ended = items(&mut Window::default(), &mut Head(head), of, &mut first);
    // That the head ends within the document is no fault of it.
    let is_wrong = ended.broken.is_some_and(|error| error.kind() != io::ErrorKind::UnexpectedEof);
    (!is_wrong && !first.records.is_empty()).then_some((of, first.records))
}

/// `[`, and an object whose first member is named as JSON names it.
fn is_array_of_objects(start: &[u8]) -> bool {
    let mut rest = start;
    for token in [b"[", b"{", b"\""] {
        let Some(behind) = rest.trim_ascii_start().strip_prefix(token) else {
            return false;
        };
        rest = behind;
    }
    true
}

/// The first array of a document's root, or of an object in it, if it is one that holds records.
fn array(start: &[u8]) -> Option<&'static [&'static str]> {
    let at = memchr::memchr(b'[', start.get(..ARRAY_WITHIN).unwrap_or(start))?;
    if !is_array_of_objects(start.get(at..)?) {
        return None;
    }
    let before = std::str::from_utf8(start.get(..at)?).ok()?;
    // What stands before the array, made whole, tells the array's name: that of the last member.
    let root = format!("{before}0}}");
    let names = match last_name(&root) {
        Some((name, _)) => vec![name],
        None => {
            let nested = format!("{root}}}");
            let (name, Value::Object(inner)) = last_name(&nested)? else {
                return None;
            };
            return found(&[name, last_name(inner)?.0]);
        }
    };
    found(&names)
}

fn found(names: &[&str]) -> Option<&'static [&'static str]> {
    ARRAYS.iter().copied().find(|path| *path == names)
}

/// The last member of an object that is whole and no record.
fn last_name(object: &str) -> Option<(&str, Value<'_>)> {
    let mut members = Members::of(object)?;
    let mut last = None;
    for member in members.by_ref() {
        if OF_A_RECORD.contains(&member.0) {
            return None;
        }
        last = Some(member);
    }
    last.filter(|_| members.is_whole())
}

/// An object whose first member stands on a line of its own, as pretty printers write it.
fn is_over_many_lines(start: &[u8]) -> bool {
    let rest = start.strip_prefix(b"{").unwrap_or_default();
    let blanks = rest.len() - rest.trim_ascii_start().len();
    rest.get(..blanks).is_some_and(|blanks| blanks.contains(&b'\n')) && rest.get(blanks) == Some(&b'"')
}

/// The bytes of a head, once.
struct Head<'a>(&'a [u8]);

impl Refill for Head<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let bytes = std::mem::take(&mut self.0);
        window.fill(bytes.len(), |space| {
            space.copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }
}

/// Keeps the first records.
struct First {
    records: Vec<Vec<u8>>,
    most: usize,
}

impl Sink for First {
    fn warm(&mut self, _: &[u8]) {}

    fn record(&mut self, _: u64, record: &[u8]) {
        if self.records.len() < self.most {
            self.records.push(record.to_vec());
        }
    }

    fn too_long(&mut self, _: u64) {}

    fn unfinished(&mut self, _: u64, _: &[u8]) {}
}

#[cfg(test)]
mod tests {
    use super::document;

    /// Where the records are, and how many of them are in the head.
    fn array(head: &str) -> Option<(String, usize)> {
        let (items, first) = document(head.as_bytes(), 10)?;
        let name = items.array.map_or("none".to_owned(), |path| path.join("."));
        Some((name, first.len()))
    }

    fn is(name: &str, records: usize) -> Option<(String, usize)> {
        Some((name.to_owned(), records))
    }

    #[test]
    fn an_array_of_objects_is_a_document() {
        assert_eq!(array("\u{feff} [\n {\"a\": 1},\n {\"b\": [2]},\n"), is("", 2));
        for head in [
            "[1, {\"a\": 1}]",
            "[]",
            "[2026-03-01 10:00:00] {\"a\":1}",
            "[\n {\n  status: 500\n }]",
        ] {
            assert_eq!(array(head), None, "{head}");
        }
    }

    #[test]
    fn an_export_keeps_its_records_in_a_named_array() {
        assert_eq!(array(r#"{"records":[{"a":1},{"b""#), is("records", 1));
        let subscription = r#"{"messageType":"DATA_MESSAGE","filters":3,"logEvents":[{"id":"1"}]}"#;
        assert_eq!(array(subscription), is("logEvents", 1));
        let elastic = r#"{"took":5,"_shards":{"total":1},"hits":{"total":{"value":2},"hits":[{"_id":"1"},{"_id":"2"}]}}"#;
        assert_eq!(array(elastic), is("hits.hits", 2));
    }

    #[test]
    fn a_record_with_an_array_is_a_line() {
        for head in [
            r#"{"level":"error","data":[{"a":1}]}"#,
            r#"{"tags":[{"a":1}]}"#,
            r#"{"a":{"b":{"records":[{"a":1}]}}}"#,
            r#"{"a":1}"#,
        ] {
            assert_eq!(array(head), None, "{head}");
        }
    }

    #[test]
    fn records_over_many_lines_are_a_document() {
        assert_eq!(array("{\n  \"a\": [1]\n}\n{\n  \"b\": 2\n}\n{"), is("none", 2));
        assert_eq!(array("{\n  \"a\": 1\n}\n2026-03-01 a log line\n"), None);
    }
}
