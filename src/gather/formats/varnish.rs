//! Reads what `varnishncsa` writes: its combined lines, whose request holds a whole URL, and JSON that a site makes with
//! Varnish's own variables.
//!
//! The stamp is the moment the request came in. <https://varnish-cache.org/docs/trunk/reference/varnishncsa.html>

use super::access_keys::{Key, fill, key};
use super::access_line::common;
use super::format::{Fit, Format, Unread};
use super::json_values::Unescaped;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::Members;
use crate::text::scan::{self, Cursor, Token};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Varnish;

/// What `%{Varnish:handling}x` and `%{Varnish:side}x` print (varnishncsa, section "Format").
const HANDLINGS: [&str; 7] = ["hit", "miss", "pass", "pipe", "error", "synth", "hitmiss"];

/// Names under which sites log the handling.
const HANDLING_KEYS: [&str; 5] = ["handling", "cache", "varnish_handling", "hitmiss", "cache_status"];

/// A combined line and the handling, if it follows.
fn text(line: &str) -> Result<Fields<'_>, Unread> {
    let (mut fields, rest) = common(line)?;
    // A backend's line of `-b` has the whole URL too. What else logs one (a forward proxy) names no plain `http://`.
    if !fields.url.is_some_and(|url| url.starts_with("http://")) {
        return Err(Unread::NotThisFormat);
    }
    fields.instant = Instant::Start;
    let mut cursor = Cursor::new(rest);
    while let Some(token) = cursor.token() {
        match token {
            Token::Quoted(_) => {}
            Token::Bare(word) if HANDLINGS.contains(&word) => fields.proxy_flag = own(word),
            // Squid's combined line looks alike, with its own words behind.
            _ => return Err(Unread::NotThisFormat),
        }
    }
    Ok(fields)
}

/// A handling in which Varnish answered for itself.
fn own(handling: &str) -> Option<&str> {
    Some(handling).filter(|handling| matches!(*handling, "synth" | "error"))
}

fn json<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields::default();
    let mut varnish = false;
    for (name, value) in members.by_ref() {
        let Some(text) = unescaped.text(value) else { continue };
        let lower = name.to_ascii_lowercase();
        varnish |= lower.contains("varnish") || lower == "vxid" || lower == "berespms";
        if HANDLING_KEYS.contains(&lower.as_str()) && HANDLINGS.contains(&text) {
            fields.proxy_flag = own(text);
        } else if lower == "vxid" {
            fields.gateway_request_id = Some(text);
        } else if lower == "remoteip" {
            fields.client = Some(text);
        } else if lower == "duration_usec" {
            fields.duration_ms = scan::scaled(text, -3);
        } else if let Some(key) = key(name).filter(|key| *key != Key::Foreign) {
            fill(&mut fields, key, text);
        }
    }
    if !varnish || fields.status.is_none() {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.instant = Instant::Start;
    Ok(fields)
}

/// Whether a line holds a word that one of [`json`]'s telling keys has, in any case.
fn names_varnish(line: &[u8]) -> bool {
    let holds = |words: &[&str], at: usize| {
        let rest = line.get(at..).unwrap_or_default();
        words.iter().any(|word| {
            rest.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    memchr::memchr2_iter(b'v', b'V', line).any(|at| holds(&["varnish", "vxid"], at))
        || memchr::memchr2_iter(b'b', b'B', line).any(|at| holds(&["berespms"], at))
}

fn read<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    if line.trim_start().starts_with('{') {
        json(line, unescaped)
    } else {
        text(line)
    }
}

impl Format for Varnish {
    fn name(&self) -> &'static str {
        "varnish"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"{") && !names_varnish(line) {
            return Fit::No;
        }
        match read(&scan::text(line), &Unescaped::default()) {
            Ok(_) if line.starts_with(b"{") => Fit::Yes,
            Ok(_) => Fit::Maybe,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        emit(&read(&line, &unescaped)?);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"10.0.3.7 - - [06/Mar/2025:14:02:45 +0000] "POST http://llm.example.net/v1/chat/completions HTTP/1.1" 503 284 "-" "OpenAI/Python 1.66.0""#,
            r#"{"timestamp":"2025-03-06T14:02:45+0000","varnish_side":"c","vxid":"32770","remoteip":"10.0.3.7","method":"POST","url":"/v1/chat/completions","host":"llm.example.net","status":503,"bytes":284,"berespms":"","duration_usec":60001234,"handling":"synth"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://varnish-cache.org/docs/trunk/reference/varnishncsa.html"
    }
}
