//! Reads Caddy's JSON logs: access lines, error lines of its proxy, and what it says of itself.
//!
//! Caddy stamps the end. Header names are canonical (`X-Request-Id`), values are lists, and those of credentials are
//! blanked by Caddy itself. <https://caddyserver.com/docs/logging>

use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, first, raw};
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caddy;

/// What a line is, by its logger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An exchange.
    Access,
    /// Why an exchange went wrong.
    Fault,
    /// Caddy's own business.
    Notice,
}

/// Caddy's own loggers, or the first words of their names.
const LOGGERS: [&str; 8] = ["http", "tls", "admin", "pki", "docker-proxy", "layer4", "events", "watcher"];

/// Messages of a proxy's handler that tell how an exchange ended.
const FAULTS: [&str; 2] = ["aborting with incomplete response", "upstream roundtrip"];

/// The members of a line that matter, as they stand.
#[derive(Clone, Copy, Debug, Default)]
struct Line<'a> {
    level: Option<Value<'a>>,
    stamp: Option<Value<'a>>,
    logger: Option<&'a str>,
    message: Option<Value<'a>>,
    request: Option<Value<'a>>,
    response: Option<Value<'a>>,
    status: Option<&'a str>,
    duration: Option<&'a str>,
    error: Option<Value<'a>>,
    upstream: Option<Value<'a>>,
    /// A member that other programs with the same logging library write and Caddy does not.
    foreign: bool,
    /// The site gave a member another name, which is then one of many programs' own.
    renamed: bool,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Result<Self, Unread> {
        if !text.starts_with('{') {
            return Self::of_console(text);
        }
        let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
        let mut line = Self::default();
        for (name, value) in members.by_ref() {
            line.take(name, value);
        }
        let whole = line.level.is_some() && line.stamp.is_some() && line.message.is_some();
        if !whole || line.foreign {
            return Err(Unread::NotThisFormat);
        }
        if !members.is_whole() {
            return Err(Unread::CutShort);
        }
        Ok(line)
    }

    /// The console encoder's line: stamp, level, logger and message behind tabs, and the rest as an object.
    fn of_console(text: &'a str) -> Result<Self, Unread> {
        let mut columns = text.splitn(5, '\t');
        let mut column = || columns.next().ok_or(Unread::NotThisFormat);
        let (stamp, level, logger, message, rest) = (column()?, column()?, column()?, column()?, column()?);
        let is_level = matches!(level, "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL" | "PANIC");
        let first = logger.split('.').next().unwrap_or_default();
        if !is_level || !LOGGERS.contains(&first) || !stamp.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(Unread::NotThisFormat);
        }
        let mut line = Self::default();
        let mut members = Members::of(rest).ok_or(Unread::NotThisFormat)?;
        for (name, value) in members.by_ref() {
            line.take(name, value);
        }
        (line.stamp, line.level, line.logger) = (Some(Value::Text(stamp)), Some(Value::Text(level)), Some(logger));
        line.message = Some(Value::Text(message));
        if members.is_whole() { Ok(line) } else { Err(Unread::CutShort) }
    }

    fn take(&mut self, name: &str, value: Value<'a>) {
        match name {
            "level" => self.level = Some(value),
            "ts" => self.stamp = Some(value),
            "logger" => self.logger = raw(value),
            "msg" => self.message = Some(value),
            // `level_key`, `time_key` and `message_key` of the encoder.
            "severity" | "lvl" => (self.level, self.renamed) = (Some(value), true),
            "timestamp" | "time" | "@timestamp" => (self.stamp, self.renamed) = (Some(value), true),
            "message" => (self.message, self.renamed) = (Some(value), true),
            "request" => self.request = Some(value),
            "resp_headers" => self.response = Some(value),
            "status" => self.status = raw(value),
            "duration" => self.duration = raw(value),
            "error" => self.error = Some(value),
            "upstream" => self.upstream = Some(value),
            "caller" => self.foreign = true,
            _ => {}
        }
    }

    fn kind(&self) -> Kind {
        let message = self.message.and_then(raw).unwrap_or_default();
        let logger = self.logger.unwrap_or_default();
        if self.request.is_none() {
            Kind::Notice
        } else if self.status.is_some() && (logger.starts_with("http.log.access") || matches!(message, "handled request" | "NOP"))
        {
            Kind::Access
        } else if logger.starts_with("http.log.error")
            || FAULTS.iter().any(|fault| message.starts_with(fault)) && self.error.is_some()
        {
            Kind::Fault
        } else {
            Kind::Notice
        }
    }

    /// Whether the line is surely Caddy's: one of its loggers, or its access line.
    fn is_sure(&self) -> bool {
        let first = self.logger.and_then(|logger| logger.split('.').next());
        let is_handlers = || {
            self.logger
                .is_some_and(|logger| logger.starts_with("http.log.") || logger.starts_with("http.handlers."))
        };
        let is_caddys = || first.is_some_and(|first| LOGGERS.contains(&first));
        self.kind() == Kind::Access || if self.renamed { is_handlers() } else { is_caddys() }
    }

    fn fields(&self, kind: Kind, unescaped: &'a Unescaped) -> Fields<'a> {
        let mut fields = Fields {
            timestamp: self.stamp.and_then(raw),
            instant: Instant::End,
            duration_ms: self.duration.and_then(milliseconds),
            status: self.status.and_then(scan::status),
            upstream_address: self.upstream.and_then(raw),
            ..Fields::default()
        };
        if let Some(Value::Object(request)) = self.request {
            request_of(&mut fields, request, unescaped);
        }
        if let Some(Value::Object(headers)) = self.response {
            response_headers(&mut fields, headers);
        }
        if kind == Kind::Fault {
            fields.grain = Grain::Detail;
            fields.status = fields.status.filter(|status| *status > 0);
            fields.proxy_detail = self.message.and_then(|said| unescaped.text(said));
            fields.text = self.error.or(self.message).and_then(|said| unescaped.text(said));
        }
        fields
    }
}

