//! Which model a window is of, where the failures name theirs and what went well names none.
//!
//! An application that logs its SDK's lines on answers and a line of its own on each failed call says of no model how much went
//! well, so that no rate sets one apart ([`super::localise`]). But which models failed at other times tells which are called: where
//! half of the stray failures are of others, and nearly all of the window's of one, that one failed. And where two models fail at
//! different times ([`super::apart`]), these are two windows.

use super::apart;
use super::draft::Draft;
use super::edges::Flow;
use super::entries::Entry;
use super::statistics::{binomial_at_most, differ, evidence, f};
use super::table::Table;
use crate::judge::thresholds::{COVERAGE, GAIN_NEEDED, HEALTHY_CHANCE, HEALTHY_SHARE, SAME_RATE_SHARE, VALUE_COST};
use crate::model::{Dimension, Name, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What tells the models of a window, where only failures name theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ToldByFailures {
    /// First failures in the window that name another model, and all that name one.
    pub(crate) others: (f64, f64),
    /// The same outside every window; of a window that only its time tells from another model's, where that one fails, too, and
    /// the others are those of the minutes in which it alone fails.
    pub(crate) usual_others: (f64, f64),
    /// Whether only its time tells it from another model's.
    pub(crate) by_time: bool,
}

/// Confines the windows of a table to the models that their failures are of, where that can be told.
pub(super) fn confine(drafts: &mut Vec<Draft<'_>>, table: &Table<'_>) {
    let Some(at) = table.told_by_failures_only(Dimension::Model) else {
        return;
    };
    let spans = drafts.iter().map(|draft| table.minute(draft.start)..=table.minute(draft.end));
    let inside: BTreeSet<usize> = spans.flatten().collect();
    let outside = table.entries.iter().filter(|entry| !inside.contains(&entry.minute));
    let usual = by_value(outside, at);
    let mut further = Vec::new();
    for draft in drafts.iter_mut() {
        if draft.side != table.side || draft.by_proxies || draft.scope.values.contains_key(&Dimension::Model) {
            continue;
        }
        let minutes = table.between(table.minute(draft.start), table.minute(draft.end));
        let failed = by_value(minutes.iter().filter(|entry| table.holds(&draft.scope, entry)), at);
        let names = |values: &[u16]| -> Vec<Name> {
            let name = |value: &u16| table.names.get(at)?.get(usize::from(*value)).cloned();
            values.iter().filter_map(name).collect()
        };
        if let Some(mut parts) = by_time(draft, table, &names(&most(&failed))) {
            *draft = parts.swap_remove(0);
            further.append(&mut parts);
        } else if let Some((values, told)) = affected(&failed, &usual) {
            take(draft, table, names(&values), told);
        }
    }
    drafts.append(&mut further);
}

/// The values that nearly all failures name, none of them by a few strays.
fn most(failed: &BTreeMap<u16, f64>) -> Vec<u16> {
    let worst = failed.values().copied().fold(0.0, f64::max);
    let mine = failed.iter().filter(|(_, k)| **k > 0.0 && **k >= SAME_RATE_SHARE * worst);
    let (values, counts): (Vec<u16>, Vec<f64>) = mine.unzip();
    let are_most = counts.iter().sum::<f64>() >= COVERAGE * failed.values().sum::<f64>();
    if are_most { values } else { Vec::new() }
}

/// A window for each group of models that fail at other times than the rest, where each stands by itself.
fn by_time<'a>(draft: &Draft<'a>, table: &Table<'_>, models: &[Name]) -> Option<Vec<Draft<'a>>> {
    let groups = apart::groups(&draft.failures, models);
    let named = || {
        let told = draft.failures.iter();
        told.filter_map(|failed| Some((failed.time, failed.attributes.get(Dimension::Model)?)))
    };
    let part = |(models, span): &(Vec<Name>, (Time, Time))| {
        let is_inside = |time: Time, (from, to): (Time, Time)| (from..=to).contains(&time);
        let has_others = |time: Time| groups.iter().any(|(other, span)| other != models && is_inside(time, *span));
        let others = |beside_others: bool| {
            let asked = named().filter(|(time, _)| is_inside(*time, *span) && has_others(*time) == beside_others);
            asked.fold((0.0, 0.0), |(k, n), (_, model)| {
                (k + f(u64::from(!models.contains(model))), n + 1.0)
            })
        };
        let told = ToldByFailures {
            others: others(false),
            usual_others: others(true),
            by_time: true,
        };
        let mut part = draft.clone();
        part.failures.retain(|failed| is_inside(failed.time, *span));
        take(&mut part, table, models.clone(), told);
        let first = part.failures.iter().filter(|failed| failed.number == 1).count();
        part.evidence = evidence(f(first as u64), part.attempts, part.background);
        (part.evidence / part.dispersion >= part.threshold).then_some(part)
    };
    if groups.len() < 2 {
        None
    } else {
        groups.iter().map(part).collect()
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
            by_time: false,
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
