//! The life of one call for the engineer at the terminal: attempt by attempt, and who said what.

use super::attempt::{attempted, seconds};
use crate::deliver::phrases::{count, counted, inert, limit, second};
use crate::deliver::report::Context;
use crate::deliver::table::wrapped;
use crate::model::{CallEnd, Dimension, Ids, Outcome, Trace, TracedCall};
use std::collections::{BTreeMap, BTreeSet};

/// Records that say nothing of an attempt and are named; the rest are counted.
const MENTIONS_NAMED: usize = 20;

pub(super) fn page(trace: &Trace, context: &Context<'_>) -> String {
    let width = context.width;
    let mut out = String::new();
    if context.internal {
        out.push_str("INTERNAL: shows own hosts and paths. Do not send.\n\n");
    }
    out.push_str(&bold(&wrapped(&headline(trace), "", "", width), context));
    for (at, call) in trace.calls.iter().enumerate() {
        out.push('\n');
        out.push_str(&told(call, at + 1, trace, context));
    }
    if trace.calls_omitted > 0 {
        let more = counted(trace.calls_omitted, "more call carries", "more calls carry");
        out.push_str(&format!("\n{more} it, and are left out: trace a request id of theirs.\n"));
    }
    out.push_str(&mentions(trace, width));
    out.push_str(&clocks(trace, width));
    out.push_str(&near(trace, width));
    out.push_str(&read(trace, width));
    out
}

fn bold(text: &str, context: &Context<'_>) -> String {
    if context.colour {
        format!("\u{1b}[1m{}\u{1b}[0m\n", text.trim_end())
    } else {
        text.to_owned()
    }
}

fn headline(trace: &Trace) -> String {
    let id = inert(&trace.id);
    if !trace.is_found() {
        return format!("{id} stands in no log that was read.");
    }
    let records = trace
        .calls
        .iter()
        .flat_map(|call| &call.attempts)
        .flat_map(|attempt| &attempt.records);
    let places: Vec<_> = records.map(|record| &record.seen).chain(&trace.mentions).collect();
    let logs: BTreeSet<_> = places.iter().map(|seen| &seen.path).collect();
    format!(
        "{id}: {}, told by {} in {}.",
        counted(trace.calls.len() as u64 + trace.calls_omitted, "call", "calls"),
        counted(places.len() as u64, "record", "records"),
        counted(logs.len() as u64, "log", "logs")
    )
}

fn told(call: &TracedCall, number: usize, trace: &Trace, context: &Context<'_>) -> String {
    let width = context.width;
    let title = if trace.calls.len() > 1 {
        format!("Call {number}: {}", became(call))
    } else {
        format!("The call: {}", became(call))
    };
    let mut out = bold(&wrapped(&title, "", "", width), context);
    out.push_str(&wrapped(&what(call), "  ", "  ", width));
    let shared = shared(call);
    if !shared.is_empty() {
        out.push_str(&wrapped(&shared.join("; "), "  ", "  ", width));
    }
    for attempt in &call.attempts {
        out.push('\n');
        out.push_str(&attempted(attempt, width));
    }
    out
}

fn became(call: &TracedCall) -> String {
    let number = call.attempts.iter().filter(|attempt| attempt.number.is_some()).count();
    let attempts = counted(number as u64, "attempt", "attempts");
    let is_shown = call.attempts.iter().any(|attempt| attempt.outcome == Outcome::Success);
    match call.end {
        CallEnd::Succeeded => "it went well at its first attempt".to_owned(),
        CallEnd::Recovered if is_shown => format!("a retry saved it ({attempts} found)"),
        CallEnd::Recovered => format!("a retry saved it, whose record carries none of its ids ({attempts} found)"),
        CallEnd::Lost => format!("lost after {attempts}"),
        CallEnd::Unknown => format!("no log tells what became of it ({attempts} found)"),
    }
}

