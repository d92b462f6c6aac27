//! How the callers retried: chains, what they saved, and retries that cannot help.

use super::combinations::asked_once;
use crate::model::{Attempt, CallOutcome, CallerKind, Millis, Name, Outcome, RetryAudit, RetryFinding, Traffic, Vantage, Window};
use crate::text::thousands::thousands;
use std::collections::BTreeSet;

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

/// A retry this much sooner than the provider asked for came before its time, in milliseconds: logs' stamps and the whole
/// seconds of `Retry-After` make up a second.
const TOO_SOON_MS: i64 = 1_000;

/// Calls given up at once that are no accident.
const GIVEN_UP_NEEDED: u64 = 5;

/// Attempts a call in a window from which retries are said to have multiplied the load.
const AMPLIFIED: f64 = 2.0;

/// The audit of all calls that had an attempt which did not end well.
pub(super) fn audit(traffic: &Traffic, windows: &[Window]) -> RetryAudit {
    let mut by_call: Vec<&Attempt> = traffic.attempts.iter().collect();
    by_call.sort_by_key(|attempt| attempt.call);
    let calls = || by_call.chunk_by(|before, after| before.call == after.call);
    let mut audit = RetryAudit::default();
    let mut seen = Seen::default();
    let show_retries: BTreeSet<&Name> = calls().filter(|call| call.len() > 1).flat_map(written_by).collect();
    for attempts in calls() {
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
        seen.hopeless += retried;
        seen.too_many += u64::from(length > MOST_ATTEMPTS);
        let is_given_up = length == 1 && attempts.iter().all(|attempt| is_lost(attempt));
        seen.given_up += u64::from(is_given_up && written_by(attempts).any(|path| show_retries.contains(path)));
        seen.at_once += sent_at_once(attempts);
        seen.too_soon += sent_too_soon(attempts);
    }
    audit.findings = found(&seen, &audit, traffic, windows);
    audit
}

/// What was counted over all calls.
#[derive(Default)]
struct Seen {
    /// Retries of what a retry cannot mend.
    hopeless: u64,
    /// Calls with too many attempts.
    too_many: u64,
    /// Calls lost after one attempt whose failure was worth a second.
    given_up: u64,
    /// Retries that nobody waited for.
    at_once: u64,
    /// Retries sooner than the provider asked for.
    too_soon: u64,
}

fn found(seen: &Seen, audit: &RetryAudit, traffic: &Traffic, windows: &[Window]) -> Vec<RetryFinding> {
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
        "calls given up after one attempt, though a second may have helped (5xx, time-out, broken connection)",
        if seen.given_up >= GIVEN_UP_NEEDED { seen.given_up } else { 0 },
        &give_up_later(audit),
    );
    finding(
        "retries sooner than Retry-After asked for",
        seen.too_soon,
        "Wait as long as Retry-After or the error's message says: sooner, the limit only answers again. The official SDKs heed it up to a minute.",
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
        "windows in which retries doubled the load, or worse",
        amplified.count() as u64,
        "Limit retries by a budget (say a tenth of the traffic) or a circuit breaker: what multiplies the load keeps a provider down.",
    );
    findings
}

fn give_up_later(audit: &RetryAudit) -> String {
    let saved = match audit.chains {
        0 => String::new(),
        chains => format!(
            " In these logs retries saved {} of {} calls that were tried again.",
            thousands(audit.recovered),
            thousands(chains)
        ),
    };
    format!("Retry twice or more, with backoff and jitter; the official SDKs do so by default.{saved}")
}

/// The applications' logs that tell of a call. Only where such a log shows other calls' retries does the lack of one mean
/// that there was none: a proxy does not tell calls apart, and many programs log a call once.
fn written_by<'a>(attempts: &[&'a Attempt]) -> impl Iterator<Item = &'a Name> {
    let seen = attempts.iter().flat_map(|attempt| attempt.seen_by.iter());
    seen.filter(|seen| seen.vantage == Vantage::Application).map(|seen| seen.path)
}

/// Whether a call was lost on a failure that a retry may mend.
fn is_lost(attempt: &Attempt) -> bool {
    attempt.call_outcome == CallOutcome::Lost && attempt.outcome.is_failure()
}

