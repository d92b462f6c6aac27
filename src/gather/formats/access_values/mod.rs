//! Reads access lines whose site wrote the values alone, in an order of its own: what a value is, its shape tells.
//!
//! `log_format` and `LogFormat` name nothing, so a site that does not write `key=value` leaves a line of bare values behind
//! blanks, bars or tabs. A time, a request line, a status, addresses with and without a port, times of three decimals and
//! the ids of providers and CDNs look like nothing else; everything else is left alone. A line needs a time, a request and
//! a status behind it, and none of an application logger's levels.
//! <https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>

mod pieces;
mod values;

use super::access_keys::{Key, Unit, fill, fill_in, key};
use super::access_line::is_exchange;
use super::format::{Fit, Format, Unread};
use super::shapes;
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan;
use pieces::{Piece, pieces};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessValues {
    /// What the log's named times are in.
    unit: Unit,
}

impl AccessValues {
    /// Before the log's unit is known.
    pub(super) const ANY: Self = Self { unit: Unit::Unsaid };
}

static IN_UNITS: [AccessValues; 4] = [
    AccessValues { unit: Unit::SECONDS },
    AccessValues {
        unit: Unit::MILLISECONDS,
    },
    AccessValues {
        unit: Unit::MICROSECONDS,
    },
    AccessValues { unit: Unit::NANOSECONDS },
];

/// Values that are looked at: a line with more is no access line.
const MOST: usize = 64;

/// What a line has shown so far.
#[derive(Default)]
struct Line<'a> {
    fields: Fields<'a>,
    /// The request stood before here: a status and an upstream follow it.
    requested: bool,
    /// The request had a version, an address stood somewhere: no application writes both of a request and a status.
    proxied: bool,
    /// What may be the status, where it stands before the request.
    early: Option<u16>,
    /// A time of three decimals, or a key of nginx's.
    nginx: bool,
    /// A word that a logger wrote.
    foreign: bool,
    /// A time that its unit may follow, and the longest before it.
    timed: Option<(f64, Option<f64>)>,
    /// What the log's named times are in.
    unit: Unit,
    /// Different ids of the shape a caller's has: of two neither is taken.
    uuids: u32,
}

impl<'a> Line<'a> {
    fn take(&mut self, piece: Piece<'a>) {
        match piece {
            Piece::Named(name, value) => self.named(name, value),
            Piece::Time(stamp) => {
                self.fields.timestamp.get_or_insert(stamp);
            }
            Piece::Value { text, quoted } => self.value(text, quoted),
        }
    }

    fn named(&mut self, name: &'a str, value: &'a str) {
        match key(name) {
            Some(Key::Foreign) => self.foreign = true,
            // `req=req_…`, where others write the request.
            Some(_) if values::is_providers_id(value) => self.id(value),
            // `ua` is the user agent at some sites.
            Some(Key::UpstreamAddress) if values::is_user_agent(value) => {}
            Some(key) => {
                self.nginx |= key.tells_nginx();
                self.requested |= key == Key::Request;
                fill_in(&mut self.fields, key, value, self.unit);
            }
            // A name that says nothing leaves what looks like nothing else.
            None => self.id(value),
        }
    }

    fn value(&mut self, text: &'a str, quoted: bool) {
        let timed = self.timed.take();
        if let (Some((ms, before)), "ms") = (timed, text) {
            self.longest(before, ms / 1000.0);
        } else if values::is_level(text) {
            self.foreign = true;
        } else if self.request(text, quoted) || self.status(text) {
        } else if let Some(ms) = values::seconds(text) {
            self.nginx = true;
            self.timed = Some((ms, self.fields.duration_ms));
            self.longest(self.fields.duration_ms, ms);
        } else if self.fields.timestamp.is_none() && !self.requested && values::is_epoch(text) {
            self.fields.timestamp = Some(text);
        } else if values::is_msec(text) {
            fill(&mut self.fields, Key::Msec, text);
        } else if let Some(times) = values::three_times(text) {
            self.nginx = true;
            for (key, time) in [Key::ConnectTime(3), Key::HeaderTime(3), Key::UpstreamTime(3)]
                .into_iter()
                .zip(times)
            {
                fill(&mut self.fields, key, time);
            }
        } else if self.address(text) {
        } else if !quoted && values::is_domain(text) {
            self.fields.server_address.get_or_insert(text);
        } else {
            self.proxied |= quoted && self.requested && values::is_user_agent(text);
            self.id(text);
        }
    }

