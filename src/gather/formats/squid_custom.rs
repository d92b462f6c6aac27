//! Reads Squid access lines of a site's own shape: `key=value` pairs, and the common log format with Squid's result
//! behind.
//!
//! Squid is known by its values, whatever their keys: a result (`TCP_TUNNEL`), an error (`ERR_CONNECT_FAIL`), a
//! hierarchy (`HIER_DIRECT`). Squid stamps the end. <https://www.squid-cache.org/Doc/config/logformat/>

use super::access_keys::{Key, fill, key};
use super::access_line::common;
use super::format::{Fit, Format, Unread};
use super::squid_native::{is_result, set_target};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct SquidCustom;

fn read(line: &str) -> Result<Option<Fields<'_>>, Unread> {
    let read = if line.contains("HIER_") || line.contains("_NONE") || line.contains("_PARENT") {
        combined(line).or_else(|| pairs(line))
    } else {
        None
    };
    read.ok_or(Unread::NotThisFormat)
}

/// The common log format and `TCP_MISS:HIER_DIRECT`.
fn combined(line: &str) -> Option<Option<Fields<'_>>> {
    let (mut fields, rest) = common(line).ok()?;
    let (result, hierarchy) = rest.trim_end().rsplit(' ').next()?.split_once(':')?;
    if !is_result(result) || !is_result(hierarchy) {
        return None;
    }
    fields.instant = Instant::End;
    fields.proxy_flag = Some(result);
    let target = fields.method.zip(fields.url.take());
    Some(target.and_then(|(method, url)| set_target(&mut fields, method, url).then_some(fields)))
}

/// Pairs, with or without a stamp in front.
fn pairs(line: &str) -> Option<Option<Fields<'_>>> {
    let mut cursor = Cursor::new(line);
    let mut fields = Fields {
        instant: Instant::End,
        ..Fields::default()
    };
    let mut result = None;
    let mut hierarchy = false;
    let mut request = None;
    loop {
        if let Some((name, value)) = cursor.pair() {
            let value = value.text();
            match name {
                "req" | "request" => request = Some(value),
                // `%>Hs/%<Hs`: what the client was sent, and what the server said.
                "status" => set_statuses(&mut fields, value),
                "peer" | "server" => fill(&mut fields, Key::UpstreamAddress, value.trim_end_matches(":-")),
                "ms" | "tr" | "elapsed" => fields.duration_ms = scan::scaled(value, 0),
                _ if is_result(value) && is_hierarchy(value) => hierarchy = true,
                _ if is_result(value) => result = Some(value),
                _ if value.starts_with("ERR_") => fields.proxy_flag = Some(value),
                _ => {
                    if let Some(key) = key(name) {
                        fill(&mut fields, key, value);
                    }
                }
            }
        } else if let Some(token) = cursor.token() {
            fields.timestamp = fields.timestamp.or(Some(token.text()));
        } else {
            break;
        }
    }
    if !hierarchy || result.is_none() {
        return None;
    }
    // The error code says more than the result, and stands only where something went wrong.
    fields.proxy_flag = fields.proxy_flag.or(result);
    let target = request.and_then(scan::request);
    Some(target.and_then(|(method, url)| set_target(&mut fields, method, url).then_some(fields)))
}

fn set_statuses<'a>(fields: &mut Fields<'a>, value: &'a str) {
    let (client, server) = value.split_once('/').unwrap_or((value, "-"));
    fields.status = scan::status(client);
    fields.upstream_status = Some(server).filter(|server| *server != "-");
}

fn is_hierarchy(word: &str) -> bool {
    word.starts_with("HIER_") || word.ends_with("_PARENT") || word.ends_with("_SIBLING") || word == "PINNED"
}

impl Format for SquidCustom {
    fn name(&self) -> &'static str {
        "squid-custom"
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
            r#"2026-10-21T08:20:18.100+0100 client=10.24.1.2 req="CONNECT api.openai.com:443 HTTP/1.1" status=200/- result=TCP_TUNNEL err=-/- hier=HIER_DIRECT peer=162.159.140.245:443 ms=3510 dns_ms=- crid=- rid=- bytes=5458"#,
            r#"10.0.3.7 - - [06/Mar/2025:14:02:42 +0000] "CONNECT api.openai.com:443 HTTP/1.1" 200 5458 "-" "OpenAI/Python 1.66.0" TCP_TUNNEL:HIER_DIRECT"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.squid-cache.org/Doc/config/logformat/"
    }
}
