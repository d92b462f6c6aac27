//! Which applications a proxy's clients are, by the ids that both log (classification B3.4d).

use super::by_client::ByClient;
use super::by_hash::ByHash;
use super::family::Family;
use super::proxies::ProxyHost;
use super::view::View;
use crate::model::{Dimension, IdSample, Name, Observation, SourceRollup};
use crate::workers::Workers;
use ahash::RandomState;
use std::collections::{BTreeMap, BTreeSet};

/// A client and an application of which each logged as many ids, and that share none, are not one (classification B3.2:
/// as many pairs tell a clock).
const IDS_TO_BE_STRANGERS: f64 = 8.0;

/// Which applications a proxy's clients are, by the ids that both logs sampled.
#[derive(Clone, Debug, Default)]
pub(super) struct Ties {
    pub(super) by_client: ByClient<BTreeSet<usize>>,
    tied_hosts: BTreeSet<(usize, usize)>,
    /// How many ids each client's and each family's logs sampled.
    ids_of_client: ByClient<Sampled>,
    ids_of_family: Vec<Sampled>,
}

/// How many ids of a traffic were sampled: the provider's, and the callers'.
#[derive(Clone, Copy, Debug, Default)]
struct Sampled {
    provider: Share,
    callers: Share,
}

impl Sampled {
    fn add(&mut self, rollup: &SourceRollup) {
        self.provider.add(rollup.provider_ids.len(), &rollup.provider_ids);
        self.callers.add(rollup.client_ids.len(), &rollup.client_ids);
    }

    /// Whether two that share no id would share some if they were about the same traffic.
    fn would_share(self, other: Self) -> bool {
        self.provider.would_share(other.provider) || self.callers.would_share(other.callers)
    }
}

/// Sampled ids of one kind. A sample holds the smallest hashes, so of two only what lies below both limits compares.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// Ids for each unit of the range of hashes.
    density: f64,
    /// Up to which part of the range all ids are in the sample.
    complete: f64,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            density: 0.0,
            complete: 1.0,
        }
    }
}

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    fn add(&mut self, ids: usize, sample: &IdSample) {
        // The largest that is kept: of a sample that holds all ids it is near the end of the range.
        let complete = sample.iter().last().map_or(1.0, |(hash, _)| hash as f64 / u64::MAX as f64);
        if ids > 0 && complete > 0.0 {
            self.density += ids as f64 / complete;
            self.complete = self.complete.min(complete);
        }
    }

    fn would_share(self, other: Self) -> bool {
        self.density.min(other.density) * self.complete.min(other.complete) >= IDS_TO_BE_STRANGERS
    }
}

impl Ties {
    /// Ties every client of every proxy host to the families whose ids it shares. `views` are the proxies' failures, `hosts`
    /// the host of each.
    pub(super) fn of(
        (proxies, views, hosts): (&[ProxyHost], &[View], &[usize]),
        families: &[Family],
        sources: &[(&Name, &SourceRollup)],
        workers: &Workers,
    ) -> Self {
        let mut ties = Self::default();
        let logs_of = |(host, proxy): (usize, &ProxyHost)| -> Vec<(usize, &SourceRollup)> {
            let logs = proxy.counted.iter().filter_map(|&index| sources.get(index));
            logs.map(|(_, rollup)| (host, *rollup)).collect()
        };
        let logs: Vec<(usize, &SourceRollup)> = proxies.iter().enumerate().flat_map(logs_of).collect();
        // Where there is no application, nobody's ids are looked into.
        if !families.is_empty() {
            let sampled = || {
                let holders = Holders::of(families, sources);
                let shared = |(host, log): &(usize, &SourceRollup)| {
                    distinct(holders.shared_with(log).map(|(client, family)| (client, (*host, family))))
                };
                workers.map(&logs, shared).concat()
            };
            let named = || named((views, hosts), families, sources, workers);
            let (sampled, named) = workers.both(sampled, named);
            for (client, (host, family)) in sampled.into_iter().chain(named) {
                ties.tie(host, client.as_ref(), family);
            }
        }
        for (host, rollup) in logs {
            ties.count_clients(host, rollup);
        }
        let sampled = |family: &Family| {
            let mut sampled = Sampled::default();
            for (_, rollup) in family.sources.iter().filter_map(|&index| sources.get(index)) {
                sampled.add(rollup);
            }
            sampled
        };
        ties.ids_of_family = families.iter().map(sampled).collect();
        ties
    }

    fn count_clients(&mut self, host: usize, rollup: &SourceRollup) {
        let mut clients: BTreeMap<&Option<Name>, (usize, usize)> = BTreeMap::new();
        for (_, seen) in rollup.provider_ids.iter() {
            clients.entry(&seen.client).or_default().0 += 1;
        }
        for (_, seen) in rollup.client_ids.iter() {
            clients.entry(&seen.client).or_default().1 += 1;
        }
        for (client, (provider, callers)) in clients {
            let sampled = self.ids_of_client.made(host, client.as_ref(), Sampled::default);
            sampled.provider.add(provider, &rollup.provider_ids);
            sampled.callers.add(callers, &rollup.client_ids);
        }
    }

    /// Whether ids tie a client to a family.
    pub(super) fn holds(&self, (host, client): (usize, Option<&Name>), family: usize) -> bool {
        let families = self.by_client.get(host, client);
        families.is_some_and(|families| families.contains(&family))
    }

    fn tie(&mut self, host: usize, client: Option<&Name>, family: usize) {
        self.by_client.made(host, client, BTreeSet::new).insert(family);
        self.tied_hosts.insert((host, family));
    }

