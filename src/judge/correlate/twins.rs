//! Which of a proxy host's access logs count, and which are the twin of one that does: the same exchanges, written twice.

use super::by_hash::ByHash;
use super::view::SourceIndex;
use crate::model::{Dimension, Grain, Name, SourceRollup, Time};
use crate::text::timestamp::{ZONE_STEP_MS, nearest_zone_ms};
use std::collections::{BTreeMap, BTreeSet};

/// Share of a log's successes that must stand in the other for the two to be one (classification B3.4a: 90 %).
const SAME_TRAFFIC_SHARE: f64 = 0.9;

/// Milliseconds within which two logs without ids must count alike: longer than any request takes.
const COUNTED_TOGETHER_MS: i64 = 600_000;

/// The widest zone is 14 hours from UTC, in quarters.
pub(super) const WIDEST_ZONE: i64 = 56;

/// How far two logs of one proxy may count apart, as a share of what two proxies with like loads differ by. Requests of a
/// minute in bins of ten put sqrt(1/10) = 0.32 of it between twins; two proxies are at 1.
const TWINS_APART: f64 = 0.6;

/// The access logs of one host, those that tell most first: each counts, or is the twin of one that does, which a zone is
/// to be added to.
pub(super) struct AccessLogs(pub(super) Vec<(SourceIndex, Option<i64>)>);

impl AccessLogs {
    pub(super) fn of(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> Self {
        let rollup = |index: SourceIndex| sources.get(index).map(|(_, rollup)| *rollup);
        let is_access = |rollup: &SourceRollup| {
            !rollup.cells.is_empty() || rollup.observations.iter().any(|seen| seen.grain == Grain::Attempt)
        };
        let mut access: Vec<(SourceIndex, &SourceRollup)> = members
            .iter()
            .filter_map(|&index| Some((index, rollup(index).filter(|rollup| is_access(rollup))?)))
            .collect();
        // The log that tells most goes first: ids, then records, then the name.
        access.sort_by_key(|(index, rollup)| {
            let told = (rollup.provider_ids.len() + rollup.client_ids.len(), rollup.records);
            (std::cmp::Reverse(told), *index)
        });
        let mut known = KnownLogs::default();
        let has_others = access.len() > 1;
        let told = access.into_iter().map(|(index, mine)| {
            // A lone log has no twin.
            let twin = has_others.then(|| known.twin_or_push(mine)).flatten();
            (index, twin)
        });
        Self(told.collect())
    }

    /// Those whose successes count.
    pub(super) fn counted(&self) -> impl Iterator<Item = SourceIndex> {
        self.0.iter().filter(|(_, twin)| twin.is_none()).map(|(index, _)| *index)
    }
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
    /// The zone to be added to a log that has a twin; one that has none is known from now on.
    fn twin_or_push(&mut self, mine: &'a SourceRollup) -> Option<i64> {
        let counted = Counted::of(mine);
        let twin = self.twin_of(mine, &counted);
        if twin.is_none() {
            self.push(mine, counted);
        }
        twin
    }

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
    let endpoints: Vec<Option<&Name>> = rollup
        .cells
        .combinations()
        .map(|attributes| attributes.get(Dimension::Endpoint))
        .collect();
    let mut counts = Counts::new();
    // Those of one bin stand together, and are summed by their numbers first.
    let mut sums = vec![0_u64; endpoints.len()];
    let bin = |time: Time| time.plus_ms(shift).0.div_euclid(COUNTED_TOGETHER_MS);
    let mut cells = rollup.cells.counted().peekable();
    let mut met: Vec<usize> = Vec::new();
    while let Some((time, _, tuple, cell)) = cells.next() {
        let tuple = usize::from(tuple);
        if let Some(sum) = sums.get_mut(tuple).filter(|_| cell.ok > 0) {
            if *sum == 0 {
                met.push(tuple);
            }
            *sum += u64::from(cell.ok);
        }
        let bin_of = bin(time);
        if cells.peek().is_none_or(|(next, ..)| bin(*next) != bin_of) {
            for tuple in met.drain(..) {
                let sum = sums.get_mut(tuple).map_or(0, std::mem::take);
                let endpoint = endpoints.get(tuple).copied().flatten();
                *counts.entry((bin_of, endpoint.cloned())).or_default() += sum;
            }
        }
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
