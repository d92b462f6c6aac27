//! The error types of the `Proxy-Status` field, which Google's regional balancers log.
//!
//! Source: RFC 9209, section 2.3 \[D\].

use super::FlagSays;
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Reset, StreamAbort, Timeout, Tls};

/// What `error="connection_timeout"; details="…"` says.
pub(super) fn says(status: &str) -> Option<FlagSays> {
    let (_, behind) = status.split_once("error=")?;
    let behind = behind.trim_start_matches('"');
    let end = behind
        .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
        .unwrap_or(behind.len());
    of_type(behind.get(..end)?)
}

fn of_type(error: &str) -> Option<FlagSays> {
    Some(match error {
        "dns_error" | "dns_timeout" => FlagSays::broke(Dns, NeverConnected),
        "connection_refused" | "connection_timeout" | "destination_ip_prohibited" | "destination_ip_unroutable" => {
            FlagSays::broke(Connect, NeverConnected)
        }
        "tls_protocol_error" | "tls_certificate_error" | "tls_alert_received" => FlagSays::broke(Tls, NeverConnected),
        "destination_unavailable" | "connection_limit_reached" => FlagSays::broke(Connect, ProxySaysItsOwn),
        "connection_terminated" => FlagSays::broke(Reset, SentUnanswered),
        "connection_read_timeout" | "connection_write_timeout" | "http_response_timeout" => {
            FlagSays::broke(Timeout, SentUnanswered)
        }
        "http_response_incomplete" => FlagSays::broke(StreamAbort, AnswerBegun),
        "http_upgrade_failed" | "http_protocol_error" => FlagSays::status_by(UpstreamAnswered),
        // Headers, body, trailers or codings of an answer that the proxy would not pass on.
        _ if error.starts_with("http_response_") => FlagSays::status_by(UpstreamAnswered),
        "destination_not_found" => FlagSays::status_by(ProxySaysItsOwn),
        _ if error.starts_with("http_request_") || error.starts_with("proxy_") => FlagSays::status_by(ProxySaysItsOwn),
        _ => return None,
    })
}
