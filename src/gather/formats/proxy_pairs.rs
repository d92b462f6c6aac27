//! Reads the access lines of HAProxy and Envoy whose site named the values itself: `log-format "… status=%ST term=%tsc …"`,
//! the same as JSON, and Envoy's `text_format_source` with `key=%VALUE%`.
//!
//! Names that circulate are known (`access_keys`, and the table here); what makes a line HAProxy's is its termination state,
//! and Envoy's its response flags. HAProxy's timers are milliseconds, and -1 where the phase was never reached. Envoy's
//! `%START_TIME%` is the start, and so are the times that HAProxy writes itself (`%t`, `%tr`, `%T`, `%Ts` and their like: when the
//! connection was accepted or the request came; 2.8 configuration manual, 8.2.6). Of what else stands there a site may have
//! chosen either: the clocks decide.

use super::access_keys::{Key, fill, is_none, key};
use super::access_line;
use super::format::{Fit, Format, Unread};
use super::haproxy;
use super::json_values::{Unescaped, each, marks_in};
use super::shapes;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan::{self, Cursor, Token};
use std::net::IpAddr;

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Haproxy,
    Envoy,
}

/// The format of one writer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProxyPairs {
    name: &'static str,
    writer: Writer,
    samples: &'static [&'static str],
    source: &'static str,
}

impl ProxyPairs {
    /// HAProxy's `log-format`, named by the site.
    pub(super) const HAPROXY: Self = Self {
        name: "haproxy-named",
        writer: Writer::Haproxy,
        samples: &[
            r#"client=10.31.1.22:54927 fe=llm_in be=oai_pool/s1 tq=0 tw=0 tc=98 tr=1533 ta=1631 status=200 bytes=498 term=---- req="POST /v1/embeddings HTTP/1.1" rid=req_d13b0819c0aa9162a3249da705b99cde ray=12601d02101aa006-FRA"#,
            r#"{"timestamp":"2026-10-05T09:00:04.123Z","frontend":"llm","backend":"openai","server":"oai1","client_ip":"10.1.2.3","http_method":"POST","http_path":"/v1/chat/completions","http_status":504,"timers":{"TR":0,"Tw":0,"Tc":5,"Tr":-1,"Ta":30000},"termination_state":"sH--","x_request_id":"-"}"#,
        ],
        source: "https://docs.haproxy.org/2.8/configuration.html#8.2.6",
    };
    /// Envoy's text format, named by the site.
    pub(super) const ENVOY: Self = Self {
        name: "envoy-named",
        writer: Writer::Envoy,
        samples: &[
            r"[2026-10-05T09:00:04.123Z] method=POST path=/v1/chat/completions protocol=HTTP/1.1 response_code=504 response_flags=UT duration=30000 upstream_host=162.159.140.245:443 upstream_cluster=openai x_request_id_resp=-",
            r#"[2027-07-04T23:10:04.730Z] 10.49.1.12 "POST /v1/chat/completions HTTP/1.1" status=503 flags=UF details=upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused} dur=0 up=104.18.6.192:443 rid=- crid=-"#,
        ],
        source: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
    };
}

/// What a line has shown besides its fields.
#[derive(Debug, Default)]
struct Seen {
    /// A termination state, response flags.
    flag: bool,
    /// A frontend, a backend, a server, a cluster or a timer.
    proxy: u32,
    /// A word that a logger wrote.
    foreign: bool,
}

/// What a key of the proxy's own vocabulary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    State,
    Flags,
    Detail,
    /// Milliseconds, or -1: until the server was connected, until its headers came, in all.
    Connect,
    Header,
    Total,
    /// A name of a place in the proxy, or a time of no interest.
    Place,
    Retries,
}

