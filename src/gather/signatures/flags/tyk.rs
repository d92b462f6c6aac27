//! Tyk's response flags: three letters, like Envoy's and yet its own.
//!
//! Source: Tyk's `internal/errors/classification.go` \[S\].

use super::FlagSays;
use crate::model::Fact::{NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Reset, StreamAbort, Timeout, Tls};

/// What a flag says.
pub(super) fn says(flag: &str) -> Option<FlagSays> {
    Some(match flag {
        "TLE" | "TLI" | "TLM" | "TLN" | "TLH" | "TLP" | "TLA" | "TLC" => FlagSays::broke(Tls, NeverConnected),
        "UCF" | "UCT" | "NRH" | "NHU" => FlagSays::broke(Connect, NeverConnected),
        "DNS" => FlagSays::broke(Dns, NeverConnected),
        "URR" | "EPI" | "CAB" | "NRS" => FlagSays::broke(Reset, SentUnanswered),
        "URT" => FlagSays::broke(Timeout, SentUnanswered),
        "UPE" => FlagSays::broke(StreamAbort, UpstreamAnswered),
        "URS" => FlagSays::status_by(UpstreamAnswered),
        "CDC" => FlagSays::CANCELLED,
        "CBO" | "RLT" | "QEX" | "AMF" | "AKI" | "TKE" | "TKI" | "TCV" | "EAD" | "BTL" | "CLM" | "BIV" | "IHD" | "CRQ" | "CMM" => {
            FlagSays::status_by(ProxySaysItsOwn)
        }
        _ => return None,
    })
}
