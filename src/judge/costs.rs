//! What failed attempts may have cost in tokens, where the logs carry usage.
//!
//! A stream that died after tokens were delivered may be billed, and so may a request that was refused with 400 (product
//! definition, section 1) or sent and never answered (errors reference, 0.3); a 429 is not. What such an attempt used is taken from its own record, else from the mean of the
//! same model's successes.

use crate::model::{
    Attempt, CallerKind, Dimension, Finding, Name, Outcome, Reached, Rollup, Tokens, TokensUsed, Traffic, TransportError,
};
use std::collections::BTreeMap;

/// Records of a model's successes from which its mean is taken.
const RECORDS_NEEDED: u64 = 20;

/// Why an attempt that did not end well may be billed all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// The answer had begun.
    Died,
    /// The request was sent, and no answer came in time.
    Unanswered,
    /// The request was read and refused.
    Refused,
}

/// The tokens of some attempts.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    attempts: u64,
    input: u64,
    /// Attempts whose own record tells their tokens.
    told: u64,
    /// Attempts of models whose usage no log tells.
    unknown: u64,
}

/// A hint at what failed attempts cost; none where no log carries usage or nothing of what failed is billed.
pub(super) fn hint(traffic: &Traffic, rollup: &Rollup) -> Option<Finding> {
    let means = means(rollup);
    let mut sums: BTreeMap<Why, Sum> = BTreeMap::new();
    for attempt in &traffic.attempts {
        let Some(why) = why(attempt) else { continue };
        let sum = sums.entry(why).or_default();
        sum.attempts += 1;
        let own = attempt.tokens.as_deref().filter(|tokens| **tokens != Tokens::default());
        let mean = || means.get(attempt.attributes.get(Dimension::Model)?).copied();
        sum.told += u64::from(own.is_some());
        match own.map(|tokens| u64::from(tokens.input)).or_else(mean) {
            Some(input) => sum.input += input,
            None => sum.unknown += 1,
        }
    }
    let known = |sum: &Sum| sum.attempts > sum.unknown;
    let parts: Vec<String> = sums
        .iter()
        .filter(|(_, sum)| known(sum))
        .map(|(why, sum)| part(*why, sum))
        .collect();
    (!parts.is_empty()).then(|| Finding {
        about: "possible-cost",
        says: format!(
            "{} Answers of 429 and requests that never reached the provider cost nothing.",
            parts.join(" ")
        ),
        advice: "Compare with the provider's usage page for these minutes before you claim anything back.".to_owned(),
        path: None,
    })
}

fn part(why: Why, sum: &Sum) -> String {
    let counted = sum.attempts - sum.unknown;
    let what = match why {
        Why::Died => "broke off after the answer had begun",
        Why::Unanswered => "were sent and not answered in time",
        Why::Refused => "were refused with a 400",
    };
    let source = match (sum.told, counted) {
        (told, all) if told == all => "by their own records",
        (0, _) => "by the mean of their models' successes",
        _ => "by their own records or the mean of their models' successes",
    };
    let unknown = match sum.unknown {
        0 => String::new(),
        more => format!("; of {more} more no log tells the usage"),
    };
    format!(
        "{counted} attempts that {what} may have been billed: about {} input tokens {source}{unknown}.",
        sum.input
    )
}

fn why(attempt: &Attempt) -> Option<Why> {
    let had_it = attempt.reached == Reached::Yes;
    match attempt.outcome {
        Outcome::Transport(TransportError::StreamAbort) if had_it => Some(Why::Died),
        Outcome::Transport(TransportError::Timeout | TransportError::Reset) if attempt.reached != Reached::No => {
            Some(Why::Unanswered)
        }
        Outcome::Caller(CallerKind::BadRequest, 400) if had_it => Some(Why::Refused),
        _ => None,
    }
}

/// Mean input tokens of a success, by model.
fn means(rollup: &Rollup) -> BTreeMap<&Name, u64> {
    let mut used: BTreeMap<&Name, TokensUsed> = BTreeMap::new();
    for (model, tokens) in rollup.sources.values().flat_map(|source| &source.tokens) {
        used.entry(model).or_default().add(*tokens);
    }
    let enough = used.into_iter().filter(|(_, used)| used.records >= RECORDS_NEEDED);
    enough.map(|(model, used)| (model, used.input / used.records)).collect()
}

#[cfg(test)]
mod tests {
    use super::hint;
    use crate::model::{
        Attempt, Attributes, CallerKind, Dimension, Outcome, Reached, Rollup, SourceRollup, Time, Tokens, TokensUsed, Traffic,
        TransportError,
    };
    use std::sync::Arc;

    /// Successes of gpt-4o used 800 input tokens each.
    fn rollup(records: u64) -> Rollup {
        let used = TokensUsed {
            records,
            input: 800 * records,
            output: 0,
        };
        let source = SourceRollup {
            tokens: [("gpt-4o".into(), used)].into_iter().collect(),
            ..SourceRollup::default()
        };
        let mut rollup = Rollup::default();
        rollup.sources.insert("app.log".into(), Box::new(source));
        rollup
    }

    fn attempt(model: &str, outcome: Outcome) -> Attempt {
        Attempt {
            attributes: Arc::new(Attributes::default().with(Dimension::Model, model)),
            reached: Reached::Yes,
            ..Attempt::ended(Time(0), outcome)
        }
    }

    fn died() -> Attempt {
        attempt("gpt-4o", Outcome::Transport(TransportError::StreamAbort))
    }

    fn said(attempts: Vec<Attempt>, rollup: &Rollup) -> Option<String> {
        let traffic = Traffic {
            attempts,
            ..Traffic::default()
        };
        hint(&traffic, rollup).map(|hint| hint.says)
    }

    #[test]
    fn a_stream_that_died_cost_what_its_models_successes_do() {
        let says = said(vec![died(), died()], &rollup(50)).expect("a hint");
        assert!(
            says.contains("2 attempts that broke off") && says.contains("about 1600 input tokens by the mean"),
            "{says}"
        );
    }

    #[test]
    fn an_attempts_own_record_outranks_the_mean() {
        let own = Attempt {
            tokens: Some(Box::new(Tokens { input: 17, output: 3 })),
            ..died()
        };
        let says = said(vec![own], &rollup(50)).expect("a hint");
        assert!(says.contains("about 17 input tokens by their own records"), "{says}");
    }

    #[test]
    fn what_no_log_tells_is_said() {
        let says = said(vec![died(), attempt("o3", died().outcome)], &rollup(50)).expect("a hint");
        assert!(says.contains("of 1 more no log tells the usage"), "{says}");
    }

    #[test]
    fn a_rate_limit_and_an_overload_cost_nothing() {
        let free = [Outcome::Caller(CallerKind::RateLimit, 429), Outcome::Status(503)];
        assert_eq!(said(free.map(|outcome| attempt("gpt-4o", outcome)).into(), &rollup(50)), None);
    }

    #[test]
    fn without_usage_in_the_logs_nothing_is_estimated() {
        assert_eq!(said(vec![died()], &rollup(3)), None);
    }
}
