//! Reads nginx access lines whose site added what the upstream did, as `key=value`: behind the combined format, or all
//! through the line.
//!
//! The keys' order and spelling are the site's own (`access_keys`). A line is one exchange with the client and gives one
//! record: nginx's lists of tries stay as written, the last try's times go into the fields. nginx stamps the end of an
//! exchange. <https://nginx.org/en/docs/http/ngx_http_upstream_module.html#variables>

use super::access_keys::Unit;
use super::access_line::{is_exchange, read};
use super::access_own;
use super::format::{Fit, Format, Unread};
use crate::gather::alike::Slot;
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct NginxUpstream {
    /// What the log's times are in.
    unit: Unit,
}

impl NginxUpstream {
    /// Before the log's unit is known.
    pub(super) const ANY: Self = Self { unit: Unit::Unsaid };
}

static IN_UNITS: [NginxUpstream; 4] = [
    NginxUpstream { unit: Unit::SECONDS },
    NginxUpstream {
        unit: Unit::MILLISECONDS,
    },
    NginxUpstream {
        unit: Unit::MICROSECONDS,
    },
    NginxUpstream { unit: Unit::NANOSECONDS },
];

impl Format for NginxUpstream {
    fn name(&self) -> &'static str {
        "nginx-upstream"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line), self.unit) {
            Ok((_, seen)) if seen.envoy => Fit::Maybe,
            Ok((_, seen)) if seen.nginx || (seen.is_an_access() && !seen.is_apache()) => Fit::Yes,
            Ok((_, seen)) if !seen.is_apache() => Fit::Maybe,
            _ => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let (mut fields, seen) = read(&line, self.unit)?;
        if seen.is_apache() {
            return Err(Unread::NotThisFormat);
        }
        if seen.nginx {
            fields.instant = Instant::End;
        }
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        access_own::own(record, self.unit)
    }

    fn owns_failures(&self) -> bool {
        true
    }

    fn measured(&self, lines: &[&[u8]]) -> Option<&'static dyn Format> {
        let unit = Unit::of_log(lines, |line, unit| read(line, unit).ok()?.0.duration_ms);
        let known = IN_UNITS.iter().find(|format| format.unit == unit);
        known.map(|format| format as &dyn Format)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"10.0.3.7 - - [06/Mar/2025:14:02:42 +0000] "POST /v1/chat/completions HTTP/1.1" 504 167 "-" "OpenAI/Python 1.66.0" rt=60.001 uct="0.004" uht="-" urt="60.001" us="504" ua="104.18.7.192:443" rid="-" crid="0f8fad5b-d9cb-469f-a165-70867728950e""#,
            r#"10.0.3.7 - - [06/Mar/2025:14:02:43 +0000] "POST /v1/chat/completions HTTP/1.1" 200 297 "-" "-" rt=0.861 uct="-, 0.011" uht="-, 0.860" urt="0.000, 0.861" us="502, 200" ua="104.18.6.192:443, 104.18.7.192:443" rid="req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa""#,
            r#"time=2026-03-02T00:01:02.281+00:00 proxy=egress-1 remote=10.0.0.6 request="POST /v1/embeddings HTTP/1.1" host=api.openai.com status=200 upstream_addr=20.40.60.12:443 upstream_status=200 rt=0.379 uct=0.012 uht=0.228 bytes=1500 x_request_id=req_ffec85cc80c69c0337b342f3 x_client_request_id=eff685d1-10ef-474b-42d9-21228a38e31e cf_ray=1e78a603f1930ff6-FRA"#,
            r#"msec=1741269731.562 remote_addr=10.0.0.6 request_method=POST request_uri=/v1/responses http_host=api.openai.com status=502 upstream_addr=20.40.60.12:443, 20.40.60.13:443 upstream_status=502, 502 upstream_connect_time=-, - upstream_header_time=-, - request_time=0.004 request_id=5d2c9e0b7f3a41c8a6e4b0f19d8273aa"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://nginx.org/en/docs/http/ngx_http_upstream_module.html#variables"
    }
}
