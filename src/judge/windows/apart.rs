//! Models that only failures name and that fail at other times: each has a window of its own.
//!
//! What went well tells no rate of theirs, but the failures tell each other's times (the stagger test of B5, among failures alone):
//! where one has many for minutes and the other none, and elsewhere the other many and the one none, they do not fail together.
//! Both are asked for, and minutes in which both fail: a model that is called at some hours only begins to fail in the midst of an
//! outage, too, and of two that are called in turns one fails after the other.

use super::edges::{WORST_PART, best_run};
use super::stagger::clearly_healthier;
use super::statistics::f;
use crate::judge::thresholds::{CELL_MS, STAGGER_MINUTES};
use crate::model::{Attempt, Dimension, Name, Time};

/// Models that are told apart at most: more than fail by themselves at a time.
const MODELS: usize = 16;

/// Failures of a model from which on their times tell something: as many as make a window.
const FAILURES: usize = 3;

/// Minutes that tell two models apart: see [`STAGGER_MINUTES`].
const LONG_ENOUGH_MS: i64 = STAGGER_MINUTES as i64 * CELL_MS;

/// From one instant to another.
type Stretch = (Time, Time);

/// The models in groups that fail together, each with the time from its first to its last failure proper; the model with the most
/// failures is in the first group.
pub(super) fn groups(failures: &[&Attempt], models: &[Name]) -> Vec<(Vec<Name>, Stretch)> {
    let named = |model: &Name| -> Vec<Time> {
        let of_model = failures
            .iter()
            .filter(|failed| failed.attributes.get(Dimension::Model) == Some(model));
        of_model.map(|failed| failed.time).collect()
    };
    if !(2..=MODELS).contains(&models.len()) {
        return Vec::new();
    }
    let mut times: Vec<(Vec<Time>, &Name)> = models.iter().map(|model| (named(model), model)).collect();
    times.sort_by_key(|(times, model)| (std::cmp::Reverse(times.len()), *model));
    let mut groups: Vec<(Vec<Name>, Stretch, Vec<Time>)> = Vec::new();
    for (times, model) in times {
        let [Some(first), Some(last)] = [times.first(), times.last()].map(Option::<&Time>::copied) else {
            continue;
        };
        let together = groups.iter_mut().find(|(_, _, theirs)| apart(theirs, &times).is_none());
        if let Some((names, span, _)) = together {
            names.push(Name::clone(model));
            *span = (span.0.min(first), span.1.max(last));
            continue;
        }
        let anchor = groups.first_mut().and_then(|(names, span, theirs)| {
            let spans = apart(theirs, &times)?;
            *span = if names.len() == 1 { spans.0 } else { *span };
            Some(spans.1)
        });
        groups.push((vec![Name::clone(model)], anchor.unwrap_or((first, last)), times));
    }
    groups.into_iter().map(|(names, span, _)| (names, span)).collect()
}

/// When each of two models fails, where each is healthy for minutes while the other fails; both in order of time.
fn apart(one: &[Time], other: &[Time]) -> Option<(Stretch, Stretch)> {
    if one.len().min(other.len()) < FAILURES {
        return None;
    }
    let mut both: Vec<(Time, bool)> = one.iter().map(|time| (*time, true)).collect();
    both.extend(other.iter().map(|time| (*time, false)));
    both.sort_unstable();
    let (mine, theirs) = (run(&both, true)?, run(&both, false)?);
    if mine.0 > theirs.1 || theirs.0 > mine.1 {
        return None;
    }
    let count = |(from, to): Stretch, of: bool| {
        let inside = both.iter().filter(|(time, _)| (from..=to).contains(time));
        inside.fold((0.0, 0.0), |(k, n), (_, is_one)| (k + f(u64::from(*is_one == of)), n + 1.0))
    };
    let is_healthy = |of: bool, own: Stretch, (from, to): Stretch| {
        to.since(from) >= LONG_ENOUGH_MS && clearly_healthier(count((from, to), of), count(own, of))
    };
    let just_before = |time: Time| time.plus_ms(-1);
    let head = |(of, own): (bool, Stretch), early: Stretch| is_healthy(of, own, (early.0, just_before(own.0).min(early.1)));
    let tail = |(of, own): (bool, Stretch), late: Stretch| is_healthy(of, own, (own.1.plus_ms(1).max(late.0), late.1));
    let (one, other) = ((true, mine), (false, theirs));
    ((head(one, theirs) || tail(one, theirs)) && (head(other, mine) || tail(other, mine))).then_some((mine, theirs))
}

