//! One part of a window, counted: the numbers of one ticket.

use super::samples::samples;
use super::{PartOf, Scene, cells_between, share};
use crate::judge::classify::by_error;
use crate::model::{
    Attempt, Attributes, CallOutcome, Dimension, Durations, Ending, IdCounts, Name, Occurrences, Outcome, Part, Reached, Share,
    Stretch, Time,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is usual is looked for in the hour before and the hour after.
const USUAL_MS: i64 = 3_600_000;

/// Values of one attribute told by name; the rest are counted.
const NAMED: usize = 12;

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
    of: impl Fn(&Attributes) -> bool,
) -> Option<Part> {
    let (start, end) = (failures.first()?.time, failures.last()?.time);
    let takes = |attributes: &Attributes| scene.draft.scope.holds(attributes) && of(attributes);
    let [before, after] = around(scene, start, end, takes);
    let (calls, calls_lost, calls_recovered) = calls(scene, failures, start, end, takes);
    Some(Part {
        provider: of_what.provider.clone(),
        surface: of_what.surface.clone(),
        model: of_what.model.clone(),
        start,
        end,
        share: own_share(scene, failures, (start, end), is_whole, takes),
        calls,
        calls_lost,
        calls_recovered,
        first_attempts: failures.iter().filter(|attempt| attempt.number == 1).count() as u64,
        before,
        after,
        endings: endings(failures),
        by_error: by_error(failures),
        messages: messages(failures),
        reached: reached(failures),
        values: TOLD
            .into_iter()
            .map(|dimension| {
                let value = |attempt: &Attempt| attempt.attributes.get(dimension).cloned();
                (dimension, tally(failures, value))
            })
            .collect(),
        methods: tally(failures, |attempt| attempt.method.clone()),
        organizations: tally(failures, |attempt| attempt.ids.organization.clone()),
        edge_sites: tally(failures, |attempt| edge_site(attempt.ids.cf_ray.as_deref()?)),
        upstreams: tally(failures, |attempt| attempt.upstream.clone()),
        durations: durations(failures.iter().copied()),
        ids: ids(failures),
        samples: samples(failures, scene.most_requests, scene.draft.side),
        course: course(scene, start, end, takes),
    })
}

/// What failed in the part: the window's own numbers where the part is the window, else by the attributes.
fn own_share(
    scene: &Scene<'_>,
    failures: &[&Attempt],
    (start, end): (Time, Time),
    is_whole: bool,
    takes: impl Fn(&Attributes) -> bool,
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
fn around(scene: &Scene<'_>, start: Time, end: Time, takes: impl Fn(&Attributes) -> bool) -> [Option<Stretch>; 2] {
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
    takes: impl Fn(&Attributes) -> bool,
) -> (u64, u64, u64) {
    let outcomes: BTreeMap<u32, CallOutcome> = failures.iter().map(|attempt| (attempt.call, attempt.call_outcome)).collect();
    let ended = |wanted: CallOutcome| outcomes.values().filter(|outcome| **outcome == wanted).count() as u64;
    let healthy: u64 = cells_between(scene.cells(), start, end)
        .filter(|cell| takes(&cell.attributes))
        .map(|cell| u64::from(cell.first_ok))
        .sum();
    (
        healthy + outcomes.len() as u64,
        ended(CallOutcome::Lost),
        ended(CallOutcome::Recovered),
    )
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
    for template in failures.iter().filter_map(|attempt| attempt.error.as_ref()?.template) {
        *counts.entry(template).or_default() += 1;
    }
    let mut messages: Vec<_> = counts.into_iter().collect();
    messages.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    messages
}

fn reached(failures: &[&Attempt]) -> (u64, u64, u64) {
    let count = |wanted: Reached| failures.iter().filter(|attempt| attempt.reached == wanted).count() as u64;
    (count(Reached::Yes), count(Reached::No), count(Reached::Unknown))
}

fn tally(failures: &[&Attempt], value: impl Fn(&Attempt) -> Option<Name>) -> Occurrences {
    tally_of(failures, value)
}

/// How often each value occurs, the most frequent first.
pub(super) fn tally_of<T>(failures: &[&T], value: impl Fn(&T) -> Option<Name>) -> Occurrences {
    let mut counts: BTreeMap<Name, u64> = BTreeMap::new();
    let mut unsaid = 0;
    for attempt in failures {
        match value(attempt) {
            Some(value) => *counts.entry(value).or_default() += 1,
            None => unsaid += 1,
        }
    }
    let mut named: Vec<(Name, u64)> = counts.into_iter().collect();
    named.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = named.len().saturating_sub(NAMED) as u64;
    named.truncate(NAMED);
    Occurrences { named, more, unsaid }
}

/// The three letters after the dash of a `cf-ray`: the edge's site.
fn edge_site(ray: &str) -> Option<Name> {
    let (_, site) = ray.rsplit_once('-')?;
    (site.len() == 3 && site.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| Name::from(site))
}

/// Percentiles by the nearest rank.
fn durations<'a>(failures: impl Iterator<Item = &'a Attempt>) -> Option<Durations> {
    let mut known: Vec<u32> = failures.filter_map(|attempt| attempt.duration_ms).collect();
    known.sort_unstable();
    let rank = |percent: usize| known.get((known.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Some(Durations {
        known: known.len() as u64,
        p50_ms: rank(50)?,
        p95_ms: rank(95)?,
        longest_ms: known.last().copied()?,
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
fn course(scene: &Scene<'_>, start: Time, end: Time, takes: impl Fn(&Attributes) -> bool) -> Vec<Stretch> {
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
