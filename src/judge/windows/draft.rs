//! A window before its verdict: its side, scope, failures and the evidence that made it.

use super::confine::ToldByFailures;
use super::contrast::Contrast;
use super::edges::{Flow, fine};
use super::statistics::f;
use super::table::Table;
use crate::judge::thresholds::{CALLS_NEEDED, CELL_MS, SHORT_FAILURES, SHORT_MS, Thresholds};
use crate::model::{Attempt, Scope, Side, Time, Traffic, TrafficCell};
use std::borrow::Cow;

/// Minutes beyond a stretch in which its edges are looked for: the minutes that fail least at an edge pay for no state of
/// the automaton, and the failures themselves tell better.
const EDGE_MINUTES: usize = 3;

/// A window before its verdict.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) side: Side,
    pub(crate) scope: Scope,
    /// Why each dimension is in the scope, in the order in which it was found.
    pub(crate) contrasts: Vec<Contrast>,
    /// First and last failure.
    pub(crate) start: Time,
    pub(crate) end: Time,
    pub(crate) failures: Vec<&'a Attempt>,
    /// Attempts of the scope from start to end.
    pub(crate) attempts: f64,
    /// The background rate that it was measured against.
    pub(crate) background: f64,
    /// Evidence in nats, and what was asked for.
    pub(crate) evidence: f64,
    pub(crate) threshold: f64,
    /// How much clustered background weakens the evidence (1: not at all).
    pub(crate) dispersion: f64,
    /// The automaton's score.
    pub(crate) score: f64,
    /// Found in the proxies' table, not the applications'.
    pub(crate) by_proxies: bool,
    /// What tells its models, where what went well names none.
    pub(crate) told_by_failures: Option<ToldByFailures>,
    /// Nothing but failures was logged: the attempts are assumed, and nobody knows the true ones.
    pub(crate) only_failures: bool,
}

impl Draft<'_> {
    /// See [`Scope::counted`].
    pub(crate) fn counted(&self) -> Cow<'_, Scope> {
        self.scope.counted(self.told_by_failures.is_some())
    }

    /// Attempts that logs tell of.
    pub(crate) fn attempts_told(&self) -> u64 {
        let failures = self.failures.len() as u64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of attempts, pro rata"
        )]
        let attempts = self.attempts.round() as u64;
        if self.only_failures {
            failures
        } else {
            attempts.max(failures)
        }
    }

    /// What went well beside its failures: nothing that is known, where nothing but failures was logged.
    pub(crate) fn cells<'t>(&self, traffic: &'t Traffic) -> &'t [TrafficCell] {
        match (self.only_failures, self.by_proxies) {
            (true, _) => &[],
            (false, true) => traffic.proxy_cells(),
            (false, false) => &traffic.cells,
        }
    }
}

/// Makes a window of minutes `first` to `last`; none where it is too small for one (classification B4, size rules).
pub(super) fn make<'a>(
    table: &Table<'a>,
    scope: &Scope,
    first: usize,
    last: usize,
    background: f64,
    thresholds: &Thresholds,
) -> Option<Draft<'a>> {
    let minute_start = |minute: usize| table.start.plus_ms(i64::try_from(minute).unwrap_or(0) * CELL_MS);
    let (from, to) = (
        minute_start(first.saturating_sub(EDGE_MINUTES)),
        minute_start(last + 1 + EDGE_MINUTES),
    );
    let flow = Flow::of(table, scope, from, to);
    let is_enough = |failures: usize, calls: usize| failures as u64 >= thresholds.min_failures && calls as u64 >= CALLS_NEEDED;
    if !is_enough(flow.failures.len(), flow.failed_first.len()) {
        return None;
    }
    let failures = fine(&flow, from, to, background);
    let (start, end) = (failures.first()?.time, failures.last()?.time);
    let attempts = f(failures.len() as u64) + flow.healthy_between(start, end);
    let first_failures = failures.iter().filter(|attempt| attempt.number == 1).count();
    let too_short = end.since(start) < SHORT_MS && (first_failures as u64) < SHORT_FAILURES;
    let rare = f(failures.len() as u64) / attempts < thresholds.min_rate.max(3.0 * background);
    if too_short || rare || !is_enough(failures.len(), first_failures) {
        return None;
    }
    Some(Draft {
        side: table.side,
        scope: scope.clone(),
        contrasts: Vec::new(),
        start,
        end,
        failures,
        attempts,
        background,
        evidence: 0.0,
        threshold: 0.0,
        dispersion: 1.0,
        score: 0.0,
        by_proxies: false,
        told_by_failures: None,
        only_failures: false,
    })
}
