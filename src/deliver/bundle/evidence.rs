//! Where each failure stands in the logs: one line for each record, as `grep -n` would name it.
//!
//! A log's own line is not quoted, because it may hold a prompt or a key in a place that no rule knows. It is told again
//! from the fields that were read of it, which are all of known shape (trust, section 2.3: allow-list by construction).

use crate::deliver::filters;
use crate::deliver::phrases::{ending, handle, inert, scope, second};
use crate::model::{Attempt, Dimension, Findings, Millis};
use std::fmt::Write as _;

/// The text of `evidence.txt`.
pub(super) fn evidence(findings: &Findings, internal: bool) -> String {
    let mut text = String::from(
        "# Each line: FILE:LINE: time (UTC), who saw it, request, end, ids, duration, what became of the call, and whether\n\
         # the provider had it and why. Told again from the fields that were read; free text of the logs is left out.\n",
    );
    if internal {
        text.push_str("# INTERNAL: names own hosts and paths. Do not send.\n");
    } else {
        text.push_str("# Own hosts, addresses, users and paths are pseudonyms, the same in every file of this bundle.\n");
    }
    if let Some(told) = filters::told(&findings.narrowed) {
        let _ = writeln!(text, "# Filtered: {told}");
    }
    for (window, number) in findings.windows.iter().zip(1..) {
        let _ = writeln!(
            text,
            "\n# Window {number}: {}, {}, {} to {}",
            window.verdict.class.name(),
            scope(&window.scope),
            second(window.start),
            second(window.end)
        );
        window.requests.iter().for_each(|attempt| records(&mut text, attempt));
        if window.requests_omitted > 0 {
            let _ = writeln!(
                text,
                "# and {} more failures, not listed (--max-requests)",
                window.requests_omitted
            );
        }
    }
    if !findings.isolated.is_empty() {
        text.push_str("\n# Failures outside every window\n");
        findings.isolated.iter().for_each(|attempt| records(&mut text, attempt));
    }
    text
}

/// A line for each log that saw the attempt.
fn records(text: &mut String, attempt: &Attempt) {
    for seen in attempt.seen_by.iter() {
        let _ = writeln!(
            text,
            "{}:{}: {}",
            inert(seen.path),
            seen.line,
            told(attempt, seen.vantage.name())
        );
    }
}

fn told(attempt: &Attempt, vantage: &str) -> String {
    let value = |dimension: Dimension| attempt.attributes.get(dimension).map(|name| inert(name));
    let mut words = vec![attempt.time.to_string(), vantage.to_owned()];
    words.extend(attempt.method.map(|method| method.name().to_owned()));
    words.extend(value(Dimension::Endpoint));
    words.extend(value(Dimension::Model).map(|model| format!("model {model}")));
    words.push(format!("ended in {}", ending(attempt.outcome)));
    if let Some(error) = &attempt.error {
        words.extend(
            [&error.error_type, &error.error_code]
                .into_iter()
                .flatten()
                .map(|word| inert(word)),
        );
    }
    let mut parts = vec![words.join(" "), handle(attempt)];
    if let (Some(_), Some(id)) = (attempt.ids.x_request_id(), attempt.ids.x_client_request_id()) {
        parts.push(format!("X-Client-Request-Id {}", inert(id)));
    }
    if let Some(ms) = attempt.duration_ms.map(Millis::get) {
        parts.push(format!("after {}.{:03} s", ms / 1000, ms % 1000));
    }
    parts.push(format!(
        "attempt {} of a call {}",
        attempt.number,
        attempt.call_outcome.name()
    ));
    parts.push(format!(
        "reached the provider: {} ({})",
        attempt.reached.name(),
        attempt.fact.says()
    ));
    parts.join("; ")
}
