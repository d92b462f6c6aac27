//! Takes one piece's records in order and keeps what act two needs: successes as counts, every other end whole.
//!
//! The collector remembers a few records only (which answer a `request_id:` line belongs to, whether two handlers wrote
//! one line twice). A reader warms it up with the records before its piece, so that the cut makes no difference.

mod attributes;
mod context;
mod count;
mod kept;
mod known;
mod known_failure;
#[cfg(test)]
mod known_tests;
mod lesson;
mod moments;
mod starts;
mod success;
mod twins;
mod waiting;

pub use context::SourceContext;
pub use known::KnownLines;

use crate::gather::dates::Midnights;
use crate::gather::envelopes::{Bearings, Outer};
use crate::gather::formats::Format;
use crate::gather::frame::Framing;
use crate::gather::normalise::{self, End};
use crate::gather::sieve::Savers;
use crate::gather::sought::Sought;
use crate::model::{
    Cells, Counting, Fields, Grain, IdSample, Name, Outcome, Sighting, SourceRollup, Time, UNREAD_LINES_KEPT, Vantage,
};
use crate::text::json::has_key_twice;
use crate::text::timestamp::StampCache;
use ahash::{AHashMap, RandomState};
use attributes::Known;
use context::sampled_fraction;
use kept::is_worth_keeping;
use lesson::Lesson;
use moments::is_only_a_clock;
use starts::{Start, Starts};
use std::str;
use twins::Twins;
use waiting::Waiting;

/// Reads the records of one piece of one source.
pub struct Collector<'a> {
    context: SourceContext<'a>,
    rollup: SourceRollup,
    cells: Counting,
    stamps: StampCache,
    raw: String,
    remembered: AHashMap<Box<str>, Known>,
    hasher: RandomState,
    twins: Twins,
    last_time: Option<Time>,
    waiting: Waiting,
    /// What the record's envelope says of it.
    outer: Outer,
    bearings: Bearings,
    midnights: Midnights,
    last_end_failed: bool,
    /// The requests that were sent and have not ended, where only that names their models.
    starts: Option<Starts>,
    warming: bool,
    /// Every end is kept, whatever it is.
    whole: bool,
    /// Records that hold what is sought.
    pub(super) sightings: Vec<Sighting>,
    /// The successes that a second look may want.
    pub(super) savers: Savers,
    /// Two handlers may write every line twice: a program's loggers, and no proxy's.
    has_twins: bool,
    /// A gateway's log: what its program says of its calls are its tries at what its clients asked for.
    is_gateways: bool,
    fraction: u64,
    /// The record at hand was parsed.
    parsed: bool,
    /// Kinds of lines that need no parsing.
    known: Option<Box<KnownLines>>,
    /// What the record at hand teaches, where its kind is to be learned.
    lesson: Option<Lesson>,
}

impl<'a> Collector<'a> {
    /// A collector that has seen nothing.
    #[must_use]
    pub fn new(context: SourceContext<'a>) -> Self {
        let first = context.candidates.first();
        let rollup = SourceRollup {
            host: context.host.clone(),
            format: first.map(|format| format.name()),
            vantage: first.map(|format| format.vantage()),
            ..SourceRollup::default()
        };
        Self {
            fraction: sampled_fraction(context.size) | context.fraction,
            has_twins: first.is_some_and(|format| format.vantage() == Vantage::Application),
            is_gateways: context.candidates.iter().any(|format| format.is_the_gateways()),
            starts: context.told_in_order.then(Starts::default),
            cells: context.repeated.borrow_mut().counting(),
            context,
            rollup,
            stamps: StampCache::default(),
            raw: String::new(),
            remembered: AHashMap::new(),
            hasher: RandomState::with_seeds(1, 2, 3, 4),
            twins: Twins::default(),
            last_time: None,
            waiting: Waiting::default(),
            outer: Outer::default(),
            bearings: Bearings::default(),
            midnights: Midnights::default(),
            last_end_failed: true,
            warming: false,
            whole: false,
            sightings: Vec::new(),
            savers: Savers::default(),
            parsed: false,
            known: None,
            lesson: None,
        }
    }

    /// Takes the samples of the provider's and the callers' ids of what was read of the source before, to go on with them, and
    /// the numbers of its combinations of attributes; and makes room for so many records.
    pub fn lend(&mut self, [provider_ids, client_ids]: [IdSample; 2], numbers: Cells, records: usize) {
        if records > 0 {
            self.rollup.observations.reserve(records);
        }
        self.cells.number_as(numbers);
        self.rollup.provider_ids = provider_ids;
        self.rollup.client_ids = client_ids;
    }

