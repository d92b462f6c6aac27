//! Reads a source's first records as the reader would, and keeps what they say in the place of counting it.

use super::tried::Trial;
use super::understood::Understood;
use crate::gather::carries::Bytes;
use crate::gather::dates::Midnights;
use crate::gather::envelopes::{self, Bearings, Clock, Inner, Opening, Outer, Wrapped};
use crate::gather::formats::{Format, Unread};
use crate::gather::frame::{self, Items, Owned, Sink, Window};
use crate::gather::plan::Plan;
use crate::gather::prepare::Prepared;
use crate::gather::read::{continued, starts_record};
use crate::gather::recognise::LINES;
use crate::model::{Fields, Instant, Time};
use crate::text::timestamp::{DateKnown, Reference, Stamp, StampCache, Zone};
use std::sync::Arc;

/// Numbers of lines that were not understood, kept for each source.
const UNREAD_KEPT: usize = 20;

/// One reading of one source's first bytes.
pub(super) struct Reading<'a> {
    trial: &'a mut Trial,
    candidates: &'a [&'static dyn Format],
    items: Option<Items>,
    opening: Arc<Opening>,
    /// Records that are kept as they were understood.
    keep: usize,
    times: Times,
    /// The first lines, out of their envelopes.
    lines: Vec<Vec<u8>>,
    bare: Vec<u8>,
}

/// When records were.
struct Times {
    zone: Zone,
    reference: Reference,
    stamps: StampCache,
    midnights: Midnights,
    bearings: Bearings,
    outer: Option<Stamp>,
    is_zoneless: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(prepared: &'a Prepared, plan: &Plan, keep: usize, trial: &'a mut Trial) -> Self {
        let recognised = prepared.recognised.as_ref();
        Self {
            trial,
            candidates: recognised.map_or(&[], |found| found.candidates.as_slice()),
            items: recognised.and_then(|found| found.items),
            opening: recognised.map(|found| Arc::clone(&found.opening)).unwrap_or_default(),
            keep,
            times: Times {
                zone: prepared.zone,
                reference: prepared.reference(plan.today),
                stamps: StampCache::default(),
                midnights: Midnights::default(),
                bearings: Bearings::default(),
                outer: None,
                is_zoneless: false,
            },
            lines: Vec::new(),
            bare: Vec::new(),
        }
    }

    /// Reads the bytes, and gives the first lines that the formats are asked about; of a document, records.
    pub(super) fn read(mut self, head: &[u8]) -> Vec<Vec<u8>> {
        let (mut window, mut bytes) = (Window::default(), Bytes(head));
        let opening = Arc::clone(&self.opening);
        if !opening.is_plain() {
            let wrapped = Wrapped {
                opening: &opening,
                clock: Clock {
                    zone: self.times.zone,
                    reference: self.times.reference,
                },
            };
            envelopes::read(&mut window, &mut bytes, &wrapped, &Owned::WHOLE, &mut self);
        } else if let Some(items) = self.items {
            frame::items(&mut window, &mut bytes, items, &mut self);
        } else {
            let (candidates, coloured) = (self.candidates, opening.coloured);
            let starts = |line: &[u8]| match coloured {
                true => starts_record(candidates, envelopes::strip_colours(line, &mut Vec::new())),
                false => starts_record(candidates, line),
            };
            let starts: frame::Starts<'_> = if continued(candidates) { Some(&starts) } else { None };
            frame::cut(&mut window, &mut bytes, &Owned::WHOLE, starts, &mut self);
        }
        self.trial.is_zoneless = self.times.is_zoneless;
        self.lines
    }

    fn take(&mut self, line: u64, record: &[u8]) {
        if record.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let mut bare = std::mem::take(&mut self.bare);
        self.take_bare(line, envelopes::strip_colours(record, &mut bare));
        self.bare = bare;
    }

