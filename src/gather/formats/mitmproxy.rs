//! Reads what mitmdump and mitmproxy print: an exchange on two lines or more, and events with a clock.
//!
//! An exchange is printed when it has ended, and has no time of its own: it ended after the event above it. The clock has
//! no date. From `flow_detail` 2 on the headers follow, four columns in. Read in mitmproxy's `addons/dumper.py` and
//! `addons/termlog.py`. <https://docs.mitmproxy.org/stable/concepts/options/#flow_detail>

use super::format::{Fit, Format, Unread};
use crate::gather::frame::Framing;
use crate::gather::messages::headers;
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mitmproxy;

/// What an address, a method and a URL make.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    client: &'a str,
    method: &'a str,
    url: &'a str,
}

impl<'a> Request<'a> {
    /// `10.0.3.7:59519: POST https://api.openai.com/v1/chat/completions HTTP/2.0`; the version only where it is not 1.x.
    fn read(line: &'a str) -> Option<Self> {
        let (client, rest) = line.split_once(": ")?;
        let (method, rest) = rest.split_once(' ')?;
        let url = rest.split(' ').next()?;
        let is_address = client.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains(' ') && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
        });
        let has_scheme = ["http://", "https://", "ws://", "wss://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        let known = (is_address || client == "[replay]") && scan::is_method(method) && has_scheme;
        known.then_some(Self {
            client,
            method,
            url: whole_parts(url),
        })
    }
}

/// A URL that was cut to the width of a terminal, without the part that was cut.
fn whole_parts(url: &str) -> &str {
    match url.strip_suffix('…') {
        Some(cut) => cut.rsplit_once(['/', '?']).map_or(cut, |(whole, _)| whole),
        None => url,
    }
}

/// What stands behind `<<`: `502 Bad Gateway 155b`, `HTTP/2.0 200 OK 2.2k`, or why there is no answer.
fn answer<'a>(said: &'a str, fields: &mut Fields<'a>) {
    let said = said.trim();
    let behind_version = said
        .strip_prefix("HTTP/")
        .and_then(|rest| rest.split_once(' '))
        .map_or(said, |(_, rest)| rest);
    let first = behind_version.split(' ').next().unwrap_or_default();
    match scan::status(first).filter(|status| (100..600).contains(status)) {
        Some(status) => fields.status = Some(status),
        None => {
            fields.ok = Some(false);
            fields.text = Some(said);
        }
    }
}

/// `[10:30:15.561][10.26.1.1:57695] client connect`: the clock.
fn clock(line: &str) -> Option<&str> {
    let (clock, _) = line.strip_prefix('[')?.split_once(']')?;
    let pattern = b"dd:dd:dd.ddd";
    let fits = |(byte, wanted): (u8, &u8)| {
        if *wanted == b'd' {
            byte.is_ascii_digit()
        } else {
            byte == *wanted
        }
    };
    (clock.len() == pattern.len() && clock.bytes().zip(pattern).all(fits)).then_some(clock)
}

/// An event's words, behind its clock and its connection.
fn event(line: &str) -> Option<&str> {
    clock(line)?;
    let (_, rest) = line.split_once(']')?;
    let rest = match rest.strip_prefix('[') {
        Some(inner) => inner.split_once("] ")?.1,
        None => rest.strip_prefix(' ')?,
    };
    Some(rest)
}

/// Events that nobody else prints.
fn is_own_event(words: &str) -> bool {
    const STARTS: [&str; 5] = [
        "client connect",
        "client disconnect",
        "server connect ",
        "server disconnect ",
        "Loading script ",
    ];
    STARTS.iter().any(|start| words.starts_with(start)) || words.contains("listening at ")
}

/// `<< 200 OK 2.2k` with the blanks that align it.
fn answer_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("[replay]").unwrap_or(line).trim_start().strip_prefix("<< ")
}

impl Format for Mitmproxy {
    fn name(&self) -> &'static str {
        "mitmproxy"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        if !line
            .first()
            .is_some_and(|first| *first == b'[' || first.is_ascii_alphanumeric())
        {
            return false;
        }
        let line = scan::text(line);
        clock(&line).is_some() || Request::read(&line).is_some()
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        if Request::read(&line).is_some() || event(&line).is_some_and(is_own_event) {
            Fit::Yes
        } else if answer_of(&line).is_some() || event(&line).is_some() {
            Fit::Maybe
        } else {
            Fit::No
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let mut lines = text.lines();
        let first = lines.next().ok_or(Unread::NotThisFormat)?;
        if let Some(clock) = clock(first) {
            // No end of anything; the exchanges below it have its time.
            emit(&Fields {
                grain: Grain::Start,
                timestamp: Some(clock),
                instant: Instant::Start,
                ..Fields::default()
            });
            return Ok(());
        }
        let request = Request::read(first).ok_or(Unread::NotThisFormat)?;
        let mut fields = Fields {
            client: Some(request.client).filter(|client| *client != "[replay]"),
            method: Some(request.method),
            url: Some(request.url),
            instant: Instant::End,
            ..Fields::default()
        };
        let mut is_answered = false;
        for line in lines {
            if let Some(said) = answer_of(line).filter(|_| !is_answered) {
                is_answered = true;
                answer(said, &mut fields);
            } else if let Some((name, value)) = line.strip_prefix("    ").and_then(|header| header.split_once(": ")) {
                let take = if is_answered { headers::response } else { headers::request };
                take(name, value.trim_end(), &mut fields);
            }
        }
        if !is_answered {
            return Err(Unread::CutShort);
        }
        emit(&fields);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "10.0.3.7:59519: POST https://api.openai.com/v1/chat/completions\n              << 500 Internal Server Error 151b",
            "10.0.3.7:59520: POST https://api.openai.com/v1/responses HTTP/2.0\n     << HTTP/2.0 200 OK 2.2k",
            "[10:30:15.561][10.26.1.1:57695] client connect",
            "[10:26:56.094] reverse proxy to https://api.openai.com listening at 10.26.0.21:8080.",
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.mitmproxy.org/stable/concepts/options/#flow_detail"
    }
}
