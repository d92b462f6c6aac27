//! Reads nginx's `error.log`: why a request to an upstream went wrong, which the access log cannot say.
//!
//! A line is a detail of an exchange that the access log tells; it is joined by client, request and second. Lines that
//! are not about an upstream's fault are understood and give nothing: start-up notices, buffering warnings, the marker
//! that a server was set aside. The clock is local, has no zone and shows seconds.
//! <https://nginx.org/en/docs/ngx_core_module.html#error_log>

use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::text::scan::{self, Cursor};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct NginxError;

/// nginx's severity words.
const LEVELS: [&str; 8] = ["debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"];

/// Messages on a request that say nothing of its end.
const NOISE: [&str; 4] = [
    "upstream server temporarily disabled",
    "is buffered to a temporary file",
    "using uninitialized",
    "cache file",
];

/// Where nginx starts to list the circumstances of a request.
const CLIENT: &str = ", client: ";

struct Line<'a> {
    stamp: &'a str,
    level: &'a str,
    /// What happened, with `while …`.
    message: &'a str,
    /// `client: …, server: …, request: "…", upstream: "…", host: "…"`; empty where there is no request.
    context: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Result<Self, Unread> {
        let stamp = line.get(..19).filter(|stamp| is_stamp(stamp)).ok_or(Unread::NotThisFormat)?;
        let mut cursor = Cursor::new(line.get(19..).unwrap_or_default());
        cursor.literal(" [").ok_or(Unread::NotThisFormat)?;
        let level = cursor.until(b']').ok_or(Unread::CutShort)?;
        if !LEVELS.contains(&level) {
            return Err(Unread::NotThisFormat);
        }
        cursor.blanks();
        let (process, rest) = cursor.rest().split_once(": ").ok_or(Unread::CutShort)?;
        let (pid, thread) = process.split_once('#').ok_or(Unread::NotThisFormat)?;
        if scan::scaled(pid, 0).is_none() || scan::scaled(thread, 0).is_none() {
            return Err(Unread::NotThisFormat);
        }
        let message = match rest.strip_prefix('*').and_then(|rest| rest.split_once(' ')) {
            Some((number, message)) if scan::scaled(number, 0).is_some() => message,
            _ => rest,
        };
        let (message, context) = match message.find(CLIENT) {
            Some(at) => message.split_at_checked(at).unwrap_or((message, "")),
            None => (message, ""),
        };
        Ok(Self {
            stamp,
            level,
            message: message.trim_end(),
            context,
        })
    }

    /// Whether the line tells how an exchange ended.
    fn is_about_an_exchange(&self) -> bool {
        !self.context.is_empty()
            && self.level != "debug"
            && self.context.contains(", request: \"")
            && !NOISE.iter().any(|noise| self.message.contains(noise))
    }

    fn fields(&self) -> Fields<'a> {
        let request = self.quoted("request").and_then(scan::request);
        Fields {
            grain: Grain::Detail,
            timestamp: Some(self.stamp),
            instant: Instant::End,
            client: self.plain("client"),
            server_address: self.quoted("host"),
            method: request.map(|(method, _)| method),
            url: request.map(|(_, url)| url),
            upstream_address: self.quoted("upstream"),
            proxy_detail: Some(self.message),
            text: Some(self.message),
            ..Fields::default()
        }
    }

    /// `, name: value`.
    fn plain(&self, name: &str) -> Option<&'a str> {
        let value = self.behind(name)?;
        value.split(", ").next().filter(|value| !value.is_empty())
    }

    /// `, name: "value"`.
    fn quoted(&self, name: &str) -> Option<&'a str> {
        let value = self.behind(name)?.strip_prefix('"')?;
        value.split('"').next().filter(|value| !value.is_empty())
    }

    fn behind(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.context;
        while let Some((_, found)) = rest.split_once(", ") {
            if let Some(value) = found.strip_prefix(name).and_then(|found| found.strip_prefix(": ")) {
                return Some(value);
            }
            rest = found;
        }
        None
    }
}

/// `2025/03/06 14:02:42`.
fn is_stamp(stamp: &str) -> bool {
    stamp.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'/',
        10 => byte == b' ',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    })
}

impl Format for NginxError {
    fn name(&self) -> &'static str {
        "nginx-error"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        Line::read(&scan::text(line)).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let line = Line::read(&text)?;
        if line.is_about_an_exchange() {
            emit(&line.fields());
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"2025/03/06 14:02:42 [error] 898#898: *9 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.3.7, server: egress, request: "POST /v1/chat/completions HTTP/1.1", upstream: "https://104.18.7.192:443/v1/chat/completions", host: "api.openai.com""#,
            r#"2025/03/06 14:02:42 [warn] 898#898: *9 upstream server temporarily disabled while connecting to upstream, client: 10.0.3.7, server: egress, request: "POST /v1/chat/completions HTTP/1.1", upstream: "https://104.18.7.192:443/v1/chat/completions", host: "api.openai.com""#,
            r#"2025/03/06 14:00:00 [notice] 898#898: using the "epoll" event method"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://nginx.org/en/docs/ngx_core_module.html#error_log"
    }
}
