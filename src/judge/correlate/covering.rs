//! Ties a proxy's clients to the applications whose logs show their traffic: by joined failures and shared ids, and where no log
//! has ids, by the size of the traffic (classification B3.4d).
//!
//! A log shows what it was written for: what a proxy saw while it has no records, or of endpoints that it never names,
//! is nobody's but the proxy's.

use super::by_client::ByClient;
use super::chance::Chance;
use super::clocks::Clock;
use super::cover::{Covered, Covers};
use super::family::Family;
use super::hops::Hops;
use super::pair::Pair;
use super::proxies::ProxyHost;
use super::shown::{Count, Shown, answers, end_of_cell, is_share, passed};
use super::stretches::Stretches;
use super::ties::Ties;
use super::view::View;
use crate::model::{Attributes, Dimension, Grain, Name, SourceRollup};
use std::collections::{BTreeMap, BTreeSet};

/// What the question needs to see.
pub(super) struct Evidence<'a> {
    pub(super) sources: &'a [(&'a Name, &'a SourceRollup)],
    pub(super) clocks: &'a [Clock],
    pub(super) families: &'a [Family],
    pub(super) proxies: &'a [ProxyHost],
    pub(super) applications: &'a [View],
    pub(super) proxy_views: &'a [View],
    pub(super) hosts: &'a [usize],
    pub(super) pairs: &'a [Pair],
    pub(super) ties: &'a Ties,
    pub(super) chance: &'a Chance,
}

/// Which applications a client is, and what of it was joined with each.
#[derive(Clone, Debug, Default)]
struct Tied {
    families: BTreeSet<usize>,
    endpoints: BTreeSet<(usize, Name)>,
}

/// Ties clients to applications, by joined failures and by the samples' shared ids; where no ids exist, by the size of
/// the traffic.
pub(super) fn covers(evidence: &Evidence<'_>) -> Covers {
    let mut covers = Covers {
        by_client: ByClient::default(),
        otherwise: vec![None; evidence.proxies.len()],
        hops: Hops::of(evidence.proxies, evidence.sources),
    };
    if evidence.families.is_empty() || evidence.proxies.is_empty() {
        return covers;
    }
    let shown = evidence.shown();
    let tied = evidence.tied();
    let mut by_host: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (host, _, tied) in tied.iter() {
        by_host.entry(host).or_default().extend(&tied.families);
    }
    let terms: BTreeMap<usize, Terms> = by_host
        .into_iter()
        .map(|(host, families)| (host, evidence.terms(host, &families, &shown, Some(&tied))))
        .collect();
    for (host, client, tied) in tied.iter() {
        let terms = terms.get(&host).copied().unwrap_or_default();
        *covers.by_client.made(host, client, Covered::default) = covered(tied, &shown, terms);
    }
    let everyone: BTreeSet<usize> = (0..evidence.families.len()).collect();
    for host in (0..evidence.proxies.len()).filter(|host| !evidence.chance.hosts.contains(host)) {
        if let (Some(cover), Some(place)) = (
            evidence.cover_by_size(host, &everyone, &shown),
            covers.otherwise.get_mut(host),
        ) {
            *place = Some(cover);
        }
    }
    covers
}

/// On what terms applications cover the clients of a host.
#[derive(Clone, Copy, Debug, Default)]
struct Terms {
    /// How much of the clients' traffic falls where the logs have records, and how much of these where the proxy has.
    proxies: Count,
    applications: Count,
    /// The logs' clocks are apart, and nothing told by how far: their times say nothing.
    any_time: bool,
}

impl Terms {
    /// Whether the applications show all that the clients sent while their logs were written: a gateway may name the
    /// endpoints otherwise.
    fn show_all(self) -> bool {
        is_share(self.applications.all(), self.proxies.all())
    }
}

/// What the families that a client is tied to show of it.
fn covered(tied: &Tied, shown: &[Shown], terms: Terms) -> Covered {
    let mut covered = Covered::default();
    for &family in &tied.families {
        let Some(shown) = shown.get(family) else { continue };
        let always = Stretches::always();
        let stretches = if terms.any_time { &always } else { &shown.stretches };
        covered.any.of(shown.cover).add_all(stretches);
        let Some(endpoints) = shown.endpoints.as_ref().filter(|_| !terms.show_all()) else {
            covered.whole.of(shown.cover).add_all(stretches);
            continue;
        };
        let joined = tied
            .endpoints
            .iter()
            .filter(|(of, _)| *of == family)
            .map(|(_, endpoint)| endpoint);
        for endpoint in endpoints
            .iter()
            .chain(joined.filter(|endpoint| !endpoints.contains(*endpoint)))
        {
            let spans = covered.by_endpoint.entry(Name::clone(endpoint)).or_default();
            spans.of(shown.cover).add_all(stretches);
        }
    }
    (covered.whole, covered.any) = (covered.whole.settled(), covered.any.settled());
    for spans in covered.by_endpoint.values_mut() {
        *spans = std::mem::take(spans).settled();
    }
    covered
}

