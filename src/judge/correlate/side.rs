//! Which side a failure speaks of: by its fact, and where the fact leaves it open, by the vote of its neighbours.
//!
//! Classification B2. The vote sets the side only: whether the provider was reached stays unknown.

use super::view::View;
use crate::model::{Attempt, Dimension, Fact, Name, Outcome, Reached, Side, SourceRollup, Time, TransportError, Vantage};
use crate::providers;
use crate::workers::Workers;
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
    // Nobody's edge answers through a proxy that never had a connection: the Envoy whose page the program saw is that proxy.
    let is_of_a_proxy = |view: &&View| matches!(view.fact, Some(Fact::ProxySaysItsOwn | Fact::NeverConnected));
    let has_an_edge = !proxies.iter().any(is_of_a_proxy);
    let written_by_provider = |fact: &Fact| match fact {
        Fact::ProviderId | Fact::ProviderBody => true,
        Fact::EdgeStatus => has_an_edge,
        _ => false,
    };
    let answered = |view: &View| view.ids.x_request_id().map(|_| Fact::ProviderId);
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
        .filter_map(|view| {
            page_without_id(view, sources)
                .or_else(|| of_the_edge(view, proxies, sources))
                .or(view.fact)
        })
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
        || view.ids.x_request_id().is_some()
    {
        return None;
    }
    let (_, rollup) = sources.get(view.source)?;
    let all = rollup.successes_with_id + rollup.successes_without_id;
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let expected = rollup.successes_with_id as f64 >= all as f64 * IDS_EXPECTED_SHARE;
    (all > 0 && expected).then_some(Fact::ProxyPage)
}

/// A failing status without an id, told by an application whose answers never show one: nothing is missing from it. Who
/// speaks to the provider's own host speaks TLS to it, so nobody else can have written it; a page is the provider's where
/// no address is named and no proxy is known of.
fn of_the_edge(view: &View, proxies: &[&View], sources: &[(&Name, &SourceRollup)]) -> Option<Fact> {
    let (_, rollup) = sources.get(view.source)?;
    if view.fact != Some(Fact::StatusOnly)
        || !matches!(view.outcome, Outcome::Status(500..=599))
        || rollup.vantage != Some(Vantage::Application)
        || rollup.successes_with_id > 0
        || !proxies.is_empty()
    {
        return None;
    }
    let page = || view.error.as_ref().is_some_and(|error| error.html);
    let no_proxy = || sources.iter().all(|(_, source)| source.vantage != Some(Vantage::Proxy));
    match view.attributes.get(Dimension::ServerAddress) {
        Some(address) => providers::by_host(address).is_some(),
        None => page() && no_proxy(),
    }
    .then_some(Fact::EdgeStatus)
}

/// The side that a fact by itself speaks of. That bytes of the answer had come does not tell who broke it off.
fn side_of(attempt: &Attempt) -> Option<Side> {
    match (attempt.fact, attempt.reached) {
        (Fact::AnswerBegun, _) | (_, Reached::Unknown) => None,
        (_, Reached::Yes) => Some(Side::Provider),
        (_, Reached::No) => Some(Side::Network),
    }
}

/// Whether an application was told a status that a provider gives and hardly a proxy by itself, which answers 502 and 504.
fn is_likely_the_providers(attempt: &Attempt) -> bool {
    attempt.fact == Fact::StatusOnly && matches!(attempt.outcome, Outcome::Status(500 | 503 | 529))
}

/// Gives every failure its side; caller-side ends have none.
pub(super) fn vote(attempts: &mut [Attempt], workers: &Workers) {
    let failures = || attempts.iter().filter(|attempt| attempt.outcome.is_failure());
    let open = failures().filter(|attempt| side_of(attempt).is_none());
    // Only whom somebody asks has a vote: mostly nobody has to.
    let mut known: BTreeMap<(Neighbours, Option<Name>), Votes> = BTreeMap::new();
    for neighbours in open.flat_map(asked_by) {
        known.entry(neighbours).or_default();
    }
    let is_asked = !known.is_empty();
    for attempt in failures().filter(|_| is_asked) {
        for neighbours in neighbours_of(attempt) {
            let Some(votes) = known.get_mut(&neighbours) else { continue };
            match side_of(attempt) {
                Some(Side::Provider) => votes.provider.push(attempt.time),
                Some(Side::Network) => votes.network.push(attempt.time),
                None => votes.open.push(attempt.time),
            }
            if is_likely_the_providers(attempt) {
                votes.likely.push(attempt.time);
            }
        }
    }
    for votes in known.values_mut() {
        votes.provider.sort_unstable();
        votes.network.sort_unstable();
        votes.open.sort_unstable();
        votes.likely.sort_unstable();
    }
    workers.each_mut(attempts, |_, attempt, (): &mut ()| {
        if !attempt.outcome.is_failure() {
            return;
        }
        let by_fact = side_of(attempt);
        attempt.side_by_vote = by_fact.is_none();
        attempt.side = by_fact.or_else(|| {
            let mut asked = asked_by(attempt);
            asked.find_map(|neighbours| known.get(&neighbours)?.majority(attempt.time))
        });
        if attempt.side.is_none() {
            // An SDK's bare "Connection error." is a connection that broke or never came about, as a reset is. A line that
            // says no more than that a call failed, or is tried again, has no such word.
            let unanswered = match attempt.outcome {
                Outcome::Transport(TransportError::Timeout | TransportError::Reset) => true,
                Outcome::Transport(TransportError::Other) => attempt.fact != Fact::StatusOnly,
                // A proxy in between had no answer to give on (classification B2, rows 8 and 9).
                Outcome::Status(_) => matches!(attempt.fact, Fact::ProxyGaveUp | Fact::SentUnanswered),
                _ => false,
            };
            let leans = || asked_by(attempt).any(|neighbours| known.get(&neighbours).is_some_and(|votes| votes.lean(attempt)));
            let side = if unanswered && !leans() {
                Side::Network
            } else {
                Side::Provider
            };
            attempt.side = Some(side);
        }
    });
}

