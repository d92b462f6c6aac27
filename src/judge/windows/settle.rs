//! After the search: windows that clustered background could explain are dropped, fragments are put together
//! (classification B6.1 and B6.2).

use super::draft::Draft;
use super::statistics::f;
use super::told_twice::{edges_agree, is_in_other_table, is_unnamed_beyond, unite_tables, unite_unnamed};
use crate::judge::thresholds::{CELL_MS, DISPERSION_CAP, DISPERSION_PRIOR, STRONG, Thresholds};
use crate::model::{Scope, Time};

/// Counts of one side by minute since the epoch, in order: attempts and failures.
pub(super) type Minutes = Vec<(i64, (f64, f64))>;

/// A fragment this much weaker than its host is absorbed.
const FRAGMENT_SHARE: f64 = 0.5;

/// A wider fragment must be this much weaker, for it explains more with less.
const WIDER_FRAGMENT_SHARE: f64 = 0.15;

/// A fragment moves its host's edges only with this much evidence of its own, in nats.
const EDGE_EVIDENCE: f64 = 15.0;

/// What is outside the narrower of two windows fails like it from this share of its rate on: then nothing sets the narrower
/// one apart (the same-rate test of B5 asks a quarter of a value; two whole windows must agree better).
const FAILS_ALIKE_SHARE: f64 = 0.5;

/// Fewer failures than this outside the narrower window do not show that the rest fails like it (as many as make a window).
const REST_FAILURES: f64 = 3.0;

/// Drops windows whose evidence clumps of background would reach: it is divided by the size of the clumps outside them.
///
/// A window that stands is no background, whatever its evidence: the others are measured again without its minutes, until
/// no further one stands. Otherwise two plain windows of one log would take each other for clumps, and neither be told.
pub(super) fn drop_clumps<'a>(windows: Vec<Draft<'a>>, minutes: &Minutes) -> Vec<Draft<'a>> {
    let span = |window: &Draft<'_>| (minute(window.start) - 1, minute(window.end) + 1);
    let is_strong = |window: &Draft<'_>| window.evidence >= STRONG;
    let mut proven: Vec<(i64, i64)> = windows.iter().filter(|window| is_strong(window)).map(span).collect();
    let (mut standing, mut open) = (Vec::new(), windows);
    loop {
        let is_proven = |minute: &i64| proven.iter().any(|(from, to)| (*from..=*to).contains(minute));
        let rest: Vec<(i64, (f64, f64))> = minutes.iter().filter(|(minute, _)| !is_proven(minute)).copied().collect();
        for window in &mut open {
            let (from, to) = span(window);
            let before = rest.partition_point(|(minute, _)| *minute < from);
            let after = rest.partition_point(|(minute, _)| *minute <= to);
            let outside = rest.iter().take(before).chain(rest.iter().skip(after.max(before)));
            window.dispersion = dispersion(outside.map(|(_, counts)| *counts));
        }
        let stands = |window: &Draft<'_>| is_strong(window) || window.evidence / window.dispersion >= window.threshold;
        let (proven_now, left): (Vec<_>, Vec<_>) = open.into_iter().partition(stands);
        if proven_now.is_empty() {
            return standing;
        }
        proven.extend(proven_now.iter().map(span));
        standing.extend(proven_now);
        open = left;
    }
}

fn minute(time: Time) -> i64 {
    time.0.div_euclid(CELL_MS)
}

/// How much more often failures come together than independent ones would, 1 to 4: the mean size of a failure's clump in
/// these minutes.
pub(super) fn dispersion(minutes: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let inside = || minutes.clone();
    let (n, k) = inside().fold((0.0, 0.0), |sum, (n, k)| (sum.0 + n, sum.1 + k));
    let rate = if n > 0.0 { k / n } else { 0.0 };
    let clumps = inside().map(|(_, k)| k * k).sum::<f64>();
    let (expected, expected_squares) = inside().fold((0.0, 0.0), |sum, (n, _)| (sum.0 + n * rate, sum.1 + (n * rate).powi(2)));
    let by_load = if expected > 0.0 { expected_squares / expected } else { 0.0 };
    ((clumps + DISPERSION_PRIOR) / (k + DISPERSION_PRIOR) - by_load).clamp(1.0, DISPERSION_CAP)
}

