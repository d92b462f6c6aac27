//! Act one: from bytes to a rollup, in parallel.
//!
//! [`discover`] lists the logs, each once; `prepare` opens each one's start and [`recognise`]s it; then every worker
//! takes the next part, `read`s its records into a rollup of its own, and the rollups are merged.

pub mod chunk;
pub mod collect;
pub mod dates;
pub mod discover;
pub mod envelopes;
mod exports;
pub mod fold;
pub mod formats;
pub mod frame;
pub mod messages;
pub mod normalise;
pub mod open;
pub mod plan;
mod prepare;
pub mod progress;
mod read;
pub mod recognise;
pub mod resume;
pub mod signatures;
mod sources;
mod times;

pub use discover::DiscoverError;
pub use exports::once as exports_once;
pub use plan::{Pattern, Plan};
pub use progress::Progress;

use crate::model::{ChunkSpan, Name, Rollup, Skipped, SourceName, SourceRollup, Time, Wanted};
use discover::LeftOut;
use fold::Workers;
use prepare::{Prepared, Way};
use read::{Errand, Shelf};
use sources::Sources;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What act one gave, and what a second look needs to know.
pub struct Gathered {
    /// The harvest.
    pub rollup: Rollup,
    /// Copies that were left out.
    pub copies: Vec<LeftOut>,
    /// Symbolic links that were not followed.
    pub links: u64,
    /// Newlines of every source up to where it was read.
    pub lines: BTreeMap<SourceName, u64>,
    sources: Vec<Prepared>,
    /// The names of the sources within each.
    names: Vec<Vec<Name>>,
    /// Newlines before each part, for sources that are read in parts.
    before: Vec<BTreeMap<usize, u64>>,
    order: recognise::Order,
    /// How far sources are believed of which some records were not.
    believed: BTreeMap<SourceName, Time>,
}

/// Act one, whole.
///
/// # Errors
/// Where there is nothing to read. What is found and cannot be read is no error: it is named in [`Rollup::skipped`].
pub fn gather(plan: &Plan, progress: &dyn Progress) -> Result<Gathered, DiscoverError> {
    gather_some(plan, &mut |sources| sources, progress)
}

/// Act one, where `choose` says which of the sources that were found are read, and from where: it is asked of those on the
/// disk, then of those in archives.
///
/// # Errors
/// As for [`gather()`].
pub fn gather_some(
    plan: &Plan,
    choose: &mut dyn FnMut(Vec<discover::Source>) -> Vec<discover::Source>,
    progress: &dyn Progress,
) -> Result<Gathered, DiscoverError> {
    let workers = Workers::new(plan.threads);
    Ok(read_found(sources::find(plan, &workers, choose)?, plan, progress))
}

fn read_found(found: Sources, plan: &Plan, progress: &dyn Progress) -> Gathered {
    let workers = Workers::new(plan.threads);
    let Sources {
        mut sources,
        skipped,
        mut copies,
        links,
        order,
    } = found;
    progress.found(sources.iter().map(|prepared| prepared.source.size).sum());
    let errand = Errand {
        plan,
        wanted: None,
        order: &order,
        progress,
    };
    let mut parts = read_in_turn(&mut sources, &errand, &workers);
    let mut skipped = skipped;
    let (mut before, mut names) = (Vec::with_capacity(sources.len()), Vec::with_capacity(sources.len()));
    let mut lines = BTreeMap::new();
    let read = sources.iter().enumerate().flat_map(|(number, prepared)| {
        let mut parts = *parts.remove(&number).unwrap_or_default();
        let first = prepared.source.resume.lines;
        lines.insert(
            Name::clone(&prepared.source.name),
            first + parts.newlines.values().sum::<u64>(),
        );
        before.push(parts.count_lines(first));
        describe(&mut parts, prepared);
        let path = &prepared.source.name;
        let trouble = std::mem::take(&mut parts.trouble);
        skipped.extend(trouble.into_iter().map(|reason| Skipped {
            path: path.clone(),
            reason,
        }));
        names.push(parts.origins.keys().cloned().collect::<Vec<Name>>());
        parts.into_sources(path)
    });
    // Collected in one go, so that the map's nodes are full: half-empty ones double what a million sources cost.
    let all = read.collect();
    let mut rollup = Rollup { sources: all, skipped };
    copies.extend(exports::once(&mut rollup.sources));
    let believed = times::cut_late(&mut rollup.sources, &written(&sources, &names));
    Gathered {
        rollup: rollup.settled(),
        copies,
        links,
        lines,
        sources,
        names,
        before,
        order,
        believed,
    }
}

