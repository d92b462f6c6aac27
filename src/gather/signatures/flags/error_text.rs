//! Error-log texts of nginx and Apache, and the reasons that other proxies and gateways write beside a status.
//!
//! Source: nginx's `ngx_http_upstream.c` \[S\] and runs of 1.22.1 \[M\]; runs of Apache 2.4.71 \[M\]; Varnish's
//! `cache_http1_fetch.c` \[S\]; APIM, Google and CloudFront documentation \[D, K\].

use super::super::transport::{cancelled, transport};
use super::FlagSays;
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Other, Reset, StreamAbort, Timeout, Tls};
use crate::text::needles::Needles;
use std::sync::LazyLock;

/// Rows, the more telling first; `None`: the line says nothing of an exchange with the provider.
#[rustfmt::skip]
const ROWS: &[(Option<FlagSays>, &[&str])] = &[
    (Some(FlagSays::CANCELLED), &[
        "client prematurely closed connection", "client timed out", "client closed connection",
    ]),
    (None, &["server temporarily disabled", "is buffered to a temporary file", "while waiting for request", "closed keepalive connection"]),
    (Some(FlagSays::status_by(ProxySaysItsOwn)), &[
        "limiting requests", "limiting connections", "client intended to send too large", "ah01144", "circuit breaker",
    ]),
    (Some(FlagSays::broke(Other, ProxySaysItsOwn)), &[
        "worker_connections are not enough", "too many open files", "cannot assign requested address",
    ]),
    (Some(FlagSays::broke(Dns, NeverConnected)), &[
        "could not be resolved", "no resolver defined", "host not found in upstream", "dns lookup failure", "origindnserror",
        "name resolution failed", "dns server error",
    ]),
    (Some(FlagSays::broke(Tls, NeverConnected)), &[
        "upstream ssl certificate", "ssl handshaking to upstream", "peer closed connection in ssl handshake",
        "during ssl handshake with remote server", "ah02003", "ah01997", "ah02276",
    ]),
    // A handshake with nobody upstream is the client's.
    (None, &["while ssl handshaking"]),
    (Some(FlagSays::broke(Tls, NeverConnected)), &["ssl_do_handshake() failed"]),
    (Some(FlagSays::broke(StreamAbort, AnswerBegun)), &[
        "while reading upstream", "ah01110", "(70008)", "backend_connection_closed_before_data_sent_to_client",
        "backend_connection_closed_after_partial_response_sent", "aborting with incomplete response",
    ]),
    (Some(FlagSays::broke(StreamAbort, UpstreamAnswered)), &["upstream sent", "http format error"]),
    (Some(FlagSays::broke(Connect, NeverConnected)), &[
        "while connecting to upstream", "no live upstreams", "no upstreams available", "ah00957", "ah01114", "ah00940", "ah00959",
        "connect() failed", "connect() to ", "backendconnectionfailure", "failed_to_connect_to_backend",
        "failed_to_pick_backend", "originconnecterror", "no backend",
    ]),
    (Some(FlagSays::broke(Timeout, SentUnanswered)), &[
        "upstream timed out", "(70007)", "first byte timeout", "between bytes timeout", "backend_timeout",
        "response_timeout", "originreaderror",
    ]),
    (Some(FlagSays::broke(Reset, SentUnanswered)), &[
        "prematurely closed connection", "connection reset by peer", "recv() failed", "writev() failed", "broken pipe",
        "http first read error", "(20014)", "ah01102", "ah01084", "ah01097", "ah00898", "backend_connection_closed",
    ]),
    (Some(FlagSays::status_by(UpstreamAnswered)), &["response_sent_by_backend"]),
];

static TABLE: LazyLock<Needles> = LazyLock::new(|| Needles::new(ROWS.iter().map(|(_, phrases)| *phrases)));

/// What an error-log text, or a gateway's reason, says.
pub(super) fn says(text: &str) -> Option<FlagSays> {
    match TABLE.first_row(text).and_then(|row| ROWS.get(row)) {
        Some((says, _)) => *says,
        None => cancelled(text).then_some(FlagSays::CANCELLED),
    }
}

/// What a text of a proxy that has no vocabulary of its own says, in its runtime's words (Caddy and Traefik: Go's).
pub(super) fn any_transport(text: &str) -> Option<FlagSays> {
    transport(text).map(|broken| FlagSays {
        outcome: Some(broken.kind),
        fact: broken.reached,
        cancelled: false,
    })
}
