//! Reads the access lines that nginx's and Apache's sites shape themselves: one of four beginnings, then tokens and
//! `key=value` pairs in any order.
//!
//! Which of the two servers wrote a line is told by its values: nginx alone has upstream times and a `$request_time` of
//! three decimals, Apache alone microseconds and a virtual host in front. It matters, because nginx stamps the end of an
//! exchange and Apache its start.

use super::access_keys::{Key, Unit, fill, fill_in, key};
use super::format::Unread;
use super::log_format::{Compiled, nginx};
use super::shapes;
use crate::model::Fields;
use crate::text::scan::{self, Cursor, Token};
use crate::text::timestamp;
use memchr::memchr3;
use std::net::IpAddr;
use std::sync::LazyLock;

/// How a line begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Beginning {
    /// The common log format.
    #[default]
    Common,
    /// `host:port` in front of it (Apache's `vhost_combined`).
    VirtualHost,
    /// A time stamp, names and addresses, then the quoted request.
    Stamped,
    /// `key=value` from the first word on.
    Pairs,
}

/// What a line held besides its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// How it began.
    beginning: Beginning,
    /// Pairs whose key is known.
    known: u32,
    /// A value that of all proxies only nginx has.
    pub(super) nginx: bool,
    /// A value that of the two only Apache has.
    apache: bool,
    /// A key of application loggers (`level=`, `msg=`).
    foreign: bool,
    /// A client's address, under a name.
    client: bool,
    /// The details of a response's code, which only Envoy has.
    pub(super) envoy: bool,
}

impl Seen {
    /// Whether pairs alone tell who asked for what: no application writes that of a call that it makes.
    pub(super) fn is_an_access(self) -> bool {
        self.beginning == Beginning::Pairs && self.client
    }

    /// Whether the line is Apache's rather than nginx's: by its values, or because it begins with a time and has pairs
    /// of which none is nginx's own.
    pub(super) fn is_apache(self) -> bool {
        !self.nginx && (self.apache || (self.beginning == Beginning::Stamped && self.known > 0))
    }
}

/// Pairs without which a line of pairs is not an access line: a time, who or what was asked, and a status.
const FEWEST_PAIRS: u32 = 3;

/// Words that may stand between a stamp and the request: a machine, a virtual host, the client, a user.
const MOST_WORDS: usize = 5;

/// What every common line starts with; referer, user agent and the rest are quoted and follow.
static COMMON: LazyLock<Option<Compiled>> =
    LazyLock::new(|| nginx::compile(r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent"#).ok());

/// Reads a line of any beginning with what follows it, its times in the log's unit.
///
/// # Errors
/// [`Unread`] where it is none of the four, or where it is pairs that are no access line's.
pub(super) fn read(line: &str, unit: Unit) -> Result<(Fields<'_>, Seen), Unread> {
    let (mut fields, beginning, rest) = begin(line)?;
    let mut seen = Seen {
        beginning,
        ..Seen::default()
    };
    let mut cursor = Cursor::new(rest);
    loop {
        if let Some((name, value)) = cursor.pair() {
            pair(&mut fields, &mut seen, unit, name, value);
        } else if let Some(token) = cursor.token() {
            unnamed(&mut fields, token);
        } else {
            break;
        }
    }
    seen.apache |= beginning == Beginning::VirtualHost;
    let enough = match beginning {
        Beginning::Pairs => {
            // Microseconds alone are an application's as well.
            let is_told = !seen.apache || seen.client;
            is_told && seen.known >= FEWEST_PAIRS && fields.status.is_some() && !seen.foreign
        }
        Beginning::Common => seen.known > 0,
        Beginning::VirtualHost | Beginning::Stamped => fields.status.is_some(),
    };
    if enough {
        Ok((fields, seen))
    } else {
        Err(Unread::NotThisFormat)
    }
}

/// A value whose name says nothing: an id of the provider's or its edge's looks like nothing else.
fn id_by_shape<'a>(fields: &mut Fields<'a>, text: &'a str) {
    if shapes::is_provider_id(text) {
        fields.x_request_id.get_or_insert(text);
    } else if shapes::is_ray(text) {
        fields.cf_ray.get_or_insert(text);
    }
}

/// A value behind the line that has no name: so does an id of the caller's.
pub(super) fn unnamed<'a>(fields: &mut Fields<'a>, token: Token<'a>) {
    let text = token.text();
    id_by_shape(fields, text);
    if shapes::is_uuid(text) && !fields.url.is_some_and(|url| url.contains("/deployments/")) {
        // Of two neither is taken; Azure's own ids are UUIDs, too.
        let is_second = fields.x_client_request_id.is_some_and(|first| first != text);
        fields.x_client_request_id = Some(text).filter(|_| !is_second);
    }
}

