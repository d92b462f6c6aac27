//! One record of an application's log, as attempts and calls are put together from it.

use crate::judge::correlate::view::SourceIndex;
use crate::model::Observation;

/// Milliseconds within which lines about one moment are written: an SDK logs an answer, its id and the retry at once.
pub(super) const SAME_MOMENT_MS: i64 = 2_000;

/// A record with what is known of it before the others are read.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) source: SourceIndex,
    pub(super) seen: &'a Observation,
    /// Whether another record has its id, too.
    pub(super) is_tied: bool,
}
