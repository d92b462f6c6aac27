//! A record that is kept whole, as it is stored: version 1.

use super::codes::{caller, fact, grain, instant, transport};
use super::words::{Constants, Meanings, Number, Numbering};
use crate::model::{Alike, ErrorSaid, Ids, Method, Millis, Observation, Outcome, RetrySaid, Shared, Time, Tokens, Upstream};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// Times that a version may have written, with years to spare on both sides of what the reader believes (2015 to 2100).
const TIMES: Range<i64> = 946_684_800_000..7_258_118_400_000;

/// A stored time; `None` of one that no version wrote.
pub(super) fn time(stored: i64) -> Option<Time> {
    TIMES.contains(&stored).then_some(Time(stored))
}

/// A record that is kept whole.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    line: u64,
    time: i64,
    instant: u8,
    duration_ms: Option<u32>,
    grain: u8,
    outcome: (u8, u8, u16),
    fact: Option<u8>,
    attributes: Number,
    /// Provider's, caller's, gateway's, edge's, SDK's, thread, organisation.
    ids: [Number; 7],
    method: Number,
    error: Option<(Number, Number, Number, bool)>,
    attempt: Option<u16>,
    /// Announced pause, retries left, the pause that the provider asked for.
    retry: Option<(Option<u32>, Option<u16>, Option<u32>)>,
    upstream: Option<(Number, Option<bool>, Option<bool>, u16)>,
    stream: Option<bool>,
    /// Input and output.
    tokens: Option<(u32, u32)>,
}

fn outcome_stored(outcome: Outcome) -> (u8, u8, u16) {
    match outcome {
        Outcome::Success => (0, 0, 0),
        Outcome::Status(status) => (1, 0, status),
        Outcome::Transport(kind) => (2, transport::write(kind), 0),
        Outcome::Caller(kind, status) => (3, caller::write(kind), status),
        Outcome::Unsaid => (4, 0, 0),
    }
}

fn outcome_read((what, kind, status): (u8, u8, u16)) -> Option<Outcome> {
    Some(match what {
        0 => Outcome::Success,
        1 => Outcome::Status(status),
        2 => Outcome::Transport(transport::read(kind)?),
        3 => Outcome::Caller(caller::read(kind)?, status),
        4 => Outcome::Unsaid,
        _ => return None,
    })
}

impl Seen {
    /// As it is stored.
    pub(super) fn of(seen: &Observation, numbers: &mut Numbering) -> Self {
        let ids = seen.ids.each();
        Self {
            line: seen.line,
            time: seen.time.0,
            instant: instant::write(seen.instant),
            duration_ms: seen.duration_ms.map(Millis::get),
            grain: grain::write(seen.grain),
            outcome: outcome_stored(seen.outcome),
            fact: seen.fact.map(fact::write),
            attributes: numbers.attributes(&seen.attributes),
            ids: ids.map(|id| numbers.name(id)),
            method: numbers.name(seen.method.map(Method::name)),
            error: seen.error.as_ref().map(|error| {
                (
                    numbers.name(error.error_type.as_deref()),
                    numbers.name(error.error_code.as_deref()),
                    numbers.name(error.template),
                    error.html,
                )
            }),
            attempt: seen.attempt,
            retry: seen
                .retry
                .map(|retry| (retry.in_ms.map(Millis::get), retry.left, retry.after_ms.map(Millis::get))),
            upstream: seen.upstream.as_ref().map(|upstream| {
                let address = numbers.name(upstream.address.as_deref());
                (address, upstream.connected, upstream.answered, upstream.retries)
            }),
            stream: seen.stream,
            tokens: seen.tokens.map(|tokens| (tokens.input, tokens.output)),
        }
    }

    /// As it was; `None` where it holds what no version wrote.
    pub(super) fn read(self, meanings: &Meanings, constants: &mut Constants, alikes: &mut Shared<Alike>) -> Option<Observation> {
        let ids = Ids::of_each(self.ids.map(|id| meanings.name(id)));
        let alike = Alike {
            grain: grain::read(self.grain)?,
            instant: instant::read(self.instant)?,
            outcome: outcome_read(self.outcome)?,
            fact: self.fact.map(|code| fact::read(code).ok_or(())).transpose().ok()?,
            attributes: meanings.attributes(self.attributes)?,
            method: meanings.name(self.method).and_then(|name| Method::of(&name)),
            error: self.error.map(|(error_type, error_code, template, html)| {
                Arc::new(ErrorSaid {
                    error_type: meanings.name(error_type),
                    error_code: meanings.name(error_code),
                    template: meanings.name(template).map(|word| constants.constant(&word)),
                    html,
                })
            }),
            attempt: self.attempt,
            upstream: self.upstream.map(|(address, connected, answered, retries)| {
                Arc::new(Upstream {
                    address: meanings.name(address),
                    connected,
                    answered,
                    retries,
                })
            }),
            stream: self.stream,
            tokens: self.tokens.map(|(input, output)| Tokens { input, output }),
        };
        Some(Observation {
            line: self.line,
            time: time(self.time)?,
            duration_ms: self.duration_ms.map(Millis::from),
            ids,
            retry: self.retry.map(|(in_ms, left, after_ms)| RetrySaid {
                in_ms: in_ms.map(Millis::from),
                left,
                after_ms: after_ms.map(Millis::from),
            }),
            alike: alikes.of(alike),
        })
    }
}
