//! The model of a failure whose lines name none: an SDK's line on an answer does not, and what ends a call may not either.
//!
//! Told only where the rest leaves little doubt. Where one model fails and its siblings answer, a failure of an application
//! that calls them all is that model's; where all fail, or nobody names any, it stays open.

use super::view::View;
use crate::judge::combinations::asked_once;
use crate::model::{Attributes, Dimension, Name, Time, TrafficCell};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Attempts within this distance tell how a model fares (the distance of the vote, classification B2: 180 s).
const NEIGHBOURS_MS: i64 = 180_000;

/// A model is told from this probability on: on average one in ten of those told is another's.
const SURE: f64 = 0.8;

/// An application whose successes name their model in this share says which models it calls.
const NAMED_SHARE: f64 = 0.9;

/// Gives failures without a model the one that they are nearly surely about.
pub(super) fn infer(attempts: &mut [View], cells: &[TrafficCell]) {
    let is_nameless = asked_once(|attributes| attributes.get(Dimension::Model).is_none());
    let lacks = |one: &View| one.outcome.is_failure() && is_nameless(&one.attributes);
    if !attempts.iter().any(|one| lacks(one) && one.chain.is_some()) {
        return;
    }
    let fares = Fares::of(attempts, cells);
    let callers = Callers::of(cells);
    let hosts = hosts_of_families(attempts);
    let mut made: BTreeMap<(Arc<Attributes>, Name), Arc<Attributes>> = BTreeMap::new();
    for one in attempts.iter_mut().filter(|one| lacks(one) && one.chain.is_some()) {
        let told = &one.attributes;
        let host = told.get(Dimension::Host).or_else(|| hosts.get(&one.chain?.family));
        let candidates = callers.models_of(host, told);
        if let Some(model) = fares.likely(candidates, one.time) {
            let key = (Arc::clone(told), Name::clone(model));
            let filled = made.entry(key).or_insert_with(|| {
                let mut filled = Attributes::clone(told);
                filled.set(Dimension::Model, Some(Name::clone(model)));
                Arc::new(filled)
            });
            one.attributes = Arc::clone(filled);
            one.model_inferred = true;
        }
    }
}

/// Host and endpoint of an application's attempt.
type Caller = (Option<Name>, Option<Name>);

/// How many successes of each caller were of each model.
struct Callers {
    models: BTreeMap<Caller, BTreeMap<Option<Name>, u64>>,
}

impl Callers {
    fn of(cells: &[TrafficCell]) -> Self {
        let mut models: BTreeMap<Caller, BTreeMap<Option<Name>, u64>> = BTreeMap::new();
        for cell in cells {
            let model = cell.attributes.get(Dimension::Model).cloned();
            *models
                .entry(caller(cell.attributes.get(Dimension::Host), &cell.attributes))
                .or_default()
                .entry(model)
                .or_default() += u64::from(cell.ok);
        }
        Self { models }
    }

    /// The models that such a caller calls, with how often; none where its log does not name them.
    fn models_of(&self, host: Option<&Name>, attributes: &Attributes) -> impl Iterator<Item = (&Name, u64)> {
        let models = self.models.get(&caller(host, attributes)).filter(|models| {
            let all: u64 = models.values().sum();
            let named = all - models.get(&None).copied().unwrap_or(0);
            share(named, all) >= NAMED_SHARE
        });
        let named = models.into_iter().flatten();
        named.filter_map(|(model, count)| Some((model.as_ref()?, *count)))
    }
}

fn caller(host: Option<&Name>, attributes: &Attributes) -> Caller {
    (host.cloned(), attributes.get(Dimension::Endpoint).cloned())
}

/// The host of each application by its family's number: what only a proxy saw of its calls does not name it.
fn hosts_of_families(attempts: &[View]) -> BTreeMap<u32, Name> {
    let named = attempts
        .iter()
        .filter_map(|one| Some((one.chain?.family, Name::clone(one.attributes.get(Dimension::Host)?))));
    named.collect()
}

/// When each model answered and failed.
struct Fares {
    failed: BTreeMap<Name, Vec<Time>>,
    /// Times with the successes up to and including each.
    answered: BTreeMap<Name, Vec<(Time, u64)>>,
}

