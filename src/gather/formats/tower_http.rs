//! Reads what tower-http's `TraceLayer` writes of the requests that a Rust server answers, as text and as JSON of
//! tracing-subscriber: a gateway's, where the path is a route of models.
//!
//! Each answer has a line of `on_response`; one that failed has another of `on_failure`, at a level of its own. A server logs the second
//! alone where its filter leaves out the first, as the layer's defaults do.
//! <https://docs.rs/tower-http/latest/tower_http/trace/index.html>

use super::colours::plain;
use super::format::{Beside, Fit, Format, Unread};
use super::json_values::{Unescaped, each, raw};
use super::litellm;
use crate::model::{Fields, Instant, Vantage};
use crate::providers;
use crate::text::json::{Members, Value};
use crate::text::scan::{self, Cursor};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct TowerHttp {
    /// The log has lines of answers, so that those of failures tell the same ones.
    answers: bool,
    /// What the server's program says of its own requests tells no more than these lines do.
    is_the_gateways: bool,
}

impl TowerHttp {
    /// As a log is taken to be.
    pub(super) const ANY: Self = Self::of(false, false);
    const WITH_ANSWERS: Self = Self::of(true, false);
    const FAILURES_OF_A_GATEWAY: Self = Self::of(false, true);
    const ANSWERS_OF_A_GATEWAY: Self = Self::of(true, true);

    const fn of(answers: bool, is_the_gateways: bool) -> Self {
        Self {
            answers,
            is_the_gateways,
        }
    }
}

static LAYER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("tower_http::trace::on_"));
static ANSWER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("tower_http::trace::on_response"));

/// Bytes of a line: a span with its headers.
const LONGEST: usize = 16 * 1024;

/// Requests of a program's own for each that it answers, on average: one that makes more has calls of its own.
const TRIES: usize = 3;

/// How a failure of the server's own begins to say its status.
const STATUS: &str = "Status code: ";

/// The line's values, wherever they stand.
#[derive(Default)]
struct Line<'a> {
    stamp: Option<&'a str>,
    target: &'a str,
    method: Option<&'a str>,
    uri: Option<&'a str>,
    status: Option<&'a str>,
    latency: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of_json(line: &'a str, unescaped: &'a Unescaped) -> Option<Self> {
        let mut read = Self::default();
        let mut members = Members::of(line)?;
        for (name, value) in members.by_ref() {
            match (name, value) {
                ("timestamp", _) => read.stamp = raw(value),
                ("target", Value::Text(target)) => read.target = target,
                ("fields" | "span", Value::Object(_)) => each(value, |name, value| read.take(name, value, unescaped)),
                _ => read.take(name, value, unescaped),
            }
        }
        members.is_whole().then_some(read)
    }

    fn take(&mut self, name: &str, value: Value<'a>, unescaped: &'a Unescaped) {
        match name {
            "method" => self.method = raw(value),
            "uri" => self.uri = raw(value),
            "status" => self.status = raw(value),
            "classification" => {
                self.status = self
                    .status
                    .or(unescaped.text(value).and_then(|text| text.strip_prefix(STATUS)))
            }
            "latency" => self.latency = unescaped.text(value),
            _ => {}
        }
    }

    fn of_text(line: &'a str) -> Option<Self> {
        let (before, said) = line.split_once("tower_http::trace::on_")?;
        let target = said.split(':').next()?;
        let named = |name: &str| behind(before, name).or_else(|| behind(said, name));
        let classified = || said.split_once(STATUS).map(|(_, status)| status);
        Some(Self {
            // A program in a container may leave the time to it.
            stamp: Cursor::new(before)
                .word()
                .filter(|word| word.starts_with(|first: char| first.is_ascii_digit())),
            target: line.get(before.len()..line.len() - said.len() + target.len())?,
            method: named("method=").and_then(first_word),
            uri: named("uri=").and_then(first_word),
            status: behind(said, "status=").or_else(classified),
            latency: behind(said, "latency="),
        })
    }

    /// The exchange, where it is a call of a gateway's.
    fn fields(&self) -> Option<Fields<'a>> {
        let url = self.uri.filter(|uri| uri.starts_with('/'))?;
        let is_call = self.method == Some("POST") && litellm::is_route(providers::split_url(url).path);
        is_call.then_some(Fields {
            timestamp: self.stamp,
            instant: Instant::End,
            method: self.method,
            url: Some(url),
            status: self.status.and_then(|status| scan::status(status.get(..3)?)),
            duration_ms: self.latency.and_then(milliseconds),
            ..Fields::default()
        })
    }
}

/// What follows a name that begins a word or a span.
fn behind<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut found = text.match_indices(name);
    let (at, _) = found.find(|(at, _)| matches!(text.as_bytes().get(at.wrapping_sub(1)), Some(b' ' | b'{')))?;
    text.get(at + name.len()..)
}

