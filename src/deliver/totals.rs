//! All traffic and its retries in a sentence each; the same in every report.

use super::phrases::{count, counted, percent};
use crate::model::{Counts, Findings};

/// All traffic, whatever window it is in.
pub(super) fn all_traffic(findings: &Findings) -> String {
    let (counts, isolated) = (&findings.counts, findings.isolated_count);
    if counts.without_successes() {
        return only_failures(counts, isolated);
    }
    let calls = format!(
        "{} in {}",
        counted(counts.attempts, "attempt", "attempts"),
        counted(counts.calls, "call", "calls")
    );
    if counts.failures == 0 {
        return format!("{calls}; no failure.");
    }
    format!(
        "{calls}; {} ({:.1} %), {} of them outside every window; of the calls with a failure {} saved by a retry, {} lost.",
        counted(counts.failures, "failure", "failures"),
        percent(counts.failures, counts.attempts),
        count(isolated),
        were(counts.calls_recovered),
        were(counts.calls_lost)
    )
}

/// All failures, where no success was logged; `isolated` are outside every window.
fn only_failures(counts: &Counts, isolated: u64) -> String {
    let were = if counts.failures == 1 { "was" } else { "were" };
    format!(
        "{} of {} {were} logged, {} of them outside every window, and no success: what share of the attempts failed, and what became of the calls, is unknown.",
        counted(counts.failures, "failure", "failures"),
        counted(counts.calls, "call", "calls"),
        count(isolated)
    )
}

/// How all calls were retried. They are more than those with a failure: a call that was refused is tried again, too.
pub(super) fn retried(findings: &Findings) -> String {
    let retries = &findings.retries;
    let refused = if findings.caller_side.is_empty() {
        ""
    } else {
        ", what was refused (429 and other 4xx) counted in"
    };
    format!(
        "{} with more than one attempt{refused}, {} at most; {} saved, {} lost to the last attempt.",
        counted(retries.chains, "call", "calls"),
        counted(retries.longest, "attempt", "attempts"),
        were(retries.recovered),
        were(retries.exhausted)
    )
}

fn were(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "was" } else { "were" })
}

#[cfg(test)]
mod tests {
    use super::{all_traffic, retried};
    use crate::model::{CallerKind, CallerSideCount, Counts, Findings, RetryAudit, Time};
    use std::collections::BTreeMap;

    fn findings(ok: u64, failures: u64) -> Findings {
        let by_status = [(200, ok), (500, failures)].into_iter().filter(|(_, number)| *number > 0);
        Findings {
            counts: Counts {
                attempts: ok + failures,
                failures,
                calls: ok + failures,
                calls_lost: failures,
                by_status: by_status.collect::<BTreeMap<_, _>>(),
                ..Counts::default()
            },
            isolated_count: failures,
            ..Findings::default()
        }
    }

    #[test]
    fn one_failure_was_logged_and_two_were() {
        assert!(all_traffic(&findings(0, 1)).starts_with("1 failure of 1 call was logged"));
        assert!(all_traffic(&findings(0, 2)).starts_with("2 failures of 2 calls were logged"));
    }

    #[test]
    fn the_retries_of_what_was_refused_are_said_to_be_counted_in() {
        let mut found = findings(1_000, 1);
        found.retries = RetryAudit {
            chains: 215,
            longest: 3,
            recovered: 123,
            exhausted: 92,
            findings: Vec::new(),
        };
        assert!(all_traffic(&found).ends_with("of the calls with a failure 0 were saved by a retry, 1 was lost."));
        assert!(!retried(&found).contains("refused"));
        found.caller_side = vec![CallerSideCount {
            kind: CallerKind::RateLimit,
            count: 300,
            by_status: BTreeMap::from([(429, 300)]),
            first: Time(0),
            last: Time(1),
            models: Vec::new(),
            messages: Vec::new(),
            advice: String::new(),
        }];
        assert_eq!(
            retried(&found),
            "215 calls with more than one attempt, what was refused (429 and other 4xx) counted in, 3 attempts at most; 123 were saved, 92 were lost to the last attempt."
        );
    }
}
