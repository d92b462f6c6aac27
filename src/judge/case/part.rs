//! One part of a window, counted: the numbers of one ticket.

use super::samples::samples;
use super::tally::{tally, tally_each};
use super::{PartOf, Scene, cells_between, share};
use crate::judge::classify::{Calls, by_error, errors};
use crate::judge::combinations::{asked_once, of_failures};
use crate::model::{
    Attempt, Attributes, ByError, Dimension, Durations, Ending, IdCounts, Occurrences, Outcome, Part, Reached, Share, Stretch,
    Time,
};
use crate::workers::Workers;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is usual is looked for in the hour before and the hour after.
const USUAL_MS: i64 = 3_600_000;

/// Attributes whose values among the failures are told.
const TOLD: [Dimension; 10] = [
    Dimension::Endpoint,
    Dimension::ServerAddress,
    Dimension::Model,
    Dimension::ServiceTier,
    Dimension::Project,
    Dimension::Region,
    Dimension::EdgeSite,
    Dimension::Proxy,
    Dimension::Host,
    Dimension::Client,
];

/// Widths of the stretches of a window's course, in minutes; the first that needs at most [`COURSE_ROWS`] is taken.
const COURSE_MINUTES: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 240, 1440];

/// Rows of a course: what fits a screen.
const COURSE_ROWS: i64 = 16;

/// The part of a window that these failures are; `none` without any. `of` says which successes are of the same kind.
pub(super) fn part(
    scene: &Scene<'_>,
    failures: &[&Attempt],
    of_what: &PartOf,
    is_whole: bool,
    of: impl Fn(&Attributes) -> bool + Sync,
    workers: &Workers,
) -> Option<Part> {
    let (start, end) = (failures.first()?.time, failures.last()?.time);
    let counted = || told(failures);
    let course = || {
        let takes = asked_once(|attributes| scene.draft.scope.holds(attributes) && of(attributes));
        let around = around(scene, start, end, &takes);
        let course = course(scene, start, end, &takes);
        let share = own_share(scene, failures, (start, end), is_whole, &takes);
        (around, course, share, calls(scene, failures, start, end, &takes))
    };
    let each = || (endings(failures), durations(failures.iter().copied()), ids(failures));
    let sampled = || samples(failures, scene.most_requests, scene.draft.side);
    let ((told, (endings, durations, ids)), ((around, course, share, calls), samples)) =
        workers.both(|| workers.both(counted, each), || workers.both(course, sampled));
    let [before, after] = around;
    Some(Part {
        provider: of_what.provider.clone(),
        surface: of_what.surface.clone(),
        model: of_what.model.clone(),
        start,
        end,
        share,
        calls: calls.0,
        calls_lost: calls.1,
        calls_recovered: calls.2,
        first_attempts: failures.iter().filter(|attempt| attempt.number == 1).count() as u64,
        before,
        after,
        endings,
        by_error: told.by_error,
        messages: told.messages,
        reached: reached(failures),
        values: told.values,
        methods: told.methods,
        organizations: told.organizations,
        edge_sites: told.edge_sites,
        upstreams: told.upstreams,
        durations,
        ids,
        samples,
        course,
    })
}

/// What the failures name, by how often.
struct Told {
    by_error: Vec<ByError>,
    messages: Vec<(&'static str, u64)>,
    values: Vec<(Dimension, Occurrences)>,
    methods: Occurrences,
    organizations: Occurrences,
    edge_sites: Occurrences,
    upstreams: Occurrences,
}

fn told(failures: &[&Attempt]) -> Told {
    let combinations = of_failures(failures);
    let of_dimension = |dimension| {
        let values = combinations.iter();
        let values = values.map(|(attributes, count)| (attributes.get(dimension).map(|name| &**name), *count));
        (dimension, tally(values))
    };
    Told {
        by_error: by_error(failures),
        messages: messages(failures),
        values: TOLD.into_iter().map(of_dimension).collect(),
        methods: tally_each(failures, |attempt| attempt.method.as_deref()),
        organizations: tally_each(failures, |attempt| attempt.ids.organization.as_deref()),
        edge_sites: tally_each(failures, |attempt| edge_site(attempt.ids.cf_ray.as_deref()?)),
        upstreams: tally_each(failures, |attempt| attempt.upstream.as_deref()),
    }
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
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of attempts, pro rata"
        )]
        let attempts = scene.draft.attempts.round() as u64;
        attempts
    } else {
        share(scene, start, end, false, takes).attempts
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
        let share = (from < to).then(|| share(scene, from, to, true, &takes))?;
        (share.attempts > 0).then_some(Stretch { from, to, share })
    })
}

