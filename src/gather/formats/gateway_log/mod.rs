//! Reads the access lines that a gateway's own server puts into its log: of Python uvicorn behind a time, hypercorn, aiohttp,
//! werkzeug and Django; for Node morgan, express-winston and koa-logger; chi of Go, Actix of Rust, Serilog's request logging of .NET,
//! and Reactor Netty behind a logger of Java's.
//!
//! Such a server serves anything, and its logger writes anything else into the same log. So a line counts only where the path
//! is a route of models that no other service has, and where it is a server's own: with the client's address, or of nothing but
//! method, path, status and duration. What a client's library writes of its requests names a host.

mod line;

use super::colours::plain;
use super::format::{Beside, Fit, Format, Unread};
use super::json_values::Unescaped;
use crate::model::{Fields, Vantage};
use line::{Line, read};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct GatewayLog {
    /// The gateway's own requests stand in the log, too: its tries at what its clients asked for, which are counted already.
    tells_tries: bool,
    /// Another logger of the server's tells the same requests, and more of each.
    is_repeated: bool,
    /// What the gateway's program says of its own requests tells no more than these lines do.
    is_the_gateways: bool,
}

impl GatewayLog {
    /// As a log is taken to be.
    pub(super) const ANY: Self = Self::of(false, false, false);
    /// With what the gateway's client library says.
    const WITH_TRIES: Self = Self::of(true, false, false);
    /// With whatever else the gateway's program says of its tries.
    const WITH_ALL_TRIES: Self = Self::of(true, false, true);
    /// Beside a middleware's lines.
    const REPEATED: Self = Self::of(false, true, false);
    /// Beside both.
    const REPEATED_WITH_TRIES: Self = Self::of(true, true, true);

    const fn of(tells_tries: bool, is_repeated: bool, is_the_gateways: bool) -> Self {
        Self {
            tells_tries,
            is_repeated,
            is_the_gateways,
        }
    }
}

/// Tries for each call that a gateway may make on average: a program that makes more has calls of its own.
const TRIES: usize = 3;

/// What httpx says of an answer.
static TRY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("HTTP Request: POST http"));

/// Bytes of a line: a stamp, a logger, a URL and a user agent.
const LONGEST: usize = 4096;

/// The method that calls of models have.
static POST: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("POST /"));

/// The same under a name.
static NAMED_POST: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("method=POST"));

/// What chi writes behind a request, whose URL is whole.
static FROM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\" from "));

impl GatewayLog {
    /// Whether a line is about a try of the gateway's.
    fn is_try(self, line: &[u8]) -> bool {
        self.tells_tries && TRY.find(line.get(..LONGEST).unwrap_or(line)).is_some()
    }
}

/// A record's text; `None` where it can be no such line.
fn text(record: &[u8]) -> Option<Cow<'_, str>> {
    let may_be = record.len() <= LONGEST && [&POST, &FROM, &NAMED_POST].iter().any(|sign| sign.find(record).is_some());
    may_be.then(|| plain(record.trim_ascii()))
}

impl Format for GatewayLog {
    fn name(&self) -> &'static str {
        "gateway-log"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        let tries = TRY.find_iter(head).count();
        if tries == 0 {
            return None;
        }
        let calls = head.split(|byte| *byte == b'\n').filter(|line| self.fit(line) == Fit::Yes);
        (calls.count() * TRIES >= tries).then_some(&Self::WITH_TRIES)
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if self.is_try(line) {
            return Fit::Yes;
        }
        let Some(line) = text(line) else { return Fit::No };
        let unescaped = Unescaped::default();
        match Line::of(&line, &unescaped).and_then(|line| read(&line)) {
            Some(_) => Fit::Yes,
            None => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        if self.is_try(record) {
            return Ok(());
        }
        let line = text(record).ok_or(Unread::NotThisFormat)?;
        let unescaped = Unescaped::default();
        let line = Line::of(&line, &unescaped).ok_or(Unread::NotThisFormat)?;
        let fields = read(&line).ok_or(Unread::NotThisFormat)?;
        if !self.is_repeated {
            emit(&fields);
        }
        Ok(())
    }

