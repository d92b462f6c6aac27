//! When did calls fail more than usual, and what did the failing ones share (classification, part B).
//!
//! One side at a time: the counts ([`table`]), the stretches above background ([`automaton`]), the attributes that
//! explain them ([`services`], [`localise`], [`stagger`]), their edges ([`edges`], [`strays`]), one window a [`round`], peeled one by
//! one ([`search`]); then what clustered background could explain is dropped and fragments are put together ([`settle`], [`told_twice`]).

mod apart;
mod automaton;
mod confine;
mod contrast;
mod draft;
mod edges;
mod ended;
pub(super) mod entries;
mod found;
mod ground;
mod localise;
mod round;
#[cfg(test)]
mod scenarios;
mod search;
mod services;
mod settle;
mod slices;
mod stagger;
pub(crate) mod statistics;
mod strays;
pub(crate) mod table;
mod told_twice;

pub(super) use draft::Draft;
pub(super) use edges::Flow;

use super::baseline::Usual;
use super::only_failures::OnlyFailures;
use super::thresholds::{BACKGROUND_FLOOR, CELL_MS, Thresholds};
use crate::model::{Attempt, Dimension, Side, Traffic, TrafficCell};
use crate::workers::Workers;
use entries::Entry;
use settle::Minutes;
use table::Table;

/// The dimensions that a proxy's line tells by itself.
const OF_PROXIES: [Dimension; 3] = [Dimension::Proxy, Dimension::Endpoint, Dimension::ServerAddress];

/// The counts that windows are found in and that their numbers come from.
pub(super) struct Tables<'a> {
    of_provider: OfSide<'a>,
    of_network: OfSide<'a>,
}

/// The counts of one side: all of them, those that the proxies tell by themselves, and those of logs of failures alone, among
/// assumed successes.
struct OfSide<'a> {
    main: Table<'a>,
    proxies: Option<Table<'a>>,
    arrivals: Option<Table<'a>>,
}

/// Failures of which only failures were logged, and the flow of successes that is assumed around them.
#[derive(Clone, Copy)]
pub(super) struct Arrivals<'a> {
    pub(super) of: &'a OnlyFailures,
    pub(super) flow: &'a [TrafficCell],
}

impl<'a> Tables<'a> {
    /// Counts the traffic for both sides.
    pub(super) fn of(traffic: &'a Traffic, arrivals: Arrivals<'a>, workers: &Workers) -> Self {
        let of_side = |side| {
            let (main, proxies) = workers.both(
                || main_table(traffic, arrivals, side),
                || proxy_table(traffic, arrivals, side),
            );
            let arrivals = arrivals_table(traffic, arrivals, side);
            OfSide { main, proxies, arrivals }
        };
        let (of_provider, of_network) = workers.both(|| of_side(Side::Provider), || of_side(Side::Network));
        Self { of_provider, of_network }
    }

    fn of_side(&self, side: Side) -> &OfSide<'a> {
        match side {
            Side::Provider => &self.of_provider,
            Side::Network => &self.of_network,
        }
    }

    /// The table a window's counts come from.
    pub(super) fn of_window(&self, window: &Draft<'_>) -> &Table<'a> {
        let OfSide { main, proxies, arrivals } = self.of_side(window.side);
        let other = if window.only_failures { arrivals } else { proxies };
        other
            .as_ref()
            .filter(|_| window.only_failures || window.by_proxies)
            .unwrap_or(main)
    }
}

/// The windows of both sides, by start, before their verdicts.
pub(super) fn find<'a>(tables: &Tables<'a>, thresholds: &Thresholds, usual: Usual<'_>, workers: &Workers) -> Vec<Draft<'a>> {
    let of_side = |side| {
        let OfSide { main, proxies, .. } = tables.of_side(side);
        let usual = usual.background(side, main.start);
        let found = search::search(main, proxies.as_ref(), thresholds, usual, workers);
        settle::drop_clumps(found, &minutes(main))
    };
    let (mut windows, of_network) = workers.both(|| of_side(Side::Provider), || of_side(Side::Network));
    windows.extend(of_network);
    let mut windows = settle::merge(windows, thresholds);
    confine::confine(&mut windows, &tables.of_provider.main);
    windows.extend(of_arrivals(tables, thresholds, workers));
    windows.sort_by(|a, b| (a.start, a.side, &a.scope).cmp(&(b.start, b.side, &b.scope)));
    windows
}

/// The windows of logs of failures alone. What is usual there is what the assumed flow makes of it, and nothing else.
fn of_arrivals<'a>(tables: &Tables<'a>, thresholds: &Thresholds, workers: &Workers) -> Vec<Draft<'a>> {
    let mut windows = Vec::new();
    for side in [Side::Provider, Side::Network] {
        let Some(table) = &tables.of_side(side).arrivals else {
            continue;
        };
        let thresholds = Thresholds {
            background: None,
            ..*thresholds
        };
        let found = search::search(table, None, &thresholds, Some(BACKGROUND_FLOOR), workers);
        let mut found = settle::merge(settle::drop_clumps(found, &minutes(table)), &thresholds);
        confine::confine(&mut found, table);
        windows.extend(found);
    }
    windows.iter_mut().for_each(|window| window.only_failures = true);
    windows
}

fn main_table<'a>(traffic: &'a Traffic, arrivals: Arrivals<'_>, side: Side) -> Table<'a> {
    let told_by_proxies = !traffic.proxy_cells().is_empty();
    let dimensions: Vec<Dimension> = Dimension::ALL
        .into_iter()
        .filter(|dimension| *dimension != Dimension::Client && !(told_by_proxies && *dimension == Dimension::Proxy))
        .collect();
    Table::of(traffic, &traffic.cells, &dimensions, side, |place, _| {
        !arrivals.of.holds(place)
    })
}

/// The failures of logs of failures alone, among what is assumed; none where there are none.
fn arrivals_table<'a>(traffic: &'a Traffic, arrivals: Arrivals<'a>, side: Side) -> Option<Table<'a>> {
    let dimensions: Vec<Dimension> = Dimension::ALL
        .into_iter()
        .filter(|dimension| *dimension != Dimension::Client)
        .collect();
    let is_one = |place: u32, attempt: &Attempt| arrivals.of.holds(place) && attempt.side == Some(side);
    (!arrivals.flow.is_empty()).then(|| Table::of(traffic, arrivals.flow, &dimensions, side, is_one))
}

/// The proxies' own table, where applications do not log their egress.
fn proxy_table<'a>(traffic: &'a Traffic, arrivals: Arrivals<'_>, side: Side) -> Option<Table<'a>> {
    let seen_by_proxy =
        |place: u32, attempt: &Attempt| !arrivals.of.holds(place) && attempt.attributes.get(Dimension::Proxy).is_some();
    (!traffic.proxy_cells().is_empty()).then(|| Table::of(traffic, traffic.proxy_cells(), &OF_PROXIES, side, seen_by_proxy))
}

fn minutes(table: &Table<'_>) -> Minutes {
    let first = table.start.0.div_euclid(CELL_MS);
    let minutes = table.entries.chunk_by(|one, next| one.minute == next.minute);
    let sum = |of_minute: &[Entry]| {
        let minute = of_minute.first().map_or(0, |entry| entry.minute);
        let counts = of_minute
            .iter()
            .fold((0.0, 0.0), |sum, entry| (sum.0 + entry.n, sum.1 + entry.k));
        (first + i64::try_from(minute).unwrap_or(0), counts)
    };
    minutes.map(sum).collect()
}
