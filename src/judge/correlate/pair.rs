//! One failed attempt in two logs: by the provider's id, else by the caller's id and time, else by time, endpoint and
//! status (classification B3.3).

use super::fit::{
    TOLERANCE_MS, ends_fit, ends_may_differ, in_conflict, is_of_no_endpoint, is_of_untold_end, is_one_endpoint, may_be_one,
    nearest,
};
use super::free::{Free, Views};
use super::view::{SourceIndex, View};
use crate::model::{JoinMethod, Time};
use crate::workers::Workers;
use ahash::AHashMap;
use smallvec::smallvec;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One attempt that both sides saw: every view of it.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The application's view, by index.
    pub(super) application: usize,
    /// The proxies' views, by index, the hop nearest the application first.
    pub(super) proxies: Views,
    /// How they were joined.
    pub(super) method: JoinMethod,
}

/// The attempts that proxies saw. Every proxy's view stands in exactly one of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    /// Those that an application saw, too, in the order of its views.
    pub(super) pairs: Vec<Pair>,
    /// Those that only proxies saw.
    pub(super) alone: Alone,
}

/// The attempts that only proxies saw: hops that share a provider's id are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Alone {
    /// Nearly all are one view, and of a proxy without applications they are all that it tells of failures.
    single: Vec<usize>,
    hops: Vec<Views>,
}

impl Alone {
    /// The views of each, by index, the hop nearest the application first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let single = self.single.iter().map(std::slice::from_ref);
        single.chain(self.hops.iter().map(|hops| &hops[..]))
    }

    /// Adds one.
    pub(super) fn push(&mut self, views: Views) {
        match views[..] {
            [single] => self.single.push(single),
            _ => self.hops.push(views),
        }
    }
}

/// Joins the applications' views, which are in order of time, with the proxies' of an `index`. `may_meet` tells whether a
/// proxy's client can be an application, which time alone cannot. An application's view that no proxy saw stands in no pair.
pub(super) fn join(
    applications: &[View],
    index: &Index<'_>,
    may_meet: impl Fn(&View, usize, &View) -> bool,
    workers: &Workers,
) -> Joined {
    let Index { proxies, hosts, .. } = *index;
    if proxies.is_empty() {
        return Joined::default();
    }
    let mut free = Free::of(proxies.len());
    let mut pairs: Vec<Pair> = Vec::new();
    let by_ids = workers.map_each(applications, |view| index.by_ids(view));
    let mut left: Vec<usize> = (0..applications.len()).collect();
    // The surest first, for all views: nothing may take a line that something surer claims for another.
    for by in By::ALL {
        left.retain(|&at| {
            let (Some(view), Some(ids)) = (applications.get(at), by_ids.get(at)) else {
                return false;
            };
            let may_meet = |at: usize, theirs: &View| hosts.get(at).is_some_and(|host| may_meet(view, *host, theirs));
            let found = index.found(by, (view, ids), &mut free, may_meet);
            if found.is_empty() {
                return true;
            }
            free.take(&found);
            pairs.push(Pair {
                application: at,
                proxies: found,
                method: by.method(),
            });
            false
        });
    }
    pairs.sort_by_key(|pair| pair.application);
    let alone = index.alone(free);
    Joined { pairs, alone }
}

/// What two views are joined by, the surest first.
#[derive(Clone, Copy, Debug)]
enum By {
    ProviderId,
    /// The caller's id, and an end that fits.
    ClientIdAndEnd,
    /// The caller's id: proxies on the way may tell the end otherwise.
    ClientId,
    Time,
    /// Time and status, of what names no endpoint: after all that does, which has the better claim.
    TimeOfNoEndpoint,
    /// Time, of what tells that it failed and not how: last of these, for every failure of a proxy fits it.
    TimeOfUntoldEnd,
    /// The caller's id of the call that it was taken for an attempt of: that may be another's.
    GuessedClientId,
}

impl By {
    const ALL: [Self; 7] = [
        Self::ProviderId,
        Self::ClientIdAndEnd,
        Self::ClientId,
        Self::Time,
        Self::TimeOfNoEndpoint,
        Self::TimeOfUntoldEnd,
        Self::GuessedClientId,
    ];

    fn method(self) -> JoinMethod {
        match self {
            Self::ProviderId => JoinMethod::ProviderId,
            Self::ClientIdAndEnd | Self::ClientId | Self::GuessedClientId => JoinMethod::ClientId,
            Self::Time | Self::TimeOfNoEndpoint | Self::TimeOfUntoldEnd => JoinMethod::TimeEndpointStatus,
        }
    }
}

type ById<'a> = AHashMap<&'a str, Views>;

