//! Reads Apache access lines that tell themselves apart from nginx's: a virtual host in front, microseconds behind, or a
//! site's own shape that begins with a time.
//!
//! Apache stamps the start of a request. Its plain common and combined lines are nginx's, letter by letter, and are read
//! as `nginx-combined`. <https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats>

use super::access_keys::Unit;
use super::access_line::{is_exchange, read};
use super::access_own;
use super::format::{Fit, Format, Unread};
use crate::gather::alike::Slot;
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct ApacheAccess {
    /// What the log's times are in.
    unit: Unit,
}

impl ApacheAccess {
    /// Before the log's unit is known.
    pub(super) const ANY: Self = Self { unit: Unit::Unsaid };
}

static IN_UNITS: [ApacheAccess; 4] = [
    ApacheAccess { unit: Unit::SECONDS },
    ApacheAccess {
        unit: Unit::MILLISECONDS,
    },
    ApacheAccess {
        unit: Unit::MICROSECONDS,
    },
    ApacheAccess { unit: Unit::NANOSECONDS },
];

impl Format for ApacheAccess {
    fn name(&self) -> &'static str {
        "apache-access"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line), self.unit) {
            Ok((_, seen)) if seen.is_apache() => Fit::Yes,
            _ => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let (mut fields, seen) = read(&line, self.unit)?;
        if !seen.is_apache() {
            return Err(Unread::NotThisFormat);
        }
        fields.instant = Instant::Start;
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        access_own::own(record, self.unit)
    }

    fn measured(&self, lines: &[&[u8]]) -> Option<&'static dyn Format> {
        let unit = Unit::of_log(lines, |line, unit| read(line, unit).ok()?.0.duration_ms);
        let known = IN_UNITS.iter().find(|format| format.unit == unit);
        known.map(|format| format as &dyn Format)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"2026-07-02T21:05:14.995 +0200 web-01 10.23.1.13 "POST /v1/embeddings HTTP/1.1" 200 232 us=1283080 rid=req_eccd638f29c31ff955f4558a8bdbc282 crid=0b39a20c-783d-4b0f-bb1f-ecb77c6aa173 ray=c7bde0040dbb4307-FRA"#,
            r#"llm.example.net:443 10.0.3.7 - - [06/Mar/2025:14:02:42 +0100] "POST /v1/responses HTTP/1.1" 502 341 "-" "OpenAI/Python 2.54.0""#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats"
    }
}
