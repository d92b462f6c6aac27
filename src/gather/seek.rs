//! Looks through the logs again for every record that holds some ids, whatever became of it.
//!
//! The bytes are searched first, as `grep` would; only parts that may hold an id are read as records.

use super::Gathered;
use super::chunk::Piece;
use super::frame::RECORD_LIMIT;
use super::jobs::{Job, read_all};
use super::open::Refused;
use super::plan::Plan;
use super::prepare::{Prepared, Way};
use super::progress::Progress;
use super::read::Errand;
use super::sought::Sought;
use crate::model::Sighting;
use crate::workers::Workers;
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of a stream that are searched at a time.
const BLOCK: usize = 256 * 1024;

impl Gathered {
    /// Every record that holds one of the ids, by source and line. Standard input cannot be read twice.
    #[must_use]
    pub fn seek(&self, plan: &Plan, sought: &Sought, progress: &dyn Progress) -> Vec<Sighting> {
        let workers = Workers::new(plan.threads);
        let jobs = self.parts_with(sought, &workers);
        let mut parts: BTreeMap<usize, usize> = BTreeMap::new();
        jobs.iter().for_each(|(number, _)| *parts.entry(*number).or_default() += 1);
        for (number, parts) in parts {
            if let Some(prepared) = self.sources.get(number) {
                prepared.hold(parts);
            }
        }
        let errand = Errand {
            sought: Some(sought),
            ..Errand::for_all(plan, &self.order, progress)
        };
        let mut all = Vec::new();
        read_all(&mut all, jobs, &self.sources, (&errand, &workers));
        let mut sightings = Vec::new();
        for (number, mut parts) in all {
            parts.set_lines(self.before.get(&number).unwrap_or(&BTreeMap::new()), &workers);
            sightings.extend(parts.sightings);
        }
        sightings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        sightings
    }

    /// The parts that may hold a record with one of the ids.
    fn parts_with(&self, sought: &Sought, workers: &Workers) -> Vec<Job> {
        let mut looks: Vec<Job> = Vec::new();
        for (number, prepared) in self.sources.iter().enumerate() {
            let parts = if prepared.source.is_stdin() { 0 } else { prepared.way.parts() };
            prepared.hold(parts);
            looks.extend((0..parts).map(|part| (number, part)));
        }
        let found = workers.fold(&looks, |found: &mut Vec<Job>, (number, part)| {
            let Some(prepared) = self.sources.get(*number) else { return };
            let look = || may_hold(prepared, *part, sought);
            // What cannot be read again was named when it was read first.
            let held = catch_unwind(AssertUnwindSafe(look)).unwrap_or(Ok(false));
            if held.unwrap_or(false) {
                found.push((*number, *part));
            }
        });
        let mut jobs: Vec<Job> = Vec::new();
        for (number, part) in found.into_iter().flatten() {
            let Some(prepared) = self.sources.get(number) else { continue };
            let from = match &prepared.way {
                Way::Pieces(pieces) => first_reaching(pieces, part),
                Way::Piece(..) | Way::Whole(_) | Way::Empty => part,
            };
            jobs.extend((from..=part).map(|part| (number, part)));
        }
        jobs.sort_unstable();
        jobs.dedup();
        jobs
    }
}

/// The first piece whose last record may reach into this one.
fn first_reaching(pieces: &[Piece], part: usize) -> usize {
    let start = pieces.get(part).map_or(0, |piece| piece.start);
    pieces
        .partition_point(|piece| piece.end.saturating_add(RECORD_LIMIT as u64) < start)
        .min(part)
}

fn may_hold(prepared: &Prepared, part: usize, sought: &Sought) -> Result<bool, Refused> {
    match &prepared.way {
        Way::Empty => Ok(false),
        way @ (Way::Piece(..) | Way::Pieces(_)) => {
            let file = prepared.file()?;
            let Some(piece) = way.piece(part) else { return Ok(false) };
            let beyond = sought.longest() as u64;
            let count = usize::try_from(piece.end - piece.start + beyond).unwrap_or(usize::MAX);
            let mut bytes = vec![0; count];
            let mut filled = 0;
            while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
                match file.read_at(space, piece.start + filled as u64) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(sought.may_be_in(bytes.get(..filled).unwrap_or_default()))
        }
        Way::Whole(_) => {
            let mut stream = prepared.stream()?.into_stream();
            let mut bytes = vec![0; BLOCK + sought.longest()];
            let mut kept = 0;
            loop {
                let read = match bytes.get_mut(kept..).map(|space| stream.read(space)) {
                    Some(Ok(count)) => count,
                    Some(Err(error)) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    // What was read of it before it broke counts.
                    Some(Err(_)) | None => 0,
                };
                let filled = kept + read;
                if sought.may_be_in(bytes.get(..filled).unwrap_or_default()) {
                    return Ok(true);
                }
                if read == 0 {
                    return Ok(false);
                }
                // An id may lie over the border of two blocks.
                let keep = filled.min(sought.longest().saturating_sub(1));
                bytes.copy_within(filled - keep..filled, 0);
                kept = keep;
            }
        }
    }
}
