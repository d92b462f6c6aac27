//! Which clients of a proxy are proxies themselves, whose own logs show the same requests: in a chain of them the hop
//! nearest the application counts (classification B3.4b).

use super::by_client::ByClient;
use super::proxies::ProxyHost;
use crate::model::{Dimension, Name, SampledId, SourceRollup};
use ahash::AHashMap;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};

/// This share of a client's requests must stand in the logs of a nearer hop (classification B3.4a: 90 %).
const SHOWN_SHARE: f64 = 0.9;

/// As many ids tell (classification B3.2: as many pairs tell a clock).
const IDS_TO_TELL: u32 = 8;

/// Hops that one request has at most; an id of more logs is no request's.
const HOPS: usize = 8;

/// Clients of proxies that are hops themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Hops(ByClient<()>);

/// Who saw an id: the host, and what its line says.
type Saw<'a> = (usize, &'a SampledId);

impl Hops {
    /// Tells them by the provider's ids that several hosts logged, and the hosts nearer the application by how long the same
    /// requests took: a hop waits for the one behind it.
    pub(super) fn of<'a>(proxies: &[ProxyHost], sources: &[(&'a Name, &'a SourceRollup)]) -> Self {
        let mut hops = Self::default();
        let mut seen: AHashMap<u64, SmallVec<[Saw<'_>; 2]>> = AHashMap::new();
        let samples = samples(proxies, sources);
        if samples
            .windows(2)
            .all(|two| two.first().map(|one| one.0) == two.last().map(|one| one.0))
        {
            return hops;
        }
        // Of samples that hold the smallest hashes only those are compared that all would hold.
        let full = samples.iter().filter(|(_, rollup)| !rollup.provider_ids.wants(u64::MAX));
        let limit = full
            .filter_map(|(_, rollup)| rollup.provider_ids.iter().last())
            .map(|(hash, _)| hash)
            .min();
        let compared = || {
            let of_log = |(host, rollup): &(usize, &'a SourceRollup)| {
                let host = *host;
                let ids = rollup.provider_ids.iter();
                let compared = ids.take_while(move |(hash, _)| limit.is_none_or(|limit| *hash <= limit));
                compared.map(move |(hash, id)| (hash, (host, id)))
            };
            samples.iter().flat_map(of_log)
        };
        for (hash, saw) in compared() {
            seen.entry(hash).or_default().push(saw);
        }
        let mut longer: BTreeMap<(usize, usize), u32> = BTreeMap::new();
        for saw in seen.values().filter(|saw| saw.len() <= HOPS) {
            for (one, other) in pairs(saw).filter(|((_, one), (_, other))| one.duration_ms > other.duration_ms) {
                if other.1.duration_ms.is_some() {
                    *longer.entry((one.0, other.0)).or_default() += 1;
                }
            }
        }
        let times_longer = |one: usize, other: usize| longer.get(&(one, other)).copied().unwrap_or(0);
        let tells_models = tell_models(&samples);
        // A gateway that knows the models tells more than the server in front of it.
        let tells_enough = |one: usize, other: usize| tells_models.contains(&one) || !tells_models.contains(&other);
        let is_nearer =
            |one: usize, other: usize| times_longer(one, other) > times_longer(other, one) && tells_enough(one, other);
        let mut clients: BTreeMap<(usize, Option<&Name>), (u32, u32)> = BTreeMap::new();
        for (hash, (host, id)) in compared() {
            let saw = seen.get(&hash).filter(|saw| saw.len() <= HOPS);
            let is_shown = saw.is_some_and(|saw| saw.iter().any(|(other, _)| is_nearer(*other, host)));
            let (all, shown) = clients.entry((host, id.client.as_ref())).or_default();
            *all += 1;
            *shown += u32::from(is_shown);
        }
        for ((host, client), (all, shown)) in clients {
            if all >= IDS_TO_TELL && f64::from(shown) >= f64::from(all) * SHOWN_SHARE {
                hops.0.made(host, client, || ());
            }
        }
        hops
    }

    /// Whether a client of a host is a hop, and the host shows nothing that another does not.
    pub(super) fn has(&self, host: usize, client: Option<&Name>) -> bool {
        self.0.get(host, client).is_some()
    }
}

