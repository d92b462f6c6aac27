//! What Cloudflare's Workers log, an object an invocation: `wrangler tail --format json`, and Logpush of trace events.

use super::envelope::{Envelope, Letter};
use super::values::{plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value, items};
use crate::text::scan;

/// The envelope.
pub(super) struct Workers;

#[derive(Default)]
struct Invocation<'a> {
    script: &'a str,
    logs: Option<&'a str>,
    is_marked: bool,
}

fn read(line: &str) -> Option<Invocation<'_>> {
    let mut found = Invocation::default();
    let mut members = Members::of(line)?;
    for (key, value) in members.by_ref() {
        match (key, value) {
            ("scriptName" | "ScriptName", Value::Text(name)) => found.script = name,
            ("logs" | "Logs", Value::Array(logs)) => found.logs = Some(logs),
            ("eventTimestamp" | "EventTimestampMs", _) => found.is_marked = true,
            _ => {}
        }
    }
    (members.is_whole() && found.is_marked && found.logs.is_some()).then_some(found)
}

/// Gives the lines of one invocation: `{"message": ["chat failed", {…}], "level": "log", "timestamp": …}`.
fn each<'a>(invocation: &Invocation<'a>, scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) {
    let mut piece = String::new();
    for log in items(invocation.logs.unwrap_or_default()) {
        let Value::Object(log) = log else { continue };
        let mut stamp = None;
        scratch.clear();
        for (key, value) in Members::of(log).into_iter().flatten() {
            match (key, value) {
                ("timestamp" | "TimestampMs", _) => stamp = plain(value),
                ("message" | "Message", Value::Array(words)) => {
                    for word in items(words) {
                        if !scratch.is_empty() {
                            scratch.push(' ');
                        }
                        match word {
                            Value::Word(word) => scratch.push_str(word),
                            word => scratch.push_str(text(word, &mut piece).unwrap_or_default()),
                        }
                    }
                }
                _ => {}
            }
        }
        give(&Letter {
            text: scratch.as_bytes(),
            stamp,
            service: invocation.script,
            ..Letter::default()
        });
    }
}

impl Envelope for Workers {
    fn name(&self) -> &'static str {
        "a Worker's logs"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if read(&scan::text(line)).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        read(&scan::text(line)).map(|found| each(&found, scratch, give)).is_some()
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"outcome":"ok","scriptName":"shop","exceptions":[],"logs":[{"message":["chat failed",503,{"model":"gpt-4o"}],"level":"error","timestamp":1763452803123}],"eventTimestamp":1763452803000,"event":{"request":{"url":"https://shop.example.com/"}}}"#,
                r#"chat failed 503 {"model":"gpt-4o"}"#,
            ),
            (
                r#"{"EventTimestampMs":1763452803000,"EventType":"fetch","Logs":[{"Level":"log","Message":["chat failed"],"TimestampMs":1763452803123}],"Outcome":"ok","ScriptName":"shop"}"#,
                "chat failed",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://developers.cloudflare.com/workers/observability/logs/real-time-logs/; https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/account/workers_trace_events/"
    }
}
