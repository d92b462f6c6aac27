//! One application's log: from records to attempts, and from attempts to calls.
//!
//! An SDK spreads one attempt over several lines (the answer, its request id, the retry it announces), and the
//! application's own line tells the call's last attempt, its model and its ids. What ties them is, in this order: the
//! SDK's own call id, the caller's id, the thread that wrote them, else time, endpoint and status.

mod agree;
mod attempts;
mod chains;
mod line;
mod newest_first;
mod recovered;

use super::family::Family;
use super::met::{Tied, tied};
use super::view::{SourceIndex, View};
use crate::model::{Grain, Observation, Outcome, RetrySaid};
use crate::workers::Workers;
use attempts::Attempts;
use chains::Calls;
use line::Line;
pub(super) use recovered::Recovered;

/// The attempts and calls of one application's log.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembled {
    /// Its attempts, which know their calls and what became of these.
    pub(super) views: Vec<View>,
    pub(super) recovered: Vec<Recovered>,
}

/// One file of a log, and the number of its source.
pub(super) type File<'a> = (SourceIndex, &'a [Observation]);

/// Puts the records of one log, rotated parts included, together.
pub(super) fn assemble(files: &[File<'_>], (number, family): (u32, &Family), workers: &Workers) -> Assembled {
    let turned = newest_first::turned(files);
    let in_order = files.iter().zip(&turned);
    let files: Vec<File<'_>> = in_order
        .map(|((source, records), turned)| (*source, turned.as_deref().unwrap_or(records)))
        .collect();
    let records = || {
        files
            .iter()
            .flat_map(|(source, records)| records.iter().map(|seen| (*source, seen)))
    };
    if records().next().is_none() {
        return Assembled::default();
    }
    let left = |(_, seen): (SourceIndex, &Observation)| seen.retry.and_then(|retry| retry.left);
    let mut calls = Calls::of(number, records().filter_map(left).max());
    // Nearly all attempts begin with a line on the answer: a third of the time went into new memory for these, which all of
    // the workers have the system give now.
    let ends: Vec<(SourceIndex, &Observation)> = records().filter(|(_, seen)| is_end(seen)).collect();
    let mut begun = workers.map_each(&ends, |(source, seen)| View::of(*source, seen));
    if numbers_retries_alone(records().map(|(_, seen)| seen)) {
        begun.iter_mut().for_each(|view| view.number = view.number.or(Some(1)));
    }
    drop(ends);
    let mut attempts = Attempts::of(family, begun);
    let lists: Vec<&[Observation]> = files.iter().map(|(_, records)| *records).collect();
    let tied = tied(&lists, |seen| [seen.ids.sdk(), seen.ids.x_client_request_id()], workers);
    for ((source, seen), tied) in records().zip(tied) {
        let is_tied = tied == Tied::Again;
        attempts.take(Line { source, seen, is_tied });
        while let Some(event) = attempts.settled() {
            calls.take(event, &mut attempts.views);
        }
    }
    for event in attempts.events {
        calls.take(event, &mut attempts.views);
    }
    let mut views = attempts.views;
    let recovered = calls.told(&mut views);
    Assembled { views, recovered }
}

/// Whether a log numbers retries and no first attempts, as OpenTelemetry's `http.request.resend_count` does: of every retry
/// it shows a first attempt that failed, and it announces none.
fn numbers_retries_alone<'a>(records: impl Iterator<Item = &'a Observation>) -> bool {
    let (mut first, mut second) = (0_usize, 0_usize);
    for seen in records {
        if seen.retry.is_some_and(RetrySaid::is_announced) || seen.attempt == Some(1) {
            return false;
        }
        first += usize::from(seen.attempt.is_none() && is_end(seen));
        second += usize::from(seen.attempt == Some(2) && seen.grain == Grain::Attempt);
    }
    second > 0 && second <= first
}

/// Whether a record is an attempt's own, which did not end well: every one of them begins a view.
fn is_end(seen: &Observation) -> bool {
    seen.grain == Grain::Attempt && !matches!(seen.outcome, Outcome::Success | Outcome::Unsaid)
}
