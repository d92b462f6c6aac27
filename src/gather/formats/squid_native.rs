//! Reads Squid's native access log.
//!
//! HTTPS is a CONNECT: its line says that a tunnel was opened, to which host, and how long it lived; the requests inside
//! are invisible. Squid stamps the end, in UTC; many set a readable date in the stamp's place. <https://wiki.squid-cache.org/Features/LogFormat>

use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor};
use crate::text::timestamp::{self, Reference, Zone};
use chrono::DateTime;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct SquidNative;

/// Puts what a tunnel or request was for where it belongs; `false` where Squid never saw one
/// (`error:transaction-end-before-headers`).
pub(super) fn set_target<'a>(fields: &mut Fields<'a>, method: &'a str, url: &'a str) -> bool {
    if !scan::is_method(method) || url.starts_with("error:") || url == "-" {
        return false;
    }
    fields.method = Some(method);
    fields.url = Some(url);
    if method == "CONNECT" {
        fields.server_address = Some(url.rsplit_once(':').map_or(url, |(host, _)| host));
    }
    true
}

/// `TCP_TUNNEL`, `NONE_NONE`, `TAG_NONE`.
pub(super) fn is_result(word: &str) -> bool {
    word.len() >= 4
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn read(line: &str) -> Result<Option<Fields<'_>>, Unread> {
    let (stamp, rest) = stamp(line).ok_or(Unread::NotThisFormat)?;
    let mut cursor = Cursor::new(rest);
    let is_number = |text: &&str| scan::scaled(text, 0).is_some();
    let elapsed = cursor.word().filter(is_number).ok_or(Unread::NotThisFormat)?;
    let client = cursor.word().ok_or(Unread::NotThisFormat)?;
    let code = cursor.word().ok_or(Unread::NotThisFormat)?;
    let (result, status) = code.split_once('/').ok_or(Unread::NotThisFormat)?;
    let status = scan::status(status)
        .filter(|_| is_result(result))
        .ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        timestamp: Some(stamp),
        instant: Instant::End,
        duration_ms: scan::scaled(elapsed, 0),
        client: Some(client).filter(|client| *client != "-"),
        status: Some(status),
        proxy_flag: Some(code),
        ..Fields::default()
    };
    cursor.word().ok_or(Unread::CutShort)?;
    let method = cursor.word().ok_or(Unread::CutShort)?;
    let url = cursor.word().ok_or(Unread::CutShort)?;
    cursor.word();
    let peer = cursor
        .word()
        .and_then(|hierarchy| hierarchy.split_once('/'))
        .map(|(_, peer)| peer);
    fields.upstream_address = peer.filter(|peer| *peer != "-");
    Ok(set_target(&mut fields, method, url).then_some(fields))
}

/// The stamp, and what stands behind it: `1741269753.759`, or the date that many put in its place (`%tl`, `[%tl]`, `%tg`).
fn stamp(line: &str) -> Option<(&str, &str)> {
    let mut cursor = Cursor::new(line);
    let first = cursor.word()?;
    if is_epoch(first) {
        return Some((first, cursor.rest()));
    }
    if let Some(inner) = line.strip_prefix('[') {
        let (stamp, rest) = inner.split_once(']')?;
        return is_date(stamp).then_some((stamp, rest.trim_start()));
    }
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !first.contains(['/', '-']) {
        return None;
    }
    // A clock of its own, and a zone.
    if !first.contains(':') {
        cursor.word()?;
    }
    let mut behind = cursor;
    if behind.word().is_some_and(is_zone) {
        cursor = behind;
    }
    let stamp = line.get(..line.len() - cursor.rest().len())?.trim_end();
    is_date(stamp).then_some((stamp, cursor.rest()))
}

/// `+0000`, `-07:00`.
fn is_zone(word: &str) -> bool {
    matches!(word.len(), 5 | 6)
        && word.starts_with(['+', '-'])
        && word.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b':')
}

fn is_epoch(word: &str) -> bool {
    word.split_once('.')
        .is_some_and(|(seconds, ms)| seconds.len() == 10 && ms.len() == 3)
        && scan::scaled(word, 0).is_some()
}

fn is_date(text: &str) -> bool {
    timestamp::parse(text, &Zone::Utc, &Reference::on(DateTime::UNIX_EPOCH.date_naive())).is_some()
}

impl Format for SquidNative {
    fn name(&self) -> &'static str {
        "squid-native"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        read(&scan::text(line)).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        if let Some(fields) = read(&line)? {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "1741269753.759     12 10.0.3.7 NONE_NONE/503 0 CONNECT api.openai.com:443 - HIER_NONE/- -",
            "1741269754.750  62714 10.0.3.7 TCP_TUNNEL/200 1934 CONNECT api.openai.com:443 - HIER_DIRECT/104.18.7.192 -",
            "1741269755.778      0 10.0.3.7 TCP_DENIED/407 4021 CONNECT api.openai.com:443 - HIER_NONE/- text/html",
            "06/Mar/2025:14:02:35 +0000     12 10.0.3.7 NONE_NONE/503 0 CONNECT api.openai.com:443 - HIER_NONE/- -",
        ]
    }

    fn source(&self) -> &'static str {
        "https://wiki.squid-cache.org/Features/LogFormat"
    }
}

#[cfg(test)]
mod tests {
    use super::{SquidNative, stamp};
    use crate::gather::formats::{Fit, Format};

    #[test]
    fn a_readable_date_may_stand_in_the_stamps_place() {
        for date in [
            "04/Mar/2026:09:17:03 +0000",
            "2026-03-04 09:17:03",
            "2026-03-04T09:17:03.120Z",
            "2026/03/04 09:17:03 +0100",
        ] {
            let rest = "2 127.0.0.1 NONE_NONE/500 0 CONNECT api.openai.com:443 - HIER_NONE/- -";
            assert_eq!(stamp(&format!("{date}      {rest}")), Some((date, rest)));
            assert_eq!(stamp(&format!("[{date}]      {rest}")), Some((date, rest)));
        }
    }

    #[test]
    fn another_programs_line_is_none() {
        for line in [
            "2026-03-04 09:17:03 INFO 127.0.0.1 NONE_NONE/500 0 CONNECT api.openai.com:443 - HIER_NONE/- -",
            "04/Mar/2026:09:17:03 +0000 10.0.0.1 GET /v1/models HTTP/1.1 200 12",
            "12 2 127.0.0.1 NONE_NONE/500 0 CONNECT api.openai.com:443 - HIER_NONE/- -",
        ] {
            assert_eq!(SquidNative.fit(line.as_bytes()), Fit::No, "{line}");
        }
    }
}
