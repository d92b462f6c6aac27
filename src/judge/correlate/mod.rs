//! From many logs to one traffic: every attempt once, whoever saw it, and the calls they belong to.
//!
//! The stages, in order: which files are one log ([`family`], [`proxies`]); each application's records put together
//! into attempts ([`assemble`]); the clocks set right ([`clocks`]); both sides of each failure joined ([`pair`]); whose
//! traffic is already shown ([`cover`]); the successes ([`successes`]); the sides ([`side`]); the calls ([`calls`]).

mod addresses;
mod arrivals;
mod assemble;
mod calls;
mod chance;
mod clocks;
mod cover;
mod earlier;
mod family;
mod models;
mod pair;
mod proxies;
mod side;
mod successes;
mod ties;
mod view;

use crate::model::{
    Attempt, Attributes, CallOutcome, Dimension, Fact, Name, Outcome, Rollup, Seen, SourceRollup, Time, Traffic, Vantage,
};
use crate::workers::Workers;
use addresses::Addresses;
use ahash::AHashMap;
use assemble::{Assembled, ChainEnd};
use calls::{InCall, Saved};
use chance::Chance;
use clocks::Clock;
use cover::{Cover, Covers};
use earlier::Earlier;
use family::Family;
pub(crate) use family::stem;
use pair::Joined;
use proxies::ProxyHost;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use ties::Ties;
use view::{Merged, View};

/// What correlation made of a rollup.
#[derive(Clone, Debug, Default)]
pub(crate) struct Correlated {
    /// The traffic, every attempt once.
    pub(crate) traffic: Traffic,
    /// What was added to each source's times, in milliseconds.
    pub(crate) offsets_ms: BTreeMap<Name, i64>,
    /// The sources whose stamps turned out to be starts.
    pub(crate) stamp_starts: BTreeSet<Name>,
}

/// Joins, counts and numbers everything.
pub(crate) fn correlate(rollup: &Rollup, workers: &Workers) -> Correlated {
    let sources: Vec<(&Name, &SourceRollup)> = by_name(rollup);
    let families = family::families(&sources);
    let mut proxies = proxies::hosts(&sources);
    let clocks = clocks::clocks(&sources, &families, &proxies);
    let mut assembled = workers.map(&families, |family| assemble_family(family, &sources));
    set_clocks(&mut assembled, &mut proxies, &clocks);

    let saved = Saved {
        by_id: saved(&assembled, &proxies, rollup, &families),
        numbered: numbered_successes(&families, &sources, &clocks),
    };
    let chains = chains_of_views(&assembled);
    let hosts = hosts_of_views(&proxies);
    let applications = in_one(assembled.iter_mut().map(|one| &mut one.views));
    let proxy_views = in_one(proxies.iter_mut().map(|proxy| &mut proxy.views));
    let ties = Ties::of((&proxies, &proxy_views, &hosts), &families, &sources);
    let family_of = families_of_sources(&families);
    let may_meet = |application: &View, host: usize, proxy: &View| {
        family_of
            .get(&application.source)
            .is_none_or(|&family| ties.allow(host, proxy.attributes.get(Dimension::Client), family))
    };
    let mut joined = pair::join(&applications, &proxy_views, &hosts, may_meet);
    let views = (&applications[..], &proxy_views[..], &hosts[..]);
    let chance = Chance::of(&joined, views, &family_of, &ties);
    chance.part(&mut joined, views, &family_of);
    let covers = cover::covers(&cover::Evidence {
        sources: &sources,
        families: &families,
        proxies: &proxies,
        applications: &applications,
        proxy_views: &proxy_views,
        hosts: &hosts,
        joined: &joined,
        ties: &ties,
        chance: &chance,
    });

    let addresses = Addresses::of(&joined, (&applications, &proxy_views), &family_of, (&families, &sources));
    let mut successes = successes::of_applications(&families, &sources, &clocks, &addresses);
    let (mut by_proxies, mut uncovered) = successes::of_proxies(&proxies, &sources, &clocks, &covers);
    let both = Both {
        assembled: &assembled,
        families: &families,
        chains: &chains,
        proxies: &proxy_views,
        hosts: &hosts,
        covers: &covers,
        addresses: &addresses,
        sources: &sources,
    };
    both.take_broken_streams(&applications, &mut successes);
    let attempts = both.attempts(applications, &joined, &mut by_proxies, &mut uncovered);
    // The views are as many as the failures, and what follows has its own of each.
    drop((proxy_views, joined));
    for (family, one) in assembled.iter().enumerate() {
        for chain in &one.chains {
            if let (Some(ChainEnd::Recovered(time)), Some(attributes)) = (chain.end, &chain.recovered_by) {
                successes.mark_later(time, &addresses.filled(family, attributes));
            }
        }
    }
    finish(successes, uncovered, by_proxies, attempts, &saved, &sources, &clocks)
}

