//! From many logs to one traffic: every attempt once, whoever saw it, and the calls they belong to.
//!
//! The stages, in order: which files are one log ([`family`], [`proxies`]); each application's records put together
//! into attempts ([`assemble`]); the clocks set right ([`clocks`]); both sides of each failure joined ([`pair`]); whose
//! traffic is already shown ([`cover`]); the successes ([`successes`]); the sides ([`side`]); the calls ([`calls`]).

mod addresses;
mod assemble;
mod both;
mod by_client;
mod by_hash;
mod calls;
mod chance;
mod clocks;
mod cover;
mod covering;
mod earlier;
mod family;
mod fit;
mod free;
mod hops;
mod joining;
mod merged;
mod met;
mod mixed;
mod models;
mod named;
mod pair;
mod proxies;
mod quiet;
mod saved;
mod shared_ids;
mod shown;
mod side;
mod stretches;
mod successes;
mod ties;
mod twins;
mod view;
mod writers;

use crate::judge::combinations::asked_once;
use crate::model::{Attributes, ByProxies, Dimension, Millis, Name, Rollup, SourceRollup, Time, Traffic, TrafficCell};
use crate::workers::Workers;
use addresses::Addresses;
use ahash::AHashMap;
use assemble::Assembled;
use both::Both;
use clocks::Clock;
use family::Family;
pub(crate) use family::stem;
use joining::{Sides, join};
use proxies::ProxyHost;
use saved::Saved;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use successes::{OfProxies, Successes};
use view::{SourceIndex, View};
pub(crate) use writers::Writers;

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

/// What every log's clock needs to be right. A second look changes nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks(Vec<Clock>);

impl Clocks {
    /// Works them out.
    #[must_use]
    pub(super) fn of(rollup: &Rollup, workers: &Workers) -> Self {
        let sources: Vec<(&Name, &SourceRollup)> = by_name(rollup);
        Self(clocks::clocks(
            &sources,
            &family::families(&sources),
            &proxies::hosts_without_views(&sources),
            workers,
        ))
    }

    /// Those of the sources, where they are of as many.
    fn of_all(&self, sources: &[(&Name, &SourceRollup)]) -> Option<&[Clock]> {
        (self.0.len() == sources.len()).then_some(&self.0)
    }

    /// Lets go of the counts by stamp plus duration of logs whose stamps are no starts: nothing asks for them any more, and
    /// they weigh as much as those by stamp.
    pub(super) fn let_go_of_starts(&self, rollup: &mut Rollup) {
        if self.0.len() != rollup.sources.len() {
            return;
        }
        for (source, clock) in rollup.sources.values_mut().zip(&self.0) {
            if !clock.stamps_start {
                source.cells.let_go_of_starts();
            }
        }
    }

    /// What is to be added to each source's times, in milliseconds, so that the clocks agree.
    pub(super) fn offsets_ms<'r>(&self, rollup: &'r Rollup) -> BTreeMap<&'r Name, i64> {
        let offsets = self.0.iter().map(|clock| clock.offset_ms);
        rollup.sources.keys().zip(offsets).collect()
    }
}