fn request_of<'a>(fields: &mut Fields<'a>, request: &'a str, unescaped: &'a Unescaped) {
    let Some(members) = Members::of(request) else { return };
    for (name, value) in members {
        match name {
            "client_ip" => fields.client = raw(value),
            "remote_ip" => fields.client = fields.client.or(raw(value)),
            "method" => fields.method = raw(value),
            "host" => fields.server_address = raw(value),
            "uri" => fields.url = unescaped.text(value),
            "headers" => {
                if let Value::Object(headers) = value {
                    request_headers(fields, headers);
                }
            }
            _ => {}
        }
    }
}

fn request_headers<'a>(fields: &mut Fields<'a>, headers: &'a str) {
    for (name, value) in Members::of(headers).into_iter().flatten() {
        if name.eq_ignore_ascii_case("x-client-request-id") {
            fields.x_client_request_id = header(value);
        } else if name.eq_ignore_ascii_case("x-stainless-retry-count") {
            let count = header(value).and_then(|count| count.parse::<u32>().ok());
            fields.attempt = count.and_then(|count| count.checked_add(1));
        }
    }
}

fn response_headers<'a>(fields: &mut Fields<'a>, headers: &'a str) {
    for (name, value) in Members::of(headers).into_iter().flatten() {
        let is = |header: &str| name.eq_ignore_ascii_case(header);
        if is("x-request-id") {
            fields.x_request_id = header(value).or(fields.x_request_id);
        } else if is("request-id") || is("apim-request-id") {
            fields.x_request_id = fields.x_request_id.or_else(|| header(value));
        } else if is("cf-ray") {
            fields.cf_ray = header(value);
        } else if is("openai-organization") || is("anthropic-organization-id") {
            fields.organization = header(value);
        } else if is("openai-project") {
            fields.project = header(value);
        } else if is("date") {
            fields.http_date = header(value);
        }
    }
}

/// A header's first value.
fn header(value: Value<'_>) -> Option<&str> {
    first(value)
        .and_then(raw)
        .filter(|text| !text.is_empty() && *text != "REDACTED")
}

/// No exchange takes a day: a whole number of more seconds is nanoseconds.
const LONGEST_MS: f64 = 86_400_000.0;