/// Whose failures speak for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Neighbours {
    /// Those of the same server address.
    Address,
    /// Those of the same application host: a traceback names no address where the line of the answer does.
    Host,
    /// Those of the same provider.
    Provider,
    /// Those of the same provider that name no address.
    Unnamed,
    /// Those of the same model.
    Model,
}

/// A group of failures, where a failure can be in it at all.
type Group = Option<(Neighbours, Option<Name>)>;

fn group(attempt: &Attempt, neighbours: Neighbours) -> Group {
    let value = |dimension| attempt.attributes.get(dimension).cloned();
    let address = value(Dimension::ServerAddress);
    match neighbours {
        Neighbours::Address => Some(address),
        Neighbours::Host => value(Dimension::Host).map(Some),
        Neighbours::Provider => value(Dimension::Provider).map(Some),
        Neighbours::Unnamed => address.is_none().then(|| value(Dimension::Provider)),
        Neighbours::Model => value(Dimension::Model).map(Some),
    }
    .map(|value| (neighbours, value))
}

/// The groups that a failure is in.
fn neighbours_of(attempt: &Attempt) -> impl Iterator<Item = (Neighbours, Option<Name>)> {
    use Neighbours::{Address, Host, Model, Provider, Unnamed};
    let groups = [Address, Host, Provider, Unnamed, Model];
    groups.into_iter().filter_map(|neighbours| group(attempt, neighbours))
}

/// The groups that speak for a failure, the nearest first. Whose address is known is not told by the failures of another, and a
/// proxy's own page, which is the network's by itself (B2, row 8), only by those of its own model: while one model fails at the
/// provider, a proxy may lose all others. Of 96 windows of generated overlaps of
/// both 32 were missed before, and 5 are now.
fn asked_by(attempt: &Attempt) -> impl Iterator<Item = (Neighbours, Option<Name>)> {
    let has_address = attempt.attributes.get(Dimension::ServerAddress).is_some();
    let unnamed = || Some((Neighbours::Unnamed, attempt.attributes.get(Dimension::Provider).cloned()));
    let of_model = group(attempt, Neighbours::Model).filter(|_| attempt.fact == Fact::ProxyGaveUp);
    let asked = if of_model.is_some() {
        [of_model, None, None]
    } else if has_address {
        [group(attempt, Neighbours::Address), unnamed(), None]
    } else {
        [Neighbours::Address, Neighbours::Host, Neighbours::Provider].map(|neighbours| group(attempt, neighbours))
    };
    asked.into_iter().flatten()
}

#[derive(Default)]
struct Votes {
    provider: Vec<Time>,
    network: Vec<Time>,
    open: Vec<Time>,
    /// Of the open ones those whose status is likely the provider's.
    likely: Vec<Time>,
}

impl Votes {
    fn majority(&self, time: Time) -> Option<Side> {
        let near = |times: &[Time]| near(times, time, time);
        let (provider, network, open) = (near(&self.provider), near(&self.network), near(&self.open));
        match provider.cmp(&network) {
            std::cmp::Ordering::Greater if counts(provider, open) => Some(Side::Provider),
            std::cmp::Ordering::Less if counts(network, open) => Some(Side::Network),
            _ => None,
        }
    }

    /// Whether what broke without an answer waited for it among statuses of the provider, though few or none of these are
    /// proven: a provider that is down answers some with 503 and lets others hang beyond its own recovery, and an SDK's line on
    /// a retry carries no id.
    fn lean(&self, attempt: &Attempt) -> bool {
        let began = attempt.time.plus_ms(-i64::from(attempt.duration_ms.unwrap_or_default()));
        let near = |times: &[Time]| near(times, began, attempt.time);
        let (provider, likely, open) = (near(&self.provider), near(&self.likely), near(&self.open));
        near(&self.network) == 0 && counts(provider + likely, open)
    }
}

