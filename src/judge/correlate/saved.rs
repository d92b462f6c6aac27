//! Calls that went well at last: what their own logs say of it, and what a second look found.

use super::addresses::Addresses;
use super::assemble::Assembled;
use super::clocks::Clock;
use super::family::Family;
use super::proxies::ProxyHost;
use super::view::SourceIndex;
use crate::model::{Attributes, Name, Outcome, Rollup, SourceRollup, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What went well at last, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// When each caller id's call went well.
    pub(super) by_id: BTreeMap<Name, Vec<Time>>,
    /// Retries that went well and have a number and no id, by time.
    pub(super) numbered: Vec<Numbered>,
}

/// When each caller id's call went well, as far as the second look found it.
pub(super) fn by_id(
    assembled: &[Assembled],
    proxies: &[ProxyHost],
    rollup: &Rollup,
    families: &[Family],
) -> BTreeMap<Name, Vec<Time>> {
    let mut saved: BTreeMap<Name, Vec<Time>> = BTreeMap::new();
    let mut add = |id: Option<&Name>, time: Time| {
        if let Some(id) = id {
            saved.entry(Name::clone(id)).or_default().push(time);
        }
    };
    for view in proxies.iter().flat_map(|proxy| &proxy.successes) {
        add(view.ids.x_client_request_id.as_ref(), view.time);
    }
    for one in assembled {
        for recovered in &one.recovered {
            let first = one.views.get(recovered.first);
            add(first.and_then(|view| view.ids.x_client_request_id.as_ref()), recovered.time);
        }
    }
    let sources: Vec<&SourceRollup> = rollup.sources.values().map(|source| &**source).collect();
    for source in families.iter().flat_map(|family| &family.sources) {
        for seen in sources.get(*source).map_or(&[][..], |rollup| &rollup.observations) {
            if seen.outcome == Outcome::Success && seen.attempt != Some(1) {
                add(seen.ids.x_client_request_id.as_ref(), seen.time);
            }
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
            let nameless = seen.ids.x_client_request_id.is_none() && seen.ids.sdk.is_none();
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
