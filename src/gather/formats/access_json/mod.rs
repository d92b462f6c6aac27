//! Reads access lines that a site wrote as JSON: nginx (`log_format … escape=json '{…}'`), and whatever gateway or server
//! stands in front of the calls.
//!
//! The keys are the site's own (`access_keys`), alone or in groups; numbers may stand in quotes, and an empty string means
//! none. An access line is known by what only the receiver of a request writes beside its method, path and status: who
//! asked, which upstream answered, how many bytes went back. nginx stamps the end of an exchange; of others the clocks
//! decide. <https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>

mod seen;
mod walk;

use super::access_keys::{Key, Unit, fill_in};
use super::access_line::is_exchange;
use super::access_own;
use super::format::{Fit, Format, Unread};
use super::json_values::Unescaped;
use crate::gather::alike::Slot;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;
use seen::Seen;
use walk::Member;

/// Who writes such lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Nginx,
    Other,
}

/// The format of one writer.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessJson {
    writer: Writer,
    unit: Unit,
}

impl AccessJson {
    /// Lines with what of all proxies only nginx has.
    pub(super) const NGINX: Self = Self::of(Writer::Nginx, Unit::Unsaid);
    /// All others.
    pub(super) const OTHER: Self = Self::of(Writer::Other, Unit::Unsaid);

    const fn of(writer: Writer, unit: Unit) -> Self {
        Self { writer, unit }
    }

    /// Whether a line is an access line, whoever wrote it.
    pub(super) fn holds(line: &[u8]) -> bool {
        Self::NGINX.walk(&scan::text(line), &Unescaped::default()).is_ok()
    }

    fn walk<'a>(&self, line: &'a str, unescaped: &'a Unescaped) -> Result<(Fields<'a>, Seen), Unread> {
        let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
        let mut fields = Fields::default();
        let mut seen = Seen::default();
        let unit = self.unit;
        walk::members(&mut members, &mut |member, value| match member {
            Member::Key(key) => {
                if let Some(text) = unescaped.text(value) {
                    seen.note(key, text);
                    fill_in(&mut fields, key, text, unit);
                } else {
                    seen.foreign |= key == Key::Foreign;
                }
            }
            Member::RequestHeader(name) => seen.request_header(&mut fields, name, value),
            Member::ResponseHeader(name) => seen.response_header(&mut fields, name, value),
            Member::Served => seen.served = true,
            Member::Asked => seen.asked = true,
            Member::Answered => seen.answered = true,
        });
        if !seen.tells_an_access(&fields) {
            return Err(Unread::NotThisFormat);
        }
        if !members.is_whole() {
            return Err(Unread::CutShort);
        }
        Ok((fields, seen))
    }

    fn read<'a>(&self, line: &'a str, unescaped: &'a Unescaped) -> Result<(Fields<'a>, Seen), Unread> {
        let (mut fields, seen) = self.walk(line, unescaped)?;
        if seen.nginx != (self.writer == Writer::Nginx) {
            return Err(Unread::NotThisFormat);
        }
        if seen.nginx {
            fields.instant = Instant::End;
        }
        Ok((fields, seen))
    }
}

/// One format for each unit that a log's times may be in.
const fn in_units(writer: Writer) -> [AccessJson; 4] {
    [
        AccessJson::of(writer, Unit::SECONDS),
        AccessJson::of(writer, Unit::MILLISECONDS),
        AccessJson::of(writer, Unit::MICROSECONDS),
        AccessJson::of(writer, Unit::NANOSECONDS),
    ]
}

static NGINX_IN: [AccessJson; 4] = in_units(Writer::Nginx);
static OTHER_IN: [AccessJson; 4] = in_units(Writer::Other);

impl Format for AccessJson {
    fn name(&self) -> &'static str {
        match self.writer {
            Writer::Nginx => "nginx-json",
            Writer::Other => "access-json",
        }
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match self.read(&scan::text(line), &Unescaped::default()) {
            Ok((_, seen)) if seen.client && seen.nginx => Fit::Yes,
            Ok((fields, seen)) if seen.tells_a_served_call(&fields) => Fit::Yes,
            Ok(_) => Fit::Maybe,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        let (fields, _) = self.read(&line, &unescaped)?;
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        let unescaped = Unescaped::default();
        let (fields, _) = self.read(record, &unescaped).ok()?;
        let mut told = Vec::new();
        for (name, value) in Members::of(record)? {
            // What stands in groups and lists, or is spelt with escapes, is compared as it is.
            if let Value::Text(text) | Value::Word(text) = value {
                match walk::own_key(name) {
                    walk::Owned::Key(key) => told.push((key, text)),
                    walk::Owned::Whole => {}
                }
            }
        }
        access_own::pairs(record, &fields, self.unit, &told)
    }

