//! A log, as it is asked for what became of its failures.

use super::stretches::united;
use crate::model::{Grain, SourceRollup, Time};

/// How long the answer to a retry is waited for, the longest first: of a log with very many successes only those soon behind
/// the retries are brought, for the next one tells as much there.
const ANSWERS_MS: [i64; 7] = [600_000, 120_000, 30_000, 8_000, 2_000, 500, 125];

/// A stamp in whole seconds may say that an answer came so much before it did.
const WHOLE_SECOND_MS: i64 = 1_000;

/// Successes of one log that are brought whole for its retries: as many as there are retries, or so many. They take some
/// six megabytes.
const ANSWERS: u64 = 32_768;

/// A log, as it is asked for failures.
pub(super) struct Log<'r> {
    pub(super) rollup: &'r SourceRollup,
    /// What is added to its times.
    pub(super) offset_ms: i64,
    /// Whether it tells of calls that went well, so that a failure's call may end in it.
    pub(super) ends_calls: bool,
    /// Whether it tells of attempts that went well, which nothing else ties to the retries that it announces.
    pub(super) answers_retries: bool,
}

impl<'r> Log<'r> {
    pub(super) fn of(rollup: &'r SourceRollup, offset_ms: i64) -> Self {
        let ends_calls = rollup.cells.total(Grain::Call) > 0;
        // A call's own line that says how long it took tells which attempts were its own.
        let shows_calls = ends_calls && rollup.longest_ms > 0;
        Self {
            rollup,
            offset_ms,
            ends_calls,
            answers_retries: !shows_calls && !rollup.numbers_attempts && rollup.cells.total(Grain::Attempt) > 0,
        }
    }

    /// When the answers to retries that were due then may stand.
    pub(super) fn answers(&self, due: &[Time]) -> Vec<(Time, Time)> {
        let most = ANSWERS.max(due.len() as u64);
        let stretches = |wait: &i64| {
            let around = |due: &Time| (due.plus_ms(-WHOLE_SECOND_MS.min(*wait)), due.plus_ms(*wait));
            united(due.iter().map(around).collect())
        };
        let successes = |spans: &[(Time, Time)]| -> u64 {
            let within = |(from, to): &(Time, Time)| self.rollup.cells.total_within(Grain::Attempt, &(*from..=*to));
            spans.iter().map(within).sum()
        };
        let fitting = ANSWERS_MS.iter().map(stretches).find(|spans| successes(spans) <= most);
        fitting.unwrap_or_default()
    }
}
