//! Reads the access logs of AWS API Gateway in the shapes that its documentation proposes: JSON and CLF.
//!
//! The keys are the site's own, but everybody starts from the console's template. The stamp is the moment the request
//! came in. <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>

use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, raw};
use super::shapes;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan::{self, Cursor, Token};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct AwsApiGateway;

/// What is put together when all members are read.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    /// Keys of the console's template that nobody else spells so.
    telling: u32,
    request_time: Option<&'a str>,
    epoch: Option<&'a str>,
    path: Option<&'a str>,
    resource: Option<&'a str>,
    route: Option<&'a str>,
    integration_status: Option<&'a str>,
    integration_ms: Option<Option<f64>>,
}

/// Keys of the template without which a line is somebody else's.
const FEWEST: u32 = 3;

fn json<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields {
        instant: Instant::Start,
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        member(&mut fields, &mut seen, name, value, unescaped);
    }
    let timed = seen.epoch.or(seen.request_time);
    if seen.telling < FEWEST || timed.is_none() || fields.status.is_none() {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.timestamp = timed;
    let of_route = seen.route.and_then(|route| route.split_once(' ')).map(|(_, path)| path);
    fields.url = seen.path.or(seen.resource).or(of_route).or(seen.route);
    fields.upstream_status = seen.integration_status;
    fields.upstream_header_ms = match (seen.integration_status, seen.integration_ms) {
        (Some(_), ms) => Some(Some(ms.flatten().unwrap_or(0.0))),
        (None, Some(_)) => Some(None),
        (None, None) => None,
    };
    Ok(fields)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !matches!(*text, "" | "-" | "null"));
    let ms = || text().and_then(|text| scan::scaled(text, 0));
    let mut telling = true;
    match name {
        "requestId" => fields.gateway_request_id = text(),
        "extendedRequestId" => {}
        "requestTime" => seen.request_time = text(),
        "requestTimeEpoch" => seen.epoch = text(),
        "httpMethod" => fields.method = text(),
        "resourcePath" => seen.resource = text(),
        "routeKey" => seen.route = text(),
        "responseLength" => {}
        "integrationStatus" | "integration.status" => seen.integration_status = text(),
        "integrationLatency" | "integration.latency" => seen.integration_ms = Some(ms()),
        "integrationErrorMessage" | "integrationError" | "integration.error" => {
            fields.proxy_detail = unescaped.text(value).filter(|text| !matches!(*text, "" | "-"));
        }
        "errorResponseType" | "error.responseType" => fields.proxy_flag = text(),
        _ => telling = false,
    }
    seen.telling += u32::from(telling);
    match name {
        "ip" | "sourceIp" => fields.client = text(),
        "path" => seen.path = text(),
        "status" => fields.status = text().and_then(scan::status),
        "domainName" => fields.server_address = text(),
        "responseLatency" => fields.duration_ms = ms(),
        _ => {}
    }
}

/// `ip caller user [time]"METHOD path protocol" status length requestId extendedRequestId`.
fn clf(line: &str) -> Result<Fields<'_>, Unread> {
    let mut cursor = Cursor::new(line);
    let fields = clf_fields(&mut cursor).ok_or(Unread::NotThisFormat)?;
    let Some(id) = cursor.word().filter(|id| shapes::is_uuid(id)) else {
        return Err(Unread::NotThisFormat);
    };
    Ok(Fields {
        gateway_request_id: Some(id),
        ..fields
    })
}

fn clf_fields<'a>(cursor: &mut Cursor<'a>) -> Option<Fields<'a>> {
    let client = cursor.word()?;
    cursor.word()?;
    cursor.word()?;
    let Some(Token::Bracketed(stamp)) = cursor.token() else {
        return None;
    };
    // The template has no blank between the two, which no web server's has.
    let adjacent = cursor.rest().starts_with('"');
    let Some(Token::Quoted(request)) = cursor.token() else {
        return None;
    };
    cursor.blanks();
    let status = cursor.word()?;
    cursor.word()?;
    let (method, url) = scan::request(request)?;
    adjacent.then_some(Fields {
        timestamp: Some(stamp),
        instant: Instant::Start,
        client: Some(client),
        status: Some(scan::status(status)?),
        method: Some(method),
        url: Some(url),
        ..Fields::default()
    })
}

fn read<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    if line.trim_start().starts_with('{') {
        json(line, unescaped)
    } else {
        clf(line)
    }
}

impl Format for AwsApiGateway {
    fn name(&self) -> &'static str {
        "aws-api-gateway"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        read(&scan::text(line), &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        emit(&read(&line, &unescaped)?);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{ "requestId":"0f8fad5b-d9cb-469f-a165-70867728950e","extendedRequestId":"JKJaXmPLvHcESHA=","ip": "10.0.3.7", "caller":"-", "user":"-","requestTime":"06/Mar/2025:14:02:45 +0000", "httpMethod":"POST","resourcePath":"/v1/{proxy+}","path":"/v1/chat/completions", "status":"504","protocol":"HTTP/1.1", "responseLength":"33","responseLatency":"29004","integrationStatus":"-","integrationLatency":"29001","error.responseType":"INTEGRATION_TIMEOUT" }"#,
            r#"{"requestId":"JKJaXmPLvHcESHA=","ip":"10.0.3.7","requestTime":"06/Mar/2025:14:02:45 +0000","httpMethod":"POST","routeKey":"POST /v1/responses","status":"200","protocol":"HTTP/1.1","responseLength":"1032"}"#,
            r#"10.0.3.7 - - [06/Mar/2025:14:02:45 +0000]"POST /v1/chat/completions HTTP/1.1" 502 36 0f8fad5b-d9cb-469f-a165-70867728950e JKJaXmPLvHcESHA="#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html"
    }
}