/// Whether the line is about an exchange at all: a connection that sent no request (a scan, a TLS hello on a plain port)
/// and went to no upstream is not.
pub(super) fn is_exchange(fields: &Fields<'_>) -> bool {
    fields.url.is_some() || fields.upstream_address.is_some()
}

/// Reads the common part of a line and returns the fields and what follows.
///
/// # Errors
/// [`Unread`] where the line does not start so.
pub(super) fn common(line: &str) -> Result<(Fields<'_>, &str), Unread> {
    let mut fields = Fields::default();
    let compiled = COMMON.as_ref().ok_or(Unread::NotThisFormat)?;
    let rest = match compiled.read_start(line, &mut fields) {
        Ok(rest) => rest,
        // Only a line that got as far as its date has begun as this format does.
        Err(unread) if fields.timestamp.is_some_and(is_clf_time) => return Err(unread),
        Err(_) => return Err(Unread::NotThisFormat),
    };
    let whole = fields
        .client
        .is_some_and(|client| memchr3(b' ', b'"', b'[', client.as_bytes()).is_none());
    if whole && fields.status.is_some() && fields.timestamp.is_some_and(is_clf_time) {
        Ok((fields, rest))
    } else {
        Err(Unread::NotThisFormat)
    }
}

fn begin(line: &str) -> Result<(Fields<'_>, Beginning, &str), Unread> {
    // Anybody's region may stand first.
    let tells = |name: &str| key(name).is_some_and(|key| key != Key::AnyRegion);
    if Cursor::new(line).pair().is_some_and(|(name, _)| tells(name)) {
        return Ok((Fields::default(), Beginning::Pairs, line));
    }
    if let Some((fields, rest)) = stamped(line) {
        return Ok((fields, Beginning::Stamped, rest));
    }
    let unread = match common(line) {
        Ok((fields, rest)) => return Ok((fields, Beginning::Common, rest)),
        Err(unread) => unread,
    };
    let (host, rest) = virtual_host(line).ok_or(unread)?;
    let (mut fields, rest) = common(rest)?;
    fields.server_address = Some(host);
    Ok((fields, Beginning::VirtualHost, rest))
}

/// `host:port` and what follows.
fn virtual_host(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(' ')?;
    let (host, port) = word.rsplit_once(':')?;
    (!host.is_empty() && port.parse::<u16>().is_ok()).then_some((host, rest))
}

/// A stamp, words (one of them an address), the quoted request and the status.
fn stamped(line: &str) -> Option<(Fields<'_>, &str)> {
    let mut cursor = Cursor::new(line);
    let mut fields = Fields {
        timestamp: Some(stamp_ahead(&mut cursor)?),
        ..Fields::default()
    };
    for _ in 0..MOST_WORDS {
        match cursor.token()? {
            Token::Quoted(request) => {
                fields.client?;
                fill(&mut fields, Key::Request, request);
                // Sites that name their values name the status, too: it is read with the pairs behind the request.
                let mut ahead = cursor;
                if ahead.pair().is_none_or(|(name, _)| key(name) != Some(Key::Status)) {
                    fields.status = Some(scan::status(cursor.word()?)?);
                }
                return Some((fields, cursor.rest()));
            }
            Token::Bare(word) if word.parse::<IpAddr>().is_ok() => fields.client = Some(word),
            Token::Bare("-") => {}
            Token::Bare(word) if !word.contains(['=', '"']) => fields.host = fields.host.or(Some(word)),
            _ => return None,
        }
    }
    None
}

