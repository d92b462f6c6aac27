//! One part of a window, counted: the numbers of one ticket.

use super::numbers::Numbers;
use super::samples::samples;
use super::{Healthy, PartOf, Scene, cells_between, share};
use crate::judge::combinations::asked_once;
use crate::model::{Attempt, Attributes, Part, Share, Stretch, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is usual is looked for in the hour before and the hour after.
const USUAL_MS: i64 = 3_600_000;

/// Widths of the stretches of a window's course, in minutes; the first that needs at most [`COURSE_ROWS`] is taken.
const COURSE_MINUTES: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 240, 1440];

/// Rows of a course: what fits a screen.
const COURSE_ROWS: i64 = 16;

/// The part of a window that these failures are, with their numbers; `none` without any. `of` says which successes are of the
/// same kind.
pub(super) fn part(
    scene: &Scene<'_>,
    (failures, numbers): (&[&Attempt], &Numbers<'_>),
    of_what: &PartOf,
    is_whole: bool,
    of: impl Fn(&Attributes) -> bool,
) -> Option<Part> {
    let (start, end) = (failures.first()?.time, failures.last()?.time);
    let scope = scene.draft.counted();
    let takes = asked_once(|attributes| scope.holds(attributes) && of(attributes));
    let [before, after] = around(scene, start, end, &takes);
    let healthy_calls: u64 = cells_between(scene.cells(), start, end)
        .filter(|cell| takes(&cell.attributes))
        .map(|cell| u64::from(cell.first_ok))
        .sum();
    let own = own_share(scene, failures, (start, end), is_whole, &takes);
    Some(Part {
        provider: of_what.provider.clone(),
        surface: of_what.surface.clone(),
        model: of_what.model.clone(),
        start,
        end,
        share: own,
        // Cells count whole at the edges, attempts pro rata: there are never more calls than attempts.
        calls: (healthy_calls + numbers.calls.all).min(own.attempts),
        calls_lost: numbers.calls.lost,
        calls_recovered: numbers.calls.recovered,
        first_attempts: numbers.first_attempts,
        before,
        after,
        endings: numbers.endings.clone(),
        by_error: numbers.by_error.clone(),
        messages: numbers.messages.clone(),
        reached: numbers.reached,
        values: numbers.values.clone(),
        methods: numbers.methods.clone(),
        organizations: numbers.organizations.clone(),
        edge_sites: numbers.edge_sites.clone(),
        upstreams: numbers.upstreams.clone(),
        durations: numbers.durations,
        ids: numbers.ids,
        samples: samples(failures, &numbers.handles, scene.most_requests, scene.draft.side),
        course: course(scene, start, end, &takes),
    })
}

/// What failed in the part: the window's own numbers where the part is the window, else by the attributes.
fn own_share(
    scene: &Scene<'_>,
    failures: &[&Attempt],
    (start, end): (Time, Time),
    is_whole: bool,
    takes: impl Fn(&Arc<Attributes>) -> bool,
) -> Share {
    let failed = failures.len() as u64;
    let attempts = if is_whole {
        scene.draft.attempts_told()
    } else {
        failed + Healthy::of_all(scene.cells(), (start, end), |cell| takes(&cell.attributes)).count()
    };
    Share {
        failed,
        attempts: attempts.max(failed),
    }
}

/// The hour before and the hour after, as far as the logs go.
fn around(scene: &Scene<'_>, start: Time, end: Time, takes: impl Fn(&Arc<Attributes>) -> bool) -> [Option<Stretch>; 2] {
    let Some((first, last)) = scene.traffic.span else {
        return [None, None];
    };
    let before = (start.plus_ms(-USUAL_MS).max(first), start.plus_ms(-1));
    let after = (end.plus_ms(1), end.plus_ms(USUAL_MS).min(last));
    [before, after].map(|(from, to)| {
        // A cell that touches the window counts whole; it is left to the window.
        let from = if from > end {
            from.plus_ms(crate::model::CELL_SECONDS * 1000)
        } else {
            from
        };
        let share = (from < to).then(|| share(scene, from, to, &takes))?;
        (share.attempts > 0).then_some(Stretch { from, to, share })
    })
}

/// What failed in equal stretches, from one before the window to one after it, on whole minutes.
fn course(scene: &Scene<'_>, start: Time, end: Time, takes: impl Fn(&Arc<Attributes>) -> bool) -> Vec<Stretch> {
    let fits = |width: &i64| {
        let width = width * 60_000;
        end.0.div_euclid(width) - start.0.div_euclid(width) + 3 <= COURSE_ROWS
    };
    let width = COURSE_MINUTES.into_iter().find(fits).unwrap_or(1440) * 60_000;
    let first = Time(start.0.div_euclid(width).saturating_sub(1).saturating_mul(width));
    let rows = (end.0.div_euclid(width) - start.0.div_euclid(width) + 3).clamp(0, 10 * COURSE_ROWS);
    let begins: BTreeSet<Time> = (0..rows).map(|row| first.plus_ms(row * width)).collect();
    let mut shares: BTreeMap<Time, Share> = begins.into_iter().map(|begin| (begin, Share::default())).collect();
    let last = first.plus_ms(rows * width - 1);
    let mut add = |time: Time, share: Share| {
        if let Some(sum) = shares.get_mut(&Time(time.0.div_euclid(width).saturating_mul(width))) {
            *sum = sum.plus(share);
        }
    };
    for cell in cells_between(scene.cells(), first, last).filter(|cell| takes(&cell.attributes)) {
        add(
            cell.time,
            Share {
                failed: 0,
                attempts: u64::from(cell.ok),
            },
        );
    }
    let failed = super::attempts_between(scene.traffic, first, last)
        .filter(|attempt| attempt.side == Some(scene.draft.side) && takes(&attempt.attributes));
    for attempt in failed {
        add(attempt.time, Share { failed: 1, attempts: 1 });
    }
    shares
        .into_iter()
        .map(|(from, share)| Stretch {
            from,
            to: from.plus_ms(width),
            share,
        })
        .collect()
}