    fn beside(&self, lines: usize, calls: Beside) -> Option<&'static dyn Format> {
        let is_repeated = lines > 0 && calls.proxies * 2 >= lines;
        let are_tries = !calls.tell_more && calls.applications <= lines * TRIES;
        match (is_repeated, are_tries && lines > 0) {
            (true, true) => Some(&Self::REPEATED_WITH_TRIES),
            (true, false) => Some(&Self::REPEATED),
            (false, true) => Some(&Self::WITH_ALL_TRIES),
            (false, false) => None,
        }
    }

    fn asks_what_stands_beside(&self) -> bool {
        true
    }

    fn is_the_gateways(&self) -> bool {
        self.is_the_gateways
    }

    fn samples(&self) -> &'static [&'static str] {
        // Behind a logger's beginning the lines may be its format's as well, and are cases instead.
        &[
            r#"10.0.3.7 - - [21/Nov/2026 10:00:01] "POST /v1/chat/completions HTTP/1.1" 503 -"#,
            "2026-11-18T08:20:34.699Z POST /v1/chat/completions 503 - - 1307.724 ms",
        ]
    }

    fn source(&self) -> &'static str {
        "uvicorn/logging.py; hypercorn/logging.py; aiohttp/web_log.py; werkzeug/serving.py; django/core/servers/basehttp.py; https://github.com/go-chi/chi/blob/master/middleware/logger.go; https://docs.rs/actix-web/latest/actix_web/middleware/struct.Logger.html; https://github.com/koajs/logger; https://github.com/serilog/serilog-aspnetcore; https://github.com/expressjs/morgan; https://github.com/bithavoc/express-winston"
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, Format, GatewayLog};

    #[test]
    fn every_sample_is_a_call_with_its_status_and_time() {
        for (sample, status) in GatewayLog::ANY.samples().iter().zip([503, 503]) {
            let mut said = Vec::new();
            let mut emit = |fields: &crate::model::Fields<'_>| said.push((fields.status, fields.timestamp.is_some()));
            GatewayLog::ANY.parse(sample.as_bytes(), &mut emit).unwrap();
            assert_eq!(said, [(Some(status), true)], "{sample}");
        }
    }

    #[test]
    fn a_duration_is_told_in_milliseconds() {
        for (line, ms) in [
            (
                "2026-11-18T08:20:34.699Z POST /v1/chat/completions 503 - - 1307.724 ms",
                1307.724,
            ),
            ("2026-11-21 10:00:01.123 [info] POST /v1/chat/completions 200 821ms", 821.0),
            (
                "2026-11-21T10:00:01.123Z   --> POST /v1/chat/completions 200 821ms 1.2kb",
                821.0,
            ),
            (
                "2026-11-21 10:00:01.123 +00:00 [INF] HTTP POST /v1/chat/completions responded 503 in 638.3681 ms",
                638.3681,
            ),
        ] {
            let mut said = None;
            GatewayLog::ANY
                .parse(line.as_bytes(), &mut |fields| said = fields.duration_ms)
                .unwrap();
            assert_eq!(said, Some(ms), "{line}");
        }
    }

    #[test]
    fn what_is_no_call_of_a_gateways_is_none() {
        for line in [
            // Its own pages and health checks.
            r#"2026-11-18 08:04:07,669 INFO:     10.0.3.7:34602 - "GET /health HTTP/1.1" 200 OK"#,
            r#"2026-11-18 08:04:07,669 INFO:     10.0.3.7:34602 - "POST /login HTTP/1.1" 500 Internal Server Error"#,
            "2026-11-18T08:20:34.699Z POST /api/orders 503 - - 1307.724 ms",
            "2026-11-21 10:00:01.123 [info] POST /v1/answers 200 821ms",
            // A client's library.
            r#"2026-11-21 10:00:01,071 DEBUG urllib3.connectionpool https://api.openai.com:443 "POST /v1/chat/completions HTTP/1.1" 500 151"#,
            r#"2026-11-21 10:00:01,071 INFO httpx HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 200 OK""#,
            r#"2026-11-21 10:00:01.123 +00:00 [INF] HTTP POST https://api.openai.com/v1/chat/completions responded 503 in 638.3681 ms"#,
            // A middleware's line with nobody who asked, of another route, with the model that a program chose, or of a whole URL.
            "2026-11-22 14:51:38,611 INFO llm: done method=POST path=/v1/chat/completions status=503 duration_ms=229.81",
            "2026-11-22 14:51:38,611 INFO web: done method=POST path=/v1/orders status=503 client=10.0.3.7",
            "2026-11-22 14:51:38,611 INFO llm: done method=POST path=/v1/chat/completions status=503 client=10.0.3.7 model=gpt-4o",
            "2026-11-22 14:51:38,611 INFO llm: done method=POST url=https://api.openai.com/v1/chat/completions status=503 client=10.0.3.7",
            // Words, and other servers' lines, which have formats of their own.
            "2026-11-21 10:00:01,071 INFO app sending POST /v1/chat/completions 200 tokens at most",
            r#"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] "POST /v1/chat/completions HTTP/1.1" 504 167 "-" "-""#,
            r#"{"level":"info","message":"POST /v1/messages 200 1757ms","status":503,"timestamp":"2026-11-18T08:04:09.567Z"}"#,
        ] {
            assert_eq!(GatewayLog::ANY.fit(line.as_bytes()), Fit::No, "{line}");
        }
    }
}
