//! One failed attempt in two logs: by the provider's id, else by the caller's id and time, else by time, endpoint and
//! status (classification B3.3).

use super::view::View;
use crate::model::{Dimension, JoinMethod, Name, Outcome, Time};
use ahash::AHashMap;
use smallvec::{SmallVec, smallvec};
use std::collections::BTreeSet;

/// Milliseconds between two records of one attempt on corrected clocks (classification B3.3).
const TOLERANCE_MS: i64 = 2_000;

/// Views by index: one, where proxies stand in no chain.
pub(super) type Views = SmallVec<[usize; 2]>;

/// One attempt that a proxy saw: every view of it.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    /// The application's view, by index.
    pub(super) application: Option<usize>,
    /// The proxies' views, by index, the hop nearest the application first.
    pub(super) proxies: Views,
    /// How they were joined.
    pub(super) method: Option<JoinMethod>,
}

/// Joins the applications' views, which are in order of time, with the proxies'. `hosts` tells each proxy view's host, so
/// that a chain of proxies gives one view a hop; `may_meet` tells whether a proxy's client can be an application, which time
/// alone cannot. Every proxy's view stands in exactly one of the results; an application's that no proxy saw stands in none.
/// Those of the applications come first, in their order.
pub(super) fn join(
    applications: &[View],
    proxies: &[View],
    hosts: &[usize],
    may_meet: impl Fn(&View, usize, &View) -> bool,
) -> Vec<Joined> {
    if proxies.is_empty() {
        return Vec::new();
    }
    let mut index = Index::of(applications, proxies, hosts);
    let mut joined: Vec<Joined> = Vec::new();
    // Ids first, for all views: a match by time must not take a line that an id claims.
    let mut left = Vec::new();
    for (at, view) in applications.iter().enumerate() {
        let (found, method) = match index.by_provider_id(view, proxies, hosts) {
            found if !found.is_empty() => (found, JoinMethod::ProviderId),
            _ => match index.by_client_id(view, proxies) {
                Some(found) => (smallvec![found], JoinMethod::ClientId),
                None => {
                    left.push((at, view));
                    continue;
                }
            },
        };
        index.use_all(&found);
        joined.push(Joined {
            application: Some(at),
            proxies: found,
            method: Some(method),
        });
    }
    for (at, view) in left {
        let found = index.by_time(view, proxies, |at, theirs| {
            hosts.get(at).is_some_and(|host| may_meet(view, *host, theirs))
        });
        if let Some(found) = found {
            index.use_all(&[found]);
            joined.push(Joined {
                application: Some(at),
                proxies: smallvec![found],
                method: Some(JoinMethod::TimeEndpointStatus),
            });
        }
    }
    joined.sort_by_key(|one| one.application);
    joined.extend(index.alone(proxies, hosts));
    joined
}

type ById<'a> = AHashMap<&'a Name, Views>;

/// The proxies' views, by what they are looked for.
struct Index<'a> {
    provider_ids: ById<'a>,
    client_ids: ById<'a>,
    by_time: Vec<(Time, usize)>,
    is_used: Vec<bool>,
}

impl<'a> Index<'a> {
    fn of(applications: &[View], proxies: &'a [View], hosts: &[usize]) -> Self {
        let is_asked = !applications.is_empty();
        // A lone proxy's views are told apart by nothing and asked for by nobody.
        let has_hops = hosts.first() != hosts.last() || is_asked;
        let mut index = Self {
            provider_ids: AHashMap::with_capacity(if has_hops { proxies.len() } else { 0 }),
            client_ids: AHashMap::with_capacity(if is_asked { proxies.len() } else { 0 }),
            by_time: Vec::with_capacity(proxies.len()),
            is_used: vec![false; proxies.len()],
        };
        for (at, view) in proxies.iter().enumerate() {
            if let (Some(id), true) = (&view.ids.x_request_id, has_hops) {
                index.provider_ids.entry(id).or_default().push(at);
            }
            if let (Some(id), true) = (&view.ids.x_client_request_id, is_asked) {
                index.client_ids.entry(id).or_default().push(at);
            }
            index.by_time.push((view.time, at));
        }
        index.by_time.sort_unstable();
        index
    }

    fn is_free(&self, at: usize) -> bool {
        self.is_used.get(at) == Some(&false)
    }

    fn use_all(&mut self, views: &[usize]) {
        for &at in views {
            if let Some(is_used) = self.is_used.get_mut(at) {
                *is_used = true;
            }
        }
    }

    fn free(&self, ids: &ById<'a>, id: Option<&Name>) -> impl Iterator<Item = usize> {
        let found = id.and_then(|id| ids.get(id)).into_iter().flatten().copied();
        found.filter(|at| self.is_free(*at))
    }

