//! Which model a window is of, where the failures name theirs and what went well names none.
//!
//! An application that logs its SDK's lines on answers and a line of its own on each failed call says of no model how much went
//! well, so that no rate sets one apart ([`super::localise`]). But which models failed at other times tells which are called: where
//! half of the stray failures are of others, and nearly all of the window's of one, that one failed.

use super::draft::Draft;
use super::edges::Flow;
use super::statistics::{binomial_at_most, differ, f};
use super::table::{Entry, Table};
use crate::judge::thresholds::{COVERAGE, GAIN_NEEDED, HEALTHY_CHANCE, HEALTHY_SHARE, SAME_RATE_SHARE, VALUE_COST};
use crate::model::{Dimension, Name};
use std::collections::{BTreeMap, BTreeSet};

/// What tells the models of a window, where only failures name theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ToldByFailures {
    /// First failures in the window that name another model, and all that name one.
    pub(crate) others: (f64, f64),
    /// The same outside every window.
    pub(crate) usual_others: (f64, f64),
}

/// Confines the windows of a table to the models that their failures are of, where that can be told.
pub(super) fn confine(drafts: &mut [Draft<'_>], table: &Table<'_>) {
    let Some(at) = table.told_by_failures_only(Dimension::Model) else {
        return;
    };
    let spans = drafts.iter().map(|draft| table.minute(draft.start)..=table.minute(draft.end));
    let inside: BTreeSet<usize> = spans.flatten().collect();
    let outside = table.entries.iter().filter(|entry| !inside.contains(&entry.minute));
    let usual = by_value(outside, at);
    for draft in drafts {
        if draft.side != table.side || draft.by_proxies || draft.scope.values.contains_key(&Dimension::Model) {
            continue;
        }
        let minutes = table.between(table.minute(draft.start), table.minute(draft.end));
        let failed = by_value(minutes.iter().filter(|entry| table.holds(&draft.scope, entry)), at);
        let Some((values, told)) = affected(&failed, &usual) else {
            continue;
        };
        let name = |value: &u16| table.names.get(at)?.get(usize::from(*value)).cloned();
        take(draft, table, values.iter().filter_map(name).collect(), told);
    }
}

/// Failures of first attempts by the value that they name.
fn by_value<'e>(entries: impl Iterator<Item = &'e Entry>, at: usize) -> BTreeMap<u16, f64> {
    let mut failed = BTreeMap::new();
    for entry in entries {
        if let Some(value) = entry.values.get(at).copied().flatten() {
            *failed.entry(value).or_insert(0.0) += entry.k;
        }
    }
    failed
}

/// The values that failed, and what tells so: they have more of the failures than at other times, by enough evidence, and the
/// others so few that they would hardly have with a third of their rate.
fn affected(failed: &BTreeMap<u16, f64>, usual: &BTreeMap<u16, f64>) -> Option<(Vec<u16>, ToldByFailures)> {
    let usually = |value: &u16| usual.get(value).copied().unwrap_or(0.0);
    // One more than were seen, for none seen is not none ever.
    let rate = |(value, k): (&u16, &f64)| k / (usually(value) + 1.0);
    let worst = failed.iter().map(rate).fold(0.0, f64::max);
    let values: Vec<u16> = failed
        .iter()
        .filter(|one| *one.1 > 0.0 && rate(*one) >= SAME_RATE_SHARE * worst)
        .map(|(value, _)| *value)
        .collect();
    let all: f64 = failed.values().sum();
    let mine: f64 = values.iter().filter_map(|value| failed.get(value)).sum();
    let usual_all = usual.values().sum::<f64>() + 1.0;
    let usual_others = usual_all - 1.0 - values.iter().map(usually).sum::<f64>();
    let others = all - mine;
    let healthy = HEALTHY_SHARE * usual_others;
    let chance = binomial_at_most(others, all, healthy / (usual_all - usual_others + healthy));
    let gain = differ(others, all, usual_others, usual_all) - VALUE_COST * f(values.len() as u64);
    let is_told = mine >= COVERAGE * all && chance <= HEALTHY_CHANCE && gain > GAIN_NEEDED;
    is_told.then_some((
        values,
        ToldByFailures {
            others: (others, all),
            usual_others: (usual_others, usual_all - 1.0),
        },
    ))
}

/// Confines a window to models. What went well is counted as before, for it names none.
fn take(draft: &mut Draft<'_>, table: &Table<'_>, models: Vec<Name>, told: ToldByFailures) {
    let mut scope = draft.scope.clone();
    scope.values.insert(Dimension::Model, models);
    draft.failures.retain(|attempt| scope.holds(&attempt.attributes));
    let (Some(first), Some(last)) = (draft.failures.first(), draft.failures.last()) else {
        return;
    };
    (draft.start, draft.end) = (first.time, last.time);
    let flow = Flow::of(table, &draft.scope, draft.start, draft.end.plus_ms(1));
    draft.attempts = f(draft.failures.len() as u64) + flow.healthy_between(draft.start, draft.end);
    draft.scope = scope;
    draft.told_by_failures = Some(told);
}
