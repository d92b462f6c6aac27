//! CloudFront's result types: who ended an exchange at the edge.
//!
//! Source: AWS's "Standard logging reference", fields `x-edge-result-type` and `x-edge-detailed-result-type` \[D\].

use super::FlagSays;
use crate::model::Fact::{NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Reset, Timeout};

/// What a result type, the detailed one where there is one, says.
pub(super) fn says(result: &str) -> Option<FlagSays> {
    Some(match result {
        "OriginConnectError" => FlagSays::broke(Connect, NeverConnected),
        "OriginDnsError" => FlagSays::broke(Dns, NeverConnected),
        // Too late while connecting or while reading: one word for both.
        "OriginCommError" => FlagSays::broke(Timeout, SentUnanswered),
        "OriginReadError" | "OriginWriteError" | "OriginZeroSizeObjectError" | "AbortedOrigin" => {
            FlagSays::broke(Reset, SentUnanswered)
        }
        "OriginError" | "OriginInvalidResponseError" | "OriginHeaderTooBigError" | "OriginContentRangeLengthError" => {
            FlagSays::status_by(UpstreamAnswered)
        }
        // A plain error is the status that the origin gave: its own faults have words of their own.
        "Error" => FlagSays::status_by(UpstreamAnswered),
        "ClientCommError" | "ClientHungUpRequest" | "SlowReaderOriginError" => FlagSays::CANCELLED,
        "LimitExceeded" | "CapacityExceeded" => FlagSays::status_by(ProxySaysItsOwn),
        _ if is_own(result) => FlagSays::status_by(ProxySaysItsOwn),
        _ => return None,
    })
}

/// Requests that the edge refused, and errors of functions that run at it.
fn is_own(result: &str) -> bool {
    result.starts_with("InvalidRequest")
        || result.starts_with("ClientGeo")
        || ((result.starts_with("Function") || result.starts_with("Lambda")) && result.ends_with("Error"))
}
