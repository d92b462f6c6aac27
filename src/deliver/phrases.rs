//! What a reader is told of windows, scopes, errors and requests, in words; the same in every report.

pub(super) use super::instants::{from_to, length, second};
pub use super::numbers::size;
pub(super) use super::numbers::{duration, interval, percent, round};
use crate::model::{Attempt, ByError, CallerSideCount, Dimension, Outcome, Scope, StatusNote, Window};
pub(super) use crate::text::thousands::counted;
pub use crate::text::thousands::thousands as count;

/// "14.2 % of 3,120 attempts (95 %: 13.0 to 15.5)".
pub(super) fn share(window: &Window) -> String {
    if window.only_failures {
        return failed(window);
    }
    let [low, high] = interval(window.failures, window.attempts);
    format!(
        "{:.1} % of {} ({} failed; 95 %: {low:.1} to {high:.1})",
        percent(window.failures, window.attempts),
        counted(window.attempts, "attempt", "attempts"),
        count(window.failures)
    )
}

/// "14.2 % of 3,120 attempts failed".
pub(super) fn failed(window: &Window) -> String {
    if window.only_failures {
        let failures = counted(window.failures, "failure", "failures");
        return format!("{failures}; only failures were logged, so the share is unknown");
    }
    format!(
        "{:.1} % of {} failed",
        percent(window.failures, window.attempts),
        counted(window.attempts, "attempt", "attempts")
    )
}

/// "14.2 %", and "443 of 3,120".
pub(super) fn share_in_short(window: &Window) -> [String; 2] {
    if window.only_failures {
        return ["share unknown".to_owned(), counted(window.failures, "failure", "failures")];
    }
    [
        format!("{:.1} %", percent(window.failures, window.attempts)),
        format!("{} of {}", count(window.failures), count(window.attempts)),
    ]
}

/// "after their retries", where the logs show any: what no log shows is not told.
pub(super) fn after_retries(is_retried: bool) -> &'static str {
    if is_retried { " after their retries" } else { "" }
}

/// "672 calls, 75 lost after their retries".
pub(super) fn lost(window: &Window) -> String {
    let calls = counted(window.calls, "call", "calls");
    if window.only_failures {
        return format!("{calls} with failures; what became of them no log tells");
    }
    let retries = after_retries(window.is_retried());
    format!("{calls}, {} lost{retries}", count(window.calls_lost))
}

/// What failed outside a window, where any such traffic was read.
pub(super) fn usual(window: &Window) -> String {
    match window.baseline {
        Some(baseline) => format!("{:.1} % outside it", round(baseline * 100.0)),
        None => "unknown: no such traffic outside it was read".to_owned(),
    }
}

/// What a scope limits, in words; an empty one is everything.
#[must_use]
pub fn scope(scope: &Scope) -> String {
    if scope.values.is_empty() {
        return "all models and endpoints".to_owned();
    }
    let parts = scope
        .values
        .iter()
        .map(|(dimension, values)| limit(*dimension, values.iter().map(|value| inert(value)).collect()));
    parts.collect::<Vec<_>>().join("; ")
}

/// "model gpt-4o", "models gpt-4o and o3": one limit of a scope in words.
#[must_use]
pub fn limit(dimension: Dimension, values: Vec<String>) -> String {
    let word = match values.len() {
        1 => dimension_word(dimension),
        _ => dimension_words(dimension),
    };
    format!("{word} {}", listed(values))
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed(mut values: Vec<String>) -> String {
    match (values.pop(), values.is_empty()) {
        (Some(last), false) => format!("{} and {last}", values.join(", ")),
        (only, _) => only.unwrap_or_default(),
    }
}

pub(super) fn dimension_word(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::ServerAddress => "server",
        Dimension::ServiceTier => "service tier",
        Dimension::EdgeSite => "edge site",
        other => other.name(),
    }
}

fn dimension_words(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Provider => "providers",
        Dimension::Surface => "surfaces",
        Dimension::ServerAddress => "servers",
        Dimension::Model => "models",
        Dimension::Endpoint => "endpoints",
        Dimension::ServiceTier => "service tiers",
        Dimension::Project => "projects",
        Dimension::Proxy => "proxies",
        Dimension::Region => "regions",
        Dimension::EdgeSite => "edge sites",
        Dimension::Host => "hosts",
        Dimension::Client => "clients",
    }
}

/// How much failed, in words.
pub(super) fn severity(window: &Window) -> &'static str {
    if window.only_failures {
        "share unknown"
    } else {
        window.severity.name()
    }
}

/// How sure, in words (classification B6.4).
pub(super) fn confidence(confidence: f64) -> &'static str {
    match confidence {
        c if c >= 0.8 => "high",
        c if c >= 0.5 => "medium",
        _ => "low",
    }
}

