//! How long successes took before a window and in it, as the logs of the applications tell it, or else those of proxies.

use crate::judge::Selection;
use crate::model::{Attributes, Name, Rollup, TOOK_SECONDS, Time, Took, TookClass, Vantage, Window};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much before a window is compared with it: long enough to be usual, short enough to be the same time of day.
const BEFORE_MS: i64 = 3_600_000;

/// Fewer durations than this have no 95th percentile.
const ENOUGH: u64 = 5;

/// Durations of one kind of log, by time.
type Told = Vec<(Time, Arc<Attributes>, TookClass, u32)>;

/// The durations of all successes.
pub(in crate::judge) struct Durations {
    /// The applications' view first.
    by_vantage: [Told; 2],
}

impl Durations {
    /// The durations that the sources tell around these windows, with their clocks corrected.
    pub(in crate::judge) fn of(
        rollup: &Rollup,
        offsets_ms: &BTreeMap<Name, i64>,
        selection: &Selection,
        windows: &[Window],
    ) -> Self {
        let from = windows.iter().map(|window| window.start.plus_ms(-2 * BEFORE_MS)).min();
        let to = windows.iter().map(|window| window.end.plus_ms(BEFORE_MS)).max();
        let is_near = |time: Time| from.is_some_and(|from| time >= from) && to.is_some_and(|to| time <= to);
        let told = |is_ours: fn(Vantage) -> bool| {
            let sources = rollup.sources.iter();
            let sources = sources.filter(|(_, source)| source.vantage.is_some_and(is_ours));
            let mut told: Told = sources
                .flat_map(|(name, source)| {
                    let offset = offsets_ms.get(name).copied().unwrap_or(0);
                    let told = source.cells.took();
                    told.map(move |(time, attributes, class, count)| (time.plus_ms(offset), attributes, class, count))
                })
                .filter(|(time, attributes, ..)| is_near(*time) && selection.takes(attributes))
                .map(|(time, attributes, class, count)| (time, Arc::clone(attributes), class, count))
                .collect();
            told.sort_by_key(|(time, ..)| *time);
            told
        };
        Self {
            by_vantage: [
                told(|vantage| vantage != Vantage::Proxy),
                told(|vantage| vantage == Vantage::Proxy),
            ],
        }
    }

    /// How long the scope's successes took before the window, and in it.
    pub(super) fn around(&self, window: &Window) -> (Option<Took>, Option<Took>) {
        let stretch = TOOK_SECONDS * 1000;
        let scope = window.scope.counted(window.told_by_failures);
        let took = |told: &Told, from: Time, to: Time| {
            let first = told.partition_point(|(time, ..)| *time < from);
            let inside = told.iter().skip(first).take_while(|(time, ..)| *time < to);
            let mut counts: BTreeMap<TookClass, u64> = BTreeMap::new();
            for (_, _, class, count) in inside.filter(|(_, attributes, ..)| scope.holds(attributes)) {
                *counts.entry(*class).or_default() += u64::from(*count);
            }
            percentiles(&counts)
        };
        for told in &self.by_vantage {
            // A stretch belongs to the time before in which its middle lies; to the window only where it is whole in it, for
            // the successes just before and after are many, and those within few.
            let from = window.start.plus_ms(-stretch / 2);
            let inside = took(told, window.start, window.end.plus_ms(1 - stretch));
            let around = (took(told, from.plus_ms(-BEFORE_MS), from), inside);
            if around != (None, None) {
                return around;
            }
        }
        (None, None)
    }
}

/// Percentiles from classes, as if the durations of a class were spread evenly over it.
fn percentiles(counts: &BTreeMap<TookClass, u64>) -> Option<Took> {
    let of: u64 = counts.values().sum();
    let at = |percent: u64| {
        let rank = (of * percent).div_ceil(100);
        let mut before = 0;
        counts.iter().find_map(|(class, count)| {
            let (from, to) = class.bounds();
            let place = rank.saturating_sub(before);
            before += count;
            (before >= rank).then(|| from + (to - from) * place / (*count).max(1))
        })
    };
    (of >= ENOUGH).then_some(())?;
    Some(Took {
        of,
        p50_ms: at(50)?,
        p95_ms: at(95)?,
    })
}

#[cfg(test)]
mod tests {
    use super::percentiles;
    use crate::model::TookClass;
    use std::collections::BTreeMap;

    #[test]
    fn percentiles_are_within_their_class() {
        let mut counts = BTreeMap::new();
        for ms in 1..=1000 {
            *counts.entry(TookClass::of(ms)).or_default() += 1;
        }
        let took = percentiles(&counts).unwrap();
        assert!(
            (480..=520).contains(&took.p50_ms) && (920..=1000).contains(&took.p95_ms),
            "{took:?}"
        );
    }

    #[test]
    fn few_durations_have_no_percentiles() {
        assert_eq!(percentiles(&BTreeMap::from([(TookClass::of(7), 4)])), None);
    }
}