/// The proxies' views, by what they are looked for.
pub(super) struct Index<'a> {
    proxies: &'a [View],
    /// The host of each: a chain of proxies gives one view a hop.
    hosts: &'a [usize],
    provider_ids: ById<'a>,
    client_ids: ById<'a>,
    by_time: Vec<(Time, usize)>,
    /// The logs whose stamps are whole seconds.
    in_seconds: BTreeSet<SourceIndex>,
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
        let by = |is_asked: bool, id: fn(&View) -> Option<&str>| {
            let mut by_id = ById::with_capacity(if is_asked { proxies.len() } else { 0 });
            for (at, view) in proxies.iter().enumerate().filter(|_| is_asked) {
                if let Some(id) = id(view) {
                    by_id.entry(id).or_default().push(at);
                }
            }
            by_id
        };
        let (provider_ids, client_ids) = workers.both(
            || by(has_hops, |view| view.ids.x_request_id()),
            || by(is_asked, |view| view.ids.x_client_request_id()),
        );
        let mut by_time: Vec<(Time, usize)> = proxies.iter().map(|view| view.time).zip(0..).collect();
        by_time.sort_unstable();
        Self {
            proxies,
            hosts,
            provider_ids,
            client_ids,
            by_time,
            in_seconds: if is_asked { in_seconds(proxies) } else { BTreeSet::new() },
        }
    }

    /// An id that an application's log cannot tell for the provider's (Azure's are UUIDs, and its SDK names no host) is the
    /// provider's where a proxy saw it as such.
    fn by_ids(&self, view: &View) -> ByIds<'_> {
        let provider = view.ids.x_request_id().or(view.ids.gateway_request_id());
        ByIds {
            provider: with_id(&self.provider_ids, provider),
            client: with_id(&self.client_ids, view.ids.x_client_request_id()),
        }
    }

    /// The proxies' views that are of one attempt with an application's, one a hop.
    fn found(&self, by: By, (view, ids): (&View, &ByIds<'_>), free: &mut Free, may_meet: impl Fn(usize, &View) -> bool) -> Views {
        let found = match by {
            By::ProviderId => return free.by_provider_id(view, ids.provider, (self.proxies, self.hosts)),
            By::ClientIdAndEnd | By::ClientId if view.guesses_client_id => None,
            By::GuessedClientId if !view.guesses_client_id => None,
            By::ClientIdAndEnd => free.by_client_id(view, ids.client, self.proxies, ends_fit),
            By::ClientId | By::GuessedClientId => free.by_client_id(view, ids.client, self.proxies, ends_may_differ),
            By::Time => self.by_time(view, free, |at, theirs| {
                ends_fit(view, theirs) && is_one_endpoint(view, theirs) && may_meet(at, theirs)
            }),
            By::TimeOfNoEndpoint => self.by_time(view, free, |at, theirs| {
                is_of_no_endpoint(view, theirs) && may_meet(at, theirs)
            }),
            By::TimeOfUntoldEnd if !view.is_of_untold_end() => None,
            By::TimeOfUntoldEnd => self.by_time(view, free, |at, theirs| {
                is_of_untold_end(view, theirs) && may_meet(at, theirs)
            }),
        };
        found.map_or_else(Views::new, |found| {
            let mut hops = self.with_hops(found, free);
            hops.sort_by_key(|&at| nearest(view, self.proxies.get(at)));
            hops
        })
    }

    /// A view, and behind it those of the other hops, which share the provider's id with it.
    fn with_hops(&self, at: usize, free: &mut Free) -> Views {
        let mut hops: Views = smallvec![at];
        if let Some(view) = self.proxies.get(at).filter(|_| !self.provider_ids.is_empty()) {
            let others = free.by_provider_id(view, self.by_ids(view).provider, (self.proxies, self.hosts));
            let host = |at: usize| self.hosts.get(at);
            hops.extend(others.into_iter().filter(|&hop| hop != at && host(hop) != host(at)));
            hops.sort_by_key(|&hop| nearest(view, self.proxies.get(hop)));
        }
        hops
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
            .min_by_key(|(at, theirs)| {
                let is_anothers = in_conflict(view.ids.x_client_request_id(), theirs.ids.x_client_request_id());
                (self.apart(view, theirs), is_anothers, *at)
            })
            .map(|(at, _)| at)
    }

    /// How far a view is from a proxy's line. One of a whole second stands for each moment of it: else half of a dense
    /// log's lines were taken by the attempts of the second before, and the last found none.
    fn apart(&self, view: &View, theirs: &View) -> i64 {
        let later = view.time.since(theirs.time);
        if later > 0 && self.in_seconds.contains(&theirs.source) {
            (later - LAST_OF_SECOND_MS).max(0)
        } else {
            later.abs()
        }
    }

    /// What no application saw.
    fn alone(&self, mut free: Free) -> Alone {
        let mut alone = Alone::default();
        // As many as a proxy's failures: a list that doubles as it grows would take the room of two.
        let is_free = free.is_free.iter().filter(|is_free| **is_free);
        alone.single.reserve_exact(is_free.count());
        for &(_, at) in &self.by_time {
            if !free.has(at) {
                continue;
            }
            let mut members = self.with_hops(at, &mut free);
            members.sort_by_key(|&at| Reverse(self.proxies.get(at).map(|view| (view.duration_ms, view.time))));
            free.take(&members);
            alone.push(members);
        }
        alone
    }
}

