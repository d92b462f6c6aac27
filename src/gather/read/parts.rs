//! What some parts of one source gave: two of them add up.

use super::LINE_BITS;
use crate::gather::recognise::Recognised;
use crate::gather::sieve::Savers;
use crate::model::{Attributes, Cells, IdSample, Name, Observation, Seldom, Shared, Sighting, SourceRollup, Time};
use crate::workers::Workers;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// The word of the report for a source that holds no record.
const EMPTY: &str = "empty";

/// What is lent of the parts read before to the reader of the next one.
#[derive(Default)]
pub(super) struct Lent {
    /// The samples of the source's ids, the provider's and the callers': it asks them at once which ids they want, where samples
    /// of its own would take eight times as many, to be merged into these.
    pub(super) samples: [IdSample; 2],
    /// No counts, and the parts' numbers of the combinations of attributes: where another numbers them anew, merging sorts all
    /// counts again.
    pub(super) numbers: Cells,
    /// Records that a part is likely to have.
    pub(super) records: usize,
}

/// Some parts of one source.
#[derive(Default)]
pub(in crate::gather) struct Parts {
    pub(in crate::gather) rollup: Box<SourceRollup>,
    /// What hosts and services gave that its envelopes tell apart, by the name of the source that each of them is.
    pub(in crate::gather) origins: Seldom<BTreeMap<Name, SourceRollup>>,
    /// Newlines of each part. No map, for a map's first node weighs as much as a small log.
    pub(in crate::gather) newlines: SmallVec<[(usize, u64); 1]>,
    /// The parts that hold successes which a second look may want.
    pub(in crate::gather) savers: SmallVec<[(usize, Savers); 1]>,
    /// Why some of it was not read.
    pub(in crate::gather) trouble: Seldom<BTreeSet<String>>,
    /// Records that hold what is sought.
    pub(in crate::gather) sightings: Seldom<Vec<Sighting>>,
}

impl Parts {
    /// Puts what was laid by to its place.
    pub(in crate::gather) fn settle(&mut self) {
        for rollup in self.rollups_mut() {
            rollup.provider_ids.settle();
            rollup.client_ids.settle();
        }
    }

    /// Gives back what room was made for more: of a great many logs each has few records.
    pub(super) fn fit(&mut self) {
        self.newlines.shrink_to_fit();
        self.rollups_mut().for_each(SourceRollup::fit);
    }

    /// Puts what was read of one part in its order: those of all parts are then runs, which are no work to put in theirs.
    pub(super) fn order(&mut self) {
        self.rollups_mut().for_each(SourceRollup::settle);
    }

    /// Takes out the records that are whole.
    pub(in crate::gather) fn take_observations(&mut self) -> Vec<Observation> {
        std::mem::take(&mut self.rollup.observations).held().unwrap_or_default()
    }

    /// Holds attributes once that several workers have read.
    pub(in crate::gather) fn share(&mut self, shared: &Mutex<Shared<Attributes>>) {
        self.rollups_mut().for_each(|rollup| rollup.share(shared));
    }

    /// What the source itself gave, and those within it.
    pub(in crate::gather) fn rollups_mut(&mut self) -> impl Iterator<Item = &mut SourceRollup> {
        let origins = self.origins.held_mut().into_iter().flat_map(BTreeMap::values_mut);
        origins.chain([&mut *self.rollup])
    }

    pub(in crate::gather) fn merge(&mut self, other: Self) {
        *self.rollup = std::mem::take(&mut *self.rollup).merge(*other.rollup);
        for (name, theirs) in other.origins {
            self.add(name, theirs);
        }
        self.newlines.extend(other.newlines);
        self.savers.extend(other.savers);
        self.trouble.extend(other.trouble);
        self.sightings.extend(other.sightings);
    }

    /// Lends what the reader of the next part goes on with.
    pub(super) fn lend(&mut self) -> Lent {
        let rollup = &mut self.rollup;
        let usual = rollup.observations.len() / self.newlines.len().max(1);
        Lent {
            samples: [&mut rollup.provider_ids, &mut rollup.client_ids].map(std::mem::take),
            numbers: rollup.cells.uncounted(),
            records: usual + usual / 4,
        }
    }