/// Names of HAProxy's values; timers differ in case only (`%TR`, `%Tr`), so they are asked as they stand.
fn haproxys(name: &str) -> Option<Own> {
    Some(match name {
        "term" | "termination" | "termination_state" | "term_state" | "tsc" | "state" | "session_state" | "ts" => Own::State,
        "tc" | "Tc" | "time_connect" | "time_backend_connect" | "connect_time" | "connect" => Own::Connect,
        "tr" | "Tr" | "time_backend_response" | "time_response" | "response_time" | "server_response_time" | "response" => {
            Own::Header
        }
        "tt" | "Tt" | "ta" | "Ta" | "total_time" | "time_total" | "time_active" | "active_time" | "session_duration"
        | "total" | "active" => Own::Total,
        "fe" | "be" | "frontend" | "backend" | "server" | "srv" | "frontend_name" | "backend_name" | "server_name"
        | "backend_server" | "TR" | "Tw" | "Tq" | "Th" | "Ti" | "tq" | "tw" | "time_queue" | "queue_time" => Own::Place,
        "retries" | "rc" => Own::Retries,
        _ => return None,
    })
}

/// Names of Envoy's values.
fn envoys(name: &str) -> Option<Own> {
    Some(match name {
        "response_flags" | "flags" | "resp_flags" => Own::Flags,
        "response_code_details" | "details" | "code_details" | "upstream_transport_failure_reason" | "transport_failure" => {
            Own::Detail
        }
        "duration" | "duration_ms" | "dur" => Own::Total,
        "upstream_service_time" | "service_time" | "x_envoy_upstream_service_time" => Own::Header,
        "upstream_cluster" | "cluster" | "route_name" | "listener" => Own::Place,
        _ => return None,
    })
}

fn read<'a>(line: &'a str, writer: Writer, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut fields = Fields::default();
    let mut seen = Seen::default();
    if line.starts_with('{') {
        let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
        let mut take = |name: &str, value: Value<'a>| {
            if let Some(text) = unescaped.text(value) {
                pair(&mut fields, &mut seen, writer, name, text);
            }
        };
        for (name, value) in members.by_ref() {
            match value {
                Value::Object(_) => each(value, &mut take),
                _ => take(name, value),
            }
        }
        if !members.is_whole() {
            return Err(Unread::CutShort);
        }
    } else {
        // A state or flags have a name.
        if memchr::memchr(b'=', line.as_bytes()).is_none() {
            return Err(Unread::NotThisFormat);
        }
        let mut cursor = Cursor::new(line);
        let is_bare = Cursor::new(line).pair().is_some();
        loop {
            cursor.blanks();
            if let Some((name, value)) = cursor.pair() {
                pair(&mut fields, &mut seen, writer, name, value.text());
            } else if let Some(stamp) = access_line::stamp_ahead(&mut cursor) {
                fields.timestamp = fields.timestamp.or(Some(stamp));
            } else {
                match cursor.token() {
                    Some(token) => bare(&mut fields, &mut seen, token),
                    None => break,
                }
            }
        }
        // What stands before the pairs and is no time is an envelope's, which may have one.
        if fields.timestamp.is_none() && !is_bare {
            return Err(Unread::NotThisFormat);
        }
    }
    let is_access = fields.status.is_some() && (fields.url.is_some() || fields.method.is_some());
    if seen.foreign || !seen.flag || seen.proxy == 0 || !is_access {
        return Err(Unread::NotThisFormat);
    }
    let is_start = |stamp| writer == Writer::Envoy || is_haproxys_own(stamp);
    if fields.timestamp.is_some_and(is_start) {
        fields.instant = Instant::Start;
    }
    Ok(fields)
}

/// `30/Sep/2027:01:25:31.804`, as HAProxy writes its dates, or seconds (`%Ts.%ms`); what a site puts together by itself looks
/// otherwise.
fn is_haproxys_own(stamp: &str) -> bool {
    let is_seconds = stamp.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_seconds
        || matches!(stamp.as_bytes(), [b'0'..=b'3', b'0'..=b'9', b'/', month, _, _, b'/', ..] if month.is_ascii_alphabetic())
}

