//! Reads one part of a source into a rollup of its own; two of them merge.
//!
//! A part counts its lines from 1, for it cannot know how many come before. A line is therefore written as the part's
//! number and the line within it, in one integer that sorts as the lines do, and is made the source's line when all
//! parts have told how many newlines they hold.

use super::chunk::PieceReader;
use super::collect::{Collector, SourceContext};
use super::envelopes::{self, Clock, Opening, Outer, Wrapped};
use super::formats::{Fit, Format};
use super::frame::{self, Ended, Framing, Owned, Refill, Sink, Window};
use super::open::{Opened, Refused, Stream, words};
use super::plan::Plan;
use super::prepare::{Prepared, Way};
use super::progress::Progress;
use super::recognise::{Order, Recognised, recognise_lines};
use crate::model::{ChunkSpan, Name, SourceRollup, Wanted};
use crate::redact::scrub;
use crate::text::timestamp::Reference;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a line's number within its part. 64 GiB of empty lines fit, and 2^28 parts beside them.
const LINE_BITS: u32 = 36;

/// The word of the report for a source that holds no record.
const EMPTY: &str = "empty";

/// Bytes read from a stream at a time.
const STREAM_BLOCK: usize = 256 * 1024;

/// Lines that lie open.
static OPEN: Opening = Opening {
    split: envelopes::Split::Lines,
    layers: Vec::new(),
    coloured: false,
    many_origins: false,
    many_programs: false,
};

/// Some parts of one source.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) rollup: SourceRollup,
    /// What hosts and services gave that its envelopes tell apart, by the name of the source that each of them is.
    pub(super) origins: BTreeMap<Name, SourceRollup>,
    /// Newlines of each part.
    pub(super) newlines: BTreeMap<usize, u64>,
    /// Why some of it was not read.
    pub(super) trouble: BTreeSet<String>,
}

impl Parts {
    pub(super) fn merge(&mut self, other: Self) {
        self.rollup = std::mem::take(&mut self.rollup).merge(other.rollup);
        for (name, theirs) in other.origins {
            self.add(name, theirs);
        }
        self.newlines.extend(other.newlines);
        self.trouble.extend(other.trouble);
    }

    fn add(&mut self, origin: Name, theirs: SourceRollup) {
        let mine = self.origins.entry(origin).or_default();
        *mine = std::mem::take(mine).merge(theirs);
    }

    /// Makes every line the source's own, and gives the newlines before each part.
    pub(super) fn count_lines(&mut self) -> BTreeMap<usize, u64> {
        let mut sum = 0;
        let mut before = BTreeMap::new();
        for (part, newlines) in &self.newlines {
            before.insert(*part, sum);
            sum += newlines;
        }
        self.set_lines(&before);
        before
    }

    /// Makes every line the source's own, by the newlines before each part.
    pub(super) fn set_lines(&mut self, before: &BTreeMap<usize, u64>) {
        set_lines(&mut self.rollup, before);
        self.origins.values_mut().for_each(|origin| set_lines(origin, before));
    }

    /// The source by its name, and those within it. Where all of its records are theirs, it is no source itself.
    pub(super) fn into_sources(self, name: &Name) -> impl Iterator<Item = (Name, SourceRollup)> {
        let Self {
            mut rollup, mut origins, ..
        } = self;
        let is_told = rollup.records + rollup.other_records + rollup.unread_records > 0;
        let whole = match origins.values_mut().next().filter(|_| !is_told) {
            Some(first) => {
                first.bytes += std::mem::take(&mut rollup.bytes);
                None
            }
            None => Some((Name::clone(name), rollup)),
        };
        whole.into_iter().chain(origins)
    }
}

/// What one worker keeps while it reads.
#[derive(Default)]
pub(super) struct Shelf {
    window: Window,
    pub(super) sources: BTreeMap<usize, Parts>,
}

/// What is read, and for whom.
pub(super) struct Errand<'a> {
    pub(super) plan: &'a Plan,
    pub(super) wanted: Option<&'a Wanted>,
    pub(super) order: &'a Order,
    pub(super) progress: &'a dyn Progress,
}

