//! What act two wants of the successes: the parts of the logs that may hold it are read once more.

use super::jobs::{Job, read_all};
use super::prepare::{Prepared, Way};
use super::read::Errand;
use super::sieve::{Asked, Savers, Sieve};
use super::{Gathered, troubles};
use crate::gather::plan::Plan;
use crate::gather::progress::Progress;
use crate::model::{ChunkSpan, Rollup, SourceRollup, Wanted};
use crate::workers::Workers;
use std::collections::{BTreeMap, BTreeSet};

/// Parts of logs that one worker asks at a time whether they hold something wanted: of each it takes a few microseconds.
const PARTS_AT_ONCE: usize = 16;

impl Gathered {
    /// Reads again the pieces that may hold what act two wants whole, and gives what they hold of it.
    #[must_use]
    pub fn look_again(&self, plan: &Plan, wanted: &Wanted, progress: &dyn Progress) -> Rollup {
        let workers = Workers::new(plan.threads);
        let sieve = Sieve::of(&wanted.client_ids);
        let jobs = self.wanted_parts(wanted, &sieve, &workers);
        let errand = Errand {
            plan,
            wanted: Some(wanted),
            asked: Some(&sieve),
            sought: None,
            progress,
            ..Errand::for_all(plan, &self.order, progress)
        };
        let mut extra = Rollup::default();
        let mut all = Vec::new();
        read_all(&mut all, jobs, &self.sources, (&errand, &workers));
        for (number, mut parts) in all {
            let Some(prepared) = self.sources.get(number) else { continue };
            parts.set_lines(self.before.get(&number).unwrap_or(&BTreeMap::new()), &workers);
            let path = &prepared.source.name;
            extra.skipped.extend(troubles(&mut parts, path));
            extra.sources.extend(parts.into_sources(path).map(|(name, read)| {
                let mut observations = read.observations;
                if let Some(last) = self.believed.get(&name) {
                    observations.retain(|seen| seen.time <= *last);
                }
                let only = SourceRollup {
                    observations,
                    ..SourceRollup::default()
                };
                (name, Box::new(only))
            }));
        }
        extra.settled()
    }

    /// The parts of all sources that may hold something wanted.
    fn wanted_parts(&self, wanted: &Wanted, sieve: &Sieve, workers: &Workers) -> Vec<Job> {
        let asked = Asked::of(&wanted.client_ids, sieve);
        let sources = self.sources.iter().enumerate();
        let at_the_time: Vec<(Job, Option<&Savers>)> = sources
            .flat_map(|(number, prepared)| self.parts_at_the_time(number, prepared, wanted))
            .collect();
        // Many a log tells the caller's id of failures only, and in most parts of others no success has a failing call's id.
        let may_hold = |parts: &&[(Job, Option<&Savers>)]| -> Vec<Job> {
            let may_hold = |(_, savers): &&(Job, Option<&Savers>)| savers.is_none_or(|savers| asked.may_be_among(savers));
            parts.iter().filter(may_hold).map(|(job, _)| *job).collect()
        };
        let some: Vec<_> = at_the_time.chunks(PARTS_AT_ONCE).collect();
        let jobs = workers.map(&some, may_hold).concat();
        self.sources.iter().for_each(|prepared| prepared.hold(0));
        for parts in jobs.chunk_by(|(one, _), (next, _)| one == next) {
            if let Some(prepared) = parts.first().and_then(|(number, _)| self.sources.get(*number)) {
                prepared.hold(parts.len());
            }
        }
        jobs
    }

    /// The parts of a source from when something is wanted, each with what tells whether it may hold it, where that matters.
    fn parts_at_the_time(&self, number: usize, prepared: &Prepared, wanted: &Wanted) -> Vec<(Job, Option<&Savers>)> {
        if prepared.source.is_stdin() {
            return Vec::new();
        }
        let within = self.names.get(&number).into_iter().flatten().chain([&prepared.source.name]);
        let mut offsets = BTreeSet::new();
        for name in within.clone() {
            let Some(read) = self.rollup.sources.get(name) else { continue };
            // Pieces are known by their stamps, which may be starts.
            let longest = i64::from(read.longest_ms);
            let is_wanted = |span: &&ChunkSpan| {
                wanted.every.contains(name) || wanted.wants_span(name, span.first, span.last.plus_ms(longest))
            };
            offsets.extend(read.chunks.iter().filter(is_wanted).map(|span| span.offset));
        }
        let is_any = within.clone().any(|name| wanted.every.contains(name));
        let is_wanted = |part: usize| match &prepared.way {
            way @ (Way::Piece(..) | Way::Pieces(_)) => way.piece(part).is_some_and(|piece| offsets.contains(&piece.start)),
            Way::Whole(_) => !offsets.is_empty(),
            Way::Empty => false,
        };
        // Of what answers a retry nothing was noted.
        if within.clone().any(|name| wanted.retries.contains_key(name)) {
            let parts = (0..prepared.way.parts()).filter(|part| is_wanted(*part));
            return parts.map(|part| ((number, part), None)).collect();
        }
        let from = self.savers.partition_point(|((of, _), _)| *of < number);
        let savers = self.savers.iter().skip(from).take_while(|((of, _), _)| *of == number);
        let savers = savers.filter(|((_, part), _)| is_wanted(*part));
        savers.map(|(job, savers)| (*job, (!is_any).then_some(savers))).collect()
    }
}