/// From the first to the last failure of one of two models, without strays: where it has its share of both's.
fn run(both: &[(Time, bool)], of: bool) -> Option<Stretch> {
    let share = f(both.iter().filter(|(_, is_one)| *is_one == of).count() as u64) / f(both.len() as u64);
    let low = share / WORST_PART;
    let (mine, theirs) = ((share / low).ln(), ((1.0 - share) / (1.0 - low)).ln());
    let gains = both
        .iter()
        .map(|(_, is_one)| (0.0, if *is_one == of { mine } else { theirs }));
    let (from, to) = best_run(gains);
    Some((both.get(from)?.0, both.get(to)?.0))
}

#[cfg(test)]
mod tests {
    use super::groups;
    use crate::model::{Attempt, Attributes, Dimension, Name, Outcome, Time};
    use std::sync::Arc;

    /// Failures of models, each every so many seconds from one minute up to another.
    fn failures(of: &[(&str, std::ops::Range<i64>, i64)]) -> Vec<Attempt> {
        let mut all = Vec::new();
        for (model, minutes, apart) in of {
            let attributes = Arc::new(Attributes::default().with(Dimension::Model, model));
            for second in (minutes.start * 60..minutes.end * 60).step_by(usize::try_from(*apart).unwrap()) {
                let mut failed = Attempt::ended(Time(second * 1000), Outcome::Status(503));
                failed.attributes = Arc::clone(&attributes);
                all.push(failed);
            }
        }
        all.sort_by_key(|failed| failed.time);
        all
    }

    fn told(of: &[(&str, std::ops::Range<i64>, i64)]) -> Vec<(String, i64, i64)> {
        let all = failures(of);
        let all: Vec<&Attempt> = all.iter().collect();
        let names: Vec<Name> = of.iter().map(|(model, ..)| Name::from(*model)).collect();
        let minute = |time: Time| time.0 / 60_000;
        let group = |(names, span): (Vec<Name>, (Time, Time))| (names.join(" "), minute(span.0), minute(span.1));
        groups(&all, &names).into_iter().map(group).collect()
    }

    #[test]
    fn two_models_that_overlap_in_time_are_two() {
        let told = told(&[("gpt-4o", 0..60, 20), ("gpt-4.1", 30..90, 30)]);
        assert_eq!(told, [("gpt-4o".to_owned(), 0, 59), ("gpt-4.1".to_owned(), 30, 89)]);
    }

    #[test]
    fn a_model_that_was_called_for_a_while_in_an_outage_is_not_told_apart() {
        let told = told(&[("gpt-4o", 0..60, 20), ("gpt-4.1", 30..50, 30)]);
        assert_eq!(told, [("gpt-4o gpt-4.1".to_owned(), 0, 59)]);
    }

    #[test]
    fn two_models_that_are_called_in_turns_are_not_told_apart() {
        let told = told(&[("gpt-4o", 0..60, 20), ("gpt-4.1", 60..90, 30)]);
        assert_eq!(told, [("gpt-4o gpt-4.1".to_owned(), 0, 89)]);
    }

    #[test]
    fn two_models_that_fail_together_are_one_group() {
        let told = told(&[("gpt-4o", 0..60, 20), ("gpt-4.1", 1..58, 100)]);
        assert_eq!(told, [("gpt-4o gpt-4.1".to_owned(), 0, 59)]);
    }

    #[test]
    fn a_model_with_two_failures_tells_nothing_by_their_times() {
        let told = told(&[("gpt-4o", 0..60, 20), ("gpt-4.1", 50..51, 30)]);
        assert_eq!(told, [("gpt-4o gpt-4.1".to_owned(), 0, 59)]);
    }
}
