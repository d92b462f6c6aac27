//! Traffic over time for the reports that draw it: the cells and attempts that the windows came from, in a few hundred
//! equal steps, for all traffic, for the values of each attribute ([`slices`]), and around each window.

mod durations;
mod slices;

#[cfg(test)]
mod tests;

pub(super) use durations::Durations;

use super::combinations::asked_once;
use crate::model::{
    Attempt, Attributes, Dimension, Millis, Outcome, Step, Steps, Time, Timeline, Took, Traffic, TrafficCell, Window, Zoom,
};
use crate::workers::Workers;
use std::sync::Arc;

/// Steps of the whole: about as many as a screen has room for.
const STEPS: i64 = 240;

/// Steps around a window, which is drawn smaller.
const ZOOM_STEPS: i64 = 90;

/// Fewer steps than this are never needed to make each of them hold enough.
const FEW_STEPS: i64 = 60;

/// Attempts a step should hold on average, for a share to mean anything.
const ATTEMPTS_PER_STEP: u64 = 3;

/// Windows drawn one by one: more than anyone scrolls through.
const ZOOMS: usize = 64;

/// What is seen around a window: half its length on both sides, at least five minutes (the longest transient fault), at
/// most two hours.
const AROUND_MS: (i64, i64) = (300_000, 7_200_000);

/// A log may hold a stamp of 1970 or of next year. Where all traffic spans so many times what all but one in a thousand
/// attempts do, these are left out of the drawing and counted.
const STRAY_FACTOR: i64 = 3;

/// One attempt in so many may be astray at each end.
const STRAY_SHARE: u64 = 2000;

/// Lengths of a step that read well, in seconds.
const LENGTHS: [i64; 19] = [
    5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_419_200,
];

/// Attempts of one time and one combination of attributes.
type Counted<'a> = (Time, &'a Arc<Attributes>, Step);

/// The traffic over time.
pub(super) fn timeline(traffic: &Traffic, windows: &[Window], durations: &Durations, workers: &Workers) -> Timeline {
    let attempts = counted(traffic).map(|(.., step)| step.attempts).sum();
    let Some((from, to)) = span(traffic, windows, attempts) else {
        return Timeline::default();
    };
    let mut all = empty(from, to, STEPS, attempts);
    let mut outside = 0;
    for (time, _, step) in counted(traffic) {
        match place(&all, time).and_then(|at| all.steps.get_mut(at)) {
            Some(sum) => sum.add(step),
            None => outside += step.attempts,
        }
    }
    let zoomed: Vec<&Window> = windows.iter().take(ZOOMS).collect();
    let (slices, windows) = workers.both(
        || slices::slices(&|| counted(traffic), &|| counted_by_proxies(traffic), &all),
        || workers.map(&zoomed, |window| zoom(traffic, window, durations)),
    );
    Timeline {
        outside,
        slices,
        windows,
        all,
    }
}

/// Every attempt, counted, with its time and attributes.
fn counted(traffic: &Traffic) -> impl Iterator<Item = Counted<'_>> {
    let cells = traffic.cells.iter().map(|cell| (cell.time, &cell.attributes, of_cell(cell)));
    let attempts = traffic.attempts.iter().filter(|attempt| attempt.outcome != Outcome::Unsaid);
    cells.chain(attempts.map(|attempt| (attempt.time, &attempt.attributes, of_attempt(attempt))))
}

/// Every attempt that a proxy saw, counted: where applications do not log the way a call took.
fn counted_by_proxies(traffic: &Traffic) -> impl Iterator<Item = Counted<'_>> {
    let cells = traffic.proxy_cells().iter();
    let attempts = traffic.attempts.iter().filter(|_| !traffic.proxy_cells().is_empty());
    let attempts = attempts.filter(|attempt| attempt.attributes.get(Dimension::Proxy).is_some());
    cells
        .map(|cell| (cell.time, &cell.attributes, of_cell(cell)))
        .chain(attempts.map(|attempt| (attempt.time, &attempt.attributes, of_attempt(attempt))))
}

fn of_cell(cell: &TrafficCell) -> Step {
    Step {
        attempts: u64::from(cell.ok),
        ..Step::default()
    }
}

fn of_attempt(attempt: &Attempt) -> Step {
    Step {
        attempts: 1,
        failures: u64::from(attempt.outcome.is_failure()),
        caller_side: u64::from(attempt.outcome.is_caller_side()),
    }
}

/// From the first of so many attempts to the last, strays left out; windows are always inside.
fn span(traffic: &Traffic, windows: &[Window], count: u64) -> Option<(Time, Time)> {
    let strays = count / STRAY_SHARE;
    let cells = || traffic.cells.iter().map(|cell| (cell.time, u64::from(cell.ok)));
    let attempts = traffic.attempts.iter().filter(|attempt| attempt.outcome != Outcome::Unsaid);
    let attempts = || attempts.clone().map(|attempt| (attempt.time, 1));
    // Both are in order of time.
    let times = |cell: Option<(Time, u64)>, attempt: Option<(Time, u64)>| cell.into_iter().chain(attempt).map(|(time, _)| time);
    let first = times(cells().next(), attempts().next()).min()?;
    let last = times(cells().next_back(), attempts().next_back()).max()?;
    let low = behind(strays, cells(), attempts(), |a, b| a <= b)?;
    let high = behind(strays, cells().rev(), attempts().rev(), |a, b| a >= b)?;
    let (mut from, mut to) = if last.since(first) / STRAY_FACTOR > high.since(low) {
        (low, high)
    } else {
        (first, last)
    };
    for window in windows {
        (from, to) = (from.min(window.start), to.max(window.end));
    }
    Some((from, to))
}

