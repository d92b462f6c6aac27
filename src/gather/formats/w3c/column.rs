//! What a column's name means, and where its value goes.

use super::Row;
use crate::text::scan;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gather::formats) enum Column {
    Date,
    Time,
    Epoch,
    Client,
    Method,
    /// The path.
    Stem,
    /// The query, into which IIS's request routing writes its own words; the rest may hold secrets and is not kept.
    Query,
    Status,
    /// The host asked for.
    Host,
    /// The host that the viewer asked for, where a CDN's own name stands in `cs(Host)`.
    ViewerHost,
    /// Seconds with decimals (CloudFront) or whole milliseconds (IIS).
    Taken,
    /// CloudFront's word on the end.
    Result,
    /// The same, more exactly.
    Detailed,
    /// An id of the edge or of the gateway.
    GatewayId,
    /// Seconds until the origin's first byte.
    OriginFirstByte,
    /// The machine that wrote the line.
    Machine,
    /// The provider's id on the response, which a site may log.
    ProviderId,
    ClientRequestId,
    /// The Windows error of a request that IIS could not serve.
    Win32,
    /// What tells nothing of a call.
    Other,
}

impl Column {
    /// What a name means, whatever its case (CloudFront, IIS, and the draft itself).
    pub(in crate::gather::formats) fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" | "timestamp(ms)" => Self::Epoch,
            "c-ip" => Self::Client,
            "cs-method" => Self::Method,
            "cs-uri-stem" | "cs-uri" => Self::Stem,
            "cs-uri-query" => Self::Query,
            "sc-status" => Self::Status,
            "cs(host)" | "cs-host" => Self::Host,
            "x-host-header" => Self::ViewerHost,
            "time-taken" => Self::Taken,
            "x-edge-result-type" | "x-edge-response-result-type" => Self::Result,
            "x-edge-detailed-result-type" => Self::Detailed,
            "x-edge-request-id" | "x-arr-log-id" | "cs(x-arr-log-id)" => Self::GatewayId,
            "origin-fbl" => Self::OriginFirstByte,
            "s-computername" => Self::Machine,
            "sc(x-request-id)" | "sc(apim-request-id)" | "sc(request-id)" => Self::ProviderId,
            "cs(x-client-request-id)" | "x-client-request-id" => Self::ClientRequestId,
            "sc-win32-status" => Self::Win32,
            _ => Self::Other,
        }
    }
}

/// Words of CloudFront for an exchange that went as it should.
const FINE: [&str; 7] = [
    "Hit",
    "Miss",
    "RefreshHit",
    "Redirect",
    "OriginShieldHit",
    "MissGeneratedResponse",
    "LambdaGeneratedResponse",
];

impl<'a> Row<'a> {
    /// Puts one value where it belongs; `-` is none.
    pub(in crate::gather::formats) fn set(&mut self, column: Column, value: &'a str) {
        if matches!(value, "-" | "") {
            return;
        }
        let fields = &mut self.fields;
        match column {
            Column::Date => self.date = Some(value),
            Column::Time => self.time = Some(value),
            Column::Epoch => self.epoch = Some(value),
            Column::Client => fields.client = Some(value),
            Column::Method => fields.method = Some(value).filter(|method| scan::is_method(method)),
            Column::Stem => fields.url = Some(value),
            Column::Query => {
                fields.gateway_request_id = in_query(value, "X-ARR-LOG-ID").or(fields.gateway_request_id);
                fields.upstream_status = in_query(value, "SERVER-STATUS").filter(|status| *status != "0");
            }
            Column::Status => fields.status = scan::status(value),
            Column::Host => fields.server_address = fields.server_address.or(Some(value)),
            Column::ViewerHost => fields.server_address = Some(value),
            Column::Taken => fields.duration_ms = scan::scaled(value, if value.contains('.') { 3 } else { 0 }),
            Column::Result => {
                // A plain error has no cause: only the detailed type says that there is none to tell.
                let told = Some(value).filter(|value| *value != "Error" && !FINE.contains(value));
                fields.proxy_flag = fields.proxy_flag.or(told);
            }
            Column::Detailed => {
                let told = Some(value).filter(|value| !FINE.contains(value));
                fields.proxy_flag = told.or(fields.proxy_flag);
            }
            Column::GatewayId => fields.gateway_request_id = Some(value),
            Column::OriginFirstByte => fields.upstream_header_ms = Some(scan::scaled(value, 3)),
            Column::Machine => fields.host = Some(value),
            Column::ProviderId => fields.x_request_id = fields.x_request_id.or(Some(value)),
            Column::ClientRequestId => fields.x_client_request_id = Some(value),
            Column::Win32 => fields.proxy_flag = Some(value).filter(|code| *code != "0").or(fields.proxy_flag),
            Column::Other => {}
        }
    }
}

/// The value of a key in a query.
fn in_query<'a>(query: &'a str, wanted: &str) -> Option<&'a str> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(key, value)| *key == wanted && !value.is_empty())
        .map(|(_, value)| value)
        .next()
}
