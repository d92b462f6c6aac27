//! Clocks: which stamps are starts, how far two hosts' clocks are apart, and in which zone stamps without one were
//! written; told by pairs of records of one attempt.
//!
//! Classification B3.1 and B3.2. Pairs come from the coordinated samples of ids; where no log carries ids, the arrival
//! counts are held against each other ([`arrivals`]). Logs that share enough are tied into groups, and each group is set
//! by a log whose zone is known: one that stamps it, or that the user named, or that logs the answers' `date` headers.

use super::arrivals::{self, Minutes, Slots};
use super::family::Family;
use super::proxies::ProxyHost;
use super::shared_ids::{PAIRS_NEEDED, Pair, ProxyIds};
use super::view::SourceIndex;
use crate::model::{Name, SourceRollup, Time, Vantage};
use crate::text::timestamp::{ZONE_STEP_MS, nearest_zone_ms};
use crate::workers::Workers;
use ahash::AHashMap;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Offsets up to half a second are latency and rounding, not skew (classification B3.2).
const SKEW_IGNORED_MS: i64 = 500;

/// The durations must explain this much of the spread for a stamp to be a start (classification B3.1: less than half
/// the interquartile range is left).
const START_SPREAD: f64 = 0.5;

/// Two applications whose offsets to one proxy differ by more have clocks of their own.
const CLOCKS_AGREE_MS: i64 = 2_000;

/// `date` headers that must agree on a zone.
const DATES_NEEDED: u64 = 3;

/// What is known of one source's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    /// Its stamps are starts: durations are added.
    pub(super) stamps_start: bool,
    /// Added to its times.
    pub(super) offset_ms: i64,
}

impl Clock {
    /// A record's end on the common clock.
    pub(super) fn end(self, time: Time, duration_ms: Option<u32>) -> Time {
        let duration = if self.stamps_start {
            i64::from(duration_ms.unwrap_or(0))
        } else {
            0
        };
        time.plus_ms(self.offset_ms).plus_ms(duration)
    }
}

/// The clocks of all sources, by index.
///
/// They are told by what the first look gave: sampled ids, counted successes, failures, spans and zones. The second look
/// only adds single successes, which nothing here asks for, so they are worked out once for both.
pub(super) fn clocks(
    sources: &[(&Name, &SourceRollup)],
    families: &[Family],
    proxies: &[ProxyHost],
    workers: &Workers,
) -> Vec<Clock> {
    let mut clocks = vec![Clock::default(); sources.len()];
    let units = units(sources, families, proxies);
    let links = links(sources, &units, &mut clocks, workers);
    let offsets = settle(&units, &links);
    for (unit, offset) in units.iter().zip(&offsets) {
        for &index in unit.sources {
            if let Some(clock) = clocks.get_mut(index) {
                clock.offset_ms = *offset;
            }
        }
    }
    for proxy in proxies {
        for (&index, &shift) in &proxy.shifts {
            if let Some(clock) = clocks.get_mut(index) {
                clock.offset_ms += shift;
            }
        }
    }
    clocks
}

/// Sources with one clock: a log with its rotated parts, or a proxy host.
struct Unit<'a> {
    sources: &'a [SourceIndex],
    /// Those that are paired with others.
    counted: &'a [SourceIndex],
    is_proxy: bool,
    host: Option<&'a Name>,
    /// Its first and last record, as read.
    span: Option<(Time, Time)>,
    /// What its stamps need to be right, as far as it is known by itself: nothing where they carry their zone or the user
    /// named it, what the `date` headers say where it logs them.
    told_ms: Option<i64>,
}