/// The number of the family that each application's source is of.
fn families_of_sources(families: &[Family]) -> BTreeMap<usize, usize> {
    let numbered = families.iter().enumerate();
    let of_family = |(number, family): (usize, &Family)| -> Vec<(usize, usize)> {
        family.sources.iter().map(|&source| (source, number)).collect()
    };
    numbered.flat_map(of_family).collect()
}

/// What the joined pairs are made of.
struct Both<'a> {
    assembled: &'a [Assembled],
    families: &'a [Family],
    chains: &'a [Option<(usize, usize)>],
    proxies: &'a [View],
    hosts: &'a [usize],
    covers: &'a Covers,
    addresses: &'a Addresses,
    sources: &'a [(&'a Name, &'a SourceRollup)],
}

impl Both<'_> {
    /// Every attempt once. What a proxy counted as a success and died later is taken out of the successes.
    fn attempts(
        &self,
        applications: Vec<View>,
        joined: &[Joined],
        by_proxies: &mut successes::Successes,
        uncovered: &mut successes::Successes,
    ) -> Vec<InCall> {
        let mut attempts = Vec::with_capacity(joined.len());
        // Each view becomes the attempt that it is of: nothing of it is copied.
        let mut applications: Vec<Option<View>> = applications.into_iter().map(Some).collect();
        let mut earlier = Earlier::default();
        let mut merged = Merged::default();
        for one in joined {
            let application = one.application.and_then(|at| applications.get_mut(at)?.take());
            let views: Vec<&View> = one.proxies.iter().filter_map(|&at| self.proxies.get(at)).collect();
            let host = one.proxies.first().and_then(|&at| self.hosts.get(at)).copied();
            if application.is_none() && !counts_alone(&views, host, self.covers) {
                continue;
            }
            if let Some(died) = views.iter().find(|view| view.counted_as_success) {
                by_proxies.take_away(died.time, &died.attributes);
                uncovered.take_away(died.time, &died.attributes);
            }
            let chain = one.application.and_then(|at| self.chains.get(at).copied().flatten());
            let client = host
                .zip(views.first())
                .map(|(host, view)| (host, view.attributes.get(Dimension::Client).cloned()));
            match (&application, chain, client) {
                (Some(view), Some(chain), client) => self.note_call(&mut earlier, view, chain, client),
                // The caller's id says better than time which call it is.
                (None, _, Some(client)) if views.iter().all(|view| view.ids.x_client_request_id.is_none()) => {
                    earlier.note_alone(attempts.len(), client);
                }
                _ => {}
            }
            attempts.push(in_call(one, application, &views, chain, self, &mut merged));
        }
        earlier.lay_into_calls(&mut attempts);
        attempts
    }

    /// Takes the successes away that an application's answer line told of streams that broke later, as its call's line
    /// tells.
    fn take_broken_streams(&self, applications: &[View], successes: &mut successes::Successes) {
        let mut left = successes::answers_beyond_calls(self.families, self.sources);
        for (view, chain) in applications.iter().zip(self.chains) {
            let family = chain.map(|(family, _)| family);
            let Some(left) = family.and_then(|family| left.get_mut(family)).filter(|left| **left > 0) else {
                continue;
            };
            if view.counted_as_success {
                *left -= 1;
                successes.take_away(view.time, &view.attributes);
            }
        }
    }

    fn note_call(&self, earlier: &mut Earlier, view: &View, chain: (usize, usize), client: Option<earlier::Client>) {
        let family = self.families.get(chain.0);
        if family.is_some_and(|family| !family.shows_every_attempt()) {
            earlier.note_call(chain, view.time, view.duration_ms.unwrap_or(0));
        }
        if let Some(client) = client {
            earlier.note_pair(client, chain.0);
        }
    }
}

