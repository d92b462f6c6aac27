//! Both sides of each failure in one: the application's view takes in what the proxies saw of the same attempt, and what only
//! proxies saw stands by itself where it counts.

use super::addresses::Addresses;
use super::cover::{Cover, Covers};
use super::earlier::{Client, Earlier};
use super::family::Family;
use super::merged::Merged;
use super::mixed;
use super::named::Unnamed;
use super::pair::{Joined, Pair};
use super::side;
use super::successes::{self, Successes};
use super::view::View;
use crate::model::{
    Attributes, CallerKind, Dimension, IdTexts, Ids, JoinMethod, Millis, Name, Outcome, SourceRollup, Time, sort_runs,
};
use crate::workers::Workers;
use smallvec::SmallVec;
use std::sync::Arc;

/// What the joined pairs are judged by.
pub(super) struct Both<'a> {
    pub(super) families: &'a [Family],
    /// The host of each of the proxies' views.
    pub(super) hosts: &'a [usize],
    pub(super) covers: &'a Covers,
    pub(super) addresses: &'a Addresses,
    pub(super) unnamed: &'a Unnamed,
    pub(super) sources: &'a [(&'a Name, &'a SourceRollup)],
}

/// Successes that died later: when, and of what.
pub(super) struct Died {
    /// By the number of the application's family.
    of_applications: Vec<(u32, (Time, Arc<Attributes>))>,
    pub(super) of_proxies: Vec<(Time, Arc<Attributes>)>,
}

