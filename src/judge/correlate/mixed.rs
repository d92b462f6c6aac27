//! Attempts of several calls that an application's log was taken to tell of one: its lines name nothing that ties a retry to what it
//! tries again, but the proxy's name the caller's id.

use super::view::{ChainId, View};
use crate::model::{CallOutcome, IdTexts, Ids};
use ahash::{AHashMap, AHashSet};

/// Gives an attempt whose caller's id is a guess the one that a proxy saw; where they differ it is of another call.
pub(super) fn correct(view: &mut View, proxies: &[&View]) {
    let Some(seen) = proxies.iter().find_map(|proxy| proxy.ids.x_client_request_id()) else {
        return;
    };
    view.guesses_client_id = false;
    if view.ids.x_client_request_id() != Some(seen) {
        view.ids = Ids::from(IdTexts {
            x_client_request_id: Some(seen),
            ..view.ids.texts()
        });
        leave(view);
    }
}

/// Lets attempts go by their callers' ids whose chain holds several of these, if any of them stands for a call and not for an
/// attempt: some callers have a new id for each.
pub(super) fn part(views: &mut [View]) {
    let mut lengths: Vec<Vec<u32>> = Vec::new();
    for (family, chain) in views.iter().filter_map(|view| view.chain).map(ChainId::places) {
        lengths.resize_with(lengths.len().max(family + 1), Vec::new);
        let Some(of_family) = lengths.get_mut(family) else { continue };
        of_family.resize(of_family.len().max(chain + 1), 0);
        if let Some(length) = of_family.get_mut(chain) {
            *length += 1;
        }
    }
    let is_long = |of: ChainId| {
        let (family, chain) = of.places();
        let length = lengths.get(family).and_then(|chains| chains.get(chain));
        length.is_some_and(|length| *length > 1)
    };
    // What an SDK's own id ties needs no other.
    let guessed = |view: &View| view.chain.filter(|of| is_long(*of) && view.ids.sdk().is_none());
    let of_guessed = || {
        views
            .iter()
            .filter_map(|view| Some((guessed(view)?, view.known_client_id()?)))
    };
    let mut times: AHashMap<&str, u32> = AHashMap::new();
    for (_, id) in of_guessed() {
        *times.entry(id).or_default() += 1;
    }
    let mut chains: AHashMap<ChainId, (&str, bool, bool)> = AHashMap::new();
    for (chain, id) in of_guessed() {
        let (first, differ, is_calls) = chains.entry(chain).or_insert((id, false, false));
        *differ |= *first != id;
        *is_calls |= times.get(id).is_some_and(|times| *times > 1);
    }
    let mixed = chains.into_iter().filter(|(_, (_, differ, is_calls))| *differ && *is_calls);
    let mixed: AHashSet<ChainId> = mixed.map(|(chain, _)| chain).collect();
    if mixed.is_empty() {
        return;
    }
    let is_of_mixed = |view: &&mut View| view.chain.is_some_and(|chain| mixed.contains(&chain));
    let views = views.iter_mut().filter(is_of_mixed);
    views.filter(|view| view.known_client_id().is_some()).for_each(leave);
}

/// Takes an attempt out of its chain, and with it what became of that.
fn leave(view: &mut View) {
    view.chain = None;
    view.call_outcome = CallOutcome::Unknown;
}
