//! What Cloudflare's Logpush says where no origin answered: a rule, a Worker, or a status whose number tells why.
//!
//! Source: Cloudflare's "5xx errors" and the log fields of HTTP requests \[D\].

use super::FlagSays;
use crate::model::Fact::{ProxySaysItsOwn, SentUnanswered};

/// What the status that Cloudflare made says, or the word of a rule or Worker that made it.
pub(super) fn says(word: &str) -> Option<FlagSays> {
    Some(match word {
        // Empty or unusable answers, gateway errors, and an origin that took too long: it may have had the request.
        "520" | "524" | "502" | "504" => FlagSays::status_by(SentUnanswered),
        "499" => FlagSays::CANCELLED,
        // No connection, no handshake, no name (521 to 523, 525 to 527, 530), a rule (a word), the edge itself (500).
        _ => FlagSays::status_by(ProxySaysItsOwn),
    })
}
