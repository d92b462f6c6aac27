//! The word of OpenRouter's upstream on how an answer finished.
//!
//! Source: OpenRouter's documentation of `native_finish_reason`, which is `error` where the upstream failed under a 200 \[R\].

use super::FlagSays;
use crate::model::Fact::UpstreamAnswered;
use crate::model::TransportError::StreamAbort;

/// What the word says; all others are ways to end well.
pub(super) fn says(word: &str) -> Option<FlagSays> {
    (word == "error").then_some(FlagSays::broke(StreamAbort, UpstreamAnswered))
}
