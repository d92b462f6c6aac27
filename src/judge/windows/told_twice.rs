//! One window that the search found twice: in the applications' counts and in the proxies', or by the failures that name a
//! model and by all.

use super::draft::Draft;
use super::settle::{is_inside, unite};
use super::statistics::f;
use crate::model::{Attempt, Dimension, Side};
use std::collections::BTreeSet;

/// Two windows whose edges agree this well are one: seconds, or this share of the longer one.
const EDGES_AGREE_MS: i64 = 300_000;

/// See [`EDGES_AGREE_MS`].
const EDGES_AGREE_SHARE: f64 = 0.15;

/// Windows of two tables that share this much of the larger one's failures are one: two that differ share none, for what one
/// explains is taken away.
const SHARED_FAILURES: f64 = 0.5;

/// From this share on, what a wider window has beyond a model's names no model: a proxy's lines on retries of which the
/// application says nothing.
const UNNAMED_SHARE: f64 = 0.9;

/// Whether two windows begin and end together.
pub(super) fn edges_agree(host: &Draft<'_>, window: &Draft<'_>) -> bool {
    let longest = host.end.since(host.start).max(window.end.since(window.start));
    let apart = host.start.since(window.start).abs().max(host.end.since(window.end).abs());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a window")]
    let agree = apart <= EDGES_AGREE_MS || apart as f64 <= EDGES_AGREE_SHARE * longest as f64;
    agree
}

/// Whether two windows are one, found in the applications' counts and in the proxies': of a proxy's own failures the
/// applications' lines on some name nothing of it.
pub(super) fn is_in_other_table(host: &Draft<'_>, window: &Draft<'_>) -> bool {
    let most = host.failures.len().max(window.failures.len());
    let is_other = host.side == window.side && host.by_proxies != window.by_proxies && edges_agree(host, window);
    is_other && {
        let shared = window.failures.len() - beyond(window, host).count();
        f(shared as u64) >= SHARED_FAILURES * f(most as u64)
    }
}

/// Tells two windows of [`is_in_other_table`] as one. What a proxy tells of the way to the provider says more than an
/// application's words, and less of the provider (B5's precedence).
pub(super) fn unite_tables<'a>(host: &mut Draft<'a>, mut window: Draft<'a>) {
    if window.by_proxies == (window.side == Side::Network) {
        std::mem::swap(host, &mut window);
    }
    let (attempts, score) = (host.attempts.max(window.attempts), host.score.max(window.score));
    unite(host, window);
    host.attempts = attempts.max(f(host.failures.len() as u64));
    host.score = score;
}

/// The failures of one window that another does not have.
fn beyond<'w, 'a>(window: &'w Draft<'a>, other: &Draft<'a>) -> impl Iterator<Item = &'a Attempt> + use<'w, 'a> {
    let of_other: BTreeSet<*const Attempt> = other.failures.iter().map(|failure| std::ptr::from_ref(*failure)).collect();
    let failures = window.failures.iter().copied();
    failures.filter(move |failure| !of_other.contains(&std::ptr::from_ref(*failure)))
}

/// Whether `wide` is a model's window told again with failures that name no model, fewer than those that do: were more than the
/// model down, other models' failures would be among them.
pub(super) fn is_unnamed_beyond(wide: &Draft<'_>, narrow: &Draft<'_>) -> bool {
    let is_narrower = wide.side == narrow.side
        && narrow.scope.values.contains_key(&Dimension::Model)
        && !wide.scope.values.contains_key(&Dimension::Model)
        && is_inside(&narrow.scope, &wide.scope)
        && edges_agree(wide, narrow);
    is_narrower && {
        let (mut all, mut unnamed) = (0, 0);
        for failure in beyond(wide, narrow) {
            all += 1;
            unnamed += u64::from(failure.attributes.get(Dimension::Model).is_none());
        }
        all <= narrow.failures.len() as u64 && f(unnamed) >= UNNAMED_SHARE * f(all)
    }
}

/// Tells two windows of [`is_unnamed_beyond`] as the model's.
pub(super) fn unite_unnamed<'a>(host: &mut Draft<'a>, mut window: Draft<'a>) {
    if !host.scope.values.contains_key(&Dimension::Model) {
        std::mem::swap(host, &mut window);
    }
    let (attempts, score) = (host.attempts - f(host.failures.len() as u64), host.score.max(window.score));
    unite(host, window);
    host.attempts = attempts.max(0.0) + f(host.failures.len() as u64);
    host.score = score;
}

#[cfg(test)]
mod tests {
    use super::super::settle::{merge, tests::window};
    use crate::judge::thresholds::Thresholds;
    use crate::model::{Attempt, Attributes, Dimension, Outcome, Time};
    use std::sync::Arc;

    /// The scopes and failures that are told of a model's 400 failures and 200 others of this model, or of none.
    fn told(other: Option<&'static str>) -> Vec<(usize, usize)> {
        let failed = |second: i64| {
            let model = if second % 3 == 0 { other } else { Some("gpt-4o-mini") };
            let mut attempt = Attempt::ended(Time(second * 1000), Outcome::Status(503));
            let named = model.map(|model| Attributes::default().with(Dimension::Model, model));
            attempt.attributes = Arc::new(named.unwrap_or_default());
            attempt
        };
        let failures: Vec<Attempt> = (0..600).map(failed).collect();
        let all = window(&failures, None, 500.0);
        let mut of_model = window(&failures, None, 400.0);
        of_model.failures = failures
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 3 != 0)
            .map(|(_, one)| one)
            .collect();
        of_model.scope.values.insert(Dimension::Model, vec!["gpt-4o-mini".into()]);
        // The rest fails less than the model.
        of_model.attempts = 420.0;
        let told = merge(vec![all, of_model], &Thresholds::default());
        told.iter()
            .map(|window| (window.scope.values.len(), window.failures.len()))
            .collect()
    }

    #[test]
    fn failures_that_name_no_model_are_told_with_the_model_that_fails() {
        assert_eq!(told(None), [(1, 600)]);
        assert_eq!(told(Some("gpt-5")), [(0, 600), (1, 400)]);
    }
}