/// Reads all parts of all sources. Those without dates come last, for the others tell theirs.
fn read_in_turn(sources: &mut [Prepared], errand: &Errand<'_>, workers: &Workers) -> BTreeMap<usize, Box<read::Parts>> {
    let mut parts = BTreeMap::new();
    let numbers = |is_dated: bool| {
        let of_kind = sources
            .iter()
            .enumerate()
            .filter(|(_, prepared)| prepared.is_dated() == is_dated);
        of_kind.map(|(number, _)| number).collect::<Vec<_>>()
    };
    for numbers in [numbers(true), numbers(false)] {
        date_by_others(sources, &numbers, &parts);
        let shelves = read_all(jobs(sources, &numbers), sources, errand, workers);
        merge_into(&mut parts, shelves);
    }
    parts
}

/// When each source was last written.
fn written(sources: &[Prepared], names: &[Vec<Name>]) -> BTreeMap<SourceName, Time> {
    let dated = sources.iter().zip(names);
    let dated = dated.filter_map(|(prepared, names)| Some((prepared, names, prepared.source.day_over()?)));
    dated
        .flat_map(|(prepared, within, day)| {
            within
                .iter()
                .chain([&prepared.source.name])
                .map(move |name| (Name::clone(name), day))
        })
        .collect()
}

impl Gathered {
    /// Forgets how the sources are read, once nobody will look again.
    pub fn forget(&mut self) {
        self.sources = Vec::new();
        self.names = Vec::new();
        self.before = Vec::new();
        self.lines = BTreeMap::new();
    }

    /// The sources that a log holds: itself, and the hosts and services that write into it.
    #[must_use]
    pub fn within(&self, log: &SourceName) -> Vec<(&SourceName, &SourceRollup)> {
        let names = self.at(log).and_then(|at| self.names.get(at)).into_iter().flatten();
        let names = names.chain([log]);
        names.filter_map(|name| self.rollup.sources.get_key_value(name)).collect()
    }

    /// How far a source was read, where only its reader knows: one that was unpacked, and a document, which has no lines.
    #[must_use]
    pub fn reached(&self, name: &SourceName) -> Option<u64> {
        let prepared = self.sources.get(self.at(name)?)?;
        let bytes: u64 = self.within(name).iter().map(|(_, source)| source.bytes).sum();
        match prepared.way {
            Way::Whole(None) => Some(prepared.source.resume.from + bytes),
            Way::Whole(Some((at, size))) if prepared.is_document() => Some(at + size),
            _ => None,
        }
    }

    fn at(&self, name: &SourceName) -> Option<usize> {
        self.sources.binary_search_by(|prepared| prepared.source.name.cmp(name)).ok()
    }

    /// Reads again the pieces that may hold what act two wants whole, and gives what they hold of it.
    #[must_use]
    pub fn look_again(&self, plan: &Plan, wanted: &Wanted, progress: &dyn Progress) -> Rollup {
        let mut jobs = Vec::new();
        for (number, prepared) in self.sources.iter().enumerate() {
            let parts = self.wanted_parts(number, prepared, wanted);
            prepared.hold(parts.len());
            jobs.extend(parts.into_iter().map(|part| (number, part)));
        }
        let errand = Errand {
            plan,
            wanted: Some(wanted),
            order: &self.order,
            progress,
        };
        let shelves = read_all(jobs, &self.sources, &errand, &Workers::new(plan.threads));
        let mut extra = Rollup::default();
        let mut all = BTreeMap::new();
        merge_into(&mut all, shelves);
        for (number, mut parts) in all {
            let (Some(prepared), Some(before)) = (self.sources.get(number), self.before.get(number)) else {
                continue;
            };
            parts.set_lines(before);
            let path = &prepared.source.name;
            let trouble = std::mem::take(&mut parts.trouble);
            extra.skipped.extend(trouble.into_iter().map(|reason| Skipped {
                path: path.clone(),
                reason,
            }));
            extra.sources.extend(parts.into_sources(path).map(|(name, read)| {
                let mut observations = read.observations;
                if let Some(last) = self.believed.get(&name) {
                    observations.retain(|seen| seen.time <= *last);
                }
                let only = SourceRollup {
                    observations,
                    ..SourceRollup::default()
                };
                (name, only)
            }));
        }
        extra.settled()
    }