/// A word without a name: an id, a request, its client's address, or what a logger wrote before its message.
fn bare<'a>(fields: &mut Fields<'a>, seen: &mut Seen, token: Token<'a>) {
    let text = token.text();
    if shapes::is_provider_id(text) {
        fields.x_request_id = Some(text);
    }
    if let (Token::Quoted(_), Some((method, url))) = (token, scan::request(text)) {
        (fields.method, fields.url) = (fields.method.or(Some(method)), fields.url.or(Some(url)));
    }
    if fields.client.is_none() && text.parse::<IpAddr>().is_ok() {
        fields.client = Some(text);
    }
    seen.foreign |= matches!(text, "INFO" | "WARN" | "WARNING" | "ERROR" | "DEBUG");
}

fn pair<'a>(fields: &mut Fields<'a>, seen: &mut Seen, writer: Writer, name: &str, value: &'a str) {
    let own = match writer {
        Writer::Haproxy => haproxys(name),
        Writer::Envoy => envoys(name),
    };
    match own {
        Some(Own::State) if !is_state(value) => {}
        // An object of timers names them by one word, which elsewhere may mean anything.
        Some(_) if matches!(name, "connect" | "response" | "total" | "active") && value.parse::<i32>().is_err() => {}
        Some(own) => return take(fields, seen, own, value),
        None => {}
    }
    if shapes::is_provider_id(value) {
        fields.x_request_id = Some(value);
        return;
    }
    let other = match name {
        "http_path" | "http_uri" | "http_url" | "http_request_uri" | "hu" | "hp" => Some(Key::Url),
        "src" | "ci" | "clientip_port" | "c_ip" => Some(Key::Client),
        "hm" => Some(Key::Method),
        "http_request" | "r" => Some(Key::Request),
        "start_time" | "accept_date" | "request_date" => Some(Key::Time),
        "upstream_host" => {
            seen.proxy += 1;
            Some(Key::UpstreamAddress)
        }
        _ => key(name),
    };
    match other {
        // Loggers write these beside their own keys; a proxy's line has a flag, which was asked for above.
        Some(Key::Foreign) => seen.foreign |= matches!(name, "level" | "lvl" | "levelname" | "severity" | "logger"),
        // The request's header of this name is the proxy's own UUID.
        Some(Key::ProviderId) if shapes::is_uuid(value) && writer == Writer::Envoy => {
            fields.gateway_request_id = Some(value);
        }
        // An unexpanded `%Y-%m-%dT…`.
        Some(Key::Time) if value.contains('%') => {}
        Some(key) => fill(fields, key, value),
        None => {}
    }
}

/// Puts a value of the proxy's own vocabulary where it belongs.
fn take<'a>(fields: &mut Fields<'a>, seen: &mut Seen, own: Own, value: &'a str) {
    let told = Some(value).filter(|value| !is_none(value));
    seen.flag |= matches!(own, Own::State | Own::Flags);
    seen.proxy += u32::from(matches!(own, Own::Connect | Own::Header | Own::Place | Own::Detail));
    match own {
        Own::State => fields.proxy_flag = haproxy::flag(value),
        Own::Flags => fields.proxy_flag = told,
        Own::Detail => fields.proxy_detail = fields.proxy_detail.or(told),
        Own::Connect => fields.upstream_connect_ms = Some(milliseconds(value)),
        Own::Header => fields.upstream_header_ms = Some(milliseconds(value)),
        Own::Total => fields.duration_ms = milliseconds(value).or(fields.duration_ms),
        Own::Retries => fields.upstream_retries = value.trim_start_matches('+').parse().ok(),
        Own::Place => {}
    }
}

/// A timer; -1 and `-` where the phase was never reached.
fn milliseconds(value: &str) -> Option<f64> {
    scan::scaled(value.trim_start_matches('+').trim_end_matches("ms"), 0)
}