/// Joins, counts and numbers everything; `clocks` are those that the same logs were found to have before.
pub(crate) fn correlate(rollup: &Rollup, clocks: Option<&Clocks>, workers: &Workers) -> Correlated {
    let sources: Vec<(&Name, &SourceRollup)> = by_name(rollup);
    let families = family::families(&sources);
    let mut proxies = proxies::hosts(&sources, workers);
    let writers = Writers::of(&sources);
    writers.name_all(&mut proxies);
    let known = clocks.and_then(|clocks| clocks.of_all(&sources)).map(Cow::from);
    let clocks = known.unwrap_or_else(|| clocks::clocks(&sources, &families, &proxies, workers).into());
    let numbered: Vec<(u32, &Family)> = (0..).zip(&families).collect();
    let (mut assembled, numbered) = workers.both(
        || workers.map(&numbered, |family| assemble_family(*family, &sources, workers)),
        || saved::numbered(&families, &sources, &clocks),
    );
    set_clocks(&mut assembled, &mut proxies, &clocks, workers);

    let by_id = saved::by_id(&assembled, &families, (&sources, &clocks));
    let sides = join(&mut assembled, &mut proxies, &families, (&sources, &clocks), workers);
    let (addresses, unnamed) = sides.sent(&proxies, &families, (&sources, &writers));
    let Sides {
        applications,
        proxy_views,
        hosts,
        joined,
        covers,
    } = sides;
    let saved = Saved {
        by_id: saved::with_those_of_proxies(by_id, &proxies, &covers),
        numbered: saved::sent(numbered, &addresses),
    };
    let both = Both {
        families: &families,
        hosts: &hosts,
        covers: &covers,
        addresses: &addresses,
        unnamed: &unnamed,
        sources: &sources,
    };
    let died = both.died(&applications, (&joined, &proxy_views));
    let well = || {
        let of_applications = || {
            let mut successes = successes::of_applications(&families, &sources, &clocks, &addresses);
            both.take_broken_streams(&died, &mut successes);
            mark_later(&assembled, &addresses, (&sources, &clocks), &mut successes);
            (successes.first(), successes.cells())
        };
        let of_proxies = || {
            let mut successes = successes::of_proxies(&proxies, (&sources, &clocks), &covers, &writers);
            died.of_proxies.iter().for_each(|one| successes.take_away(one.0, &one.1));
            (successes.uncovered.first(), successes.cells())
        };
        let ((first, cells), (of_proxies_first, of_proxies)) = workers.both(of_applications, of_proxies);
        (first + of_proxies_first, counted_once(cells, of_proxies))
    };
    let failed = || {
        let mut attempts = both.attempts(applications, proxy_views, &joined, workers);
        share_call_attributes(&mut attempts);
        attempts
    };
    let (attempts, (first, (cells, by_proxies))) = workers.both(failed, well);
    drop(joined);
    finish(attempts, (cells, by_proxies, first), &saved, (&sources, &clocks), workers)
}

/// Tells the calls that went well at last from those that did at once.
fn mark_later(
    assembled: &[Assembled],
    addresses: &Addresses,
    (sources, clocks): (&[(&Name, &SourceRollup)], &[Clock]),
    successes: &mut Successes,
) {
    for (family, one) in assembled.iter().enumerate() {
        for recovered in &one.recovered {
            let Some(attributes) = &recovered.by else { continue };
            let Some((_, rollup)) = sources.get(recovered.source) else {
                continue;
            };
            let clock = clocks.get(recovered.source).copied().unwrap_or_default();
            let cell = successes::cell_of((rollup, clock), recovered.time, recovered.until_ms);
            successes.mark_later(cell, &addresses.filled(family, attributes));
        }
    }
}

/// The sources by their number, which is their place by name.
pub(crate) fn by_name(rollup: &Rollup) -> Vec<(&Name, &SourceRollup)> {
    rollup.sources.iter().map(|(name, source)| (name, &**source)).collect()
}