    fn take_bare(&mut self, line: u64, record: &[u8]) {
        self.keep_lines(record);
        let mut why = Unread::NotThisFormat;
        for format in self.candidates {
            let mut about = false;
            let (times, trial, keep) = (&mut self.times, &mut *self.trial, self.keep);
            let read = format.parse(record, &mut |fields| {
                let time = times.of(fields);
                if let Some(said) = Understood::of(line, fields, *format, time) {
                    about = true;
                    if trial.understood.len() < keep {
                        trial.understood.push(said);
                    }
                }
            });
            match read {
                Ok(()) => {
                    *self.trial.read_by.entry(format.name()).or_default() += 1;
                    self.trial.records += u64::from(about);
                    self.trial.other_records += u64::from(!about);
                    return;
                }
                Err(Unread::CutShort) => why = Unread::CutShort,
                Err(Unread::NotThisFormat) => {}
            }
        }
        if self.trial.unread == 0 {
            self.trial.leaves = self.candidates.iter().find_map(|format| format.leaves(record));
        }
        self.unread(line, why);
    }

    /// A document's record is one line, whatever stands in it.
    fn keep_lines(&mut self, record: &[u8]) {
        let room = LINES.saturating_sub(self.lines.len());
        if self.items.is_some() && room > 0 {
            self.lines.push(record.to_vec());
            return;
        }
        let lines = record
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        self.lines.extend(lines.take(room).map(<[u8]>::to_vec));
    }

    fn unread(&mut self, line: u64, why: Unread) {
        self.trial.unread += 1;
        if self.trial.unread_lines.len() < UNREAD_KEPT {
            self.trial.unread_lines.push((line, why));
        }
    }
}

impl Times {
    /// The time of a record, as the collector takes it.
    fn of(&mut self, fields: &Fields<'_>) -> Option<Time> {
        if let Some(outer) = self.outer {
            let inner = fields.timestamp.map(|stamp| Inner {
                stamp,
                until_written_ms: until_written(fields),
            });
            let (time, assumed) = self.bearings.instant(&outer, inner, &mut self.stamps, &self.zone);
            self.is_zoneless |= assumed;
            return Some(time);
        }
        let stamp = self.stamps.parse(fields.timestamp?, &self.zone, &self.reference)?;
        self.is_zoneless |= !stamp.zoned;
        Some(match stamp.dated {
            DateKnown::NoDate => self.midnights.date(stamp.time),
            DateKnown::NoYear | DateKnown::Full => stamp.time,
        })
    }
}

/// Milliseconds from a record's stamp to its writing.
fn until_written(fields: &Fields<'_>) -> i64 {
    /// A request does not take longer than a day.
    const LONGEST_MS: f64 = 86_400_000.0;
    let took = fields
        .duration_ms
        .filter(|ms| fields.instant == Instant::Start && (0.0..=LONGEST_MS).contains(ms));
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    let whole = |ms: f64| ms.round() as i64;
    took.map_or(0, whole)
}

impl Sink for Reading<'_> {
    fn warm(&mut self, _: &[u8]) {}

    fn record(&mut self, line: u64, record: &[u8]) {
        self.take(line, record);
    }

    fn too_long(&mut self, line: u64) {
        self.unread(line, Unread::CutShort);
    }

    fn unfinished(&mut self, line: u64, record: &[u8]) {
        // What the look itself cut in two says nothing of the format.
        if self.trial.whole {
            self.take(line, record);
        }
    }
}

impl envelopes::Reader for Reading<'_> {
    fn meet(&mut self, _: &Outer, _: &[&[u8]]) {}

    fn goes_on(&self, _: Option<u64>) -> bool {
        continued(self.candidates)
    }

    fn starts(&self, _: Option<u64>, line: &[u8]) -> bool {
        starts_record(self.candidates, line)
    }

    fn warm(&mut self, _: &Outer, _: &[u8]) {}

    fn record(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        self.times.outer = outer.stamp;
        self.take(line, record);
    }

    fn too_long(&mut self, line: u64) {
        self.unread(line, Unread::CutShort);
    }

    fn unfinished(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        if self.trial.whole {
            self.times.outer = outer.stamp;
            self.take(line, record);
        }
    }
}
