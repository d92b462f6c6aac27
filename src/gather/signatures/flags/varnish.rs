//! How Varnish handled a request, and why it could not fetch.
//!
//! Source: Varnish's `cache_http1_fetch.c` and `cache_director.c` \[S\]; further texts \[K\].

use super::FlagSays;
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Reset, StreamAbort, Timeout};

/// What a handling says, with the text of a `FetchError` where the site logs it.
pub(super) fn says(handling: &str, error: Option<&str>) -> Option<FlagSays> {
    let of_error = error.and_then(of_error);
    // A page of its own in place of a fetch that failed: whether the backend had the request is not said.
    of_error.or_else(|| matches!(handling, "synth" | "error").then_some(FlagSays::status_by(SentUnanswered)))
}

fn of_error(error: &str) -> Option<FlagSays> {
    let holds = |words: &[&str]| words.iter().any(|word| error.contains(word));
    Some(if holds(&["first byte timeout"]) {
        FlagSays::broke(Timeout, SentUnanswered)
    } else if holds(&["between bytes timeout"]) {
        FlagSays::broke(StreamAbort, AnswerBegun)
    } else if holds(&["first read error", "write error", "read error"]) {
        FlagSays::broke(Reset, SentUnanswered)
    } else if holds(&["http format error", "Overflow", "straight insufficient bytes"]) {
        FlagSays::status_by(UpstreamAnswered)
    } else if holds(&["busy", "unhealthy", "No backend", "none healthy"]) {
        FlagSays::broke(Connect, ProxySaysItsOwn)
    } else if holds(&["connect", "no backend connection", "fail errno"]) {
        FlagSays::broke(Connect, NeverConnected)
    } else {
        return None;
    })
}
