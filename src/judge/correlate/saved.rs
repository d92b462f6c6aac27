//! Calls that went well at last: what their own logs say of it, and what a second look found.

use super::assemble::Assembled;
use super::clocks::Clock;
use super::family::Family;
use super::proxies::ProxyHost;
use crate::model::{Attributes, Name, Outcome, Rollup, SourceRollup, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What went well at last, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// When each caller id's call went well.
    pub(super) by_id: BTreeMap<Name, Vec<Time>>,
    /// Retries that went well and have a number and no id: when, of what, and the number.
    pub(super) numbered: Vec<(Time, Arc<Attributes>, u16)>,
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

/// The retries of applications that went well, have a number, and nothing else that tells their call.
pub(super) fn numbered(
    families: &[Family],
    sources: &[(&Name, &SourceRollup)],
    clocks: &[Clock],
) -> Vec<(Time, Arc<Attributes>, u16)> {
    let mut found = Vec::new();
    for &index in families.iter().flat_map(|family| &family.sources) {
        let Some((_, rollup)) = sources.get(index) else { continue };
        let offset = clocks.get(index).map_or(0, |clock| clock.offset_ms);
        for seen in rollup.observations.iter().filter(|seen| seen.outcome == Outcome::Success) {
            let nameless = seen.ids.x_client_request_id.is_none() && seen.ids.sdk.is_none();
            if let (Some(number @ 2..), true) = (seen.attempt, nameless) {
                found.push((seen.time.plus_ms(offset), Arc::clone(&seen.attributes), number));
            }
        }
    }
    found.sort();
    found
}
