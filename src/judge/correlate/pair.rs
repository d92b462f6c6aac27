//! One failed attempt in two logs: by the provider's id, else by the caller's id and time, else by time, endpoint and
//! status (classification B3.3).

use super::view::View;
use crate::model::{Dimension, JoinMethod, Name, Outcome, Time};
use crate::workers::Workers;
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

/// Joins the applications' views, which are in order of time, with the proxies' of an `index`. `may_meet` tells whether a
/// proxy's client can be an application, which time alone cannot. Every proxy's view stands in exactly one of the results; an
/// application's that no proxy saw stands in none. Those of the applications come first, in their order.
pub(super) fn join(
    applications: &[View],
    index: Index<'_>,
    may_meet: impl Fn(&View, usize, &View) -> bool,
    workers: &Workers,
) -> Vec<Joined> {
    let Index { proxies, hosts, .. } = index;
    if proxies.is_empty() {
        return Vec::new();
    }
    let mut free = Free::of(proxies.len());
    let mut joined: Vec<Joined> = Vec::new();
    let by_ids = workers.map_each(applications, |view| index.by_ids(view));
    // Ids first, for all views: a match by time must not take a line that an id claims.
    let mut left = Vec::new();
    for ((at, view), ids) in applications.iter().enumerate().zip(by_ids) {
        let (found, method) = match free.by_provider_id(view, ids.provider, (proxies, hosts)) {
            found if !found.is_empty() => (found, JoinMethod::ProviderId),
            _ => match free.by_client_id(view, ids.client, proxies) {
                Some(found) => (smallvec![found], JoinMethod::ClientId),
                None => {
                    left.push((at, view));
                    continue;
                }
            },
        };
        free.take(&found);
        joined.push(Joined {
            application: Some(at),
            proxies: found,
            method: Some(method),
        });
    }
    for (at, view) in left {
        let found = index.by_time(view, &free, |at, theirs| {
            hosts.get(at).is_some_and(|host| may_meet(view, *host, theirs))
        });
        if let Some(found) = found {
            free.take(&[found]);
            joined.push(Joined {
                application: Some(at),
                proxies: smallvec![found],
                method: Some(JoinMethod::TimeEndpointStatus),
            });
        }
    }
    joined.sort_by_key(|one| one.application);
    index.add_alone(free, &mut joined);
    joined
}

type ById<'a> = AHashMap<&'a Name, Views>;

/// The proxies' views, by what they are looked for.
pub(super) struct Index<'a> {
    proxies: &'a [View],
    /// The host of each: a chain of proxies gives one view a hop.
    hosts: &'a [usize],
    provider_ids: ById<'a>,
    client_ids: ById<'a>,
    by_time: Vec<(Time, usize)>,
}

/// The proxies' views that have an id of a view's.
struct ByIds<'i> {
    provider: &'i [usize],
    client: &'i [usize],
}

impl<'a> Index<'a> {
    /// That of `proxies`, with the host of each; `is_asked` where applications look them up.
    pub(super) fn of(proxies: &'a [View], hosts: &'a [usize], is_asked: bool, workers: &Workers) -> Self {
        // A lone proxy's views are told apart by nothing and asked for by nobody.
        let has_hops = hosts.first() != hosts.last() || is_asked;
        let by = |is_asked: bool, id: fn(&View) -> Option<&Name>| {
            let mut by_id = ById::with_capacity(if is_asked { proxies.len() } else { 0 });
            for (at, view) in proxies.iter().enumerate().filter(|_| is_asked) {
                if let Some(id) = id(view) {
                    by_id.entry(id).or_default().push(at);
                }
            }
            by_id
        };
        let (provider_ids, client_ids) = workers.both(
            || by(has_hops, |view| view.ids.x_request_id.as_ref()),
            || by(is_asked, |view| view.ids.x_client_request_id.as_ref()),
        );
        let mut by_time: Vec<(Time, usize)> = proxies.iter().map(|view| view.time).zip(0..).collect();
        by_time.sort_unstable();
        Self {
            proxies,
            hosts,
            provider_ids,
            client_ids,
            by_time,
        }
    }

