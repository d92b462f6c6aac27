//! Reads Envoy's default text access log and Istio's, which stand one inside the other.
//!
//! Envoy stamps the start. Its request id is its own, never the provider's; the provider's stands on the line only where
//! the site added it, and is known by its shape. Whether a status came from the provider is in the flags and details,
//! which are handed on as written. <https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>

use super::access_keys::millis_of;
use super::format::{Fit, Format, Unread};
use super::shapes;
use crate::gather::alike::{Elapsed, Own, Slot};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor, Token};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnvoyText;

/// Quoted tokens after the times: forwarded-for, user agent, request id, authority, upstream host.
const AUTHORITY: usize = 3;

/// Bytes received, bytes sent, the duration, and the upstream's service time.
const TIMES: usize = 4;

/// Words that Istio adds behind: cluster, local address, downstream local and remote address, server name, route.
const REMOTE_ADDRESS: usize = 3;
const SERVER_NAME: usize = 4;

fn read(line: &str) -> Result<Fields<'_>, Unread> {
    let mut cursor = Cursor::new(line);
    let (Some(Token::Bracketed(stamp)), Some(Token::Quoted(request))) = (cursor.token(), cursor.token()) else {
        return Err(Unread::NotThisFormat);
    };
    if !is_stamp(stamp) {
        return Err(Unread::NotThisFormat);
    }
    let status = cursor.word().and_then(scan::status).ok_or(Unread::NotThisFormat)?;
    let flags = cursor.word().filter(|flags| is_flags(flags)).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        timestamp: Some(stamp),
        instant: Instant::Start,
        proxy_flag: some(flags),
        ..Fields::default()
    };
    if let Some((method, url)) = scan::request(request) {
        fields.method = Some(method);
        fields.url = Some(url);
        fields.status = Some(status);
    } else {
        // A tunnel (`"- - -"`) has no status; without a flag it ended as it should.
        fields.ok = fields.proxy_flag.is_none().then_some(true);
    }
    let istio = cursor
        .rest()
        .split(' ')
        .next()
        .is_some_and(|word| scan::scaled(word, 0).is_none());
    if istio {
        details(&mut cursor, &mut fields).ok_or(Unread::CutShort)?;
    }
    times(&mut cursor, &mut fields).ok_or(Unread::CutShort)?;
    tail(&mut cursor, &mut fields, istio).ok_or(Unread::CutShort)?;
    Ok(fields)
}

/// `%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%"`.
fn details<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    let details = some(cursor.word()?);
    let termination = some(cursor.word()?);
    let transport = some(cursor.token()?.text());
    set_details(fields, details, termination, transport);
    Some(())
}

/// Which of Envoy's three texts tells most: why the transport failed, unless the answer came from the upstream.
pub(super) fn set_details<'a>(
    fields: &mut Fields<'a>,
    details: Option<&'a str>,
    termination: Option<&'a str>,
    transport: Option<&'a str>,
) {
    fields.proxy_detail = match details {
        Some("via_upstream") => details,
        _ => transport.or(details).or(termination),
    };
    fields.text = transport.and(details).filter(|_| fields.proxy_detail == transport);
}

/// `%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%`.
fn times<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    scan::scaled(cursor.word()?, 0)?;
    scan::scaled(cursor.word()?, 0)?;
    fields.duration_ms = scan::scaled(cursor.word()?, 0);
    set_service_time(fields, cursor.word()?);
    Some(())
}

/// A missing service time tells of a missing answer only where a flag says that something went wrong: the header can be
/// switched off.
pub(super) fn set_service_time(fields: &mut Fields<'_>, value: &str) {
    fields.upstream_header_ms = match scan::scaled(value, 0) {
        None if fields.proxy_flag.is_none() => None,
        time => Some(time),
    };
}

fn tail<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>, istio: bool) -> Option<()> {
    let mut quoted = [None; AUTHORITY + 2];
    for place in &mut quoted {
        let Token::Quoted(text) = cursor.token()? else { return None };
        *place = some(text);
    }
    let [forwarded, _, id, authority, upstream] = quoted;
    fields.client = forwarded.and_then(|list| list.split(',').next());
    fields.gateway_request_id = id;
    fields.server_address = authority;
    fields.upstream_address = upstream;
    let mut number = 0;
    while let Some(token) = cursor.token() {
        match token {
            Token::Bare(word) if istio && number == REMOTE_ADDRESS => {
                fields.client = some(word).map(without_port).or(fields.client);
            }
            Token::Bare(word) if istio && number == SERVER_NAME => {
                fields.server_address = fields.server_address.or(some(word));
            }
            other => extra(fields, other.text()),
        }
        number += 1;
    }
    Some(())
}

