//! The reasons of Azure API Management's last error.
//!
//! Source: Microsoft's "Error handling in API Management policies", tables of predefined errors \[D\]; the texts of
//! connection failures are .NET's \[K\].

use super::super::transport::transport;
use super::FlagSays;
use crate::model::Fact::{NeverConnected, ProxySaysItsOwn, SentUnanswered};
use crate::model::TransportError::{Connect, Dns, Timeout, Tls};

/// What a reason says, with its message.
pub(super) fn says(reason: &str, message: Option<&str>) -> Option<FlagSays> {
    let message = message.unwrap_or("");
    Some(match reason {
        "BackendConnectionFailure" => connection(message),
        "Timeout" | "TimedOut" | "OperationTimedOut" => FlagSays::broke(Timeout, SentUnanswered),
        "ClientConnectionFailure" => FlagSays::CANCELLED,
        "" => return None,
        // Rate limits, quotas, keys, tokens, expressions: what a policy of the gateway made.
        _ => FlagSays::status_by(ProxySaysItsOwn),
    })
}

/// A connection failure by its message; a gateway that ran out of ports has the same reason.
fn connection(message: &str) -> FlagSays {
    let holds = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if holds(&["could not be resolved", "No such host is known", "Name or service not known"]) {
        return FlagSays::broke(Dns, NeverConnected);
    }
    if holds(&["SSL", "TLS", "trust relationship", "authentication failed"]) {
        return FlagSays::broke(Tls, NeverConnected);
    }
    if holds(&[
        "while sending the request",
        "response ended prematurely",
        "forcibly closed",
        "task was canceled",
    ]) {
        return FlagSays::broke(Connect, SentUnanswered);
    }
    let kind = transport(message)
        .map(|broken| broken.kind)
        .filter(|kind| matches!(kind, Tls | Dns));
    FlagSays::broke(kind.unwrap_or(Connect), NeverConnected)
}
