//! How the callers retried: chains, what they saved, and retries that cannot help.

use crate::model::{Attempt, CallOutcome, CallerKind, Outcome, RetryAudit, RetryFinding, Traffic, Window};
use std::collections::BTreeMap;

/// More attempts than these help nobody during an incident (product definition, section 1: at most three to five).
const MOST_ATTEMPTS: u64 = 5;

/// Pauses that differ by less than this share are one fixed interval: jitter makes them differ by a quarter and more.
const FIXED_INTERVAL_SHARE: f64 = 0.02;

/// Announced pauses below which a fixed interval cannot be told from chance.
const PAUSES_NEEDED: usize = 5;

/// A retry sent sooner than this after a failure was not waited for, in milliseconds: the SDKs' shortest pause is half a
/// second, less a quarter of jitter.
const AT_ONCE_MS: i64 = 300;

/// Retries sent at once that are no accident.
const AT_ONCE_NEEDED: u64 = 5;

/// Attempts a call in a window from which retries are said to have multiplied the load.
const AMPLIFIED: f64 = 2.0;

/// The audit of all calls that had an attempt which did not end well.
pub(super) fn audit(traffic: &Traffic, windows: &[Window]) -> RetryAudit {
    let mut calls: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
    for attempt in &traffic.attempts {
        calls.entry(attempt.call).or_default().push(attempt);
    }
    let mut audit = RetryAudit::default();
    let (mut hopeless, mut too_many, mut at_once) = (0, 0, 0);
    for attempts in calls.values() {
        let recovered = attempts.iter().any(|attempt| attempt.call_outcome == CallOutcome::Recovered);
        let numbered = attempts.iter().map(|attempt| u64::from(attempt.number)).max().unwrap_or(0);
        // The attempt that saved the call is a success, and stands among the counts.
        let length = numbered.max(attempts.len() as u64) + u64::from(recovered);
        if length > 1 {
            audit.chains += 1;
            audit.longest = audit.longest.max(length);
            audit.recovered += u64::from(recovered);
            audit.exhausted += u64::from(attempts.iter().any(|attempt| attempt.call_outcome == CallOutcome::Lost));
        }
        let retried = attempts
            .iter()
            .rev()
            .skip(1)
            .filter(|attempt| is_hopeless(attempt.outcome))
            .count() as u64;
        hopeless += retried;
        too_many += u64::from(length > MOST_ATTEMPTS);
        at_once += sent_at_once(attempts);
    }
    audit.findings = found(
        &Seen {
            hopeless,
            too_many,
            at_once,
        },
        traffic,
        windows,
    );
    audit
}

/// What was counted over all calls.
struct Seen {
    /// Retries of what a retry cannot mend.
    hopeless: u64,
    /// Calls with too many attempts.
    too_many: u64,
    /// Retries that nobody waited for.
    at_once: u64,
}

fn found(seen: &Seen, traffic: &Traffic, windows: &[Window]) -> Vec<RetryFinding> {
    let mut findings = Vec::new();
    let mut finding = |finding: &str, count: u64, advice: &str| {
        if count > 0 {
            findings.push(RetryFinding {
                finding: finding.to_owned(),
                count,
                advice: advice.to_owned(),
            });
        }
    };
    finding(
        "retries of errors that a retry cannot mend (bad request, authentication, permission, quota)",
        seen.hopeless,
        "Retry only 408, 409, 429 by rate, 5xx and broken connections.",
    );
    finding(
        "calls with more than five attempts",
        seen.too_many,
        "Stop after three to five attempts and fall back to another model.",
    );
    finding(
        "pauses of one fixed length, without jitter",
        fixed_pauses(traffic),
        "Add jitter: retries that start together arrive together.",
    );
    finding(
        "retries sent at once, without a pause",
        if seen.at_once >= AT_ONCE_NEEDED { seen.at_once } else { 0 },
        "Wait before each retry: 1, 2, 4, 8 s with jitter, or what Retry-After says.",
    );
    let amplified = windows.iter().filter(|window| amplification(traffic, window) >= AMPLIFIED);
    finding(
        "windows in which retries multiplied the load by two and more",
        amplified.count() as u64,
        "Limit retries by a budget (say a tenth of the traffic) or a circuit breaker: what multiplies the load keeps a provider down.",
    );
    findings
}

/// How many attempts of a call began so soon after the one before that nobody waited. Where the log does not say how
/// long an attempt took, when it began is not known.
fn sent_at_once(attempts: &[&Attempt]) -> u64 {
    let pairs = attempts.windows(2).filter(|pair| match pair {
        [before, after] => after.duration_ms.is_some_and(|took| {
            let pause = after.time.since(before.time) - i64::from(took);
            (0..AT_ONCE_MS).contains(&pause) && before.retry_in_ms.is_none()
        }),
        _ => false,
    });
    pairs.count() as u64
}

/// Attempts a call of those that failed in a window.
fn amplification(traffic: &Traffic, window: &Window) -> f64 {
    let from = traffic.attempts.partition_point(|attempt| attempt.time < window.start);
    let inside = traffic
        .attempts
        .iter()
        .skip(from)
        .take_while(|attempt| attempt.time <= window.end);
    let mut calls: BTreeMap<u32, u32> = BTreeMap::new();
    for attempt in inside.filter(|attempt| attempt.side == Some(window.side) && window.scope.holds(&attempt.attributes)) {
        *calls.entry(attempt.call).or_default() += 1;
    }
    let attempts: u32 = calls.values().sum();
    f64::from(attempts) / f64::from(u32::try_from(calls.len()).unwrap_or(u32::MAX).max(1))
}

fn is_hopeless(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Caller(CallerKind::BadRequest | CallerKind::Authentication | CallerKind::Permission | CallerKind::Quota, status) if status != 408 && status != 409)
}

/// How many announced pauses are of one length, when nearly all are.
fn fixed_pauses(traffic: &Traffic) -> u64 {
    let mut pauses: Vec<u32> = traffic
        .attempts
        .iter()
        .filter(|attempt| attempt.number == 1)
        .filter_map(|attempt| attempt.retry_in_ms)
        .collect();
    pauses.sort_unstable();
    let (Some(&middle), true) = (pauses.get(pauses.len() / 2), pauses.len() >= PAUSES_NEEDED) else {
        return 0;
    };
    let near = |pause: &&u32| f64::from(pause.abs_diff(middle)) <= f64::from(middle) * FIXED_INTERVAL_SHARE;
    let same = pauses.iter().filter(near).count();
    if same * 10 >= pauses.len() * 9 { same as u64 } else { 0 }
}