impl Fares {
    fn of(attempts: &[View], cells: &[TrafficCell]) -> Self {
        let mut failed: BTreeMap<Name, Vec<Time>> = BTreeMap::new();
        for one in attempts.iter().filter(|one| one.outcome.is_failure()) {
            if let Some(model) = one.attributes.get(Dimension::Model) {
                failed.entry(Name::clone(model)).or_default().push(one.time);
            }
        }
        failed.values_mut().for_each(|times| times.sort_unstable());
        let mut answered: BTreeMap<Name, Vec<(Time, u64)>> = BTreeMap::new();
        // The cells are in order of time.
        for cell in cells {
            if let Some(model) = cell.attributes.get(Dimension::Model) {
                let counts = answered.entry(Name::clone(model)).or_default();
                let before = counts.last().map_or(0, |(_, count)| *count);
                counts.push((cell.time, before + u64::from(cell.ok)));
            }
        }
        Self { failed, answered }
    }

    /// How often a model's attempts failed about that time. Of a model that nobody called nothing is known (Jeffreys' prior).
    fn rate(&self, model: &Name, time: Time) -> f64 {
        let (from, to) = (time.plus_ms(-NEIGHBOURS_MS), time.plus_ms(NEIGHBOURS_MS));
        let failed = self.failed.get(model).map_or(0, |times| {
            times.partition_point(|at| *at <= to) - times.partition_point(|at| *at < from)
        });
        let answered = self.answered.get(model).map_or(0, |counts| {
            let up_to = |place: usize| {
                place
                    .checked_sub(1)
                    .and_then(|last| counts.get(last))
                    .map_or(0, |(_, count)| *count)
            };
            up_to(counts.partition_point(|(at, _)| *at <= to)) - up_to(counts.partition_point(|(at, _)| *at < from))
        });
        share(2 * failed as u64 + 1, 2 * (failed as u64 + answered + 1))
    }

    /// The model that a failure at that time is nearly surely about, of those that its caller calls.
    fn likely<'a>(&self, candidates: impl Iterator<Item = (&'a Name, u64)>, time: Time) -> Option<&'a Name> {
        let weighed: Vec<(f64, &Name)> = candidates
            .map(|(model, count)| (share(count, 1) * self.rate(model, time), model))
            .collect();
        let all: f64 = weighed.iter().map(|(weight, _)| weight).sum();
        let (weight, model) = weighed.into_iter().max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        (weight >= all * SURE).then_some(model)
    }
}

fn share(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = part as f64 / whole as f64;
    share
}

#[cfg(test)]
mod tests {
    use super::infer;
    use crate::judge::correlate::view::{ChainId, View};
    use crate::model::{Attributes, Dimension, Observation, Outcome, Time, TrafficCell};
    use std::sync::Arc;

    fn of(model: Option<&str>) -> Arc<Attributes> {
        let attributes = Attributes::default().with(Dimension::Host, "app-1");
        Arc::new(match model {
            Some(model) => attributes.with(Dimension::Model, model),
            None => attributes,
        })
    }

    fn failed(second: i64, model: Option<&str>) -> View {
        let mut view = View::of(0, &Observation::ended(Time(second * 1000), Outcome::Status(529)));
        view.attributes = of(model);
        view.chain = Some(ChainId::new(0, 0));
        view
    }

    fn answered(second: i64, model: &str, ok: u32) -> TrafficCell {
        TrafficCell {
            time: Time(second * 1000),
            attributes: of(Some(model)),
            ok,
            first_ok: ok,
        }
    }

    fn inferred(mut attempts: Vec<View>, cells: &[TrafficCell]) -> Option<String> {
        infer(&mut attempts, cells);
        let last = attempts.last()?;
        last.attributes.get(Dimension::Model).map(ToString::to_string)
    }

    #[test]
    fn where_one_model_fails_and_the_others_answer_a_failure_without_a_model_is_its_own() {
        let mut attempts: Vec<View> = (600..620).map(|second| failed(second, Some("opus"))).collect();
        attempts.push(failed(621, None));
        let cells = [answered(0, "opus", 30), answered(5, "haiku", 30), answered(610, "haiku", 40)];
        assert_eq!(inferred(attempts, &cells).as_deref(), Some("opus"));
    }

    #[test]
    fn where_every_model_fails_a_failure_without_a_model_stays_without() {
        let mut attempts: Vec<View> = (600..620)
            .map(|second| failed(second, Some(if second % 2 == 0 { "opus" } else { "haiku" })))
            .collect();
        attempts.push(failed(621, None));
        let cells = [answered(0, "opus", 30), answered(5, "haiku", 30)];
        assert_eq!(inferred(attempts, &cells), None);
    }

    #[test]
    fn where_the_successes_name_no_model_neither_do_the_failures() {
        let mut attempts: Vec<View> = (600..620).map(|second| failed(second, Some("opus"))).collect();
        attempts.push(failed(621, None));
        let mut unnamed = answered(0, "opus", 60);
        unnamed.attributes = of(None);
        let cells = [unnamed, answered(5, "opus", 30)];
        assert_eq!(inferred(attempts, &cells), None);
    }
}
