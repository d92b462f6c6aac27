//! Clocks: which stamps are starts, how far two hosts' clocks are apart, and in which zone stamps without one were
//! written; told by pairs of records of one attempt.
//!
//! Classification B3.1 and B3.2. Pairs come from the coordinated samples of ids; where no log carries ids, the arrival
//! counts are held against each other ([`by_arrivals`]). Logs that share enough are tied into groups, and each group is set
//! by a log whose zone is known: one that stamps it, or that the user named, or that logs the answers' `date` headers.

mod by_arrivals;
mod links;
mod minutes;
mod nearest;
mod settle;
mod slots;
mod starts;

use super::family::Family;
use super::proxies::ProxyHost;
use super::view::SourceIndex;
use crate::model::{Name, SourceRollup, Time};
use crate::text::timestamp::ZONE_STEP_MS;
use crate::workers::Workers;
use std::collections::BTreeMap;

/// `date` headers that must agree on a zone.
const DATES_NEEDED: u64 = 3;

/// What is known of one source's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::judge::correlate) struct Clock {
    /// Its stamps are starts: durations are added.
    pub(in crate::judge::correlate) stamps_start: bool,
    /// Added to its times.
    pub(in crate::judge::correlate) offset_ms: i64,
}

impl Clock {
    /// A record's end on the common clock.
    pub(in crate::judge::correlate) fn end(self, time: Time, duration_ms: Option<u32>) -> Time {
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
pub(in crate::judge::correlate) fn clocks(
    sources: &[(&Name, &SourceRollup)],
    families: &[Family],
    proxies: &[ProxyHost],
    workers: &Workers,
) -> Vec<Clock> {
    let mut clocks = vec![Clock::default(); sources.len()];
    let units = units(sources, families, proxies);
    let links = links::links(sources, &units, &mut clocks, workers);
    let offsets = settle::settle(sources, &units, &links);
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
