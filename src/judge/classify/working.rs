//! The numbers behind a verdict, written down for whoever doubts it.

use super::evidence::Evidence;
use super::sentences::confidence_factors;
use crate::judge::thresholds::CELL_MS;
use crate::judge::windows::entries::Entry;
use crate::judge::windows::statistics::{RATE_CEILING, binomial_at_least, gain};
use crate::judge::windows::table::Table;
use crate::model::{Compared, Minute, Name, Tally, Time, ValueTally, Working};
use std::collections::BTreeMap;

/// Minutes shown before and after a window, so that its edges can be judged.
const MINUTES_AROUND: usize = 10;

/// The working of one window.
pub(super) fn of(table: &Table<'_>, evidence: &Evidence<'_>) -> Working {
    let draft = evidence.draft;
    let (first, last) = (table.minute(draft.start), table.minute(draft.end));
    let mut facts = BTreeMap::new();
    for attempt in &draft.failures {
        *facts.entry(attempt.fact).or_default() += 1;
    }
    let tally = |(failures, attempts): (f64, f64)| Tally { attempts, failures };
    let scope = draft.contrasts.iter().map(|contrast| Compared {
        dimension: contrast.dimension,
        affected: tally(contrast.affected),
        others: tally(contrast.others),
        gain: contrast.gain,
        chance_of_healthy: contrast.chance_of_healthy,
    });
    Working {
        background: draft.background,
        evidence: draft.evidence,
        score: draft.score,
        threshold: draft.threshold,
        dispersion: draft.dispersion,
        minutes: minutes(table, evidence, first, last),
        values: values(table, evidence, first, last),
        scope: scope.collect(),
        facts,
        by_vote: evidence.by_vote,
        confidence: confidence_factors(evidence),
    }
}

fn add(tally: &mut Tally, entry: &Entry) {
    tally.attempts += entry.n;
    tally.failures += entry.k;
}

fn minutes(table: &Table<'_>, evidence: &Evidence<'_>, first: usize, last: usize) -> Vec<Minute> {
    let draft = evidence.draft;
    let scope = draft.counted();
    let mut minutes: BTreeMap<usize, (Tally, Tally)> = BTreeMap::new();
    let mut all = Tally::default();
    for entry in table.between(first.saturating_sub(MINUTES_AROUND), last + MINUTES_AROUND) {
        let (inside, outside) = minutes.entry(entry.minute).or_default();
        let is_inside = table.holds(&scope, entry);
        add(if is_inside { inside } else { outside }, entry);
        if is_inside && (first..=last).contains(&entry.minute) {
            add(&mut all, entry);
        }
    }
    let rate = (all.failures / all.attempts.max(1.0)).clamp(draft.background, RATE_CEILING);
    let start = |minute: usize| Time(table.start.0 + i64::try_from(minute).unwrap_or(0) * CELL_MS);
    let told = minutes.into_iter().map(|(minute, (inside, outside))| Minute {
        start: start(minute),
        inside,
        outside,
        gain: gain(inside.failures, inside.attempts, rate, draft.background),
    });
    told.collect()
}

fn values(table: &Table<'_>, evidence: &Evidence<'_>, first: usize, last: usize) -> Vec<ValueTally> {
    let mut counts: BTreeMap<(usize, Option<Name>), Tally> = BTreeMap::new();
    for entry in table.between(first, last) {
        for (at, value) in entry.values.iter().enumerate() {
            let name = value.and_then(|value| table.names.get(at)?.get(usize::from(value)).cloned());
            add(counts.entry((at, name)).or_default(), entry);
        }
    }
    let several = |at: usize| counts.keys().filter(|(dimension, _)| *dimension == at).count() > 1;
    let told = counts
        .iter()
        .filter(|((at, _), _)| several(*at))
        .filter_map(|((at, value), tally)| {
            let dimension = *table.dimensions.get(*at)?;
            let in_scope = evidence.draft.scope.values.get(&dimension);
            Some(ValueTally {
                dimension,
                value: value.clone(),
                tally: *tally,
                chance: binomial_at_least(tally.failures, tally.attempts, evidence.draft.background),
                in_scope: in_scope.is_some_and(|values| value.as_ref().is_some_and(|value| values.contains(value))),
            })
        });
    told.collect()
}
