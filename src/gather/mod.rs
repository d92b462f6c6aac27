//! Act one: from bytes to a rollup, in parallel.
//!
//! [`discover`] lists the logs, each once; `prepare` opens each one's start and [`recognise`]s it; then every worker
//! takes the next part, `read`s its records into a rollup of its own, and the rollups are merged.

pub mod alike;
pub mod carries;
mod chunk;
pub mod collect;
mod dates;
pub mod discover;
pub mod envelopes;
mod exports;
pub mod formats;
mod fraction;
pub mod frame;
mod in_order;
mod jobs;
mod keys;
pub mod messages;
mod normalise;
pub mod open;
pub mod plan;
mod prepare;
mod progress;
mod read;
pub mod recognise;
mod redate;
mod repeated;
pub mod resume;
mod retry_after;
mod second_look;
mod seek;
mod sieve;
mod signatures;
mod sought;
mod sources;
mod times;
pub mod trial;
mod twice;

pub use discover::DiscoverError;
pub use fraction::thin;
pub use plan::{Pattern, Plan, Share};
pub use progress::Progress;
pub use redate::redate;
pub use sought::Sought;
pub use times::cut_late;
pub use twice::count_once;

use crate::model::{Name, Rollup, Shared, Skipped, SourceName, SourceRollup, Time, Undated};
use crate::workers::Workers;
use discover::LeftOut;
use jobs::{Job, own, read_in_turn};
use prepare::{Prepared, Way};
use read::{Errand, Parts};
use sieve::Savers;
use sources::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// What act one gave, and what a second look needs to know.
pub struct Gathered {
    /// The harvest.
    pub rollup: Rollup,
    /// Copies that were left out.
    pub copies: Vec<LeftOut>,
    /// Symbolic links that were not followed.
    pub links: u64,
    /// Symbolic links that were followed, and lead in a circle or to nothing.
    pub useless: Vec<Name>,
    sources: Vec<Prepared>,
    /// Newlines of each source up to where it was read, of those that were.
    lines: Vec<Option<u64>>,
    /// The names of the sources within each that holds some.
    names: BTreeMap<usize, Vec<Name>>,
    /// Newlines before each part, for sources that are read in parts.
    before: BTreeMap<usize, BTreeMap<usize, u64>>,
    /// The parts of the sources that hold successes which a second look may want, in order.
    savers: Vec<(Job, Savers)>,
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
    Ok(read_found(sources::find(plan, &workers, choose)?, plan, &workers, progress))
}

fn read_found(found: Sources, plan: &Plan, workers: &Workers, progress: &dyn Progress) -> Gathered {
    let Sources {
        mut sources,
        mut skipped,
        mut copies,
        links,
        useless,
        order,
    } = found;
    let size = sources.iter().map(|prepared| prepared.source.size).sum();
    progress.found(size);
    let errand = Errand::for_all(plan, &order, progress).over(size);
    let is_own = own(&sources, plan);
    let mut parts = read_in_turn(&mut sources, &is_own, &errand, workers);
    drop(errand);
    let (mut before, mut names) = (BTreeMap::new(), BTreeMap::new());
    let savers = savers(&mut parts);
    let mut parts = parts.into_iter().peekable();
    let mut lines = vec![None; sources.len()];
    let mut zones = Shared::default();
    let owned = sources.iter().zip(&mut lines).zip(is_own).enumerate();
    let owned = owned.filter(|(_, (_, is_own))| *is_own);
    let read = owned.flat_map(|(number, ((prepared, lines), _))| {
        let mut parts = parts
            .next_if(|(of, _)| *of == number)
            .map_or_else(Parts::default, |(_, parts)| parts);
        let first = prepared.source.resume().lines;
        *lines = Some(first + parts.newlines.iter().map(|(_, newlines)| newlines).sum::<u64>());
        let before_parts = parts.count_lines(first, workers);
        if !before_parts.is_empty() {
            before.insert(number, before_parts);
        }
        describe(&mut parts, prepared, &mut zones);
        let path = &prepared.source.name;
        skipped.extend(troubles(&mut parts, path));
        if !parts.origins.is_empty() {
            names.insert(number, parts.origins.keys().cloned().collect());
        }
        parts.into_sources(path)
    });
    // Collected in one go, so that the map's nodes are full: half-empty ones double what a million sources cost.
    let all = read.collect();
    let mut rollup = Rollup { sources: all, skipped }.settled();
    let mut believed = BTreeMap::new();
    if plan.share.is_none() {
        copies.extend(count_once(&mut rollup.sources));
        believed = cut_late(&mut rollup.sources, &written(&sources, &names));
    }
    Gathered {
        rollup,
        copies,
        links,
        useless,
        lines,
        sources,
        names,
        before,
        savers,
        order,
        believed,
    }
}

