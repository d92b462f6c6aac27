//! Reads the common and combined access log of nginx and Apache, with or without further quoted fields behind.
//!
//! The two servers write the same text, and no line tells which: nginx stamps the end of an exchange, Apache its start.
//! So the instant stays unknown and the clocks of joined pairs decide, unless a time with three decimals follows, which
//! is nginx's `$request_time`. A combined line shows only what the client was sent; whether that came from the provider
//! it cannot say. <https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>

use super::access_keys::{Key, fill, seconds_of};
use super::access_line::{common, is_exchange, unnamed};
use super::access_own;
use super::format::{Fit, Format, Unread};
use super::shapes;
use crate::gather::alike::{Elapsed, Own, Slot};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor, Token};
use std::net::SocketAddr;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct NginxCombined;

/// nginx prints `$request_time` with three decimals; no other bare word of an access line looks so.
fn is_request_time(word: &str) -> bool {
    word.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3) && scan::scaled(word, 0).is_some()
}

/// An address and its port.
fn is_endpoint(word: &str) -> bool {
    word.parse::<SocketAddr>().is_ok()
}

impl Format for NginxCombined {
    fn name(&self) -> &'static str {
        "nginx-combined"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let Ok((fields, rest)) = common(&line) else { return Fit::No };
        // A server logs the path that it was asked for; whole URLs are logged by caches and forward proxies.
        if fields.url.is_some_and(|url| url.contains("://")) {
            return Fit::Maybe;
        }
        let mut cursor = Cursor::new(rest);
        while let Some(token) = cursor.token() {
            if !matches!(token, Token::Quoted(_)) {
                return Fit::Maybe;
            }
        }
        Fit::Yes
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let (mut fields, rest) = common(&line)?;
        let mut cursor = Cursor::new(rest);
        let mut timed = false;
        while let Some(token) = cursor.token() {
            match token {
                Token::Bare(word) if !timed && is_request_time(word) => {
                    fill(&mut fields, Key::RequestTime, word);
                    fields.instant = Instant::End;
                    timed = true;
                }
                // ingress-nginx: the upstream, its bytes and time, and its status.
                Token::Bare(word) if timed && fields.upstream_address.is_none() && is_endpoint(word) => {
                    fields.upstream_address = Some(word);
                }
                Token::Bare(word) if fields.upstream_address.is_some() && scan::status(word) == fields.status => {
                    fill(&mut fields, Key::UpstreamStatus, word);
                }
                _ => unnamed(&mut fields, token),
            }
        }
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        let (mut fields, rest) = common(record).ok()?;
        let mut cursor = Cursor::new(rest);
        while let Some(token) = cursor.token() {
            unnamed(&mut fields, token);
        }
        let (mut slots, _) = access_own::beginning(record, fields.timestamp?)?;
        let mut cursor = Cursor::new(rest);
        let (mut timed, mut named) = (false, false);
        while let Some(token) = cursor.token() {
            match token {
                Token::Bare(word) if !timed && is_request_time(word) => {
                    slots.push(Slot::decimals(record, word, Own::Duration(Elapsed::By(seconds_of)))?);
                    timed = true;
                }
                _ if !named && shapes::is_provider_id(token.text()) => {
                    slots.extend(Slot::id(record, token.text(), Own::ProviderId));
                    named = true;
                }
                _ => {
                    let is_callers = fields.x_client_request_id.is_some_and(|id| std::ptr::eq(id, token.text()));
                    slots.extend(is_callers.then(|| Slot::id(record, token.text(), Own::ClientId)).flatten());
                }
            }
        }
        Some(slots)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"10.0.3.7 - - [06/Mar/2025:14:02:42 +0000] "POST /v1/chat/completions HTTP/1.1" 504 167 "-" "OpenAI/Python 1.66.0""#,
            r#"2001:db8::7 - alice [06/Mar/2025:14:02:43 +0100] "POST /v1/responses HTTP/2.0" 200 3308 "-" "OpenAI/JS 6.49.0" "198.51.100.4, 10.0.0.2""#,
            r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326"#,
            r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)""#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://nginx.org/en/docs/http/ngx_http_log_module.html"
    }
}
