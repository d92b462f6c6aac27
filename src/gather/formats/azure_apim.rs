//! Reads the gateway logs of Azure API Management: Azure Monitor's JSON, one record a line or in a `records` array, and
//! the rows of the table `ApiManagementGatewayLogs`.
//!
//! The stamp is the moment the gateway began with the request. `properties` is an object, or a string that holds one.
//! <https://learn.microsoft.com/azure/api-management/gateway-log-schema-reference>

use super::format::{Fit, Format, Unread};
use super::header_map;
use super::json_records::{LONGEST_FRAME, column, each_record};
use super::json_values::{Unescaped, raw};
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;
use memchr::memmem;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct AzureApim;

/// What tells a record.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    /// `category` says gateway logs, or the table's name does.
    category: bool,
    url: Option<&'a str>,
    backend_url: Option<&'a str>,
    backend_ms: Option<f64>,
    backend_status: Option<&'a str>,
    backend_told: bool,
}

/// Reads a record; `None` for those of another category.
fn read<'a>(record: &'a str, unescaped: &'a Unescaped) -> Option<Fields<'a>> {
    let mut fields = Fields {
        instant: Instant::Start,
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in Members::of(record)? {
        match name {
            "properties" | "Properties" => {
                let inside = match value {
                    Value::Object(object) => object,
                    _ => unescaped.text(value)?,
                };
                for (name, value) in Members::of(inside).into_iter().flatten() {
                    member(&mut fields, &mut seen, name, value, unescaped);
                }
            }
            _ => member(&mut fields, &mut seen, name, value, unescaped),
        }
    }
    if !seen.category {
        return None;
    }
    // What the gateway asked outranks what it was asked: it names the provider.
    fields.url = seen.backend_url.or(seen.url);
    let answered = seen.backend_status.filter(|status| *status != "0");
    fields.upstream_status = answered;
    if answered.is_some() {
        fields.upstream_header_ms = Some(Some(seen.backend_ms.unwrap_or(0.0)));
    } else if seen.backend_told || fields.proxy_flag.is_some() {
        fields.upstream_header_ms = Some(None);
    }
    Some(fields)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !matches!(*text, "" | "null"));
    let number = || text().and_then(|text| scan::scaled(text, 0));
    // Azure Monitor's spelling, and that of the tables of Log Analytics.
    match column(name) {
        "category" | "Category" => seen.category |= text() == Some("GatewayLogs"),
        "type" | "Type" => seen.category |= text() == Some("ApiManagementGatewayLogs"),
        "time" | "Time" | "timeGenerated" | "TimeGenerated" => fields.timestamp = text().or(fields.timestamp),
        "durationMs" | "DurationMs" | "totalTime" | "TotalTime" => fields.duration_ms = number().or(fields.duration_ms),
        "callerIpAddress" | "CallerIpAddress" => fields.client = text(),
        "correlationId" | "CorrelationId" => fields.gateway_request_id = text(),
        "method" | "Method" => fields.method = text(),
        "url" | "Url" => seen.url = unescaped.text(value),
        "backendUrl" | "BackendUrl" => seen.backend_url = unescaped.text(value).filter(|url| !url.is_empty()),
        "responseCode" | "ResponseCode" => fields.status = text().and_then(scan::status),
        "backendResponseCode" | "BackendResponseCode" => {
            seen.backend_told = true;
            seen.backend_status = text();
        }
        "backendTime" | "BackendTime" => seen.backend_ms = number(),
        "lastErrorReason" | "LastErrorReason" | "lastError_reason" => fields.proxy_flag = text(),
        "lastErrorMessage" | "LastErrorMessage" | "lastError_message" => {
            fields.proxy_detail = unescaped.text(value).filter(|text| !text.is_empty())
        }
        "lastError" | "LastError" => last_error(fields, value, unescaped),
        "requestHeaders" | "RequestHeaders" => {
            if let Some(headers) = object(value, unescaped) {
                header_map::request(fields, headers);
            }
        }
        "responseHeaders" | "ResponseHeaders" | "backendResponseHeaders" | "BackendResponseHeaders" => {
            if let Some(headers) = object(value, unescaped) {
                header_map::response(fields, headers);
            }
        }
        _ => {}
    }
}

/// `lastError{reason, message}`.
fn last_error<'a>(fields: &mut Fields<'a>, value: Value<'a>, unescaped: &'a Unescaped) {
    let Some(error) = object(value, unescaped) else { return };
    for (name, value) in Members::of(error).into_iter().flatten() {
        match name {
            "reason" => fields.proxy_flag = raw(value).filter(|text| !text.is_empty()),
            "message" => fields.proxy_detail = unescaped.text(value).filter(|text| !text.is_empty()),
            _ => {}
        }
    }
}

/// An object, or the one that a string holds.
fn object<'a>(value: Value<'a>, unescaped: &'a Unescaped) -> Option<&'a str> {
    match value {
        Value::Object(object) => Some(object),
        _ => unescaped.text(value).filter(|text| text.starts_with('{')),
    }
}

impl Format for AzureApim {
    fn name(&self) -> &'static str {
        "azure-apim"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let holds = |mark: &[u8]| memmem::find(line, mark).is_some();
        let named = holds(b"GatewayLogs\"") && (holds(b"ategory\"") || holds(b"\"Type\""));
        if line.trim_ascii_start().starts_with(b"{") && named && (holds(b"esponseCode") || holds(b"\"lastError\"")) {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        if self.fit(record) == Fit::No && line.len() > LONGEST_FRAME {
            return Err(Unread::NotThisFormat);
        }
        each_record(&line, |record| {
            let unescaped = Unescaped::default();
            if let Some(fields) = read(record, &unescaped) {
                emit(&fields);
            }
        })
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"DeploymentVersion":"0.45.4","Level":2,"isRequestSuccess":false,"time":"2025-03-06T14:02:45.4351000Z","operationName":"Microsoft.ApiManagement/GatewayLogs","category":"GatewayLogs","durationMs":30012,"callerIpAddress":"10.0.3.7","correlationId":"d427a391-2bc7-4f38-9cbc-6560600e0981","location":"West Europe","properties":{"method":"POST","url":"https://llm-gw.azure-api.net/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21","backendMethod":"POST","backendUrl":"https://aoai-1.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21","responseCode":500,"backendResponseCode":0,"backendTime":30005,"clientTime":0,"cache":"none","apiId":"azure-openai","operationId":"chat","lastError":{"elapsed":30009,"source":"forward-request","scope":"api","section":"backend","reason":"BackendConnectionFailure","message":"The remote name could not be resolved"}},"resourceId":"/SUBSCRIPTIONS/00000000/RESOURCEGROUPS/LLM/PROVIDERS/MICROSOFT.APIMANAGEMENT/SERVICE/LLM-GW"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://learn.microsoft.com/azure/api-management/gateway-log-schema-reference"
    }
}
