//! Takes one piece's records in order and keeps what act two needs: successes as counts, every other end whole.
//!
//! The collector remembers a few records only (which answer a `request_id:` line belongs to, whether two handlers wrote
//! one line twice). A reader warms it up with the records before its piece, so that the cut makes no difference.

mod known;
mod known_failure;
#[cfg(test)]
mod known_tests;
mod lesson;
mod success;
mod twins;

pub use known::KnownLines;

use crate::gather::dates::Midnights;
use crate::gather::envelopes::{Bearings, Inner, Outer};
use crate::gather::formats::Format;
use crate::gather::normalise::{self, End};
use crate::gather::repeated::Repeated;
use crate::gather::retry_after;
use crate::gather::sieve::{Savers, Sieve};
use crate::gather::sought::Sought;
use crate::gather::times;
use crate::model::{
    Alike, Attributes, CallerKind, Cell, Counting, Dimension, Fact, Fields, Grain, IdSample, Ids, Instant, Name, Observation,
    OtherIds, Outcome, RetrySaid, SampledId, Sighting, SourceName, SourceRollup, Time, Tokens, TokensUsed, TupleId,
    UNREAD_LINES_KEPT, Vantage, Wanted, id_hash,
};
use crate::redact::scrub;
use crate::text::json::has_key_twice;
use crate::text::timestamp::{DateKnown, Reference, Stamp, StampCache, ZONE_STEP_MS, Zone, http_date, nearest_zone_ms};
use ahash::{AHashMap, RandomState};
use known::ids_hash;
use lesson::Lesson;
use std::cell::RefCell;
use std::sync::Arc;
use twins::{Twin, Twins};

/// Combinations of raw values remembered per piece; beyond it the memory starts anew, so that it is bounded.
const ATTRIBUTES_REMEMBERED: usize = 16_384;

/// Whole observations per piece and source; beyond it they are only counted (classification B1: 1,000,000 in all).
const OBSERVATIONS_KEPT: usize = 1_000_000;

/// The widest zone is 14 hours from UTC.
const QUARTERS_AT_MOST: u16 = 56;

/// Durations beyond a day are a unit mistaken, not a request.
const LONGEST_MS: f64 = 86_400_000.0;

/// What the reader knows of a source before it reads it.
#[derive(Clone)]
pub struct SourceContext<'a> {
    /// The formats that may read its records, the most telling first.
    pub candidates: Vec<&'static dyn Format>,
    /// Its name.
    pub name: SourceName,
    /// The host it was written on, by its directory.
    pub host: Option<Name>,
    /// The zone of stamps that carry none.
    pub zone: Zone,
    /// What dates and years a stamp lacks.
    pub reference: Reference,
    /// Records before this instant are not counted.
    pub since: Option<Time>,
    /// Records at or after this instant are not counted.
    pub until: Option<Time>,
    /// Bytes of the source as it lies on the disk: how many ids its sample may look at.
    pub size: u64,
    /// The bits that the hash of a sampled id lacks, by the bytes of all sources.
    pub fraction: u64,
    /// Second look: the successes that are needed whole.
    pub wanted: Option<&'a Wanted>,
    /// The callers' ids among it.
    pub asked: Option<&'a Sieve>,
    /// Only records that hold one of these ids are read, and whole.
    pub sought: Option<&'a Sought>,
    /// What the worker's records say over and over.
    pub repeated: &'a RefCell<Repeated>,
}

/// A big source has so many ids that only a fraction of them need be asked whether the sample wants them: those whose hash
/// ends in zeros, so that the fractions of two sources lie within each other.
fn sampled_fraction(size: u64) -> u64 {
    const BYTES_PER_RECORD: u64 = 256;
    const IDS_ASKED: u64 = 65_536;
    (size / BYTES_PER_RECORD / IDS_ASKED + 1).next_power_of_two() - 1
}