impl Both<'_> {
    /// Every attempt once, each a view that took in the others: the applications', then those that only proxies saw, both
    /// in order of time.
    pub(super) fn attempts(
        &self,
        mut applications: Vec<View>,
        mut proxies: Vec<View>,
        Joined { pairs, alone }: &Joined,
        workers: &Workers,
    ) -> Vec<View> {
        let mut earlier = Earlier::default();
        self.note_calls(&applications, &mut earlier);
        self.note_pairs(pairs, (&applications, &proxies), &mut earlier);
        workers.each_mut(&mut applications, |at, view, merged| {
            let pair = pairs.binary_search_by_key(&at, |pair| pair.application);
            self.settle(view, pair.ok().and_then(|at| pairs.get(at)), &proxies, merged);
        });
        if !pairs.is_empty() {
            mixed::part(&mut applications);
        }
        let mut counts = vec![false; proxies.len()];
        let mut merged = Merged::default();
        for hops in alone.iter() {
            let Some((&at, others)) = hops.split_first() else {
                continue;
            };
            if !self.counts_alone(hops, &proxies) {
                continue;
            }
            if earlier.has_calls()
                && let Some(client) = self.client_of_no_call(hops, &proxies)
            {
                earlier.note_alone(at, client);
            }
            let others: SmallVec<[View; 1]> = others.iter().filter_map(|&at| proxies.get(at).cloned()).collect();
            if let (Some(view), Some(counts)) = (proxies.get_mut(at), counts.get_mut(at)) {
                self.settle_alone(view, &others, &mut merged);
                *counts = true;
            }
        }
        earlier.lay_into_calls(&mut proxies);
        let mut counts = counts.into_iter();
        proxies.retain(|_| counts.next() == Some(true));
        sort_runs(&mut proxies, |view| view.time);
        // Where logs are of one side only, its list stays where it is.
        if applications.is_empty() {
            return proxies;
        }
        applications.append(&mut proxies);
        applications
    }

    /// Lets an application's view take in the proxies' that it is joined with.
    fn settle(&self, view: &mut View, pair: Option<&Pair>, proxies: &[View], merged: &mut Merged) {
        let theirs = pair.map_or(&[][..], |pair| &pair.proxies);
        let theirs: SmallVec<[&View; 2]> = theirs.iter().filter_map(|&at| proxies.get(at)).collect();
        view.fact = Some(side::decide(Some(view), &theirs, self.sources));
        let family = view.chain.map(|chain| chain.family as usize);
        if let Some(filled) = family.and_then(|family| self.addresses.of_lacking(family, &view.attributes)) {
            view.set_attributes(filled, merged);
        }
        let seen_by_proxy = theirs.iter().find_map(|proxy| proxy.duration_ms);
        view.duration_ms = if view.of_call {
            // The proxy saw the attempt itself.
            seen_by_proxy.or(view.duration_ms)
        } else {
            view.duration_ms.or(seen_by_proxy)
        };
        // An application does not know whom its proxy tried.
        view.upstream = None;
        view.joined = pair.map(|pair| pair.method);
        let own = Arc::clone(&view.attributes);
        self.take_in(view, &theirs, merged);
        if let Some(family) = family {
            self.unnamed.keep_out((family, &own), view, merged);
        }
    }

    /// Lets a proxy's view take in those of the further hops.
    fn settle_alone(&self, view: &mut View, others: &[View], merged: &mut Merged) {
        let others: SmallVec<[&View; 2]> = others.iter().collect();
        let fact = {
            let hops: SmallVec<[&View; 2]> = std::iter::once(&*view).chain(others.iter().copied()).collect();
            side::decide(None, &hops, self.sources)
        };
        view.fact = Some(fact);
        view.duration_ms = view.duration_ms.or(others.iter().find_map(|hop| hop.duration_ms));
        view.joined = (!others.is_empty()).then_some(JoinMethod::ProviderId);
        self.take_in(view, &others, merged);
    }

    fn take_in(&self, view: &mut View, others: &[&View], merged: &mut Merged) {
        view.also_seen
            .extend(others.iter().flat_map(|other| other.all_seen(self.sources)));
        if view.guesses_client_id {
            mixed::correct(view, others);
        }
        for other in others {
            view.fill_from_proxy(other, merged);
        }
        if view.ids.gateway_request_id().is_some() && view.ids.gateway_request_id() == view.ids.x_request_id() {
            view.ids = Ids::from(IdTexts {
                gateway_request_id: None,
                ..view.ids.texts()
            });
        }
        let names_one = |view: &View| view.upstream.as_ref().is_some_and(|upstream| upstream.address.is_some());
        if !names_one(view) {
            view.upstream = others
                .iter()
                .find(|other| names_one(other))
                .and_then(|other| other.upstream.clone());
        }
    }

    /// Notes the calls of applications that log no attempts.
    fn note_calls(&self, applications: &[View], earlier: &mut Earlier) {
        let of_calls: Vec<bool> = self.families.iter().map(|family| !family.shows_every_attempt()).collect();
        if !of_calls.contains(&true) {
            return;
        }
        for view in applications {
            if let Some(chain) = view.chain.filter(|chain| of_calls.get(chain.family as usize) == Some(&true)) {
                earlier.note_call(chain, view.time, view.duration_ms.map_or(0, Millis::get));
            }
        }
    }

    /// Notes whose calls each client's are.
    fn note_pairs(&self, pairs: &[Pair], (applications, proxies): (&[View], &[View]), earlier: &mut Earlier) {
        for pair in pairs {
            let chain = applications.get(pair.application).and_then(|view| view.chain);
            if let (Some(chain), Some(client)) = (chain, self.client(&pair.proxies, proxies)) {
                earlier.note_pair(client, chain.family);
            }
        }
    }

    fn client(&self, hops: &[usize], proxies: &[View]) -> Option<Client> {
        let &at = hops.first()?;
        let client = proxies.get(at)?.attributes.get(Dimension::Client).cloned();
        Some((*self.hosts.get(at)?, client))
    }

    /// The client of an attempt that nothing but time lays into a call: the caller's id says better which it is.
    fn client_of_no_call(&self, hops: &[usize], proxies: &[View]) -> Option<Client> {
        let mut views = hops.iter().filter_map(|&at| proxies.get(at));
        let has_none = views.all(|view| view.ids.x_client_request_id().is_none());
        self.client(hops, proxies).filter(|_| has_none)
    }

    /// Whether an attempt that only proxies saw counts: not where an application's log shows every attempt of its client.
    fn counts_alone(&self, hops: &[usize], proxies: &[View]) -> bool {
        let Some((view, host)) = hops.first().and_then(|&at| Some((proxies.get(at)?, *self.hosts.get(at)?))) else {
            return false;
        };
        let cover = self.covers.of(host, view);
        let hung_up = matches!(view.outcome, Outcome::Caller(CallerKind::ClientCancel, _));
        // An application that logs calls shows its own time-outs: a hang-up is no attempt beside them.
        cover < if hung_up { Cover::Calls } else { Cover::Attempts }
    }

    /// What was counted among the successes and died later, as the failures tell.
    pub(super) fn died(&self, applications: &[View], (joined, proxies): (&Joined, &[View])) -> Died {
        let at = |view: &View| (view.time, Arc::clone(&view.attributes));
        let broken = applications.iter().filter(|view| view.counted_as_success);
        let of_application = |view: &View| Some((view.chain?.family, at(view)));
        let of_attempt = |hops: &[usize]| {
            let mut views = hops.iter().filter_map(|&at| proxies.get(at));
            views.find(|view| view.counted_as_success).map(at)
        };
        let is_any = proxies.iter().any(|view| view.counted_as_success);
        let pairs = joined.pairs.iter().map(|pair| &pair.proxies[..]);
        let alone = joined.alone.iter().filter(|hops| is_any && self.counts_alone(hops, proxies));
        let attempts = pairs.chain(alone);
        Died {
            of_applications: broken.filter_map(of_application).collect(),
            of_proxies: attempts.filter_map(of_attempt).collect(),
        }
    }

    /// Takes the successes away that an application's answer line told of streams that broke later, as its call's line
    /// tells.
    pub(super) fn take_broken_streams(&self, died: &Died, successes: &mut Successes) {
        if died.of_applications.is_empty() {
            return;
        }
        let mut left = successes::answers_beyond_calls(self.families, self.sources);
        for (family, (time, attributes)) in &died.of_applications {
            let left = left.get_mut(*family as usize).filter(|left| **left > 0);
            if let Some(left) = left {
                *left -= 1;
                successes.take_away(*time, &self.addresses.filled(*family as usize, attributes));
            }
        }
    }
}
