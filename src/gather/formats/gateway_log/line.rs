//! One line of a gateway's own server: what stands before the request, and what behind it.

use crate::gather::formats::access_keys::{Key, fill, key};
use crate::gather::formats::json_values::{Unescaped, raw};
use crate::gather::formats::{access_line, levels, litellm};
use crate::model::{Fields, Instant};
use crate::providers;
use crate::text::json::Members;
use crate::text::scan::{self, Cursor, Token};
use std::net::IpAddr;

/// Tokens before the request: a level, a process, an application, a thread, a logger, an address, the common log's dashes and stamp.
const MOST_BEFORE: usize = 14;

/// A line's text: of an object the message, of anything else itself.
pub(super) struct Line<'a> {
    text: &'a str,
    stamp: Option<&'a str>,
    /// A logger's level stood before it.
    levelled: bool,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str, unescaped: &'a Unescaped) -> Option<Self> {
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
pub(super) fn read<'a>(line: &Line<'a>) -> Option<Fields<'a>> {
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
