//! Which logs share attempts, and how far their stamps are apart: by pairs of the sampled ids, else by their arrivals.

use super::by_arrivals::{Arrivals, applications_with_ids, has_ids, links_by_arrivals};
use super::starts::{Apart, proxy_stamps_start, stamps_start};
use super::{Clock, Unit};
use crate::judge::correlate::shared_ids::{PAIRS_NEEDED, Pair, ProxyIds};
use crate::judge::correlate::view::SourceIndex;
use crate::model::{Name, SourceRollup, Vantage};
use crate::workers::Workers;
use std::collections::{BTreeMap, BTreeSet};

/// Two clocks that are further apart are more likely those of two days.
const HALF_A_DAY_MS: i64 = 43_200_000;

/// Of so many pairs one at least is of one day: ids that repeat are in the logs of a month.
const REPEATED: usize = 60;

/// An application's log and a proxy that share attempts.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) application: usize,
    pub(super) proxy: usize,
    /// How many pairs tell it; none where only the arrivals do.
    pub(super) pairs: usize,
    pub(super) told_by: ToldBy,
    /// How far the proxy's stamps are ahead.
    pub(super) lag_ms: i64,
}

/// What tells how far two logs are apart, the most exact first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ToldBy {
    /// Pairs of records with one id.
    Ids,
    /// Arrivals that fall together, to a second.
    Arrivals,
    /// Minutes that go up and down together: the zone, and nothing of a clock's seconds.
    Zone,
}

impl Link {
    /// The best proven first.
    fn rank(&self) -> (std::cmp::Reverse<usize>, ToldBy, usize, usize) {
        (std::cmp::Reverse(self.pairs), self.told_by, self.application, self.proxy)
    }
}

/// What ties units to each other.
#[derive(Default)]
pub(super) struct Links {
    /// The best proven first.
    pub(super) single: Vec<Link>,
    pub(super) together: Together,
}

/// Applications that each proxy is ahead of by as much, as their arrivals tell: a link each would be millions of a great
/// many logs'.
#[derive(Default)]
pub(super) struct Together {
    pub(super) applications: Vec<usize>,
    /// How far each proxy's stamps are ahead.
    pub(super) lags_ms: BTreeMap<usize, i64>,
}

impl Together {
    /// The first link of which one unit is set, as its place among all links has it. Applications before `from` have none,
    /// now and later on.
    fn next(&self, is_set: impl Fn(usize) -> bool, from: &mut usize) -> Option<Link> {
        let first = |wanted: bool| self.lags_ms.iter().find(|(proxy, _)| is_set(**proxy) == wanted);
        let (unset, set) = (first(false), first(true));
        while let Some(application) = self.applications.get(*from).filter(|_| unset.is_none())
            && is_set(*application)
        {
            *from += 1;
        }
        let mut left = self.applications.iter().skip(*from);
        left.find_map(|&application| {
            let (&proxy, &lag_ms) = if is_set(application) { unset? } else { set? };
            Some(Link {
                application,
                proxy,
                pairs: 0,
                told_by: ToldBy::Arrivals,
                lag_ms,
            })
        })
    }
}

impl Links {
    /// The best proven link of which one unit is set and the other is not, and that is told at least as exactly as `by`.
    pub(super) fn next(&self, offsets: &[Option<i64>], from: &mut usize, by: ToldBy) -> Option<Link> {
        let is_set = |unit: usize| offsets.get(unit).is_some_and(Option::is_some);
        let ends = |link: &&Link| link.told_by <= by && is_set(link.application) != is_set(link.proxy);
        let single = self.single.iter().find(ends).copied();
        let together = self.together.next(is_set, from);
        single.into_iter().chain(together).min_by_key(Link::rank)
    }

    /// Every unit of a link, with how many pairs tell it.
    pub(super) fn ends(&self) -> impl Iterator<Item = (usize, usize)> {
        let single = self.single.iter();
        let single = single.flat_map(|link| [link.application, link.proxy].map(|unit| (unit, link.pairs)));
        let lags_ms = &self.together.lags_ms;
        let applications = self.together.applications.iter().filter(|_| !lags_ms.is_empty());
        single.chain(applications.chain(lags_ms.keys()).map(|&unit| (unit, 0)))
    }
}

