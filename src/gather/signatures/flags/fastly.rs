//! The reasons of the errors that Fastly makes itself.
//!
//! Source: Fastly's "Common 503 errors" \[D\].

use super::FlagSays;
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Reset, StreamAbort, Timeout, Tls};

/// Parts of a reason, in lower case, and what they say; the first that a reason holds counts.
#[rustfmt::skip]
const REASONS: [(&str, FlagSays); 21] = [
    ("between bytes timeout", FlagSays::broke(StreamAbort, AnswerBegun)),
    ("first byte timeout", FlagSays::broke(Timeout, SentUnanswered)),
    ("backend unavailable, connection timeout", FlagSays::broke(Connect, NeverConnected)),
    ("connection timed out", FlagSays::broke(Connect, NeverConnected)),
    ("connection refused", FlagSays::broke(Connect, NeverConnected)),
    ("connect timeout", FlagSays::broke(Connect, NeverConnected)),
    ("dns lookup", FlagSays::broke(Dns, NeverConnected)),
    ("no dns", FlagSays::broke(Dns, NeverConnected)),
    ("ssl handshake", FlagSays::broke(Tls, NeverConnected)),
    ("certificate", FlagSays::broke(Tls, NeverConnected)),
    ("sni required", FlagSays::broke(Tls, NeverConnected)),
    ("backend read error", FlagSays::broke(Reset, SentUnanswered)),
    ("backend write error", FlagSays::broke(Reset, SentUnanswered)),
    ("client read error", FlagSays::CANCELLED),
    ("backend.max_conn reached", FlagSays::broke(Connect, ProxySaysItsOwn)),
    ("unhealthy", FlagSays::broke(Connect, ProxySaysItsOwn)),
    ("all backends failed", FlagSays::broke(Connect, ProxySaysItsOwn)),
    ("quorum weight not reached", FlagSays::broke(Connect, ProxySaysItsOwn)),
    ("no stale object available", FlagSays::broke(Connect, ProxySaysItsOwn)),
    ("loop detected", FlagSays::status_by(ProxySaysItsOwn)),
    ("illegal vcl", FlagSays::status_by(ProxySaysItsOwn)),
];

/// What a reason says; without one, that Fastly's state is an error.
pub(super) fn says(state: &str, reason: Option<&str>) -> Option<FlagSays> {
    let reason = reason.unwrap_or("").to_ascii_lowercase();
    let known = REASONS.iter().find(|(part, _)| reason.contains(part)).map(|(_, says)| *says);
    known.or_else(|| match state {
        // An error's page is made at the edge, and for which reason is not said.
        _ if state.contains("ERROR") => Some(FlagSays::status_by(SentUnanswered)),
        _ if state.starts_with("PASS") || state.starts_with("MISS") => Some(FlagSays::status_by(UpstreamAnswered)),
        _ => None,
    })
}
