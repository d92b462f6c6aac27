//! Helicone's statuses below zero.
//!
//! Source: Helicone's status badge in its web application \[K\].

use super::FlagSays;
use crate::model::Fact::{ProxySaysItsOwn, SentUnanswered};
use crate::model::TransportError::{Filtered, Timeout};

/// What a status below zero says; a pending request says nothing.
pub(super) fn says(status: &str) -> Option<FlagSays> {
    Some(match status {
        "-1" => FlagSays::broke(Timeout, SentUnanswered),
        "-3" => FlagSays::CANCELLED,
        "-4" => FlagSays::broke(Filtered, ProxySaysItsOwn),
        _ => return None,
    })
}