/// The last moment of a second.
const LAST_OF_SECOND_MS: i64 = 999;

/// As many stamps tell whether they are of whole seconds: three of a log in milliseconds are once in a thousand million logs.
const STAMPS_TO_TELL: usize = 3;

/// The logs whose stamps are whole seconds.
fn in_seconds(proxies: &[View]) -> BTreeSet<SourceIndex> {
    let mut stamps: BTreeMap<SourceIndex, (usize, bool)> = BTreeMap::new();
    for stretch in proxies.chunk_by(|one, next| one.source == next.source) {
        let Some(first) = stretch.first() else { continue };
        let (count, is_whole) = stamps.entry(first.source).or_insert((0, true));
        *count += stretch.len();
        *is_whole &= stretch.iter().all(|view| view.time.0 % (LAST_OF_SECOND_MS + 1) == 0);
    }
    let told = stamps
        .into_iter()
        .filter(|(_, (count, is_whole))| *is_whole && *count >= STAMPS_TO_TELL);
    told.map(|(source, _)| source).collect()
}

fn with_id<'i>(by_id: &'i ById<'_>, id: Option<&str>) -> &'i [usize] {
    id.and_then(|id| by_id.get(id)).map_or(&[], |views| views)
}

#[cfg(test)]
mod tests {
    use super::{Index, join};
    use crate::judge::correlate::view::View;
    use crate::model::{Attributes, Dimension, Ids, Millis, Observation, Outcome, Time};
    use crate::workers::Workers;
    use std::sync::Arc;

    /// A proxy's line on a request with one provider's id.
    fn line(end_ms: i64, took_ms: u32) -> View {
        let mut view = View::of(0, &Observation::ended(Time(end_ms), Outcome::Status(503)));
        view.duration_ms = Some(Millis::from(took_ms));
        view.ids = Ids::new(Some("req_df122bd89e969d7a7d6639fb794a85d3"), None);
        view
    }

    #[test]
    fn of_a_chain_the_hop_that_took_longest_stands_first_though_it_ended_last() {
        let (proxies, hosts, workers) = ([line(1000, 800), line(1002, 803)], [0, 1], Workers::new(1));
        let index = Index::of(&proxies, &hosts, false, &workers);
        let joined = join(&[], &index, |_, _, _| true, &workers);
        let proxies: Vec<_> = joined.alone.iter().collect();
        assert_eq!(proxies, [[1, 0]]);
    }

    /// The places of the lines that attempts, by their ends, are joined with by time alone.
    fn joined_by_time(ends_ms: &[i64], lines_ms: &[i64]) -> Vec<usize> {
        let at = |end_ms: &i64| {
            let mut view = View::of(0, &Observation::ended(Time(*end_ms), Outcome::Status(503)));
            view.attributes = Arc::new(Attributes::default().with(Dimension::Endpoint, "/v1/responses"));
            view
        };
        let (applications, proxies): (Vec<_>, Vec<_>) = (ends_ms.iter().map(at).collect(), lines_ms.iter().map(at).collect());
        let (hosts, workers) = (vec![0; proxies.len()], Workers::new(1));
        let index = Index::of(&proxies, &hosts, true, &workers);
        let joined = join(&applications, &index, |_, _, _| true, &workers);
        joined.pairs.iter().flat_map(|pair| pair.proxies.to_vec()).collect()
    }

    #[test]
    fn what_names_no_endpoint_is_joined_behind_all_that_does() {
        let line = |end_ms, endpoint: Option<&'static str>, status| {
            let mut view = View::of(0, &Observation::ended(Time(end_ms), Outcome::Status(status)));
            let named = endpoint.map(|endpoint| Attributes::default().with(Dimension::Endpoint, endpoint));
            view.attributes = Arc::new(named.unwrap_or_default());
            view
        };
        let responses = Some("/v1/responses");
        let applications = [line(40_000, None, 502), line(40_300, responses, 502), line(40_400, None, 500)];
        let proxies = [line(40_010, responses, 502), line(40_600, responses, 502)];
        let workers = Workers::new(1);
        let index = Index::of(&proxies, &[0, 0], true, &workers);
        let joined = join(&applications, &index, |_, _, _| true, &workers);
        let pairs: Vec<_> = joined
            .pairs
            .iter()
            .map(|pair| (pair.application, pair.proxies.to_vec()))
            .collect();
        assert_eq!(pairs, [(0, vec![1]), (1, vec![0])]);
    }

    #[test]
    fn a_line_of_a_whole_second_is_no_nearer_the_end_of_the_second_before() {
        let lines = [40_000, 41_000, 42_000];
        assert_eq!(joined_by_time(&[40_900, 41_800, 42_700], &lines), [0, 1, 2]);
    }

    #[test]
    fn a_line_in_milliseconds_is_of_the_nearest_attempt() {
        let lines = [40_950, 41_850, 42_750];
        assert_eq!(joined_by_time(&[41_845], &lines), [1]);
    }
}
