//! Squid's result codes and error codes.
//!
//! Source: Squid's `src/error/forward.h`, `src/LogTags.cc` and `client_side_request.cc` \[S\]; runs of 5.7 \[M\].

use super::FlagSays;
use crate::model::Fact::{NeverConnected, ProxyPage, ProxySaysItsOwn, SentUnanswered, TransportKind, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Filtered, ProxyAuth, Reset, Timeout, Tls};

/// Parts of a result and what they say, an error code before the result that it explains.
#[rustfmt::skip]
const PARTS: [(&str, FlagSays); 27] = [
    ("ERR_DNS_FAIL", FlagSays::broke(Dns, NeverConnected)),
    ("ERR_SECURE_CONNECT_FAIL", FlagSays::broke(Tls, NeverConnected)),
    ("ERR_CONNECT_FAIL", FlagSays::broke(Connect, NeverConnected)),
    ("ERR_SOCKET_FAILURE", FlagSays::broke(Connect, NeverConnected)),
    ("ERR_CANNOT_FORWARD", FlagSays::broke(Connect, NeverConnected)),
    ("ERR_FORWARDING_DENIED", FlagSays::broke(Connect, NeverConnected)),
    ("ERR_READ_TIMEOUT", FlagSays::broke(Timeout, SentUnanswered)),
    ("ERR_LIFETIME_EXP", FlagSays::broke(Timeout, SentUnanswered)),
    ("ERR_READ_ERROR", FlagSays::broke(Reset, SentUnanswered)),
    ("ERR_WRITE_ERROR", FlagSays::broke(Reset, SentUnanswered)),
    ("ERR_ZERO_SIZE_OBJECT", FlagSays::broke(Reset, SentUnanswered)),
    ("ERR_INVALID_RESP", FlagSays::status_by(UpstreamAnswered)),
    ("ERR_TOO_BIG", FlagSays::status_by(UpstreamAnswered)),
    ("ERR_GATEWAY_FAILURE", FlagSays::status_by(UpstreamAnswered)),
    ("ERR_ICAP_FAILURE", FlagSays::status_by(ProxySaysItsOwn)),
    ("ERR_CACHE_ACCESS_DENIED", FlagSays::broke(ProxyAuth, TransportKind)),
    ("DENIED/407", FlagSays::broke(ProxyAuth, TransportKind)),
    ("ERR_ACCESS_DENIED", FlagSays::broke(Filtered, ProxyPage)),
    ("DENIED/403", FlagSays::broke(Filtered, ProxyPage)),
    ("ERR_CLIENT_GONE", FlagSays::CANCELLED),
    ("_ABORTED", FlagSays::CANCELLED),
    ("_TIMEDOUT", FlagSays::broke(Timeout, SentUnanswered)),
    // A CONNECT that got no tunnel: nothing was served, and the status is Squid's own [M].
    ("NONE_NONE/5", FlagSays::broke(Connect, NeverConnected)),
    ("TAG_NONE/5", FlagSays::broke(Connect, NeverConnected)),
    ("TCP_NONE/5", FlagSays::broke(Connect, NeverConnected)),
    ("NONE/5", FlagSays::broke(Connect, NeverConnected)),
    ("TCP_TUNNEL/5", FlagSays::broke(Connect, NeverConnected)),
];

/// Whether a word has the shape of a result or error code.
pub(super) fn is_result(word: &str) -> bool {
    ["TCP_", "UDP_", "NONE", "TAG_NONE", "ERR_"]
        .iter()
        .any(|start| word.starts_with(start))
}

/// What a result, an error code, or both in one text say.
pub(super) fn says(result: &str) -> Option<FlagSays> {
    PARTS.iter().find(|(part, _)| result.contains(part)).map(|(_, says)| *says)
}
