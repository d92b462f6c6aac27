//! The caller's own errors: counted by kind, apart from every window, each with what to do about it.

use crate::model::{CallerKind, CallerSideCount, Dimension, Name, Outcome, Traffic};
use std::collections::{BTreeMap, BTreeSet};

/// Caller-side ends by kind, most frequent first.
pub(super) fn count(traffic: &Traffic) -> Vec<CallerSideCount> {
    let mut kinds: BTreeMap<CallerKind, (CallerSideCount, BTreeSet<Name>)> = BTreeMap::new();
    for attempt in &traffic.attempts {
        let Outcome::Caller(kind, status) = attempt.outcome else {
            continue;
        };
        let (count, models) = kinds.entry(kind).or_insert_with(|| {
            let empty = CallerSideCount {
                kind,
                count: 0,
                by_status: BTreeMap::new(),
                first: attempt.time,
                last: attempt.time,
                models: Vec::new(),
                advice: advice(kind).to_owned(),
            };
            (empty, BTreeSet::new())
        });
        count.count += 1;
        if status > 0 {
            *count.by_status.entry(status).or_default() += 1;
        }
        count.first = count.first.min(attempt.time);
        count.last = count.last.max(attempt.time);
        models.extend(attempt.attributes.get(Dimension::Model).cloned());
    }
    let mut counts: Vec<CallerSideCount> = kinds
        .into_values()
        .map(|(count, models)| CallerSideCount {
            models: models.into_iter().collect(),
            ..count
        })
        .collect();
    counts.sort_by_key(|count| (std::cmp::Reverse(count.count), count.kind));
    counts
}

/// What to do about one kind. The figures are those of the product definition, section 1: backoff with jitter from one
/// second, three to five tries.
fn advice(kind: CallerKind) -> &'static str {
    match kind {
        CallerKind::RateLimit => {
            "Slow down: honour Retry-After, back off with jitter (1, 2, 4, 8 s), spread the load, or ask for a higher rate limit."
        }
        CallerKind::Quota => {
            "Do not retry: the quota, credit or spend limit is used up. Raise it in the provider's billing settings."
        }
        CallerKind::Authentication => {
            "Do not retry: check which key is deployed, whether it was rotated, and that it belongs to this organisation."
        }
        CallerKind::Permission => {
            "Do not retry: check the project's rights to the model, the region, and any network rule on the way."
        }
        CallerKind::BadRequest => {
            "Do not retry: the request itself must change; see its error code, the model's name and the endpoint."
        }
        CallerKind::ProviderCapacity => {
            "The provider's own overload behind a 429: back off, or fall back to another model; list it apart from your limits."
        }
        CallerKind::ClientCancel => "The client hung up before the answer: compare its time-out with the model's usual latency.",
    }
}
