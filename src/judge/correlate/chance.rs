//! What fell together by chance: failures of two logs that only their times join, where too few of them do.

use super::by_client::ByClient;
use super::pair::Pair;
use super::ties::Ties;
use super::view::View;
use crate::model::{Dimension, JoinMethod, Name};
use std::collections::{BTreeMap, BTreeSet};

/// Of a client that is an application, or of that application, at least this share of failures is found in the other's
/// log: all of them where both log attempts, and every call's last where one logs calls. By chance fewer fall together.
const FOUND_SHARE: f64 = 0.5;

/// Failures below which such a share says nothing.
const FAILURES_TO_TELL: usize = 20;

/// An application behind two addresses is found as well with one as with the other. Where one client has this many times
/// fewer of its failures, and this many times less of its own, that one is another application's: in logs of real software it
/// is found ten to thirty times worse, and an application's second address never twice.
const FOUND_WORSE: usize = 4;

/// Clients and applications of which some failures fall together by chance, told by how few they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Chance {
    families: ByClient<BTreeSet<usize>>,
    /// Hosts of which too few failures are found in any application's log.
    pub(super) hosts: BTreeSet<usize>,
}

/// Of how many failures so many were found on the other side by their time alone.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    found: usize,
    of: usize,
}

impl Found {
    fn is_share(self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
        let is_share = self.found as f64 >= self.of as f64 * FOUND_SHARE;
        is_share
    }

    /// Whether so few are found with this client, beside what is found of the same application with another.
    fn is_worse(self, other: Self) -> bool {
        self.found * FOUND_WORSE < other.found && self.found * other.of * FOUND_WORSE < other.found * self.of
    }
}

impl Chance {
    /// Counts what was joined by time alone. `hosts` are those of the proxies' `views`.
    pub(super) fn of(
        pairs: &[Pair],
        (applications, views, hosts): (&[View], &[View], &[usize]),
        family_of: &BTreeMap<usize, usize>,
        ties: &Ties,
    ) -> Self {
        if !pairs.iter().any(is_by_time) {
            return Self::default();
        }
        let client = |at: usize| Some((*hosts.get(at)?, views.get(at)?.attributes.get(Dimension::Client)));
        let mut of_client: BTreeMap<Client<'_>, usize> = BTreeMap::new();
        for client in (0..views.len()).filter_map(client) {
            *of_client.entry(client).or_default() += 1;
        }
        let mut of_family: BTreeMap<usize, Found> = BTreeMap::new();
        for family in applications.iter().filter_map(|view| family_of.get(&view.source)) {
            of_family.entry(*family).or_default().of += 1;
        }
        let mut together: BTreeMap<usize, BTreeMap<Client<'_>, Found>> = BTreeMap::new();
        for pair in pairs {
            let view = applications.get(pair.application);
            let Some(&family) = view.and_then(|view| family_of.get(&view.source)) else {
                continue;
            };
            let all = of_family.entry(family).or_default();
            if !is_by_time(pair) {
                // What ids join is told by more than time, and does not count.
                all.of -= 1;
                continue;
            }
            if let Some(client) = pair.proxies.first().and_then(|&at| client(at)) {
                all.found += 1;
                let of = of_client.get(&client).copied().unwrap_or(0);
                together
                    .entry(family)
                    .or_default()
                    .entry(client)
                    .or_insert(Found { found: 0, of })
                    .found += 1;
            }
        }
        let mut chance = Self::default();
        let mut told: BTreeMap<usize, bool> = BTreeMap::new();
        for (family, clients) in together {
            let all = of_family.get(&family).copied().unwrap_or_default();
            for (&(host, client), &found) in &clients {
                let few = found.of < FAILURES_TO_TELL || all.of < FAILURES_TO_TELL;
                let is_found = few || found.is_share() || all.is_share();
                let is_one =
                    (is_found && !clients.values().any(|other| found.is_worse(*other))) || ties.holds((host, client), family);
                *told.entry(host).or_default() |= is_one;
                if !is_one {
                    chance.families.made(host, client, BTreeSet::new).insert(family);
                }
            }
        }
        chance.hosts = told.into_iter().filter(|(_, is_one)| !is_one).map(|(host, _)| host).collect();
        chance
    }

    /// Whether nothing fell together by chance.
    pub(super) fn is_none(&self) -> bool {
        self.families.iter().next().is_none()
    }

    /// Whether what time alone joins of a client and a family fell together by chance.
    pub(super) fn joins(&self, host: usize, client: Option<&Name>, family: usize) -> bool {
        self.families
            .get(host, client)
            .is_some_and(|families| families.contains(&family))
    }
}

/// A client of a proxy's host.
type Client<'v> = (usize, Option<&'v Name>);

fn is_by_time(pair: &Pair) -> bool {
    pair.method == JoinMethod::TimeEndpointStatus
}

#[cfg(test)]
mod tests {
    use super::{Chance, Pair};
    use crate::judge::correlate::ties::Ties;
    use crate::judge::correlate::view::View;
    use crate::model::{Attributes, Dimension, JoinMethod, Name, Observation, Outcome, Time};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    /// The clients whose failures fell together by chance with those of an application that failed so often: each client with
    /// its failures, and how many of them times joined.
    fn by_chance(application: usize, clients: &[(&'static str, usize, usize)]) -> Vec<&'static str> {
        let failed = |source: usize| View::of(source, &Observation::ended(Time(0), Outcome::Status(503)));
        let of_client = |client: &'static str| {
            let mut view = failed(1);
            view.attributes = Arc::new(Attributes::default().with(Dimension::Client, client));
            view
        };
        let (mut proxies, mut pairs) = (Vec::new(), Vec::new());
        for &(client, failures, found) in clients {
            pairs.extend(
                (proxies.len()..)
                    .take(found)
                    .zip(pairs.len()..)
                    .map(|(at, application)| Pair {
                        application,
                        proxies: std::iter::once(at).collect(),
                        method: JoinMethod::TimeEndpointStatus,
                    }),
            );
            proxies.extend((0..failures).map(|_| of_client(client)));
        }
        let applications: Vec<View> = (0..application).map(|_| failed(0)).collect();
        let (hosts, family_of) = (vec![0; proxies.len()], BTreeMap::from([(0, 0)]));
        let chance = Chance::of(&pairs, (&applications, &proxies, &hosts), &family_of, &Ties::default());
        let names = clients.iter().map(|(client, _, _)| *client);
        names
            .filter(|client| chance.joins(0, Some(&Name::from(*client)), 0))
            .collect()
    }

    #[test]
    fn what_few_failures_of_either_side_share_is_no_attempt_of_both() {
        assert_eq!(by_chance(80, &[("10.0.0.1", 100, 20)]), ["10.0.0.1"]);
    }

    #[test]
    fn an_application_that_logs_calls_is_found_with_every_last_attempt() {
        assert!(by_chance(30, &[("10.0.0.1", 90, 29)]).is_empty());
    }

    #[test]
    fn a_client_that_shares_few_failures_with_anothers_application_is_not_it() {
        assert_eq!(by_chance(112, &[("10.0.0.1", 112, 107), ("10.0.0.2", 108, 4)]), ["10.0.0.2"]);
    }

    #[test]
    fn an_application_behind_two_addresses_is_found_with_both() {
        assert!(by_chance(60, &[("10.0.0.1", 150, 48), ("10.0.0.2", 24, 7)]).is_empty());
    }
}
