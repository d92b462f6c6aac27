//! One record's word on an attempt.

use super::Tracer;
use crate::model::{CommonIds, IdTexts, Ids, Observation, Seen, TracedRecord};
use std::sync::Arc;

/// The ids that tie records to an attempt or a call. A thread and an organisation have many.
pub(super) fn link_ids(ids: &Ids) -> impl Iterator<Item = &str> {
    ids.of_request()
}

/// Whether two sets of ids share one.
pub(super) fn shares_id(a: &Ids, b: &Ids) -> bool {
    link_ids(a).any(|id| link_ids(b).any(|other| other == id))
}

/// Whether two sets of ids share one of the provider's answer, or contradict each other there.
pub(super) fn same_answer(a: &Ids, b: &Ids) -> Option<bool> {
    let both = |a: Option<&str>, b: Option<&str>| Some(a? == b?);
    both(a.x_request_id(), b.x_request_id()).or_else(|| both(a.cf_ray(), b.cf_ray()))
}

/// Whether two sets of ids share one that all attempts of a call have.
pub(super) fn same_call(a: &Ids, b: &Ids) -> bool {
    let both = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
    both(a.x_client_request_id(), b.x_client_request_id())
        || both(a.sdk(), b.sdk())
        || both(a.gateway_request_id(), b.gateway_request_id())
}

/// Adds ids that are absent.
pub(super) fn add_ids(to: &mut Ids, from: &Ids) {
    // Records of one exchange are written by many threads.
    let thread = to.common().and_then(|common| common.thread.clone());
    to.fill_from(from);
    let organization = to.common().and_then(|common| common.organization.clone());
    *to = Ids::from(IdTexts {
        common: Some(Arc::new(CommonIds { thread, organization })),
        ..to.texts()
    });
}

impl Tracer<'_> {
    /// What a record says, and where it stands.
    pub(super) fn record(&self, observation: &Observation, seen: &Seen, has_id: bool) -> TracedRecord {
        TracedRecord {
            seen: seen.clone(),
            time: observation.time,
            offset_ms: self.offset(&seen.path),
            grain: observation.grain,
            outcome: observation.outcome,
            duration_ms: observation.duration_ms,
            fact: observation.fact,
            ids: observation.ids.clone(),
            error: observation.error.clone(),
            retry: observation.retry,
            has_id,
        }
    }
}
