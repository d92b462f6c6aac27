//! Which class a window is of, how sure, and why (classification B0, B6 and B7).

mod class;
mod evidence;
mod model_specific;
mod network_side;
mod outage;
mod sender;
mod sentences;
mod shape;
mod transient;
mod working;

pub(super) use sentences::scope_words;

use super::Options;
use super::case::{self, Numbers, Scene};
use super::windows::{Draft, Flow, Tables, entries::Entry, statistics::f, table::Table};
use crate::model::{Attempt, Case, Counter, Severity, Side, Traffic, Verdict, Window};
use crate::workers::Workers;
use class::Argues;
use evidence::Evidence;
use std::collections::BTreeMap;

/// The classes, in the order in which they are asked; the first that holds wins.
static ALL: [&dyn Argues; 4] = [
    &network_side::NetworkSide,
    &transient::Transient,
    &model_specific::ModelSpecific,
    &outage::Outage,
];

/// Failing share from which a window is partial and not degraded (product definition, section 5).
const PARTIAL_FROM: f64 = 0.25;

/// Failing share from which it is full.
const FULL_FROM: f64 = 0.9;

/// The windows with their verdicts, by start.
pub(super) fn classify(
    traffic: &Traffic,
    tables: &Tables<'_>,
    drafts: &[Draft<'_>],
    options: &Options,
    workers: &Workers,
) -> Vec<Window> {
    let numbered: Vec<(usize, &Draft<'_>)> = drafts.iter().enumerate().collect();
    let table = |draft: &Draft<'_>| (draft.side, draft.by_proxies, draft.only_failures);
    let mut outside: BTreeMap<(Side, bool, bool), Vec<&Entry>> = BTreeMap::new();
    for draft in drafts {
        outside
            .entry(table(draft))
            .or_insert_with(|| shape::outside(tables.of_window(draft), drafts));
    }
    let with_case = |&(at, draft): &(usize, &Draft<'_>)| {
        let scene = Scene {
            traffic,
            draft,
            others: drafts,
            most_requests: options.max_requests,
        };
        let outside = outside.get(&table(draft)).map_or(&[][..], Vec::as_slice);
        let is_explained = options.explain == Some(at);
        let numbers = Numbers::of(&draft.failures);
        let evidence = || Evidence::of(traffic, (draft, &numbers), &options.thresholds);
        let (case, window) = workers.both(
            || case::case(&scene, &numbers, workers),
            || window(&evidence(), tables.of_window(draft), outside, options, is_explained),
        );
        Window { case, ..window }
    };
    workers.map(&numbered, with_case)
}

/// One window, without what a support engineer asks besides. `outside` is what lies in no window.
fn window(evidence: &Evidence<'_>, table: &Table<'_>, outside: &[&Entry], options: &Options, is_explained: bool) -> Window {
    let draft = evidence.draft;
    let around = Flow::of(
        table,
        &draft.counted(),
        draft.start.plus_ms(-shape::AROUND_MS),
        draft.end.plus_ms(shape::AROUND_MS),
    );
    let failures = evidence.failures();
    let baseline = shape::baseline(table, draft, outside);
    let attempts = draft.attempts_told();
    let (requests, requests_omitted) = spread(&draft.failures, options.max_requests);
    Window {
        start: draft.start,
        end: draft.end,
        start_not_before: around
            .last_healthy_before(draft.start)
            .filter(|time| !draft.only_failures && draft.start.since(*time) <= shape::AROUND_MS),
        end_not_after: around
            .first_healthy_after(draft.end)
            .filter(|time| !draft.only_failures && time.since(draft.end) <= shape::AROUND_MS),
        side: draft.side,
        scope: draft.scope.clone(),
        told_by_failures: draft.told_by_failures.is_some(),
        only_failures: draft.only_failures,
        severity: if draft.only_failures {
            Severity::Degraded
        } else {
            severity(failures, attempts)
        },
        flags: shape::flags(draft, &around),
        ongoing: shape::is_ongoing(table, draft),
        attempts,
        failures,
        calls: evidence.calls,
        calls_lost: evidence.calls_lost,
        baseline,
        by_status: by_status(evidence.numbers),
        by_transport_error: evidence.by_kind.clone(),
        by_error: evidence.numbers.by_error.clone(),
        reached_yes: evidence.reached.yes,
        reached_no: evidence.reached.no,
        reached_unknown: evidence.reached.unknown,
        verdict: verdict(evidence, baseline, attempts),
        requests,
        requests_omitted,
        status_page: Vec::new(),
        case: Case::default(),
        working: is_explained.then(|| Box::new(working::of(table, evidence))),
    }
}

fn severity(failures: u64, attempts: u64) -> Severity {
    match f(failures) / f(attempts.max(1)) {
        share if share >= FULL_FROM => Severity::Full,
        share if share >= PARTIAL_FROM => Severity::Partial,
        _ => Severity::Degraded,
    }
}

fn verdict(evidence: &Evidence<'_>, baseline: Option<f64>, attempts: u64) -> Verdict {
    let chosen = ALL
        .iter()
        .find(|class| class.holds(evidence))
        .copied()
        .unwrap_or(&outage::Outage);
    let mut because = vec![sentences::what_failed(evidence, attempts)];
    because.extend(sentences::contrasts(evidence));
    because.push(chosen.because(evidence));
    because.extend(sentences::facts(evidence, baseline));
    let others = ALL.iter().filter(|class| class.class() != chosen.class());
    let against = others
        .map(|class| Counter {
            class: class.class(),
            says: class.why_not(evidence),
        })
        .collect();
    Verdict {
        class: chosen.class(),
        confidence: sentences::confidence(evidence),
        because,
        against,
        next_step: chosen.next_step(evidence),
    }
}

fn by_status(numbers: &Numbers<'_>) -> BTreeMap<u16, u64> {
    let mut by_status = BTreeMap::new();
    for ending in &numbers.endings {
        if let Some(status) = ending.outcome.status() {
            *by_status.entry(status).or_default() += ending.count;
        }
    }
    by_status
}

/// At most so many failures, spread evenly over the window, the first and the last among them.
fn spread(failures: &[&Attempt], at_most: usize) -> (Vec<Attempt>, u64) {
    if failures.len() <= at_most {
        return (failures.iter().copied().cloned().collect(), 0);
    }
    let place = |step: usize| {
        if at_most > 1 {
            step * (failures.len() - 1) / (at_most - 1)
        } else {
            0
        }
    };
    let chosen: Vec<Attempt> = (0..at_most)
        .filter_map(|step| failures.get(place(step)))
        .map(|attempt| Attempt::clone(attempt))
        .collect();
    let omitted = (failures.len() - chosen.len()) as u64;
    (chosen, omitted)
}