/// Whether so many votes count against so many open failures.
fn counts(votes: usize, open: usize) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
    let is_share = votes as f64 >= MAJORITY_SHARE * open as f64;
    votes >= MAJORITY_AT_LEAST && is_share
}

/// How many of some times, which are in order, are near a stretch.
fn near(times: &[Time], first: Time, last: Time) -> usize {
    let from = times.partition_point(|other| first.since(*other) > NEIGHBOURS_MS);
    let to = times.partition_point(|other| other.since(last) <= NEIGHBOURS_MS);
    to.saturating_sub(from)
}

#[cfg(test)]
mod tests {
    use super::vote;
    use crate::model::{Attempt, Attributes, Dimension, Fact, Millis, Outcome, Reached, Side, Time, TransportError};
    use crate::workers::Workers;
    use std::sync::Arc;

    fn failed(second: i64, outcome: Outcome, fact: Fact, attributes: Attributes) -> Attempt {
        Attempt {
            fact,
            reached: fact.reached(),
            attributes: Arc::new(attributes),
            ..Attempt::ended(Time(second * 1000), outcome)
        }
    }

    #[test]
    fn a_time_out_whose_traceback_names_no_address_is_told_by_the_failures_of_its_application() {
        let host = Attributes::default().with(Dimension::Host, "app-1");
        let named = host.clone().with(Dimension::ServerAddress, "api.openai.com");
        let answered = |second| failed(second, Outcome::Status(503), Fact::ProviderId, named.clone());
        let timeout = Outcome::Transport(TransportError::Timeout);
        let hung = failed(5, timeout, Fact::SentUnanswered, host.clone());
        let mut attempts = vec![answered(1), answered(3), hung];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[2].side, Some(Side::Provider));
        assert_eq!(attempts[2].reached, Reached::Unknown);
    }

    #[test]
    fn a_proxys_page_is_told_by_the_failures_of_its_own_model_alone() {
        let of = |model| {
            Attributes::default()
                .with(Dimension::ServerAddress, "api.openai.com")
                .with(Dimension::Model, model)
        };
        let answered = |second| failed(second, Outcome::Status(503), Fact::ProviderId, of("gpt-4o"));
        let page = |model| failed(5, Outcome::Status(502), Fact::ProxyGaveUp, of(model));
        let mut attempts = vec![answered(1), answered(3), page("gpt-4o"), page("o3")];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[2].side, Some(Side::Provider));
        assert_eq!(attempts[3].side, Some(Side::Network));
        assert_eq!(attempts[3].reached, Reached::Unknown);
    }

    #[test]
    fn a_time_out_of_a_known_address_is_not_told_by_the_failures_of_another() {
        let of = |address| {
            Attributes::default()
                .with(Dimension::Host, "app-1")
                .with(Dimension::ServerAddress, address)
        };
        let answered = |second| failed(second, Outcome::Status(503), Fact::ProviderId, of("api.openai.com"));
        let timeout = Outcome::Transport(TransportError::Timeout);
        let hung = failed(5, timeout, Fact::SentUnanswered, of("api.anthropic.com"));
        let mut attempts = vec![answered(1), answered(3), hung];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[2].side, Some(Side::Network));
    }

    #[test]
    fn a_time_out_among_unproven_503s_is_the_providers_unless_something_never_left() {
        let address = Attributes::default().with(Dimension::ServerAddress, "llm-gw.internal");
        let answered = |second| failed(second, Outcome::Status(503), Fact::StatusOnly, address.clone());
        let timeout = Outcome::Transport(TransportError::Timeout);
        let hung = failed(5, timeout, Fact::SentUnanswered, address.clone());
        let mut attempts = vec![answered(1), answered(3), hung.clone()];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[2].side, Some(Side::Provider));
        let refused = failed(
            7,
            Outcome::Transport(TransportError::Connect),
            Fact::NeverConnected,
            address.clone(),
        );
        let mut attempts = vec![answered(1), answered(3), hung, refused];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[2].side, Some(Side::Network));
    }

    #[test]
    fn a_proxys_status_for_no_answer_is_the_networks_where_nothing_else_failed() {
        let address = Attributes::default().with(Dimension::ServerAddress, "api.openai.com");
        let mut attempts = vec![failed(1, Outcome::Status(502), Fact::SentUnanswered, address)];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[0].side, Some(Side::Network));
        assert_eq!(attempts[0].reached, Reached::Unknown);
    }

    #[test]
    fn what_hung_beyond_the_providers_recovery_is_the_providers() {
        let address = Attributes::default().with(Dimension::ServerAddress, "api.openai.com");
        let answered = |second| failed(second, Outcome::Status(503), Fact::ProviderId, address.clone());
        let hung = Attempt {
            duration_ms: Some(Millis::from(300_000)),
            ..failed(400, Outcome::Status(504), Fact::SentUnanswered, address.clone())
        };
        let mut attempts = vec![answered(101), answered(103), hung];
        vote(&mut attempts, &Workers::new(1));
        assert_eq!(attempts[2].side, Some(Side::Provider));
    }
}
