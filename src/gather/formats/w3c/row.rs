//! One line of a W3C extended log: where the value of each column goes.

use super::column::Column;
use crate::model::{Fields, Instant};
use crate::text::scan;

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

/// One line: its fields, and its stamp in parts.
#[derive(Clone, Debug, Default)]
pub(in crate::gather::formats) struct Row<'a> {
    pub(in crate::gather::formats) fields: Fields<'a>,
    pub(in crate::gather::formats) date: Option<&'a str>,
    pub(in crate::gather::formats) time: Option<&'a str>,
    /// An epoch, where the log has one.
    epoch: Option<&'a str>,
}

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

    /// Emits the exchange, which is stamped at its end.
    pub(in crate::gather::formats) fn emit(self, emit: &mut dyn FnMut(&Fields<'_>)) {
        let stamp = self.stamp();
        let mut fields = self.fields;
        fields.timestamp = stamp.as_deref();
        fields.instant = Instant::End;
        emit(&fields);
    }

    /// The row's instant as one stamp.
    pub(super) fn stamp(&self) -> Option<String> {
        match (self.date, self.time, self.epoch) {
            (_, _, Some(epoch)) => Some(epoch.to_owned()),
            (Some(date), Some(time), None) => Some(format!("{date}T{time}Z")),
            _ => None,
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
