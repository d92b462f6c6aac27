//! What one night read of one log, as it is stored: version 1.
//!
//! Its own small types, so that the model may change and old nights stay readable; a change here is a new version. What
//! is stored has passed the same gates as what is reported: no free text of a log is in it.

use super::codes::{grain, vantage};
use super::seen_v1::{Seen, time};
use super::words::{Constants, Meanings, Number, Numbering, Tables};
use crate::model::{
    Attributes, Cell, Cells, Grain, IdSample, Name, Rare, SampledId, Seldom, Shared, SourceRollup, Time, TokensUsed, TookClass,
};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A source's part.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Source {
    tables: Tables,
    format: Number,
    vantage: Option<u8>,
    host: Number,
    time_zone: Number,
    zone_assumed: bool,
    ahead_of_date: Vec<(i16, u32)>,
    bytes: u64,
    records: u64,
    other_records: u64,
    unread_records: u64,
    unread_lines: Vec<u64>,
    span: Option<(i64, i64)>,
    undated_records: u64,
    successes_with_id: u64,
    successes_without_id: u64,
    with_client_id: u64,
    without_client_id: u64,
    retried_upstream: u64,
    upstream_retries: u64,
    longest_ms: u32,
    numbers_attempts: bool,
    cells: StoredCells,
    cells_if_start: StoredCells,
    observations: Vec<Seen>,
    observations_dropped: u64,
    /// Model, records, input and output tokens.
    tokens: Vec<(Number, u64, u64, u64)>,
    provider_ids: Vec<(u64, i64, Option<u32>, Number)>,
    client_ids: Vec<(u64, i64, Option<u32>, Number)>,
    notes: Vec<String>,
}

/// Successes as counts.
#[derive(Debug, Serialize, Deserialize)]
struct StoredCells {
    /// Time, grain, attributes, successes, and those of them that were no first attempt.
    counts: Vec<StoredCount>,
    /// Time, attributes, shortest length of the class in milliseconds, successes.
    took: Vec<(i64, Number, u32, u32)>,
}

type StoredCount = (i64, u8, Number, u32, u32);

impl Source {
    /// As it is stored.
    pub(super) fn of(rollup: &SourceRollup) -> Self {
        let mut numbers = Numbering::default();
        Self {
            format: numbers.name(rollup.format),
            vantage: rollup.vantage.map(vantage::write),
            host: numbers.name(rollup.host.as_deref()),
            time_zone: numbers.name(rollup.time_zone.as_deref()),
            zone_assumed: rollup.zone_assumed,
            ahead_of_date: rollup
                .rare
                .ahead_of_date
                .iter()
                .map(|(quarters, count)| (*quarters, *count))
                .collect(),
            bytes: rollup.bytes,
            records: rollup.records,
            other_records: rollup.other_records,
            unread_records: rollup.unread_records,
            unread_lines: rollup.rare.unread_lines.iter().copied().collect(),
            span: rollup.span.map(|(first, last)| (first.0, last.0)),
            undated_records: rollup.rare.undated_records,
            successes_with_id: rollup.successes_with_id,
            successes_without_id: rollup.successes_without_id,
            with_client_id: rollup.with_client_id,
            without_client_id: rollup.without_client_id,
            retried_upstream: rollup.rare.retried_upstream,
            upstream_retries: rollup.rare.upstream_retries,
            longest_ms: rollup.longest_ms,
            numbers_attempts: rollup.numbers_attempts,
            cells: cells_stored(&rollup.cells, &mut numbers),
            cells_if_start: cells_if_start_stored(&rollup.cells, &mut numbers),
            observations: rollup.observations.iter().map(|seen| Seen::of(seen, &mut numbers)).collect(),
            observations_dropped: rollup.rare.observations_dropped,
            tokens: tokens_stored(rollup, &mut numbers),
            provider_ids: sample_stored(&rollup.provider_ids, &mut numbers),
            client_ids: sample_stored(&rollup.client_ids, &mut numbers),
            notes: rollup.notes.iter().cloned().collect(),
            tables: numbers.tables,
        }
    }