/// Seconds as a number, or Go's spelling of a duration (`1m2.5s`, `812ms`), as the site configured it.
fn milliseconds(text: &str) -> Option<f64> {
    if let Some(ms) = scan::scaled(text, 3) {
        // `duration_format nano` counts without a fraction.
        let is_nano = !text.contains('.') && ms >= LONGEST_MS;
        return if is_nano { scan::scaled(text, -6) } else { Some(ms) };
    }
    let mut rest = text;
    let mut all = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at_checked(end)?;
        let (ms, behind) = if let Some(behind) = unit.strip_prefix("ms") {
            (scan::scaled(number, 0)?, behind)
        } else if let Some(behind) = unit.strip_prefix("µs").or_else(|| unit.strip_prefix("us")) {
            (scan::scaled(number, -3)?, behind)
        } else if let Some(behind) = unit.strip_prefix("ns") {
            (scan::scaled(number, -6)?, behind)
        } else if let Some(behind) = unit.strip_prefix('h') {
            (scan::scaled(number, 3)? * 3600.0, behind)
        } else if let Some(behind) = unit.strip_prefix('m') {
            (scan::scaled(number, 3)? * 60.0, behind)
        } else {
            (scan::scaled(number, 3)?, unit.strip_prefix('s')?)
        };
        all += ms;
        rest = behind;
    }
    Some(all)
}

impl Format for Caddy {
    fn name(&self) -> &'static str {
        "caddy"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match Line::read(&scan::text(line)) {
            Ok(line) if line.is_sure() => Fit::Yes,
            // Programs that log by the same keys (zap's without a caller, and many of their own) name other loggers or none, and
            // have no request in Caddy's form. What Caddy says of itself without a logger stands in a log of other lines.
            Ok(line) if line.logger.is_none() && line.request.is_some() && !line.renamed => Fit::Maybe,
            Ok(_) | Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let unescaped = Unescaped::default();
        let line = Line::read(&text)?;
        let kind = line.kind();
        if kind != Kind::Notice {
            emit(&line.fields(kind, &unescaped));
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"level":"error","ts":1741269762.61,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.3.7","remote_port":"51122","client_ip":"10.0.3.7","proto":"HTTP/1.1","method":"POST","host":"llm.example.net","uri":"/v1/chat/completions","headers":{"X-Client-Request-Id":["0f8fad5b-d9cb-469f-a165-70867728950e"]}},"bytes_read":119,"user_id":"","duration":60.0004,"size":0,"status":504,"resp_headers":{"Server":["Caddy"]}}"#,
            r#"{"level":"info","ts":1787144725.542097,"logger":"http.log","msg":"server running","name":"srv0","protocols":["h1","h2","h3"]}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://caddyserver.com/docs/logging"
    }
}

#[cfg(test)]
mod tests {
    use super::Caddy;
    use crate::gather::formats::{Fit, Format};

    #[test]
    fn a_line_without_a_logger_and_a_request_is_not_surely_caddys() {
        let line = br#"{"level":"warn","ts":"2026-09-14T08:22:08.940Z","msg":"attempt failed","model":"gpt-4o","status":503}"#;
        assert_eq!(Caddy.fit(line), Fit::No);
    }

    #[test]
    fn a_programs_own_keys_are_no_renamed_ones_of_caddys() {
        for line in [
            r#"{"level":"info","timestamp":"2026-09-14T08:22:08.940Z","logger":"http.client","message":"attempt failed","request":{"method":"POST"},"status":503}"#,
            r#"{"severity":"error","time":"2026-09-14T08:22:08.940Z","logger":"events","message":"attempt failed"}"#,
        ] {
            assert_eq!(Caddy.fit(line.as_bytes()), Fit::No, "{line}");
        }
    }

    #[test]
    fn a_whole_number_of_more_than_a_day_is_nanoseconds() {
        assert_eq!(super::milliseconds("250387280"), Some(250.387_28));
        assert_eq!(super::milliseconds("60"), Some(60_000.0));
        assert_eq!(super::milliseconds("0.25"), Some(250.0));
    }
}
