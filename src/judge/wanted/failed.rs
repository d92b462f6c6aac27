//! The failures of some records, and what is to be sought for them.

use super::log::Log;
use super::stretches::stretches;
use crate::model::{Grain, Observation, Outcome, RetrySaid, Time, id_hash};
use std::ops::Range;

/// Records that a worker looks through before it asks for more.
pub(super) const RECORDS_AT_ONCE: usize = 8192;

/// Some of the logs, or some of the records of one.
pub(super) struct Batch {
    logs: Range<usize>,
    records: Range<usize>,
}

/// The failures of some records.
#[derive(Default)]
pub(super) struct Failed {
    /// Hashes of the callers' ids.
    pub(super) hashes: Vec<u64>,
    /// The stretches around failures that have one, on the common clock.
    pub(super) around: Vec<(Time, Time)>,
    /// When something failed in a log in which its call may end, by the log's number.
    pub(super) times: Vec<(usize, Vec<Time>)>,
    /// When a retry was due in a log in which its answer may stand, by the log's number.
    pub(super) due: Vec<(usize, Vec<Time>)>,
}

/// Batches of about as many records each: a log has millions, or one.
pub(super) fn batches(logs: &[Log<'_>]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut small = Batch {
        logs: 0..0,
        records: 0..0,
    };
    for (number, log) in logs.iter().enumerate() {
        let records = log.rollup.observations.len();
        if small.records.end + records > RECORDS_AT_ONCE {
            batches.push(std::mem::replace(
                &mut small,
                Batch {
                    logs: number..number,
                    records: 0..0,
                },
            ));
        }
        if records > RECORDS_AT_ONCE {
            batches.extend((0..records).step_by(RECORDS_AT_ONCE).map(|from| Batch {
                logs: number..number + 1,
                records: from..records.min(from + RECORDS_AT_ONCE),
            }));
            small.logs = number + 1..number + 1;
        } else {
            small.logs.end = number + 1;
            small.records.end += records;
        }
    }
    batches.push(small);
    batches
}

impl Failed {
    pub(super) fn of(batch: &Batch, logs: &[Log<'_>], after: i64) -> Self {
        let mut failed = Self::default();
        let mut failing: Vec<Time> = Vec::new();
        for number in batch.logs.clone() {
            let Some(log) = logs.get(number) else { continue };
            let all = &log.rollup.observations[..];
            // Of several logs each is looked through in whole.
            let some = all
                .get(batch.records.clone())
                .filter(|_| batch.logs.len() == 1)
                .unwrap_or(all);
            let mut times: Vec<Time> = Vec::new();
            let mut due: Vec<Time> = Vec::new();
            for seen in some.iter().filter(|seen| has_failed(seen)) {
                // A log that numbers its attempts has told already which call was saved.
                if let (Some(id), false) = (seen.ids.x_client_request_id(), log.rollup.numbers_attempts) {
                    failed.hashes.push(id_hash(id));
                    failing.push(seen.time.plus_ms(log.offset_ms));
                }
                if log.ends_calls && seen.grain != Grain::Call {
                    times.push(seen.time);
                }
                if log.answers_retries
                    && let Some(retry) = seen.retry.filter(|retry| retry.is_announced())
                    && seen.ids.x_client_request_id().is_none()
                {
                    due.push(seen.time.plus_ms(i64::from(retry.in_ms.unwrap_or_default())));
                }
            }
            if !due.is_empty() {
                failed.due.push((number, due));
            }
            if !times.is_empty() {
                times.sort_unstable();
                times.dedup();
                failed.times.push((number, times));
            }
        }
        failing.sort_unstable();
        failing.dedup();
        failed.around = stretches(&failing, after);
        failed
    }
}

/// Whether a record tells of an attempt that failed.
fn has_failed(seen: &Observation) -> bool {
    let failed = seen.outcome.is_failure() || seen.outcome.is_caller_side() || seen.retry.is_some_and(RetrySaid::is_announced);
    failed && seen.outcome != Outcome::Success
}