/// The links; and which logs stamp starts, which the same pairs tell.
pub(super) fn links(sources: &[(&Name, &SourceRollup)], units: &[Unit<'_>], clocks: &mut [Clock], workers: &Workers) -> Links {
    let numbered = || units.iter().enumerate();
    let proxies = || numbered().filter(|(_, unit)| unit.is_proxy);
    let proxy_of = |(proxy, unit): (usize, &Unit<'_>)| unit.counted.iter().map(|&log| (log, proxy)).collect::<Vec<_>>();
    let proxy_of: BTreeMap<SourceIndex, usize> = proxies().flat_map(proxy_of).collect();
    let ids = ProxyIds::of(sources, proxy_of.keys().copied(), workers);
    let mut pairings = Vec::new();
    for (application, unit) in numbered().filter(|(_, unit)| !unit.is_proxy) {
        for (proxy, apart) in lags((sources, unit), &ids, &proxy_of, clocks, workers) {
            pairings.extend((apart.len() >= PAIRS_NEEDED).then(|| Pairing::of((application, proxy), &apart)));
        }
    }
    let mut links = Links {
        single: by_pairs(&pairings, units, clocks),
        ..Links::default()
    };
    let paired: BTreeSet<usize> = links.single.iter().map(|link| link.proxy).collect();
    let arrivals = Arrivals::of(units);
    let with_ids = applications_with_ids(units, sources);
    for (proxy, log) in proxies().filter(|(proxy, _)| !paired.contains(proxy)) {
        if with_ids.is_some_and(|with_ids| !with_ids || !has_ids(log, sources)) {
            links_by_arrivals(&mut links, sources, &arrivals, (proxy, log));
        }
    }
    links.single.sort_by_key(Link::rank);
    links.together.applications = arrivals.known;
    links
}

/// Proxy's stamp minus application's end, for every pair of an application's log and each proxy that shares ids with it.
fn lags(
    (sources, application): (&[(&Name, &SourceRollup)], &Unit<'_>),
    ids: &ProxyIds,
    proxy_of: &BTreeMap<SourceIndex, usize>,
    clocks: &mut [Clock],
    workers: &Workers,
) -> BTreeMap<usize, Vec<Apart>> {
    let mut apart: BTreeMap<usize, Vec<Apart>> = BTreeMap::new();
    // A browser's log tells more of a proxy that an application's knows, and knows none by itself.
    let mut acquainted: BTreeSet<usize> = BTreeSet::new();
    let of_log = |&index: &SourceIndex| {
        let (_, rollup) = sources.get(index)?;
        let by_log = ids.pairs(rollup);
        let is_application = rollup.vantage == Some(Vantage::Application);
        let pairs = || by_log.values().flatten().copied().collect::<Vec<_>>();
        let starts = is_application && stamps_start(&of_one_day(pairs(), |pair| pair.apart_ms));
        Some((index, is_application, starts, by_log))
    };
    for (index, is_application, starts, by_log) in workers.map(application.counted, of_log).into_iter().flatten() {
        if let Some(clock) = clocks.get_mut(index) {
            clock.stamps_start = starts;
        }
        for (log, pairs) in by_log {
            let Some(&proxy) = proxy_of.get(&log) else { continue };
            acquainted.extend(is_application.then_some(proxy));
            let lag = |pair: Pair| Apart {
                lag_ms: pair.apart_ms - if starts { pair.duration_ms } else { 0 },
                proxy_ms: pair.proxy_ms,
            };
            apart.entry(proxy).or_default().extend(pairs.into_iter().map(lag));
        }
    }
    apart.retain(|proxy, _| acquainted.contains(proxy));
    let of_one_day = |(proxy, apart)| (proxy, of_one_day(apart, |one: &Apart| one.lag_ms));
    apart.into_iter().map(of_one_day).collect()
}

/// The pairs without those of two days, where others are of one: a job that runs every night may name its calls alike, and each
/// of its ids is then in the logs of all days.
fn of_one_day<T>(pairs: Vec<T>, apart_ms: impl Fn(&T) -> i64) -> Vec<T> {
    let is_near = |pair: &T| apart_ms(pair).abs() <= HALF_A_DAY_MS;
    let near = pairs.iter().filter(|pair| is_near(pair)).count();
    if near < PAIRS_NEEDED.max(pairs.len() / REPEATED) {
        return pairs;
    }
    pairs.into_iter().filter(is_near).collect()
}

/// What the pairs of an application and a proxy tell.
struct Pairing {
    application: usize,
    proxy: usize,
    pairs: usize,
    /// Whether the proxy's stamps look like starts.
    proxy_starts: bool,
    /// How far its stamps are ahead, and how far its ends are where they are starts.
    lag_ms: i64,
    lag_if_starts_ms: i64,
}

impl Pairing {
    fn of((application, proxy): (usize, usize), apart: &[Apart]) -> Self {
        let median_of = |lag: fn(&Apart) -> i64| median(&mut apart.iter().map(lag).collect::<Vec<_>>());
        Self {
            application,
            proxy,
            pairs: apart.len(),
            proxy_starts: proxy_stamps_start(apart),
            lag_ms: median_of(|one| one.lag_ms),
            lag_if_starts_ms: median_of(|one| one.lag_ms + one.proxy_ms.unwrap_or(0)),
        }
    }
}

/// The links that pairs tell. A proxy's logs stamp starts where most of its pairs say so: what they are read from may not tell
/// which instant it is.
fn by_pairs(pairings: &[Pairing], units: &[Unit<'_>], clocks: &mut [Clock]) -> Vec<Link> {
    let mut votes: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for one in pairings {
        let (starts, ends) = votes.entry(one.proxy).or_default();
        *(if one.proxy_starts { starts } else { ends }) += one.pairs;
    }
    let starting: BTreeSet<usize> = votes
        .iter()
        .filter(|(_, (starts, ends))| starts > ends)
        .map(|(proxy, _)| *proxy)
        .collect();
    for &log in starting
        .iter()
        .filter_map(|&proxy| units.get(proxy))
        .flat_map(|unit| unit.counted)
    {
        if let Some(clock) = clocks.get_mut(log) {
            clock.stamps_start = true;
        }
    }
    let link = |one: &Pairing| Link {
        application: one.application,
        proxy: one.proxy,
        pairs: one.pairs,
        told_by: ToldBy::Ids,
        lag_ms: if starting.contains(&one.proxy) {
            one.lag_if_starts_ms
        } else {
            one.lag_ms
        },
    };
    pairings.iter().map(link).collect()
}

fn median(values: &mut [i64]) -> i64 {
    if values.is_empty() {
        return 0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable(middle).1
}
