//! The proxies' logs: which of them are one vantage, and what an error log adds to an access log.
//!
//! Logs of one host about the same exchanges are one vantage (classification B3.4a): the one that tells more counts,
//! the other only adds. An error log adds facts to attempts and no attempts, unless no access log covers them.

use super::by_hash::ByHash;
use super::view::{Merged, SourceIndex, View, surer};
use crate::model::{Dimension, Fact, Grain, Name, Observation, Outcome, SourceRollup, Time, TransportError, Vantage};
use crate::text::timestamp::{ZONE_STEP_MS, nearest_zone_ms};
use std::collections::{BTreeMap, BTreeSet};

/// Share of a log's successes that must stand in the other for the two to be one (classification B3.4a: 90 %).
const SAME_TRAFFIC_SHARE: f64 = 0.9;

/// Milliseconds within which two logs without ids must count alike: longer than any request takes.
const COUNTED_TOGETHER_MS: i64 = 600_000;

/// The widest zone is 14 hours from UTC, in quarters.
const WIDEST_ZONE: i64 = 56;

/// Errors that must be at a failure's time to tell a zone.
const DETAILS_NEEDED: usize = 3;

/// Errors looked at to tell a zone.
const DETAILS_LOOKED_AT: usize = 2_000;

/// How far two logs of one proxy may count apart, as a share of what two proxies with like loads differ by. Requests of a
/// minute in bins of ten put sqrt(1/10) = 0.32 of it between twins; two proxies are at 1.
const TWINS_APART: f64 = 0.6;

/// Milliseconds between two records of one exchange in two logs of one proxy: one may print whole seconds.
const SAME_EXCHANGE_MS: i64 = 2_000;

/// One proxy host and its logs.
#[derive(Clone, Debug, Default)]
pub(super) struct ProxyHost {
    /// The sources whose successes count: no two of them about the same traffic.
    pub(super) counted: Vec<SourceIndex>,
    /// All its sources.
    pub(super) sources: Vec<SourceIndex>,
    /// Its attempts that did not end well.
    pub(super) views: Vec<View>,
    /// Ends of recovered or healthy attempts that were asked for: caller id and time.
    pub(super) successes: Vec<View>,
    /// What is to be added to the times of a log without a zone, beside what its host's others need.
    pub(super) shifts: BTreeMap<SourceIndex, i64>,
}

/// Groups the proxy sources by host and puts each host's logs together.
pub(super) fn hosts(sources: &[(&Name, &SourceRollup)]) -> Vec<ProxyHost> {
    let mut by_host: BTreeMap<(bool, &str), Vec<SourceIndex>> = BTreeMap::new();
    for (index, (name, rollup)) in sources.iter().enumerate() {
        if rollup.vantage == Some(Vantage::Proxy) {
            let directory = || name.rsplit_once('/').map_or("", |(directory, _)| directory);
            let key = match &rollup.host {
                Some(host) => (true, &**host),
                None => (false, directory()),
            };
            by_host.entry(key).or_default().push(index);
        }
    }
    let mut hosts = Vec::new();
    for ((named, _), members) in by_host {
        let together = host(&members, sources);
        if named || together.counted.len() <= 1 {
            hosts.push(together);
        } else {
            // One directory with the logs of several proxies: nothing says which error log is whose.
            hosts.extend(members.iter().map(|member| host(&[*member], sources)));
        }
    }
    hosts
}

