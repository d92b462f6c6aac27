//! Streams of Loki's push and query API: labels, and pairs of nanoseconds and line; and `logcli`'s `stamp {labels} line`.

use super::envelope::{Envelope, Letter};
use super::values::{plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value, items};
use crate::text::scan;

/// The envelope.
pub(super) struct Loki;

/// The streams of a line: of a push, of a query's answer, or one alone.
fn streams(line: &str) -> Option<Vec<&str>> {
    let list = |array| items(array).filter_map(object).collect();
    let mut is_stream = (false, false);
    for (key, value) in Members::of(line)? {
        match (key, value) {
            ("streams", Value::Array(array)) => return Some(list(array)),
            ("data", Value::Object(data)) => {
                let mut members = Members::of(data)?;
                let result = members.find(|(key, _)| *key == "result");
                return match result {
                    Some((_, Value::Array(array))) => Some(list(array)),
                    _ => None,
                };
            }
            ("stream", Value::Object(_)) => is_stream.0 = true,
            ("values", Value::Array(_)) => is_stream.1 = true,
            _ => {}
        }
    }
    (is_stream == (true, true)).then(|| vec![line])
}

/// `2025-03-06T14:02:11Z {pod="web-1", container="web"} line`.
fn printed(line: &str) -> Option<Letter<'_>> {
    let (stamp, rest) = line.split_once(' ')?;
    let is_stamp = stamp.len() >= 19 && stamp.starts_with(|first: char| first.is_ascii_digit()) && stamp.contains('T');
    let mut rest = rest.trim_start().strip_prefix('{').filter(|_| is_stamp)?;
    let mut letter = Letter {
        stamp: Some(stamp),
        ..Letter::default()
    };
    while let Some((label, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"')?;
        label_says(&mut letter, label, value);
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => {
                let text = after.strip_prefix('}')?;
                letter.text = text.strip_prefix(' ').unwrap_or(text).as_bytes();
                return Some(letter);
            }
        }
    }
    None
}

fn label_says<'a>(letter: &mut Letter<'a>, label: &str, value: &'a str) {
    match label {
        "pod" | "host" | "hostname" | "instance" => letter.host = Some(value),
        "container" | "filename" => letter.service = value,
        "stream" => letter.stream = value,
        _ => {}
    }
}

fn object(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn give_stream(stream: &str, scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) {
    let mut letter = Letter::default();
    let mut values = "";
    for (key, value) in Members::of(stream).into_iter().flatten() {
        match (key, value) {
            ("stream", Value::Object(labels)) => {
                for (label, value) in Members::of(labels).into_iter().flatten() {
                    label_says(&mut letter, label, plain(value).unwrap_or_default());
                }
            }
            ("values", Value::Array(array)) => values = array,
            _ => {}
        }
    }
    for pair in items(values) {
        let Value::Array(pair) = pair else { continue };
        let mut pair = items(pair);
        let (Some(stamp), Some(line)) = (pair.next().and_then(plain), pair.next()) else {
            continue;
        };
        let line = text(line, scratch).unwrap_or_default();
        give(&Letter {
            text: line.strip_suffix('\n').unwrap_or(line).as_bytes(),
            stamp: Some(stamp),
            ..letter
        });
    }
}

impl Envelope for Loki {
    fn name(&self) -> &'static str {
        "Loki's streams"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let found = streams(&line).is_some_and(|streams| streams.iter().any(|stream| stream.contains("\"values\"")));
        if found || printed(&line).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(streams) = streams(&line) else {
            return printed(&line).map(|letter| give(&letter)).is_some();
        };
        streams.iter().for_each(|stream| give_stream(stream, scratch, give));
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"streams":[{"stream":{"pod":"web-1","container":"web"},"values":[["1741269731123456789","llm call ok"]]}]}"#,
                "llm call ok",
            ),
            (
                r#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[["1741269731123456789","one\n"]]}]}}"#,
                "one",
            ),
            ("2025-03-06T14:02:11Z {app=\"web\", pod=\"web-1\"} one", "one"),
        ]
    }

    fn source(&self) -> &'static str {
        "https://grafana.com/docs/loki/latest/reference/loki-http-api/"
    }
}
