//! The proxies' logs: which of them are one vantage, and what an error log adds to an access log.
//!
//! Logs of one host about the same exchanges are one vantage (classification B3.4a): the one that tells more counts,
//! the other only adds. An error log adds facts to attempts and no attempts, unless no access log covers them.

use super::view::{SourceIndex, View, surer};
use crate::model::{Dimension, Fact, Grain, Name, Outcome, SourceRollup, Time, TransportError, Vantage};
use std::collections::{BTreeMap, BTreeSet};

/// Share of a log's successes that must stand in the other for the two to be one (classification B3.4a: 90 %).
const SAME_TRAFFIC_SHARE: f64 = 0.9;

/// Milliseconds within which two logs without ids must count alike: longer than any request takes.
const COUNTED_TOGETHER_MS: i64 = 600_000;

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
    for index in access.iter().copied() {
        let Some(mine) = rollup(index) else { continue };
        let twin = host
            .counted
            .iter()
            .copied()
            .find(|&other| rollup(other).is_some_and(|other| same_traffic(mine, other)));
        let views = mine
            .observations
            .iter()
            .filter(|seen| seen.grain == Grain::Attempt)
            .map(|seen| View::of(index, seen));
        let (successes, failures): (Vec<View>, Vec<View>) = views
            .filter(|view| view.outcome != Outcome::Unsaid)
            .partition(|view| view.outcome == Outcome::Success);
        if twin.is_some() {
            add_twin(&mut host.views, failures);
        } else {
            host.counted.push(index);
            host.views.extend(failures);
            host.successes.extend(successes);
        }
    }
    let covered: Vec<(Time, Time)> = access.iter().filter_map(|&index| rollup(index)?.span).collect();
    for index in members.iter().copied() {
        add_details(&mut host.views, index, rollup(index), &covered);
    }
    host.views
        .sort_by_key(|view| (view.time, view.source, view.lines.first().copied()));
    host
}

/// Whether two logs are about the same exchanges: by ids where both carry them, else by their counts.
fn same_traffic(a: &SourceRollup, b: &SourceRollup) -> bool {
    let (few, many) = if a.provider_ids.len() <= b.provider_ids.len() {
        (&a.provider_ids, &b.provider_ids)
    } else {
        (&b.provider_ids, &a.provider_ids)
    };
    if !few.is_empty() {
        let shared = few.iter().filter(|(hash, _)| many.get(*hash).is_some()).count();
        return share(shared as u64, few.len() as u64) >= SAME_TRAFFIC_SHARE;
    }
    counts_alike(&counts(a), &counts(b))
}

/// Successes by ten minutes and endpoint.
type Counts = BTreeMap<(i64, Option<Name>), u64>;

/// One log may stamp starts and the other ends, so that five seconds would tell them apart.
fn counts(rollup: &SourceRollup) -> Counts {
    let mut counts = Counts::new();
    for (time, _, attributes, cell) in rollup.cells.in_order() {
        let bin = time.0.div_euclid(COUNTED_TOGETHER_MS);
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
fn add_twin(views: &mut [View], twins: Vec<View>) {
    let mut taken = BTreeSet::new();
    for twin in twins {
        let same = |view: &View| {
            view.source != twin.source
                && view.outcome == twin.outcome
                && view.attributes.get(Dimension::Endpoint) == twin.attributes.get(Dimension::Endpoint)
                && view.time.since(twin.time).abs() <= SAME_EXCHANGE_MS
        };
        let nearest = views
            .iter()
            .enumerate()
            .filter(|(at, view)| !taken.contains(at) && same(view))
            .min_by_key(|(at, view)| (view.time.since(twin.time).abs(), *at));
        if let Some((at, _)) = nearest {
            taken.insert(at);
            if let Some(view) = views.get_mut(at) {
                view.add_ids(&twin.ids);
                view.fill_attributes(&twin.attributes);
                view.fact = surer(view.fact, twin.fact);
                view.upstream = view.upstream.take().or(twin.upstream);
            }
        }
    }
}

/// Adds what an error log says.
fn add_details(views: &mut Vec<View>, index: SourceIndex, rollup: Option<&SourceRollup>, covered: &[(Time, Time)]) {
    let Some(rollup) = rollup else { return };
    for seen in rollup
        .observations
        .iter()
        .filter(|seen| seen.grain == Grain::Detail && seen.outcome != Outcome::Unsaid)
    {
        // A log that holds both its answers and its errors (a gateway's) names an id with the error, and the error comes
        // with the answer's own end; an error log beside an access log knows better how it ended.
        let own_end = |view: &View| view.outcome.status() == seen.outcome.status() && seen.ids.gateway_request_id.is_some();
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
            is_open
                && agree(Dimension::Client)
                && agree(Dimension::Endpoint)
                && view.time.since(seen.time).abs() <= SAME_EXCHANGE_MS
        };
        let nearest = views
            .iter_mut()
            .filter(|view| about(view))
            .min_by_key(|view| view.time.since(seen.time).abs());
        if let Some(view) = nearest {
            if view.source == index {
                // Which kind of 429 it was, only the error tells.
                view.outcome = seen.outcome;
                view.add(seen);
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
        let in_access_log = covered.iter().any(|(first, last)| (*first..=*last).contains(&seen.time));
        let died_after_200 = seen.outcome == Outcome::Transport(TransportError::StreamAbort);
        if !in_access_log || died_after_200 {
            let mut view = View::of(index, seen);
            view.counted_as_success = in_access_log && died_after_200;
            views.push(view);
        }
    }
}
