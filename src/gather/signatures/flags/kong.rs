//! Who wrote an answer that Kong logged with a `source` of its own: its format tells by the servers it tried.
//!
//! Source: Kong's `pdk/response.lua` (`get_source`) and `pdk/log.lua` \[S\].

use super::FlagSays;
use crate::model::Fact::{ProxyGaveUp, ProxySaysItsOwn};

/// What the word of the format says.
pub(super) fn says(word: &str) -> Option<FlagSays> {
    Some(match word {
        // A plugin's refusal, a limit, a name that could not be resolved.
        "never asked" => FlagSays::status_by(ProxySaysItsOwn),
        "gave up" => FlagSays::status_by(ProxyGaveUp),
        _ => return None,
    })
}
