//! Reads nginx access lines that a site wrote as JSON (`log_format … escape=json '{…}'`).
//!
//! The keys are the site's own (`access_keys`); numbers may stand in quotes, and an empty string means none. nginx
//! stamps the end of an exchange. <https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>

use super::access_keys::{Key, fill, key};
use super::access_line::is_exchange;
use super::access_own;
use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, each, first};
use crate::gather::alike::Slot;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct NginxJson;

/// What tells an nginx line from other JSON.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// A client's address under a name that nginx sites use.
    remote: bool,
    /// A value that of all proxies only nginx has.
    nginx: bool,
    /// A member of another writer: an application's logger, Envoy, Caddy, a load balancer.
    foreign: bool,
}

fn read<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<(Fields<'a>, Seen), Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields::default();
    let mut seen = Seen::default();
    let mut take = |key: Key, value: Value<'a>| {
        seen.foreign |= key == Key::Foreign;
        seen.remote |= key == Key::Client;
        seen.nginx |= key.tells_nginx();
        if let Some(text) = unescaped.text(value) {
            fill(&mut fields, key, text);
        }
    };
    for (name, value) in members.by_ref() {
        match first(value) {
            Some(group @ Value::Object(_)) => {
                if let Some(Key::Foreign) = key(name) {
                    take(Key::Foreign, value);
                }
                each(group, |inner, value| {
                    if let Some(key) = key_within(name, inner) {
                        take(key, value);
                    }
                });
            }
            Some(_) | None => {
                if let Some(key) = key(name) {
                    take(key, value);
                }
            }
        }
    }
    if seen.foreign || fields.status.is_none() || !(seen.remote || seen.nginx) {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.instant = Instant::End;
    Ok((fields, seen))
}

/// The key of a value that the site put into a group: `"upstream":{"addr":…}`, `"res":{"status":…}`.
fn key_within(group: &str, name: &str) -> Option<Key> {
    let joined = |group: &str| key(&format!("{group}_{name}"));
    match group {
        "up" | "ups" | "upstream" | "upstreams" | "backend" => joined("upstream"),
        "req" | "request" | "http" => joined("request").or_else(|| key(name)),
        "res" | "resp" | "response" => key(name),
        "client" | "remote" => joined("client"),
        "time" | "timing" | "timings" => joined("request").or_else(|| joined("upstream")),
        _ => None,
    }
}

impl Format for NginxJson {
    fn name(&self) -> &'static str {
        "nginx-json"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line), &Unescaped::default()) {
            Ok((_, seen)) if seen.remote && seen.nginx => Fit::Yes,
            Ok(_) => Fit::Maybe,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        let (fields, _) = read(&line, &unescaped)?;
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        let unescaped = Unescaped::default();
        let (fields, _) = read(record, &unescaped).ok()?;
        let mut told = Vec::new();
        for (name, value) in Members::of(record)? {
            // What stands in groups and lists, or is spelt with escapes, is compared as it is.
            if let Value::Text(text) | Value::Word(text) = value {
                told.push((key(name), text));
            }
        }
        access_own::pairs(record, &fields, &told)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"time":"2026-10-06T13:40:10-04:00","remote_addr":"10.22.1.32","method":"POST","host":"edge-b.internal","uri":"/v1/embeddings","status":200,"bytes":231,"request_time":1.650,"upstream_addr":"162.159.140.245:443","upstream_status":"200","upstream_response_time":"1.650","x_request_id":"req_82ec2209b7b206173ea243b1f226f344","x_client_request_id":"02e437ae-71fb-4d79-addc-6510f09f2048","cf_ray":"edaeac2f3bb394b0-AMS","user_agent":"OpenAI/Python 2.54.0"}"#,
            r#"{"msec":"1741269731.562","remote_addr":"10.0.3.7","request":"POST /v1/responses HTTP/1.1","http_host":"api.openai.com","status":"502","request_time":"0.004","upstream_addr":"104.18.7.192:443","upstream_status":"502","upstream_connect_time":"","upstream_header_time":"","upstream_http_x_request_id":""}"#,
            r#"{"ts":1758405601.123,"ip":"10.0.3.7","req":{"method":"POST","uri":"/v1/responses","len":412},"res":{"status":502,"bytes":157,"x_request_id":""},"dur":0.004,"up":[{"addr":"104.18.7.192:443","status":"502","time":"0.004"}]}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format"
    }
}
