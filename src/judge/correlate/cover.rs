//! Whose traffic the applications' logs already show: ties a proxy's clients to applications (classification B3.4d).

use super::family::Family;
use super::pair::Joined;
use super::proxies::ProxyHost;
use super::view::View;
use crate::model::{Dimension, Grain, IdSample, Name, SourceRollup};
use ahash::AHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Applications that show this share of a proxy's traffic show all of it (the reference method's rule for logs without
/// ids; the rest is the edges of the logs).
const SHOWN_SHARE: f64 = 0.9;

/// How the applications' logs cover a proxy's client, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cover {
    /// No application log shows its calls.
    None,
    /// An application log shows the last attempt of each call.
    Calls,
    /// An application log shows every attempt.
    Attempts,
}

/// The cover of every client of every proxy host.
#[derive(Clone, Debug, Default)]
pub(super) struct Covers {
    by_client: BTreeMap<(usize, Option<Name>), Cover>,
    otherwise: Vec<Cover>,
}

impl Covers {
    /// The cover of one client of one proxy host.
    pub(super) fn of(&self, host: usize, client: Option<&Name>) -> Cover {
        let otherwise = self.otherwise.get(host).copied().unwrap_or(Cover::None);
        self.by_client.get(&(host, client.cloned())).copied().unwrap_or(otherwise)
    }
}

/// Which applications a proxy's clients are, by the ids that both logs sampled.
#[derive(Clone, Debug, Default)]
pub(super) struct Ties {
    by_client: BTreeMap<(usize, Option<Name>), BTreeSet<usize>>,
    tied_hosts: BTreeSet<(usize, usize)>,
}

impl Ties {
    /// Ties every client of every proxy host to the families whose ids it shares.
    pub(super) fn of(proxies: &[ProxyHost], families: &[Family], sources: &[(&Name, &SourceRollup)]) -> Self {
        let mut ties = Self::default();
        let holders = Holders::of(families, sources);
        for (host, proxy) in proxies.iter().enumerate() {
            let logs = proxy.counted.iter().filter_map(|&index| sources.get(index));
            for (client, number) in logs.flat_map(|(_, rollup)| holders.shared_with(rollup)) {
                ties.by_client.entry((host, client.clone())).or_default().insert(number);
                ties.tied_hosts.insert((host, number));
            }
        }
        ties
    }

    /// Whether a client of a proxy can be a family: not where ids tie the client to others only, nor where they tie the
    /// family to other proxies only.
    pub(super) fn allow(&self, host: usize, client: Option<&Name>, family: usize) -> bool {
        match self.by_client.get(&(host, client.cloned())) {
            Some(families) => families.contains(&family),
            None => {
                !self.tied_hosts.iter().any(|(other, tied)| *tied == family && *other != host)
                    || self.tied_hosts.contains(&(host, family))
            }
        }
    }
}

/// What the question needs to see.
pub(super) struct Evidence<'a> {
    pub(super) sources: &'a [(&'a Name, &'a SourceRollup)],
    pub(super) families: &'a [Family],
    pub(super) proxies: &'a [ProxyHost],
    pub(super) applications: &'a [View],
    pub(super) proxy_views: &'a [View],
    pub(super) hosts: &'a [usize],
    pub(super) joined: &'a [Joined],
    pub(super) ties: &'a Ties,
}