/// The host of every proxy's view, in the order of the views.
fn hosts_of_views(proxies: &[ProxyHost]) -> Vec<usize> {
    let of_host = |(host, proxy): (usize, &ProxyHost)| std::iter::repeat_n(host, proxy.views.len());
    proxies.iter().enumerate().flat_map(of_host).collect()
}

/// All views in one list, taken out of their own: nearly all logs of one failure window are one source's, whose list
/// becomes the whole one, so that no view is held twice. Those of a great many logs get no more room than they need.
fn in_one<'a>(lists: impl Iterator<Item = &'a mut Vec<View>>) -> Vec<View> {
    let mut lists = lists.collect::<Vec<_>>().into_iter();
    let mut all = lists.next().map(std::mem::take).unwrap_or_default();
    all.reserve_exact(lists.as_slice().iter().map(|views| views.len()).sum());
    lists.for_each(|views| all.append(&mut std::mem::take(views)));
    all
}

/// The chain of every view, by family, in the order of the views.
fn chains_of_views(assembled: &[Assembled]) -> Vec<Option<(usize, usize)>> {
    let of_family = |(family, one): (usize, &Assembled)| -> Vec<Option<(usize, usize)>> {
        one.views.iter().map(|view| view.chain.map(|chain| (family, chain))).collect()
    };
    assembled.iter().enumerate().flat_map(of_family).collect()
}

/// The sources by their number, which is their place by name.
fn by_name(rollup: &Rollup) -> Vec<(&Name, &SourceRollup)> {
    rollup.sources.iter().map(|(name, source)| (name, &**source)).collect()
}

/// What is to be added to each source's times, in milliseconds, so that the clocks agree.
pub(crate) fn offsets_ms(rollup: &Rollup) -> BTreeMap<Name, i64> {
    let sources: Vec<(&Name, &SourceRollup)> = by_name(rollup);
    let clocks = clocks::clocks(&sources, &family::families(&sources), &proxies::hosts(&sources));
    sources
        .iter()
        .zip(clocks)
        .map(|((name, _), clock)| (Name::clone(name), clock.offset_ms))
        .collect()
}

fn assemble_family(family: &Family, sources: &[(&Name, &SourceRollup)]) -> Assembled {
    let mut members: Vec<_> = family
        .sources
        .iter()
        .filter_map(|&index| Some((index, sources.get(index)?.1)))
        .collect();
    members.sort_by_key(|(index, rollup)| (rollup.span, *index));
    let observations = members
        .iter()
        .flat_map(|(index, rollup)| rollup.observations.iter().map(move |seen| (*index, seen)));
    assemble::assemble(observations, family)
}

/// Moves every view to its end on the common clock.
fn set_clocks(assembled: &mut [Assembled], proxies: &mut [ProxyHost], clocks: &[Clock]) {
    let set = |view: &mut View| {
        let clock = clocks.get(view.source).copied().unwrap_or_default();
        let duration = if view.instant == crate::model::Instant::Unknown {
            view.duration_ms
        } else {
            None
        };
        view.time = clock.end(view.time, duration);
    };
    assembled.iter_mut().flat_map(|one| &mut one.views).for_each(set);
    proxies
        .iter_mut()
        .flat_map(|proxy| proxy.views.iter_mut().chain(&mut proxy.successes))
        .for_each(set);
}

/// Whether an attempt that only proxies saw counts: not where an application's log shows every attempt of its client.
fn counts_alone(views: &[&View], host: Option<usize>, covers: &Covers) -> bool {
    let (Some(view), Some(host)) = (views.first(), host) else {
        return false;
    };
    let cover = covers.of(host, view.attributes.get(Dimension::Client));
    let hung_up = matches!(view.outcome, Outcome::Caller(crate::model::CallerKind::ClientCancel, _));
    // An application that logs calls shows its own time-outs: a hang-up is no attempt beside them.
    cover < if hung_up { Cover::Calls } else { Cover::Attempts }
}

