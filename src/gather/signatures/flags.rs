//! What a proxy's own word on the end means: Envoy flags, HAProxy states, Squid codes, nginx error texts.

use super::transport::{cancelled, transport};
use crate::model::{Fact, TransportError};
use TransportError::{Connect, Dns, ProxyAuth, Reset, StreamAbort, Timeout, Tls};

/// What a proxy's word says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlagSays {
    /// The transport error it names; `None` where the status decides.
    pub outcome: Option<TransportError>,
    /// What it says about the provider having had the request.
    pub fact: Option<Fact>,
    /// The client gave up.
    pub cancelled: bool,
}

impl FlagSays {
    fn broke(kind: TransportError, fact: Fact) -> Self {
        Self {
            outcome: Some(kind),
            fact: Some(fact),
            cancelled: false,
        }
    }

    fn own(fact: Fact) -> Self {
        Self {
            outcome: None,
            fact: Some(fact),
            cancelled: false,
        }
    }

    const CANCELLED: Self = Self {
        outcome: None,
        fact: None,
        cancelled: true,
    };
}

/// What a proxy's flag, with its detail text, says; `format` is the name of the log format.
#[must_use]
pub fn proxy_flag(format: &str, flag: &str, detail: Option<&str>) -> Option<FlagSays> {
    if format.starts_with("haproxy") {
        haproxy(flag)
    } else if format.starts_with("envoy") {
        envoy(flag, detail)
    } else if format.starts_with("squid") {
        squid(flag)
    } else {
        detail.and_then(error_text)
    }
}

/// HAProxy's termination state, its first two letters (HAProxy documentation, 8.5).
fn haproxy(state: &str) -> Option<FlagSays> {
    let says = match state.as_bytes() {
        [b'S' | b's', b'C', ..] => FlagSays::broke(Connect, Fact::NeverConnected),
        [b'S', b'H', ..] => FlagSays::broke(Reset, Fact::SentUnanswered),
        [b's', b'H', ..] => FlagSays::broke(Timeout, Fact::SentUnanswered),
        [b'S' | b's', b'D', ..] => FlagSays::broke(StreamAbort, Fact::AnswerBegun),
        [b'P', b'H' | b'D', ..] => FlagSays::own(Fact::UpstreamAnswered),
        [b'C' | b'c', b'D' | b'C' | b'H' | b'Q' | b'L', ..] => FlagSays::CANCELLED,
        [b's', b'Q', ..] | [b'P' | b'R', b'C', ..] => FlagSays::broke(Connect, Fact::ProxySaysItsOwn),
        [b'P' | b'L' | b'I' | b'D' | b'U' | b'K', ..] => FlagSays::own(Fact::ProxySaysItsOwn),
        _ => return None,
    };
    Some(says)
}

/// Envoy's response flags, comma-joined, and its details (Envoy `stream_info/utility.h`, access log usage).
fn envoy(flags: &str, detail: Option<&str>) -> Option<FlagSays> {
    if detail == Some("via_upstream") {
        return Some(FlagSays::own(Fact::UpstreamAnswered));
    }
    for flag in flags.split(',') {
        let says = match flag.trim() {
            "UH" | "NoHealthyUpstream" | "UF" | "UpstreamConnectionFailure" => {
                let kind = detail
                    .and_then(transport)
                    .map_or(Connect, |broken| if broken.kind == Tls { Tls } else { Connect });
                FlagSays::broke(kind, Fact::NeverConnected)
            }
            "DF" | "DnsResolutionFailed" => FlagSays::broke(Dns, Fact::NeverConnected),
            "UC" | "UpstreamConnectionTermination" | "UR" | "UpstreamRemoteReset" => FlagSays::broke(Reset, Fact::SentUnanswered),
            "UT" | "UpstreamRequestTimeout" | "UMSDR" | "UpstreamMaxStreamDurationReached" => {
                FlagSays::broke(Timeout, Fact::SentUnanswered)
            }
            "UPE" | "UpstreamProtocolError" => FlagSays::broke(StreamAbort, Fact::AnswerBegun),
            "UO" | "UpstreamOverflow" | "NR" | "NoRouteFound" | "NC" | "NoClusterFound" | "NFCF" | "RL" | "RateLimited"
            | "RLSE" | "UAEX" | "IH" | "OM" | "DO" | "LH" | "FI" | "DI" => FlagSays::own(Fact::ProxySaysItsOwn),
            // A healthy line may carry it too, when the client closes first.
            "DC" | "DownstreamConnectionTermination" if flags == "DC" => return None,
            _ => continue,
        };
        return Some(says);
    }
    None
}

