//! LiteLLM's errors: which of them the gateway made itself, and which are its client's words for a broken exchange.
//!
//! Source: litellm's `types/router.py` and `exceptions.py` \[S\], runs of 1.106.2 \[M\]. Its class tells nothing: a reset
//! is an `InternalServerError`.

use super::super::transport::transport;
use super::FlagSays;
use crate::model::Fact::{AnswerBegun, ProxyGaveUp, ProxySaysItsOwn};
use crate::model::TransportError::{Other, StreamAbort};
use crate::text::needles::Needles;
use std::sync::LazyLock;

/// What the gateway says without having asked a provider.
static OWN: LazyLock<Needles> = LazyLock::new(|| {
    Needles::new([&[
        "no deployments available",
        "no healthy deployment",
        "are in cooldown",
        "budget has been exceeded",
        "exceededbudget",
        "budgetexceedederror",
        "litellm rate limit handler",
        "max parallel request limit reached",
        "crossed tpm",
        "authentication error, invalid proxy server token",
    ] as &[&str]])
});

/// What a flag (a broken stream, a category of limits) and the error's words say.
pub(super) fn says(flag: &str, detail: Option<&str>) -> Option<FlagSays> {
    match flag {
        "stream" => return Some(FlagSays::broke(StreamAbort, AnswerBegun)),
        "litellm_rate_limit" | "litellm_batch_rate_limit" => return Some(FlagSays::status_by(ProxySaysItsOwn)),
        _ => {}
    }
    let detail = detail?;
    if OWN.any(detail) {
        return Some(FlagSays::status_by(ProxySaysItsOwn));
    }
    let broken = transport(detail)?;
    // The bare word of its SDK: nobody answered, and the gateway hides how it broke.
    let fact = if broken.kind == Other { ProxyGaveUp } else { broken.reached? };
    Some(FlagSays::status_by(fact))
}