/// One attempt from all its views.
fn in_call(
    joined: &Joined,
    application: Option<View>,
    proxies: &[&View],
    chain: Option<(usize, usize)>,
    Both {
        assembled,
        sources,
        addresses,
        ..
    }: &Both<'_>,
    merged: &mut Merged,
) -> InCall {
    let fact = side::decide(application.as_ref(), proxies, sources);
    let views = || application.iter().chain(proxies.iter().copied());
    let mut seen_by: SmallVec<[Seen; 1]> = SmallVec::with_capacity(views().map(|view| view.lines.len()).sum());
    views().for_each(|view| seen_by.extend(seen(view, sources)));
    seen_by.sort();
    seen_by.dedup();
    let method = joined.method.filter(|_| application.is_some() || proxies.len() > 1);
    let said = chain.and_then(|(family, chain)| assembled.get(family)?.chains.get(chain)?.end);
    let family = application.is_some().then_some(chain).flatten().map(|(family, _)| family);
    let mut one = application.unwrap_or_else(|| View::clone(proxies.first().copied().unwrap_or(&EMPTY_VIEW)));
    if let Some(filled) = family.and_then(|family| addresses.of_lacking(family, &one.attributes)) {
        one.set_attributes(filled, merged);
    }
    for proxy in proxies {
        one.fill_from_proxy(proxy, merged);
    }
    if one.ids.gateway_request_id.is_some() && one.ids.gateway_request_id == one.ids.x_request_id {
        Arc::make_mut(&mut one.ids).gateway_request_id = None;
    }
    if one.of_call {
        // The proxy saw the attempt itself.
        one.duration_ms = proxies.iter().find_map(|proxy| proxy.duration_ms).or(one.duration_ms);
    }
    let upstream = proxies.iter().find_map(|view| view.upstream.as_ref()?.address.clone());
    InCall {
        numbered: one.number,
        chain,
        said: match said {
            Some(ChainEnd::Recovered(_)) => CallOutcome::Recovered,
            Some(ChainEnd::Lost) => CallOutcome::Lost,
            None => CallOutcome::Unknown,
        },
        attempt: Attempt {
            time: one.time,
            duration_ms: one.duration_ms,
            outcome: one.outcome,
            attributes: one.attributes,
            ids: one.ids,
            method: one.method,
            error: one.error,
            number: 1,
            call: 0,
            call_outcome: CallOutcome::Unknown,
            reached: fact.reached(),
            fact,
            side: None,
            side_by_vote: false,
            model_inferred: false,
            retry_in_ms: one.retry_in_ms,
            retry_after_ms: one.retry_after_ms,
            tokens: one.tokens,
            upstream,
            joined: method,
            seen_by,
        },
    }
}

/// A stand-in that no joined attempt ever needs: each has at least one view.
static EMPTY_VIEW: std::sync::LazyLock<View> = std::sync::LazyLock::new(|| View {
    source: 0,
    lines: SmallVec::new(),
    time: Time(0),
    instant: crate::model::Instant::End,
    duration_ms: None,
    of_call: false,
    outcome: Outcome::Unsaid,
    fact: Some(Fact::StatusOnly),
    attributes: Arc::new(Attributes::default()),
    ids: Arc::default(),
    method: None,
    error: None,
    number: None,
    retry_in_ms: None,
    retry_after_ms: None,
    tokens: None,
    upstream: None,
    chain: None,
    counted_as_success: false,
});

fn seen(view: &View, sources: &[(&Name, &SourceRollup)]) -> impl Iterator<Item = Seen> {
    let source = sources.get(view.source);
    let of_source = source.map(|(path, rollup)| (*path, rollup.vantage.unwrap_or(Vantage::Application)));
    of_source.into_iter().flat_map(|(path, vantage)| {
        view.lines.iter().map(move |&line| Seen {
            vantage,
            path: Name::clone(path),
            line,
        })
    })
}

