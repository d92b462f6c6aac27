//! Whether a record can be of the attempt or the call that another tells of.

use crate::judge::correlate::view::View;
use crate::model::{Attributes, Dimension, ErrorSaid, Ids, Observation, Outcome, TransportError};
use crate::providers;
use std::sync::Arc;

/// Whether one attempt can follow another in a call: the same thread where both name one, no other endpoint or id. An SDK's id
/// that `names_itself` is the attempt's and not the call's.
pub(super) fn may_follow(last: &View, next: &View, names_itself: bool) -> bool {
    same_caller(&last.ids, &next.ids)
        && (names_itself || same_sdk_call(&last.ids, &next.ids))
        && same_route(&last.attributes, &next.attributes)
}

/// Whether a record can be about the same call as a view: the same thread where both name one, no other endpoint, no
/// other caller id.
pub(super) fn may_belong(last: &View, seen: &Observation) -> bool {
    let same_call = same_caller(&last.ids, &seen.ids) && same_sdk_call(&last.ids, &seen.ids);
    same_call && same_route(&last.attributes, &seen.attributes)
}

fn differ(mine: Option<&str>, theirs: Option<&str>) -> bool {
    matches!((mine, theirs), (Some(a), Some(b)) if a != b)
}

fn same_sdk_call(mine: &Ids, theirs: &Ids) -> bool {
    !differ(mine.sdk(), theirs.sdk())
}

fn same_caller(mine: &Ids, theirs: &Ids) -> bool {
    // Threads repeat, and are one and the same: most need not be read.
    let is_shared = matches!((mine.common(), theirs.common()), (Some(a), Some(b)) if Arc::ptr_eq(a, b));
    (is_shared || !differ(mine.thread(), theirs.thread())) && !differ(mine.x_client_request_id(), theirs.x_client_request_id())
}

fn same_route(mine: &Attributes, theirs: &Attributes) -> bool {
    match (mine.get(Dimension::Endpoint), theirs.get(Dimension::Endpoint)) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || providers::is_same_operation(a, b),
        _ => true,
    }
}

/// Whether a detail can be of the attempt: the same status where both have one, no second retry line, no other id.
pub(super) fn agrees(last: &View, seen: &Observation) -> bool {
    let second_retry = last.retry_in_ms.is_some() && seen.retry.is_some_and(|retry| retry.in_ms.is_some());
    let other_id = matches!((last.ids.x_request_id(), seen.ids.x_request_id()), (Some(a), Some(b)) if a != b);
    !second_retry && !other_id && ends_agree(last, seen)
}

pub(super) fn ends_agree(last: &View, seen: &Observation) -> bool {
    match (last.outcome, seen.outcome) {
        (_, Outcome::Unsaid) => true,
        (_, Outcome::Transport(TransportError::Other)) if says_only_failed(seen) => true,
        (Outcome::Status(a), Outcome::Status(_)) if a >= 500 && is_any_5xx(seen) => true,
        (a, b) if a.status().is_some() || b.status().is_some() => a.status() == b.status(),
        (Outcome::Transport(a), Outcome::Transport(b)) => a == b || a == TransportError::Other || b == TransportError::Other,
        (a, b) => a == b,
    }
}

/// Whether a line says that its call failed, and not a word on how.
fn says_only_failed(seen: &Observation) -> bool {
    let code = seen.error.as_ref().and_then(|error| error.error_code.as_deref());
    code == Some(ErrorSaid::UNSUCCESSFUL)
}

/// Whether a line's status is no more than what its error's word stands for, which it does for every 5xx. Who has the
/// answer's id had its status too.
fn is_any_5xx(seen: &Observation) -> bool {
    // Bedrock's `InternalServerException` is 500 alone; the Java SDKs' class of that name is every 5xx.
    let is_bedrock = seen
        .attributes
        .get(Dimension::Provider)
        .is_some_and(|name| &**name == "aws.bedrock");
    if is_bedrock || seen.ids.x_request_id().is_some() {
        return false;
    }
    let words = seen
        .error
        .iter()
        .flat_map(|error| [&error.error_code, &error.error_type])
        .flatten();
    let meant = words.filter_map(|word| providers::meant(word)).next();
    meant.is_some_and(|meant| !meant.is_exact && seen.outcome == Outcome::Status(meant.status))
}