/// The attributes of one combination of raw values, and their number in the counts.
#[derive(Clone)]
struct Known {
    attributes: Arc<Attributes>,
    tuple: TupleId,
}

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
    /// What the record's envelope says of it.
    outer: Outer,
    bearings: Bearings,
    midnights: Midnights,
    last_end_failed: bool,
    warming: bool,
    /// Every end is kept, whatever it is.
    whole: bool,
    /// Records that hold what is sought.
    pub(super) sightings: Vec<Sighting>,
    /// The successes that a second look may want.
    pub(super) savers: Savers,
    /// Two handlers may write every line twice: a program's loggers, and no proxy's.
    has_twins: bool,
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
            context,
            rollup,
            cells: Counting::default(),
            stamps: StampCache::default(),
            raw: String::new(),
            remembered: AHashMap::new(),
            hasher: RandomState::with_seeds(1, 2, 3, 4),
            twins: Twins::default(),
            last_time: None,
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
    /// counts that number attributes as those of before.
    pub fn lend(&mut self, [provider_ids, client_ids]: [IdSample; 2], counts: Counting) {
        self.cells = counts;
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
            None if record.iter().all(u8::is_ascii_whitespace) => {}
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
        self.rollup.cells = self.cells.finish();
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
        if !normalise::is_about_a_call(fields, vantage) {
            return false;
        }
        let Some(time) = self.time(fields) else {
            self.rollup.rare.undated_records += u64::from(!self.warming);
            return true;
        };
        if is_only_a_clock(fields, vantage) {
            return false;
        }
        if self.is_outside(time) {
            return true;
        }
        let end = normalise::end(fields, vantage, format.name());
        let is_twin = self.is_twin(fields, &end, time);
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

    /// Whether a record is before or after what is asked for.
    fn is_outside(&self, time: Time) -> bool {
        self.context.since.is_some_and(|since| time < since) || self.context.until.is_some_and(|until| time >= until)
    }

    fn stretch_span(&mut self, time: Time) {
        let span = self.rollup.span.unwrap_or((time, time));
        self.rollup.span = Some((span.0.min(time), span.1.max(time)));
    }

    /// The record's time; one without a stamp was written when its neighbour above was.
    fn time(&mut self, fields: &Fields<'_>) -> Option<Time> {
        if let Some(outer) = self.outer.stamp {
            let until_written = duration(fields).filter(|_| fields.instant == Instant::Start);
            let inner = fields.timestamp.map(|stamp| Inner {
                stamp,
                until_written_ms: until_written.map_or(0, i64::from),
            });
            let (time, assumed) = self.bearings.instant(&outer, inner, &mut self.stamps, &self.context.zone);
            if assumed && self.rollup.time_zone.is_none() {
                self.rollup.time_zone = Some(self.zone_said());
            }
            if !times::is_possible(time) {
                return None;
            }
            self.last_time = Some(time);
            return self.last_time;
        }
        let read = fields
            .timestamp
            .and_then(|text| self.stamps.parse(text, &self.context.zone, &self.context.reference));
        match read {
            Some(stamp) => self.moment(stamp, fields.http_date),
            None => self.last_time,
        }
    }

    /// The zone that stamps without one are read in, by its name.
    fn zone_said(&self) -> Name {
        let zone = self.context.zone.to_string();
        self.context.repeated.borrow_mut().word(&zone)
    }

    /// The moment of a stamp; `None` where it cannot be.
    fn moment(&mut self, stamp: Stamp, http_date: Option<&str>) -> Option<Time> {
        if !times::is_possible(stamp.time) {
            return None;
        }
        if !stamp.zoned && self.rollup.time_zone.is_none() {
            self.rollup.time_zone = Some(self.zone_said());
        }
        if let (false, false, Some(date)) = (stamp.zoned, self.warming, http_date) {
            self.note_date(stamp.time, date);
        }
        let is_clock = stamp.dated == DateKnown::NoDate;
        let time = if is_clock {
            self.midnights.date(stamp.time)
        } else {
            stamp.time
        };
        // A clock that goes over midnight on every other line comes to lie in no year of ours.
        if !times::is_possible(time) {
            return None;
        }
        self.last_time = Some(time);
        self.last_time
    }

    /// A stamp without a zone beside the answer's own date, which is always UTC.
    fn note_date(&mut self, stamp: Time, date: &str) {
        let Some(date) = http_date(date) else { return };
        let quarters = nearest_zone_ms(stamp.since(date)) / ZONE_STEP_MS;
        if let Ok(quarters) = i16::try_from(quarters)
            && quarters.unsigned_abs() <= QUARTERS_AT_MOST
        {
            *self.rollup.rare.ahead_of_date.entry(quarters).or_default() += 1;
        }
    }

    /// Two handlers of one logger write every line twice, in two layouts: the second is no second attempt.
    fn is_twin(&mut self, fields: &Fields<'_>, end: &End, time: Time) -> bool {
        if !self.has_twins {
            return false;
        }
        let ids = [fields.x_request_id, fields.request_id, fields.x_client_request_id];
        self.twins.has(Twin {
            facts: self.facts(fields, end) ^ ids_hash(ids.map(|id| id.map(str::as_bytes))),
            layout: twins::layout(fields.timestamp.unwrap_or("").as_bytes(), fields.thread.is_some()),
            time,
        })
    }

    /// What a twin has in common with a record, ids aside.
    fn facts(&self, fields: &Fields<'_>, end: &End) -> u64 {
        self.hasher.hash_one((
            fields.grain,
            end.outcome,
            fields.url,
            fields.retry_in_ms.map(f64::to_bits),
            fields.sdk_id,
        ))
    }

    /// Remembers whether the last answer of this source failed, for the detail lines that follow it.
    fn note_end(&mut self, fields: &Fields<'_>, end: &End) {
        if fields.grain == Grain::Attempt || (fields.grain == Grain::Detail && fields.status.is_some()) {
            self.last_end_failed = end.outcome != Outcome::Success;
        }
    }

    fn success(&mut self, line: u64, fields: &Fields<'_>, vantage: Vantage, time: Time) {
        let duration = duration(fields);
        let ended = if fields.instant == Instant::Start {
            time.plus_ms(i64::from(duration.unwrap_or(0)))
        } else {
            time
        };
        let provider_id = normalise::provider_id_shaped(fields);
        let client_id = fields.x_client_request_id;
        if let Some(wanted) = self.context.wanted {
            let started = ended.plus_ms(-i64::from(duration.unwrap_or(0)));
            let by_id = client_id.is_some_and(|id| wanted.wants_id(&self.context.name, id, ended));
            if by_id || (fields.grain == Grain::Call && wanted.wants_call(&self.context.name, started, ended)) {
                self.keep(line, fields, vantage, time, End::SUCCESS);
            }
            return;
        }
        let Known { attributes, tuple } = self.attributes(fields, vantage);
        self.sample(provider_id, client_id, ended, duration, &attributes);
        self.note_saver(client_id.map(id_hash), fields.grain);
        if fields.grain == Grain::Start {
            return;
        }
        self.count_provider_id(provider_id.is_some());
        self.count_client_id(client_id.is_some(), duration, fields.attempt.is_some());
        let later = fields.attempt.is_some_and(|attempt| attempt > 1);
        if later {
            // It saved its call: there are no more of these than failures.
            self.keep(line, fields, vantage, time, End::SUCCESS);
        }
        let cell = Cell {
            ok: 1,
            ok_later: u32::from(later),
        };
        let grain = if normalise::is_tunnel(fields, vantage) {
            Grain::Tunnel
        } else {
            fields.grain
        };
        self.cells.add(ended, grain, tuple, cell);
        self.count_tokens(fields, &attributes);
        // A tunnel's duration is how long it stood open.
        let is_tunnel = fields.method.is_some_and(|method| method.eq_ignore_ascii_case("CONNECT"));
        if let Some(ms) = duration.filter(|_| !is_tunnel) {
            self.cells.add_took(ended, tuple, ms);
        }
        if vantage == Vantage::Application {
            let until = if fields.instant == Instant::Unknown {
                i64::from(duration.unwrap_or(0))
            } else {
                0
            };
            self.cells.add_if_start(ended.plus_ms(until), fields.grain, tuple, cell);
        }
    }

    /// Adds up what a success used: from it, what a failure cost is estimated.
    fn count_tokens(&mut self, fields: &Fields<'_>, attributes: &Attributes) {
        let (Some(tokens), Some(model)) = (tokens(fields), attributes.get(Dimension::Model)) else {
            return;
        };
        let used = TokensUsed {
            records: 1,
            input: u64::from(tokens.input),
            output: u64::from(tokens.output),
        };
        match self.rollup.tokens.get_mut(model) {
            Some(sum) => sum.add(used),
            None => {
                self.rollup.tokens.insert(Name::clone(model), used);
            }
        }
    }

    fn count_provider_id(&mut self, has_id: bool) {
        if has_id {
            self.rollup.successes_with_id += 1;
        } else {
            self.rollup.successes_without_id += 1;
        }
    }

    /// Notes a success that may have saved a call, by the hash of the caller's id.
    fn note_saver(&mut self, client_id: Option<u64>, grain: Grain) {
        self.savers.any |= grain == Grain::Call;
        if let Some(hash) = client_id {
            self.savers.note(hash);
        }
    }

    fn count_client_id(&mut self, has_id: bool, duration: Option<u32>, numbers_attempts: bool) {
        if has_id {
            self.rollup.with_client_id += 1;
        } else {
            self.rollup.without_client_id += 1;
        }
        self.rollup.longest_ms = self.rollup.longest_ms.max(duration.unwrap_or(0));
        self.rollup.numbers_attempts |= numbers_attempts;
    }

    fn sample(
        &mut self,
        provider_id: Option<&str>,
        client_id: Option<&str>,
        time: Time,
        duration_ms: Option<u32>,
        attributes: &Attributes,
    ) {
        self.sample_hashes(
            [provider_id, client_id].map(|id| id.map(id_hash)),
            time,
            duration_ms,
            attributes,
        );
    }

    /// The same by the hashes of the provider's and the caller's id.
    #[inline(never)]
    fn sample_hashes(&mut self, ids: [Option<u64>; 2], time: Time, duration_ms: Option<u32>, attributes: &Attributes) {
        let is_of_fraction = |hash: &u64| hash & self.fraction == 0;
        let [provider_id, client_id] = ids.map(|hash| hash.filter(is_of_fraction));
        if provider_id.is_none() && client_id.is_none() {
            return;
        }
        let seen = || SampledId {
            time,
            duration_ms,
            client: attributes.get(Dimension::Client).cloned(),
        };
        let samples = [&mut self.rollup.provider_ids, &mut self.rollup.client_ids];
        for (sample, hash) in samples.into_iter().zip([provider_id, client_id]) {
            if let Some(hash) = hash.filter(|hash| sample.wants(*hash)) {
                sample.lay_by(hash, seen());
            }
        }
    }

    fn keep(&mut self, line: u64, fields: &Fields<'_>, vantage: Vantage, time: Time, end: End) {
        if self.rollup.observations.len() >= OBSERVATIONS_KEPT {
            self.rollup.rare.observations_dropped += 1;
            return;
        }
        let Known { attributes, .. } = self.attributes(fields, vantage);
        let duration = duration(fields);
        let (time, instant) = ended(fields.instant, time, duration);
        if end.outcome != Outcome::Success && fields.grain != Grain::Detail {
            let has_id = fields.x_client_request_id.is_some();
            self.count_client_id(has_id, duration, fields.attempt.is_some());
            self.sample(
                normalise::provider_id(fields),
                fields.x_client_request_id,
                time,
                duration,
                &attributes,
            );
        }
        let mut repeated = self.context.repeated.borrow_mut();
        let ids = self.ids(fields, &end, &mut repeated);
        let ids = repeated.ids(ids);
        let alike = alike(fields, &end, attributes, &mut repeated);
        let observation = Observation {
            line,
            time,
            instant,
            duration_ms: duration,
            ids,
            retry: retry_said(fields, &end),
            alike: repeated.alike(alike),
        };
        drop(repeated);
        self.rollup.observations.push(observation);
    }

    /// The ids of a record. Programs that write into one file name their threads alike.
    fn ids(&self, fields: &Fields<'_>, end: &End, repeated: &mut Repeated) -> Ids {
        let mut ids = ids(fields, end, repeated);
        if let Some(program) = self.outer.program {
            let thread = ids.thread.as_deref().unwrap_or_default();
            let thread = repeated.word(&format!("{program:016x}/{thread}"));
            ids.change_others(|others| others.thread = Some(thread));
        }
        ids
    }

    /// The attributes of a record, worked out once for each combination of raw values.
    fn attributes(&mut self, fields: &Fields<'_>, vantage: Vantage) -> Known {
        self.raw.clear();
        // The same words mean another thing in a proxy's record: a mixed source may hold both.
        self.raw.push_str(vantage.name());
        let parts = [
            fields.url,
            fields.server_address,
            fields.model,
            fields.provider,
            fields.service_tier,
            fields.project,
            fields.region,
            normalise::edge_site(fields),
            fields.proxy,
            // Each of a client's connections has a port of its own.
            fields.client.map(normalise::without_port),
            fields.host,
        ];
        for part in parts {
            if let Some(part) = part {
                self.raw.push_str(part);
            }
            self.raw.push('\u{1f}');
        }
        if let Some(known) = self.remembered.get(self.raw.as_str()) {
            return known.clone();
        }
        if self.remembered.len() >= ATTRIBUTES_REMEMBERED {
            self.remembered.clear();
        }
        let attributes = normalise::attributes(fields, vantage, self.context.host.as_ref());
        let attributes = self.context.repeated.borrow_mut().attributes(attributes);
        let tuple = self.cells.tuple(&attributes);
        let new = Known { attributes, tuple };
        self.remembered.insert(self.raw.as_str().into(), new.clone());
        new
    }
}

