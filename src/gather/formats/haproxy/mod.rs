//! Reads HAProxy's `httplog`, also as `clf`, `httpslog` and `tcplog`, with or without a syslog header.
//!
//! The stamp is the request's start, but the line is written at its end, so a file is not sorted. The names of captured
//! headers stand in the configuration only: captures are known by their shape and by their block, the request's before
//! the response's. <https://docs.haproxy.org/2.8/configuration.html#8.2.3>

mod clf;
mod own;
mod values;

pub(super) use own::{header, id};
pub(super) use values::{captures, flag, headless};

use super::format::{Fit, Format, Unread};
use super::shapes;
use crate::gather::alike::Slot;
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor, Token};
use values::{milliseconds, retries, set_request};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Haproxy;

/// A line after its header.
enum Line<'a> {
    /// An exchange or a connection.
    Traffic(Box<Fields<'a>>),
    /// Something HAProxy said of itself: a server's state, a handshake of a client.
    Notice,
}

fn read(line: &str) -> Result<Line<'_>, Unread> {
    let (host, ours, rest) = headless(line);
    match traffic(rest) {
        Ok(Line::Traffic(mut fields)) => {
            fields.host = host;
            Ok(Line::Traffic(fields))
        }
        Ok(notice) => Ok(notice),
        Err(Unread::NotThisFormat) => match clf::read(rest) {
            Some(fields) => Ok(Line::Traffic(Box::new(Fields { host, ..fields }))),
            // What a site's own `log-format` wrote is another format's behind the header, and never a notice.
            None if (ours && !holds_a_method(rest)) || is_notice(rest) => Ok(Line::Notice),
            None => Err(Unread::NotThisFormat),
        },
        Err(unread) => Err(unread),
    }
}

/// Whether a method stands in a line as a word of its own: HAProxy says none of itself.
fn holds_a_method(line: &str) -> bool {
    line.split(|between: char| !between.is_ascii_alphanumeric())
        .any(|word| shapes::is_usual_method(word) || word == "CONNECT")
}

/// What HAProxy says of itself most, known without the header that names it.
fn is_notice(line: &str) -> bool {
    let is_of_a_server = |rest: &str| {
        let state = rest
            .split_once(' ')
            .filter(|(server, _)| server.contains('/'))
            .map(|(_, state)| state);
        state
            .is_some_and(|state| state.starts_with("is UP") || state.starts_with("is DOWN") || state.starts_with("is going DOWN"))
    };
    line.strip_prefix("Server ")
        .or_else(|| line.strip_prefix("Backup Server "))
        .is_some_and(is_of_a_server)
        || line.starts_with("backend ") && line.trim_end().ends_with("has no server available!")
        || line.starts_with("Proxy ") && (line.trim_end().ends_with(" started.") || line.contains(" stopped ("))
}

fn traffic(line: &str) -> Result<Line<'_>, Unread> {
    let mut cursor = Cursor::new(line);
    let client = cursor.word().and_then(address).ok_or(Unread::NotThisFormat)?;
    let Some(Token::Bracketed(stamp)) = cursor.token() else {
        return Err(Unread::NotThisFormat);
    };
    if !is_stamp(stamp) {
        return Err(Unread::NotThisFormat);
    }
    let frontend = cursor.word().ok_or(Unread::CutShort)?;
    if frontend.ends_with(':') {
        return Ok(Line::Notice);
    }
    let server = cursor.word().ok_or(Unread::CutShort)?;
    let timers = cursor.word().ok_or(Unread::CutShort)?;
    let mut fields = Fields {
        timestamp: Some(stamp),
        instant: Instant::Start,
        client: Some(client),
        upstream_address: Some(server).filter(|server| !server.ends_with("/<NOSRV>")),
        ..Fields::default()
    };
    let mut parts = timers.split('/');
    match (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) {
        (Some(_), Some(_), Some(connect), Some(response), Some(total), None) => {
            fields.upstream_connect_ms = Some(milliseconds(connect));
            fields.upstream_header_ms = Some(milliseconds(response));
            fields.duration_ms = milliseconds(total);
            http(&mut cursor, &mut fields).ok_or(Unread::CutShort)?;
        }
        (Some(_), Some(connect), Some(total), None, ..) => {
            fields.upstream_connect_ms = Some(milliseconds(connect));
            fields.duration_ms = milliseconds(total);
            tcp(&mut cursor, &mut fields).ok_or(Unread::CutShort)?;
        }
        _ => return Err(Unread::NotThisFormat),
    }
    Ok(Line::Traffic(Box::new(fields)))
}