    fn longest(&mut self, before: Option<f64>, ms: f64) {
        self.fields.duration_ms = Some(before.map_or(ms, |longest| longest.max(ms)));
    }

    /// A request line, or the method and the path that stand apart.
    fn request(&mut self, text: &'a str, quoted: bool) -> bool {
        if self.requested {
            return false;
        }
        if let Some((method, url)) =
            scan::request(text).filter(|(method, url)| shapes::is_usual_method(method) && values::is_url(url))
        {
            (self.fields.method, self.fields.url) = (Some(method), Some(url));
            self.requested = true;
            self.proxied |= text.len() > method.len() + 1 + url.len();
        } else if !quoted && shapes::is_usual_method(text) {
            self.fields.method = Some(text);
        } else if self.fields.method.is_some() && values::is_url(text) {
            self.fields.url = Some(text);
            self.requested = true;
        } else {
            return false;
        }
        true
    }

    /// The first status is the client's, before the request or behind it. A second one is the upstream's where it is the same or a list
    /// of tries; any other may be a count of bytes.
    fn status(&mut self, text: &'a str) -> bool {
        let text = text.trim_end_matches(',');
        if !self.requested {
            let early = values::status(text);
            self.early = self.early.or(early);
            return early.is_some();
        }
        let Some(first) = self.fields.status else {
            self.fields.status = values::status(text);
            return self.fields.status.is_some();
        };
        let is_list = text.len() > 3
            && text
                .split([',', ' ', ':'])
                .all(|try_| matches!(try_, "" | "-") || values::status(try_).is_some());
        let is_upstreams = self.fields.upstream_status.is_none() && (is_list || values::status(text) == Some(first));
        if is_upstreams {
            fill(&mut self.fields, Key::UpstreamStatus, text);
        }
        is_upstreams
    }

    /// An address alone is the client's, one with a port behind the request the upstream's.
    fn address(&mut self, text: &'a str) -> bool {
        let is_client = values::is_address(text);
        let with_port = values::addresses(text);
        if is_client {
            self.fields.client.get_or_insert(text);
        } else if with_port.is_some() && self.requested {
            fill(&mut self.fields, Key::UpstreamAddress, text);
        } else if let Some(address) = with_port {
            self.fields.client.get_or_insert(address);
        }
        self.proxied |= is_client || with_port.is_some();
        is_client || with_port.is_some()
    }

    fn id(&mut self, text: &'a str) {
        if values::is_providers_id(text) {
            self.fields.x_request_id.get_or_insert(text);
        } else if shapes::is_ray(text) {
            self.fields.cf_ray.get_or_insert(text);
        } else if shapes::is_uuid(text) {
            // Azure writes one id into two headers.
            self.uuids += u32::from(self.fields.x_client_request_id.replace(text) != Some(text));
        } else {
            // `$request_id`: 16 random bytes in hexadecimal.
            let is_own = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_own {
                self.fields.gateway_request_id.get_or_insert(text);
            }
        }
    }

    fn done(mut self) -> Option<Fields<'a>> {
        self.fields.status = self.early.or(self.fields.status);
        let fields = &mut self.fields;
        let is_access = fields.timestamp.is_some() && fields.status.is_some() && fields.url.is_some();
        if self.foreign || !is_access || !(self.proxied || self.nginx) {
            return None;
        }
        // Azure's ids are UUIDs too, so that there one alone may be either's.
        let is_azure = fields.url.is_some_and(|url| url.contains("/deployments/"));
        if self.uuids > 1 || is_azure {
            let id = fields.x_client_request_id.take();
            fields.request_id = id.filter(|_| self.uuids == 1);
        }
        if self.nginx {
            fields.instant = Instant::End;
        }
        Some(self.fields)
    }
}

fn read(text: &str, unit: Unit) -> Option<Fields<'_>> {
    if text.starts_with('{') {
        return None;
    }
    let mut line = Line { unit, ..Line::default() };
    let mut left = MOST;
    pieces(text, &mut |piece| {
        left = left.saturating_sub(1);
        line.take(piece);
        left > 0 && !line.foreign
    });
    line.done().filter(|_| left > 0)
}

