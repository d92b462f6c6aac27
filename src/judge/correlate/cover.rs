//! Whose traffic the applications' logs already show: ties a proxy's clients to applications (classification B3.4d).

use super::by_client::ByClient;
use super::chance::Chance;
use super::family::Family;
use super::hops::Hops;
use super::pair::Joined;
use super::proxies::ProxyHost;
use super::ties::Ties;
use super::view::View;
use crate::model::{Dimension, Grain, Name, SourceRollup};
use std::collections::BTreeMap;

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
    /// An application log shows every attempt, or that of a nearer hop does.
    Attempts,
}

/// The cover of every client of every proxy host.
#[derive(Clone, Debug, Default)]
pub(super) struct Covers {
    by_client: ByClient<Cover>,
    otherwise: Vec<Cover>,
    hops: Hops,
}

impl Covers {
    /// The cover of one client of one proxy host.
    pub(super) fn of(&self, host: usize, client: Option<&Name>) -> Cover {
        if self.is_hop(host, client) {
            return Cover::Attempts;
        }
        let known = self.by_client.get(host, client).or_else(|| self.otherwise.get(host));
        known.copied().unwrap_or(Cover::None)
    }

    /// Whether a client of a host is itself a proxy whose log shows the same requests, as that of a hop nearer the application.
    pub(super) fn is_hop(&self, host: usize, client: Option<&Name>) -> bool {
        self.hops.has(host, client)
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
    pub(super) chance: &'a Chance,
}

/// Ties clients to applications, by joined failures and by the samples' shared ids; where no ids exist, by the size of
/// the traffic.
pub(super) fn covers(evidence: &Evidence<'_>) -> Covers {
    let mut covers = Covers {
        by_client: ByClient::default(),
        otherwise: vec![Cover::None; evidence.proxies.len()],
        hops: Hops::of(evidence.proxies, evidence.sources),
    };
    let mut tie = |host: usize, client: Option<&Name>, family: &Family| {
        let cover = if family.shows_every_attempt() {
            Cover::Attempts
        } else {
            Cover::Calls
        };
        // A log that names no client has all of them behind one entry: what stands in no application's log is a retry of
        // the one that logs calls only, for the other's would have been joined.
        let mine = covers.by_client.made(host, client, || cover);
        *mine = if client.is_some() {
            (*mine).max(cover)
        } else {
            (*mine).min(cover)
        };
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
                tie(host, view.attributes.get(Dimension::Client), family);
            }
        }
    }
    for (host, client, families) in evidence.ties.by_client.iter() {
        for family in families.iter().filter_map(|&family| evidence.families.get(family)) {
            tie(host, client, family);
        }
    }
    for host in (0..evidence.proxies.len()).filter(|host| !evidence.chance.hosts.contains(host)) {
        if let (Some(cover), Some(place)) = (cover_by_size(host, evidence), covers.otherwise.get_mut(host)) {
            *place = cover;
        }
    }
    covers
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
