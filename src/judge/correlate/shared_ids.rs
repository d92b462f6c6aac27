//! The attempts that an application's log and a proxy's both tell of, by the ids that both sampled.

use super::by_hash::ByHash;
use super::view::SourceIndex;
use crate::model::{IdSample, Name, SourceRollup, Time};
use crate::workers::Workers;
use std::collections::BTreeMap;

/// Pairs below which nothing is concluded (classification B3.2).
pub(super) const PAIRS_NEEDED: usize = 8;

/// One attempt in two logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Proxy's stamp minus application's.
    pub(super) apart_ms: i64,
    /// How long the application says that it took.
    pub(super) duration_ms: i64,
    /// How long the proxy says, if it does.
    pub(super) proxy_ms: Option<i64>,
}

/// The sampled ids of all proxies' logs: of hundreds of logs, each shares ids with few, and which ones is told by looking
/// each id up once (each log held against each other was 29 % of a run over 200 rotated logs).
pub(super) struct ProxyIds {
    provider: Holders,
    client: Holders,
}

impl ProxyIds {
    pub(super) fn of(sources: &[(&Name, &SourceRollup)], logs: impl Iterator<Item = SourceIndex>, workers: &Workers) -> Self {
        let logs: Vec<(SourceIndex, &SourceRollup)> = logs.filter_map(|log| Some((log, sources.get(log)?.1))).collect();
        let of = |ids: fn(&SourceRollup) -> &IdSample| Holders::of(logs.iter().map(|(log, rollup)| (*log, ids(rollup))));
        let (provider, client) = workers.both(|| of(|rollup| &rollup.provider_ids), || of(|rollup| &rollup.client_ids));
        Self { provider, client }
    }

    /// The pairs of an application's log with each proxy's log that shares ids with it: by the provider's ids, or by the
    /// caller's where these are few.
    pub(super) fn pairs(&self, application: &SourceRollup) -> BTreeMap<SourceIndex, Vec<Pair>> {
        let mut pairs = self.provider.shared(&application.provider_ids);
        pairs.retain(|_, by_provider| by_provider.len() >= PAIRS_NEEDED);
        for (log, by_client) in self.client.shared(&application.client_ids) {
            pairs.entry(log).or_insert(by_client);
        }
        pairs
    }
}

/// Which logs hold an id of one kind, when each wrote it, and how long it says that the exchange took.
struct Holders(ByHash<(SourceIndex, Time, Option<u32>)>);

impl Holders {
    fn of<'r>(logs: impl Iterator<Item = (SourceIndex, &'r IdSample)> + Clone) -> Self {
        let mut holders = ByHash::with_room(logs.clone().map(|(_, ids)| ids.len()).sum());
        for (log, ids) in logs {
            ids.iter()
                .for_each(|(hash, seen)| holders.add(hash, (log, seen.time, seen.duration_ms)));
        }
        Self(holders)
    }

    fn shared(&self, application: &IdSample) -> BTreeMap<SourceIndex, Vec<Pair>> {
        let mut pairs: BTreeMap<SourceIndex, Vec<Pair>> = BTreeMap::new();
        for (hash, seen) in application.iter() {
            for (log, time, proxy_ms) in self.0.get(hash) {
                pairs.entry(*log).or_default().push(Pair {
                    apart_ms: time.since(seen.time),
                    duration_ms: i64::from(seen.duration_ms.unwrap_or(0)),
                    proxy_ms: proxy_ms.map(i64::from),
                });
            }
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::{Pair, ProxyIds, Workers};
    use crate::model::{Name, SampledId, SourceRollup, Time};
    use std::sync::LazyLock;

    fn log(provider_ids: &[(u64, i64)], client_ids: &[(u64, i64)]) -> SourceRollup {
        let mut rollup = SourceRollup::default();
        for (sample, ids) in [(&mut rollup.provider_ids, provider_ids), (&mut rollup.client_ids, client_ids)] {
            for (hash, time) in ids {
                let seen = SampledId {
                    time: Time(*time),
                    duration_ms: Some(5),
                    client: None,
                };
                sample.keep(*hash, seen);
            }
        }
        rollup
    }

    static NAME: LazyLock<Name> = LazyLock::new(|| Name::from("log"));

    fn sources(proxies: &[SourceRollup]) -> Vec<(&'static Name, &SourceRollup)> {
        proxies.iter().map(|proxy| (&*NAME, proxy)).collect()
    }

    fn pairs(application: &SourceRollup, proxies: &[SourceRollup]) -> Vec<(usize, Vec<i64>)> {
        let pairs = ProxyIds::of(&sources(proxies), 0..proxies.len(), &Workers::new(1)).pairs(application);
        let apart = |pair: &Pair| pair.apart_ms;
        pairs
            .into_iter()
            .map(|(log, pairs)| (log, pairs.iter().map(apart).collect()))
            .collect()
    }

    #[test]
    fn an_id_is_paired_with_every_proxys_log_that_holds_it() {
        let proxies = [log(&[(1, 107), (2, 200)], &[]), log(&[(3, 0)], &[]), log(&[(1, 103)], &[])];
        let found = ProxyIds::of(&sources(&proxies), 0..3, &Workers::new(2))
            .provider
            .shared(&log(&[(1, 100)], &[]).provider_ids);
        let apart: Vec<_> = found
            .into_iter()
            .map(|(log, pairs)| (log, pairs.first().unwrap().apart_ms))
            .collect();
        assert_eq!(apart, [(0, 7), (2, 3)]);
    }

    #[test]
    fn the_callers_ids_count_where_the_providers_are_few() {
        let ids = |count: u64, at: i64| -> Vec<(u64, i64)> { (0..count).map(|hash| (hash, at)).collect() };
        let few = [log(&ids(7, 1), &ids(3, 2))];
        assert_eq!(pairs(&log(&ids(7, 0), &ids(3, 0)), &few), [(0, vec![2; 3])]);
        let enough = [log(&ids(8, 1), &ids(3, 2))];
        assert_eq!(pairs(&log(&ids(8, 0), &ids(3, 0)), &enough), [(0, vec![1; 8])]);
    }
}
