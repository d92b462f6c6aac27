//! Counts lines that are like earlier ones without parsing them: successes, and lines that are not about a call. Failures
//! are kept as their kind was ([`super::known_failure`]).

use super::Collector;
use super::attributes::Known;
use super::known_failure::{Failure, Keeps};
use super::moments::{LONGEST_MS, within_a_day};
use super::success::{Held, Success};
use super::twins::{self, Twin};
use crate::gather::alike::{Owned, Paths};
use crate::gather::formats::Format;
use crate::gather::normalise::{self, End};
use crate::gather::times;
use crate::model::{Fields, Grain, Instant, Time, Vantage, id_hash_of};
use crate::text::timestamp::{DateKnown, Stamp};
use std::str;
use std::sync::Arc;

/// The smallest source whose lines are learned: in a smaller one there are too few of each kind.
const SMALLEST: u64 = 64 * 1024;

/// Kinds of lines that are handed on to the next source: a quarter of those that may be learned, so that most of the room is
/// left to what is said there.
const MOST_HANDED_ON: usize = 512;

/// The lines of a source that are known. One worker keeps them from piece to piece, and for sources of the same kind.
#[derive(Debug, Default)]
pub struct KnownLines {
    pub(super) paths: Paths,
    /// What each leaf of the paths means.
    pub(super) meant: Vec<Meant>,
}

/// What all lines of one kind mean.
#[derive(Debug)]
pub(super) enum Meant {
    NoCall,
    Success(Box<Success>),
    Failure(Box<Failure>),
    /// The format's word on what is a line's own and its parse differ: such lines are parsed.
    Unknown,
}

impl Meant {
    /// Whether such records may be kept.
    pub(super) fn is_kept(&self) -> bool {
        match self {
            Self::Failure(_) => true,
            Self::Success(success) => success.whole.is_some(),
            Self::NoCall | Self::Unknown => false,
        }
    }
}

impl KnownLines {
    /// The same for a source of the same formats and host; nothing where they are so many that its own might find no room.
    #[must_use]
    pub fn for_another_source(mut self: Box<Self>) -> Box<Self> {
        if self.paths.leaves() > MOST_HANDED_ON {
            return Box::default();
        }
        self.paths.renew_credit();
        self
    }
}