fn first_word(text: &str) -> Option<&str> {
    text.split([' ', '}']).next()
}

/// `86 ms`, `86 μs`, `1 s`: as the layer's `LatencyUnit` says.
fn milliseconds(text: &str) -> Option<f64> {
    let mut words = text.split(' ');
    let (count, unit) = (words.next()?, words.next()?);
    let power = match unit.trim_end_matches(['"', ',']) {
        "s" => 3,
        "ms" => 0,
        "ns" => -6,
        _ => -3,
    };
    scan::scaled(count, power)
}

impl Format for TowerHttp {
    fn name(&self) -> &'static str {
        "tower-http"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        ANSWER.find(head).is_some().then_some(&Self::WITH_ANSWERS)
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if line.len() <= LONGEST && LAYER.find(line).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        if self.fit(record) == Fit::No {
            return Err(Unread::NotThisFormat);
        }
        let text = plain(record.trim_ascii());
        let unescaped = Unescaped::default();
        let line = if text.starts_with('{') {
            Line::of_json(&text, &unescaped)
        } else {
            Line::of_text(&text)
        };
        let line = line.ok_or(Unread::CutShort)?;
        let tells = line.target.ends_with("on_response") || line.target.ends_with("on_failure") && !self.answers;
        if let Some(fields) = line.fields().filter(|fields| tells && fields.status.is_some()) {
            emit(&fields);
        }
        Ok(())
    }

    fn beside(&self, lines: usize, calls: Beside) -> Option<&'static dyn Format> {
        let are_tries = lines > 0 && !calls.tell_more && calls.applications <= lines * TRIES;
        match (are_tries, self.answers) {
            (true, true) => Some(&Self::ANSWERS_OF_A_GATEWAY),
            (true, false) => Some(&Self::FAILURES_OF_A_GATEWAY),
            (false, _) => None,
        }
    }

    fn asks_what_stands_beside(&self) -> bool {
        true
    }

    fn is_the_gateways(&self) -> bool {
        self.is_the_gateways
    }

    fn samples(&self) -> &'static [&'static str] {
        // Behind a level the lines are those of any tracing program as well, and are cases instead: these are of
        // `with_level(false)`.
        &[
            "2026-11-22T15:24:06.906220Z request{method=POST uri=/v1/chat/completions version=HTTP/1.1}: tower_http::trace::on_failure: response failed classification=Status code: 503 Service Unavailable latency=113 ms",
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.rs/tower-http/latest/tower_http/trace/index.html"
    }
}

#[cfg(test)]
mod tests {
    use super::TowerHttp;
    use crate::gather::formats::Format;

    fn statuses(format: &dyn Format, log: &str) -> Vec<Option<u16>> {
        let mut all = Vec::new();
        for line in log.lines() {
            format.parse(line.as_bytes(), &mut |fields| all.push(fields.status)).unwrap();
        }
        all
    }

    #[test]
    fn a_failure_counts_where_no_answer_is_told() {
        let failure = "2026-11-22T15:24:06.906220Z ERROR request{method=POST uri=/v1/chat/completions version=HTTP/1.1}: tower_http::trace::on_failure: response failed classification=Status code: 503 Service Unavailable latency=113 ms";
        let answer = "2026-11-22T15:24:06.906210Z  INFO request{method=POST uri=/v1/chat/completions version=HTTP/1.1}: tower_http::trace::on_response: finished processing request latency=113 ms status=503";
        let both = format!("{answer}\n{failure}");
        assert_eq!(statuses(&TowerHttp::ANY, failure), [Some(503)]);
        let declared = TowerHttp::ANY.declared(both.as_bytes()).unwrap();
        assert_eq!(statuses(declared, &both), [Some(503)]);
    }

    #[test]
    fn other_routes_and_the_layers_other_lines_are_no_calls() {
        let log = "2026-11-22T15:24:06.9Z  INFO request{method=GET uri=/health version=HTTP/1.1}: tower_http::trace::on_response: finished processing request latency=0 ms status=200\n\
                   2026-11-22T15:24:06.9Z  INFO request{method=POST uri=/v1/orders version=HTTP/1.1}: tower_http::trace::on_response: finished processing request latency=0 ms status=500\n\
                   2026-11-22T15:24:06.9Z  INFO request{method=POST uri=/v1/chat/completions version=HTTP/1.1}: tower_http::trace::on_request: started processing request\n\
                   2026-11-22T15:24:06.9Z  INFO request{method=POST uri=https://api.openai.com/v1/responses version=HTTP/1.1}: tower_http::trace::on_response: finished processing request latency=0 ms status=500";
        assert_eq!(statuses(&TowerHttp::ANY, log), []);
    }
}
