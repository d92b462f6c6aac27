//! Who wrote an answer that Traefik logged: its format tells by the size of the body and by the service asked.
//!
//! Source: traefik's `pkg/proxy/httputil/proxy.go` and `pkg/middlewares/accesslog` \[S\].

use super::FlagSays;
use crate::model::Fact::{ProxyGaveUp, ProxySaysItsOwn};

/// What the word of the format says.
pub(super) fn says(word: &str) -> Option<FlagSays> {
    Some(match word {
        "no service" => FlagSays::status_by(ProxySaysItsOwn),
        "own body" => FlagSays::status_by(ProxyGaveUp),
        _ => return None,
    })
}