/// Ties clients to applications, by joined failures and by the samples' shared ids; where no ids exist, by the size of
/// the traffic.
pub(super) fn covers(evidence: &Evidence<'_>) -> Covers {
    let mut covers = Covers {
        by_client: BTreeMap::new(),
        otherwise: vec![Cover::None; evidence.proxies.len()],
    };
    let mut tie = |host: usize, client: Option<Name>, family: &Family| {
        let cover = if family.shows_every_attempt() {
            Cover::Attempts
        } else {
            Cover::Calls
        };
        // A log that names no client has all of them behind one entry: what stands in no application's log is a retry of
        // the one that logs calls only, for the other's would have been joined.
        let named = client.is_some();
        let mine = covers.by_client.entry((host, client)).or_insert(cover);
        *mine = if named { (*mine).max(cover) } else { (*mine).min(cover) };
    };
    let mut families: BTreeMap<usize, &Family> = BTreeMap::new();
    for family in evidence.families {
        for source in &family.sources {
            families.entry(*source).or_insert(family);
        }
    }
    let family_of = |source: usize| families.get(&source).copied();
    for one in evidence.joined {
        let Some(family) = one
            .application
            .and_then(|at| evidence.applications.get(at))
            .and_then(|view| family_of(view.source))
        else {
            continue;
        };
        for &at in &one.proxies {
            if let (Some(view), Some(&host)) = (evidence.proxy_views.get(at), evidence.hosts.get(at)) {
                tie(host, view.attributes.get(Dimension::Client).cloned(), family);
            }
        }
    }
    for ((host, client), families) in &evidence.ties.by_client {
        for family in families.iter().filter_map(|&family| evidence.families.get(family)) {
            tie(*host, client.clone(), family);
        }
    }
    for host in 0..evidence.proxies.len() {
        if let (Some(cover), Some(place)) = (cover_by_size(host, evidence), covers.otherwise.get_mut(host)) {
            *place = cover;
        }
    }
    covers
}

/// Which families hold each sampled id: of a great many logs, each shares an id with few.
struct Holders {
    by_provider_id: AHashMap<u64, Vec<usize>>,
    by_client_id: AHashMap<u64, Vec<usize>>,
}

impl Holders {
    fn of(families: &[Family], sources: &[(&Name, &SourceRollup)]) -> Self {
        let holders = |of: fn(&SourceRollup) -> &IdSample| {
            let mut holders: AHashMap<u64, Vec<usize>> = AHashMap::new();
            for (number, family) in families.iter().enumerate() {
                for (_, rollup) in family.sources.iter().filter_map(|&index| sources.get(index)) {
                    for (hash, _) in of(rollup).iter() {
                        holders.entry(hash).or_default().push(number);
                    }
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
    fn shared_with<'a>(&'a self, log: &'a SourceRollup) -> impl Iterator<Item = (&'a Option<Name>, usize)> {
        let found = |holders: &'a AHashMap<u64, Vec<usize>>, ids: &'a IdSample| {
            ids.iter().flat_map(|(hash, seen)| {
                let families = holders.get(&hash).into_iter().flatten();
                families.map(move |&family| (&seen.client, family))
            })
        };
        found(&self.by_provider_id, &log.provider_ids).chain(found(&self.by_client_id, &log.client_ids))
    }
}

/// Where the logs carry no ids to tie by: whether the applications show as many successes as the proxy does.
fn cover_by_size(host: usize, evidence: &Evidence<'_>) -> Option<Cover> {
    let rollup = |index: &usize| evidence.sources.get(*index).map(|(_, rollup)| *rollup);
    let proxy = evidence.proxies.get(host)?;
    let has_ids = |rollup: &SourceRollup| !rollup.provider_ids.is_empty() || !rollup.client_ids.is_empty();
    let applications = || evidence.families.iter().flat_map(|family| &family.sources).filter_map(rollup);
    if proxy.counted.iter().filter_map(rollup).any(has_ids) && applications().any(has_ids) {
        return None;
    }
    let ours: u64 = applications()
        .map(|rollup| rollup.cells.total(Grain::Attempt).max(rollup.cells.total(Grain::Call)))
        .sum();
    let theirs = |grain: Grain| -> u64 {
        let counted = proxy.counted.iter().filter_map(rollup);
        counted.map(|rollup| rollup.cells.total(grain)).sum()
    };
    let (attempts, tunnels) = (theirs(Grain::Attempt), theirs(Grain::Tunnel));
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let shown = ours as f64 >= (attempts + tunnels) as f64 * SHOWN_SHARE;
    let cover = evidence.families.iter().map(|family| {
        if family.shows_every_attempt() {
            Cover::Attempts
        } else {
            Cover::Calls
        }
    });
    if !shown {
        None
    } else if tunnels > attempts {
        // Tunnels tell no client's requests apart: a refused one is only taken for shown where every log shows it.
        cover.min()
    } else {
        cover.max()
    }
}
