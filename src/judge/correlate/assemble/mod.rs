//! One application's log: from records to attempts, and from attempts to calls.
//!
//! An SDK spreads one attempt over several lines (the answer, its request id, the retry it announces), and the
//! application's own line tells the call's last attempt, its model and its ids. What ties them is, in this order: the
//! SDK's own call id, the caller's id, the thread that wrote them, else time, endpoint and status.

mod agree;
mod attempts;
mod chains;

use super::family::Family;
use super::met::{Tied, tied};
use super::view::{SourceIndex, View};
use crate::model::{Attributes, Observation, Time};
use crate::workers::Workers;
use attempts::Attempts;
use chains::Calls;
use smallvec::SmallVec;
use std::sync::Arc;

/// Milliseconds within which lines about one moment are written: an SDK logs an answer, its id and the retry at once.
const SAME_MOMENT_MS: i64 = 2_000;

/// What became of a chain's call, as far as its own source tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChainEnd {
    /// A later attempt went well, at this time.
    Recovered(Time),
    /// The application says that the call failed.
    Lost,
}

/// The attempts of one call, as one source saw them.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// Indexes of its views, in order; most calls that failed did so once.
    pub(super) views: SmallVec<[usize; 2]>,
    /// What became of it.
    pub(super) end: Option<ChainEnd>,
    /// The attributes of the success that ended it, where it has no number, so that it is not counted as a first attempt.
    pub(super) recovered_by: Option<Arc<Attributes>>,
}

/// The attempts and calls of one application's log.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembled {
    pub(super) views: Vec<View>,
    pub(super) chains: Vec<Chain>,
}

/// One record, and the number of its source.
pub(super) type Record<'a> = (SourceIndex, &'a Observation);

/// Puts the records of one log, rotated parts included, together.
pub(super) fn assemble(records: &[Record<'_>], (number, family): (u32, &Family), workers: &Workers) -> Assembled {
    if records.is_empty() {
        return Assembled::default();
    }
    let left = |(_, seen): &Record<'_>| seen.retry.and_then(|retry| retry.left);
    let mut calls = Calls::of(number, records.iter().filter_map(left).max());
    let mut attempts = Attempts::of(family);
    let tied = tied(
        records,
        |(_, seen)| [seen.ids.sdk.as_ref(), seen.ids.x_client_request_id.as_ref()],
        workers,
    );
    for (&(source, seen), tied) in records.iter().zip(tied) {
        let is_tied = tied == Tied::Again;
        attempts.take(Line { source, seen, is_tied });
        while let Some(event) = attempts.settled() {
            calls.take(event, &mut attempts.views);
        }
    }
    for event in attempts.events {
        calls.take(event, &mut attempts.views);
    }
    Assembled {
        views: attempts.views,
        chains: calls.chains,
    }
}

/// A record with what is known of it before the others are read.
#[derive(Clone, Copy)]
struct Line<'a> {
    source: SourceIndex,
    seen: &'a Observation,
    /// Whether another record has its id, too.
    is_tied: bool,
}