/// Why some of a source was not read.
fn troubles(parts: &mut Parts, path: &Name) -> impl Iterator<Item = Skipped> {
    let of_source = |reason| Skipped {
        path: Name::clone(path),
        reason,
    };
    std::mem::take(&mut parts.trouble).into_iter().map(of_source)
}

/// The parts of the sources that hold successes which a second look may want, in order.
fn savers(read: &mut [(usize, Parts)]) -> Vec<(Job, Savers)> {
    let savers = read.iter_mut().flat_map(|(number, parts)| {
        let number = *number;
        parts.savers.drain(..).map(move |(part, savers)| ((number, part), savers))
    });
    let mut savers: Vec<_> = savers.collect();
    savers.sort_unstable_by_key(|(job, _)| *job);
    savers
}

/// When each source was last written.
fn written(sources: &[Prepared], names: &BTreeMap<usize, Vec<Name>>) -> BTreeMap<SourceName, Time> {
    let dated = sources.iter().enumerate();
    let dated = dated.filter_map(|(number, prepared)| Some((number, prepared, prepared.source.day_over()?)));
    let by_name = dated.flat_map(|(number, prepared, day)| {
        let within = names.get(&number).into_iter().flatten();
        within
            .chain([&prepared.source.name])
            .map(move |name| (Name::clone(name), day))
    });
    by_name.collect()
}

impl Gathered {
    /// The logs that lack dates.
    #[must_use]
    pub fn undated(&self) -> Vec<Undated> {
        let of = |prepared: &Prepared| {
            let sources = self.within(&prepared.source.name);
            let sources: BTreeSet<Name> = sources.into_iter().map(|(name, _)| Name::clone(name)).collect();
            prepared.undated(sources).filter(|log| !log.sources.is_empty())
        };
        self.sources.iter().filter_map(of).collect()
    }

    /// When each source was last written: the end of that day, where it is known.
    #[must_use]
    pub fn written(&self) -> BTreeMap<SourceName, Time> {
        written(&self.sources, &self.names)
    }

    /// Whether a pattern means any log that was found.
    #[must_use]
    pub fn means_any(&self, pattern: &Pattern) -> bool {
        let mut sources = self.sources.iter().map(|prepared| &prepared.source);
        sources.any(|source| prepare::is_meant(pattern, source)) || self.copies.iter().any(|copy| pattern.is_name(&copy.copy))
    }

    /// The log that a file is or holds, where a format knew it.
    #[must_use]
    pub fn log_in(&self, file: open::FileId) -> Option<&SourceName> {
        let is_log = |prepared: &&Prepared| prepared.source.id == Some(file) && prepared.recognised.is_some();
        self.sources.iter().find(is_log).map(|prepared| &prepared.source.name)
    }

    /// Newlines of a log up to where it was read, if it was.
    #[must_use]
    pub fn lines(&self, log: &SourceName) -> Option<u64> {
        self.lines.get(self.at(log)?).copied().flatten()
    }

    /// The sources that a log holds: itself, and the hosts and services that write into it.
    #[must_use]
    pub fn within(&self, log: &SourceName) -> Vec<(&SourceName, &SourceRollup)> {
        let names = self.at(log).and_then(|at| self.names.get(&at)).into_iter().flatten();
        let names = names.chain([log]);
        let found = names.filter_map(|name| self.rollup.sources.get_key_value(name));
        found.map(|(name, source)| (name, &**source)).collect()
    }

    /// How far a source was read, where only its reader knows: one that was unpacked, and a document, which has no lines.
    #[must_use]
    pub fn reached(&self, name: &SourceName) -> Option<u64> {
        let prepared = self.sources.get(self.at(name)?)?;
        let bytes: u64 = self.within(name).iter().map(|(_, source)| source.bytes).sum();
        match prepared.way {
            Way::Whole(None) => Some(prepared.source.resume().from + bytes),
            Way::Whole(Some((at, size))) if prepared.is_document() => Some(at + size),
            _ => None,
        }
    }

    fn at(&self, name: &SourceName) -> Option<usize> {
        self.sources.binary_search_by(|prepared| prepared.source.name.cmp(name)).ok()
    }
}

/// Says of a source what no single part knows.
fn describe(parts: &mut Parts, prepared: &Prepared, zones: &mut Shared<str>) {
    for rollup in parts.rollups_mut() {
        rollup.host = rollup.host.take().or_else(|| prepared.source.host.clone());
        rollup.notes.extend(prepared.source.notes.iter().cloned());
        rollup.notes.extend(prepared.dated_as());
        if rollup.time_zone.is_some() {
            rollup.time_zone = Some(zones.of(prepared.zone_said()));
            rollup.zone_assumed = prepared.zone_assumed;
        }
    }
    read::describe(&mut parts.rollup, prepared.recognised.as_deref());
}