/// A termination state, of two letters or four.
fn is_state(value: &str) -> bool {
    let bytes = value.as_bytes();
    let fits = |(at, byte): (usize, &u8)| match at {
        0 => b"-CScsPRLIDUK".contains(byte),
        1 => b"-CRQHDLT".contains(byte),
        2 => b"-NIDVEO".contains(byte),
        _ => b"-NIUPRD".contains(byte),
    };
    matches!(bytes.len(), 2 | 4) && bytes.iter().enumerate().all(fits)
}

impl Format for ProxyPairs {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        // Envoy's JSON has a reader of its own where its flags have their own name.
        if self.writer == Writer::Envoy && line.starts_with(b"{") && marks_in(line, &["response_flags"]) > 0 {
            return Fit::No;
        }
        read(&scan::text(line), self.writer, &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        let fields = read(&line, self.writer, &unescaped)?;
        if access_line::is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        self.samples
    }

    fn source(&self) -> &'static str {
        self.source
    }
}

#[cfg(test)]
mod tests {
    use super::{ProxyPairs, Writer, read};
    use crate::gather::formats::json_values::Unescaped;
    use crate::gather::formats::{Fit, Format};
    use crate::model::Instant;

    #[test]
    fn a_program_that_logs_a_state_is_no_proxy() {
        for line in [
            "time=2026-10-05T09:00:04Z level=info msg=done state=-- method=POST path=/v1/x status=200 server=a",
            r#"{"ts":1791190804.1,"level":"info","msg":"x","method":"POST","path":"/v1/x","status":200,"server":"a"}"#,
        ] {
            assert_eq!(ProxyPairs::HAPROXY.fit(line.as_bytes()), Fit::No, "{line}");
        }
    }

    #[test]
    fn a_date_that_the_proxy_writes_is_the_start() {
        let unescaped = Unescaped::default();
        let line = |stamp: &str| {
            format!(
                r#"{{"timestamp":"{stamp}","haproxy":{{"frontend":"llm_in","backend":"openai","server":"openai1"}},"http":{{"method":"POST","uri":"/v1/chat/completions","status":503}},"timers":{{"connect":0,"response":2600,"total":2600}},"term":"----","resp_id":"req_ad8e07a520e94a14ba80406592e5554c"}}"#
            )
        };
        let instant = |stamp: &str| read(&line(stamp), Writer::Haproxy, &unescaped).unwrap().instant;
        assert_eq!(instant("30/Sep/2027:01:25:31.804"), Instant::Start);
        assert_eq!(instant("1822267531.804"), Instant::Start);
        let timed = line("30/Sep/2027:01:25:31.804");
        let fields = read(&timed, Writer::Haproxy, &unescaped).unwrap();
        assert_eq!(
            (fields.duration_ms, fields.upstream_header_ms),
            (Some(2600.0), Some(Some(2600.0)))
        );
        let elsewhere = timed.replace(r#""total":2600"#, r#""total":"none""#);
        assert_eq!(read(&elsewhere, Writer::Haproxy, &unescaped).unwrap().duration_ms, None);
        assert_eq!(instant("2027-09-30T01:25:31.804Z"), Instant::Unknown);
    }

    #[test]
    fn a_phase_that_was_never_reached_is_told() {
        let unescaped = Unescaped::default();
        let line = "client=10.0.0.1:5 be=a/b tc=-1 tr=-1 ta=5000 status=503 term=sC-- req=\"POST /v1/x HTTP/1.1\"";
        let fields = read(line, Writer::Haproxy, &unescaped).unwrap();
        assert_eq!(fields.upstream_connect_ms, Some(None));
        assert_eq!(fields.upstream_header_ms, Some(None));
        assert_eq!(fields.proxy_flag, Some("sC--"));
        assert_eq!(fields.duration_ms, Some(5000.0));
    }
}