/// Squid's result code with its status, or its error code (Squid `error/forward.h`, `LogTags.cc`).
fn squid(result: &str) -> Option<FlagSays> {
    let says = match result {
        _ if result.contains("ERR_DNS_FAIL") => FlagSays::broke(Dns, Fact::NeverConnected),
        _ if result.contains("ERR_SECURE_CONNECT_FAIL") => FlagSays::broke(Tls, Fact::NeverConnected),
        _ if [
            "ERR_CONNECT_FAIL",
            "ERR_SOCKET_FAILURE",
            "ERR_CANNOT_FORWARD",
            "ERR_FORWARDING_DENIED",
        ]
        .iter()
        .any(|code| result.contains(code)) =>
        {
            FlagSays::broke(Connect, Fact::NeverConnected)
        }
        _ if result.contains("ERR_READ_TIMEOUT") || result.contains("ERR_LIFETIME_EXP") => {
            FlagSays::broke(Timeout, Fact::SentUnanswered)
        }
        _ if result.contains("ERR_READ_ERROR") || result.contains("ERR_ZERO_SIZE_OBJECT") => {
            FlagSays::broke(Reset, Fact::SentUnanswered)
        }
        _ if result.contains("DENIED/407") || result.contains("ERR_CACHE_ACCESS_DENIED") => {
            FlagSays::broke(ProxyAuth, Fact::TransportKind)
        }
        _ if result.contains("DENIED/403") || result.contains("ERR_ACCESS_DENIED") => {
            FlagSays::broke(TransportError::Filtered, Fact::ProxyPage)
        }
        _ if result.contains("_ABORTED") || result.contains("ERR_CLIENT_GONE") => FlagSays::CANCELLED,
        // A CONNECT that got no tunnel: nothing was served, and the status is Squid's own.
        _ if result.starts_with("NONE_NONE/5") || result.starts_with("NONE/5") || result.starts_with("TAG_NONE/5") => {
            FlagSays::broke(Connect, Fact::NeverConnected)
        }
        _ => return None,
    };
    Some(says)
}

/// Texts of nginx's and Apache's error logs, in lower case, the more telling first (errors reference, 6).
const ERROR_TEXTS: &[(&str, TransportError, Fact)] = &[
    ("could not be resolved", Dns, Fact::NeverConnected),
    ("no resolver defined", Dns, Fact::NeverConnected),
    ("host not found in upstream", Dns, Fact::NeverConnected),
    ("dns lookup failure", Dns, Fact::NeverConnected),
    ("upstream ssl certificate", Tls, Fact::NeverConnected),
    ("ssl_do_handshake() failed", Tls, Fact::NeverConnected),
    ("while ssl handshaking to upstream", Tls, Fact::NeverConnected),
    ("peer closed connection in ssl handshake", Tls, Fact::NeverConnected),
    ("error during ssl handshake with remote server", Tls, Fact::NeverConnected),
    ("while connecting to upstream", Connect, Fact::NeverConnected),
    ("no live upstreams", Connect, Fact::NeverConnected),
    ("ah00957", Connect, Fact::NeverConnected),
    ("ah01114", Connect, Fact::NeverConnected),
    ("while reading upstream", StreamAbort, Fact::AnswerBegun),
    ("ah01110", StreamAbort, Fact::AnswerBegun),
    ("upstream sent", Reset, Fact::UpstreamAnswered),
    ("upstream timed out", Timeout, Fact::SentUnanswered),
    ("(70007)", Timeout, Fact::SentUnanswered),
    ("prematurely closed connection", Reset, Fact::SentUnanswered),
    ("connection reset by peer", Reset, Fact::SentUnanswered),
    ("ah01102", Reset, Fact::SentUnanswered),
    ("ah00898", Reset, Fact::SentUnanswered),
];

fn error_text(text: &str) -> Option<FlagSays> {
    if cancelled(text) {
        return Some(FlagSays::CANCELLED);
    }
    let text = super::lowered(text);
    ERROR_TEXTS
        .iter()
        .find(|(needle, _, _)| text.contains(needle))
        .map(|&(_, kind, fact)| FlagSays::broke(kind, fact))
}

#[cfg(test)]
mod tests {
    use super::{FlagSays, proxy_flag};
    use crate::model::{Fact, TransportError::*};

    #[test]
    fn haproxy_states_say_how_far_the_request_came() {
        assert_eq!(
            proxy_flag("haproxy", "SC--", None),
            Some(FlagSays::broke(Connect, Fact::NeverConnected))
        );
        assert_eq!(
            proxy_flag("haproxy", "sH--", None),
            Some(FlagSays::broke(Timeout, Fact::SentUnanswered))
        );
        assert_eq!(
            proxy_flag("haproxy", "SD--", None),
            Some(FlagSays::broke(StreamAbort, Fact::AnswerBegun))
        );
        assert_eq!(proxy_flag("haproxy", "CD--", None).map(|says| says.cancelled), Some(true));
        assert_eq!(proxy_flag("haproxy", "----", None), None);
    }

    #[test]
    fn envoy_names_the_provider_only_via_upstream() {
        assert_eq!(
            proxy_flag("envoy-text", "-", Some("via_upstream")).and_then(|says| says.fact),
            Some(Fact::UpstreamAnswered)
        );
        assert_eq!(
            proxy_flag("envoy-text", "URX,UF", None).and_then(|says| says.fact),
            Some(Fact::NeverConnected)
        );
    }

    #[test]
    fn nginx_error_texts_tell_a_failed_connect_from_a_missing_answer() {
        let says = |text| proxy_flag("nginx-error", "", Some(text)).unwrap();
        assert_eq!(
            says("connect() failed (111: Connection refused) while connecting to upstream").fact,
            Some(Fact::NeverConnected)
        );
        assert_eq!(
            says("upstream timed out (110: Connection timed out) while reading response header from upstream").fact,
            Some(Fact::SentUnanswered)
        );
        assert_eq!(
            says("upstream prematurely closed connection while reading upstream").outcome,
            Some(StreamAbort)
        );
    }
}