impl Errand<'_> {
    /// Reads one part onto the shelf. A panic in it is caught here: the source is named, and all others count.
    pub(super) fn read(&self, shelf: &mut Shelf, number: usize, prepared: &Prepared, part: usize) {
        let window = &mut shelf.window;
        let read = catch_unwind(AssertUnwindSafe(|| self.part(window, prepared, part)));
        let read = match read {
            Ok(Ok(parts)) => parts,
            Ok(Err(Refused(reason))) => trouble(reason),
            Err(_) => trouble("stopped reading: internal error".to_owned()),
        };
        shelf.sources.entry(number).or_default().merge(read);
    }

    fn part(&self, window: &mut Window, prepared: &Prepared, part: usize) -> Result<Parts, Refused> {
        let context = self.context(prepared);
        let candidates = context.candidates.clone();
        let opening = prepared.recognised.as_ref().map(|recognised| &*recognised.opening);
        let opening = opening.unwrap_or(&OPEN);
        let mut records = Records {
            collector: Collector::new(context.clone()),
            candidates: &candidates,
            order: Some(self.order).filter(|_| !prepared.is_forced),
            context,
            origins: BTreeMap::new(),
            part: (part as u64) << LINE_BITS,
            coloured: opening.coloured,
            bare: Vec::new(),
            host: None,
        };
        let (ended, bytes, offset, shrunk) = match &prepared.way {
            Way::Empty => return Ok(Parts::default()),
            Way::Pieces(pieces) => {
                let Some(piece) = pieces.get(part) else {
                    return Ok(Parts::default());
                };
                let file = prepared.file()?;
                let (mut reader, owned) = PieceReader::new(&file, piece);
                let ended = records.cut(window, &mut reader, &owned);
                self.progress.read(piece.end - piece.start);
                (ended, piece.end - piece.start, piece.start, reader.shrunk)
            }
            Way::Whole => {
                let mut reader = StreamReader::new(prepared.stream()?, self.progress);
                let ended = if opening.is_plain() {
                    records.cut(window, &mut reader, &Owned::WHOLE)
                } else {
                    records.open(window, &mut reader, opening)
                };
                (ended, reader.given, 0, false)
            }
        };
        let finish = |collector: Collector<'_>| {
            let mut rollup = collector.finish();
            rollup.notes.extend(opening.said());
            if let Some((first, last)) = rollup.span {
                rollup.chunks.push(ChunkSpan { offset, first, last });
            }
            rollup
        };
        let mut rollup = finish(records.collector);
        rollup.bytes = bytes;
        rollup.host = rollup.host.or(records.host);
        let origins = records.origins.into_values().map(|origin| {
            let mut rollup = finish(origin.collector);
            describe(&mut rollup, origin.recognised.as_ref());
            (origin.name, rollup)
        });
        let origins: Vec<_> = origins.collect();
        let shrunk = shrunk.then(|| "it became shorter while it was read".to_owned());
        let broken = ended
            .broken
            .as_ref()
            .map(|error| format!("{}; what comes before was read", words(error)));
        let mut parts = Parts {
            rollup,
            origins: BTreeMap::new(),
            newlines: BTreeMap::from([(part, ended.newlines)]),
            trouble: shrunk.into_iter().chain(broken).collect(),
        };
        for (origin, rollup) in origins {
            parts.add(origin, rollup);
        }
        Ok(parts)
    }

    fn context<'a>(&'a self, prepared: &'a Prepared) -> SourceContext<'a> {
        let epoch = DateTime::UNIX_EPOCH.date_naive();
        SourceContext {
            candidates: prepared
                .recognised
                .as_ref()
                .map_or(Vec::new(), |recognised| recognised.candidates.clone()),
            name: Name::clone(&prepared.source.name),
            host: prepared.source.host.clone(),
            zone: prepared.zone,
            reference: Reference::on(prepared.source.written.unwrap_or(epoch)),
            since: self.plan.since,
            until: self.plan.until,
            size: prepared.source.size,
            wanted: self.wanted,
        }
    }
}