    /// An id that an application's log cannot tell for the provider's (Azure's are UUIDs, and its SDK names no host) is the
    /// provider's where a proxy saw it as such.
    fn by_ids(&self, view: &View) -> ByIds<'_> {
        let provider = view.ids.x_request_id.as_ref().or(view.ids.gateway_request_id.as_ref());
        ByIds {
            provider: with_id(&self.provider_ids, provider),
            client: with_id(&self.client_ids, view.ids.x_client_request_id.as_ref()),
        }
    }

    fn by_time(&self, view: &View, free: &Free, may_meet: impl Fn(usize, &View) -> bool) -> Option<usize> {
        let from = self
            .by_time
            .partition_point(|(time, _)| time.plus_ms(TOLERANCE_MS) < view.time);
        self.by_time
            .iter()
            .skip(from)
            .take_while(|(time, _)| time.since(view.time) <= TOLERANCE_MS)
            .filter(|(_, at)| free.has(*at))
            .filter_map(|&(_, at)| Some((at, self.proxies.get(at)?)))
            .filter(|(at, theirs)| may_be_one(view, theirs) && may_meet(*at, theirs))
            .min_by_key(|(at, theirs)| (distance(view, Some(theirs)), *at))
            .map(|(at, _)| at)
    }

    /// Adds what no application saw: hops that share a provider's id are one attempt.
    fn add_alone(&self, mut free: Free, joined: &mut Vec<Joined>) {
        // As many as a proxy's failures: a list that doubles as it grows would take the room of two.
        joined.reserve_exact(free.is_free.iter().filter(|is_free| **is_free).count());
        for &(_, at) in &self.by_time {
            if !free.has(at) {
                continue;
            }
            let Some(view) = self.proxies.get(at) else { continue };
            let mut members: Views = smallvec![at];
            if !self.provider_ids.is_empty() {
                let hops = free.by_provider_id(view, self.by_ids(view).provider, (self.proxies, self.hosts));
                let host = |at: usize| self.hosts.get(at);
                members.extend(hops.into_iter().filter(|&hop| hop != at && host(hop) != host(at)));
            }
            free.take(&members);
            let method = (members.len() > 1).then_some(JoinMethod::ProviderId);
            joined.push(Joined {
                application: None,
                proxies: members,
                method,
            });
        }
    }
}

fn with_id<'i>(by_id: &'i ById<'_>, id: Option<&Name>) -> &'i [usize] {
    id.and_then(|id| by_id.get(id)).map_or(&[], |views| views)
}

/// Views of one id that are all looked at. Where a site writes one id into every line, only so many of the nearest are, or each
/// of a hundred thousand failures would be held against as many others.
const FEW: usize = 64;

/// Which of the proxies' views are in no attempt yet.
struct Free {
    is_free: Vec<bool>,
    /// Those of one id where they are more than a few, in order of time, by where their list lies; some are taken already.
    of_many: AHashMap<usize, BTreeSet<(Time, usize)>>,
}

impl Free {
    /// So many views, all of them free.
    fn of(count: usize) -> Self {
        Self {
            is_free: vec![true; count],
            of_many: AHashMap::new(),
        }
    }

    fn has(&self, at: usize) -> bool {
        self.is_free.get(at) == Some(&true)
    }

    fn take(&mut self, views: &[usize]) {
        for &at in views {
            if let Some(is_free) = self.is_free.get_mut(at) {
                *is_free = false;
            }
        }
    }

    /// The free ones of an id, in their order; of many the nearest.
    fn near(&mut self, view: &View, with_id: &[usize], proxies: &[View]) -> Views {
        if with_id.len() <= FEW {
            return with_id.iter().copied().filter(|at| self.has(*at)).collect();
        }
        let Self { is_free, of_many } = self;
        let all = of_many.entry(with_id.as_ptr().addr()).or_insert_with(|| {
            let times = with_id.iter().filter_map(|&at| Some((proxies.get(at)?.time, at)));
            times.collect()
        });
        let (mut near, mut taken) = (Views::new(), Vec::new());
        let mut before = all.range(..(view.time, 0)).rev().peekable();
        let mut behind = all.range((view.time, 0)..).peekable();
        while near.len() < FEW {
            let is_before = match (before.peek(), behind.peek()) {
                (Some((one, _)), Some((other, _))) => view.time.since(*one) <= other.since(view.time),
                (one, _) => one.is_some(),
            };
            let next = if is_before { before.next() } else { behind.next() };
            match next {
                Some((_, at)) if is_free.get(*at) == Some(&true) => near.push(*at),
                Some(gone) => taken.push(*gone),
                None => break,
            }
        }
        for gone in taken {
            all.remove(&gone);
        }
        near.sort_unstable();
        near
    }

    /// One view a host, nearest in time first, of those with the view's id.
    fn by_provider_id(&mut self, view: &View, with_id: &[usize], (proxies, hosts): (&[View], &[usize])) -> Views {
        let mut found = self.near(view, with_id, proxies);
        found.sort_by_key(|&at| distance(view, proxies.get(at)));
        let mut seen = BTreeSet::new();
        found.retain(|at| hosts.get(*at).is_none_or(|host| seen.insert(*host)));
        found.shrink_to_fit();
        found
    }

    fn by_client_id(&mut self, view: &View, with_id: &[usize], proxies: &[View]) -> Option<usize> {
        self.near(view, with_id, proxies)
            .into_iter()
            .filter_map(|at| Some((at, proxies.get(at)?)))
            .filter(|(_, theirs)| {
                distance(view, Some(theirs)) <= TOLERANCE_MS
                    && !in_conflict(view.ids.x_request_id.as_ref(), theirs.ids.x_request_id.as_ref())
            })
            .min_by_key(|(at, theirs)| (!ends_fit(view, theirs), distance(view, Some(theirs)), *at))
            .map(|(at, _)| at)
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
