//! Takes the views of both sides out of their lists and joins them: which are of one attempt, and what the applications' logs
//! show of the proxies'.

use super::addresses::{self, Addresses};
use super::assemble::Assembled;
use super::chance::Chance;
use super::clocks::Clock;
use super::cover::Covers;
use super::covering;
use super::family::Family;
use super::named::Unnamed;
use super::pair::{self, Joined};
use super::proxies::ProxyHost;
use super::ties::Ties;
use super::view::View;
use super::writers::Writers;
use crate::model::{Dimension, Name, SourceRollup, sort_runs};
use crate::workers::Workers;
use std::collections::BTreeMap;

/// The views of both sides, and which are of one attempt.
pub(super) struct Sides {
    /// In order of time.
    pub(super) applications: Vec<View>,
    pub(super) proxy_views: Vec<View>,
    /// The host of each of the proxies' views.
    pub(super) hosts: Vec<usize>,
    pub(super) joined: Joined,
    pub(super) covers: Covers,
}

impl Sides {
    /// Where the applications' calls went, and what these do not name of what went well.
    pub(super) fn sent(
        &self,
        proxies: &[ProxyHost],
        families: &[Family],
        (sources, writers): (&[(&Name, &SourceRollup)], &Writers),
    ) -> (Addresses, Unnamed) {
        let addresses = Addresses::of(&addresses::Evidence {
            pairs: &self.joined.pairs,
            applications: &self.applications,
            proxy_views: &self.proxy_views,
            hosts: &self.hosts,
            proxies,
            family_of: &families_of_sources(families),
            families,
            sources,
            writers,
        });
        let unnamed = Unnamed::of_pairs(&self.joined.pairs, (families, sources), &addresses);
        (addresses, unnamed)
    }
}

/// Takes the views out of their lists and joins them.
pub(super) fn join(
    assembled: &mut [Assembled],
    proxies: &mut [ProxyHost],
    families: &[Family],
    (sources, clocks): (&[(&Name, &SourceRollup)], &[Clock]),
    workers: &Workers,
) -> Sides {
    let hosts = hosts_of_views(proxies);
    let mut applications = in_one(assembled.iter_mut().map(|one| &mut one.views));
    sort_runs(&mut applications, |view| view.time);
    let proxy_views = in_one(proxies.iter_mut().map(|proxy| &mut proxy.views));
    let (ties, index) = workers.both(
        || Ties::of((proxies, &proxy_views, &hosts), families, sources, workers),
        || pair::Index::of(&proxy_views, &hosts, !applications.is_empty(), workers),
    );
    let family_of = families_of_sources(families);
    let joined_but = |chance: &Chance| {
        let may_meet = |application: &View, host: usize, proxy: &View| {
            let client = proxy.attributes.get(Dimension::Client);
            family_of
                .get(&application.source)
                .is_none_or(|&family| ties.allow(host, client, family) && !chance.joins(host, client, family))
        };
        pair::join(&applications, &index, may_meet, workers)
    };
    let mut joined = joined_but(&Chance::default());
    let chance = Chance::of(&joined.pairs, (&applications, &proxy_views, &hosts), &family_of, &ties);
    if !chance.is_none() {
        joined = joined_but(&chance);
    }
    drop(index);
    let covers = covering::covers(&covering::Evidence {
        sources,
        clocks,
        families,
        proxies,
        applications: &applications,
        proxy_views: &proxy_views,
        hosts: &hosts,
        pairs: &joined.pairs,
        ties: &ties,
        chance: &chance,
    });
    Sides {
        applications,
        proxy_views,
        hosts,
        joined,
        covers,
    }
}

/// The number of the family that each application's source is of.
pub(super) fn families_of_sources(families: &[Family]) -> BTreeMap<usize, usize> {
    let numbered = families.iter().enumerate();
    let of_family = |(number, family): (usize, &Family)| -> Vec<(usize, usize)> {
        family.sources.iter().map(|&source| (source, number)).collect()
    };
    numbered.flat_map(of_family).collect()
}

/// The host of every proxy's view, in the order of the views.
fn hosts_of_views(proxies: &[ProxyHost]) -> Vec<usize> {
    let of_host = |(host, proxy): (usize, &ProxyHost)| std::iter::repeat_n(host, proxy.views.len());
    proxies.iter().enumerate().flat_map(of_host).collect()
}

/// All views in one list, taken out of their own: nearly all logs of one failure window are one source's, whose list
/// becomes the whole one, so that no view is held twice. Those of a great many logs get no more room than they need.
fn in_one<'a>(lists: impl Iterator<Item = &'a mut Vec<View>>) -> Vec<View> {
    let mut lists = lists.collect::<Vec<_>>().into_iter();
    let mut all = lists.next().map(std::mem::take).unwrap_or_default();
    all.reserve_exact(lists.as_slice().iter().map(|views| views.len()).sum());
    lists.for_each(|views| all.append(&mut std::mem::take(views)));
    all
}
