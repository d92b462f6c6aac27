//! Reads what Kong's logging plugins write of a request (`file-log`, `http-log` and their kin), one JSON object or, from
//! `http-log` in batches, an array of them.
//!
//! Kong stamps the start in milliseconds. `source` tells who wrote the answer; nginx's `$upstream_status` does not, for it
//! is set on a connection that failed. The AI plugins add provider, model and tokens, and prompts, which are stepped over.
//! Its access log in text is nginx's combined one with an id behind. <https://developer.konghq.com/plugins/file-log/>

use super::access_line::{common, is_exchange};
use super::format::{Fit, Format, Unread};
use super::header_map;
use super::json_values::{Unescaped, each, marks_in, raw};
use crate::model::{Fields, Instant, Vantage};
use crate::providers;
use crate::text::json::{Members, Value, items};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kong;

/// The words by which `signatures` knows whose an error is: Kong tried upstream and gave up, or it never asked.
const GAVE_UP: &str = "gave up";
const NEVER_ASKED: &str = "never asked";

/// What stands behind a combined line since Kong 3.5 (templates/nginx_kong.lua).
const TEXT_MARK: &str = " kong_request_id: \"";

#[derive(Default)]
struct Seen<'a> {
    started: bool,
    latencies: bool,
    /// A raw connection, which has a session and no request.
    session: bool,
    source: Option<&'a str>,
    correlation: Option<&'a str>,
    waiting_ms: Option<f64>,
    tried: bool,
    upstream_url: Option<&'a str>,
    service_host: Option<&'a str>,
}

fn read<'a>(text: &'a str, unescaped: &'a Unescaped) -> Result<Option<Fields<'a>>, Unread> {
    let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        instant: Instant::Start,
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        member(&mut fields, &mut seen, name, value, unescaped);
    }
    if !seen.started || !seen.latencies {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    if seen.session {
        return Ok(None);
    }
    if let Some(url) = seen
        .upstream_url
        .filter(|url| providers::is_llm_path(providers::split_url(url).path))
    {
        fields.url = Some(url);
    }
    fields.server_address = fields.server_address.or(seen.service_host);
    // A plugin may give the caller Kong's own id under the provider's name.
    let own = [fields.gateway_request_id, seen.correlation];
    fields.x_request_id = fields.x_request_id.filter(|id| !own.contains(&Some(*id)));
    fields.gateway_request_id = fields.gateway_request_id.or(seen.correlation);
    match seen.source {
        Some("upstream" | "service") => fields.upstream_header_ms = Some(seen.waiting_ms.or(Some(0.0))),
        Some(_) if fields.status.is_some_and(|status| status >= 400) => {
            fields.proxy_flag = Some(if seen.tried { GAVE_UP } else { NEVER_ASKED });
        }
        _ => {}
    }
    Ok(Some(fields))
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !text.is_empty() && *text != "null");
    match name {
        "started_at" => {
            seen.started = true;
            fields.timestamp = text();
        }
        "client_ip" => fields.client = text(),
        "source" => seen.source = text(),
        "session" => seen.session = true,
        "upstream_uri" => seen.upstream_url = unescaped.text(value).filter(|url| !url.is_empty()),
        "upstream_status" => fields.upstream_status = text(),
        "correlation_id" => seen.correlation = text(),
        "latencies" => each(value, |name, value| {
            seen.latencies = true;
            let ms = raw(value).and_then(|ms| scan::scaled(ms, 0)).filter(|ms| *ms >= 0.0);
            match name {
                "request" => fields.duration_ms = ms,
                "proxy" => seen.waiting_ms = ms,
                _ => {}
            }
        }),
        "request" => each(value, |name, value| request(fields, name, value, unescaped)),
        "response" => each(value, |name, value| match name {
            "status" => fields.status = raw(value).and_then(scan::status),
            "headers" => each(value, |name, value| header_map::response_header(fields, name, value)),
            _ => {}
        }),
        "service" => each(value, |name, value| {
            if name == "host" {
                // Kong's documentation has the AI plugins' services point at a host that is never asked.
                seen.service_host = raw(value).filter(|host| *host != "localhost");
            }
        }),
        "tries" => tries(fields, seen, value),
        "ai" => each(value, |_, plugin| each(plugin, |name, value| ai(fields, name, value))),
        _ => {}
    }
}

/// Calls `take` with every member of an object, and with none of anything else.
fn request<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>, unescaped: &'a Unescaped) {
    match name {
        "id" => fields.gateway_request_id = raw(value),
        "method" => fields.method = raw(value),
        "uri" => fields.url = unescaped.text(value),
        "headers" => each(value, |name, value| header_map::request_header(fields, name, value)),
        _ => {}
    }
}