/// The parts of a line that are its own: its time, what it counted and how long, and the ids that were read of it.
fn envoy_own(line: &str, fields: &Fields<'_>) -> Option<Vec<Slot>> {
    let mut slots = vec![Slot::stamp(line, fields.timestamp?)?];
    let (_, behind) = line.split_once(fields.timestamp?)?;
    let mut numbers = 0;
    let mut cursor = Cursor::new(behind.strip_prefix(']')?);
    // The request, the status and the flags are compared as they are.
    cursor.token()?;
    cursor.word()?;
    cursor.word()?;
    while let Some(token) = cursor.token() {
        let value = token.text();
        let is = |field: Option<&str>| field.is_some_and(|field| std::ptr::eq(field, value));
        let is_number = matches!(token, Token::Bare(_)) && scan::scaled(value, 0).is_some() && !value.contains('.');
        if is_number && numbers < TIMES {
            // Bytes received and sent, the whole duration, and the upstream's.
            numbers += 1;
            let own = if numbers == TIMES - 1 {
                Own::Duration(Elapsed::By(millis_of))
            } else {
                Own::Nothing
            };
            slots.push(Slot::number(line, value, own)?);
        } else if is(fields.x_request_id) {
            slots.extend(Slot::id(line, value, Own::ProviderId));
        } else if is(fields.x_client_request_id) {
            slots.extend(Slot::id(line, value, Own::ClientId));
        } else if is(fields.gateway_request_id) {
            slots.extend(Slot::id(line, value, Own::Nothing));
        } else if is(fields.cf_ray) {
            slots.extend(Slot::ray(line, value));
        } else if matches!(token, Token::Bare(_)) && numbers == TIMES {
            slots.extend(Slot::port(line, value));
        }
    }
    (numbers == TIMES).then_some(slots)
}

/// A value that the site added, by its shape.
fn extra<'a>(fields: &mut Fields<'a>, value: &'a str) {
    if shapes::is_provider_id(value) {
        fields.x_request_id = Some(value);
    } else if shapes::is_ray(value) {
        fields.cf_ray = Some(value);
    } else if shapes::is_uuid(value) {
        fields.x_client_request_id = fields.x_client_request_id.or(Some(value));
    }
}

/// The address of `address:port`.
pub(super) fn without_port(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((address, port)) if port.parse::<u16>().is_ok() => address,
        _ => address,
    }
}

/// Whether a log wrote something.
pub(super) fn some(value: &str) -> Option<&str> {
    (!matches!(value, "" | "-")).then_some(value)
}

/// `2025-03-06T14:02:45.123Z`.
fn is_stamp(stamp: &str) -> bool {
    let bytes = stamp.as_bytes();
    bytes.get(4) == Some(&b'-') && bytes.get(10) == Some(&b'T') && bytes.get(13) == Some(&b':')
}

/// `-`, or short names of capital letters with commas between them.
fn is_flags(word: &str) -> bool {
    word == "-" || word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b',')
}

impl Format for EnvoyText {
    fn name(&self) -> &'static str {
        "envoy-text"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        read(&scan::text(line)).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        emit(&read(&line)?);
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        envoy_own(record, &read(record).ok()?)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"[2025-03-06T14:02:45.123Z] "POST /v1/chat/completions HTTP/2" 503 UF 211 152 10000 - "-" "OpenAI/Go 3.1" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "api.openai.com" "104.18.7.192:443""#,
            r#"[2025-03-06T14:02:45.123Z] "POST /v1/chat/completions HTTP/1.1" 503 URX,UF upstream_reset_before_response_started{connection_timeout} - "delayed_connect_error:_111" 211 152 10002 - "-" "python" "5d2c9e0b-7f3a-41c8-a6e4-b0f19d8273aa" "api.openai.com" "104.18.7.192:443" outbound|443||api.openai.com - 10.1.2.3:443 10.0.3.7:51122 api.openai.com default"#,
            r#"[2025-03-06T14:03:01.002Z] "- - -" 0 UF - - "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end" 0 0 12 - "-" "-" "-" "-" "104.18.7.192:443" outbound|443||api.openai.com - 10.1.2.3:443 10.0.3.7:51122 api.openai.com -"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage"
    }
}
