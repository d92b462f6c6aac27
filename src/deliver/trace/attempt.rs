//! One attempt of a traced call for the engineer at the terminal: how it ended, and who said what of it.

use crate::deliver::phrases::{ending, inert};
use crate::deliver::table::{columns, wrapped};
use crate::model::{ErrorSaid, Fact, Grain, JoinMethod, Outcome, Time, TracedAttempt, TracedRecord};

/// Marks a record in which the id itself stands.
const HAS_ID: &str = "*";

/// An attempt, and everyone's word on it.
pub(super) fn attempted(attempt: &TracedAttempt, width: usize) -> String {
    let took = attempt
        .duration_ms
        .map(|ms| format!(" after {}", seconds(i64::from(ms))))
        .unwrap_or_default();
    let error = attempt
        .error
        .as_deref()
        .and_then(error_words)
        .map(|words| format!(" {words}"))
        .unwrap_or_default();
    let name = attempt
        .number
        .map_or_else(|| "not counted".to_owned(), |number| format!("attempt {number}"));
    let mut out = wrapped(
        &format!("{name}: {}{error}{took}, {}", ended(attempt.outcome), attempt.time),
        "  ",
        "    ",
        width,
    );
    let mut facts = Vec::new();
    if let Some((reached, fact)) = attempt.reached {
        facts.push(format!("reached the provider: {} ({})", reached.name(), fact.says()));
    }
    let ids = [("x-request-id", attempt.ids.x_request_id()), ("cf-ray", attempt.ids.cf_ray())];
    facts.extend(
        ids.into_iter()
            .filter_map(|(name, id)| Some(format!("{name} {}", inert(id?)))),
    );
    if let Some(window) = attempt.window {
        facts.push(format!("in window w{} ({})", window.place + 1, window.class.name()));
    } else if attempt.number.is_none() {
        facts.push("only a proxy tells of it, and the application's log shows every attempt".to_owned());
    } else if attempt.outcome.is_failure() {
        facts.push("in no window".to_owned());
    }
    facts.extend(
        attempt
            .joined
            .map(|method| format!("both sides joined {}", joined_by(method))),
    );
    if !facts.is_empty() {
        out.push_str(&wrapped(&facts.join("; "), "    ", "    ", width));
    }
    let rows = attempt.records.iter().map(row).collect::<Vec<_>>();
    if !rows.is_empty() {
        let table = columns(&["", "who", "where", "own time", "says"], rows);
        out.push_str(
            &table
                .lines()
                .map(|line| format!("  {}\n", line.trim_end()))
                .collect::<String>(),
        );
    }
    out
}

fn joined_by(method: JoinMethod) -> &'static str {
    match method {
        JoinMethod::ProviderId => "by the provider's id",
        JoinMethod::ClientId => "by the caller's id",
        JoinMethod::TimeEndpointStatus => "by time, endpoint and status: probable",
    }
}

fn ended(outcome: Outcome) -> String {
    match outcome {
        Outcome::Success => "went well".to_owned(),
        Outcome::Unsaid => "no end told".to_owned(),
        other => ending(other),
    }
}

fn row(record: &TracedRecord) -> Vec<String> {
    let time = clock(record.time);
    let offset = match record.offset_ms {
        0 => String::new(),
        offset => format!(" ({}{})", if offset > 0 { "+" } else { "-" }, seconds(offset.abs())),
    };
    vec![
        if record.has_id { HAS_ID } else { "" }.to_owned(),
        record.seen.vantage.name().to_owned(),
        format!("{}:{}", inert(&record.seen.path), record.seen.line),
        format!("{time}{offset}"),
        says(record),
    ]
}

/// A time of day; the date stands above.
fn clock(time: Time) -> String {
    time.to_utc().format("%H:%M:%S%.3f").to_string()
}

/// A length of time to the millisecond.
pub(super) fn seconds(ms: i64) -> String {
    format!("{}.{:03} s", ms / 1000, ms % 1000)
}

fn says(record: &TracedRecord) -> String {
    let mut parts = Vec::new();
    match (record.grain, record.outcome) {
        (Grain::Start, _) => parts.push("sent".to_owned()),
        (Grain::Tunnel, _) => parts.push("tunnel opened".to_owned()),
        (Grain::Call, Outcome::Success) => parts.push("the call went well".to_owned()),
        (Grain::Call, outcome) => parts.push(format!("the call ended: {}", ended(outcome))),
        (Grain::Detail, Outcome::Unsaid) => {}
        (_, outcome) => parts.push(ended(outcome)),
    }
    parts.extend(record.error.as_deref().and_then(error_words));
    parts.extend(record.duration_ms.map(|ms| format!("took {}", seconds(i64::from(ms)))));
    let fact = record.fact.filter(|fact| *fact != Fact::StatusOnly);
    parts.extend(fact.map(|fact| fact.says().to_owned()));
    if let Some(retry) = record.retry.filter(|retry| retry.is_announced()) {
        let wait = retry
            .in_ms
            .map(|ms| format!(" in {}", seconds(i64::from(ms))))
            .unwrap_or_default();
        let left = retry.left.map(|left| format!(", {left} left")).unwrap_or_default();
        parts.push(format!("retries{wait}{left}"));
    }
    if let Some(after) = record.retry.and_then(|retry| retry.after_ms) {
        parts.push(format!("the provider asked to wait {}", seconds(i64::from(after))));
    }
    if parts.is_empty() {
        parts.push("its ids".to_owned());
    }
    parts.join("; ")
}

fn error_words(error: &ErrorSaid) -> Option<String> {
    let words = [error.error_type.as_deref(), error.error_code.as_deref()];
    let mut words: Vec<String> = words.into_iter().flatten().map(inert).collect();
    words.dedup();
    let page = error.html.then(|| "an HTML page".to_owned());
    let words: Vec<String> = words.into_iter().chain(page).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
