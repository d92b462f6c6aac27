//! Calls that went well at last: what their own logs say of it, and what a second look found.

use super::addresses::Addresses;
use super::assemble::Assembled;
use super::clocks::Clock;
use super::cover::{Cover, Covers};
use super::family::Family;
use super::proxies::ProxyHost;
use super::view::SourceIndex;
use crate::model::{Attributes, Instant, Millis, Name, Outcome, SourceRollup, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What went well at last, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// When each caller id's call went well.
    pub(super) by_id: BTreeMap<Name, Vec<Went>>,
    /// Retries that went well and have a number and no id, by time.
    pub(super) numbered: Vec<Numbered>,
}

/// A success with a caller's id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Went {
    /// When, on the common clock.
    pub(super) time: Time,
    /// Its number says that it was a retry, and it was counted as one.
    pub(super) is_numbered: bool,
}

/// When each caller id's call went well, as far as the applications tell and the second look found it, on the common clock.
pub(super) fn by_id(
    assembled: &[Assembled],
    families: &[Family],
    (sources, clocks): (&[(&Name, &SourceRollup)], &[Clock]),
) -> BTreeMap<Name, Vec<Went>> {
    let mut saved: BTreeMap<Name, Vec<Went>> = BTreeMap::new();
    let mut add = |id: Option<&str>, time: Time, is_numbered: bool| {
        if let Some(id) = id {
            saved.entry(Name::from(id)).or_default().push(Went { time, is_numbered });
        }
    };
    let common = |source: usize, time: Time, until_ms: u32| {
        let clock = clocks.get(source).copied().unwrap_or_default();
        clock.end(time, Some(until_ms))
    };
    for one in assembled {
        for recovered in &one.recovered {
            let first = one.views.get(recovered.first);
            let time = common(recovered.source, recovered.time, recovered.until_ms);
            add(
                first.and_then(|view| view.ids.x_client_request_id()),
                time,
                recovered.by.is_none(),
            );
        }
    }
    for &source in families.iter().flat_map(|family| &family.sources) {
        for seen in sources.get(source).map_or(&[][..], |(_, rollup)| &rollup.observations) {
            if seen.outcome == Outcome::Success && seen.attempt != Some(1) {
                let until = seen.duration_ms.filter(|_| seen.instant == Instant::Unknown);
                let time = common(source, seen.time, until.map_or(0, Millis::get));
                add(seen.ids.x_client_request_id(), time, seen.attempt.is_some());
            }
        }
    }
    saved
}

/// The same with what the proxies saw go well. Their numbers were counted where no application's counts stand for theirs.
pub(super) fn with_those_of_proxies(
    mut saved: BTreeMap<Name, Vec<Went>>,
    proxies: &[ProxyHost],
    covers: &Covers,
) -> BTreeMap<Name, Vec<Went>> {
    for (host, proxy) in proxies.iter().enumerate() {
        for view in &proxy.successes {
            let Some(id) = view.ids.x_client_request_id() else { continue };
            let is_counted = || covers.of(host, view) == Cover::None;
            saved.entry(Name::from(id)).or_default().push(Went {
                time: view.time,
                is_numbered: view.number.is_some() && is_counted(),
            });
        }
    }
    saved
}

/// A retry that went well and has a number: when, of what, and the number.
pub(super) type Numbered = (Time, Arc<Attributes>, u16);

/// The retries of applications that went well, have a number, and nothing else that tells their call; each with the number of
/// its family.
pub(super) fn numbered(families: &[Family], sources: &[(&Name, &SourceRollup)], clocks: &[Clock]) -> Vec<(usize, Numbered)> {
    let mut found = Vec::new();
    let members = |(number, family): (usize, &Family)| -> Vec<(usize, SourceIndex)> {
        family.sources.iter().map(|&index| (number, index)).collect()
    };
    for (family, index) in families.iter().enumerate().flat_map(members) {
        let Some((_, rollup)) = sources.get(index) else { continue };
        let offset = clocks.get(index).map_or(0, |clock| clock.offset_ms);
        for seen in rollup.observations.iter().filter(|seen| seen.outcome == Outcome::Success) {
            let nameless = seen.ids.x_client_request_id().is_none() && seen.ids.sdk().is_none();
            if let (Some(number @ 2..), true) = (seen.attempt, nameless) {
                found.push((family, (seen.time.plus_ms(offset), Arc::clone(&seen.attributes), number)));
            }
        }
    }
    found
}

/// The same by time, sent where their application's other calls were: so they are of one slice with the failures before them.
pub(super) fn sent(numbered: Vec<(usize, Numbered)>, addresses: &Addresses) -> Vec<Numbered> {
    let fill = |(family, (time, attributes, number)): (usize, Numbered)| (time, addresses.filled(family, &attributes), number);
    let mut filled: Vec<Numbered> = numbered.into_iter().map(fill).collect();
    filled.sort();
    filled
}