    /// As it was; `None` where it holds what no version wrote.
    pub(super) fn read(self, constants: &mut Constants) -> Option<SourceRollup> {
        let meanings = Meanings::of(self.tables);
        let mut alikes = Shared::default();
        let observations = self
            .observations
            .into_iter()
            .map(|seen| seen.read(&meanings, constants, &mut alikes));
        let observations = observations.collect::<Option<Seldom<Vec<_>>>>()?;
        let rare = Rare {
            ahead_of_date: self.ahead_of_date.into_iter().collect(),
            unread_lines: self.unread_lines.into_iter().collect(),
            undated_records: self.undated_records,
            retried_upstream: self.retried_upstream,
            upstream_retries: self.upstream_retries,
            observations_dropped: self.observations_dropped,
            cut_off: None,
        };
        let span = match self.span {
            Some((first, last)) => Some((time(first)?, time(last)?)),
            None => None,
        };
        Some(SourceRollup {
            format: meanings.name(self.format).map(|word| constants.constant(&word)),
            vantage: self.vantage.and_then(vantage::read),
            host: meanings.name(self.host),
            time_zone: meanings.name(self.time_zone),
            zone_assumed: self.zone_assumed,
            bytes: self.bytes,
            records: self.records,
            other_records: self.other_records,
            unread_records: self.unread_records,
            span,
            successes_with_id: self.successes_with_id,
            successes_without_id: self.successes_without_id,
            with_client_id: self.with_client_id,
            without_client_id: self.without_client_id,
            longest_ms: self.longest_ms,
            numbers_attempts: self.numbers_attempts,
            cells: cells_read(&self.cells, &self.cells_if_start, &meanings)?,
            observations,
            rare: rare.into(),
            tokens: tokens_read(&self.tokens, &meanings)?,
            provider_ids: sample_read(&self.provider_ids, &meanings)?,
            client_ids: sample_read(&self.client_ids, &meanings)?,
            chunks: SmallVec::new(),
            notes: self.notes.into_iter().collect(),
        })
    }
}

fn tokens_stored(rollup: &SourceRollup, numbers: &mut Numbering) -> Vec<(Number, u64, u64, u64)> {
    let stored = rollup
        .tokens
        .iter()
        .map(|(model, used)| (numbers.name(Some(model)), used.records, used.input, used.output));
    stored.collect()
}

fn tokens_read(stored: &[(Number, u64, u64, u64)], meanings: &Meanings) -> Option<Seldom<BTreeMap<Name, TokensUsed>>> {
    let read = stored.iter().map(|&(model, records, input, output)| {
        let used = TokensUsed { records, input, output };
        Some((meanings.name(model)?, used))
    });
    read.collect()
}

fn cells_stored(cells: &Cells, numbers: &mut Numbering) -> StoredCells {
    let mut stored = StoredCells {
        counts: Vec::new(),
        took: Vec::new(),
    };
    stored.counts.extend(cells.in_order().map(|cell| count_stored(cell, numbers)));
    for (time, attributes, class, count) in cells.took() {
        let shortest = u32::try_from(class.bounds().0).unwrap_or(u32::MAX);
        stored.took.push((time.0, numbers.attributes(attributes), shortest, count));
    }
    stored
}

/// Nobody asks for the lengths on this time base.
fn cells_if_start_stored(cells: &Cells, numbers: &mut Numbering) -> StoredCells {
    StoredCells {
        counts: cells.in_order_if_start().map(|cell| count_stored(cell, numbers)).collect(),
        took: Vec::new(),
    }
}

fn count_stored((time, grain, attributes, cell): (Time, Grain, &Arc<Attributes>, Cell), numbers: &mut Numbering) -> StoredCount {
    (
        time.0,
        grain::write(grain),
        numbers.attributes(attributes),
        cell.ok,
        cell.ok_later,
    )
}

fn cells_read(stored: &StoredCells, if_start: &StoredCells, meanings: &Meanings) -> Option<Cells> {
    let mut cells = Cells::default();
    let read = |cells: &mut Cells, (at, grain, attributes, ok, ok_later): &StoredCount| {
        let tuple = cells.tuple(&meanings.attributes(*attributes)?);
        let cell = Cell {
            ok: *ok,
            ok_later: *ok_later,
        };
        Some((time(*at)?, grain::read(*grain)?, tuple, cell))
    };
    for count in &stored.counts {
        let (time, grain, tuple, cell) = read(&mut cells, count)?;
        cells.add(time, grain, tuple, cell);
    }
    for count in &if_start.counts {
        let (time, grain, tuple, cell) = read(&mut cells, count)?;
        cells.add_if_start(time, grain, tuple, cell);
    }
    for (at, attributes, shortest, count) in &stored.took {
        let tuple = cells.tuple(&meanings.attributes(*attributes)?);
        cells.add_all_took(time(*at)?, tuple, TookClass::of(*shortest), *count);
    }
    Some(cells)
}

fn sample_stored(ids: &IdSample, numbers: &mut Numbering) -> Vec<(u64, i64, Option<u32>, Number)> {
    let stored = ids
        .iter()
        .map(|(hash, seen)| (hash, seen.time.0, seen.duration_ms, numbers.name(seen.client.as_deref())));
    stored.collect()
}

fn sample_read(stored: &[(u64, i64, Option<u32>, Number)], meanings: &Meanings) -> Option<IdSample> {
    let mut ids = IdSample::default();
    for (hash, at, duration_ms, client) in stored {
        let seen = SampledId {
            time: time(*at)?,
            duration_ms: *duration_ms,
            client: meanings.name(*client),
        };
        ids.keep(*hash, seen);
    }
    Some(ids)
}