/// The stamp with a date that stands here, bracketed or not; the cursor stays where there is none.
pub(super) fn stamp_ahead<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    // Asked before every word of a line, and few words begin as a stamp does.
    let line = cursor.rest();
    match line.bytes().next()? {
        b'[' => {
            let (stamp, _) = line.get(1..)?.split_once(']')?;
            // Rust's env_logger has its level in the same bracket.
            let is_whole = timestamp::dated_length(stamp)? == stamp.len();
            is_whole.then(|| cursor.token()).map(|_| stamp)
        }
        b'0'..=b'9' => {
            let within_word = timestamp::dated_length(line)?;
            let ahead = line.get(within_word..)?;
            let end = within_word + ahead.find([' ', '\t']).unwrap_or(ahead.len());
            let stamp = line.get(..end)?;
            cursor.literal(stamp)?;
            cursor.blanks();
            Some(stamp)
        }
        _ => None,
    }
}

/// `06/Mar/2025:14:02:42 +0000`.
fn is_clf_time(stamp: &str) -> bool {
    let bytes = stamp.as_bytes();
    stamp.len() >= 20 && bytes.get(2) == Some(&b'/') && bytes.get(6) == Some(&b'/') && bytes.get(11) == Some(&b':')
}

fn pair<'a>(fields: &mut Fields<'a>, seen: &mut Seen, unit: Unit, name: &'a str, value: Token<'a>) {
    seen.envoy |= matches!(name, "details" | "code_details" | "response_code_details");
    let Some(key) = key(name) else {
        return id_by_shape(fields, value.text());
    };
    if key == Key::Foreign {
        seen.foreign = true;
        return;
    }
    let value = value.text();
    seen.known += 1;
    seen.client |= key == Key::Client && without_port(value).parse::<IpAddr>().is_ok();
    let microseconds = is_microseconds(key, value);
    seen.apache |= microseconds;
    seen.nginx |= key.tells_nginx() && !microseconds && (key != Key::RequestTime || value.contains('.'));
    fill_in(fields, key, value, unit);
}

/// An address without the port behind it.
fn without_port(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() && !host.contains(':') => host,
        _ => address,
    }
}

/// `us=1283080` is Apache's `%D`, not a status.
fn is_microseconds(key: Key, value: &str) -> bool {
    match key {
        Key::UpstreamStatus => value.len() > 3 && !value.contains([',', ' ']),
        Key::Duration(power) => power < 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Beginning, Unit};

    fn read(line: &str) -> Result<(super::Fields<'_>, super::Seen), super::Unread> {
        super::read(line, Unit::Unsaid)
    }

    #[test]
    fn a_line_tells_which_server_wrote_it() {
        let common = r#"10.0.0.1 - - [06/Mar/2025:14:02:42 +0000] "GET /v1/models HTTP/1.1" 200 1 "#;
        let seen = |tail: &str| {
            let seen = read(&format!("{common}{tail}")).unwrap().1;
            (seen.nginx, seen.apache)
        };
        assert_eq!(seen("rt=0.100 us=200"), (true, false));
        assert_eq!(seen("us=1283080"), (false, true));
        assert_eq!(seen("rid=req_1"), (false, false));
    }

    #[test]
    fn a_stamp_may_have_its_zone_apart() {
        let line = r#"2026-07-02 21:05:14.995 +0200 web-01 10.23.1.13 "POST /v1/x HTTP/1.1" 200 232 rid=req_1"#;
        let (fields, seen) = read(line).unwrap();
        assert_eq!(fields.timestamp, Some("2026-07-02 21:05:14.995 +0200"));
        assert_eq!(fields.host, Some("web-01"));
        assert_eq!(seen.beginning, Beginning::Stamped);
    }

    #[test]
    fn the_status_behind_the_request_may_have_its_name() {
        let line = r#"[2027-06-11T12:59:47.586Z] 10.69.1.11 "POST /v1/chat/completions HTTP/1.1" status=500 flags=- dur=5910 up=104.18.7.192:443 rid=req_48348fafea0e41a9b55650803a27be7f"#;
        let (fields, seen) = read(line).unwrap();
        assert_eq!((seen.beginning, fields.status), (Beginning::Stamped, Some(500)));
        assert_eq!(fields.x_request_id, Some("req_48348fafea0e41a9b55650803a27be7f"));
        assert!(read(&line.replace("status=500", "status=-")).is_err());
        assert!(read(&line.replace("status=500", "user=anna")).is_err());
    }

    #[test]
    fn a_loggers_line_of_pairs_is_not_read() {
        assert!(read("time=2025-03-06T14:02:42Z level=error msg=failed method=POST path=/v1/x status=500").is_err());
    }
}
