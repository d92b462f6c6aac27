//! Events of CloudWatch Logs in JSON: of `get-log-events` and `filter-log-events`, of a subscription, of Insights.

use super::cloudwatch_text::service;
use super::envelope::{Envelope, Letter};
use super::values::{begins_anew, plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value, items};
use crate::text::scan;

/// The envelope.
pub(super) struct CloudwatchJson;

#[derive(Default)]
struct Event<'a> {
    message: Option<Value<'a>>,
    stamp: Option<&'a str>,
    stream: &'a str,
    /// A key stands in it that nobody else writes.
    is_marked: bool,
}

/// One event; `None` where a key stands in it that AWS does not write.
fn event(object: &str) -> Option<Event<'_>> {
    let mut event = Event::default();
    let mut members = Members::of(object)?;
    for (key, value) in members.by_ref() {
        match key {
            "message" | "@message" => event.message = Some(value),
            "timestamp" => event.stamp = Some(plain(value).filter(|stamp| is_epoch_ms(stamp))?),
            "@timestamp" => event.stamp = plain(value),
            "logStreamName" | "@logStream" => event.stream = plain(value).unwrap_or_default(),
            "ingestionTime" | "eventId" | "@ptr" | "@ingestionTime" => {}
            "id" | "logGroupName" | "@log" | "extractedFields" => continue,
            _ => return None,
        }
        event.is_marked |= !matches!(key, "message" | "timestamp" | "@timestamp");
    }
    let is_event = members.is_whole() && event.stamp.is_some() && event.message.is_some();
    is_event.then_some(event)
}

fn is_epoch_ms(stamp: &str) -> bool {
    stamp.len() == 13 && stamp.bytes().all(|byte| byte.is_ascii_digit())
}

/// The list of events of an answer or of a subscription's message, and the stream that they are of.
fn list(object: &str) -> Option<(&str, &str)> {
    let (mut events, mut stream, mut is_ours) = (None, "", false);
    for (key, value) in Members::of(object)? {
        match (key, value) {
            ("logEvents" | "events", Value::Array(array)) => events = Some(array),
            ("logStream", value) => stream = plain(value).unwrap_or_default(),
            ("messageType" | "nextForwardToken" | "nextToken" | "searchedLogStreams", _) => is_ours = true,
            _ => {}
        }
    }
    is_ours.then_some((events?, stream))
}

fn give_event(event: &Event<'_>, stream: &str, scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) {
    let message = event.message.and_then(|message| text(message, scratch)).unwrap_or_default();
    let stream = if event.stream.is_empty() { stream } else { event.stream };
    give(&Letter {
        text: message.strip_suffix('\n').unwrap_or(message).as_bytes(),
        stamp: event.stamp,
        service: service(stream),
        process: stream,
        ..Letter::default()
    });
}

impl Envelope for CloudwatchJson {
    fn name(&self) -> &'static str {
        "CloudWatch's events"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let Some(event) = event(&line) else {
            return if list(&line).is_some() { Fit::Yes } else { Fit::No };
        };
        let inside = match event.message {
            Some(Value::Text(inside)) => inside.as_bytes(),
            // A JSON line's first quote is escaped.
            Some(Value::Escaped(inside)) if inside.starts_with("{\\\"") => b"{\"",
            Some(Value::Escaped(inside)) => inside.as_bytes(),
            _ => b"",
        };
        if event.is_marked || begins_anew(inside) {
            Fit::Yes
        } else {
            Fit::Maybe
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        if let Some(event) = event(&line) {
            give_event(&event, "", scratch, give);
            return true;
        }
        let Some((events, stream)) = list(&line) else { return false };
        for item in items(events) {
            let Value::Object(item) = item else { continue };
            if let Some(event) = event(item) {
                give_event(&event, stream, scratch, give);
            }
        }
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"logStreamName":"ecs/app/1","timestamp":1741269731123,"message":"llm call ok","ingestionTime":1741269731999,"eventId":"3"}"#,
                "llm call ok",
            ),
            (
                r#"{"timestamp":1741269731123,"message":"{\"level\":\"info\"}\n"}"#,
                r#"{"level":"info"}"#,
            ),
            (
                r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"3","timestamp":1741269731123,"message":"one"}]}"#,
                "one",
            ),
            (
                r#"{"@timestamp":"2025-03-06 14:02:11.123","@message":"one","@ptr":"x"}"#,
                "one",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html; https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html"
    }
}
