//! A stamp before every line: CloudWatch's export to S3, `aws logs tail`, `kubectl logs --timestamps`, `docker logs -t`,
//! `pm2 --time`, App Service's log stream, `fly logs`.
//!
//! An event's later lines stand without one, and belong to the line above.

use super::envelope::{Envelope, Letter};
use super::values::{begins_anew, goes_on, is_dated};
use crate::gather::formats::Fit;
use crate::text::scan;

/// The envelope.
pub(super) struct CloudwatchText;

fn read(line: &str) -> Option<Letter<'_>> {
    if let Some(letter) = of_pm2(line) {
        return Some(letter);
    }
    let (stamp, text) = line.split_once(' ')?;
    // pm2 ends it in a colon.
    let stamp = stamp.strip_suffix(':').unwrap_or(stamp);
    let is_stamp = (19..=35).contains(&stamp.len())
        && matches!(stamp.as_bytes(), [b'1'..=b'2', _, _, _, b'-', _, _, b'-', _, _, b'T', ..])
        && stamp
            .bytes()
            .skip(11)
            .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'+' | b'-' | b'Z'));
    let letter = Letter {
        text: text.as_bytes(),
        stamp: Some(stamp),
        ..Letter::default()
    };
    // `aws logs tail` writes the stream between them.
    let streamed = text
        .split_once(' ')
        .filter(|(stream, after)| is_stream(stream) && (is_of_tail(letter.stamp) || is_dated(after.as_bytes())));
    is_stamp.then(|| match (streamed, of_fly(text)) {
        (Some((stream, text)), _) => Letter {
            text: text.as_bytes(),
            service: service(stream),
            process: stream,
            ..letter
        },
        (None, Some((machine, text))) => Letter {
            text: text.as_bytes(),
            host: Some(machine),
            ..letter
        },
        (None, None) => letter,
    })
}

/// `2025-03-06 14:02:11 +00:00: text`: pm2's usual `log_date_format`, with a zone or without; a colon ends no other stamp.
fn of_pm2(line: &str) -> Option<Letter<'_>> {
    let (stamp, text) = line.split_once(": ")?;
    let is_stamp = (19..=30).contains(&stamp.len())
        && matches!(
            stamp.as_bytes(),
            [b'1'..=b'2', _, _, _, b'-', _, _, b'-', _, _, b' ', _, _, b':', _, _, b':', ..]
        )
        && stamp
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'+' | b'-' | b'Z' | b' '));
    is_stamp.then(|| Letter {
        text: text.as_bytes(),
        stamp: Some(stamp),
        ..Letter::default()
    })
}

/// `app[148e21ea7d6e89] fra [info]text`: a machine, its region and a level that is the platform's.
fn of_fly(text: &str) -> Option<(&str, &str)> {
    let (machine, rest) = text.strip_prefix("app[")?.split_once("] ")?;
    let (region, rest) = rest.split_once(" [")?;
    let (level, text) = rest.split_once(']')?;
    let is_word = |word: &str| (3..=7).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_word(region) && is_word(level)).then(|| (machine, text.strip_prefix(' ').unwrap_or(text)))
}

/// `2025-03-06T14:02:11.123000+00:00`: milliseconds as microseconds, which `aws logs tail` writes before a stream's name.
fn is_of_tail(stamp: Option<&str>) -> bool {
    stamp.is_some_and(|stamp| stamp.ends_with("000+00:00") && stamp.len() == 32)
}

/// `ecs/app/0123…`, `2025/03/06/[$LATEST]0123…`, a UUID, `i-0123…`.
fn is_stream(word: &str) -> bool {
    let is_path = word.contains('/') && !word.contains([':', '=', '"']);
    is_path
        || (word.len() >= 17
            && word
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'i')))
}

/// The service in a stream's name: `ecs/app` of `ecs/app/0123…`; a function's stream begins with its date.
pub(super) fn service(stream: &str) -> &str {
    let named = stream.rsplit_once('/').map(|(service, _)| service);
    named
        .filter(|service| service.starts_with(|first: char| first.is_ascii_alphabetic()))
        .unwrap_or_default()
}

/// `2025-03-06T14:02:11.123456789Z`: container runtimes write nine digits, zeros too, App Service seven, and programs hardly do.
fn is_of_a_runtime(stamp: &str) -> bool {
    let fraction = stamp.strip_suffix('Z').and_then(|stamp| stamp.split_once('.'));
    fraction.is_some_and(|(_, fraction)| matches!(fraction.len(), 7 | 9))
}

/// `2025-03-06T14:02:11 text`: `aws logs tail --format short`. A program that writes such stamps writes its level behind them.
fn is_of_a_short_tail(letter: &Letter<'_>) -> bool {
    letter.stamp.is_some_and(|stamp| stamp.len() == 19) && !begins_anew(letter.text) && letter.text.first() != Some(&b'[')
}

/// `[INFO]\t2025-03-06T14:02:11.123Z\t<request>\ttext`: AWS Lambda's runtime for Python.
fn is_of_lambda(text: &str) -> bool {
    let behind_level = text.strip_prefix('[').and_then(|text| text.split_once("]\t"));
    behind_level.is_some_and(|(_, behind)| is_dated(behind.as_bytes()))
}

impl Envelope for CloudwatchText {
    fn name(&self) -> &'static str {
        "lines behind a time stamp"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let Some(letter) = read(&line) else { return Fit::No };
        let inside = scan::text(letter.text);
        let is_of_a_host = || is_of_tail(letter.stamp) && !letter.process.is_empty() || letter.host.is_some();
        let is_sure = || {
            letter.stamp.is_some_and(is_of_a_runtime) || is_of_a_host() || is_of_a_short_tail(&letter) || is_of_lambda(&inside)
        };
        if is_dated(letter.text) || goes_on(&inside) || is_sure() {
            Fit::Yes
        } else {
            Fit::Maybe
        }
    }

    fn peel(&self, line: &[u8], _: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        read(&scan::text(line)).map(|letter| give(&letter)).is_some()
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("2025-03-06T14:02:11.123Z {\"level\":\"info\"}", r#"{"level":"info"}"#),
            (
                "2025-03-06T14:02:11.123000+00:00 ecs/app/0a1b {\"level\":\"info\"}",
                r#"{"level":"info"}"#,
            ),
            (
                "2025-03-06T14:02:11.123Z [INFO]\t2025-03-06T14:02:11.120Z\t0a1b\tstarted",
                "[INFO]\t2025-03-06T14:02:11.120Z\t0a1b\tstarted",
            ),
            ("2025-03-06T14:02:11.123456789Z INFO:     started", "INFO:     started"),
            ("2025-03-06T14:02:11: chat failed", "chat failed"),
            ("2025-03-06T14:02:11.123000+00:00 ecs/app/0a1b chat failed", "chat failed"),
            ("2025-03-06T14:02:11.1234567Z chat failed", "chat failed"),
            ("2025-03-06T14:02:11 chat failed", "chat failed"),
            (
                "2025-03-06T14:02:11Z app[148e21ea7d6e89] fra [info]chat failed",
                "chat failed",
            ),
            (
                "2025-03-06T14:02:11.123456789Z   File \"app.py\", line 3",
                "  File \"app.py\", line 3",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html; https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html; https://pm2.keymetrics.io/docs/usage/log-management/; https://fly.io/docs/flyctl/logs/"
    }
}
