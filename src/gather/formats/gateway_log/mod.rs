//! Reads the access lines that a gateway's own server puts into its log: of Python uvicorn behind a time, hypercorn, aiohttp,
//! werkzeug and Django; for Node morgan, express-winston and koa-logger; chi of Go, Actix of Rust, Serilog's request logging of .NET,
//! and Reactor Netty behind a logger of Java's.
//!
//! Such a server serves anything, and its logger writes anything else into the same log. So a line counts only where the path
//! is a route of models that no other service has, and where it is a server's own: with the client's address, or of nothing but
//! method, path, status and duration. What a client's library writes of its requests names a host.

use super::access_keys::{Key, fill, key};
use super::colours::plain;
use super::format::{Beside, Fit, Format, Unread};
use super::json_values::{Unescaped, raw};
use super::{access_line, levels, litellm};
use crate::model::{Fields, Instant, Vantage};
use crate::providers;
use crate::text::json::Members;
use crate::text::scan::{self, Cursor, Token};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::net::IpAddr;
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

/// Tokens before the request: a level, a process, an application, a thread, a logger, an address, the common log's dashes and stamp.
const MOST_BEFORE: usize = 14;

/// The method that calls of models have.
static POST: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("POST /"));

/// The same under a name.
static NAMED_POST: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("method=POST"));

/// What chi writes behind a request, whose URL is whole.
static FROM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\" from "));

/// A line's text: of an object the message, of anything else itself.
struct Line<'a> {
    text: &'a str,
    stamp: Option<&'a str>,
    /// A logger's level stood before it.
    levelled: bool,
}

impl<'a> Line<'a> {
    fn of(line: &'a str, unescaped: &'a Unescaped) -> Option<Self> {
        if !line.starts_with('{') {
            return Some(Self {
                text: line,
                stamp: None,
                levelled: false,
            });
        }
        let mut of_object = Self {
            text: "",
            stamp: None,
            levelled: false,
        };
        let mut members = Members::of(line)?;
        for (name, value) in members.by_ref() {
            match name {
                "message" | "msg" | "event" => of_object.text = unescaped.text(value)?,
                "timestamp" | "time" | "ts" | "asctime" | "@timestamp" => of_object.stamp = raw(value),
                "level" | "levelname" | "severity" => of_object.levelled = true,
                // The library's own values are read elsewhere, and so is LiteLLM.
                "component" | "status" | "status_code" | "statusCode" | "res" | "model" => return None,
                _ => {}
            }
        }
        (members.is_whole() && of_object.levelled).then_some(of_object)
    }
}

/// What stands before the request.
#[derive(Default)]
struct Before<'a> {
    stamp: Option<&'a str>,
    client: Option<&'a str>,
    levelled: bool,
}

impl<'a> Before<'a> {
    /// Takes what is no request; `None` where no server's logger writes it.
    fn take(&mut self, token: Token<'a>) -> Option<()> {
        let text = token.text();
        match token {
            Token::Braced(_) | Token::Quoted(_) => return None,
            // Rust's env_logger: stamp, level and target in one bracket.
            Token::Bracketed(_) if text.split(' ').any(is_level) && !is_level(text) => {
                self.stamp = self.stamp.or(text.split(' ').next());
                self.levelled = true;
            }
            // werkzeug's stamp has a blank where the common log has a colon.
            Token::Bracketed(_) if text.len() >= 17 && text.contains(':') => self.stamp = self.stamp.or(Some(text)),
            _ if is_level(text) => self.levelled = true,
            Token::Bare(_) if address(text) => self.client = Some(text),
            Token::Bare(_) if text.contains("://") || text.contains('=') => return None,
            Token::Bare(_) | Token::Bracketed(_) => {}
        }
        Some(())
    }
}

