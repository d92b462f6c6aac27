//! Reads Envoy's and Istio's JSON access log.
//!
//! Istio's keys are known; a site's own are read as every proxy's (`access_keys`), so that a logged response header such
//! as `openai_request_id` finds its place. Envoy stamps the start; its `request_id` is its own.
//! <https://istio.io/latest/docs/tasks/observability/logs/access-log/>

use super::access_keys::{Key, fill, key, millis_of};
use super::envoy_text::{set_details, set_service_time, some, without_port};
use super::format::{Fit, Format, Unread};
use super::json_values::{Unescaped, marks_in};
use super::shapes;
use crate::gather::alike::{Elapsed, Own, Slot};
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnvoyJson;

/// What is put together when all members are read.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    flags: bool,
    code: bool,
    service_time: Option<&'a str>,
    server_name: Option<&'a str>,
    forwarded: Option<&'a str>,
    start: Option<&'a str>,
    details: Option<&'a str>,
    termination: Option<&'a str>,
    transport: Option<&'a str>,
}

fn read<'a>(line: &'a str, unescaped: &'a Unescaped) -> Result<Fields<'a>, Unread> {
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut fields = Fields::default();
    let mut seen = Seen::default();
    for (name, value) in members.by_ref() {
        let Some(text) = unescaped.text(value) else { continue };
        let text = some(text).filter(|text| *text != "null");
        member(&mut fields, &mut seen, name, text);
    }
    if !seen.flags || !seen.code {
        return Err(Unread::NotThisFormat);
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    fields.instant = Instant::Start;
    set_details(&mut fields, seen.details, seen.termination, seen.transport);
    fields.timestamp = seen.start.or(fields.timestamp);
    fields.server_address = fields.server_address.or(seen.server_name);
    fields.client = fields
        .client
        .or_else(|| seen.forwarded.and_then(|list| list.split(',').next()));
    if let Some(time) = seen.service_time {
        set_service_time(&mut fields, time);
    }
    if fields.method.is_none() && fields.url.is_none() {
        // A tunnel has no status; without a flag it ended as it should.
        fields.status = None;
        fields.ok = fields.proxy_flag.is_none().then_some(true);
    }
    Ok(fields)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, text: Option<&'a str>) {
    match name {
        "start_time" => seen.start = text,
        "response_flags" => {
            seen.flags = true;
            fields.proxy_flag = text;
        }
        "response_code" => {
            seen.code = true;
            fields.status = text.and_then(scan::status);
        }
        "response_code_details" => seen.details = text,
        "connection_termination_details" => seen.termination = text,
        "upstream_transport_failure_reason" => seen.transport = text,
        "duration" => fields.duration_ms = text.and_then(|text| scan::scaled(text, 0)),
        "upstream_service_time" | "x-envoy-upstream-service-time" => seen.service_time = Some(text.unwrap_or("-")),
        // Envoy Gateway's default (its `internal/xds/translator/accesslog.go`) names headers as Envoy does.
        "x-envoy-origin-path" | "x-envoy-original-path" | ":path" => fields.url = text.or(fields.url),
        "downstream_remote_address" => fields.client = text.map(without_port),
        "x_forwarded_for" | "x-forwarded-for" => seen.forwarded = text,
        "requested_server_name" => seen.server_name = text,
        "upstream_host" => fields.upstream_address = text,
        "request_id" => fields.gateway_request_id = text,
        // The request's header of this name is Envoy's own UUID, the response's is the provider's.
        "x_request_id" | "x-request-id" => match text {
            Some(id) if shapes::is_uuid(id) => fields.gateway_request_id = fields.gateway_request_id.or(Some(id)),
            id => fields.x_request_id = id.or(fields.x_request_id),
        },
        _ => {
            let known = key(name).filter(|key| !matches!(key, Key::Duration(_) | Key::Status | Key::Foreign));
            if let (Some(key), Some(text)) = (known, text) {
                fill(fields, key, text);
            }
        }
    }
}

/// A member that is the line's own: its time, what it counted and how long, a port, and the ids that were read of it.
fn slot(line: &str, fields: &Fields<'_>, name: &str, text: &str) -> Option<Slot> {
    let is = |field: Option<&str>| field.is_some_and(|field| std::ptr::eq(field, text));
    match name {
        _ if is(fields.timestamp) => Slot::stamp(line, text),
        "duration" => Slot::number(line, text, Own::Duration(Elapsed::By(millis_of))).filter(|_| !text.contains('.')),
        "upstream_service_time" | "x-envoy-upstream-service-time" | "bytes_received" | "bytes_sent" => {
            Slot::number(line, text, Own::Nothing)
        }
        "downstream_remote_address" | "downstream_local_address" | "upstream_local_address" => Slot::port(line, text),
        _ if is(fields.x_request_id) => Slot::id(line, text, Own::ProviderId),
        _ if is(fields.x_client_request_id) => Slot::id(line, text, Own::ClientId),
        _ if is(fields.request_id) => Slot::id(line, text, Own::RequestId),
        _ if is(fields.gateway_request_id) => Slot::id(line, text, Own::GatewayId),
        _ if is(fields.cf_ray) => Slot::ray(line, text),
        _ => None,
    }
}

impl Format for EnvoyJson {
    fn name(&self) -> &'static str {
        "envoy-json"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if marks_in(line, &["response_flags"]) == 0 {
            return Fit::No;
        }
        read(&scan::text(line), &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes)
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let unescaped = Unescaped::default();
        emit(&read(&line, &unescaped)?);
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        let unescaped = Unescaped::default();
        let fields = read(record, &unescaped).ok()?;
        let mut slots = Vec::new();
        for (name, value) in Members::of(record)? {
            if let Value::Text(text) | Value::Word(text) = value {
                slots.extend(slot(record, &fields, name, text));
            }
        }
        Some(slots)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"authority":"api.openai.com","bytes_received":135,"bytes_sent":414,"client_request_id":"7861011b-1488-4f03-b2ca-37e52c6af8f7","duration":5130,"method":"POST","openai_request_id":"req_cd9f75b91b2c1cc4f24502dd28825572","path":"/v1/chat/completions","protocol":"HTTP/1.1","request_id":"c1ba3288-89c9-4870-abfb-e07f112d4978","response_code":200,"response_code_details":"via_upstream","response_flags":"-","start_time":"2026-09-30T10:00:23.338Z","upstream_host":"162.159.140.245:443","upstream_service_time":"5100","upstream_transport_failure_reason":null,"user_agent":"OpenAI/Python 1.55.3","x_forwarded_for":null}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://istio.io/latest/docs/tasks/observability/logs/access-log/"
    }
}