/// Says what a source was recognised as.
pub(super) fn describe(rollup: &mut SourceRollup, recognised: Option<&Recognised>) {
    rollup.format = recognised.map(|recognised| recognised.name);
    rollup.vantage = recognised.map(|recognised| recognised.vantage);
    match recognised {
        None if rollup.unread_records == 0 => rollup.format = Some(EMPTY),
        None => {
            rollup.notes.insert("no format recognised it".to_owned());
        }
        Some(_) => {}
    }
}

fn trouble(reason: String) -> Parts {
    Parts {
        trouble: BTreeSet::from([reason]),
        ..Parts::default()
    }
}

fn set_lines(rollup: &mut SourceRollup, before: &BTreeMap<usize, u64>) {
    let line = |written: u64| {
        let part = usize::try_from(written >> LINE_BITS).unwrap_or(usize::MAX);
        before.get(&part).copied().unwrap_or(0) + (written & ((1 << LINE_BITS) - 1))
    };
    for observation in &mut rollup.observations {
        observation.line = line(observation.line);
    }
    rollup.unread_lines = rollup.unread_lines.iter().map(|written| line(*written)).collect();
}

/// A host and service that write into a file of several.
struct Origin<'a> {
    name: Name,
    recognised: Option<Recognised>,
    collector: Collector<'a>,
}

/// Gives records to the collector.
struct Records<'a> {
    collector: Collector<'a>,
    context: SourceContext<'a>,
    /// The sources that the envelopes tell apart.
    origins: BTreeMap<u64, Origin<'a>>,
    /// How they are recognised; `None` where the user forces a format.
    order: Option<&'a Order>,
    candidates: &'a [&'static dyn Format],
    part: u64,
    /// Terminal colours stand in the lines.
    coloured: bool,
    /// A record without them.
    bare: Vec<u8>,
    /// The host that the first envelope names.
    host: Option<Name>,
}

impl<'a> Records<'a> {
    fn cut(&mut self, window: &mut Window, reader: &mut dyn Refill, owned: &Owned) -> Ended {
        let (candidates, coloured) = (self.candidates, self.coloured);
        let starts = |line: &[u8]| {
            if coloured {
                starts_record(candidates, envelopes::strip_colours(line, &mut Vec::new()))
            } else {
                starts_record(candidates, line)
            }
        };
        frame::cut(window, reader, owned, continued(candidates).then_some(&starts), self)
    }

    /// Reads a source whose lines lie in envelopes.
    fn open(&mut self, window: &mut Window, reader: &mut dyn Refill, opening: &Opening) -> Ended {
        let wrapped = Wrapped {
            opening,
            clock: Clock {
                zone: self.context.zone,
                reference: self.context.reference,
            },
        };
        envelopes::read(window, reader, &wrapped, self)
    }

    /// Takes what the envelope of the next record says of it, and gives the collector of its origin.
    fn lies_in(&mut self, outer: &Outer) -> &mut Collector<'a> {
        let of_origin = outer.origin.and_then(|origin| self.origins.get_mut(&origin));
        if self.host.is_none() && outer.origin.is_none() {
            self.host = outer.host.clone().filter(|host| scrub::host(host).is_some());
        }
        let collector = of_origin.map_or(&mut self.collector, |origin| &mut origin.collector);
        collector.lies_in(outer);
        collector
    }

    /// The context of a source within the source: `all.log [web-1 nginx]`.
    fn context_of(&self, origin: u64, outer: &Outer) -> SourceContext<'a> {
        let shown = |name: &Option<Name>| name.clone().filter(|name| scrub::host(name).is_some());
        let (host, service) = (shown(&outer.host), shown(&outer.service));
        let words: Vec<&str> = [&host, &service].into_iter().flatten().map(|word| &**word).collect();
        // What cannot be shown is told apart by its number.
        let told = [&outer.host, &outer.service].into_iter().flatten().count();
        let words = if words.len() == told {
            words.join(" ")
        } else {
            format!("{origin:016x}")
        };
        SourceContext {
            name: Name::from(format!("{} [{words}]", self.context.name)),
            host: host.or_else(|| self.context.host.clone()),
            ..self.context.clone()
        }
    }

    /// Gives a record without terminal colours.
    fn bared(&mut self, record: &[u8], give: impl FnOnce(&mut Collector<'_>, &[u8])) {
        if self.coloured {
            give(&mut self.collector, envelopes::strip_colours(record, &mut self.bare));
        } else {
            give(&mut self.collector, record);
        }
    }
}