    /// Takes the samples back from a reader that did not come to read.
    pub(super) fn take_back(&mut self, lent: Lent) {
        let [provider_ids, client_ids] = lent.samples;
        self.rollup.provider_ids.merge(provider_ids);
        self.rollup.client_ids.merge(client_ids);
    }

    pub(super) fn add(&mut self, origin: Name, theirs: SourceRollup) {
        let mine = self.origins.entry(origin).or_default();
        *mine = std::mem::take(mine).merge(theirs);
    }

    /// The first and last record of each source, those too that are before or after what is asked for.
    pub(in crate::gather) fn spans(&self) -> impl Iterator<Item = (Time, Time)> {
        let sources = self.origins.values().chain([&*self.rollup]);
        sources.flat_map(|rollup| [rollup.span, rollup.rare.cut_off]).flatten()
    }

    /// Makes every line the source's own, and gives the newlines before each part. `first` are those before all parts.
    pub(in crate::gather) fn count_lines(&mut self, first: u64, workers: &Workers) -> BTreeMap<usize, u64> {
        self.newlines.sort_unstable();
        if self.newlines.len() < 2 && first == 0 {
            // Nothing comes before the only part.
            self.set_lines(&BTreeMap::new(), workers);
            return BTreeMap::new();
        }
        let mut sum = first;
        let mut before = BTreeMap::new();
        for (part, newlines) in &self.newlines {
            before.insert(*part, sum);
            sum += newlines;
        }
        self.set_lines(&before, workers);
        before
    }

    /// Makes every line the source's own, by the newlines before each part.
    pub(in crate::gather) fn set_lines(&mut self, before: &BTreeMap<usize, u64>, workers: &Workers) {
        self.rollups_mut().for_each(|rollup| set_lines(rollup, before, workers));
        for sighting in self.sightings.held_mut().into_iter().flatten() {
            sighting.line = line(sighting.line, before);
            sighting.seen.iter_mut().for_each(|seen| seen.line = sighting.line);
        }
    }

    /// The source by its name, and those within it. Where all of its records are theirs, it is no source itself.
    pub(in crate::gather) fn into_sources(self, name: &Name) -> impl Iterator<Item = (Name, Box<SourceRollup>)> {
        let Self {
            mut rollup, mut origins, ..
        } = self;
        let is_told = rollup.records + rollup.other_records + rollup.unread_records > 0;
        let first = origins.held_mut().and_then(|origins| origins.values_mut().next());
        let whole = match first.filter(|_| !is_told) {
            Some(first) => {
                first.bytes += std::mem::take(&mut rollup.bytes);
                None
            }
            None => Some((Name::clone(name), rollup)),
        };
        let origins = origins.into_iter().map(|(name, origin)| (name, Box::new(origin)));
        whole.into_iter().chain(origins)
    }
}

/// Says what a source was recognised as.
pub(in crate::gather) fn describe(rollup: &mut SourceRollup, recognised: Option<&Recognised>) {
    rollup.format = recognised.map(|recognised| recognised.name);
    rollup.vantage = recognised.map(|recognised| recognised.vantage);
    match recognised {
        None if rollup.unread_records == 0 => rollup.format = Some(EMPTY),
        None => {
            rollup.notes.insert("no format recognised it".to_owned());
        }
        Some(_) => {}
    }
}

fn set_lines(rollup: &mut SourceRollup, before: &BTreeMap<usize, u64>, workers: &Workers) {
    if let Some(observations) = rollup.observations.held_mut() {
        // Observations of one part stand together.
        workers.each_mut(observations, |_, seen, last: &mut Option<(u64, u64)>| {
            let (part, within) = (seen.line >> LINE_BITS, seen.line & ((1 << LINE_BITS) - 1));
            let first = match last {
                Some((of, first)) if *of == part => *first,
                _ => {
                    let first = line(part << LINE_BITS, before);
                    *last = Some((part, first));
                    first
                }
            };
            seen.line = first + within;
        });
    }
    if let Some(rare) = rollup.rare.held_mut() {
        rare.unread_lines = rare.unread_lines.iter().map(|written| line(*written, before)).collect();
    }
}

/// The source's line of one that was written as part and line.
fn line(written: u64, before: &BTreeMap<usize, u64>) -> u64 {
    let part = usize::try_from(written >> LINE_BITS).unwrap_or(usize::MAX);
    before.get(&part).copied().unwrap_or(0) + (written & ((1 << LINE_BITS) - 1))
}
