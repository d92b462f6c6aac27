//! Reads Apache's error log: why a request to a backend went wrong, which the access log cannot say.
//!
//! One failure writes two or three lines (AH01102 and then AH00898); each is a detail of the exchange that the access log
//! tells. Lines that are not about a backend are understood and give nothing. The clock is local, has no zone and shows
//! microseconds. <https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat>

use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::text::scan::{self, Cursor, Token};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct ApacheError;

/// Markers that a worker was set aside: they tell of no exchange.
const MARKERS: [&str; 2] = ["AH00959", "AH00940"];

/// Levels at which a backend's fault is logged.
const LEVELS: [&str; 5] = ["emerg", "alert", "crit", "error", "warn"];

/// All levels of Apache's, which it writes in small letters and nothing behind them but a trace's number (`LogLevel`).
const NAMED: [&str; 9] = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug", "trace"];

/// Days as Apache's clock begins with them.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

struct Line<'a> {
    stamp: &'a str,
    /// `proxy_http`; empty in the 2.2 style.
    module: &'a str,
    level: &'a str,
    /// `address:port`, where a client is involved.
    client: Option<&'a str>,
    /// What stands after the brackets, `(70007)The timeout …` and `[client …]` included.
    message: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Result<Self, Unread> {
        let mut cursor = Cursor::new(line);
        let Some(Token::Bracketed(stamp)) = cursor.token() else {
            return Err(Unread::NotThisFormat);
        };
        let Some(Token::Bracketed(severity)) = cursor.token() else {
            return Err(Unread::NotThisFormat);
        };
        let (module, level) = severity.rsplit_once(':').unwrap_or(("", severity));
        if !NAMED.contains(&level.trim_end_matches(|letter: char| letter.is_ascii_digit())) {
            return Err(Unread::NotThisFormat);
        }
        let mut message = cursor.rest().trim_start();
        // `%{cu}t`: others write such stamps too, and neither the module nor the process behind it.
        let is_compact = || stamp.get(4..5) == Some("-") && !module.is_empty() && message.starts_with("[pid ");
        if !stamp.get(..3).is_some_and(|day| DAYS.contains(&day)) && !is_compact() {
            return Err(Unread::NotThisFormat);
        }
        if message.starts_with("[pid ") {
            cursor.token();
            message = cursor.rest();
        }
        Ok(Self {
            stamp,
            module,
            level,
            client: message.split_once("[client ").and_then(|(_, rest)| rest.split(']').next()),
            message: message.trim_end(),
        })
    }

    /// Whether the line tells how an exchange with a backend went.
    fn is_about_a_backend(&self) -> bool {
        let proxy = self.module.starts_with("proxy") || self.message.contains("proxy:") || self.message.contains("remote server");
        proxy && LEVELS.contains(&self.level) && !MARKERS.iter().any(|marker| self.message.contains(marker))
    }

    fn fields(&self) -> Fields<'a> {
        Fields {
            grain: Grain::Detail,
            timestamp: Some(self.stamp),
            instant: Instant::End,
            client: self.client.map(|client| match client.rsplit_once(':') {
                Some((address, port)) if port.parse::<u16>().is_ok() && !address.ends_with(':') => address,
                _ => client,
            }),
            url: self.behind(" returned by ").filter(|url| url.starts_with('/')),
            server_address: self
                .behind("remote server ")
                .or_else(|| self.behind("DNS lookup failure for: "))
                .or_else(|| self.behind("connection to backend: "))
                .filter(|host| host.contains('.')),
            upstream_address: self.behind("attempt to connect to "),
            proxy_detail: Some(self.message),
            text: Some(self.message),
            ..Fields::default()
        }
    }

    /// The word behind a phrase.
    fn behind(&self, phrase: &str) -> Option<&'a str> {
        let (_, rest) = self.message.split_once(phrase)?;
        rest.split([' ', ',', ')']).next().filter(|word| !word.is_empty())
    }
}

impl Format for ApacheError {
    fn name(&self) -> &'static str {
        "apache-error"
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
        if line.is_about_a_backend() {
            emit(&line.fields());
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "[Thu Mar 06 14:02:55.776475 2025] [proxy_http:error] [pid 28065:tid 28075] (70007)The timeout specified has expired: [client 10.0.3.7:36498] AH01102: error reading status line from remote server api.openai.com:443",
            "[Thu Jul 02 20:58:52.359275 2026] [mpm_event:notice] [pid 12197:tid 12197] AH00489: Apache/2.4.71 (Debian) OpenSSL/3.0.19 configured -- resuming normal operations",
            "[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied by server configuration: /export/home/live/ap/htdocs/test",
        ]
    }

    fn source(&self) -> &'static str {
        "https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat"
    }
}