/// The logs that count and have ids, with their hosts.
fn samples<'a>(proxies: &[ProxyHost], sources: &[(&'a Name, &'a SourceRollup)]) -> Vec<(usize, &'a SourceRollup)> {
    let of_host = |(host, proxy): (usize, &ProxyHost)| -> Vec<(usize, &'a SourceRollup)> {
        let logs = proxy.counted.iter().filter_map(|&index| Some(sources.get(index)?.1));
        let logs = logs.filter(|rollup| !rollup.provider_ids.is_empty());
        logs.map(|rollup| (host, rollup)).collect()
    };
    proxies.iter().enumerate().flat_map(of_host).collect()
}

/// The hosts whose logs name models.
fn tell_models(samples: &[(usize, &SourceRollup)]) -> BTreeSet<usize> {
    let tells = |rollup: &SourceRollup| {
        let mut combinations = rollup.cells.combinations();
        combinations.any(|attributes| attributes.get(Dimension::Model).is_some())
    };
    samples
        .iter()
        .filter(|(_, rollup)| tells(rollup))
        .map(|(host, _)| *host)
        .collect()
}

/// Every two of them, each way round.
fn pairs<'p, 'a>(saw: &'p [Saw<'a>]) -> impl Iterator<Item = (Saw<'a>, Saw<'a>)> + use<'p, 'a> {
    saw.iter().flat_map(move |one| saw.iter().map(move |other| (*one, *other)))
}

#[cfg(test)]
mod tests {
    use super::Hops;
    use crate::judge::correlate::proxies::ProxyHost;
    use crate::model::{Attributes, Dimension, Name, SampledId, SourceRollup, Time};
    use std::sync::Arc;

    /// A log whose every id took so long, sent by a client.
    fn log(ids: std::ops::Range<u64>, duration_ms: Option<u32>, client: &str) -> SourceRollup {
        let mut rollup = SourceRollup::default();
        for hash in ids {
            let seen = SampledId {
                time: Time(1000),
                duration_ms,
                client: Some(Name::from(client)),
            };
            rollup.provider_ids.keep(hash, seen);
        }
        rollup
    }

    /// Whether the first client of each of two proxies is a hop.
    fn hops(one: &SourceRollup, other: &SourceRollup) -> [bool; 2] {
        let names = [Name::from("gw/access.log"), Name::from("egress/access.log")];
        let sources = [(&names[0], one), (&names[1], other)];
        let host = |index: usize| ProxyHost {
            counted: vec![index],
            ..ProxyHost::default()
        };
        let hops = Hops::of(&[host(0), host(1)], &sources);
        [("10.0.3.7", 0), ("10.0.5.2", 1)].map(|(client, host)| hops.has(host, Some(&Name::from(client))))
    }

    #[test]
    fn a_gateway_is_a_hop_to_the_proxy_that_it_sends_everything_to() {
        let (gateway, egress) = (log(0..20, Some(802), "10.0.3.7"), log(0..20, Some(800), "10.0.5.2"));
        assert_eq!(hops(&gateway, &egress), [false, true]);
    }

    #[test]
    fn two_proxies_side_by_side_are_no_hops() {
        let (one, other) = (log(0..20, Some(802), "10.0.3.7"), log(20..40, Some(800), "10.0.5.2"));
        assert_eq!(hops(&one, &other), [false, false]);
    }

    #[test]
    fn a_client_that_sends_more_than_a_gateway_shows_is_not_that_gateway_alone() {
        let (gateway, egress) = (log(0..20, Some(802), "10.0.3.7"), log(0..40, Some(800), "10.0.5.2"));
        assert_eq!(hops(&gateway, &egress), [false, false]);
    }

    #[test]
    fn a_gateway_that_names_models_counts_behind_a_server_that_does_not() {
        let (server, mut gateway) = (log(0..20, Some(802), "10.0.3.7"), log(0..20, Some(800), "10.0.5.2"));
        gateway
            .cells
            .tuple(&Arc::new(Attributes::default().with(Dimension::Model, "gpt-4o")));
        assert_eq!(hops(&server, &gateway), [false, false]);
    }

    #[test]
    fn where_nothing_tells_which_is_nearer_neither_is_a_hop() {
        let (gateway, egress) = (log(0..20, None, "10.0.3.7"), log(0..20, None, "10.0.5.2"));
        assert_eq!(hops(&gateway, &egress), [false, false]);
    }
}