/// Calls, those lost and those recovered.
fn calls(
    scene: &Scene<'_>,
    failures: &[&Attempt],
    start: Time,
    end: Time,
    takes: impl Fn(&Arc<Attributes>) -> bool,
) -> (u64, u64, u64) {
    let calls = Calls::of(failures);
    let healthy: u64 = cells_between(scene.cells(), start, end)
        .filter(|cell| takes(&cell.attributes))
        .map(|cell| u64::from(cell.first_ok))
        .sum();
    (healthy + calls.all, calls.lost, calls.recovered)
}

fn endings(failures: &[&Attempt]) -> Vec<Ending> {
    let mut by_outcome: BTreeMap<Outcome, Vec<&Attempt>> = BTreeMap::new();
    for attempt in failures {
        by_outcome.entry(attempt.outcome).or_default().push(attempt);
    }
    let mut endings: Vec<Ending> = by_outcome
        .into_iter()
        .filter_map(|(outcome, attempts)| {
            Some(Ending {
                outcome,
                count: attempts.len() as u64,
                first: attempts.first()?.time,
                last: attempts.last()?.time,
                durations: durations(attempts.iter().copied()),
            })
        })
        .collect();
    endings.sort_by_key(|ending| (std::cmp::Reverse(ending.count), ending.outcome));
    endings
}

fn messages(failures: &[&Attempt]) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (error, count) in errors(failures) {
        if let Some(template) = error.template {
            *counts.entry(template).or_default() += count;
        }
    }
    let mut messages: Vec<_> = counts.into_iter().collect();
    messages.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    messages
}

fn reached(failures: &[&Attempt]) -> (u64, u64, u64) {
    let count = |wanted: Reached| failures.iter().filter(|attempt| attempt.reached == wanted).count() as u64;
    (count(Reached::Yes), count(Reached::No), count(Reached::Unknown))
}

/// The three letters after the dash of a `cf-ray`: the edge's site.
fn edge_site(ray: &str) -> Option<&str> {
    let (_, site) = ray.rsplit_once('-')?;
    (site.len() == 3 && site.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(site)
}

/// Percentiles by the nearest rank.
fn durations<'a>(failures: impl Iterator<Item = &'a Attempt>) -> Option<Durations> {
    let mut known: Vec<u32> = failures.filter_map(|attempt| attempt.duration_ms).collect();
    let last = known.len().checked_sub(1)?;
    let mut rank = |percent: usize| {
        let place = (known.len() * percent).div_ceil(100).saturating_sub(1);
        *known.select_nth_unstable(place.min(last)).1
    };
    Some(Durations {
        p50_ms: rank(50),
        p95_ms: rank(95),
        longest_ms: rank(100),
        known: known.len() as u64,
    })
}

fn ids(failures: &[&Attempt]) -> IdCounts {
    let mut counts = IdCounts::default();
    for attempt in failures {
        let ids = &attempt.ids;
        counts.provider += u64::from(ids.x_request_id.is_some());
        counts.edge += u64::from(ids.cf_ray.is_some());
        counts.client += u64::from(ids.x_client_request_id.is_some());
        counts.gateway += u64::from(ids.gateway_request_id.is_some());
        let any = ids.x_request_id.is_some() || ids.cf_ray.is_some() || ids.x_client_request_id.is_some();
        counts.none += u64::from(!any);
    }
    counts
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