/// What was called, as far as any log says it.
fn what(call: &TracedCall) -> String {
    let value = |dimension: Dimension| {
        let values = call.attempts.iter().filter_map(|attempt| attempt.attributes.get(dimension));
        let values: BTreeSet<String> = values.map(|value| inert(value)).collect();
        let values: Vec<String> = values.into_iter().collect();
        (!values.is_empty()).then(|| limit(dimension, values))
    };
    let parts: Vec<String> = Dimension::ALL.into_iter().filter_map(value).collect();
    if parts.is_empty() {
        "no log says what was called".to_owned()
    } else {
        parts.join("; ")
    }
}

/// The ids that hold for the whole call.
fn shared(call: &TracedCall) -> Vec<String> {
    let all = |name: &str, of: fn(&Ids) -> Option<&str>| {
        let ids: BTreeSet<_> = call.attempts.iter().filter_map(|attempt| of(&attempt.ids)).collect();
        let ids: Vec<String> = ids.into_iter().map(inert).collect();
        (!ids.is_empty()).then(|| format!("{name} {}", ids.join(", ")))
    };
    let parts = [
        all("X-Client-Request-Id", |ids| ids.x_client_request_id()),
        all("SDK's id", |ids| ids.sdk()),
        all("our gateway's id", |ids| ids.gateway_request_id()),
        all("organisation", |ids| ids.organization()),
    ];
    parts.into_iter().flatten().collect()
}

fn mentions(trace: &Trace, width: usize) -> String {
    if trace.mentions.is_empty() {
        return String::new();
    }
    let named = trace.mentions.iter().take(MENTIONS_NAMED);
    let mut named: Vec<String> = named.map(|seen| format!("{}:{}", inert(&seen.path), seen.line)).collect();
    if trace.mentions.len() > MENTIONS_NAMED {
        named.push(format!("and {} more", count((trace.mentions.len() - MENTIONS_NAMED) as u64)));
    }
    let line = format!("It also stands in records that tell of no attempt: {}", named.join(", "));
    format!("\n{}", wrapped(&line, "", "  ", width))
}

/// Which clocks were moved, of the logs that tell of the calls.
fn clocks(trace: &Trace, width: usize) -> String {
    let records = trace
        .calls
        .iter()
        .flat_map(|call| &call.attempts)
        .flat_map(|attempt| &attempt.records);
    let moved: BTreeMap<&str, i64> = records
        .filter(|record| record.offset_ms != 0)
        .map(|record| (&*record.seen.path, record.offset_ms))
        .collect();
    if moved.is_empty() {
        return String::new();
    }
    let told: Vec<String> = moved
        .into_iter()
        .map(|(path, offset)| {
            let direction = if offset > 0 { "+" } else { "-" };
            format!("{} {direction}{}", inert(path), seconds(offset.abs()))
        })
        .collect();
    let line = format!(
        "Clocks were set right before attempts were put in order: {}.",
        told.join(", ")
    );
    format!("\n{}", wrapped(&line, "", "  ", width))
}

fn near(trace: &Trace, width: usize) -> String {
    if trace.near.is_empty() {
        return String::new();
    }
    let near: Vec<String> = trace.near.iter().map(|id| inert(id)).collect();
    format!("\n{}", wrapped(&format!("Ids like it: {}", near.join(", ")), "", "  ", width))
}

fn read(trace: &Trace, width: usize) -> String {
    let read = &trace.coverage;
    let span = read
        .start
        .zip(read.end)
        .map_or_else(String::new, |(start, end)| format!("; {} to {}", second(start), second(end)));
    let unread = if read.is_complete() {
        ""
    } else {
        " Not everything could be read."
    };
    let line = format!(
        "Looked through {}, {} about a call, {} other{span}.{unread}",
        counted(read.sources.len() as u64, "log", "logs"),
        counted(read.records(), "record", "records"),
        count(read.other_records()),
    );
    let mark = if trace.calls.is_empty() {
        ""
    } else {
        "* the id itself stands in this record. "
    };
    format!("\n{}", wrapped(&format!("{mark}{line}"), "", "", width))
}