    /// One view a host, nearest in time first. An id that an application's log cannot tell for the provider's (Azure's
    /// are UUIDs, and its SDK names no host) is the provider's where a proxy saw it as such.
    fn by_provider_id(&self, view: &View, proxies: &[View], hosts: &[usize]) -> Views {
        if self.provider_ids.is_empty() {
            return Views::new();
        }
        let id = view.ids.x_request_id.as_ref().or(view.ids.gateway_request_id.as_ref());
        let mut found: Views = self.free(&self.provider_ids, id).collect();
        found.sort_by_key(|&at| distance(view, proxies.get(at)));
        let mut seen = BTreeSet::new();
        found.retain(|at| hosts.get(*at).is_none_or(|host| seen.insert(*host)));
        found
    }

    fn by_client_id(&self, view: &View, proxies: &[View]) -> Option<usize> {
        self.free(&self.client_ids, view.ids.x_client_request_id.as_ref())
            .filter_map(|at| Some((at, proxies.get(at)?)))
            .filter(|(_, theirs)| {
                distance(view, Some(theirs)) <= TOLERANCE_MS
                    && !in_conflict(view.ids.x_request_id.as_ref(), theirs.ids.x_request_id.as_ref())
            })
            .min_by_key(|(at, theirs)| (!ends_fit(view, theirs), distance(view, Some(theirs)), *at))
            .map(|(at, _)| at)
    }

    fn by_time(&self, view: &View, proxies: &[View], may_meet: impl Fn(usize, &View) -> bool) -> Option<usize> {
        let from = self
            .by_time
            .partition_point(|(time, _)| time.plus_ms(TOLERANCE_MS) < view.time);
        self.by_time
            .iter()
            .skip(from)
            .take_while(|(time, _)| time.since(view.time) <= TOLERANCE_MS)
            .filter(|(_, at)| self.is_free(*at))
            .filter_map(|&(_, at)| Some((at, proxies.get(at)?)))
            .filter(|(at, theirs)| may_be_one(view, theirs) && may_meet(*at, theirs))
            .min_by_key(|(at, theirs)| (distance(view, Some(theirs)), *at))
            .map(|(at, _)| at)
    }

    /// What no application saw: hops that share a provider's id are one attempt.
    fn alone(&mut self, proxies: &[View], hosts: &[usize]) -> Vec<Joined> {
        let mut alone = Vec::new();
        for (_, at) in std::mem::take(&mut self.by_time) {
            if !self.is_free(at) {
                continue;
            }
            let Some(view) = proxies.get(at) else { continue };
            let hops = self.by_provider_id(view, proxies, hosts);
            let mut members: Views = smallvec![at];
            members.extend(hops.into_iter().filter(|&hop| hop != at && hosts.get(hop) != hosts.get(at)));
            self.use_all(&members);
            let method = (members.len() > 1).then_some(JoinMethod::ProviderId);
            alone.push(Joined {
                application: None,
                proxies: members,
                method,
            });
        }
        alone
    }
}

fn distance(view: &View, theirs: Option<&View>) -> i64 {
    theirs.map_or(i64::MAX, |theirs| theirs.time.since(view.time).abs())
}

fn in_conflict(mine: Option<&Name>, theirs: Option<&Name>) -> bool {
    matches!((mine, theirs), (Some(a), Some(b)) if a != b)
}

/// Equal status, or a broken exchange whose proxy line says that the client left or that the proxy failed.
fn ends_fit(mine: &View, theirs: &View) -> bool {
    match (mine.outcome, theirs.outcome) {
        (Outcome::Transport(_), Outcome::Caller(crate::model::CallerKind::ClientCancel, _) | Outcome::Transport(_)) => true,
        (a, b) => a.status().is_some() && a.status() == b.status(),
    }
}

/// Whether a proxy's view is of a tunnel: it knows the host and nothing of the request.
fn is_tunnel(theirs: &View) -> bool {
    theirs.method.as_deref() == Some("CONNECT")
}

/// Whether time, endpoint and status allow two views to be of one attempt. Behind a gateway the two name different
/// hosts, so server addresses only speak where both name a provider's.
fn may_be_one(mine: &View, theirs: &View) -> bool {
    let endpoint = |view: &View| view.attributes.get(Dimension::Endpoint).cloned();
    let server = |view: &View| {
        view.attributes
            .get(Dimension::ServerAddress)
            .filter(|host| crate::providers::by_host(host).is_some())
            .cloned()
    };
    let both_differ = |a: Option<Name>, b: Option<Name>| in_conflict(a.as_ref(), b.as_ref());
    ends_fit(mine, theirs)
        && (is_tunnel(theirs) || endpoint(mine).is_some() && endpoint(mine) == endpoint(theirs))
        && !both_differ(server(mine), server(theirs))
        && !(mine.ids.x_client_request_id.is_some() && theirs.ids.x_client_request_id.is_some())
        && !(mine.ids.x_request_id.is_some() && theirs.ids.x_request_id.is_some())
}