    fn measured(&self, lines: &[&[u8]]) -> Option<&'static dyn Format> {
        let unit = Unit::of_log(lines, |line, unit| {
            let unescaped = Unescaped::default();
            let (fields, _) = Self::of(self.writer, unit).read(line, &unescaped).ok()?;
            fields.duration_ms
        });
        let formats = match self.writer {
            Writer::Nginx => &NGINX_IN,
            Writer::Other => &OTHER_IN,
        };
        let known = formats.iter().find(|format| format.unit == unit);
        known.map(|format| format as &dyn Format)
    }

    fn left_by(&self) -> Option<&'static str> {
        Some("json-lines")
    }

    fn samples(&self) -> &'static [&'static str] {
        match self.writer {
            Writer::Nginx => &[
                r#"{"time":"2026-10-06T13:40:10-04:00","remote_addr":"10.22.1.32","method":"POST","host":"edge-b.internal","uri":"/v1/embeddings","status":200,"bytes":231,"request_time":1.650,"upstream_addr":"162.159.140.245:443","upstream_status":"200","upstream_response_time":"1.650","x_request_id":"req_82ec2209b7b206173ea243b1f226f344","x_client_request_id":"02e437ae-71fb-4d79-addc-6510f09f2048","cf_ray":"edaeac2f3bb394b0-AMS","user_agent":"OpenAI/Python 2.54.0"}"#,
                r#"{"msec":"1741269731.562","remote_addr":"10.0.3.7","request":"POST /v1/responses HTTP/1.1","http_host":"api.openai.com","status":"502","request_time":"0.004","upstream_addr":"104.18.7.192:443","upstream_status":"502","upstream_connect_time":"","upstream_header_time":"","upstream_http_x_request_id":""}"#,
                r#"{"ts":1758405601.123,"ip":"10.0.3.7","req":{"method":"POST","uri":"/v1/responses","len":412},"res":{"status":502,"bytes":157,"x_request_id":""},"dur":0.004,"up":[{"addr":"104.18.7.192:443","status":"502","time":"0.004"}]}"#,
                r#"{"timestamp":"1794989045.984","remoteAddr":"10.0.3.7","method":"POST","path":"/v1/messages","host":"llm-gw.corp.example","statusCode":"503","bytesSent":"477","requestTime":"1.006","upstreamAddr":"104.18.7.192:443","upstreamStatus":"503","upstreamResponseTime":"0.952","providerRequestId":"","clientRequestId":"cf78f6ad-e0cd-4c33-8254-5359fe08ea9f"}"#,
            ],
            Writer::Other => &[
                r#"{"@timestamp":"2026-11-18T08:04:15.483Z","clientip":"10.0.3.7","verb":"POST","uri":"/v1/chat/completions","response":503,"responsetime":1155,"bytes":292,"provider_req_id":"req_3e41837d0f83a61f4d2cbb2abc16a905","client_req_id":"e617c7dd-6f5e-4e63-abcc-af7a8ede1124"}"#,
                r#"{"@timestamp":"2026-11-21T10:00:01.081Z","http.request.method":"POST","url.path":"/v1/chat/completions","http.response.status_code":503,"http.server.request.duration":0.821,"http.response.header.x-request-id":"req_5eb561a4216363698b529b4a97b75092","client.address":"10.0.3.7"}"#,
                r#"{"level":50,"time":1795255361162,"pid":1,"hostname":"gw-1","req":{"id":8,"method":"POST","url":"/v1/chat/completions","headers":{"x-client-request-id":"f6ced90a-1111-4111-8111-2257ef829c88"},"remoteAddress":"10.0.3.7"},"res":{"statusCode":503,"headers":{"x-request-id":"req_71d2af7293b05a04cd085b71ba6676b3"}},"responseTime":902,"msg":"request completed"}"#,
            ],
        }
    }

    fn source(&self) -> &'static str {
        match self.writer {
            Writer::Nginx => "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
            Writer::Other => "https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span",
        }
    }
}

#[cfg(test)]
mod tests;