/// The first instant that so many attempts do not reach, of cells and attempts that are in one order each.
fn behind(
    strays: u64,
    cells: impl Iterator<Item = (Time, u64)>,
    attempts: impl Iterator<Item = (Time, u64)>,
    comes_first: impl Fn(Time, Time) -> bool,
) -> Option<Time> {
    let (mut cells, mut attempts) = (cells.peekable(), attempts.peekable());
    let mut passed = 0;
    while passed <= strays {
        let is_cell = match (cells.peek(), attempts.peek()) {
            (Some((cell, _)), Some((attempt, _))) => comes_first(*cell, *attempt),
            (cell, _) => cell.is_some(),
        };
        let (time, count) = if is_cell { cells.next() } else { attempts.next() }?;
        passed += count;
        if passed > strays {
            return Some(time);
        }
    }
    None
}

/// Empty steps from `from` to `to`, at most `most`; longer ones where there are few attempts.
fn empty(from: Time, to: Time, most: i64, attempts: u64) -> Steps {
    let span = to.since(from).max(1);
    let fits = |step_ms: i64, most: i64| span / step_ms < most - 1;
    let enough = |step_ms: i64| {
        let steps = u64::try_from(span / step_ms + 1).unwrap_or(u64::MAX);
        attempts >= steps.saturating_mul(ATTEMPTS_PER_STEP) || fits(step_ms, FEW_STEPS)
    };
    let nice = LENGTHS.iter().map(|seconds| seconds * 1000);
    let longer = std::iter::successors(LENGTHS.last().map(|longest| longest * 2000), |step_ms| step_ms.checked_mul(2));
    let step_ms = nice
        .chain(longer)
        .find(|step_ms| fits(*step_ms, most) && enough(*step_ms))
        .unwrap_or(span);
    let start = Time(from.0.div_euclid(step_ms) * step_ms);
    let count = usize::try_from(to.since(start) / step_ms + 1).unwrap_or(1);
    Steps {
        start,
        step_ms,
        steps: vec![Step::default(); count],
    }
}

fn place(steps: &Steps, time: Time) -> Option<usize> {
    usize::try_from(time.since(steps.start).div_euclid(steps.step_ms)).ok()
}

/// A window's scope in the window and around it, from the counts that the window came from.
fn zoom(traffic: &Traffic, window: &Window, durations: &Durations) -> Zoom {
    let around = (window.end.since(window.start) / 2).clamp(AROUND_MS.0, AROUND_MS.1);
    let (from, to) = (window.start.plus_ms(-around), window.end.plus_ms(around));
    // An application that does not log its egress has no cells of that scope, but its proxies have.
    let by_proxies = window.scope.values.contains_key(&Dimension::Proxy) && !traffic.proxy_cells().is_empty();
    let cells = if by_proxies { traffic.proxy_cells() } else { &traffic.cells };
    let first = cells.partition_point(|cell| cell.time < from);
    let cells = cells.iter().skip(first).take_while(|cell| cell.time <= to);
    let scope = window.scope.counted(window.told_by_failures);
    let went_well = asked_once(|attributes| scope.holds(attributes));
    let cells = cells.filter(|cell| went_well(&cell.attributes));
    let holds = asked_once(|attributes| window.scope.holds(attributes));
    let first = traffic.attempts.partition_point(|attempt| attempt.time < from);
    let attempts = traffic.attempts.iter().skip(first).take_while(|attempt| attempt.time <= to);
    let attempts = attempts.filter(|attempt| holds(&attempt.attributes));
    let is_failed = |attempt: &Attempt| attempt.side == Some(window.side);
    let of_attempt = |attempt: &Attempt| Step {
        failures: u64::from(is_failed(attempt)),
        ..of_attempt(attempt)
    };
    // Gone through twice: a list of them took a tenth of all memory, at the moment when most was held.
    let of_cells = cells.map(|cell| (cell.time, of_cell(cell)));
    let counted = of_cells.chain(attempts.clone().map(|attempt| (attempt.time, of_attempt(attempt))));
    let mut steps = empty(from, to, ZOOM_STEPS, counted.clone().map(|(_, step)| step.attempts).sum());
    for (time, step) in counted {
        if let Some(sum) = place(&steps, time).and_then(|at| steps.steps.get_mut(at)) {
            sum.add(step);
        }
    }
    let failed = attempts.filter(|attempt| is_failed(attempt) && (window.start..=window.end).contains(&attempt.time));
    let (healthy_before, healthy_inside) = durations.around(window);
    Zoom {
        around: steps,
        healthy_before,
        healthy_inside,
        failed: took(failed.filter_map(|attempt| attempt.duration_ms.map(Millis::get)).collect()),
    }
}

/// Percentiles of durations, nearest rank.
fn took(mut durations: Vec<u32>) -> Option<Took> {
    let last = durations.len().checked_sub(1)?;
    let mut rank = |percent: usize| {
        let place = (durations.len() * percent).div_ceil(100).max(1) - 1;
        u64::from(*durations.select_nth_unstable(place.min(last)).1)
    };
    Some(Took {
        p50_ms: rank(50),
        p95_ms: rank(95),
        of: durations.len() as u64,
    })
}
