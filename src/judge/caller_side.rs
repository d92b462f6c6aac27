//! The caller's own errors: counted by kind, apart from every window, each with what to do about it.

use crate::model::{CallerKind, CallerSideCount, Dimension, Name, Outcome, Traffic};
use std::collections::{BTreeMap, BTreeSet};

/// Caller-side ends by kind, most frequent first.
pub(super) fn count(traffic: &Traffic) -> Vec<CallerSideCount> {
    let mut kinds: BTreeMap<CallerKind, Kind> = BTreeMap::new();
    for attempt in &traffic.attempts {
        let Outcome::Caller(kind, status) = attempt.outcome else {
            continue;
        };
        let Kind { count, models, messages } = kinds.entry(kind).or_insert_with(|| Kind {
            count: CallerSideCount {
                kind,
                count: 0,
                by_status: BTreeMap::new(),
                first: attempt.time,
                last: attempt.time,
                models: Vec::new(),
                messages: Vec::new(),
                advice: String::new(),
            },
            models: BTreeSet::new(),
            messages: BTreeMap::new(),
        });
        count.count += 1;
        if status > 0 {
            *count.by_status.entry(status).or_default() += 1;
        }
        count.first = count.first.min(attempt.time);
        count.last = count.last.max(attempt.time);
        models.extend(attempt.attributes.get(Dimension::Model).cloned());
        if let Some(template) = attempt.error.as_ref().and_then(|error| error.template) {
            *messages.entry(template).or_default() += 1;
        }
    }
    let mut counts: Vec<CallerSideCount> = kinds.into_values().map(Kind::told).collect();
    counts.sort_by_key(|count| (std::cmp::Reverse(count.count), count.kind));
    counts
}

/// One kind while it is counted.
struct Kind {
    count: CallerSideCount,
    models: BTreeSet<Name>,
    messages: BTreeMap<&'static str, u64>,
}

impl Kind {
    fn told(self) -> CallerSideCount {
        let mut messages: Vec<_> = self.messages.into_iter().collect();
        messages.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let advice = std::iter::once(advice(self.count.kind))
            .chain(by_status(self.count.kind, &self.count.by_status))
            .collect::<Vec<_>>()
            .join(" ");
        CallerSideCount {
            models: self.models.into_iter().collect(),
            messages,
            advice,
            ..self.count
        }
    }
}

/// What each status of a refused request says besides (OpenAI's and Anthropic's error references).
fn by_status(kind: CallerKind, statuses: &BTreeMap<u16, u64>) -> Vec<&'static str> {
    const SAYS: [(u16, &str); 7] = [
        (
            400,
            "400: a parameter is wrong or the prompt is longer than the model's context.",
        ),
        (
            404,
            "404: the model's or deployment's name or the path is wrong, or the project may not use that model.",
        ),
        (408, "408: the request came too slowly; the SDKs retry it."),
        (409, "409: another request changed the same object; the SDKs retry it."),
        (
            413,
            "413: the request is larger than the API takes; Anthropic's edge refuses it before the API sees it.",
        ),
        (415, "415: the Content-Type is not application/json."),
        (422, "422: the body is well-formed and a value in it is not allowed."),
    ];
    let seen = SAYS
        .iter()
        .filter(|(status, _)| kind == CallerKind::BadRequest && statuses.contains_key(status));
    seen.map(|(_, says)| *says).collect()
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
