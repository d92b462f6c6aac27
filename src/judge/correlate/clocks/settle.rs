//! What is added to every log's times, once it is known how far they are apart.

use super::Unit;
use super::links::{Links, ToldBy};
use crate::model::{Name, SourceRollup, Time};
use crate::text::timestamp::{ZONE_STEP_MS, nearest_zone_ms};
use ahash::AHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Offsets up to half a second are latency and rounding, not skew (classification B3.2).
const SKEW_IGNORED_MS: i64 = 500;

/// Arrivals, which are counted by five seconds, tell a clock to a second: less is no skew.
const ARRIVALS_TELL_MS: i64 = 1_000;

/// Two applications whose offsets to one proxy differ by more have clocks of their own.
const CLOCKS_AGREE_MS: i64 = 2_000;

/// What is added to every unit's times: each group of linked units follows its best linked one whose zone is known, an
/// application before a proxy; units without links follow those of their host.
pub(super) fn settle(sources: &[(&Name, &SourceRollup)], units: &[Unit<'_>], links: &Links) -> Vec<i64> {
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
    // What only the zone ties says nothing of a clock's seconds, so it comes behind all that is told of itself.
    for &root in roots.iter().filter(|root| told(units, **root).is_some()) {
        if offsets.get(root).is_some_and(Option::is_none) {
            set(&mut offsets, root, told(units, root).unwrap_or(0));
            spread_from(units, links, &mut offsets, ToldBy::Arrivals);
        }
    }
    spread_from(units, links, &mut offsets, ToldBy::Zone);
    for root in roots {
        if offsets.get(root).is_some_and(Option::is_some) {
            continue;
        }
        let before = offsets.clone();
        set(&mut offsets, root, 0);
        spread_from(units, links, &mut offsets, ToldBy::Zone);
        move_to_others((sources, units), &before, &mut offsets);
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

/// Logs that know each other's zones and no zone at all: one of them is taken to be in the zone that was assumed, namely
/// the one by which they were written while the logs with a zone were.
///
/// Each log's own time counts: between the first and the last of all may lie weeks from which there is no log, and within
/// these every zone is as good as another.
fn move_to_others(
    (sources, units): (&[(&Name, &SourceRollup)], &[Unit<'_>]),
    before: &[Option<i64>],
    offsets: &mut [Option<i64>],
) {
    let spans = |unit: &Unit<'_>| -> Vec<(Time, Time)> {
        let logs = unit.counted.iter().filter_map(|&index| sources.get(index));
        logs.filter_map(|(_, rollup)| rollup.span).collect()
    };
    let known = units.iter().filter(|unit| unit.told_ms.is_some());
    let known = Covered::of(known.flat_map(spans).collect());
    let moved: Vec<usize> = (0..units.len())
        .filter(|&at| before.get(at).is_some_and(Option::is_none) && offsets.get(at).is_some_and(Option::is_some))
        .collect();
    let offset = |at: usize| offsets.get(at).copied().flatten().unwrap_or(0);
    let of_moved = |&at: &usize| {
        let spans = units.get(at).map(spans).unwrap_or_default();
        let set = move |(from, to): (Time, Time)| (from.plus_ms(offset(at)), to.plus_ms(offset(at)));
        spans.into_iter().map(set)
    };
    let spans: Vec<(Time, Time)> = moved.iter().flat_map(of_moved).collect();
    let shared = |shift: i64| -> i64 {
        let within = spans
            .iter()
            .map(|(from, to)| known.shared(from.plus_ms(shift), to.plus_ms(shift)));
        within.sum()
    };
    let (mut tried, mut best) = (BTreeSet::from([0]), (shared(0), 0));
    for shift in moved.iter().map(|&at| -offset(at)) {
        if tried.insert(shift) {
            let one = shared(shift);
            best = if one > best.0 { (one, shift) } else { best };
        }
    }
    for at in moved {
        if let Some(Some(offset)) = offsets.get_mut(at) {
            *offset += best.1;
        }
    }
}

/// The times of which some logs tell.
struct Covered(Vec<Stretch>);

/// Its first and last time, and how much the stretches before it cover.
struct Stretch {
    first: Time,
    last: Time,
    before_ms: i64,
}

impl Covered {
    fn of(mut spans: Vec<(Time, Time)>) -> Self {
        spans.sort_unstable();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (first, last) in spans {
            match stretches.last_mut() {
                Some(open) if first <= open.last => open.last = open.last.max(last),
                open => {
                    let before_ms = open.map_or(0, |open| open.before_ms + open.last.since(open.first));
                    stretches.push(Stretch { first, last, before_ms });
                }
            }
        }
        Self(stretches)
    }

    /// How much of the time between two moments they cover.
    fn shared(&self, from: Time, to: Time) -> i64 {
        let up_to = |time: Time| {
            let begun = self.0.partition_point(|stretch| stretch.first <= time);
            let open = begun.checked_sub(1).and_then(|at| self.0.get(at));
            open.map_or(0, |open| open.before_ms + time.min(open.last).since(open.first))
        };
        up_to(to) - up_to(from)
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
fn spread_from(units: &[Unit<'_>], links: &Links, offsets: &mut [Option<i64>], by: ToldBy) {
    let get = |offsets: &[Option<i64>], at: usize| offsets.get(at).copied().flatten();
    let mut from = 0;
    while let Some(link) = links.next(offsets, &mut from, by) {
        match (get(offsets, link.application), get(offsets, link.proxy)) {
            (Some(mine), None) => {
                let ignored_ms = ignored_ms(link.told_by, SKEW_IGNORED_MS);
                let skew = if link.lag_ms.abs() > ignored_ms { -link.lag_ms } else { 0 };
                let offset = near_zone(mine + skew, told(units, link.proxy), ignored_ms);
                set(offsets, link.proxy, offset);
            }
            (None, Some(theirs)) => {
                let offset = theirs + link.lag_ms;
                let ignored_ms = ignored_ms(link.told_by, CLOCKS_AGREE_MS);
                let offset = near_zone(offset, told(units, link.application), ignored_ms);
                set(offsets, link.application, offset);
            }
            _ => break,
        }
    }
}

/// How much of an offset is no skew, where pairs would tell it to `by_ids_ms`.
fn ignored_ms(told_by: ToldBy, by_ids_ms: i64) -> i64 {
    match told_by {
        ToldBy::Ids => by_ids_ms,
        ToldBy::Arrivals => ARRIVALS_TELL_MS,
        ToldBy::Zone => ZONE_STEP_MS / 2,
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

#[cfg(test)]
mod tests {
    use super::Covered;
    use crate::model::Time;

    #[test]
    fn between_two_logs_lies_nothing_that_they_cover() {
        let covered = Covered::of(
            [(500, 600), (0, 10), (5, 20)]
                .map(|(from, to)| (Time(from), Time(to)))
                .to_vec(),
        );
        let shared = |from, to| covered.shared(Time(from), Time(to));
        assert_eq!((shared(-5, 8), shared(15, 510), shared(100, 400)), (8, 15, 0));
        assert_eq!(
            (
                shared(-9, 900),
                shared(700, 900),
                Covered::of(Vec::new()).shared(Time(0), Time(9))
            ),
            (120, 0, 0)
        );
    }
}