    /// Whether both log ids and share none.
    fn are_strangers(&self, host: usize, client: Option<&Name>, family: usize) -> bool {
        let ids = self.ids_of_client.get(host, client).zip(self.ids_of_family.get(family));
        ids.is_some_and(|(client, family)| client.would_share(*family))
    }

    /// Whether a client of a proxy can be a family: not where ids tie the client to others only, nor where they tie the
    /// family to other proxies only, nor where both have ids and none in common.
    pub(super) fn allow(&self, host: usize, client: Option<&Name>, family: usize) -> bool {
        match self.by_client.get(host, client) {
            Some(families) => families.contains(&family),
            None if self.are_strangers(host, client, family) => false,
            None => {
                !self.tied_hosts.iter().any(|(other, tied)| *tied == family && *other != host)
                    || self.tied_hosts.contains(&(host, family))
            }
        }
    }
}

/// A host of proxies, and a family.
type Tied = (usize, usize);

/// Each client with what ties it, mostly once: of thousands of ids nearly all tell the same.
fn distinct<'n>(tied: impl Iterator<Item = (Option<&'n Name>, Tied)>) -> Vec<(Option<Name>, Tied)> {
    let mut distinct: Vec<(Option<Name>, Tied)> = Vec::new();
    for (client, tied) in tied {
        let is_same = |(known, of): &(Option<Name>, Tied)| known.as_ref() == client && *of == tied;
        if !distinct.iter().rev().take(ASKED).any(is_same) {
            distinct.push((client.cloned(), tied));
        }
    }
    distinct
}

/// So many of what was found last are compared with what is found: most logs have fewer clients.
const ASKED: usize = 16;

/// The clients whose failures' ids the families' failures name, by the ids' hashes. A provider's id may stand there as
/// nobody's: Azure's are UUIDs, and an application's line names no host.
fn named(
    (views, hosts): (&[View], &[usize]),
    families: &[Family],
    sources: &[(&Name, &SourceRollup)],
    workers: &Workers,
) -> Vec<(Option<Name>, Tied)> {
    if !views.iter().any(|view| view.ids.x_request_id().is_some()) {
        return Vec::new();
    }
    let hasher = RandomState::with_seeds(1, 2, 3, 4);
    let sources_of = |(number, family): (u32, &Family)| -> Vec<(u32, &SourceRollup)> {
        let rollups = family.sources.iter().filter_map(|&index| sources.get(index));
        rollups.map(|(_, rollup)| (number, *rollup)).collect()
    };
    let numbered = (0..).zip(families).flat_map(sources_of);
    let logs: Vec<(u32, &[Observation])> = numbered
        .flat_map(|(number, rollup)| rollup.observations.chunks(LINES_AT_ONCE).map(move |lines| (number, lines)))
        .collect();
    let of_lines = |(number, lines): &(u32, &[Observation])| {
        let ids = lines
            .iter()
            .flat_map(|seen| [seen.ids.x_request_id(), seen.ids.gateway_request_id()]);
        let hashes = ids.flatten().map(|id| (hasher.hash_one(id), *number));
        hashes.collect::<Vec<_>>()
    };
    // Each family once for an id, however often that stands in its logs.
    let mut named = workers.map(&logs, of_lines).concat();
    workers.sort(&mut named);
    named.dedup();
    let families_of = |id: &str| {
        let hash = hasher.hash_one(id);
        let from = named.partition_point(|(other, _)| *other < hash);
        let found = named.iter().skip(from).take_while(move |(other, _)| *other == hash);
        found.map(|(_, family)| *family as usize)
    };
    let pieces: Vec<_> = views.chunks(LINES_AT_ONCE).zip(hosts.chunks(LINES_AT_ONCE)).collect();
    let of_views = |(views, hosts): &(&[View], &[usize])| {
        let tied = views.iter().zip(*hosts).flat_map(|(view, &host)| {
            let client = view.attributes.get(Dimension::Client);
            let families = view.ids.x_request_id().into_iter().flat_map(&families_of);
            families.map(move |family| (client, (host, family)))
        });
        distinct(tied)
    };
    workers.map(&pieces, of_views).concat()
}

/// Records that a worker looks through at a time.
const LINES_AT_ONCE: usize = 4096;

/// Which families hold each sampled id: of a great many logs, each shares an id with few.
struct Holders {
    by_provider_id: ByHash<usize>,
    by_client_id: ByHash<usize>,
}

impl Holders {
    fn of(families: &[Family], sources: &[(&Name, &SourceRollup)]) -> Self {
        let holders = |of: fn(&SourceRollup) -> &IdSample| {
            let mut holders = ByHash::default();
            for (number, family) in families.iter().enumerate() {
                for (_, rollup) in family.sources.iter().filter_map(|&index| sources.get(index)) {
                    of(rollup).iter().for_each(|(hash, _)| holders.add(hash, number));
                }
            }
            holders
        };
        Self {
            by_provider_id: holders(|rollup| &rollup.provider_ids),
            by_client_id: holders(|rollup| &rollup.client_ids),
        }
    }

    /// The clients of a log whose sampled ids stand in a family's log too, with the family.
    fn shared_with<'a>(&'a self, log: &'a SourceRollup) -> impl Iterator<Item = (Option<&'a Name>, usize)> {
        let found = |holders: &'a ByHash<usize>, ids: &'a IdSample| {
            ids.iter()
                .flat_map(|(hash, seen)| holders.get(hash).map(move |&family| (seen.client.as_ref(), family)))
        };
        found(&self.by_provider_id, &log.provider_ids).chain(found(&self.by_client_id, &log.client_ids))
    }
}