/// Whether a record is of JSON and has one key twice.
fn says_a_key_twice(record: &[u8]) -> bool {
    record.first() == Some(&b'{') && str::from_utf8(record).is_ok_and(has_key_twice)
}

/// A start is no end; a detail is kept when it belongs, or may belong, to an attempt that did not end well.
fn is_worth_keeping(fields: &Fields<'_>, end: &End, vantage: Vantage, last_end_failed: bool) -> bool {
    match fields.grain {
        Grain::Attempt => end.outcome != Outcome::Unsaid || fields.ok == Some(false),
        Grain::Call => true,
        Grain::Start | Grain::Tunnel => false,
        Grain::Detail => {
            vantage == Vantage::Proxy || end.outcome != Outcome::Unsaid || fields.retry_in_ms.is_some() || last_end_failed
        }
    }
}

/// A proxy's line that tells the time of those below it, and nothing of a call.
fn is_only_a_clock(fields: &Fields<'_>, vantage: Vantage) -> bool {
    vantage == Vantage::Proxy && fields.grain == Grain::Start && fields.url.is_none()
}

/// The duration in whole milliseconds; what is negative or longer than a day is dropped.
fn duration(fields: &Fields<'_>) -> Option<u32> {
    fields.duration_ms.and_then(within_a_day)
}