/// `%ST %B %CC %CS %tsc %ac/… %sq/%bq %hr %hs %{+Q}r`.
fn http<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    // A status of -1 says that no response was begun.
    fields.status = Some(match cursor.word()? {
        "-1" => 0,
        status => scan::status(status)?,
    });
    for _ in 0..3 {
        cursor.word()?;
    }
    fields.proxy_flag = flag(cursor.word()?);
    fields.upstream_retries = retries(cursor.word()?);
    cursor.word()?;
    let mut blocks = 0;
    loop {
        match cursor.token() {
            Some(Token::Braced(block)) => {
                blocks += 1;
                captures(fields, block, blocks);
            }
            Some(Token::Quoted(request)) => {
                set_request(fields, request);
                return Some(());
            }
            // A line at the length limit of the log has lost its closing quote.
            Some(Token::Bare(cut)) if cut.starts_with('"') => {
                let method = cut.trim_start_matches('"');
                let url = cursor.word();
                fields.method = Some(method).filter(|method| scan::is_method(method));
                fields.url = url.filter(|_| fields.method.is_some());
                return Some(());
            }
            Some(_) => {}
            None => return Some(()),
        }
    }
}

/// `%B %ts %ac/… %sq/%bq`: a connection has no status, so its own word is all there is.
fn tcp<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    cursor.word()?;
    let state = cursor.word()?;
    fields.proxy_flag = flag(state);
    fields.ok = fields.proxy_flag.is_none().then_some(true);
    Some(())
}

/// The address of `address:port`.
fn address(word: &str) -> Option<&str> {
    let (address, port) = word.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    Some(address).filter(|address| !address.is_empty())
}

/// `06/Mar/2025:14:02:45.532`.
fn is_stamp(stamp: &str) -> bool {
    let bytes = stamp.as_bytes();
    bytes.get(2) == Some(&b'/') && bytes.get(6) == Some(&b'/') && bytes.get(11) == Some(&b':')
}

impl Format for Haproxy {
    fn name(&self) -> &'static str {
        "haproxy"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        read(&scan::text(line)).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        if let Line::Traffic(fields) = read(&text)? {
            // A bad request never had a path; a connection in TCP mode never has a status.
            if fields.url.is_some() || fields.status.is_none() {
                emit(&fields);
            }
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        match read(record).ok()? {
            // `clf` says its zone.
            Line::Traffic(fields) if fields.timestamp.is_some_and(|stamp| stamp.contains(' ')) => None,
            Line::Traffic(fields) => own::own(record, &fields),
            Line::Notice => None,
        }
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"10.0.3.7:34114 [06/Mar/2025:14:02:45.532] fe_llm be_openai/api1 0/0/3/1021/1022 500 468 - - ---- 1/1/0/0/0 0/0 {0f8fad5b-d9cb-469f-a165-70867728950e} {req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa} "POST /v1/chat/completions HTTP/1.1""#,
            r#"Jul  2 19:39:48 lb-01 haproxy[12192]: 10.23.1.11:58099 [02/Jul/2026:19:36:28.407] llm_in openai/openai2 0/0/0/-1/200080 504 198 - - sH-- 30/30/22/13/0 0/0 {ae55bba2-208b-4b26-a1b3-d17aba5028da} {|} "POST /v1/chat/completions HTTP/1.1""#,
            r#"10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0"#,
            r#"10.0.3.7:35462 [06/Mar/2025:14:02:49.260] fe_https/1: SSL handshake failure"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.haproxy.org/2.8/configuration.html#8.2.3"
    }
}