    /// Reads a record before the piece, for its context only: nothing is counted.
    pub fn warm(&mut self, record: &[u8]) {
        self.warming = true;
        self.read(0, record);
        self.warming = false;
    }

    /// Takes what the envelope of the next record says of it.
    pub fn lies_in(&mut self, outer: &Outer) {
        self.outer.clone_from(outer);
        // What an envelope says changes from line to line.
        self.known = None;
    }

    /// Reads a record that starts on `line` of the piece.
    #[inline]
    pub fn record(&mut self, line: u64, record: &[u8]) {
        if let Some(sought) = self.context.sought {
            return self.seek(sought, line, record);
        }
        let kept = self.rollup.observations.len();
        match self.read(line, record) {
            Some(true) => {
                self.rollup.records += 1;
                // Those that are known are no such records.
                if self.parsed && self.rollup.observations.len() > kept {
                    self.note_doubt(record);
                }
            }
            Some(false) => self.rollup.other_records += 1,
            None if record.iter().all(u8::is_ascii_whitespace) || is_heading(record) => {}
            None => self.unread(line),
        }
    }

    /// Says of a record that is kept whole whether it contradicts itself: another reader of it may say otherwise.
    fn note_doubt(&mut self, record: &[u8]) {
        let twice = "a record has one key twice: the last of both counts";
        if !self.rollup.notes.contains(twice) && says_a_key_twice(record) {
            self.rollup.notes.insert(twice.to_owned());
        }
    }

    /// Reads a record whole if it holds what is sought; the others are its context.
    fn seek(&mut self, sought: &Sought, line: u64, record: &[u8]) {
        let ids = sought.ids_in(record);
        if ids.is_empty() {
            return self.warm(record);
        }
        self.whole = true;
        self.read(line, record);
        self.whole = false;
        self.sightings.push(Sighting {
            path: Name::clone(&self.context.name),
            line,
            ids,
            seen: std::mem::take(&mut self.rollup.observations).into_iter().collect(),
        });
    }

    /// Counts a record that was longer than the limit.
    pub fn too_long(&mut self, line: u64) {
        self.unread(line);
        self.rollup.notes.insert("a line longer than 1 MiB was skipped".to_owned());
    }

    /// Counts a record that the end of the source cut in two.
    pub fn cut_short(&mut self, line: u64, record: &[u8]) {
        if let Some(sought) = self.context.sought {
            return self.seek(sought, line, record);
        }
        match self.read(line, record) {
            Some(true) => self.rollup.records += 1,
            Some(false) => self.rollup.other_records += 1,
            None => {
                self.rollup.notes.insert("the last record is cut short".to_owned());
            }
        }
    }

    /// What was collected.
    #[must_use]
    pub fn finish(mut self) -> SourceRollup {
        self.give_back();
        self.give_up_waiting();
        self.rollup.cells = self.cells.finish();
        self.context.repeated.borrow_mut().lay_by(self.cells);
        self.rollup
    }

    fn unread(&mut self, line: u64) {
        self.rollup.unread_records += 1;
        if self.rollup.rare.unread_lines.len() < UNREAD_LINES_KEPT {
            self.rollup.rare.unread_lines.insert(line);
        }
    }

    /// Whether the record is about a call, or `None` where no candidate understands it.
    #[inline]
    fn read(&mut self, line: u64, record: &[u8]) -> Option<bool> {
        let known = self.read_known(line, record);
        self.parsed = known.is_none();
        known.or_else(|| self.read_parsed(line, record))
    }

    /// The same of a record that is not known, or where nothing is.
    #[inline(never)]
    fn read_parsed(&mut self, line: u64, record: &[u8]) -> Option<bool> {
        // The formats are handed to and fro, for a fact that one of them emits changes the rest of this.
        let candidates = std::mem::take(&mut self.context.candidates);
        self.begin_lesson(record);
        let about = candidates.iter().find_map(|format| {
            let about = self.read_as(*format, line, record);
            // What the first format refuses it need not refuse in every line of the kind.
            let lesson = self.lesson.take();
            if let (Some(lesson), Some(_)) = (lesson, about) {
                self.learn(lesson, *format, record);
            }
            about
        });
        self.context.candidates = candidates;
        about
    }

    fn read_as(&mut self, format: &dyn Format, line: u64, record: &[u8]) -> Option<bool> {
        let mut about = false;
        // What stands below it belongs to it by another format's rule.
        let record = match format.framing() {
            Framing::Line => record.split(|byte| *byte == b'\n').next().unwrap_or(record),
            Framing::Continued | Framing::Items(_) => record,
        };
        let read = format.parse(record, &mut |fields| {
            if let Some(lesson) = &mut self.lesson {
                lesson.note_fact();
            }
            about |= self.take_named(line, fields, format);
        });
        read.is_ok().then_some(about)
    }