fn assemble_family<'s>((number, family): (u32, &Family), sources: &[(&Name, &'s SourceRollup)], workers: &Workers) -> Assembled {
    let mut members: Vec<_> = family
        .sources
        .iter()
        .filter_map(|&index| Some((index, sources.get(index)?.1)))
        .collect();
    members.sort_by_key(|(index, rollup)| (rollup.span, *index));
    let file = |(index, rollup): (SourceIndex, &'s SourceRollup)| (index, rollup.observations.as_slice());
    let files: Vec<assemble::File<'_>> = members.into_iter().map(file).collect();
    assemble::assemble(&files, (number, family), workers)
}

/// Moves every view to its end on the common clock. What a proxy's layout lets one think of its stamps yields to what its pairs
/// show: sites name a field as another proxy does.
fn set_clocks(assembled: &mut [Assembled], proxies: &mut [ProxyHost], clocks: &[Clock], workers: &Workers) {
    let set = |view: &mut View, may_start: bool| {
        let clock = clocks.get(view.source).copied().unwrap_or_default();
        view.time = clock.end(view.time, view.duration_ms.filter(|_| may_start).map(Millis::get));
    };
    for one in assembled {
        workers.each_mut(&mut one.views, |_, view, (): &mut ()| {
            set(view, view.instant == crate::model::Instant::Unknown);
        });
    }
    for views in proxies.iter_mut().flat_map(|proxy| [&mut proxy.views, &mut proxy.successes]) {
        workers.each_mut(views, |_, view, (): &mut ()| set(view, true));
    }
}

fn finish(
    mut attempts: Vec<View>,
    (mut cells, by_proxies, first): (Vec<TrafficCell>, ByProxies, u64),
    saved: &Saved,
    (sources, clocks): (&[(&Name, &SourceRollup)], &[Clock]),
    workers: &Workers,
) -> Correlated {
    models::infer(&mut attempts, &cells);
    let (mut attempts, savings) = calls::number(attempts, &cells, saved, sources, workers);
    let first = first.saturating_sub(successes::take_savings(&mut cells, &savings));
    side::vote(&mut attempts, workers);
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
            by_proxies,
            calls: first + calls_with_trouble,
            span,
        },
        offsets_ms,
        stamp_starts,
    }
}

/// The successes that count, by time and attributes; and those of the proxies, where these say by which proxy they went and
/// the others do not.
fn counted_once(
    mut cells: Vec<TrafficCell>,
    OfProxies { uncovered, all }: OfProxies<Vec<TrafficCell>>,
) -> (Vec<TrafficCell>, ByProxies) {
    let counted = || cells.iter().chain(&uncovered);
    let says_proxy = asked_once(|attributes| attributes.get(Dimension::Proxy).is_some());
    let is_told = counted().filter(|cell| says_proxy(&cell.attributes)).count() * 2 >= counted().count();
    if cells.is_empty() && all.is_none() {
        return (uncovered, if is_told { ByProxies::Untold } else { ByProxies::All });
    }
    let by_proxies = match all {
        _ if is_told => ByProxies::Untold,
        Some(all) => ByProxies::Cells(all),
        None => ByProxies::Cells(uncovered.clone()),
    };
    if cells.is_empty() {
        return (uncovered, by_proxies);
    }
    if !uncovered.is_empty() {
        cells.extend(uncovered);
        cells.sort_by(|a, b| (a.time, &a.attributes).cmp(&(b.time, &b.attributes)));
    }
    (cells, by_proxies)
}

/// The attempts of one caller id are one call's: what one log knows of it (its model), holds for all.
fn share_call_attributes(attempts: &mut [View]) {
    let has_model = asked_once(|attributes| attributes.get(Dimension::Model).is_some());
    let model = |one: &View| has_model(&one.attributes);
    let id = |one: &View| one.ids.x_client_request_id().map(Name::from);
    if !attempts.iter().any(model) {
        return;
    }
    let lacking = attempts.iter().filter(|one| !model(one)).filter_map(id);
    let mut known: AHashMap<Name, Option<Arc<Attributes>>> = lacking.map(|id| (id, None)).collect();
    if known.is_empty() {
        return;
    }
    for one in attempts.iter().filter(|one| model(one)) {
        let of_call = one.ids.x_client_request_id().and_then(|id| known.get_mut(id));
        if let Some(of_call) = of_call {
            of_call.get_or_insert_with(|| Arc::clone(&one.attributes));
        }
    }
    for one in attempts.iter_mut().filter(|one| !model(one)) {
        let of_call = one.ids.x_client_request_id().and_then(|id| known.get(id));
        if let Some(Some(from)) = of_call {
            let mut filled = Attributes::clone(&one.attributes);
            let proxy = filled.get(Dimension::Proxy).cloned();
            filled.fill_from(from);
            filled.set(Dimension::Proxy, proxy);
            one.attributes = Arc::new(filled);
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
