//! How the callers retried: chains, what they saved, and retries that cannot help.

use crate::model::{Attempt, CallOutcome, CallerKind, Outcome, RetryAudit, RetryFinding, Traffic};
use std::collections::BTreeMap;

/// More attempts than these help nobody during an incident (product definition, section 1: at most three to five).
const MOST_ATTEMPTS: u64 = 5;

/// Pauses that differ by less than this share are one fixed interval: jitter makes them differ by a quarter and more.
const FIXED_INTERVAL_SHARE: f64 = 0.02;

/// Announced pauses below which a fixed interval cannot be told from chance.
const PAUSES_NEEDED: usize = 5;

/// The audit of all calls that had an attempt which did not end well.
pub(super) fn audit(traffic: &Traffic) -> RetryAudit {
    let mut calls: BTreeMap<u32, Vec<&Attempt>> = BTreeMap::new();
    for attempt in &traffic.attempts {
        calls.entry(attempt.call).or_default().push(attempt);
    }
    let mut audit = RetryAudit::default();
    let (mut hopeless, mut too_many) = (0, 0);
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
    }
    let mut finding = |finding: &str, count: u64, advice: &str| {
        if count > 0 {
            audit.findings.push(RetryFinding {
                finding: finding.to_owned(),
                count,
                advice: advice.to_owned(),
            });
        }
    };
    finding(
        "retries of errors that a retry cannot mend (bad request, authentication, permission, quota)",
        hopeless,
        "Retry only 408, 409, 429 by rate, 5xx and broken connections.",
    );
    finding(
        "calls with more than five attempts",
        too_many,
        "Stop after three to five attempts and fall back to another model.",
    );
    finding(
        "pauses of one fixed length, without jitter",
        fixed_pauses(traffic),
        "Add jitter: retries that start together arrive together.",
    );
    audit
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