fn units<'a>(sources: &[(&'a Name, &'a SourceRollup)], families: &'a [Family], proxies: &'a [ProxyHost]) -> Vec<Unit<'a>> {
    let unit = |members: &'a [SourceIndex], counted: &'a [SourceIndex], is_proxy: bool| {
        let rollups = || {
            counted
                .iter()
                .filter_map(|&index| sources.get(index))
                .map(|(_, rollup)| *rollup)
        };
        let mut dates: BTreeMap<i16, u64> = BTreeMap::new();
        for (&quarters, count) in rollups().flat_map(|rollup| &rollup.rare.ahead_of_date) {
            *dates.entry(quarters).or_default() += u64::from(*count);
        }
        let by_dates = dates.iter().max_by_key(|(_, count)| **count).filter(|(_, count)| {
            let all: u64 = dates.values().sum();
            **count >= DATES_NEEDED && **count * 2 > all
        });
        Unit {
            sources: members,
            counted,
            is_proxy,
            host: rollups().find_map(|rollup| rollup.host.as_ref()),
            span: rollups().filter_map(|rollup| rollup.span).reduce(united),
            told_ms: if rollups().next().is_some() && rollups().all(|rollup| rollup.zone_assumed) {
                by_dates.map(|(&quarters, _)| -i64::from(quarters) * ZONE_STEP_MS)
            } else {
                Some(0)
            },
        }
    };
    let of_families = families.iter().map(|family| unit(&family.sources, &family.sources, false));
    let of_proxies = proxies.iter().map(|proxy| unit(&proxy.sources, &proxy.counted, true));
    of_families.chain(of_proxies).collect()
}

/// An application's log and a proxy that share attempts.
#[derive(Clone, Copy)]
struct Link {
    application: usize,
    proxy: usize,
    /// How many pairs tell it; none where only the arrivals do.
    pairs: usize,
    /// How far the proxy's stamps are ahead.
    lag_ms: i64,
}

impl Link {
    /// The best proven first.
    fn rank(&self) -> (std::cmp::Reverse<usize>, usize, usize) {
        (std::cmp::Reverse(self.pairs), self.application, self.proxy)
    }
}

/// What ties units to each other.
#[derive(Default)]
struct Links {
    /// The best proven first.
    single: Vec<Link>,
    together: Together,
}

/// Applications that each proxy is ahead of by as much, as their arrivals tell: a link each would be millions of a great
/// many logs'.
#[derive(Default)]
struct Together {
    applications: Vec<usize>,
    /// How far each proxy's stamps are ahead.
    lags_ms: BTreeMap<usize, i64>,
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
                lag_ms,
            })
        })
    }
}

impl Links {
    /// The best proven link of which one unit is set and the other is not.
    fn next(&self, offsets: &[Option<i64>], from: &mut usize) -> Option<Link> {
        let is_set = |unit: usize| offsets.get(unit).is_some_and(Option::is_some);
        let ends = |link: &&Link| is_set(link.application) != is_set(link.proxy);
        let single = self.single.iter().find(ends).copied();
        let together = self.together.next(is_set, from);
        single.into_iter().chain(together).min_by_key(Link::rank)
    }

    /// Every unit of a link, with how many pairs tell it.
    fn ends(&self) -> impl Iterator<Item = (usize, usize)> {
        let single = self.single.iter();
        let single = single.flat_map(|link| [link.application, link.proxy].map(|unit| (unit, link.pairs)));
        let lags_ms = &self.together.lags_ms;
        let applications = self.together.applications.iter().filter(|_| !lags_ms.is_empty());
        single.chain(applications.chain(lags_ms.keys()).map(|&unit| (unit, 0)))
    }
}