/// The last of the servers that were tried.
fn tries<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, value: Value<'a>) {
    let Value::Array(tries) = value else { return };
    for one in items(tries) {
        seen.tried = true;
        each(one, |name, value| match name {
            "ip" => fields.upstream_address = raw(value),
            "hostname" => fields.server_address = raw(value),
            _ => {}
        });
    }
}

fn ai<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
    let text = |value| raw(value).filter(|text| !text.is_empty() && !matches!(*text, "null" | "UNSPECIFIED"));
    match name {
        "meta" => each(value, |name, value| match name {
            "provider_name" => fields.provider = text(value),
            "request_model" => fields.model = text(value).or(fields.model),
            "response_model" => fields.model = fields.model.or_else(|| text(value)),
            _ => {}
        }),
        "usage" => each(value, |name, value| match name {
            "prompt_tokens" => fields.input_tokens = text(value).and_then(|count| count.parse().ok()),
            "completion_tokens" => fields.output_tokens = text(value).and_then(|count| count.parse().ok()),
            _ => {}
        }),
        _ => {}
    }
}

/// A combined line with Kong's id behind.
fn text_line(line: &str) -> Result<Fields<'_>, Unread> {
    let (before, id) = line.rsplit_once(TEXT_MARK).ok_or(Unread::NotThisFormat)?;
    let (mut fields, _) = common(before)?;
    fields.instant = Instant::End;
    fields.gateway_request_id = id.split('"').next().filter(|id| !id.is_empty());
    Ok(fields)
}

impl Format for Kong {
    fn name(&self) -> &'static str {
        "kong"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if line.trim_ascii_start().starts_with(b"{") && marks_in(line, &["latencies"]) == 0 {
            return Fit::No;
        }
        match self.parse(line, &mut |_| {}) {
            Ok(()) => Fit::Yes,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let text = text.trim();
        let mut one = |object: &str| {
            let unescaped = Unescaped::default();
            let fields = read(object, &unescaped)?;
            fields.iter().for_each(&mut *emit);
            Ok(())
        };
        if text.starts_with('{') {
            return one(text);
        }
        if text.starts_with('[') {
            let mut read = Err(Unread::NotThisFormat);
            for item in items(text) {
                let Value::Object(object) = item else {
                    return Err(Unread::NotThisFormat);
                };
                one(object)?;
                read = Ok(());
            }
            return read;
        }
        let fields = text_line(text)?;
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"workspace":"b4a1e9a2-6b4a-4e91-9c2e-3b6a9d8f1c72","source":"upstream","upstream_uri":"/v1/chat/completions","upstream_status":"503","client_ip":"10.0.3.7","started_at":1741269760112,"tries":[{"ip":"162.159.140.245","port":443,"hostname":"api.openai.com","balancer_latency":0,"balancer_start":1741269760115,"keepalive":true}],"request":{"id":"9ec9264afbbbad5fe5c64877d92eeb04","uri":"/chat","url":"http://llm.example.net:8000/chat","method":"POST","size":323,"querystring":{},"headers":{"host":"llm.example.net","authorization":"REDACTED"}},"response":{"status":503,"size":311,"headers":{"content-type":"application/json","x-kong-upstream-latency":"812","x-kong-proxy-latency":"3","via":"1.1 kong/3.11.0.0-enterprise-edition"}},"latencies":{"kong":3,"proxy":812,"receive":0,"request":816},"route":{"name":"chat","protocols":["http","https"]},"service":{"name":"llm","host":"localhost","port":32000},"ai":{"proxy":{"meta":{"provider_name":"openai","request_model":"gpt-4o","response_model":"gpt-4o","plugin_id":"a1"},"usage":{"prompt_tokens":0,"completion_tokens":0}}}}"#,
            r#"10.0.3.7 - - [06/Mar/2025:14:02:42 +0000] "POST /chat HTTP/1.1" 502 167 "-" "OpenAI/Python 1.66.0" kong_request_id: "9ec9264afbbbad5fe5c64877d92eeb04""#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://developer.konghq.com/plugins/file-log/; kong/pdk/log.lua; kong/templates/nginx_kong.lua"
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Kong};

    #[test]
    fn kongs_own_ids_never_pass_for_the_providers() {
        for own in [r#""correlation_id":"a1""#, r#""request":{"id":"a1"}"#] {
            let line = format!(
                r#"{{"started_at":1,"latencies":{{"proxy":1}},"response":{{"status":503,"headers":{{"x-request-id":"a1"}}}},{own}}}"#
            );
            let mut seen = 0;
            Kong.parse(line.as_bytes(), &mut |fields| {
                seen += 1;
                assert_eq!((fields.x_request_id, fields.gateway_request_id), (None, Some("a1")));
            })
            .unwrap();
            assert_eq!(seen, 1);
        }
    }
}
