//! When did calls fail more than usual, and what did the failing ones share (classification, part B).
//!
//! One side at a time: the counts ([`table`]), the stretches above background ([`automaton`]), the attributes that
//! explain them ([`localise`], [`stagger`]), their edges ([`edges`], [`strays`]), one window a [`round`], peeled one by
//! one ([`search`]); then what clustered background could explain is dropped and fragments are put together ([`settle`]).

mod automaton;
mod confine;
mod draft;
mod edges;
mod ended;
mod localise;
mod round;
#[cfg(test)]
mod scenarios;
mod search;
mod settle;
mod slices;
mod stagger;
pub(crate) mod statistics;
mod strays;
pub(crate) mod table;

pub(super) use draft::Draft;
pub(super) use edges::Flow;

use super::baseline::Usual;
use super::thresholds::{CELL_MS, Thresholds};
use crate::model::{Attempt, Dimension, Side, Traffic};
use crate::workers::Workers;
use settle::Minutes;
use table::{Entry, Table};

/// The dimensions that a proxy's line tells by itself.
const OF_PROXIES: [Dimension; 3] = [Dimension::Proxy, Dimension::Endpoint, Dimension::ServerAddress];

/// The counts that windows are found in and that their numbers come from.
pub(super) struct Tables<'a> {
    of_provider: OfSide<'a>,
    of_network: OfSide<'a>,
}

/// The counts of one side: all of them, and those that the proxies tell by themselves.
struct OfSide<'a> {
    main: Table<'a>,
    proxies: Option<Table<'a>>,
}

impl<'a> Tables<'a> {
    /// Counts the traffic for both sides.
    pub(super) fn of(traffic: &'a Traffic, workers: &Workers) -> Self {
        let of_side = |side| {
            let (main, proxies) = workers.both(|| main_table(traffic, side), || proxy_table(traffic, side));
            OfSide { main, proxies }
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
        let OfSide { main, proxies } = self.of_side(window.side);
        proxies.as_ref().filter(|_| window.by_proxies).unwrap_or(main)
    }
}

/// The windows of both sides, by start, before their verdicts.
pub(super) fn find<'a>(tables: &Tables<'a>, thresholds: &Thresholds, usual: Usual<'_>, workers: &Workers) -> Vec<Draft<'a>> {
    let of_side = |side| {
        let OfSide { main, proxies } = tables.of_side(side);
        let usual = usual.background(side, main.start);
        let found = search::search(main, proxies.as_ref(), thresholds, usual, workers);
        settle::drop_clumps(found, &minutes(main))
    };
    let (mut windows, of_network) = workers.both(|| of_side(Side::Provider), || of_side(Side::Network));
    windows.extend(of_network);
    let mut windows = settle::merge(windows, thresholds);
    confine::confine(&mut windows, &tables.of_provider.main);
    windows.sort_by(|a, b| (a.start, a.side, &a.scope).cmp(&(b.start, b.side, &b.scope)));
    windows
}

fn main_table(traffic: &Traffic, side: Side) -> Table<'_> {
    let told_by_proxies = !traffic.proxy_cells().is_empty();
    let dimensions: Vec<Dimension> = Dimension::ALL
        .into_iter()
        .filter(|dimension| *dimension != Dimension::Client && !(told_by_proxies && *dimension == Dimension::Proxy))
        .collect();
    Table::of(traffic, &traffic.cells, &dimensions, side, |_| true)
}

/// The proxies' own table, where applications do not log their egress.
fn proxy_table(traffic: &Traffic, side: Side) -> Option<Table<'_>> {
    let seen_by_proxy = |attempt: &Attempt| attempt.attributes.get(Dimension::Proxy).is_some();
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
