//! Fluentd's and Fluent Bit's file and standard outputs: `stamp<TAB>tag<TAB>{…}`, `tag: [stamp, {…}]`, `[stamp, {…}]`,
//! `stamp tag: {…}`, `[0] tag: [[stamp, {}], {…}]`.

use super::envelope::{Envelope, Letter};
use crate::gather::formats::Fit;
use crate::text::json::unescape;
use crate::text::scan;

/// The envelope.
pub(super) struct Fluentd;

fn read(line: &str) -> Option<Letter<'_>> {
    if let Some(letter) = counted(line) {
        return Some(letter);
    }
    let (stamp, tag, object) = tabbed(line).or_else(|| printed(line)).or_else(|| listed(line))?;
    let is_stamp = stamp.starts_with(|first: char| first.is_ascii_digit());
    (is_stamp && object.starts_with('{') && object.ends_with('}')).then_some(Letter {
        text: object.as_bytes(),
        stamp: Some(stamp),
        service: tag,
        ..Letter::default()
    })
}

fn tabbed(line: &str) -> Option<(&str, &str, &str)> {
    let (stamp, rest) = line.split_once('\t')?;
    let (tag, object) = rest.split_once('\t')?;
    Some((stamp, tag, object))
}

/// `2026-11-18 08:00:03.123456789 +0000 tag: {…}`: Fluentd's standard output.
fn printed(line: &str) -> Option<(&str, &str, &str)> {
    let (head, object) = line.split_once(": {")?;
    let (stamp, tag) = head.rsplit_once(' ')?;
    let object = line.get(line.len() - object.len() - 1..)?;
    (stamp.len() == 35 && stamp.is_char_boundary(29)).then_some((stamp, tag, object))
}

/// `[0] tag: [[1763452803.123, {}], {"log"=>"text"}]`, and without the braces in older versions: Fluent Bit's standard output,
/// whose texts have no escapes, or those of JSON where they hold an object.
fn counted(line: &str) -> Option<Letter<'_>> {
    let (number, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let (tag, rest) = rest.split_once(": [")?;
    let (stamp, rest) = rest.trim_start_matches('[').split_once(", ")?;
    let rest = rest.strip_prefix("{}], ").unwrap_or(rest);
    let record = rest.strip_prefix('{')?.strip_suffix("}]")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.'));
    let text = ["\"log\"=>\"", "\"message\"=>\""]
        .iter()
        .find_map(|key| Some(record.split_once(key)?.1))?;
    // The next member begins behind this one's quote.
    let next = text.find("\"=>").and_then(|at| text.get(..at)?.rfind("\", \""));
    let text = next.map_or(text.strip_suffix('"'), |at| text.get(..at))?;
    (is_number(number) && is_number(stamp)).then_some(Letter {
        text: text.strip_suffix("\\n").unwrap_or(text).as_bytes(),
        stamp: Some(stamp),
        service: tag,
        ..Letter::default()
    })
}

fn listed(line: &str) -> Option<(&str, &str, &str)> {
    let (tag, rest) = match line.strip_prefix('[') {
        Some(rest) => ("", rest),
        None => line.split_once(": [")?,
    };
    let (stamp, object) = rest.split_once(", ")?;
    let is_tag = !tag.contains(' ');
    is_tag.then_some((stamp.trim_matches('"'), tag, object.trim_end().strip_suffix(']')?))
}

impl Envelope for Fluentd {
    fn name(&self) -> &'static str {
        "Fluentd's file output"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if read(&scan::text(line)).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(letter) = read(&line) else { return false };
        let text = match str::from_utf8(letter.text) {
            Ok(object) if object.starts_with("{\\\"") => {
                scratch.clear();
                unescape(object, scratch);
                scratch.as_bytes()
            }
            _ => letter.text,
        };
        give(&Letter { text, ..letter });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "2025-03-06T14:02:11+00:00\tapp.web\t{\"level\":\"info\"}",
                r#"{"level":"info"}"#,
            ),
            ("app.web: [1741269731.123456, {\"level\":\"info\"}]", r#"{"level":"info"}"#),
            ("[1741269731.123456, {\"log\":\"x\"}]", r#"{"log":"x"}"#),
            (
                "2026-11-18 08:00:03.123456789 +0000 app.web: {\"message\":\"x\"}",
                r#"{"message":"x"}"#,
            ),
            (
                "[0] app.log: [[1763452803.123000000, {}], {\"log\"=>\"chat \"x\" failed\", \"stream\"=>\"stdout\"}]",
                "chat \"x\" failed",
            ),
            (
                "[1] app.log: [[1763452803.123000000, {}], {\"log\"=>\"{\\\"level\\\":\\\"info\\\"}\"}]",
                r#"{"level":"info"}"#,
            ),
            (
                "[12] app.log: [1763452803.123000000, {\"log\"=>\"chat failed\"}]",
                "chat failed",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.fluentd.org/formatter/out_file; https://docs.fluentbit.io/manual/pipeline/outputs/file; https://docs.fluentd.org/output/stdout; https://docs.fluentbit.io/manual/pipeline/outputs/standard-output"
    }
}
