//! Which parts of which sources are read, in which order, and by whom.

use super::in_order::in_order;
use super::plan::{Plan, Share};
use super::prepare::{Prepared, Way};
use super::read::{Copier, Errand, Parts, Shelf};
use crate::workers::Workers;
use smallvec::{SmallVec, smallvec};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which sources are in the plan's share.
pub(super) fn own(sources: &[Prepared], plan: &Plan) -> Vec<bool> {
    let share = plan.share.unwrap_or(Share::ALL);
    sources.iter().map(|prepared| share.takes(&prepared.source.name)).collect()
}

/// Reads all parts of all sources that are `is_own`. Those without dates come last, for the others tell theirs.
pub(super) fn read_in_turn(
    sources: &mut [Prepared],
    is_own: &[bool],
    errand: &Errand<'_>,
    workers: &Workers,
) -> Vec<(usize, Parts)> {
    let mut parts = Vec::new();
    let numbers = |is_dated: bool| {
        let of_kind = sources
            .iter()
            .zip(is_own)
            .enumerate()
            .filter(|(_, (prepared, is_own))| **is_own && prepared.is_dated() == is_dated);
        of_kind.map(|(number, _)| number).collect::<Vec<_>>()
    };
    for numbers in [numbers(true), numbers(false)] {
        date_by_others(sources, &numbers, &parts);
        read_all(&mut parts, jobs(sources, &numbers), sources, (errand, workers));
    }
    parts
}

/// Gives the dates of what was read to sources that have none.
fn date_by_others(sources: &mut [Prepared], numbers: &[usize], parts: &[(usize, Parts)]) {
    let spans: Vec<_> = parts.iter().flat_map(|(_, parts)| parts.spans()).collect();
    for number in numbers {
        if let Some(prepared) = sources.get_mut(*number) {
            prepared.date_by(&spans);
        }
    }
}

/// A source and a part of it.
pub(super) type Job = (usize, usize);

/// Every part of some sources. What has one reader begins first, and the biggest of it before all, for it ends last.
fn jobs(sources: &[Prepared], numbers: &[usize]) -> Vec<Job> {
    let mut order: Vec<(bool, std::cmp::Reverse<u64>, usize)> = Vec::with_capacity(numbers.len());
    for &number in numbers {
        let Some(prepared) = sources.get(number) else { continue };
        let is_plain = matches!(prepared.way, Way::Piece(..) | Way::Pieces(_));
        order.push((
            is_plain,
            std::cmp::Reverse(if is_plain { 0 } else { prepared.source.size }),
            number,
        ));
    }
    order.sort_unstable();
    let parts = |number: usize| sources.get(number).map_or(0, |prepared| prepared.way.parts());
    order
        .into_iter()
        .flat_map(|(.., number)| (0..parts(number)).map(move |part| (number, part)))
        .collect()
}

/// Reads parts of sources, those of one packed archive one after the other by one worker, and adds what they gave to `all`, by
/// source. What is small and whole is laid together by this thread: among what the workers need for a moment, what stays
/// would hold the room of both.
pub(super) fn read_all(
    all: &mut Vec<(usize, Parts)>,
    jobs: Vec<Job>,
    sources: &[Prepared],
    (errand, workers): (&Errand<'_>, &Workers),
) {
    let work = |shelf: &mut Shelf, jobs: &Series, give: &mut dyn FnMut((usize, Parts))| {
        for (number, part) in jobs {
            if let Some(prepared) = sources.get(*number)
                && let Some(whole) = errand.read(shelf, *number, prepared, *part)
            {
                give((*number, whole));
            }
        }
    };
    // A part of a source at most is a source, and room made anew each time it is short leaves gaps.
    all.reserve_exact(jobs.len());
    let mut copier = Copier::default();
    let shelves = workers.fold_and_give(&in_series(jobs, sources), work, |(number, whole)| {
        let mut parts = copier.copy(whole);
        parts.share(&errand.shared);
        all.push((*number, parts));
    });
    // What was given is whole, so that nothing of it lies on a shelf.
    all.extend(in_one_each(shelves, errand, workers));
    all.sort_unstable_by_key(|(number, _)| *number);
}

/// What lies on the workers' shelves, in one for each source. What each worker has of a source is settled by itself, all at once.
fn in_one_each(shelves: Vec<Shelf>, errand: &Errand<'_>, workers: &Workers) -> Vec<(usize, Parts)> {
    let shelved: Vec<(usize, Box<Parts>)> = shelves.into_iter().flat_map(Shelf::into_sources).collect();
    let settled = workers.map_into(shelved, |(number, mut parts)| {
        parts.settle();
        parts.share(&errand.shared);
        (number, *parts)
    });
    let mut by_source: BTreeMap<usize, Vec<Parts>> = BTreeMap::new();
    for (number, parts) in settled {
        by_source.entry(number).or_default().push(parts);
    }
    workers.map_into(by_source.into_iter().collect(), |(number, parts)| {
        (number, merged(parts, workers))
    })
}

/// The parts of one source as one. Nearly all that there is to move are the records that are whole.
fn merged(mut parts: Vec<Parts>, workers: &Workers) -> Parts {
    let lists = parts.iter_mut().map(Parts::take_observations).collect();
    let (mut one, observations) = workers.both(|| merged_by_two(parts, workers), || in_order(lists, workers));
    one.rollup.observations = observations.into();
    one
}

/// The same without these; pairs of them are merged at once.
fn merged_by_two(mut parts: Vec<Parts>, workers: &Workers) -> Parts {
    let others = parts.split_off(parts.len().div_ceil(2));
    if others.is_empty() {
        return parts.pop().unwrap_or_default();
    }
    let (mut one, mut other) = workers.both(|| merged_by_two(parts, workers), || merged_by_two(others, workers));
    // What successes count weighs as much as all the rest.
    let (mut cells, theirs) = (std::mem::take(&mut one.rollup.cells), std::mem::take(&mut other.rollup.cells));
    workers.both(|| one.merge(other), || cells.merge(theirs));
    one.rollup.cells = cells;
    one
}

/// What one worker does in its order.
type Series = SmallVec<[Job; 1]>;

/// Lays the jobs of one packed archive together, in the archive's order, for it can only be wound forwards.
fn in_series(jobs: Vec<Job>, sources: &[Prepared]) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::with_capacity(jobs.len());
    let mut places = BTreeMap::new();
    for job in jobs {
        let within = sources.get(job.0).and_then(|prepared| prepared.source.within.as_ref());
        let serial = within.filter(|within| within.archive.is_serial());
        let place = serial.and_then(|within| places.get(&Arc::as_ptr(&within.archive)).copied());
        match place.and_then(|place: usize| series.get_mut(place)) {
            Some(begun) => begun.push(job),
            None => {
                if let Some(within) = serial {
                    places.insert(Arc::as_ptr(&within.archive), series.len());
                }
                series.push(smallvec![job]);
            }
        }
    }
    let place = |job: &Job| {
        sources
            .get(job.0)
            .and_then(|prepared| prepared.source.within.as_ref()?.member.on_tape())
    };
    for jobs in series.iter_mut().filter(|jobs| jobs.len() > 1) {
        jobs.sort_by_key(place);
    }
    series
}
