//! Act one: from bytes to a rollup, in parallel.
//!
//! [`discover`] lists the logs, each once; `prepare` opens each one's start and [`recognise`]s it; then every worker
//! takes the next part, `read`s its records into a rollup of its own, and the rollups are merged.

pub mod chunk;
pub mod collect;
pub mod discover;
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

pub use discover::DiscoverError;
pub use plan::{Pattern, Plan};
pub use progress::Progress;

use crate::model::{ChunkSpan, Name, Rollup, Skipped, SourceName, SourceRollup, Wanted};
use discover::LeftOut;
use fold::Workers;
use prepare::{Prepared, Way};
use read::{Errand, Shelf};
use std::collections::{BTreeMap, BTreeSet};

/// The word of the report for a source that holds no record.
const EMPTY: &str = "empty";

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
    /// Newlines before each part, for sources that are read in parts.
    before: Vec<BTreeMap<usize, u64>>,
}

/// Act one, whole.
///
/// # Errors
/// Where there is nothing to read. What is found and cannot be read is no error: it is named in [`Rollup::skipped`].
pub fn gather(plan: &Plan, progress: &dyn Progress) -> Result<Gathered, DiscoverError> {
    let workers = Workers::new(plan.threads);
    let mut found = discover::found(&plan.inputs)?;
    let (sources, copies) = discover::once(std::mem::take(&mut found.sources), &workers);
    Ok(read_found(sources, copies, found, plan, progress))
}

/// Act one without its listing: reads these sources, each from where it says. `found` tells what else was listed.
#[must_use]
pub fn read_found(
    sources: Vec<discover::Source>,
    copies: Vec<LeftOut>,
    found: discover::Found,
    plan: &Plan,
    progress: &dyn Progress,
) -> Gathered {
    let workers = Workers::new(plan.threads);
    let mut skipped = found.skipped;
    let sources = prepare_all(sources, plan, &workers, &mut skipped);
    progress.found(sources.iter().map(|prepared| prepared.source.size).sum());
    let errand = Errand {
        plan,
        wanted: None,
        progress,
    };
    let shelves = workers.fold(&jobs(&sources), |shelf: &mut Shelf, (number, part)| {
        if let Some(prepared) = sources.get(*number) {
            errand.read(shelf, *number, prepared, *part);
        }
    });
    let mut parts = merged(shelves);
    let mut rollup = Rollup {
        sources: BTreeMap::new(),
        skipped,
    };
    let mut before = Vec::with_capacity(sources.len());
    let mut lines = BTreeMap::new();
    for (number, prepared) in sources.iter().enumerate() {
        let mut parts = parts.remove(&number).unwrap_or_default();
        let path = &prepared.source.name;
        let first = prepared.source.resume.lines;
        before.push(read::count_lines(&mut parts.rollup, first, &parts.newlines));
        lines.insert(Name::clone(path), first + parts.newlines.values().sum::<u64>());
        describe(&mut parts.rollup, prepared);
        rollup.skipped.extend(parts.trouble.into_iter().map(|reason| Skipped {
            path: path.clone(),
            reason,
        }));
        rollup.sources.insert(path.clone(), parts.rollup);
    }
    Gathered {
        rollup: rollup.settled(),
        copies,
        links: found.links,
        lines,
        sources,
        before,
    }
}

impl Gathered {
    /// Whether a source had to be read from its start, so that only its reader knows how far it reaches.
    #[must_use]
    pub fn is_stream(&self, name: &str) -> bool {
        let found = self.sources.iter().find(|prepared| &*prepared.source.name == name);
        found.is_some_and(|prepared| matches!(prepared.way, Way::Whole))
    }

