//! Envoy's response flags and response code details, which Istio writes too.
//!
//! Source: Envoy's `source/common/stream_info/utility.h` \[S\], `access_log/usage.rst` and
//! `response_code_details.rst` \[D\].

use super::super::transport::transport;
use super::FlagSays;
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Reset, StreamAbort, Timeout, Tls};

/// What one flag means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    NoConnection,
    NoName,
    ResetByUpstream,
    Late,
    /// The answer broke a rule of the protocol.
    Garbled,
    /// The proxy answered for itself: a limit, a rule, a route.
    Own,
    /// The client left: healthy streams end so too, when the client closes first, so the status decides.
    ClientLeft,
    /// Another flag tells the cause.
    Wrapper,
}

/// Short names, and the long ones of JSON logs.
#[rustfmt::skip]
const FLAGS: [(&str, &str, Means); 29] = [
    ("UH", "NoHealthyUpstream", Means::NoConnection),
    ("UF", "UpstreamConnectionFailure", Means::NoConnection),
    ("DF", "DnsResolutionFailed", Means::NoName),
    ("UC", "UpstreamConnectionTermination", Means::ResetByUpstream),
    ("UR", "UpstreamRemoteReset", Means::ResetByUpstream),
    ("UT", "UpstreamRequestTimeout", Means::Late),
    ("UMSDR", "UpstreamMaxStreamDurationReached", Means::Late),
    ("DT", "DurationTimeout", Means::Late),
    ("UPE", "UpstreamProtocolError", Means::Garbled),
    ("UO", "UpstreamOverflow", Means::Own),
    ("LR", "LocalReset", Means::Own),
    ("LH", "FailedLocalHealthCheck", Means::Own),
    ("SI", "StreamIdleTimeout", Means::Own),
    ("OM", "OverloadManager", Means::Own),
    ("DO", "DropOverload", Means::Own),
    ("NR", "NoRouteFound", Means::Own),
    ("NC", "NoClusterFound", Means::Own),
    ("NFCF", "NoFilterConfigFound", Means::Own),
    ("RL", "RateLimited", Means::Own),
    ("RLSE", "RateLimitServiceError", Means::Own),
    ("UAEX", "UnauthorizedExternalService", Means::Own),
    ("IH", "InvalidEnvoyRequestHeaders", Means::Own),
    ("DPE", "DownstreamProtocolError", Means::Own),
    ("FI", "FaultInjected", Means::Own),
    ("DI", "DelayInjected", Means::Own),
    ("RFCF", "ResponseFromCacheFilter", Means::Own),
    ("DC", "DownstreamConnectionTermination", Means::ClientLeft),
    ("DR", "DownstreamRemoteReset", Means::ClientLeft),
    ("URX", "UpstreamRetryLimitExceeded", Means::Wrapper),
];

fn meanings(flags: &str) -> impl Iterator<Item = Option<Means>> {
    flags.split(',').map(|flag| {
        let flag = flag.trim();
        let row = FLAGS.iter().find(|(short, long, _)| flag == *short || flag == *long);
        row.map(|(_, _, means)| *means)
    })
}

/// Whether a word is nothing but Envoy's flags.
pub(super) fn is_flags(word: &str) -> bool {
    meanings(word).all(|means| means.is_some())
}

/// Whether the flags say that the client hung up, and nothing else.
pub(super) fn client_left(flags: &str) -> bool {
    meanings(flags).all(|means| means == Some(Means::ClientLeft))
}

/// Whether a text is one of Envoy's response code details.
pub(super) fn is_detail(text: &str) -> bool {
    [
        "via_upstream",
        "upstream_",
        "no_healthy_upstream",
        "cluster_not_found",
        "route_not_found",
        "downstream_",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

/// What the flags say; `detail` is the response code details, the transport failure reason, or both.
pub(super) fn says(flags: &str, detail: Option<&str>) -> Option<FlagSays> {
    let detail = detail.unwrap_or("");
    let broken = meanings(flags)
        .flatten()
        .find(|means| !matches!(means, Means::ClientLeft | Means::Wrapper));
    if detail.starts_with("via_upstream") {
        return Some(match broken {
            // The status came from upstream, and then the stream did not hold.
            Some(Means::ResetByUpstream | Means::Garbled | Means::Late) => FlagSays::broke(StreamAbort, AnswerBegun),
            _ => FlagSays::status_by(UpstreamAnswered),
        });
    }
    let told = broken.and_then(|means| of_flag(means, detail));
    of_detail(detail).or(told)
}

fn of_flag(means: Means, detail: &str) -> Option<FlagSays> {
    Some(match means {
        Means::NoConnection => no_connection(detail),
        Means::NoName => FlagSays::broke(Dns, NeverConnected),
        Means::ResetByUpstream => FlagSays::broke(Reset, SentUnanswered),
        Means::Late => FlagSays::broke(Timeout, SentUnanswered),
        Means::Garbled => FlagSays::broke(StreamAbort, AnswerBegun),
        Means::Own => FlagSays::status_by(ProxySaysItsOwn),
        Means::ClientLeft | Means::Wrapper => return None,
    })
}

/// What the details say more exactly than the flag.
fn of_detail(detail: &str) -> Option<FlagSays> {
    let holds = |words: &[&str]| words.iter().any(|word| detail.contains(word));
    if holds(&["upstream_reset_after_response_started"]) {
        return Some(FlagSays::broke(StreamAbort, AnswerBegun));
    }
    if holds(&["{overflow"]) {
        return Some(FlagSays::status_by(ProxySaysItsOwn));
    }
    if holds(&["connection_timeout", "connection_failure", "no_healthy_upstream"]) {
        return Some(no_connection(detail));
    }
    if holds(&["{connection_termination", "{remote_reset", "{remote_refused_stream_reset"]) {
        return Some(FlagSays::broke(Reset, SentUnanswered));
    }
    if holds(&[
        "upstream_response_timeout",
        "upstream_per_try",
        "response_timeout",
        "max_stream_duration",
    ]) {
        return Some(FlagSays::broke(Timeout, SentUnanswered));
    }
    None
}

/// The transport failure reason tells a handshake and a name from a refusal.
fn no_connection(detail: &str) -> FlagSays {
    let kind = transport(detail)
        .map(|broken| broken.kind)
        .filter(|kind| matches!(kind, Tls | Dns));
    FlagSays::broke(kind.unwrap_or(Connect), NeverConnected)
}