/// The links; and which logs stamp starts, which the same pairs tell.
fn links(sources: &[(&Name, &SourceRollup)], units: &[Unit<'_>], clocks: &mut [Clock], workers: &Workers) -> Links {
    let numbered = || units.iter().enumerate();
    let proxies = || numbered().filter(|(_, unit)| unit.is_proxy);
    let proxy_of = |(proxy, unit): (usize, &Unit<'_>)| unit.counted.iter().map(|&log| (log, proxy)).collect::<Vec<_>>();
    let proxy_of: BTreeMap<SourceIndex, usize> = proxies().flat_map(proxy_of).collect();
    let ids = ProxyIds::of(sources, proxy_of.keys().copied(), workers);
    let mut links = Links::default();
    for (application, unit) in numbered().filter(|(_, unit)| !unit.is_proxy) {
        for (proxy, mut apart) in lags((sources, unit), &ids, &proxy_of, clocks, workers) {
            if apart.len() >= PAIRS_NEEDED {
                links.single.push(Link {
                    application,
                    proxy,
                    pairs: apart.len(),
                    lag_ms: median(&mut apart),
                });
            }
        }
    }
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
) -> BTreeMap<usize, Vec<i64>> {
    let mut apart: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    // A browser's log tells more of a proxy that an application's knows, and knows none by itself.
    let mut acquainted: BTreeSet<usize> = BTreeSet::new();
    let of_log = |&index: &SourceIndex| {
        let (_, rollup) = sources.get(index)?;
        let by_log = ids.pairs(rollup);
        let is_application = rollup.vantage == Some(Vantage::Application);
        let starts = is_application && stamps_start(&by_log.values().flatten().copied().collect::<Vec<_>>());
        Some((index, is_application, starts, by_log))
    };
    for (index, is_application, starts, by_log) in workers.map(application.counted, of_log).into_iter().flatten() {
        if let Some(clock) = clocks.get_mut(index) {
            clock.stamps_start = starts;
        }
        for (log, pairs) in by_log {
            let Some(&proxy) = proxy_of.get(&log) else { continue };
            acquainted.extend(is_application.then_some(proxy));
            let lag = |pair: Pair| {
                if starts {
                    pair.apart_ms - pair.duration_ms
                } else {
                    pair.apart_ms
                }
            };
            apart.entry(proxy).or_default().extend(pairs.into_iter().map(lag));
        }
    }
    apart.retain(|proxy, _| acquainted.contains(proxy));
    apart
}

/// The applications whose arrivals are held against a proxy's.
struct Arrivals<'u> {
    /// Those whose zone is known, and their logs.
    known: Vec<usize>,
    members: Vec<SourceIndex>,
    /// The others.
    unknown: Vec<(usize, &'u Unit<'u>)>,
    /// Of those that are known, together, once they are asked for: of a great many logs most are too short.
    slots: OnceCell<Slots>,
    /// Of each of the others that has enough of them.
    minutes: OnceCell<Vec<(usize, Minutes)>>,
}

impl<'u> Arrivals<'u> {
    fn of(units: &'u [Unit<'u>]) -> Self {
        let applications = units.iter().enumerate().filter(|(_, unit)| !unit.is_proxy);
        let (known, unknown): (Vec<_>, Vec<_>) = applications.partition(|(_, unit)| unit.told_ms.is_some());
        Self {
            members: known.iter().flat_map(|(_, unit)| unit.counted.iter().copied()).collect(),
            known: known.into_iter().map(|(at, _)| at).collect(),
            unknown,
            slots: OnceCell::new(),
            minutes: OnceCell::new(),
        }
    }

    fn slots(&self, sources: &[(&Name, &SourceRollup)]) -> &Slots {
        self.slots.get_or_init(|| Slots::of(&self.members, sources))
    }

    fn minutes(&self, sources: &[(&Name, &SourceRollup)]) -> &[(usize, Minutes)] {
        self.minutes.get_or_init(|| {
            let of = |(at, unit): &(usize, &Unit<'_>)| Some((*at, Minutes::of(unit.counted, sources)?));
            self.unknown.iter().filter_map(of).collect()
        })
    }
}

/// The logs whose zone is known share a clock, so their arrivals count together; every other is in a zone of its own.
fn links_by_arrivals(
    links: &mut Links,
    sources: &[(&Name, &SourceRollup)],
    applications: &Arrivals<'_>,
    (proxy, log): (usize, &Unit<'_>),
) {
    let theirs = Slots::of(log.counted, sources);
    let ours = theirs.are_enough().then(|| applications.slots(sources));
    let together = ours
        .filter(|ours| ours.are_enough())
        .and_then(|ours| arrivals::lag(ours, &theirs));
    links.together.lags_ms.extend(together.map(|lag_ms| (proxy, lag_ms)));
    let Some(theirs) = Minutes::of(log.counted, sources) else {
        return;
    };
    for &(application, ref ours) in applications.minutes(sources) {
        let link = |lag_ms: i64| Link {
            application,
            proxy,
            pairs: 0,
            lag_ms,
        };
        links.single.extend(arrivals::zone(ours, &theirs).map(link));
    }
}

/// Whether a log of the unit has ids enough to be paired by.
fn has_ids(unit: &Unit<'_>, sources: &[(&Name, &SourceRollup)]) -> bool {
    let mut logs = unit.counted.iter().filter_map(|&index| sources.get(index));
    logs.any(|(_, rollup)| rollup.provider_ids.len() + rollup.client_ids.len() >= PAIRS_NEEDED)
}

/// Whether any application has; `None` where there is no application.
fn applications_with_ids(units: &[Unit<'_>], sources: &[(&Name, &SourceRollup)]) -> Option<bool> {
    let mut applications = units.iter().filter(|unit| !unit.is_proxy).peekable();
    applications.peek()?;
    Some(applications.any(|unit| has_ids(unit, sources)))
}

/// What is added to every unit's times: each group of linked units follows its best linked one whose zone is known, an
/// application before a proxy; units without links follow those of their host.
fn settle(units: &[Unit<'_>], links: &Links) -> Vec<i64> {
    let mut offsets: Vec<Option<i64>> = vec![None; units.len()];
    let mut best: BTreeMap<usize, usize> = BTreeMap::new();
    for (unit, pairs) in links.ends() {
        let most = best.entry(unit).or_default();
        *most = (*most).max(pairs + 1);
    }
    let linked = |unit: usize| best.get(&unit).copied();
    let mut roots: Vec<usize> = (0..units.len()).filter(|&unit| linked(unit).is_some()).collect();
    roots.sort_by_key(|&at| {
        let unit = units.get(at);
        (
            unit.is_none_or(|unit| unit.told_ms.is_none()),
            unit.is_none_or(|unit| unit.is_proxy),
            std::cmp::Reverse(linked(at)),
            at,
        )
    });
    for root in roots {
        if offsets.get(root).is_some_and(Option::is_some) {
            continue;
        }
        let before = told(units, root).is_none().then(|| offsets.clone());
        set(&mut offsets, root, told(units, root).unwrap_or(0));
        spread_from(units, links, &mut offsets);
        if let Some(before) = before {
            move_to_others(units, &before, &mut offsets);
        }
    }
    let mut zones = HostZones::default();
    for (unit, offset) in units.iter().zip(&offsets) {
        offset.inspect(|offset| zones.learn(unit, *offset));
    }
    let settled = units.iter().zip(offsets).map(|(unit, offset)| {
        offset.unwrap_or_else(|| {
            let offset = unit.told_ms.unwrap_or_else(|| zones.of(unit));
            zones.learn(unit, offset);
            offset
        })
    });
    settled.collect()
}

fn united(a: (Time, Time), b: (Time, Time)) -> (Time, Time) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// Logs that know each other's zones and no zone at all: one of them is taken to be in the zone that was assumed, namely
/// the one by which they were written while the logs with a zone were.
fn move_to_others(units: &[Unit<'_>], before: &[Option<i64>], offsets: &mut [Option<i64>]) {
    let known = units.iter().filter(|unit| unit.told_ms.is_some());
    let Some((first, last)) = known.filter_map(|unit| unit.span).reduce(united) else {
        return;
    };
    let moved: Vec<usize> = (0..units.len())
        .filter(|&at| before.get(at).is_some_and(Option::is_none) && offsets.get(at).is_some_and(Option::is_some))
        .collect();
    let offset = |at: usize| offsets.get(at).copied().flatten().unwrap_or(0);
    let shared = |shift: i64| -> i64 {
        let spans = moved
            .iter()
            .filter_map(|&at| Some((units.get(at)?.span?, offset(at) + shift)));
        let within = spans.map(|((from, to), shift)| to.plus_ms(shift).min(last).since(from.plus_ms(shift).max(first)).max(0));
        within.sum()
    };
    let candidates = moved.iter().map(|&at| -offset(at));
    let best = candidates.fold(0, |best, shift| if shared(shift) > shared(best) { shift } else { best });
    for at in moved {
        if let Some(Some(offset)) = offsets.get_mut(at) {
            *offset += best;
        }
    }
}

fn told(units: &[Unit<'_>], at: usize) -> Option<i64> {
    units.get(at).and_then(|unit| unit.told_ms)
}

fn set(offsets: &mut [Option<i64>], at: usize, offset: i64) {
    if let Some(place) = offsets.get_mut(at) {
        *place = Some(offset);
    }
}

/// Carries offsets over the links, the best proven first, until nothing new is reached.
fn spread_from(units: &[Unit<'_>], links: &Links, offsets: &mut [Option<i64>]) {
    let get = |offsets: &[Option<i64>], at: usize| offsets.get(at).copied().flatten();
    let mut from = 0;
    while let Some(link) = links.next(offsets, &mut from) {
        match (get(offsets, link.application), get(offsets, link.proxy)) {
            (Some(mine), None) => {
                let skew = if link.lag_ms.abs() > SKEW_IGNORED_MS {
                    -link.lag_ms
                } else {
                    0
                };
                let offset = near_zone(mine + skew, told(units, link.proxy), SKEW_IGNORED_MS);
                set(offsets, link.proxy, offset);
            }
            (None, Some(theirs)) => {
                let offset = theirs + link.lag_ms;
                let offset = near_zone(offset, told(units, link.application), CLOCKS_AGREE_MS);
                set(offsets, link.application, offset);
            }
            _ => break,
        }
    }
}

/// An offset without what is no skew: a clock this near to its own zone's time, or to a whole zone where its zone is not
/// known, is right.
fn near_zone(offset: i64, told: Option<i64>, ignored_ms: i64) -> i64 {
    let right = told.unwrap_or_else(|| nearest_zone_ms(offset));
    if (offset - right).abs() <= ignored_ms { right } else { offset }
}

/// The zones that the logs of each host turned out to be written in: asked by each of a great many logs.
#[derive(Default)]
struct HostZones<'u>(AHashMap<&'u Name, BTreeSet<i64>>);

impl<'u> HostZones<'u> {
    fn learn(&mut self, unit: &'u Unit<'u>, offset: i64) {
        if let Some(host) = unit.host.as_ref().filter(|_| unit.told_ms != Some(0)) {
            self.0.entry(host).or_default().insert(nearest_zone_ms(offset));
        }
    }

    /// The zone of the other logs of a unit's host, where they agree.
    fn of(&self, unit: &Unit<'_>) -> i64 {
        let zones = unit.host.as_ref().and_then(|host| self.0.get(host));
        match zones.map(|zones| (zones.first(), zones.len())) {
            Some((Some(&zone), 1)) => zone,
            _ => 0,
        }
    }
}

/// Whether the application stamps starts: then its durations explain the spread of the pairs' distances.
fn stamps_start(pairs: &[Pair]) -> bool {
    if pairs.len() < PAIRS_NEEDED {
        return false;
    }
    let as_ends = spread(pairs.iter().map(|pair| pair.apart_ms));
    let as_starts = spread(pairs.iter().map(|pair| pair.apart_ms - pair.duration_ms));
    as_starts < START_SPREAD * as_ends
}

/// Interquartile range.
fn spread(values: impl Iterator<Item = i64>) -> f64 {
    let mut values: Vec<i64> = values.collect();
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let mut at = |quarter: usize| *values.select_nth_unstable(last * quarter / 4).1;
    let (third, first) = (at(3), at(1));
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a day fit 53 bits")]
    let spread = third.saturating_sub(first) as f64;
    spread
}

fn median(values: &mut [i64]) -> i64 {
    if values.is_empty() {
        return 0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable(middle).1
}

#[cfg(test)]
mod tests {
    use super::{Pair, stamps_start};

    #[test]
    fn durations_that_explain_the_distance_mean_a_stamp_of_the_start() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i * 700 + (i % 3),
                duration_ms: i * 700,
            })
            .collect();
        assert!(stamps_start(&pairs));
    }

    #[test]
    fn stamps_of_the_end_stay_as_they_are() {
        let pairs: Vec<Pair> = (0..20)
            .map(|i| Pair {
                apart_ms: i % 3,
                duration_ms: i * 700,
            })
            .collect();
        assert!(!stamps_start(&pairs));
    }
}
