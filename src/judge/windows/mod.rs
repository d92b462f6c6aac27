//! When did calls fail more than usual, and what did the failing ones share (classification, part B).
//!
//! One side at a time: the counts ([`table`]), the stretches above background ([`automaton`]), the attributes that
//! explain them ([`localise`], [`stagger`]), their edges ([`edges`]), peeled one by one ([`search`]); then what
//! clustered background could explain is dropped and fragments are put together ([`settle`]).

mod automaton;
mod draft;
mod edges;
mod localise;
mod search;
mod settle;
mod stagger;
pub(crate) mod statistics;
pub(crate) mod table;

pub(super) use draft::Draft;
pub(super) use edges::Flow;

use super::baseline::Usual;
use super::thresholds::{CELL_MS, Thresholds};
use crate::model::{Attempt, Dimension, Side, Traffic};
use settle::Minutes;
use table::Table;

/// The dimensions that a proxy's line tells by itself.
const OF_PROXIES: [Dimension; 3] = [Dimension::Proxy, Dimension::Endpoint, Dimension::ServerAddress];

/// The windows of both sides, by start, before their verdicts.
pub(super) fn find<'a>(traffic: &'a Traffic, thresholds: &Thresholds, usual: Usual<'_>) -> Vec<Draft<'a>> {
    let mut windows = Vec::new();
    for side in [Side::Provider, Side::Network] {
        let table = main_table(traffic, side);
        let minutes = minutes(&table);
        let usual = usual.background(side, table.start);
        let found = search::search(table, proxy_table(traffic, side), thresholds, usual);
        windows.extend(settle::drop_clumps(found, &minutes));
    }
    let mut windows = settle::merge(windows, thresholds);
    windows.sort_by(|a, b| (a.start, a.side, &a.scope).cmp(&(b.start, b.side, &b.scope)));
    windows
}

/// The table a window's counts come from.
pub(super) fn table_for<'a>(traffic: &'a Traffic, window: &Draft<'_>) -> Table<'a> {
    let by_proxies = if window.by_proxies {
        proxy_table(traffic, window.side)
    } else {
        None
    };
    by_proxies.unwrap_or_else(|| main_table(traffic, window.side))
}

fn main_table(traffic: &Traffic, side: Side) -> Table<'_> {
    let told_by_proxies = !traffic.proxy_cells.is_empty();
    let dimensions: Vec<Dimension> = Dimension::ALL
        .into_iter()
        .filter(|dimension| *dimension != Dimension::Client && !(told_by_proxies && *dimension == Dimension::Proxy))
        .collect();
    Table::of(traffic, &traffic.cells, &dimensions, side, |_| true)
}

/// The proxies' own table, where applications do not log their egress.
fn proxy_table(traffic: &Traffic, side: Side) -> Option<Table<'_>> {
    let seen_by_proxy = |attempt: &Attempt| attempt.attributes.get(Dimension::Proxy).is_some();
    (!traffic.proxy_cells.is_empty()).then(|| Table::of(traffic, &traffic.proxy_cells, &OF_PROXIES, side, seen_by_proxy))
}

fn minutes(table: &Table<'_>) -> Minutes {
    let first = table.start.0.div_euclid(CELL_MS);
    let mut minutes = Minutes::new();
    for entry in &table.entries {
        let sum = minutes.entry(first + i64::try_from(entry.minute).unwrap_or(0)).or_default();
        *sum = (sum.0 + entry.n, sum.1 + entry.k);
    }
    minutes
}
