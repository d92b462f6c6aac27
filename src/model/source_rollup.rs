//! What one source gave: plain data that two readers of two halves can add up.
//!
//! A success is a count, a failure is whole, so memory grows with failures and minutes and never with the size of the logs.

use super::cells::Cells;
use super::observation::{Alike, Observation};
use super::runs::{put_among, sort_runs};
use super::sample::IdSample;
use super::seldom::{Empty, Seldom};
use super::shared::Shared;
use super::terms::{Attributes, Grain, Name, Vantage};
use super::time::Time;
use ahash::AHashMap;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a piece of a source lies and which stretch of time it covers; the second look reads only pieces it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkSpan {
    /// First byte of the piece (0 for a source that is read whole).
    pub offset: u64,
    /// Earliest record.
    pub first: Time,
    /// Latest record.
    pub last: Time,
}

/// The tokens of the successes of one model, in those records that tell them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokensUsed {
    /// Records that tell tokens.
    pub records: u64,
    /// Input tokens in all.
    pub input: u64,
    /// Output tokens in all.
    pub output: u64,
}

impl TokensUsed {
    /// Adds what others used.
    pub fn add(&mut self, other: Self) {
        self.records = self.records.saturating_add(other.records);
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
    }
}

/// Everything one source gave.
#[derive(Clone, Debug, Default)]
pub struct SourceRollup {
    /// The format it was recognised as; `None` where nobody recognised it.
    pub format: Option<&'static str>,
    /// Who wrote it.
    pub vantage: Option<Vantage>,
    /// The host that wrote it, by its directory or its lines.
    pub host: Option<Name>,
    /// How stamps without a zone were read ("assumed UTC", "Europe/Berlin by --tz"); empty where every stamp has one.
    pub time_zone: Option<Name>,
    /// Its stamps carry no zone and nobody named one: what it shares with other logs may tell it.
    pub zone_assumed: bool,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Records about a call.
    pub records: u64,
    /// Records understood and not about a call.
    pub other_records: u64,
    /// Records not understood.
    pub unread_records: u64,
    /// Earliest and latest record about a call.
    pub span: Option<(Time, Time)>,
    /// Successes whose record carries the provider's id, and whose record does not (classification B2, row 8).
    pub successes_with_id: u64,
    /// See [`Self::successes_with_id`].
    pub successes_without_id: u64,
    /// Records about a call that carry the caller's id, and that do not.
    pub with_client_id: u64,
    /// See [`Self::with_client_id`].
    pub without_client_id: u64,
    /// Longest call or attempt seen, milliseconds.
    pub longest_ms: u32,
    /// Whether any record numbers its attempts.
    pub numbers_attempts: bool,
    /// Successes.
    pub cells: Cells,
    /// Failures, caller-side ends and details, whole, by line.
    pub observations: Seldom<Vec<Observation>>,
    /// The tokens that successes used, by model.
    pub tokens: Seldom<BTreeMap<Name, TokensUsed>>,
    /// Sample of provider ids.
    pub provider_ids: IdSample,
    /// Sample of caller ids.
    pub client_ids: IdSample,
    /// The pieces it was read in.
    pub chunks: SmallVec<[ChunkSpan; 1]>,
    /// What a reader should know of this source.
    pub notes: Seldom<BTreeSet<String>>,
    /// What few sources have.
    pub rare: Seldom<Rare>,
}

/// What few sources have: most of a great many are read whole, and say when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rare {
    /// Stamps without a zone by how far they were ahead of the answer's own `date` header (RFC 9110, 6.6.1), in quarters
    /// of an hour, the step of the world's zones.
    pub ahead_of_date: BTreeMap<i16, u32>,
    /// The first lines that were not understood, at most [`UNREAD_LINES_KEPT`].
    pub unread_lines: BTreeSet<u64>,
    /// Records without any time that could be told; read, and in no window.
    pub undated_records: u64,
    /// Records of a proxy that tried again upstream by itself, and how often in all; these are no attempts (B3.4).
    pub retried_upstream: u64,
    /// See [`Self::retried_upstream`].
    pub upstream_retries: u64,
    /// Observations beyond the cap, which are only counted.
    pub observations_dropped: u64,
    /// The first and the last record that was before or after what was asked for: they count nowhere, and still tell when the
    /// log was written.
    pub cut_off: Option<(Time, Time)>,
}

impl Empty for Rare {
    const EMPTY: &'static Self = &Self {
        ahead_of_date: BTreeMap::new(),
        unread_lines: BTreeSet::new(),
        undated_records: 0,
        retried_upstream: 0,
        upstream_retries: 0,
        observations_dropped: 0,
        cut_off: None,
    };
}