    /// Takes one fact, with the host that its envelope names where the line names none.
    fn take_named(&mut self, line: u64, fields: &Fields<'_>, format: &dyn Format) -> bool {
        match self.outer.host.clone().filter(|_| fields.host.is_none()) {
            Some(host) => {
                let named = Fields {
                    host: Some(&host),
                    ..fields.clone()
                };
                self.take(line, &named, format)
            }
            None => self.take(line, fields, format),
        }
    }

    /// Takes one fact; whether it is about a call.
    fn take(&mut self, line: u64, fields: &Fields<'_>, format: &dyn Format) -> bool {
        let vantage = format.vantage();
        let is_a_try = self.is_gateways && vantage == Vantage::Application;
        if is_a_try || !normalise::is_about_a_call(fields, vantage) {
            return false;
        }
        let Some(time) = self.time(fields) else {
            self.rollup.rare.undated_records += u64::from(!self.warming);
            return true;
        };
        if fields.timestamp.is_some() {
            self.end_waiting(time);
        }
        if is_only_a_clock(fields, vantage) {
            self.announce(fields, time);
            return false;
        }
        if self.is_cut_off(time) {
            return true;
        }
        let end = normalise::end(fields, vantage, format.name());
        let is_left_out = fields.timestamp.is_none() && format.leaves_out_stamps();
        let is_twin = !is_left_out && self.is_twin(fields, &end, time);
        let start = if is_twin { None } else { self.start_of(fields, &end, time) };
        let begun = start.as_ref().map(|start| start.filled(fields));
        let fields = begun.as_ref().unwrap_or(fields);
        if self.whole {
            self.note_end(fields, &end);
            self.keep(line, fields, vantage, time, end);
            return true;
        }
        if is_twin || self.warming {
            self.note_end(fields, &end);
            return true;
        }
        self.stretch_span(time);
        let retries = normalise::upstream_retries(fields);
        if retries > 0 && self.context.wanted.is_none() {
            self.rollup.rare.retried_upstream += 1;
            self.rollup.rare.upstream_retries += u64::from(retries);
        }
        if end.outcome == Outcome::Success {
            self.note_success(fields, format, self.facts(fields, &end));
            self.success(line, fields, vantage, time);
        } else {
            if self.lesson.is_some() && format.owns_failures() {
                self.note_failure(fields, vantage, &end, self.facts(fields, &end));
            }
            if self.context.wanted.is_none() && is_worth_keeping(fields, &end, vantage, self.last_end_failed) {
                self.keep(line, fields, vantage, time, end);
            }
        }
        self.note_end(fields, &end);
        true
    }

    /// Remembers the start of a request, or finds that of an end which does not name its model.
    fn start_of(&mut self, fields: &Fields<'_>, end: &End, time: Time) -> Option<Start> {
        let starts = self.starts.as_mut()?;
        let ends = match fields.grain {
            Grain::Start => {
                starts.begin(fields, time);
                false
            }
            Grain::Attempt => true,
            // An exchange that broke has no other end.
            Grain::Detail => fields.status.is_none() && end.outcome.is_failure(),
            Grain::Call | Grain::Tunnel => false,
        };
        (ends && fields.model.is_none()).then(|| starts.end(fields, time)).flatten()
    }

    /// Remembers what a gateway says of an answer just before it gives it.
    fn announce(&mut self, fields: &Fields<'_>, time: Time) {
        if let Some(starts) = &mut self.starts {
            starts.announce(fields, time);
        }
    }

    /// Remembers whether the last answer of this source failed, for the detail lines that follow it.
    fn note_end(&mut self, fields: &Fields<'_>, end: &End) {
        if fields.grain == Grain::Attempt || (fields.grain == Grain::Detail && fields.status.is_some()) {
            self.last_end_failed = end.outcome != Outcome::Success;
        }
    }
}

/// What `tail` writes before the lines of each of several logs, and `grep` between what it found.
fn is_heading(record: &[u8]) -> bool {
    let record = record.trim_ascii();
    record.starts_with(b"==> ") && record.ends_with(b" <==") || record == b"--"
}

/// Whether a record is of JSON and has one key twice.
fn says_a_key_twice(record: &[u8]) -> bool {
    record.first() == Some(&b'{') && str::from_utf8(record).is_ok_and(has_key_twice)
}