/// Puts together what is one window: equal scopes close by, fragments of a stronger one, and scopes that differ in one
/// dimension's values while their edges agree.
pub(super) fn merge<'a>(mut windows: Vec<Draft<'a>>, thresholds: &Thresholds) -> Vec<Draft<'a>> {
    windows.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then((a.start, &a.scope).cmp(&(b.start, &b.scope)))
    });
    let mut hosts: Vec<Draft<'a>> = Vec::new();
    for window in windows {
        if let Some(host) = hosts
            .iter_mut()
            .find(|host| is_unnamed_beyond(host, &window) || is_unnamed_beyond(&window, host))
        {
            unite_unnamed(host, window);
        } else if let Some(host) = hosts
            .iter_mut()
            .find(|host| tells_again(host, &window) || tells_again(&window, host))
        {
            if tells_again(&window, host) {
                let (evidence, score) = (host.evidence.max(window.evidence), host.score.max(window.score));
                *host = Draft {
                    evidence,
                    score,
                    ..window
                };
            }
        } else if let Some(host) = hosts.iter_mut().find(|host| absorbs(host, &window, thresholds)) {
            let moves_edges =
                host.scope == window.scope || (is_inside(&window.scope, &host.scope) && window.score >= EDGE_EVIDENCE);
            if moves_edges {
                unite(host, window);
            }
        } else if let Some((host, scope)) = hosts
            .iter_mut()
            .find_map(|host| united_scope(host, &window).map(|scope| (host, scope)))
        {
            host.scope = scope;
            unite(host, window);
        } else if let Some(host) = hosts.iter_mut().find(|host| is_in_other_table(host, &window)) {
            unite_tables(host, window);
        } else {
            hosts.push(window);
        }
    }
    hosts
}

fn absorbs(host: &Draft<'_>, window: &Draft<'_>, thresholds: &Thresholds) -> bool {
    let gap = host.start.since(window.end).max(window.start.since(host.end)).max(0);
    let fragment = window.score < FRAGMENT_SHARE * host.score && is_inside(&window.scope, &host.scope);
    let wider = window.score < WIDER_FRAGMENT_SHARE * host.score && is_inside(&host.scope, &window.scope);
    host.side == window.side && gap <= thresholds.merge_gap_ms && (host.scope == window.scope || fragment || wider)
}

/// Whether `narrow` is a part of `wide` in its minutes and its scope, and the rest of `wide` fails like it: the same failures
/// told twice.
fn tells_again(wide: &Draft<'_>, narrow: &Draft<'_>) -> bool {
    let counts = |window: &Draft<'_>| (f(window.failures.len() as u64), window.attempts);
    wide.side == narrow.side
        && wide.start <= narrow.start
        && narrow.end <= wide.end
        && wide.scope != narrow.scope
        && is_inside(&narrow.scope, &wide.scope)
        && fails_alike(counts(wide), counts(narrow))
}

/// Whether what `wide` has beyond `narrow` fails like it; both are failures and attempts.
fn fails_alike(wide: (f64, f64), narrow: (f64, f64)) -> bool {
    let rest = (wide.0 - narrow.0, wide.1 - narrow.1);
    rest.0 >= REST_FAILURES && rest.1 > 0.0 && rest.0 * narrow.1 >= FAILS_ALIKE_SHARE * narrow.0 * rest.1
}

/// Whether everything in `inner` is in `outer`.
pub(super) fn is_inside(inner: &Scope, outer: &Scope) -> bool {
    outer.values.iter().all(|(dimension, wide)| {
        inner
            .values
            .get(dimension)
            .is_some_and(|narrow| narrow.iter().all(|value| wide.contains(value)))
    })
}

/// The union of two scopes that differ in one dimension's values, where the edges agree.
fn united_scope(host: &Draft<'_>, window: &Draft<'_>) -> Option<Scope> {
    let same_dimensions = host.scope.values.keys().eq(window.scope.values.keys());
    let differing: Vec<_> = host
        .scope
        .values
        .iter()
        .filter(|(dimension, values)| window.scope.values.get(dimension) != Some(values))
        .collect();
    let agree = edges_agree(host, window);
    let ([(dimension, _)], true, true, true) = (differing.as_slice(), same_dimensions, agree, host.side == window.side) else {
        return None;
    };
    let mut scope = host.scope.clone();
    let values = scope.values.get_mut(dimension)?;
    values.extend(window.scope.values.get(dimension).into_iter().flatten().cloned());
    values.sort();
    values.dedup();
    Some(scope)
}

