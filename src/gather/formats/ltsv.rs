//! Reads the access lines of web servers as labelled, tab-separated values: `time:…<TAB>host:…<TAB>req:…<TAB>status:…`.
//!
//! The labels are those that ltsv.org recommends for such logs, where `host` is the client, and for what it does not name the
//! ones that sites use elsewhere (`access_keys`). Apache's `%t` stands in brackets and is the start; nginx stamps the end, and
//! only it has the times of an upstream. <http://ltsv.org>

use super::access_keys::{Key, MICROSECONDS, SECONDS, Unit, fill, key};
use super::access_line::is_exchange;
use super::access_own;
use super::format::{Fit, Format, Unread};
use crate::gather::alike::Slot;
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ltsv;

/// A line of fewer labels is anybody's.
const FEWEST: usize = 4;

/// The labels and values of a line; `None` where a part has no label.
fn pairs(line: &str) -> impl Iterator<Item = Option<(&str, &str)>> {
    line.trim_end_matches(['\r', '\n']).split('\t').map(|part| {
        let (label, value) = part.split_once(':')?;
        let is_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        (!label.is_empty() && label.bytes().all(is_label)).then_some((label, value.trim()))
    })
}

/// What a label means: ltsv.org's own first.
fn meaning(label: &str) -> Option<Key> {
    match label {
        "host" => Some(Key::Client),
        "reqtime" | "taken" => Some(Key::RequestTime),
        "reqtime_microsec" => Some(Key::Duration(MICROSECONDS)),
        "apptime" => Some(Key::UpstreamTime(SECONDS)),
        // A user agent; an address of an upstream has no label of that name.
        "ua" => None,
        _ => key(label),
    }
}

fn read(line: &str) -> Result<Fields<'_>, Unread> {
    let mut fields = Fields::default();
    let (mut count, mut is_nginxs, mut is_apaches) = (0, false, false);
    for pair in pairs(line) {
        let (label, value) = pair.ok_or(Unread::NotThisFormat)?;
        count += 1;
        let Some(key) = meaning(label) else { continue };
        if key == Key::Foreign {
            return Err(Unread::NotThisFormat);
        }
        let bare = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
        is_apaches |= key == Key::Time && bare.is_some() || label == "reqtime_microsec";
        is_nginxs |= label == "apptime" || key.tells_nginx();
        fill(&mut fields, key, bare.filter(|_| key == Key::Time).unwrap_or(value));
    }
    let is_access = fields.timestamp.is_some() && fields.status.is_some() && fields.url.is_some();
    if count < FEWEST || !is_access {
        return Err(Unread::NotThisFormat);
    }
    fields.instant = match (is_apaches, is_nginxs) {
        (true, _) => Instant::Start,
        (false, true) => Instant::End,
        (false, false) => Instant::Unknown,
    };
    Ok(fields)
}

impl Format for Ltsv {
    fn name(&self) -> &'static str {
        "ltsv"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        // Most lines are known by their first bytes to have no label, or to have no tab.
        if memchr::memchr(b'\t', line).is_none() {
            return Fit::No;
        }
        match read(&scan::text(line)) {
            Ok(_) => Fit::Yes,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let fields = read(&line)?;
        if is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        let fields = read(record).ok()?;
        let told: Option<Vec<(Option<Key>, &str)>> = pairs(record)
            .map(|pair| {
                let (label, value) = pair?;
                let bare = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
                Some((meaning(label), bare.unwrap_or(value)))
            })
            .collect();
        access_own::pairs(record, &fields, Unit::Unsaid, &told?)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "time:2026-09-14T08:10:00+09:00\thost:10.0.0.5\tforwardedfor:-\treq:POST /v1/chat/completions HTTP/1.1\tstatus:503\tsize:312\treferer:-\tua:OpenAI/Python 2.54.0\treqtime:1.203\tapptime:1.201\tvhost:api.openai.com",
            "host:10.0.0.5\tident:-\tuser:-\ttime:[14/Sep/2026:08:10:00 +0900]\treq:POST /v1/messages HTTP/1.1\tstatus:529\tsize:120\treferer:-\tua:Anthropic/Python 1.2\treqtime_microsec:812345\tvhost:api.anthropic.com",
            "time:14/Sep/2026:08:10:00 +0900\thost:10.0.0.5\tmethod:POST\turi:/v1/responses\tprotocol:HTTP/1.1\tstatus:200\tsize:812\tupstream_addr:162.159.140.245:443\tupstream_http_x_request_id:req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa",
        ]
    }

    fn source(&self) -> &'static str {
        "http://ltsv.org"
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, Format, Ltsv};

    #[test]
    fn what_is_no_access_line_is_left_alone() {
        for line in [
            "time:2026-09-14T08:10:00+09:00\tlevel:ERROR\tmessage:call failed\tstatus:503\turi:/v1/responses",
            "time:2026-09-14T08:10:00+09:00\thost:10.0.0.5\tsize:312\tua:curl",
            "2026-09-14\t08:10:00\t10.0.0.5\t503",
            "status:503\treq:POST /v1/responses HTTP/1.1",
            "time:08:10\t\tstatus:503\treq:GET / HTTP/1.1\tsize:1",
        ] {
            assert_eq!(Ltsv.fit(line.as_bytes()), Fit::No, "{line}");
        }
    }
}