/// " (429: 1,142)": what errors of the caller's own were answered, where they were.
pub(super) fn answers(kind: &CallerSideCount) -> String {
    let told: Vec<String> = kind
        .by_status
        .iter()
        .map(|(status, number)| format!("{status}: {}", count(*number)))
        .collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(" ({})", told.join(", "))
    }
}

/// An error by its type and code, as far as they are known; once where both are one word.
pub(super) fn error(error: &ByError) -> String {
    let mut words: Vec<String> = [&error.error_type, &error.code]
        .into_iter()
        .flatten()
        .map(|word| inert(word))
        .collect();
    words.dedup();
    words.join(", ")
}

/// How an attempt ended: `503`, or the transport error.
pub(super) fn ending(outcome: Outcome) -> String {
    match outcome {
        Outcome::Transport(kind) => kind.name().to_owned(),
        other => other.status().map_or_else(|| "-".to_owned(), |status| status.to_string()),
    }
}

/// The best handle on an attempt: the provider's id, its edge's, the caller's, or none.
pub(super) fn handle(attempt: &Attempt) -> String {
    let ids = &attempt.ids;
    let named = [
        ("x-request-id", ids.x_request_id()),
        ("cf-ray", ids.cf_ray()),
        ("X-Client-Request-Id", ids.x_client_request_id()),
        ("our gateway's id", ids.gateway_request_id()),
    ];
    let best = named
        .iter()
        .find_map(|(name, id)| id.as_ref().map(|id| format!("{name} {}", inert(id))));
    best.unwrap_or_else(|| "no id; time and endpoint only".to_owned())
}

/// At most `most` attempts, spread evenly: those with a provider's id, where there are enough of them.
pub(super) fn samples(attempts: &[Attempt], most: usize) -> Vec<&Attempt> {
    let identified: Vec<&Attempt> = attempts
        .iter()
        .filter(|attempt| attempt.ids.x_request_id().is_some())
        .collect();
    let pool: Vec<&Attempt> = if identified.len() < most {
        attempts.iter().collect()
    } else {
        identified
    };
    if pool.len() <= most {
        return pool;
    }
    (0..most)
        .filter_map(|step| pool.get(step * (pool.len() - 1) / (most - 1).max(1)).copied())
        .collect()
}

/// What a list of a window's failures holds of them.
pub(super) fn list_of(window: &Window, list: &str) -> String {
    if window.requests_omitted == 0 {
        return format!("all of them with {list}");
    }
    format!(
        "{} of them with {list}, all with --max-requests {}",
        count(window.listed()),
        window.failures
    )
}

/// What a status page said: whether it agrees, of what, and its words.
pub(super) fn status_note(note: &StatusNote) -> String {
    let verdict = match (note.is_known, note.agrees) {
        (false, _) => "says nothing of it",
        (true, true) => "agrees",
        (true, false) => "does not agree",
    };
    let what: Vec<String> = [&note.component, &note.incident]
        .into_iter()
        .flatten()
        .map(|word| inert(word))
        .collect();
    let what = if what.is_empty() {
        String::new()
    } else {
        format!("{}: ", what.join(", "))
    };
    format!("{verdict}: {what}{}", inert(&note.says))
}

/// Whether a text can act on nothing by its bytes alone, as nearly all can.
pub(super) fn is_inert(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..0x7f).contains(&byte))
}

/// Text from data with what could act on a terminal or hide in a page replaced: control characters, and those that turn,
/// hide or join text (Unicode's bidirectional, zero-width, tag and line-separating ones).
pub(super) fn inert(text: &str) -> String {
    if is_inert(text) {
        return text.to_owned();
    }
    let acts = |letter: char| {
        letter.is_control()
            || matches!(letter,
                '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars()
        .map(|letter| if acts(letter) { '\u{fffd}' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{inert, scope};
    use crate::model::{Dimension, Name, Scope};

    #[test]
    fn several_values_of_a_scope_are_told_as_several() {
        let told = |values: &[(Dimension, &[&str])]| {
            let values = values
                .iter()
                .map(|(dimension, names)| (*dimension, names.iter().map(|name| Name::from(*name)).collect()));
            scope(&Scope {
                values: values.collect(),
            })
        };
        assert_eq!(told(&[(Dimension::Model, &["gpt-4o"])]), "model gpt-4o");
        assert_eq!(
            told(&[(Dimension::Model, &["gpt-4o", "o3"]), (Dimension::Proxy, &["a", "b", "c"])]),
            "models gpt-4o and o3; proxies a, b and c"
        );
    }

    #[test]
    fn escapes_and_marks_are_inert() {
        assert_eq!(inert("a\u{1b}[31mb\u{202e}c"), "a\u{fffd}[31mb\u{fffd}c");
    }
}