pub(super) fn unite<'a>(host: &mut Draft<'a>, window: Draft<'a>) {
    host.start = host.start.min(window.start);
    host.end = host.end.max(window.end);
    host.failures.extend(window.failures);
    host.failures
        .sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.seen_by.iter().cmp(b.seen_by.iter())));
    host.failures.dedup_by(|a, b| std::ptr::eq(*a, *b));
    host.attempts = (host.attempts + window.attempts).max(f(host.failures.len() as u64));
    host.evidence = host.evidence.max(window.evidence);
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Minutes, dispersion, fails_alike, merge};
    use crate::judge::thresholds::Thresholds;
    use crate::judge::windows::Draft;
    use crate::model::{Attempt, Dimension, Outcome, Scope, Side, Time};

    /// A window of these failures among twice as many attempts.
    pub(in crate::judge::windows) fn window<'a>(failures: &'a [Attempt], host: Option<&str>, score: f64) -> Draft<'a> {
        let named = host.map(|host| (Dimension::Host, vec![host.into()]));
        Draft {
            side: Side::Provider,
            scope: Scope {
                values: named.into_iter().collect(),
            },
            contrasts: Vec::new(),
            start: failures.first().unwrap().time,
            end: failures.last().unwrap().time,
            failures: failures.iter().collect(),
            attempts: 2.0 * super::f(failures.len() as u64),
            background: 0.003,
            evidence: score,
            threshold: 10.0,
            dispersion: 1.0,
            score,
            by_proxies: false,
            told_by_failures: None,
            only_failures: false,
        }
    }

    #[test]
    fn a_hosts_window_is_told_with_that_of_all_hosts_where_the_rest_fail_like_it() {
        let failures: Vec<Attempt> = (0..600)
            .map(|second| Attempt::ended(Time(second * 1000), Outcome::Status(503)))
            .collect();
        let of_one = &failures[10..510];
        for score_of_all in [500.0, 300.0] {
            let found = vec![window(&failures, None, score_of_all), window(of_one, Some("app-1"), 400.0)];
            let told = merge(found, &Thresholds::default());
            let scopes: Vec<_> = told.iter().map(|window| window.scope.values.len()).collect();
            assert_eq!(scopes, [0]);
        }
    }

    #[test]
    fn what_the_applications_and_the_proxies_tell_of_one_path_is_one_window() {
        let failures: Vec<Attempt> = (0..600)
            .map(|second| Attempt::ended(Time(second * 1000), Outcome::Status(502)))
            .collect();
        let told = |share: usize| {
            let mut of_proxy = Draft {
                side: Side::Network,
                by_proxies: true,
                ..window(&failures, None, 300.0)
            };
            of_proxy.scope.values.insert(Dimension::Proxy, vec!["lb-b".into()]);
            of_proxy.failures = failures.iter().skip(600 - share).collect();
            let of_hosts = Draft {
                side: Side::Network,
                ..window(&failures[..500], Some("app-1"), 400.0)
            };
            let told = merge(vec![of_proxy, of_hosts], &Thresholds::default());
            let told = told.iter().map(|window| (window.by_proxies, window.failures.len()));
            told.collect::<Vec<_>>()
        };
        assert_eq!(told(400), [(true, 600)]);
        assert_eq!(told(200), [(false, 500), (true, 200)]);
    }

    #[test]
    fn five_of_six_hosts_that_fail_like_the_sixth_are_no_window_of_their_own() {
        assert!(fails_alike((719.0, 1531.0), (598.0, 1267.0)));
    }

    #[test]
    fn a_model_that_fails_much_more_than_the_rest_stays_a_window_of_its_own() {
        assert!(!fails_alike((519.0, 1156.0), (260.0, 303.0)));
    }

    #[test]
    fn two_failures_elsewhere_show_nothing() {
        assert!(!fails_alike((12.0, 24.0), (10.0, 20.0)));
    }

    #[test]
    fn worked_example_4_background_in_twos_and_threes() {
        let clumps = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0];
        // A day of thin traffic: the load term of the example is 0.009, thirteen failures spread over 1,440 minutes.
        let mut minutes: Minutes = (0..1440).map(|minute| (minute, (1.0, 0.0))).collect();
        for (at, clump) in (0..).map(|at| at * 150).zip(clumps) {
            minutes[at].1 = (1.0, clump);
        }
        let found = dispersion(minutes.into_iter().map(|(_, counts)| counts));
        assert!((found - 1.58).abs() < 0.005, "{found}");
    }
}