/// Reads a line; `None` where it is no access line of a gateway's.
fn read<'a>(line: &Line<'a>) -> Option<Fields<'a>> {
    let mut cursor = Cursor::new(line.text);
    let mut before = Before {
        stamp: line.stamp,
        levelled: line.levelled,
        ..Before::default()
    };
    for _ in 0..MOST_BEFORE {
        cursor.blanks();
        if let Some(stamp) = access_line::stamp_ahead(&mut cursor) {
            before.stamp = before.stamp.or(Some(stamp));
            cursor.blanks();
            continue;
        }
        if cursor.rest().starts_with("method=") {
            return pairs(cursor, &before);
        }
        let (url, quoted) = match cursor.token()? {
            Token::Quoted(request) => (request.strip_prefix("POST ")?.split(' ').next()?, true),
            Token::Bare("POST") => (cursor.word()?, false),
            other => {
                before.take(other)?;
                continue;
            }
        };
        let from = if quoted { from(&mut cursor) } else { None };
        before.client = before.client.or(from);
        let mut word = cursor.word()?;
        if !quoted && word == "responded" {
            word = cursor.word()?;
        }
        let status = scan::status(word).filter(|status| (100..600).contains(status))?;
        let duration_ms = if quoted { None } else { Some(duration(&mut cursor)?) };
        let is_servers = if quoted {
            // Without a level it is nginx's or Apache's, or werkzeug's or Django's by its stamp, or chi's.
            from.is_some() || before.stamp.is_some_and(is_werkzeugs) || before.client.is_some() && before.levelled
        } else {
            before.client.is_none()
        };
        let is_call = is_servers && (from.is_some() || url.starts_with('/')) && litellm::is_route(providers::split_url(url).path);
        return is_call.then_some(Fields {
            timestamp: Some(before.stamp?),
            instant: Instant::End,
            client: before.client,
            method: Some("POST"),
            url: Some(url),
            status: Some(status),
            duration_ms,
            ..Fields::default()
        });
    }
    None
}

/// `method=POST path=/v1/chat/completions status=503 client=10.0.3.7`: what a middleware writes by the logger of its program. The
/// client's address tells it from what a program writes of a call that it makes.
fn pairs<'a>(mut cursor: Cursor<'a>, before: &Before<'a>) -> Option<Fields<'a>> {
    let mut fields = Fields {
        timestamp: Some(before.stamp?),
        instant: Instant::End,
        ..Fields::default()
    };
    while let Some((name, value)) = cursor.pair() {
        match key(name) {
            Some(Key::Foreign | Key::Model | Key::Time | Key::Msec) => return None,
            Some(key) => fill(&mut fields, key, value.text()),
            None => {}
        }
    }
    let url = fields.url.filter(|url| url.starts_with('/'))?;
    let is_call = fields.method == Some("POST") && fields.status.is_some() && litellm::is_route(providers::split_url(url).path);
    (is_call && fields.client.is_some_and(address)).then_some(fields)
}

/// chi's ` from 10.0.3.7:52334 -` before the status.
fn from<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let mut ahead = *cursor;
    let client = (ahead.word()? == "from")
        .then(|| ahead.word())?
        .filter(|word| address(word))?;
    (ahead.word()? == "-").then(|| *cursor = ahead)?;
    Some(client)
}

/// `1389ms`, morgan's ` - - 1307.724 ms`, Serilog's ` in 638.3681 ms`, and nothing behind it but koa-logger's size.
fn duration(cursor: &mut Cursor<'_>) -> Option<f64> {
    let mut last = "";
    while let Some(word) = cursor.word() {
        let is_count = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match word {
            "-" | "in" => {}
            "ms" => return scan::scaled(last, 0).filter(|_| cursor.is_done()),
            _ if is_count => last = word,
            _ => {
                let ms = scan::scaled(word.strip_suffix("ms")?, 0);
                return ms.filter(|_| is_size(cursor.word().unwrap_or("-")) && cursor.is_done());
            }
        }
    }
    None
}

/// `151b`, `1.2kb`, `-`.
fn is_size(word: &str) -> bool {
    let count = word.trim_end_matches('b').trim_end_matches(['k', 'm']);
    word == "-" || !count.is_empty() && word.ends_with('b') && scan::scaled(count, 0).is_some()
}

/// `INFO`, `INFO:`, `[info]`.
fn is_level(text: &str) -> bool {
    levels::is_error(text.trim_end_matches(':')).is_some()
}

/// An address, with or without a port.
fn address(word: &str) -> bool {
    let alone = word.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    let alone = alone.map_or(word, |(address, _)| address);
    alone.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

/// `21/Nov/2026 10:00:01`.
fn is_werkzeugs(stamp: &str) -> bool {
    matches!(
        stamp.as_bytes(),
        [_, _, b'/', _, _, _, b'/', _, _, _, _, b' ', _, _, b':', ..]
    )
}

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
