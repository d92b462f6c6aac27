//! Reads Squid's native access log.
//!
//! HTTPS is a CONNECT: its line says that a tunnel was opened, to which host, and how long it lived; the requests inside
//! are invisible. Squid stamps the end, in UTC. <https://wiki.squid-cache.org/Features/LogFormat>

use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct SquidNative;

/// Puts what a tunnel or request was for where it belongs; `false` where Squid never saw one
/// (`error:transaction-end-before-headers`).
pub(super) fn set_target<'a>(fields: &mut Fields<'a>, method: &'a str, url: &'a str) -> bool {
    if !scan::is_method(method) || url.starts_with("error:") || url == "-" {
        return false;
    }
    fields.method = Some(method);
    fields.url = Some(url);
    if method == "CONNECT" {
        fields.server_address = Some(url.rsplit_once(':').map_or(url, |(host, _)| host));
    }
    true
}

/// `TCP_TUNNEL`, `NONE_NONE`, `TAG_NONE`.
pub(super) fn is_result(word: &str) -> bool {
    word.len() >= 4
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn read(line: &str) -> Result<Option<Fields<'_>>, Unread> {
    let mut cursor = Cursor::new(line);
    let stamp = cursor.word().filter(|stamp| is_stamp(stamp)).ok_or(Unread::NotThisFormat)?;
    let elapsed = cursor.word().ok_or(Unread::NotThisFormat)?;
    let client = cursor.word().ok_or(Unread::NotThisFormat)?;
    let code = cursor.word().ok_or(Unread::NotThisFormat)?;
    let (result, status) = code.split_once('/').ok_or(Unread::NotThisFormat)?;
    let status = scan::status(status)
        .filter(|_| is_result(result))
        .ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        timestamp: Some(stamp),
        instant: Instant::End,
        duration_ms: scan::scaled(elapsed, 0),
        client: Some(client).filter(|client| *client != "-"),
        status: Some(status),
        proxy_flag: Some(code),
        ..Fields::default()
    };
    cursor.word().ok_or(Unread::CutShort)?;
    let method = cursor.word().ok_or(Unread::CutShort)?;
    let url = cursor.word().ok_or(Unread::CutShort)?;
    cursor.word();
    let peer = cursor
        .word()
        .and_then(|hierarchy| hierarchy.split_once('/'))
        .map(|(_, peer)| peer);
    fields.upstream_address = peer.filter(|peer| *peer != "-");
    Ok(set_target(&mut fields, method, url).then_some(fields))
}

/// `1741269753.759`.
fn is_stamp(word: &str) -> bool {
    word.split_once('.')
        .is_some_and(|(seconds, ms)| seconds.len() == 10 && ms.len() == 3)
        && scan::scaled(word, 0).is_some()
}

impl Format for SquidNative {
    fn name(&self) -> &'static str {
        "squid-native"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        read(&scan::text(line)).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        if let Some(fields) = read(&line)? {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "1741269753.759     12 10.0.3.7 NONE_NONE/503 0 CONNECT api.openai.com:443 - HIER_NONE/- -",
            "1741269754.750  62714 10.0.3.7 TCP_TUNNEL/200 1934 CONNECT api.openai.com:443 - HIER_DIRECT/104.18.7.192 -",
            "1741269755.778      0 10.0.3.7 TCP_DENIED/407 4021 CONNECT api.openai.com:443 - HIER_NONE/- text/html",
        ]
    }

    fn source(&self) -> &'static str {
        "https://wiki.squid-cache.org/Features/LogFormat"
    }
}