/// Whether records may go on over several lines.
fn continued(candidates: &[&'static dyn Format]) -> bool {
    candidates.iter().any(|format| format.framing() != Framing::Line)
}

fn starts_record(candidates: &[&'static dyn Format], line: &[u8]) -> bool {
    candidates.iter().any(|format| starts(*format, line))
}

/// Whether a line starts a record: in a source of several formats, whoever knows the line decides.
fn starts(format: &dyn Format, line: &[u8]) -> bool {
    match format.framing() {
        Framing::Line => format.fit(line) != Fit::No,
        Framing::Continued => format.starts_record(line),
    }
}

impl Sink for Records<'_> {
    fn warm(&mut self, record: &[u8]) {
        self.bared(record, |collector, record| collector.warm(record));
    }

    fn record(&mut self, line: u64, record: &[u8]) {
        let line = self.part | line;
        self.bared(record, |collector, record| collector.record(line, record));
    }

    fn too_long(&mut self, line: u64) {
        self.collector.too_long(self.part | line);
    }

    fn unfinished(&mut self, line: u64, record: &[u8]) {
        let line = self.part | line;
        self.bared(record, |collector, record| collector.cut_short(line, record));
    }
}

impl envelopes::Reader for Records<'_> {
    fn meet(&mut self, outer: &Outer, lines: &[&[u8]]) {
        let Some(number) = outer.origin else { return };
        let mut context = self.context_of(number, outer);
        let recognised = match self.order {
            Some(order) => recognise_lines(lines, order),
            None => context.candidates.first().map(|forced| Recognised::forced(*forced)),
        };
        context.candidates = recognised
            .as_ref()
            .map_or(Vec::new(), |recognised| recognised.candidates.clone());
        let origin = Origin {
            name: Name::clone(&context.name),
            collector: Collector::new(context),
            recognised,
        };
        self.origins.insert(number, origin);
    }

    fn starts(&self, origin: Option<u64>, line: &[u8]) -> bool {
        let origin = origin.and_then(|origin| self.origins.get(&origin));
        let candidates = match origin {
            Some(origin) => origin.recognised.as_ref().map_or(&[][..], |known| &known.candidates),
            None => self.candidates,
        };
        !continued(candidates) || starts_record(candidates, line)
    }

    fn record(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        self.lies_in(outer).record(line, record);
    }

    fn too_long(&mut self, line: u64) {
        self.collector.too_long(line);
    }

    fn unfinished(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        self.lies_in(outer).cut_short(line, record);
    }
}

/// Reads a stream from its start.
struct StreamReader<'a> {
    stream: Stream,
    taken: Arc<AtomicU64>,
    told: u64,
    given: u64,
    progress: &'a dyn Progress,
}

impl<'a> StreamReader<'a> {
    fn new(opened: Opened, progress: &'a dyn Progress) -> Self {
        Self {
            taken: Arc::clone(&opened.taken),
            stream: opened.into_stream(),
            told: 0,
            given: 0,
            progress,
        }
    }
}

impl Refill for StreamReader<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let stream = &mut self.stream;
        let count = window.fill(STREAM_BLOCK, |space| stream.read(space));
        let taken = self.taken.load(Ordering::Relaxed);
        self.progress.read(taken - self.told);
        self.told = taken;
        self.given += *count.as_ref().unwrap_or(&0) as u64;
        count
    }
}
