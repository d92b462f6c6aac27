//! STUB, replaced at the merge: counts records, keeps what failed.

use super::formats::Format;
use crate::model::{
    Fields, Grain, Instant, Name, Observation, Outcome, SourceName, SourceRollup, Time, UNREAD_LINES_KEPT, Wanted,
};
use crate::text::timestamp::{Reference, Zone, parse};
use std::sync::Arc;

/// Stub.
pub struct SourceContext<'a> {
    /// Stub.
    pub candidates: &'a [&'static dyn Format],
    /// Stub.
    pub name: SourceName,
    /// Stub.
    pub host: Option<Name>,
    /// Stub.
    pub zone: Zone,
    /// Stub.
    pub reference: Reference,
    /// Stub.
    pub since: Option<Time>,
    /// Stub.
    pub until: Option<Time>,
    /// Stub.
    pub wanted: Option<&'a Wanted>,
}

/// Stub.
pub struct Collector<'a> {
    context: &'a SourceContext<'a>,
    rollup: SourceRollup,
}

impl<'a> Collector<'a> {
    /// Stub.
    #[must_use]
    pub fn new(context: &'a SourceContext<'a>) -> Self {
        let rollup = SourceRollup {
            host: context.host.clone(),
            ..SourceRollup::default()
        };
        Self { context, rollup }
    }

    /// Stub.
    pub fn warm(&mut self, record: &[u8]) {
        let _ = record;
    }

    /// Stub.
    pub fn record(&mut self, line: u64, record: &[u8]) {
        if !self.read(line, record) {
            self.unread(line);
        }
    }

    fn read(&mut self, line: u64, record: &[u8]) -> bool {
        for format in self.context.candidates {
            let mut all: Vec<(Option<Time>, u16)> = Vec::new();
            let time = |fields: &Fields<'_>| {
                let stamp = parse(fields.timestamp?, &self.context.zone, &self.context.reference)?;
                Some(stamp.time)
            };
            if format
                .parse(record, &mut |fields| all.push((time(fields), fields.status.unwrap_or(0))))
                .is_ok()
            {
                if all.is_empty() {
                    self.rollup.other_records += 1;
                } else {
                    self.rollup.records += 1;
                }
                for (time, status) in all {
                    self.keep(line, time.unwrap_or_default(), status);
                }
                return true;
            }
        }
        false
    }

    fn keep(&mut self, line: u64, time: Time, status: u16) {
        self.rollup.span = Some(
            self.rollup
                .span
                .map_or((time, time), |(first, last)| (first.min(time), last.max(time))),
        );
        if status < 500 && self.context.wanted.is_none() {
            return;
        }
        self.rollup.observations.push(Observation {
            line,
            time,
            instant: Instant::Unknown,
            duration_ms: None,
            grain: Grain::Attempt,
            outcome: Outcome::Status(status),
            fact: None,
            attributes: Arc::default(),
            ids: crate::model::Ids::default(),
            method: None,
            error: None,
            attempt: None,
            retry: None,
            upstream: None,
            stream: None,
            input_tokens: None,
        });
    }

    fn unread(&mut self, line: u64) {
        self.rollup.unread_records += 1;
        if self.rollup.unread_lines.len() < UNREAD_LINES_KEPT {
            self.rollup.unread_lines.insert(line);
        }
    }

    /// Stub.
    pub fn too_long(&mut self, line: u64) {
        self.unread(line);
    }

    /// Stub.
    pub fn cut_short(&mut self, line: u64, record: &[u8]) {
        if !self.read(line, record) {
            self.rollup.notes.insert("the last record is cut short".to_owned());
        }
    }

    /// Stub.
    #[must_use]
    pub fn finish(self) -> SourceRollup {
        self.rollup
    }
}
