//! The search for one side: the strongest stretch first, its scope, its edges; then its traffic is taken away and the
//! rest is searched again (classification B4, peeling).

use super::automaton::{Segment, segments};
use super::draft::Draft;
use super::found::Found;
use super::round::Round;
use super::slices::{Slices, failed};
use super::statistics::f;
use super::table::{Slice, Table};
use crate::judge::thresholds::{
    ANCHOR_RATIO, ANCHOR_SHARE, BACKGROUND_AGAIN, BACKGROUND_CAP, EVIDENCE_FLOOR, ROUNDS, Thresholds,
};
use crate::model::Dimension;
use crate::workers::Workers;
use std::collections::BTreeMap;

/// Minutes of a day: more cells than these do not ask for more evidence per window, or long logs would be blind.
const CELLS_AT_MOST: u64 = 1440;

/// The windows of one side. The background is what the user says it is, else what is usual, else what the logs tell: first
/// guessed from their blocks, then measured outside the windows found so, where it is clearly higher. The guess is low on
/// purpose, or long windows would hide in it; but against a low one, two failures hours apart look like one window.
pub(super) fn search<'a>(
    table: &Table<'a>,
    proxies: Option<&Table<'a>>,
    thresholds: &Thresholds,
    usual: Option<f64>,
    workers: &Workers,
) -> Vec<Draft<'a>> {
    if let Some(told) = thresholds.background.or(usual) {
        return peeled(table, proxies, thresholds, told, workers).0;
    }
    let guess = table.background();
    let (windows, rest) = peeled(table, proxies, thresholds, guess, workers);
    let measured = rest.clamp(guess, BACKGROUND_CAP);
    if measured <= BACKGROUND_AGAIN * guess {
        return windows;
    }
    peeled(table, proxies, thresholds, measured, workers).0
}

/// The windows above a background, and the failing share of what none of them took.
fn peeled<'a>(
    table: &Table<'a>,
    proxies: Option<&Table<'a>>,
    thresholds: &Thresholds,
    background: f64,
    workers: &Workers,
) -> (Vec<Draft<'a>>, f64) {
    let (mut table, mut proxies) = (table.clone(), proxies.cloned());
    let mut windows = Vec::new();
    let mut searched = Slices::of(&table);
    for _ in 0..ROUNDS {
        let slices = searched.segments(background, thresholds.min_failures, workers);
        let proxy_slices = proxies
            .as_ref()
            .map(|table| proxy_segments(table, background))
            .unwrap_or_default();
        let threshold = threshold(searched.minutes(), slices.len() + proxy_slices.len(), thresholds);
        let Some(found) = strongest(&table, proxies.as_ref(), &slices, &proxy_slices, threshold) else {
            break;
        };
        let round = Round {
            table: &table,
            proxies: proxies.as_ref(),
            background,
            threshold,
            slices: &slices,
            proxy_slices: &proxy_slices,
            thresholds,
        };
        let (scope, first, last, draft) = round.window(&found);
        let mut taken = 0.0;
        let (from, to) = (first.saturating_sub(1), last + 1);
        let is_seen = table.sees(&scope);
        for side_table in [Some(&mut table), proxies.as_mut()].into_iter().flatten() {
            if side_table.sees(&scope) {
                taken += side_table.remove(&scope, from, to);
            } else if let Some(draft) = &draft {
                side_table.remove_failures(&draft.failures);
                taken += f(draft.failures.len() as u64);
            }
        }
        if taken <= 0.0 {
            // The window's place was empty already: without its stretch, every further round would find the same again.
            take_stretch(&mut table, proxies.as_mut(), &found);
            searched.renew(&table, found.segment.first, found.segment.last);
        }
        if is_seen {
            searched.renew(&table, from, to);
        } else {
            searched = Slices::of(&table);
        }
        windows.extend(draft);
    }
    (windows, table.failing_share())
}

/// Takes away a stretch itself, on its own slice.
fn take_stretch<'a>(table: &mut Table<'a>, proxies: Option<&mut Table<'a>>, found: &Found) {
    let table = proxies.filter(|_| found.in_proxies).unwrap_or(table);
    let scope = found.slice_in(table);
    table.remove(&scope, found.segment.first, found.segment.last);
}

/// The proxies' table is searched by proxy only: its other attributes stand in the applications' table.
fn proxy_segments(table: &Table<'_>, background: f64) -> BTreeMap<Slice, Vec<Segment>> {
    let Some(at) = table.dimensions.iter().position(|dimension| *dimension == Dimension::Proxy) else {
        return BTreeMap::new();
    };
    let slices = table
        .series_of_slices(&table.entries)
        .into_iter()
        .filter(|(slice, series)| slice.is_some_and(|(dimension, _)| dimension == at) && failed(series) >= 1.0);
    slices.map(|(slice, series)| (slice, segments(&series, background))).collect()
}

/// The evidence asked for: so much that chance gives `alpha` windows a day over all slices (classification B4).
fn threshold(minutes: usize, slices: usize, thresholds: &Thresholds) -> f64 {
    let cells = CELLS_AT_MOST.min(minutes as u64 + 1);
    (f(cells) * f(slices as u64) / thresholds.alpha).ln().max(EVIDENCE_FLOOR)
}

/// The segment with the highest score, or one nearly as strong that overlaps it and fails clearly more often.
fn strongest(
    table: &Table<'_>,
    proxies: Option<&Table<'_>>,
    slices: &BTreeMap<Slice, Vec<Segment>>,
    proxy_slices: &BTreeMap<Slice, Vec<Segment>>,
    threshold: f64,
) -> Option<Found> {
    let all = |slices: &BTreeMap<Slice, Vec<Segment>>, in_proxies: bool| -> Vec<Found> {
        let found = slices.iter().flat_map(|(slice, segments)| {
            segments.iter().map(move |segment| Found {
                segment: *segment,
                slice: *slice,
                in_proxies,
            })
        });
        found.filter(|found| found.segment.score >= threshold).collect()
    };
    let mut candidates = all(slices, false);
    candidates.extend(all(proxy_slices, true));
    let top = candidates
        .iter()
        .enumerate()
        .fold(None, |best: Option<(usize, f64)>, (at, found)| match best {
            Some((_, score)) if found.segment.score <= score => best,
            _ => Some((at, found.segment.score)),
        })?;
    let density = |found: &Found| {
        let table = if found.in_proxies { proxies } else { Some(table) };
        table.map_or(0.0, |table| density(table, found))
    };
    let best = candidates.get(top.0)?;
    let top_density = density(best);
    let near = candidates.iter().enumerate().filter(|(_, found)| {
        found.segment.score >= ANCHOR_SHARE * top.1
            && found.segment.first <= best.segment.last
            && found.segment.last >= best.segment.first
    });
    let densest = near
        .map(|(at, found)| (at, density(found)))
        .fold((top.0, top_density), |best, one| if one.1 > best.1 { one } else { best });
    let chosen = if densest.1 > ANCHOR_RATIO * top_density {
        densest.0
    } else {
        top.0
    };
    (chosen < candidates.len()).then(|| candidates.swap_remove(chosen))
}

/// Failing share of a found stretch.
fn density(table: &Table<'_>, found: &Found) -> f64 {
    let inside = table.between(found.segment.first, found.segment.last).iter().filter(|entry| {
        entry.alive
            && found
                .slice
                .is_none_or(|(dimension, value)| entry.values.get(dimension).copied().flatten() == Some(value))
    });
    let (k, n) = inside.fold((0.0, 0.0), |sum, entry| (sum.0 + entry.k, sum.1 + entry.n));
    k / n.max(1.0)
}
