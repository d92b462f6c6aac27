//! Fluentd's and Fluent Bit's file output: `stamp<TAB>tag<TAB>{…}`, `tag: [stamp, {…}]`, `[stamp, {…}]`.

use super::envelope::{Envelope, Letter};
use crate::gather::formats::Fit;
use crate::text::scan;

/// The envelope.
pub(super) struct Fluentd;

fn read(line: &str) -> Option<Letter<'_>> {
    let (stamp, tag, object) = tabbed(line).or_else(|| listed(line))?;
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

    fn peel(&self, line: &[u8], _: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        read(&scan::text(line)).map(|letter| give(&letter)).is_some()
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "2025-03-06T14:02:11+00:00\tapp.web\t{\"level\":\"info\"}",
                r#"{"level":"info"}"#,
            ),
            ("app.web: [1741269731.123456, {\"level\":\"info\"}]", r#"{"level":"info"}"#),
            ("[1741269731.123456, {\"log\":\"x\"}]", r#"{"log":"x"}"#),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.fluentd.org/formatter/out_file; https://docs.fluentbit.io/manual/pipeline/outputs/file"
    }
}