    /// The parts of a source that may hold something wanted.
    fn wanted_parts(&self, number: usize, prepared: &Prepared, wanted: &Wanted) -> Vec<usize> {
        if prepared.source.is_stdin() {
            return Vec::new();
        }
        let within = self.names.get(number).into_iter().flatten();
        let mut offsets = BTreeSet::new();
        for name in within.chain([&prepared.source.name]) {
            let is_wanted = |span: &&ChunkSpan| wanted.wants_span(name, span.first, span.last);
            let chunks = self.rollup.sources.get(name).into_iter().flat_map(|read| &read.chunks);
            offsets.extend(chunks.filter(is_wanted).map(|span| span.offset));
        }
        match &prepared.way {
            Way::Pieces(pieces) => {
                let parts = pieces.iter().enumerate();
                parts
                    .filter(|(_, piece)| offsets.contains(&piece.start))
                    .map(|(part, _)| part)
                    .collect()
            }
            Way::Whole(_) if !offsets.is_empty() => vec![0],
            Way::Whole(_) | Way::Empty => Vec::new(),
        }
    }
}

/// Gives the dates of what was read to sources that have none.
fn date_by_others(sources: &mut [Prepared], numbers: &[usize], parts: &BTreeMap<usize, Box<read::Parts>>) {
    let spans: Vec<_> = parts.values().flat_map(|parts| parts.spans()).collect();
    for number in numbers {
        if let Some(prepared) = sources.get_mut(*number) {
            prepared.date_by(&spans);
        }
    }
}

/// A source and a part of it.
type Job = (usize, usize);

/// Every part of some sources. What has one reader begins first, and the biggest of it before all, for it ends last.
fn jobs(sources: &[Prepared], numbers: &[usize]) -> Vec<Job> {
    let mut order: Vec<(bool, std::cmp::Reverse<u64>, usize)> = Vec::with_capacity(numbers.len());
    for &number in numbers {
        let Some(prepared) = sources.get(number) else { continue };
        let is_plain = matches!(prepared.way, Way::Pieces(_));
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

/// Reads parts of sources, those of one packed archive one after the other by one worker.
fn read_all(jobs: Vec<Job>, sources: &[Prepared], errand: &Errand<'_>, workers: &Workers) -> Vec<Shelf> {
    workers.fold(&in_series(jobs, sources), |shelf: &mut Shelf, jobs| {
        for (number, part) in jobs {
            if let Some(prepared) = sources.get(*number) {
                errand.read(shelf, *number, prepared, *part);
            }
        }
    })
}

/// Lays the jobs of one packed archive together, in the archive's order, for it can only be wound forwards.
fn in_series(jobs: Vec<Job>, sources: &[Prepared]) -> Vec<Vec<Job>> {
    let mut series: Vec<Vec<Job>> = Vec::with_capacity(jobs.len());
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
                series.push(vec![job]);
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

fn merge_into(all: &mut BTreeMap<usize, Box<read::Parts>>, shelves: Vec<Shelf>) {
    for (number, parts) in shelves.into_iter().flat_map(|shelf| shelf.sources) {
        match all.entry(number) {
            Entry::Vacant(place) => drop(place.insert(parts)),
            Entry::Occupied(mut place) => place.get_mut().merge(*parts),
        }
    }
}

/// Says of a source what no single part knows.
fn describe(parts: &mut read::Parts, prepared: &Prepared) {
    for rollup in parts.origins.values_mut().chain([&mut parts.rollup]) {
        rollup.host = rollup.host.take().or_else(|| prepared.source.host.clone());
        rollup.notes.extend(prepared.source.notes.iter().cloned());
        rollup.notes.extend(prepared.dated_as());
        if rollup.time_zone.is_some() {
            rollup.time_zone = Some(prepared.zone_said.clone());
            rollup.zone_assumed = prepared.zone_assumed;
        }
    }
    read::describe(&mut parts.rollup, prepared.recognised.as_ref());
}
