//! What each proxy's own log says of a window, joined or not: the control group of a network team.
//!
//! A tunnel's line has no id, no path and no model, so nothing ties it to an application's attempt; yet it tells by which
//! proxy requests broke, from where, and which addresses were tried.

use super::tally::tally_each;
use crate::judge::correlate::{Writers, by_name, stem};
use crate::model::{Dimension, Grain, Name, Observation, ProxyLog, Rollup, Share, SourceRollup, Vantage, Window};
use std::collections::BTreeMap;

/// Adds what the proxies' own logs say to each window.
pub(in crate::judge) fn add_proxy_logs(windows: &mut [Window], rollup: &Rollup, offsets_ms: &BTreeMap<Name, i64>) {
    if windows.is_empty() {
        return;
    }
    let sources = by_name(rollup);
    let writers = Writers::of(&sources);
    let proxies = || {
        let is_proxy = |source: &SourceRollup| source.vantage == Some(Vantage::Proxy) && source.records > 0;
        sources.iter().enumerate().filter(move |(_, (_, source))| is_proxy(source))
    };
    for window in windows {
        let mut logs: BTreeMap<(Name, String), Log<'_>> = BTreeMap::new();
        for (index, &(path, source)) in proxies() {
            let offset = offsets_ms.get(path).copied().unwrap_or(0);
            let inside = window.start.plus_ms(-offset)..=window.end.plus_ms(-offset);
            let named = source.host.as_ref().or_else(|| writers.name(index));
            let proxy = Name::clone(named.unwrap_or(path));
            // The rotated parts of one log are one log.
            let log = logs.entry((proxy, stem(path))).or_default();
            let failed =
                |seen: &&Observation| seen.grain == Grain::Attempt && seen.outcome.is_failure() && inside.contains(&seen.time);
            log.failures.extend(source.observations.iter().filter(failed));
            log.healthy += source.cells.total_within(Grain::Attempt, &inside);
        }
        window.case.proxies = fullest(logs);
    }
}

/// One log of one proxy, rotated parts included, within a window's time.
#[derive(Default)]
struct Log<'a> {
    failures: Vec<&'a Observation>,
    healthy: u64,
}

impl Log<'_> {
    fn attempts(&self) -> u64 {
        self.failures.len() as u64 + self.healthy
    }
}

/// Two logs of one proxy tell the same requests: the fuller one counts. The proxy with the most failures comes first.
fn fullest(logs: BTreeMap<(Name, String), Log<'_>>) -> Vec<ProxyLog> {
    let mut by_proxy: BTreeMap<Name, Log<'_>> = BTreeMap::new();
    for ((proxy, _), log) in logs {
        let kept = by_proxy.entry(proxy).or_default();
        if log.attempts() > kept.attempts() {
            *kept = log;
        }
    }
    let mut told: Vec<ProxyLog> = by_proxy
        .into_iter()
        .filter(|(_, log)| log.attempts() > 0)
        .map(|(proxy, log)| {
            let attribute =
                |dimension: Dimension| tally_each(&log.failures, move |seen| seen.attributes.get(dimension).map(|name| &**name));
            ProxyLog {
                proxy,
                share: Share {
                    failed: log.failures.len() as u64,
                    attempts: log.attempts(),
                },
                servers: attribute(Dimension::ServerAddress),
                clients: attribute(Dimension::Client),
                upstreams: tally_each(&log.failures, |seen| seen.upstream.as_ref()?.address.as_deref()),
            }
        })
        .collect();
    told.sort_by_key(|log| std::cmp::Reverse(log.share.failed));
    told
}