impl Format for AccessValues {
    fn name(&self) -> &'static str {
        "access-values"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line), self.unit) {
            Some(_) => Fit::Maybe,
            None => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let fields = read(&line, self.unit).ok_or(Unread::NotThisFormat)?;
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn measured(&self, lines: &[&[u8]]) -> Option<&'static dyn Format> {
        let unit = Unit::of_log(lines, |line, unit| read(line, unit)?.duration_ms);
        let known = IN_UNITS.iter().find(|format| format.unit == unit);
        known.map(|format| format as &dyn Format)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"2026-08-03T13:00:05+00:00 1785762005.123 10.31.1.20 POST llm.corp.internal /v1/chat/completions 200 200 3.420 3.400 162.159.140.245:443 req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa 5d2c9e0b7f3a41c8a6e4b0f19d8273aa "OpenAI/Python 1.109.1""#,
            "14/Sep/2026:20:02:49 +0900 | 10.31.1.22 | POST /v1/chat/completions HTTP/1.1 | 502 | 502, 502 | 0.004 | -, -/-, -/0.000, 0.004 | 162.159.140.245:443, 172.66.0.243:443 | -",
            r#"10.31.1.23 [30/Aug/2026:09:01:20 +0000] "POST /v1/embeddings HTTP/1.1" 200 175 up=172.66.0.243:443 ups=200 upct=0.249 uprt=1.667 rt=1.666 proc=1397 xrid=req_9eaff309cad68386d070c415ed7e70ca xcrid=ed14837d-05a6-4bb8-b44e-895558b8dac0"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format; https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats"
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessValues, Unit};
    use crate::gather::formats::{Fit, Format};

    fn read(line: &str) -> Option<crate::model::Fields<'_>> {
        super::read(line, Unit::Unsaid)
    }

    #[test]
    fn a_loggers_line_is_none() {
        for line in [
            "2026-08-03 13:00:05 INFO 10.0.0.1 POST /v1/chat/completions 200 3.420",
            r#"[error] 2026-08-03 13:00:05 10.0.0.1 "POST /v1/chat/completions HTTP/1.1" 500"#,
            "2026-08-03 13:00:05 calling POST /v1/chat/completions 200",
            "2026-08-03 13:00:05 10.0.0.1 connected to 10.0.0.2:443",
        ] {
            assert_eq!(AccessValues::ANY.fit(line.as_bytes()), Fit::No, "{line}");
        }
    }

    #[test]
    fn a_count_of_bytes_is_no_upstreams_status() {
        let line = r#"10.0.0.1 [06/Mar/2025:14:02:42 +0000] "POST /v1/x HTTP/1.1" 200 "#;
        let upstreams = |rest: &str| read(&format!("{line}{rest}")).unwrap().upstream_status.map(str::to_owned);
        assert_eq!(upstreams("502 -"), None);
        assert_eq!(upstreams("200 -").as_deref(), Some("200"));
        assert_eq!(upstreams(r#""502, 200""#).as_deref(), Some("502, 200"));
    }

    #[test]
    fn the_longest_time_is_the_exchanges() {
        let line = r#"10.0.0.1 [06/Mar/2025:14:02:42 +0000] "POST /v1/x HTTP/1.1" 200 17 0.812 0.861 0.004"#;
        assert_eq!(read(line).unwrap().duration_ms, Some(861.0));
    }

    #[test]
    fn a_written_unit_is_obeyed() {
        let line = "2026-11-21T10:00:01Z 10.0.0.1 POST /v1/chat/completions 200 44 - 821.816 ms";
        assert_eq!(read(line).unwrap().duration_ms, Some(821.816));
        let both = "2026-11-21T10:00:01Z 10.0.0.1 POST /v1/chat/completions 200 44 0.903 821.816 ms";
        assert_eq!(read(both).unwrap().duration_ms, Some(903.0));
    }

    #[test]
    fn two_ids_of_one_shape_name_nobody() {
        let one = "eff685d1-10ef-474b-82d9-21228a38e31e";
        let line = format!(r#"10.0.0.1 [06/Mar/2025:14:02:42 +0000] "POST /v1/x HTTP/1.1" 200 17 {one}"#);
        assert_eq!(read(&line).unwrap().x_client_request_id, Some(one));
        let both = format!("{line} 0f8fad5b-d9cb-469f-a165-70867728950e");
        assert_eq!(read(&both).unwrap().x_client_request_id, None);
    }
}
