//! What fell together by chance: failures of two logs that only their times join, where too few of them do.

use super::pair::{Joined, Pair};
use super::ties::Ties;
use super::view::View;
use crate::model::{Dimension, JoinMethod, Name};
use ahash::AHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Of a client that is an application, or of that application, at least this share of failures is found in the other's
/// log: all of them where both log attempts, and every call's last where one logs calls. By chance fewer fall together.
const FOUND_SHARE: f64 = 0.5;

/// Failures below which such a share says nothing.
const FAILURES_TO_TELL: usize = 20;

/// Clients and applications of which some failures fall together by chance, told by how few they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Chance {
    pairs: BTreeSet<(usize, Option<Name>, usize)>,
    /// Hosts of which too few failures are found in any application's log.
    pub(super) hosts: BTreeSet<usize>,
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
        let client = |at: usize| Some((*hosts.get(at)?, views.get(at)?.attributes.get(Dimension::Client).cloned()));
        let mut of_client: AHashMap<(usize, Option<Name>), usize> = AHashMap::new();
        for at in 0..views.len() {
            *of_client.entry(client(at).unwrap_or_default()).or_default() += 1;
        }
        // What ids join is told by more than time, and does not count.
        let mut of_family: AHashMap<usize, (usize, usize)> = AHashMap::new();
        for family in applications.iter().filter_map(|view| family_of.get(&view.source)) {
            of_family.entry(*family).or_default().0 += 1;
        }
        let mut of_pair: AHashMap<((usize, Option<Name>), usize), usize> = AHashMap::new();
        for pair in pairs {
            let view = applications.get(pair.application);
            let Some(&family) = view.and_then(|view| family_of.get(&view.source)) else {
                continue;
            };
            let (all, found) = of_family.entry(family).or_default();
            if !is_by_time(pair) {
                *all -= 1;
                continue;
            }
            if let Some(client) = pair.proxies.first().and_then(|&at| client(at)) {
                *found += 1;
                *of_pair.entry((client, family)).or_default() += 1;
            }
        }
        let mut chance = Self::default();
        let mut told: BTreeMap<usize, bool> = BTreeMap::new();
        for ((client, family), found) in of_pair {
            let all = of_client.get(&client).copied().unwrap_or(0);
            let (of_family, found_of_family) = of_family.get(&family).copied().unwrap_or_default();
            let few = all < FAILURES_TO_TELL || of_family < FAILURES_TO_TELL;
            let is_one = few || is_share(found, all) || is_share(found_of_family, of_family) || ties.holds(&client, family);
            *told.entry(client.0).or_default() |= is_one;
            if !is_one {
                chance.pairs.insert((client.0, client.1, family));
            }
        }
        chance.hosts = told.into_iter().filter(|(_, is_one)| !is_one).map(|(host, _)| host).collect();
        chance
    }

    /// Takes apart what fell together by chance.
    pub(super) fn part(&self, joined: &mut Joined, views: (&[View], &[View], &[usize]), family_of: &BTreeMap<usize, usize>) {
        if self.pairs.is_empty() {
            return;
        }
        let (applications, proxies, hosts) = views;
        let is_by_chance = |pair: &mut Pair| {
            let application = applications.get(pair.application);
            let family = application.and_then(|view| family_of.get(&view.source));
            let proxy = pair.proxies.first().and_then(|&at| Some((hosts.get(at)?, proxies.get(at)?)));
            let (true, Some(&family), Some((&host, view))) = (is_by_time(pair), family, proxy) else {
                return false;
            };
            let client = view.attributes.get(Dimension::Client).cloned();
            self.pairs.contains(&(host, client, family))
        };
        for parted in joined.pairs.extract_if(.., is_by_chance) {
            joined.alone.push(parted.proxies);
        }
    }
}

fn is_by_time(pair: &Pair) -> bool {
    pair.method == JoinMethod::TimeEndpointStatus
}

fn is_share(part: usize, whole: usize) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
    let is_share = part as f64 >= whole as f64 * FOUND_SHARE;
    is_share
}

#[cfg(test)]
mod tests {
    use super::{Chance, Joined, Pair};
    use crate::judge::correlate::ties::Ties;
    use crate::judge::correlate::view::View;
    use crate::model::{JoinMethod, Observation, Outcome, Time};
    use std::collections::BTreeMap;

    /// Failures of one proxy and of one application, of which so many were joined by their times.
    fn joined(proxy: usize, application: usize, found: usize) -> (Joined, Vec<View>, Vec<View>) {
        let failed = |source: usize| View::of(source, &Observation::ended(Time(0), Outcome::Status(503)));
        let mut joined = Joined::default();
        joined.pairs.extend((0..found).map(|at| Pair {
            application: at,
            proxies: std::iter::once(at).collect(),
            method: JoinMethod::TimeEndpointStatus,
        }));
        for at in found..proxy {
            joined.alone.push(std::iter::once(at).collect());
        }
        let applications = (0..application).map(|_| failed(0)).collect();
        (joined, applications, (0..proxy).map(|_| failed(1)).collect())
    }

    /// How many attempts are left of them.
    fn attempts(proxy: usize, application: usize, found: usize) -> usize {
        let (mut joined, applications, proxies) = joined(proxy, application, found);
        let hosts = vec![0; proxies.len()];
        let family_of = BTreeMap::from([(0, 0)]);
        let views = (&applications[..], &proxies[..], &hosts[..]);
        let chance = Chance::of(&joined.pairs, views, &family_of, &Ties::default());
        chance.part(&mut joined, views, &family_of);
        applications.len() + joined.alone.iter().count()
    }

    #[test]
    fn what_few_failures_of_either_side_share_is_no_attempt_of_both() {
        assert_eq!(attempts(100, 80, 20), 180);
    }

    #[test]
    fn an_application_that_logs_calls_is_found_with_every_last_attempt() {
        assert_eq!(attempts(90, 30, 29), 91);
    }
}
