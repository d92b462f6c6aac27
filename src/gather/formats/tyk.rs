//! Reads Tyk's access log, as its logger writes it in text and in JSON, and the lines in which its proxy says why it made
//! an error.
//!
//! Tyk stamps the end. A template may leave out any column; `response_flag` is of Tyk's own set.
//! <https://tyk.io/docs/api-management/logs/access-logs>

use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, raw};
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::providers;
use crate::text::json::{Members, Value};
use crate::text::logfmt::pairs;
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tyk;

/// What Tyk's reverse proxy puts in front of a cause (gateway/reverse_proxy.go).
const CAUSE: &str = "http: proxy error: ";

#[derive(Default)]
struct Line<'a> {
    stamp: Option<&'a str>,
    prefix: Option<&'a str>,
    message: Option<&'a str>,
    path: Option<&'a str>,
    upstream: Option<&'a str>,
    remote: Option<&'a str>,
    upstream_ms: Option<f64>,
    user_ip: Option<&'a str>,
    server: Option<&'a str>,
    fields: Fields<'a>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str, unescaped: &'a Unescaped) -> Result<Self, Unread> {
        let mut line = Self::default();
        if text.starts_with('{') {
            let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
            for (name, value) in members.by_ref() {
                line.take(name, unescaped.text(value));
            }
            if line.is_ours() && !members.is_whole() {
                return Err(Unread::CutShort);
            }
        } else if text.starts_with("time=") {
            for (name, value) in pairs(text) {
                line.take(name, unquoted(value, unescaped));
            }
        }
        if line.is_ours() {
            Ok(line)
        } else {
            Err(Unread::NotThisFormat)
        }
    }

    fn is_ours(&self) -> bool {
        match self.prefix {
            Some("access-log") => true,
            Some("proxy") => self.message.is_some_and(|message| message.starts_with(CAUSE)),
            _ => false,
        }
    }

    fn take(&mut self, name: &str, value: Option<&'a str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        let fields = &mut self.fields;
        match name {
            "time" => self.stamp = Some(value),
            "prefix" => self.prefix = Some(value),
            "msg" => self.message = Some(value),
            "path" => self.path = Some(value),
            // Releases differ.
            "upstream_addr" | "upstream_address" => self.upstream = Some(value),
            "remote_addr" => self.remote = Some(value),
            "user_ip" => self.user_ip = Some(value),
            "server_name" => self.server = Some(value),
            "upstream_latency" => self.upstream_ms = scan::scaled(value, 0),
            "client_ip" => fields.client = Some(value),
            "latency_total" => fields.duration_ms = scan::scaled(value, 0),
            "method" => fields.method = Some(value),
            "status" => fields.status = scan::status(value),
            "upstream_status" => fields.upstream_status = Some(value).filter(|status| *status != "0"),
            "response_flag" => fields.proxy_flag = Some(value),
            "response_code_details" => fields.proxy_detail = Some(value),
            "trace_id" => fields.gateway_request_id = Some(value),
            _ => {}
        }
    }

    /// An exchange.
    fn access(self) -> Fields<'a> {
        let mut fields = self.fields;
        let host = |url: &&str| providers::split_url(url).host.is_some_and(|host| !host.is_empty());
        let upstream = self.upstream.filter(host);
        fields.timestamp = self.stamp;
        fields.instant = Instant::End;
        fields.client = fields.client.or(self.remote);
        // The path is the one that Tyk listens on.
        fields.url = upstream.or(self.path);
        let answered = fields.upstream_status.and_then(scan::status).is_some_and(|status| status > 0);
        if answered && fields.proxy_flag.is_none() {
            fields.upstream_header_ms = Some(self.upstream_ms.or(Some(0.0)));
        }
        fields
    }

    /// Why the proxy made an error.
    fn fault(self) -> Fields<'a> {
        let cause = self.message.and_then(|message| message.strip_prefix(CAUSE));
        Fields {
            grain: Grain::Detail,
            timestamp: self.stamp,
            instant: Instant::End,
            client: self.user_ip,
            server_address: self.server,
            proxy_detail: cause,
            text: cause,
            ..Fields::default()
        }
    }
}

/// A value without the quotes that logrus puts around what is not a plain word.
fn unquoted<'a>(value: &'a str, unescaped: &'a Unescaped) -> Option<&'a str> {
    match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(inside) if inside.contains('\\') => unescaped.text(Value::Escaped(inside)),
        Some(inside) => Some(inside),
        None => raw(Value::Word(value)),
    }
}

impl Format for Tyk {
    fn name(&self) -> &'static str {
        "tyk"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match Line::read(&scan::text(line), &Unescaped::default()) {
            Ok(_) => Fit::Yes,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let unescaped = Unescaped::default();
        let line = Line::read(&text, &unescaped)?;
        let fields = if line.prefix == Some("access-log") {
            line.access()
        } else {
            line.fault()
        };
        emit(&fields);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"time="Jan 29 08:27:09" level=info api_id=b1a41c9a89984ffd7bb7d4e3c6844ded api_key=00000000 api_name=llm client_ip="10.0.3.7" host="llm.example.net:8080" latency_total=62 method=POST org_id=678e6771247d80fd2c435bf3 path=/openai/v1/chat/completions prefix=access-log protocol=HTTP/1.1 remote_addr="10.0.3.7:63251" response_flag=UCF status=502 upstream_addr="https://api.openai.com/v1/chat/completions" upstream_latency=61 user_agent=OpenAI/Python"#,
            r#"{"api_id":"b1a41c9a89984ffd7bb7d4e3c6844ded","api_name":"llm","client_ip":"10.0.3.7","error_source":"upstream","host":"llm.example.net:8080","latency_total":812,"level":"info","method":"POST","msg":"","path":"/openai/v1/chat/completions","prefix":"access-log","remote_addr":"10.0.3.7:63251","response_code_details":"upstream_5xx","response_flag":"URS","status":503,"time":"2025-03-06T14:02:45Z","upstream_addr":"https://api.openai.com/v1/chat/completions","upstream_latency":811,"upstream_status":503}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://tyk.io/docs/api-management/logs/access-logs; tyk internal/httputil/accesslog/record.go"
    }
}
