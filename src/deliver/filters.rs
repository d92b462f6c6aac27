//! What a report was narrowed to: without it "all models" and "100 % failed" say more than was looked at.

use super::phrases::{counted, dimension_word, inert, listed, second};
use crate::model::{Dimension, Findings, Name, Narrowed};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What every form says of the filters, where there were any.
pub(super) fn told(narrowed: &Narrowed) -> Option<String> {
    if !narrowed.is_any() {
        return None;
    }
    let mut parts = Vec::new();
    if !narrowed.values.is_empty() {
        parts.push(format!("only calls of {}", values(&narrowed.values, " or ")));
    }
    if !narrowed.status.is_empty() {
        parts.push(format!(
            "of the attempts that did not end well only those with status {}",
            statuses(narrowed).join(" or ")
        ));
    }
    parts.extend(time(narrowed));
    let left_out = match (narrowed.left_out, narrowed.values.is_empty() && narrowed.status.is_empty()) {
        (_, true) => String::new(),
        (left_out, false) => format!(
            " {} left out; every count, share and class is of the rest alone, and \"all\" means all of the rest.",
            counted(left_out, "attempt is", "attempts are")
        ),
    };
    Some(format!("{}.{left_out}", parts.join("; ")))
}

/// The same in few words, for a cell.
pub(super) fn in_short(narrowed: &Narrowed) -> Option<String> {
    let values = narrowed.values.iter().map(|(dimension, values)| {
        let values: Vec<String> = values.iter().map(|value| inert(value)).collect();
        format!("{}={}", dimension.name(), values.join(","))
    });
    let status = (!narrowed.status.is_empty()).then(|| format!("status={}", statuses(narrowed).join(",")));
    let since = narrowed.since.map(|time| format!("since={time}"));
    let until = narrowed.until.map(|time| format!("until={time}"));
    let parts: Vec<String> = values.chain(status).chain(since).chain(until).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The same for programs.
pub(super) fn as_json(narrowed: &Narrowed) -> Option<Value> {
    if !narrowed.is_any() {
        return None;
    }
    let mut keys = Map::new();
    for (dimension, values) in &narrowed.values {
        let values: Vec<String> = values.iter().map(|value| inert(value)).collect();
        keys.insert(dimension.name().to_owned(), json!(values));
    }
    if !narrowed.status.is_empty() {
        keys.insert("status".to_owned(), json!(narrowed.status));
    }
    for (key, time) in [("since", narrowed.since), ("until", narrowed.until)] {
        if let Some(time) = time {
            keys.insert(key.to_owned(), json!(time.to_string()));
        }
    }
    keys.insert("attempts_left_out".to_owned(), json!(narrowed.left_out));
    Some(Value::Object(keys))
}

/// The headline where nothing passed: the logs tell of calls, and not of those that were asked for.
pub(super) fn nothing_passed(findings: &Findings) -> Option<String> {
    let narrowed = &findings.narrowed;
    if findings.counts.attempts > 0 || !narrowed.is_any() {
        return None;
    }
    if narrowed.left_out > 0 {
        let there: Vec<String> = narrowed.there.iter().filter_map(named).collect();
        let there = match there.as_slice() {
            [] => String::new(),
            there => format!(" What the logs tell of: {}.", there.join("; ")),
        };
        return Some(format!(
            "Nothing passes the filters ({}), though {} in what was read.{there}",
            in_short(narrowed).unwrap_or_default(),
            counted(narrowed.left_out, "attempt is", "attempts are"),
        ));
    }
    let records = findings.coverage.records();
    (records > 0).then(|| {
        format!(
            "No call lies in the time that was asked for ({}), though {} about a call in what was read.",
            time(narrowed).unwrap_or_default(),
            counted(records, "record is", "records are")
        )
    })
}

fn time(narrowed: &Narrowed) -> Option<String> {
    match (narrowed.since, narrowed.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("nothing before {}", second(since))),
        (None, Some(until)) => Some(format!("nothing after {}", second(until))),
        (Some(since), Some(until)) => Some(format!("nothing before {} or after {}", second(since), second(until))),
    }
}

fn statuses(narrowed: &Narrowed) -> Vec<String> {
    narrowed.status.iter().map(u16::to_string).collect()
}

/// "model gpt-4o or o3-mini, and host web-1".
fn values(values: &BTreeMap<Dimension, Vec<Name>>, between: &str) -> String {
    let told = values.iter().map(|(dimension, values)| {
        let values: Vec<String> = values.iter().map(|value| inert(value)).collect();
        format!("{} {}", dimension_word(*dimension), values.join(between))
    });
    listed(told.collect())
}

/// "model gpt-4o, o3-mini"; nothing where no log names any.
fn named((dimension, values): (&Dimension, &Vec<Name>)) -> Option<String> {
    let values: Vec<String> = values.iter().map(|value| inert(value)).collect();
    (!values.is_empty()).then(|| format!("{} {}", dimension_word(*dimension), values.join(", ")))
}