fn within_a_day(ms: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    let whole = |ms: f64| ms.round() as u32;
    (0.0..=LONGEST_MS).contains(&ms).then(|| whole(ms))
}

fn ids(fields: &Fields<'_>, end: &End, repeated: &mut Repeated) -> Ids {
    let name = |id: Option<&str>| id.and_then(scrub::id).map(Name::from);
    let in_text = || {
        fields
            .error_message
            .or(fields.text)
            .and_then(crate::providers::id_in_text)
            .and_then(scrub::id)
    };
    let own_provider_id = normalise::provider_id(fields);
    let provider_id = own_provider_id.or_else(in_text).filter(|_| is_answered(end));
    Ids::new(provider_id.map(Name::from), name(fields.x_client_request_id)).with(OtherIds {
        gateway_request_id: normalise::gateway_id_beside(fields, own_provider_id).map(Name::from),
        cf_ray: name(fields.cf_ray),
        sdk: name(fields.sdk_retry_of.or(fields.sdk_id)),
        thread: fields.thread.map(|thread| repeated.word(thread)),
        organization: fields.organization.and_then(scrub::word).map(|word| repeated.word(word)),
    })
}

/// When a record's exchange ended, where its stamp is its start and it says how long it took.
fn ended(instant: Instant, time: Time, duration: Option<u32>) -> (Time, Instant) {
    match (instant, duration) {
        (Instant::Start, Some(duration)) => (time.plus_ms(i64::from(duration)), Instant::End),
        (instant, _) => (time, instant),
    }
}