fn host(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> ProxyHost {
    let mut host = ProxyHost {
        sources: members.to_vec(),
        ..ProxyHost::default()
    };
    let mut merged = Merged::default();
    let rollup = |index: SourceIndex| sources.get(index).map(|(_, rollup)| *rollup);
    let is_access =
        |rollup: &SourceRollup| !rollup.cells.is_empty() || rollup.observations.iter().any(|seen| seen.grain == Grain::Attempt);
    let mut access: Vec<SourceIndex> = members
        .iter()
        .copied()
        .filter(|&index| rollup(index).is_some_and(is_access))
        .collect();
    // The log that tells most goes first: ids, then records, then the name.
    access.sort_by_key(|&index| {
        let told = rollup(index).map_or((0, 0), |rollup| {
            (rollup.provider_ids.len() + rollup.client_ids.len(), rollup.records)
        });
        (std::cmp::Reverse(told), index)
    });
    let mut known = KnownLogs::default();
    for index in access.iter().copied() {
        let Some(mine) = rollup(index) else { continue };
        let mine_counted = Counted::of(mine);
        let twin = known.twin_of(mine, &mine_counted);
        let shift = twin.unwrap_or(0);
        if shift != 0 {
            host.shifts.insert(index, shift);
        }
        let views = mine
            .observations
            .iter()
            .filter(|seen| seen.grain == Grain::Attempt)
            .map(|seen| View::of(index, seen));
        let (successes, failures): (Vec<View>, Vec<View>) = views
            .filter(|view| view.outcome != Outcome::Unsaid)
            .partition(|view| view.outcome == Outcome::Success);
        if twin.is_some() {
            add_twin(&mut host.views, failures, shift, &mut merged);
        } else {
            host.counted.push(index);
            known.push(mine, mine_counted);
            host.views.extend(failures);
            host.successes.extend(successes);
        }
    }
    let covered: Vec<(Time, Time)> = host.counted.iter().filter_map(|&index| rollup(index)?.span).collect();
    for index in members.iter().copied() {
        let Some(rollup) = rollup(index) else { continue };
        let shift = zone_shift(&host, index, rollup, sources, &covered);
        if shift != 0 {
            host.shifts.insert(index, shift);
        }
        add_details(&mut host.views, (index, rollup, shift), &covered, &mut merged);
    }
    host.views
        .sort_by_key(|view| (view.time, view.source, view.lines.first().copied()));
    host
}

/// A log's successes by ten minutes and endpoint, and all of them.
struct Counted {
    counts: Counts,
    all: u64,
}

impl Counted {
    fn of(rollup: &SourceRollup) -> Self {
        let counts = counts(rollup, 0);
        let all = counts.values().sum();
        Self { counts, all }
    }

    /// Whether the two are near enough in number to be one, whatever their zones.
    fn may_be(&self, other: &Self) -> bool {
        let (few, many) = (self.all.min(other.all), self.all.max(other.all));
        many > 0 && share(few, many) >= SAME_TRAFFIC_SHARE
    }
}

/// The logs of a host that count, and what finds a further log's twin among them: a directory may hold thousands, of which
/// few share anything.
#[derive(Default)]
struct KnownLogs<'a> {
    logs: Vec<(&'a SourceRollup, Counted)>,
    /// Places in `logs`, by provider id.
    by_id: ByHash<usize>,
}

impl<'a> KnownLogs<'a> {
    fn push(&mut self, rollup: &'a SourceRollup, counted: Counted) {
        for (hash, _) in rollup.provider_ids.iter() {
            self.by_id.add(hash, self.logs.len());
        }
        self.logs.push((rollup, counted));
    }

    /// The zone to be added to a log that is about the same exchanges as a known one; none where there is no such.
    fn twin_of(&self, mine: &SourceRollup, counted: &Counted) -> Option<i64> {
        let shared = mine.provider_ids.iter().flat_map(|(hash, _)| self.by_id.get(hash));
        let shared: BTreeSet<usize> = shared.copied().collect();
        let has_ids = !mine.provider_ids.is_empty();
        let may_be = |(at, (other, theirs)): &(usize, &(&SourceRollup, Counted))| {
            if has_ids && !other.provider_ids.is_empty() {
                shared.contains(at)
            } else {
                counted.may_be(theirs)
            }
        };
        let candidates = self.logs.iter().enumerate().filter(may_be);
        candidates
            .filter_map(|(_, (other, theirs))| same_traffic((mine, counted), (other, theirs)))
            .next()
    }
}

/// Whether two logs are about the same exchanges, by ids where both carry them, else by their counts; and which whole
/// zone is to be added to the first one's times, where its own is not known and the other's is.
fn same_traffic((mine, my_counts): (&SourceRollup, &Counted), (other, their_counts): (&SourceRollup, &Counted)) -> Option<i64> {
    let lacks_zone = mine.zone_assumed && !other.zone_assumed;
    let (few, many) = (mine.provider_ids.len(), other.provider_ids.len());
    if few.min(many) > 0 {
        let mut apart: Vec<i64> = mine
            .provider_ids
            .iter()
            .filter_map(|(hash, seen)| Some(other.provider_ids.get(hash)?.time.since(seen.time)))
            .collect();
        apart.sort_unstable();
        let middle = apart.get(apart.len() / 2).copied().unwrap_or(0);
        let zone = nearest_zone_ms(middle);
        let is_same = share(apart.len() as u64, few.min(many) as u64) >= SAME_TRAFFIC_SHARE;
        return is_same.then_some(if lacks_zone { zone } else { 0 });
    }
    let theirs = &their_counts.counts;
    if counts_alike(&my_counts.counts, theirs) {
        return Some(0);
    }
    let zones = (-WIDEST_ZONE..=WIDEST_ZONE).map(|quarters| quarters * ZONE_STEP_MS);
    let mut zones = zones.filter(|shift| lacks_zone && counts_alike(&counts(mine, *shift), theirs));
    zones.next()
}

/// Successes by ten minutes and endpoint.
type Counts = BTreeMap<(i64, Option<Name>), u64>;

/// One log may stamp starts and the other ends, so that five seconds would tell them apart.
fn counts(rollup: &SourceRollup, shift: i64) -> Counts {
    let mut counts = Counts::new();
    for (time, _, attributes, cell) in rollup.cells.in_order() {
        let bin = time.plus_ms(shift).0.div_euclid(COUNTED_TOGETHER_MS);
        *counts.entry((bin, attributes.get(Dimension::Endpoint).cloned())).or_default() += u64::from(cell.ok);
    }
    counts
}

/// Whether two logs without ids count so nearly the same that they are one. Two proxies with half of the traffic each
/// count nearly the same as well, but as chance has it: two Poisson counts of mean m differ by 2 sqrt(m / pi) on average
/// (their difference is nearly normal, with variance 2 m), and twins only by what is on its way at a border.
fn counts_alike(a: &Counts, b: &Counts) -> bool {
    let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    let (mut both, mut apart, mut by_chance) = (0, 0, 0.0);
    for key in keys {
        let (a, b) = (a.get(key).copied().unwrap_or(0), b.get(key).copied().unwrap_or(0));
        both += a.min(b);
        apart += a.abs_diff(b);
        #[expect(clippy::cast_precision_loss, reason = "an expectation needs no more than 53 bits")]
        let mean = (a + b) as f64 / 2.0;
        by_chance += 2.0 * (mean / std::f64::consts::PI).sqrt();
    }
    let longer = a.values().sum::<u64>().max(b.values().sum());
    #[expect(clippy::cast_precision_loss, reason = "an expectation needs no more than 53 bits")]
    let nearer_than_chance = (apart as f64) <= by_chance * TWINS_APART;
    longer > 0 && share(both, longer) >= SAME_TRAFFIC_SHARE && nearer_than_chance
}

fn share(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = part as f64 / whole as f64;
    share
}

/// Adds the views of a second log of the same exchanges: each to its nearest twin, none by itself.
fn add_twin(views: &mut [View], twins: Vec<View>, shift: i64, merged: &mut Merged) {
    let mut taken = BTreeSet::new();
    for twin in twins {
        let time = twin.time.plus_ms(shift);
        let same = |view: &View| {
            view.source != twin.source
                && view.outcome == twin.outcome
                && view.attributes.get(Dimension::Endpoint) == twin.attributes.get(Dimension::Endpoint)
                && view.time.since(time).abs() <= SAME_EXCHANGE_MS
        };
        let nearest = views
            .iter()
            .enumerate()
            .filter(|(at, view)| !taken.contains(at) && same(view))
            .min_by_key(|(at, view)| (view.time.since(time).abs(), *at));
        if let Some((at, _)) = nearest {
            taken.insert(at);
            if let Some(view) = views.get_mut(at) {
                view.add_ids(&twin.ids);
                view.fill_attributes(&twin.attributes, merged);
                view.fact = surer(view.fact, twin.fact);
                view.upstream = view.upstream.take().or(twin.upstream);
            }
        }
    }
}

/// What an error log says of exchanges.
fn details(rollup: &SourceRollup) -> impl Iterator<Item = &Observation> {
    let seen = rollup.observations.iter();
    seen.filter(|seen| seen.grain == Grain::Detail && seen.outcome != Outcome::Unsaid)
}

/// How far an error log without a zone is from its host's access log, which has one: by which whole zone most of its
/// errors are at a failure's time. An access log of the host that has no zone either is written in the same.
fn zone_shift(
    host: &ProxyHost,
    index: SourceIndex,
    rollup: &SourceRollup,
    sources: &[(&Name, &SourceRollup)],
    covered: &[(Time, Time)],
) -> i64 {
    if !rollup.zone_assumed || host.counted.contains(&index) {
        return 0;
    }
    let has_zone = |at: &SourceIndex| sources.get(*at).is_some_and(|(_, rollup)| !rollup.zone_assumed);
    if !host.counted.iter().any(has_zone) {
        return 0;
    }
    let mut failures: Vec<Time> = host.views.iter().map(|view| view.time).collect();
    failures.sort_unstable();
    // A second look's successes are no errors: before it and after it the zone comes out the same.
    let errors = || details(rollup).filter(|seen| seen.outcome != Outcome::Success);
    let matched = |shift: i64| {
        let at_a_failure = |seen: &&Observation| {
            let time = seen.time.plus_ms(shift);
            let near = failures.partition_point(|failure| failure.plus_ms(SAME_EXCHANGE_MS) < time);
            failures
                .get(near)
                .is_some_and(|failure| failure.since(time) <= SAME_EXCHANGE_MS)
        };
        errors().take(DETAILS_LOOKED_AT).filter(at_a_failure).count()
    };
    let as_read = matched(0);
    // Errors from when nothing was logged at all are in another zone, however few they are.
    let is_within = |seen: &Observation| covered.iter().any(|(first, last)| (*first..=*last).contains(&seen.time));
    let needed = if errors().any(is_within) { DETAILS_NEEDED } else { 1 };
    let best = (-WIDEST_ZONE..=WIDEST_ZONE)
        .map(|quarters| (matched(quarters * ZONE_STEP_MS), std::cmp::Reverse(quarters.abs()), quarters))
        .max();
    match best {
        Some((most, _, quarters)) if most >= needed && most > 2 * as_read => quarters * ZONE_STEP_MS,
        _ => 0,
    }
}

/// Adds what an error log says.
fn add_details(
    views: &mut Vec<View>,
    (index, rollup, shift): (SourceIndex, &SourceRollup, i64),
    covered: &[(Time, Time)],
    merged: &mut Merged,
) {
    for seen in details(rollup) {
        let time = seen.time.plus_ms(shift);
        // A log that holds both its answers and its errors (a gateway's) names an id with the error, and the error comes
        // with the answer's own end; an error log beside an access log knows better how it ended.
        // Older ones (LiteLLM 1.63) name no id of theirs, but the provider's, or the model that the answer lacks.
        let own_end = |view: &View| {
            let lacks = |dimension| seen.attributes.get(dimension).is_some() && view.attributes.get(dimension).is_none();
            let tells = seen.ids.x_request_id.is_some() || lacks(Dimension::Model);
            view.outcome.status() == seen.outcome.status()
                && (seen.ids.gateway_request_id.is_some() || (tells && view.ids.x_request_id.is_none()))
        };
        let about = |view: &View| {
            let agree = |dimension| match (view.attributes.get(dimension), seen.attributes.get(dimension)) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            let is_open = if view.source == index {
                own_end(view) && view.ids.gateway_request_id.is_none() && !view.lines.contains(&seen.line)
            } else {
                view.outcome.is_failure()
            };
            is_open && agree(Dimension::Client) && agree(Dimension::Endpoint) && view.time.since(time).abs() <= SAME_EXCHANGE_MS
        };
        let nearest = views
            .iter_mut()
            .filter(|view| about(view))
            .min_by_key(|view| view.time.since(time).abs());
        if let Some(view) = nearest {
            if view.source == index {
                // Which kind of 429 it was, only the error tells.
                view.outcome = seen.outcome;
                view.add(seen, merged);
                continue;
            }
            // The error log knows what happened; the access log only which status it led to.
            if !view
                .fact
                .is_some_and(|fact| matches!(fact, Fact::ProviderId | Fact::ProviderBody))
            {
                view.fact = seen.fact.or(view.fact);
            }
            view.lines.push(seen.line);
            continue;
        }
        let in_access_log = covered.iter().any(|(first, last)| (*first..=*last).contains(&time));
        let died_after_200 = seen.outcome == Outcome::Transport(TransportError::StreamAbort);
        if !in_access_log || died_after_200 {
            let mut view = View::of(index, seen);
            view.counted_as_success = in_access_log && died_after_200;
            views.push(view);
        }
    }
}