    /// Reads again the pieces that may hold what act two wants whole, and gives what they hold of it.
    #[must_use]
    pub fn look_again(&self, plan: &Plan, wanted: &Wanted, progress: &dyn Progress) -> Rollup {
        let mut jobs = Vec::new();
        for (number, prepared) in self.sources.iter().enumerate() {
            let parts = self.wanted_parts(prepared, wanted);
            prepared.hold(parts.len());
            jobs.extend(parts.into_iter().map(|part| (number, part)));
        }
        let errand = Errand {
            plan,
            wanted: Some(wanted),
            progress,
        };
        let shelves = Workers::new(plan.threads).fold(&jobs, |shelf: &mut Shelf, (number, part)| {
            if let Some(prepared) = self.sources.get(*number) {
                errand.read(shelf, *number, prepared, *part);
            }
        });
        let mut extra = Rollup::default();
        for (number, mut parts) in merged(shelves) {
            let (Some(prepared), Some(before)) = (self.sources.get(number), self.before.get(number)) else {
                continue;
            };
            read::set_lines(&mut parts.rollup, before);
            let path = &prepared.source.name;
            extra.skipped.extend(parts.trouble.into_iter().map(|reason| Skipped {
                path: path.clone(),
                reason,
            }));
            let observations = std::mem::take(&mut parts.rollup.observations);
            extra.sources.insert(
                path.clone(),
                SourceRollup {
                    observations,
                    ..SourceRollup::default()
                },
            );
        }
        extra.settled()
    }

    /// The parts of a source that may hold something wanted.
    fn wanted_parts(&self, prepared: &Prepared, wanted: &Wanted) -> Vec<usize> {
        let name = &prepared.source.name;
        let Some(read) = self.rollup.sources.get(name).filter(|_| !prepared.source.is_stdin()) else {
            return Vec::new();
        };
        let is_wanted = |span: &&ChunkSpan| wanted.wants_span(name, span.first, span.last);
        let offsets: BTreeSet<u64> = read.chunks.iter().filter(is_wanted).map(|span| span.offset).collect();
        match &prepared.way {
            Way::Pieces(pieces) => {
                let parts = pieces.iter().enumerate();
                parts
                    .filter(|(_, piece)| offsets.contains(&piece.start))
                    .map(|(part, _)| part)
                    .collect()
            }
            Way::Whole if !offsets.is_empty() => vec![0],
            Way::Whole | Way::Empty => Vec::new(),
        }
    }
}

fn prepare_all(sources: Vec<discover::Source>, plan: &Plan, workers: &Workers, skipped: &mut BTreeSet<Skipped>) -> Vec<Prepared> {
    let order = recognise::Order::of(plan.known);
    let prepared = workers.fold(&sources, |all: &mut Vec<_>, source| {
        all.push(Prepared::new(source.clone(), plan, &order))
    });
    let mut sources = Vec::with_capacity(sources.len());
    for prepared in prepared.into_iter().flatten() {
        match prepared {
            Ok(prepared) => sources.push(prepared),
            Err(refused) => {
                skipped.insert(refused);
            }
        }
    }
    sources.sort_by(|a, b| a.source.name.cmp(&b.source.name));
    sources
}

/// Every part of every source. What has one reader begins first, and the biggest of it before all, for it ends last.
fn jobs(sources: &[Prepared]) -> Vec<(usize, usize)> {
    let mut order: Vec<(bool, std::cmp::Reverse<u64>, usize)> = Vec::with_capacity(sources.len());
    for (number, prepared) in sources.iter().enumerate() {
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

fn merged(shelves: Vec<Shelf>) -> BTreeMap<usize, read::Parts> {
    let mut all: BTreeMap<usize, read::Parts> = BTreeMap::new();
    for (number, parts) in shelves.into_iter().flat_map(|shelf| shelf.sources) {
        all.entry(number).or_default().merge(parts);
    }
    all
}

/// Says of a source what no single part knows.
fn describe(rollup: &mut SourceRollup, prepared: &Prepared) {
    rollup.host = rollup.host.take().or_else(|| prepared.source.host.clone());
    rollup.notes.extend(prepared.source.notes.iter().cloned());
    if rollup.time_zone.is_some() {
        rollup.time_zone = Some(prepared.zone_said.clone());
    }
    match &prepared.recognised {
        Some(recognised) => {
            rollup.format = Some(recognised.name);
            rollup.vantage = Some(recognised.vantage);
        }
        None if rollup.unread_records == 0 => rollup.format = Some(EMPTY),
        None => {
            rollup.format = None;
            rollup.notes.insert("no format recognised it".to_owned());
        }
    }
}
