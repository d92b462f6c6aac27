//! The error reasons of AWS's Application Load Balancer, and the statuses that it makes itself.
//!
//! Source: AWS's "Access logs" and "Troubleshoot your Application Load Balancers" \[D\].

use super::FlagSays;
use crate::model::Fact::{ProxySaysItsOwn, SentUnanswered};
use crate::model::TransportError::Reset;

/// What the status that the balancer made says, with its error reason.
pub(super) fn says(status: &str, reason: Option<&str>) -> Option<FlagSays> {
    if let Some(said) = reason.and_then(of_reason) {
        return Some(said);
    }
    match status {
        // The client closed before the idle time-out was over.
        "460" => Some(FlagSays::CANCELLED),
        // No target is registered, or none is healthy; forwarded-for with too many hops, protocols that do not match,
        // the identity provider; and all that is refused before a target is asked.
        "503" | "463" | "464" | "561" | "400" | "401" | "403" | "405" | "408" | "411" | "413" | "414" | "501" | "505" => {
            Some(FlagSays::status_by(ProxySaysItsOwn))
        }
        // 500, 502 and 504: whether a target was connected stands in the line's other fields.
        _ => None,
    }
}

/// Reasons of authentication, of the firewall, and of functions as targets.
fn of_reason(reason: &str) -> Option<FlagSays> {
    let begins = |starts: &[&str]| starts.iter().any(|start| reason.starts_with(start));
    if begins(&["Auth", "JWT", "WAF"]) {
        return Some(FlagSays::status_by(ProxySaysItsOwn));
    }
    if matches!(
        reason,
        "LambdaInvalidResponse" | "LambdaResponseTooLarge" | "LambdaUnhandled" | "LambdaServiceException"
    ) {
        // The function ran, and what it gave was no answer.
        return Some(FlagSays::broke(Reset, SentUnanswered));
    }
    begins(&["Lambda"]).then_some(FlagSays::status_by(ProxySaysItsOwn))
}