/// What a record says as others of its kind do.
fn alike(fields: &Fields<'_>, end: &End, attributes: Arc<Attributes>, repeated: &mut Repeated) -> Alike {
    Alike {
        grain: fields.grain,
        outcome: end.outcome,
        fact: end.fact,
        attributes,
        method: fields.method.and_then(scrub::word).map(|method| repeated.word(method)),
        error: normalise::error_said(fields).map(|said| repeated.error(said)),
        attempt: fields.attempt.and_then(|attempt| u16::try_from(attempt).ok()),
        upstream: normalise::upstream(fields).map(|upstream| repeated.upstream(upstream)),
        stream: fields.stream,
        tokens: tokens(fields),
    }
}

/// Whether an answer was there that an id may have stood on.
fn is_answered(end: &End) -> bool {
    !matches!(end.fact, Some(Fact::NeverConnected | Fact::ProxySaysItsOwn))
}

/// The tokens a record tells. Counts beyond 32 bits are a mistake.
fn tokens(fields: &Fields<'_>) -> Option<Tokens> {
    let small = |count: Option<u64>| count.and_then(|count| u32::try_from(count).ok());
    let (input, output) = (small(fields.input_tokens), small(fields.output_tokens));
    (input.is_some() || output.is_some()).then(|| Tokens {
        input: input.unwrap_or(0),
        output: output.unwrap_or(0),
    })
}

fn retry_said(fields: &Fields<'_>, end: &End) -> Option<RetrySaid> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    let whole = |ms: f64| ms.round() as u32;
    let within = |ms: Option<f64>| ms.filter(|ms| (0.0..=LONGEST_MS).contains(ms)).map(whole);
    let is_rate_limit = matches!(
        end.outcome,
        Outcome::Caller(CallerKind::RateLimit | CallerKind::ProviderCapacity, _)
    );
    let in_text = || {
        let texts = [fields.error_message, fields.text];
        texts.into_iter().flatten().find_map(retry_after::in_text)
    };
    // What a success was asked to wait concerns no retry.
    let after = fields.retry_after_ms.filter(|_| end.outcome != Outcome::Success);
    let said = RetrySaid {
        in_ms: within(fields.retry_in_ms),
        after_ms: within(after.or_else(|| is_rate_limit.then(in_text).flatten())),
        left: fields.retries_left.and_then(|left| u16::try_from(left).ok()),
    };
    (said != RetrySaid::default()).then_some(said)
}