impl Evidence<'_> {
    /// What every family shows.
    fn shown(&self) -> Vec<Shown> {
        let mut is_joined = vec![false; self.applications.len()];
        for pair in self.pairs {
            if let Some(is_joined) = is_joined.get_mut(pair.application) {
                *is_joined = true;
            }
        }
        let mut of_source: BTreeMap<usize, Vec<(&View, bool)>> = BTreeMap::new();
        for (view, is_joined) in self.applications.iter().zip(is_joined) {
            of_source.entry(view.source).or_default().push((view, is_joined));
        }
        let views = |family: &Family| -> Vec<(&View, bool)> {
            let of_family = family.sources.iter().filter_map(|source| of_source.get(source));
            of_family.flatten().copied().collect()
        };
        let logs = (self.sources, self.clocks);
        let families = self.families.iter();
        families
            .map(|family| Shown::of(family, views(family).into_iter(), logs))
            .collect()
    }

    /// The families of each client.
    fn tied(&self) -> ByClient<Tied> {
        let mut tied: ByClient<Tied> = ByClient::default();
        let family_of = super::joining::families_of_sources(self.families);
        for pair in self.pairs {
            let application = self.applications.get(pair.application);
            let Some(&family) = application.and_then(|view| family_of.get(&view.source)) else {
                continue;
            };
            for &at in &pair.proxies {
                let (Some(view), Some(&host)) = (self.proxy_views.get(at), self.hosts.get(at)) else {
                    continue;
                };
                let tied = tied.made(host, view.attributes.get(Dimension::Client), Tied::default);
                tied.families.insert(family);
                if let Some(endpoint) = view.attributes.get(Dimension::Endpoint) {
                    tied.endpoints.insert((family, Name::clone(endpoint)));
                }
            }
        }
        for (host, client, families) in self.ties.by_client.iter() {
            tied.made(host, client, Tied::default).families.extend(families);
        }
        tied
    }

    /// Counts what a host's clients and some families show of each other: of its `tied` clients, or of all where none is named.
    fn terms(&self, host: usize, families: &BTreeSet<usize>, shown: &[Shown], tied: Option<&ByClient<Tied>>) -> Terms {
        let mut ours = Stretches::default();
        for shown in families.iter().filter_map(|&family| shown.get(family)) {
            ours.add_all(&shown.stretches);
        }
        let ours = ours.settled();
        let mut theirs = Stretches::default();
        let (mut within, mut beyond) = (Count::default(), Count::default());
        let is_tied =
            |attributes: &Attributes| tied.is_none_or(|tied| tied.get(host, attributes.get(Dimension::Client)).is_some());
        for &source in self.proxies.get(host).map_or(&[][..], |proxy| &proxy.counted) {
            let Some((_, rollup)) = self.sources.get(source) else {
                continue;
            };
            let wanted: Vec<bool> = rollup.cells.combinations().map(|of| is_tied(of)).collect();
            let clock = self.clocks.get(source).copied().unwrap_or_default();
            for (time, _, count) in passed(rollup, clock).filter(|(_, id, _)| wanted.get(*id) == Some(&true)) {
                theirs.add(time, end_of_cell(time));
                let place = if ours.holds(time) { &mut within } else { &mut beyond };
                place.well += count;
            }
        }
        for view in self.views_of(host).iter().filter(|view| is_tied(&view.attributes)) {
            theirs.add(view.time, view.time);
            let place = if ours.holds(view.time) { &mut within } else { &mut beyond };
            place.failed += 1;
        }
        let (mine, alone) = self.counted(families, shown, &theirs.settled());
        Terms {
            proxies: within,
            applications: mine,
            any_time: beyond.is_like(alone),
        }
    }

    /// The failures of a host, which lie together.
    fn views_of(&self, host: usize) -> &[View] {
        let first = self.hosts.partition_point(|of| *of < host);
        let end = self.hosts.partition_point(|of| *of <= host);
        self.proxy_views.get(first..end).unwrap_or_default()
    }

    /// What some families show while a proxy's log has records, and what while it has none.
    fn counted(&self, families: &BTreeSet<usize>, shown: &[Shown], theirs: &Stretches) -> (Count, Count) {
        let (mut mine, mut alone) = (Count::default(), Count::default());
        for (at, family) in families.iter().filter_map(|&at| Some((at, self.families.get(at)?))) {
            for (time, count) in answers(family, (self.sources, self.clocks)) {
                let place = if theirs.holds(time) { &mut mine } else { &mut alone };
                place.well += count;
            }
            for &time in shown.get(at).map_or(&[][..], |shown| &shown.failed) {
                let place = if theirs.holds(time) { &mut mine } else { &mut alone };
                place.failed += 1;
            }
        }
        (mine, alone)
    }

    /// Where the logs carry no ids to tie by: whether the applications show as many successes as the proxy does.
    fn cover_by_size(&self, host: usize, everyone: &BTreeSet<usize>, shown: &[Shown]) -> Option<Covered> {
        let rollup = |index: &usize| self.sources.get(*index).map(|(_, rollup)| *rollup);
        let proxy = self.proxies.get(host)?;
        let has_ids = |rollup: &SourceRollup| !rollup.provider_ids.is_empty() || !rollup.client_ids.is_empty();
        let applications = || self.families.iter().flat_map(|family| &family.sources).filter_map(rollup);
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
        let terms = self.terms(host, everyone, shown, None);
        let seen = if terms.any_time {
            attempts + tunnels
        } else {
            terms.proxies.well
        };
        // A stream that broke went well for a proxy, and in its application's log it is a failure.
        let is_whole = is_share(ours, seen) || (!terms.any_time && terms.show_all());
        if !is_whole {
            return None;
        }
        let covers = shown.iter().map(|shown| shown.cover);
        // Nothing tells whose a request is. One that no log has is a retry of an application that logs calls only, for the
        // others' would have been joined; not so where times say nothing.
        let by_times = tunnels > attempts || !terms.any_time;
        let cover = if by_times { covers.min() } else { covers.max() }?;
        let mut covered = Covered::default();
        let spans = covered.whole.of(cover);
        if terms.any_time {
            *spans = Stretches::always();
        } else {
            shown.iter().for_each(|shown| spans.add_all(&shown.stretches));
        }
        let whole = covered.whole.settled();
        Some(Covered {
            any: whole.clone(),
            whole,
            ..Covered::default()
        })
    }
}
