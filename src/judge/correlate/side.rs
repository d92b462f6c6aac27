//! Which side a failure speaks of: by its fact, and where the fact leaves it open, by the vote of its neighbours.
//!
//! Classification B2. The vote sets the side only: whether the provider was reached stays unknown.

use super::view::View;
use crate::model::{Attempt, Dimension, Fact, Name, Outcome, Reached, Side, SourceRollup, Time, TransportError};
use std::collections::BTreeMap;

/// Neighbours vote within this distance (classification B2: 180 s).
const NEIGHBOURS_MS: i64 = 180_000;

/// A majority counts from this many failures of known side (classification B2).
const MAJORITY_AT_LEAST: usize = 2;

/// A majority counts from this share of the open failures there, so that one stray connect error does not turn hundreds
/// (classification B2).
const MAJORITY_SHARE: f64 = 0.1;

/// From this share of successes with an id on, an HTML page without one is not the provider's (classification B2, row 8).
const IDS_EXPECTED_SHARE: f64 = 0.9;

/// The fact that decides for one attempt, from all its views (classification B2: the view nearer to the provider
/// overrides, but what only the provider can have written stands).
pub(super) fn decide(application: Option<&View>, proxies: &[&View], sources: &[(&Name, &SourceRollup)]) -> Fact {
    let views = || application.into_iter().chain(proxies.iter().copied());
    let written_by_provider = |fact: &Fact| matches!(fact, Fact::ProviderId | Fact::ProviderBody | Fact::EdgeStatus);
    let answered = |view: &View| view.ids.x_request_id.as_ref().map(|_| Fact::ProviderId);
    if let Some(fact) = views()
        .filter_map(|view| answered(view).or(view.fact))
        .filter(written_by_provider)
        .min()
    {
        return fact;
    }
    let on_the_way = proxies
        .iter()
        .filter_map(|view| fact_of_proxy(view))
        .find(|fact| *fact != Fact::StatusOnly);
    if let Some(fact) = on_the_way {
        return fact;
    }
    views()
        .filter_map(|view| page_without_id(view, sources).or(view.fact))
        .min_by_key(|fact| (fact.reached() == Reached::Unknown, *fact))
        .unwrap_or(Fact::StatusOnly)
}

/// A client that gave up tells how far the request had come.
fn fact_of_proxy(view: &View) -> Option<Fact> {
    if !matches!(view.outcome, Outcome::Caller(crate::model::CallerKind::ClientCancel, _)) {
        return view.fact;
    }
    let upstream = view.upstream.as_deref()?;
    match (upstream.connected, upstream.answered) {
        (_, Some(true)) => Some(Fact::AnswerBegun),
        (Some(true), _) => Some(Fact::SentUnanswered),
        (Some(false), _) => Some(Fact::NeverConnected),
        (None, _) => None,
    }
}

/// Row 8: a page in place of an answer, where this source's answers carry ids.
fn page_without_id(view: &View, sources: &[(&Name, &SourceRollup)]) -> Option<Fact> {
    let page = view.error.as_ref().is_some_and(|error| error.html);
    if view.fact != Some(Fact::StatusOnly)
        || !page
        || !matches!(view.outcome, Outcome::Status(502..=504))
        || view.ids.x_request_id.is_some()
    {
        return None;
    }
    let (_, rollup) = sources.get(view.source)?;
    let all = rollup.successes_with_id + rollup.successes_without_id;
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let expected = rollup.successes_with_id as f64 >= all as f64 * IDS_EXPECTED_SHARE;
    (all > 0 && expected).then_some(Fact::ProxyPage)
}

/// The side that a fact by itself speaks of. That bytes of the answer had come does not tell who broke it off.
fn side_of(attempt: &Attempt) -> Option<Side> {
    match (attempt.fact, attempt.reached) {
        (Fact::AnswerBegun, _) | (_, Reached::Unknown) => None,
        (_, Reached::Yes) => Some(Side::Provider),
        (_, Reached::No) => Some(Side::Network),
    }
}

/// Gives every failure its side; caller-side ends have none.
pub(super) fn vote(attempts: &mut [Attempt]) {
    let mut known: BTreeMap<Option<Name>, Votes> = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.outcome.is_failure()) {
        let votes = known
            .entry(attempt.attributes.get(Dimension::ServerAddress).cloned())
            .or_default();
        match side_of(attempt) {
            Some(Side::Provider) => votes.provider.push(attempt.time),
            Some(Side::Network) => votes.network.push(attempt.time),
            None => votes.open.push(attempt.time),
        }
    }
    for votes in known.values_mut() {
        votes.provider.sort_unstable();
        votes.network.sort_unstable();
        votes.open.sort_unstable();
    }
    for attempt in attempts.iter_mut().filter(|attempt| attempt.outcome.is_failure()) {
        let by_fact = side_of(attempt);
        attempt.side_by_vote = by_fact.is_none();
        attempt.side = by_fact.or_else(|| {
            let votes = known.get(&attempt.attributes.get(Dimension::ServerAddress).cloned())?;
            votes.majority(attempt.time)
        });
        if attempt.side.is_none() {
            let unanswered = matches!(
                attempt.outcome,
                Outcome::Transport(TransportError::Timeout | TransportError::Reset)
            );
            attempt.side = Some(if unanswered { Side::Network } else { Side::Provider });
        }
    }
}

#[derive(Default)]
struct Votes {
    provider: Vec<Time>,
    network: Vec<Time>,
    open: Vec<Time>,
}

impl Votes {
    fn majority(&self, time: Time) -> Option<Side> {
        let near = |times: &[Time]| {
            let from = times.partition_point(|other| time.since(*other) > NEIGHBOURS_MS);
            let to = times.partition_point(|other| other.since(time) <= NEIGHBOURS_MS);
            to.saturating_sub(from)
        };
        let (provider, network, open) = (near(&self.provider), near(&self.network), near(&self.open));
        #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
        let counts = provider.max(network) >= MAJORITY_AT_LEAST && provider.max(network) as f64 >= MAJORITY_SHARE * open as f64;
        match provider.cmp(&network) {
            std::cmp::Ordering::Greater if counts => Some(Side::Provider),
            std::cmp::Ordering::Less if counts => Some(Side::Network),
            _ => None,
        }
    }
}