/// How many retries of a call began, or were announced to begin, before the pause was over that the provider asked for.
fn sent_too_soon(attempts: &[&Attempt]) -> u64 {
    let too_soon = attempts.iter().enumerate().filter(|(at, attempt)| {
        let next = || {
            let next = attempts.get(at + 1)?;
            Some(next.time.since(attempt.time) - i64::from(next.duration_ms?))
        };
        let (Some(asked), Some(waited)) = (attempt.retry_after_ms, attempt.retry_in_ms.map(i64::from).or_else(next)) else {
            return false;
        };
        // Below zero, the duration is that of the whole call and not of its next attempt.
        (0..i64::from(asked) - TOO_SOON_MS).contains(&waited)
    });
    too_soon.count() as u64
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
    let holds = asked_once(|attributes| window.scope.holds(attributes));
    let inside = inside.filter(|attempt| attempt.side == Some(window.side) && holds(&attempt.attributes));
    let mut calls: Vec<u32> = inside.map(|attempt| attempt.call).collect();
    let count = |calls: &[u32]| f64::from(u32::try_from(calls.len()).unwrap_or(u32::MAX));
    let attempts = count(&calls);
    calls.sort_unstable();
    calls.dedup();
    attempts / count(&calls).max(1.0)
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
        .filter_map(|attempt| attempt.retry_in_ms.map(Millis::get))
        .collect();
    pauses.sort_unstable();
    let (Some(&middle), true) = (pauses.get(pauses.len() / 2), pauses.len() >= PAUSES_NEEDED) else {
        return 0;
    };
    let near = |pause: &&u32| f64::from(pause.abs_diff(middle)) <= f64::from(middle) * FIXED_INTERVAL_SHARE;
    let same = pauses.iter().filter(near).count();
    if same * 10 >= pauses.len() * 9 { same as u64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::audit;
    use crate::model::{Attempt, CallOutcome, CallerKind, Millis, Outcome, RetryAudit, SeenBy, Time, Traffic, Vantage};
    use std::sync::Arc;

    /// An attempt that ended so many seconds into the log and took one.
    fn ended(second: i64, call: u32, outcome: Outcome) -> Attempt {
        Attempt {
            duration_ms: Some(Millis::from(1000)),
            call,
            call_outcome: CallOutcome::Lost,
            seen_by: SeenBy::of_one(Arc::new((Vantage::Application, "app.log".into())), smallvec::smallvec![1]),
            ..Attempt::ended(Time(second * 1000), outcome)
        }
    }

    fn limited(second: i64, call: u32) -> Attempt {
        ended(second, call, Outcome::Caller(CallerKind::RateLimit, 429))
    }

    fn audited(attempts: Vec<Attempt>) -> RetryAudit {
        let traffic = Traffic {
            attempts,
            ..Traffic::default()
        };
        audit(&traffic, &[])
    }

    fn count(audit: &RetryAudit, words: &str) -> u64 {
        let found = audit.findings.iter().filter(|finding| finding.finding.contains(words));
        found.map(|finding| finding.count).sum()
    }

    #[test]
    fn a_retry_before_its_time_ignores_retry_after() {
        let first = Attempt {
            retry_after_ms: Some(Millis::from(20_000)),
            ..limited(10, 0)
        };
        let audit = audited(vec![first, limited(13, 0)]);
        assert_eq!(count(&audit, "Retry-After"), 1);
    }

    #[test]
    fn an_announced_pause_that_is_too_short_ignores_retry_after() {
        let only = Attempt {
            retry_after_ms: Some(Millis::from(20_000)),
            retry_in_ms: Some(Millis::from(900)),
            ..limited(10, 0)
        };
        assert_eq!(count(&audited(vec![only]), "Retry-After"), 1);
    }

    #[test]
    fn a_duration_of_the_whole_call_tells_no_pause() {
        let first = Attempt {
            retry_after_ms: Some(Millis::from(20_000)),
            ..limited(10, 0)
        };
        let last = Attempt {
            duration_ms: Some(Millis::from(60_000)),
            ..limited(13, 0)
        };
        assert_eq!(count(&audited(vec![first, last]), "Retry-After"), 0);
    }

    #[test]
    fn a_retry_in_its_time_heeds_it() {
        let first = Attempt {
            retry_after_ms: Some(Millis::from(20_000)),
            ..limited(10, 0)
        };
        let audit = audited(vec![first, limited(31, 0)]);
        assert_eq!(count(&audit, "Retry-After"), 0);
    }

    #[test]
    fn calls_given_up_are_told_where_the_log_shows_retries() {
        let broken = |second, call| ended(second, call, Outcome::Status(503));
        let mut attempts = vec![broken(0, 0), broken(3, 0)];
        attempts.extend((1..=5).map(|call| broken(10 * i64::from(call), call)));
        assert_eq!(count(&audited(attempts), "given up"), 5);
    }

    #[test]
    fn a_log_without_any_retry_may_just_not_show_them() {
        let broken = |second, call| ended(second, call, Outcome::Status(503));
        let attempts = (0..9).map(|call| broken(10 * i64::from(call), call)).collect();
        assert_eq!(count(&audited(attempts), "given up"), 0);
    }
}