/// When each caller id's call went well, as far as the second look found it.
fn saved(assembled: &[Assembled], proxies: &[ProxyHost], rollup: &Rollup, families: &[Family]) -> BTreeMap<Name, Vec<Time>> {
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
        for chain in &one.chains {
            if let Some(ChainEnd::Recovered(time)) = chain.end {
                let id = chain
                    .views
                    .first()
                    .and_then(|&view| one.views.get(view))
                    .and_then(|view| view.ids.x_client_request_id.as_ref());
                add(id, time);
            }
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
fn numbered_successes(
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

fn finish(
    applications: successes::Successes,
    uncovered: successes::Successes,
    by_proxies: successes::Successes,
    mut attempts: Vec<InCall>,
    saved: &Saved,
    sources: &[(&Name, &SourceRollup)],
    clocks: &[Clock],
) -> Correlated {
    let first = applications.first() + uncovered.first();
    let mut cells = applications.cells();
    let uncovered = uncovered.cells();
    if !uncovered.is_empty() {
        cells.extend(uncovered);
        cells.sort_by(|a, b| (a.time, &a.attributes).cmp(&(b.time, &b.attributes)));
    }
    share_call_attributes(&mut attempts);
    models::infer(&mut attempts, &cells);
    let mut attempts = calls::number(attempts, &cells, saved);
    side::vote(&mut attempts);
    let says_proxy = cells
        .iter()
        .filter(|cell| cell.attributes.get(Dimension::Proxy).is_some())
        .count();
    let has_proxies = by_proxies.total() > 0;
    let proxy_cells = if has_proxies && says_proxy * 2 < cells.len() {
        by_proxies.cells()
    } else {
        Vec::new()
    };
    let calls_with_trouble = attempts
        .iter()
        .map(|attempt| attempt.call)
        .max()
        .map_or(0, |last| u64::from(last) + 1);
    let span = span(sources, clocks);
    let offsets_ms = sources
        .iter()
        .zip(clocks)
        .map(|((name, _), clock)| (Name::clone(name), clock.offset_ms))
        .collect();
    let stamp_starts = sources
        .iter()
        .zip(clocks)
        .filter(|(_, clock)| clock.stamps_start)
        .map(|((name, _), _)| Name::clone(name))
        .collect();
    Correlated {
        traffic: Traffic {
            attempts,
            cells,
            proxy_cells,
            calls: first + calls_with_trouble,
            span,
        },
        offsets_ms,
        stamp_starts,
    }
}

/// The attempts of one caller id are one call's: what one log knows of it (its model), holds for all.
fn share_call_attributes(attempts: &mut [InCall]) {
    let model = |one: &InCall| one.attempt.attributes.get(Dimension::Model).is_some();
    let id = |one: &InCall| one.attempt.ids.x_client_request_id.clone();
    let lacking = attempts.iter().filter(|one| !model(one)).filter_map(id);
    let mut known: AHashMap<Name, Option<Arc<Attributes>>> = lacking.map(|id| (id, None)).collect();
    if known.is_empty() {
        return;
    }
    for one in attempts.iter().filter(|one| model(one)) {
        let of_call = one.attempt.ids.x_client_request_id.as_ref().and_then(|id| known.get_mut(id));
        if let Some(of_call) = of_call {
            of_call.get_or_insert_with(|| Arc::clone(&one.attempt.attributes));
        }
    }
    for one in attempts.iter_mut().filter(|one| !model(one)) {
        let attempt = &mut one.attempt;
        let of_call = attempt.ids.x_client_request_id.as_ref().and_then(|id| known.get(id));
        if let Some(Some(from)) = of_call {
            let mut filled = Attributes::clone(&attempt.attributes);
            let proxy = filled.get(Dimension::Proxy).cloned();
            filled.fill_from(from);
            filled.set(Dimension::Proxy, proxy);
            attempt.attributes = Arc::new(filled);
        }
    }
}

fn span(sources: &[(&Name, &SourceRollup)], clocks: &[Clock]) -> Option<(Time, Time)> {
    sources
        .iter()
        .zip(clocks)
        .filter_map(|((_, rollup), clock)| {
            rollup
                .span
                .map(|(first, last)| (first.plus_ms(clock.offset_ms), last.plus_ms(clock.offset_ms)))
        })
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}