impl Rare {
    fn merge(&mut self, other: Self) {
        for (quarters, count) in other.ahead_of_date {
            *self.ahead_of_date.entry(quarters).or_default() += count;
        }
        self.unread_lines.extend(other.unread_lines);
        while self.unread_lines.len() > UNREAD_LINES_KEPT {
            self.unread_lines.pop_last();
        }
        self.undated_records += other.undated_records;
        self.retried_upstream += other.retried_upstream;
        self.upstream_retries += other.upstream_retries;
        self.observations_dropped += other.observations_dropped;
        self.cut_off = united(self.cut_off, other.cut_off);
    }
}

/// From the first to the last of two spans.
fn united(one: Option<(Time, Time)>, other: Option<(Time, Time)>) -> Option<(Time, Time)> {
    match (one, other) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// Lines kept to name what was not understood.
pub const UNREAD_LINES_KEPT: usize = 5;

impl SourceRollup {
    /// Adds another part of the same source. Lines must already count from the start of the source.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.format = self.format.or(other.format);
        self.vantage = self.vantage.or(other.vantage);
        self.host = self.host.or(other.host);
        self.time_zone = self.time_zone.or(other.time_zone);
        self.zone_assumed |= other.zone_assumed;
        self.bytes += other.bytes;
        self.records += other.records;
        self.other_records += other.other_records;
        self.unread_records += other.unread_records;
        self.span = united(self.span, other.span);
        self.successes_with_id += other.successes_with_id;
        self.successes_without_id += other.successes_without_id;
        self.with_client_id += other.with_client_id;
        self.without_client_id += other.without_client_id;
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        self.numbers_attempts |= other.numbers_attempts;
        self.cells.merge(other.cells);
        match (self.observations.held_mut(), other.observations.held()) {
            (Some(mine), Some(mut theirs)) => mine.append(&mut theirs),
            (None, theirs) => self.observations = theirs.unwrap_or_default().into(),
            (Some(_), None) => {}
        }
        for (model, used) in other.tokens {
            self.tokens.entry(model).or_default().add(used);
        }
        if let Some(theirs) = other.rare.held() {
            self.rare.merge(theirs);
        }
        self.provider_ids.merge(other.provider_ids);
        self.client_ids.merge(other.client_ids);
        self.chunks.extend(other.chunks);
        self.notes.extend(other.notes);
        self
    }

    /// Gives back what room was made for more.
    pub fn fit(&mut self) {
        if let Some(observations) = self.observations.held_mut() {
            observations.shrink_to_fit();
        }
        self.chunks.shrink_to_fit();
        self.provider_ids.fit();
        self.client_ids.fit();
    }

    /// Takes attributes that are `shared` with other sources in the place of equal ones.
    pub fn share(&mut self, shared: &Mutex<Shared<Attributes>>) {
        let shared = || shared.lock().unwrap_or_else(PoisonError::into_inner);
        self.cells.share(&mut shared());
        // A reader holds equal ones once, so nearly all are known by where they lie, and need not be hashed: 300 instructions
        // an observation otherwise. What is replaced is kept until the end, so that nothing else comes to lie there.
        let mut replaced: AHashMap<*const Alike, [Arc<Alike>; 2]> = AHashMap::new();
        for seen in self.observations.held_mut().into_iter().flatten() {
            let [_, new] = replaced.entry(Arc::as_ptr(&seen.alike)).or_insert_with(|| {
                let attributes = shared().in_place_of(&seen.attributes);
                let new = if Arc::ptr_eq(&attributes, &seen.attributes) {
                    Arc::clone(&seen.alike)
                } else {
                    Arc::new(Alike {
                        attributes,
                        ..Alike::clone(&seen.alike)
                    })
                };
                [Arc::clone(&seen.alike), new]
            });
            if !Arc::ptr_eq(new, &seen.alike) {
                seen.alike = Arc::clone(new);
            }
        }
    }

    /// Puts everything in its final order; of parts whose lines do not count from the start of the source yet, in the order
    /// that it will be in.
    pub fn settle(&mut self) {
        if let Some(observations) = self.observations.held_mut() {
            order_records(observations);
        }
        self.chunks.sort_unstable();
    }

    /// Adds what a second look at the same source brought. Both are settled, and so is what they are together.
    pub(super) fn take_in(&mut self, mut other: Self) {
        let more = std::mem::take(&mut other.observations).held().unwrap_or_default();
        *self = std::mem::take(self).merge(other);
        self.chunks.sort_unstable();
        if more.len() < self.observations.len() / FEW {
            put_among(&mut self.observations, more, place);
        } else if !more.is_empty() {
            self.observations.extend(more);
            order_records(&mut self.observations);
        }
    }
}

/// One record in so many is few.
const FEW: usize = 8;

/// Puts the records of one source in their order. Nearly always they are, and their lines tell.
pub fn order_records(records: &mut [Observation]) {
    let is_before = |pair: &[Observation]| match pair {
        [one, next] => one.line < next.line || place(one) <= place(next),
        _ => true,
    };
    if !records.windows(2).all(is_before) {
        sort_runs(records, place);
    }
}

/// Where a record stands among the others of its source.
fn place(seen: &Observation) -> (u64, Time, Grain) {
    (seen.line, seen.time, seen.grain)
}
