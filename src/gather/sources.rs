//! Every log that is to be read, each once, recognised: those on the disk, and those in archives.

use super::discover::{self, DiscoverError, LeftOut, Source};

use super::open::archive::Kind;
use super::plan::Plan;
use super::prepare::{Prepared, Unprepared};
use super::recognise::Order;
use crate::model::{Name, Skipped};
use crate::workers::Workers;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// What there is to read.
pub(super) struct Sources {
    /// The logs, by name.
    pub(super) sources: Vec<Prepared>,
    /// What cannot be read.
    pub(super) skipped: BTreeSet<Skipped>,
    /// Copies that are left out.
    pub(super) copies: Vec<LeftOut>,
    /// Symbolic links, which are not followed.
    pub(super) links: u64,
    /// Symbolic links that lead in a circle or to nothing.
    pub(super) useless: Vec<Name>,
    /// The formats, the most telling first.
    pub(super) order: Order,
}

/// Which of some sources are read, and from where.
pub(super) type Choose<'c> = &'c mut dyn FnMut(Vec<Source>) -> Vec<Source>;

/// Finds what there is to read; `choose` is asked of the sources on the disk, then of those in each archive.
///
/// # Errors
/// Where there is nothing.
pub(super) fn find(plan: &Plan, workers: &Workers, choose: Choose<'_>) -> Result<Sources, DiscoverError> {
    let mut found = discover::found(&plan.inputs, plan.follow)?;
    for source in &mut found.sources {
        source.limit = plan.limit;
    }
    let (sources, copies) = discover::once(found.sources, workers);
    let sources = choose(sources);
    let mut all = Sources {
        sources: Vec::with_capacity(sources.len()),
        skipped: found.skipped,
        copies,
        links: found.links,
        useless: found.useless,
        order: Order::of(&[]),
    };
    let order = Order::of(plan.known);
    let archives = all.prepare(
        sources.into_iter().map(|source| vec![source]).collect(),
        plan,
        workers,
        &order,
    );
    if !archives.is_empty() {
        let members = all.open(archives, workers).into_iter().map(choose).collect();
        // An archive in an archive is refused by name, so nothing is left to open.
        all.prepare(members, plan, workers, &order);
    }
    all.order = order;
    all.sources.sort_by(|a, b| a.source.name.cmp(&b.source.name));
    Ok(all)
}

impl Sources {
    /// Prepares groups of sources, each group by one worker; gives the archives among them.
    fn prepare(&mut self, groups: Vec<Vec<Source>>, plan: &Plan, workers: &Workers, order: &Order) -> Vec<(Source, Kind)> {
        let groups: Vec<Mutex<Vec<Source>>> = groups.into_iter().map(Mutex::new).collect();
        // Into one list for all: those of each worker would grow beside each other, and hold the room until the end.
        let all = Mutex::new((&mut *self, Vec::new()));
        workers.fold(&groups, |_: &mut (), group| {
            let group = std::mem::take(&mut *group.lock().unwrap_or_else(PoisonError::into_inner));
            for source in group {
                let prepared = prepare_one(source, plan, order);
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                match prepared {
                    Ok(prepared) => all.0.sources.push(prepared),
                    Err(Unprepared::Archive(source, kind)) => all.1.push((*source, kind)),
                    Err(Unprepared::Skipped(skipped)) => {
                        all.0.skipped.insert(skipped);
                    }
                }
            }
        });
        let (_, mut archives) = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        archives.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        archives
    }

    /// Lists the logs in archives, without those that are copies of another log; each archive's in its order.
    fn open(&mut self, archives: Vec<(Source, Kind)>, workers: &Workers) -> Vec<Vec<Source>> {
        let mut taken: BTreeSet<Name> = self
            .sources
            .iter()
            .map(|prepared| Name::clone(&prepared.source.name))
            .collect();
        let mut groups: BTreeMap<Name, Vec<Source>> = BTreeMap::new();
        let mut known: Vec<Source> = self.sources.iter().map(|prepared| prepared.source.clone()).collect();
        let among = archives.len() > 1;
        for (outer, kind) in archives {
            let opened = discover::members(outer, kind, among, &mut taken);
            self.skipped.extend(opened.skipped);
            self.links += opened.links;
            known.extend(opened.sources);
        }
        let (once, copies) = discover::once(known, workers);
        self.copies.extend(copies);
        let mut once: BTreeMap<Name, Source> = once.into_iter().map(|source| (Name::clone(&source.name), source)).collect();
        self.sources.retain_mut(|prepared| match once.remove(&prepared.source.name) {
            Some(source) => {
                prepared.source = source;
                true
            }
            None => false,
        });
        for (name, source) in once {
            let Some(within) = &source.within else { continue };
            // Members of a packed archive are read one after the other; of others, whoever is free takes one.
            let group = if within.archive.is_serial() {
                Name::clone(&within.outer.name)
            } else {
                name
            };
            groups.entry(group).or_default().push(source);
        }
        let mut groups: Vec<Vec<Source>> = groups.into_values().collect();
        for group in &mut groups {
            group.sort_by_key(|source| source.within.as_ref().and_then(|within| within.member.on_tape()));
        }
        groups
    }
}

/// A panic is caught here: the source is named, and all others count.
fn prepare_one(source: Source, plan: &Plan, order: &Order) -> Result<Prepared, Unprepared> {
    let path = Name::clone(&source.name);
    catch_unwind(AssertUnwindSafe(|| Prepared::new(source, plan, order))).unwrap_or_else(|_| {
        Err(Unprepared::Skipped(Skipped {
            path,
            reason: "stopped reading: internal error".to_owned(),
        }))
    })
}