impl Collector<'_> {
    /// Takes the known lines of the source, where its lines may be known.
    pub fn remember(&mut self, known: Box<KnownLines>) {
        let is_worth_it = self.context.sought.is_none() && self.context.size >= SMALLEST;
        self.known = is_worth_it.then_some(known);
    }

    /// Gives them back, and puts what they counted into the rollup.
    pub fn give_back(&mut self) -> Option<Box<KnownLines>> {
        let mut known = self.known.take()?;
        for meant in &mut known.meant {
            if let Meant::Success(success) = meant {
                success.settle(&mut self.rollup, &mut self.cells);
            }
        }
        Some(known)
    }

    /// Reads a line that is known; whether it is about a call. `None` where it is to be parsed, and nothing was counted.
    pub(super) fn read_known(&mut self, line: u64, record: &[u8]) -> Option<bool> {
        let mut known = self.known.take()?;
        let about = known
            .paths
            .follow(record)
            .and_then(|(leaf, owned)| self.take_meant(line, known.meant.get_mut(leaf)?, &owned));
        self.known = Some(known);
        about
    }

    /// Takes a record of a kind.
    #[inline(always)]
    pub(super) fn take_meant(&mut self, line: u64, meant: &mut Meant, owned: &Owned<'_>) -> Option<bool> {
        match meant {
            Meant::NoCall => Some(false),
            Meant::Unknown => None,
            Meant::Success(success) => self.take_known(line, success, owned),
            Meant::Failure(failure) => self.take_known_failure(line, failure, owned),
        }
    }

    /// The stamp of a known record; none where it has no date, and the record has to be parsed.
    #[inline(always)]
    pub(super) fn dated_stamp(&mut self, written: &[u8]) -> Option<Stamp> {
        // Zone and reference are the source's.
        let stamp = match self.stamps.again(written) {
            Some(stamp) => stamp,
            None => self.other_stamp(written)?,
        };
        (stamp.dated != DateKnown::NoDate).then_some(stamp)
    }

    /// The same of one whose minute is another than the last one's.
    #[inline(never)]
    fn other_stamp(&mut self, written: &[u8]) -> Option<Stamp> {
        self.stamps.parse_bytes(written, &self.context.zone, &self.context.reference)
    }

    /// The moment of a known record; `None` where it is to be parsed. Of all but the first it is what its stamp says.
    #[inline(always)]
    pub(super) fn known_moment(&mut self, written: &[u8]) -> Option<Time> {
        let stamp = self.dated_stamp(written)?;
        if !times::is_possible(stamp.time) || (!stamp.zoned && self.rollup.time_zone.is_none()) {
            return self.moment(stamp, None);
        }
        self.last_time = Some(stamp.time);
        self.last_time
    }

    /// What [`Collector::take`] does with such a record.
    #[inline(always)]
    fn take_known(&mut self, line: u64, success: &mut Success, owned: &Owned<'_>) -> Option<bool> {
        let time = self.known_moment(owned.stamp()?)?;
        self.end_waiting(time);
        let client_hash = owned.x_client_request_id().map(id_hash_of);
        let is_second_look = self.context.wanted.is_some();
        if self.is_cut_off(time) || (is_second_look && !self.has_twins && self.is_never_wanted(success, client_hash)) {
            return Some(true);
        }
        let duration = duration(owned);
        let ended = success.ended(time, duration);
        let is_wanted = is_second_look && self.is_wanted(success, owned, ended, duration);
        if is_wanted && !success.whole.as_ref().is_some_and(|whole| whole.holds_of(owned)) {
            return None;
        }
        let hashes = [
            owned.x_request_id().map(id_hash_of),
            owned.request_id().map(id_hash_of),
            client_hash,
        ];
        let is_twin = self.has_twins
            && self.twins.has(Twin {
                facts: success.facts ^ one_hash(hashes),
                layout: success.layout,
                time,
            });
        self.last_end_failed &= success.grain != Grain::Attempt;
        if is_twin || self.warming {
            return Some(true);
        }
        self.stretch_span(time);
        if let Some(whole) = success.whole.as_ref().filter(|_| is_wanted) {
            self.keep_alike(line, whole, owned, time, duration);
        } else if !is_second_look {
            self.count_known(success, owned, hashes, (ended, duration));
        }
        Some(true)
    }

    /// Whether the second look passes over it whenever it was: most lines of that look.
    fn is_never_wanted(&self, success: &Success, client_hash: Option<u64>) -> bool {
        self.context.wanted.is_some_and(|wanted| {
            let is_asked_for =
                |hash: u64| self.context.asked.is_none_or(|asked| asked.passes(hash)) && wanted.client_ids.contains(&hash);
            !wanted.wants_nameless(&self.context.name, success.grain)
                && wanted.every.is_empty()
                && !client_hash.is_some_and(is_asked_for)
        })
    }

    /// Whether the second look wants it whole.
    fn is_wanted(&self, success: &Success, owned: &Owned<'_>, ended: Time, duration: Option<u32>) -> bool {
        let Some(wanted) = self.context.wanted else { return false };
        let name = &self.context.name;
        let started = ended.plus_ms(-i64::from(duration.unwrap_or(0)));
        // Asked in this order, for the hash of an id costs most.
        let by_id = || {
            let may_be = wanted.every.contains(name) || wanted.wants_span(name, ended, ended);
            let id = owned.x_client_request_id().filter(|_| may_be);
            id.and_then(|id| str::from_utf8(id).ok())
                .is_some_and(|id| wanted.wants_id(name, id, ended))
        };
        wanted.wants_end(name, success.grain, started, ended) || by_id()
    }

    /// What [`Collector::success`] does with it.
    #[inline(always)]
    fn count_known(
        &mut self,
        success: &mut Success,
        owned: &Owned<'_>,
        [named, bare, client]: [Option<u64>; 3],
        (ended, duration): (Time, Option<u32>),
    ) {
        let provider = if success.is_bare { bare } else { named };
        let ids = [provider.filter(|_| success.has_provider_id), client];
        // Of a gigabyte's ids one in a hundred.
        if ids.iter().flatten().any(|hash| hash & self.fraction == 0) {
            self.sample_hashes(ids, ended, duration, &success.attributes);
        }
        self.note_saver(client, success.grain);
        if success.has_tokens {
            let (input_tokens, output_tokens) = owned.tokens();
            let fields = Fields {
                input_tokens,
                output_tokens,
                ..Fields::default()
            };
            self.count_tokens(&fields, &success.attributes);
        }
        success.count(ended, duration, &mut self.cells);
    }

    /// Notes a success that is being parsed, if its kind of lines may be learned.
    pub(super) fn note_success(&mut self, fields: &Fields<'_>, format: &dyn Format, facts: u64) {
        let vantage = format.vantage();
        let is_plain = fields.http_date.is_none()
            && fields.attempt.is_none_or(|attempt| attempt < 2)
            && fields.timestamp.is_some()
            && normalise::upstream_retries(fields) == 0
            && !normalise::is_tunnel(fields, vantage)
            && fields.grain != Grain::Start
            && fields.grain != Grain::Tunnel
            && !fields.method.is_some_and(|method| method.eq_ignore_ascii_case("CONNECT"));
        // What a start told is no other line's.
        if self.lesson.is_none() || !is_plain || self.starts.is_some() {
            return;
        }
        let Known { attributes, tuple } = self.attributes(fields, vantage);
        // Where successes name their calls, most of them may be wanted near failures: 15,000 instructions each if they are parsed.
        let is_told = self.context.wanted.is_some() && format.owns_failures();
        let whole = is_told.then(|| self.kept_alike(fields, &End::SUCCESS, facts, (Keeps::Always, Arc::clone(&attributes))));
        let provider_id = normalise::provider_id_shaped(fields);
        let success = Box::new(Success {
            vantage,
            grain: fields.grain,
            instant: fields.instant,
            has_provider_id: provider_id.is_some(),
            has_client_id: fields.x_client_request_id.is_some(),
            has_tokens: fields.input_tokens.is_some() || fields.output_tokens.is_some(),
            is_bare: provider_id.is_some_and(|id| fields.x_request_id.is_none_or(|named| !std::ptr::eq(id, named))),
            numbers_attempts: fields.attempt.is_some(),
            layout: twins::layout(fields.timestamp.unwrap_or("").as_bytes(), fields.thread.is_some()),
            is_apart: vantage == Vantage::Application && fields.instant == Instant::Unknown && fields.duration_ms.is_some(),
            facts,
            attributes,
            whole: whole.flatten(),
            tuple: Some(tuple),
            seen: 0,
            longest_ms: 0,
            ok: Held::new(),
            ok_if_start: Held::new(),
            took: Held::new(),
        });
        self.note(Meant::Success(success), fields);
    }

    /// Takes down what the record at hand comes to, which is no success.
    pub(super) fn teach(&mut self, failure: Box<Failure>, fields: &Fields<'_>) {
        self.note(Meant::Failure(failure), fields);
    }
}

/// The duration in whole milliseconds, as [`within_a_day`] has it.
#[inline]
pub(super) fn duration(owned: &Owned<'_>) -> Option<u32> {
    match owned.whole_duration_ms() {
        Some(ms) => u32::try_from(ms).ok().filter(|ms| f64::from(*ms) <= LONGEST_MS),
        None => owned.duration_ms().and_then(within_a_day),
    }
}

/// One number for the ids of a record, for telling twins.
pub(super) fn ids_hash(ids: [Option<&[u8]>; 3]) -> u64 {
    one_hash(ids.map(|id| id.map(id_hash_of)))
}

/// The same of their hashes.
fn one_hash(ids: [Option<u64>; 3]) -> u64 {
    ids.iter().fold(0, |hash, id| (hash ^ id.unwrap_or(0)).rotate_left(21))
}
