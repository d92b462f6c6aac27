//! Reads one part of a source into a rollup of its own; two of them merge.
//!
//! A part counts its lines from 1, for it cannot know how many come before. A line is therefore written as the part's
//! number and the line within it, in one integer that sorts as the lines do, and is made the source's line when all
//! parts have told how many newlines they hold.

use super::chunk::PieceReader;
use super::collect::{Collector, SourceContext};
use super::formats::{Fit, Format};
use super::frame::{self, Ended, Framing, Items, Owned, Refill, Sink, Window};
use super::open::{Opened, Refused, Stream, words};
use super::plan::Plan;
use super::prepare::{Prepared, SHRUNK, Way};
use super::progress::Progress;
use crate::model::{ChunkSpan, Name, SourceRollup, Wanted};
use crate::text::timestamp::Reference;
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a line's number within its part. 64 GiB of empty lines fit, and 2^28 parts beside them.
const LINE_BITS: u32 = 36;

/// Bytes read from a stream at a time.
const STREAM_BLOCK: usize = 256 * 1024;

/// Some parts of one source.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) rollup: SourceRollup,
    /// Newlines of each part.
    pub(super) newlines: BTreeMap<usize, u64>,
    /// Why some of it was not read.
    pub(super) trouble: BTreeSet<String>,
}

impl Parts {
    pub(super) fn merge(&mut self, other: Self) {
        self.rollup = std::mem::take(&mut self.rollup).merge(other.rollup);
        self.newlines.extend(other.newlines);
        self.trouble.extend(other.trouble);
    }
}

/// What one worker keeps while it reads.
#[derive(Default)]
pub(super) struct Shelf {
    window: Window,
    /// Boxed, for a map's half-empty nodes would double a million sources.
    pub(super) sources: BTreeMap<usize, Box<Parts>>,
}

/// What is read, and for whom.
pub(super) struct Errand<'a> {
    pub(super) plan: &'a Plan,
    pub(super) wanted: Option<&'a Wanted>,
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
        let mut records = Records {
            collector: Collector::new(&context),
            candidates: context.candidates,
            items: prepared.recognised.as_ref().and_then(|recognised| recognised.items),
            part: (part as u64) << LINE_BITS,
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
            Way::Whole(_) => {
                let mut reader = StreamReader::new(prepared.stream()?, self.progress);
                let ended = records.cut(window, &mut reader, &Owned::WHOLE);
                (ended, reader.given, 0, false)
            }
        };
        let mut rollup = records.collector.finish();
        rollup.bytes = bytes;
        if let Some((first, last)) = rollup.span {
            rollup.chunks.push(ChunkSpan { offset, first, last });
        }
        let shrunk = shrunk.then(|| SHRUNK.to_owned());
        let broken = ended
            .broken
            .as_ref()
            .map(|error| format!("{}; what comes before was read", words(error)));
        Ok(Parts {
            rollup,
            newlines: BTreeMap::from([(part, ended.newlines)]),
            trouble: shrunk.into_iter().chain(broken).collect(),
        })
    }

    fn context<'a>(&'a self, prepared: &'a Prepared) -> SourceContext<'a> {
        let epoch = DateTime::UNIX_EPOCH.date_naive();
        SourceContext {
            candidates: prepared
                .recognised
                .as_ref()
                .map_or(&[], |recognised| recognised.candidates.as_slice()),
            name: Name::clone(&prepared.source.name),
            host: prepared.source.host.clone(),
            zone: prepared.zone,
            reference: Reference::on(prepared.written().unwrap_or(epoch)),
            since: self.plan.since,
            until: self.plan.until,
            size: prepared.source.size,
            wanted: self.wanted,
        }
    }
}

fn trouble(reason: String) -> Parts {
    Parts {
        trouble: BTreeSet::from([reason]),
        ..Parts::default()
    }
}

/// Makes every line the source's own, and gives the newlines before each part.
pub(super) fn count_lines(rollup: &mut SourceRollup, newlines: &BTreeMap<usize, u64>) -> BTreeMap<usize, u64> {
    if newlines.len() < 2 {
        // Nothing comes before the only part, and a map of its own would weigh as much as many a log.
        set_lines(rollup, &BTreeMap::new());
        return BTreeMap::new();
    }
    let mut sum = 0;
    let mut before = BTreeMap::new();
    for (part, newlines) in newlines {
        before.insert(*part, sum);
        sum += newlines;
    }
    set_lines(rollup, &before);
    before
}

/// Makes every line the source's own, by the newlines before each part.
pub(super) fn set_lines(rollup: &mut SourceRollup, before: &BTreeMap<usize, u64>) {
    let line = |written: u64| {
        let part = usize::try_from(written >> LINE_BITS).unwrap_or(usize::MAX);
        before.get(&part).copied().unwrap_or(0) + (written & ((1 << LINE_BITS) - 1))
    };
    for observation in &mut rollup.observations {
        observation.line = line(observation.line);
    }
    rollup.unread_lines = rollup.unread_lines.iter().map(|written| line(*written)).collect();
}

/// Gives records to the collector.
struct Records<'a> {
    collector: Collector<'a>,
    candidates: &'a [&'static dyn Format],
    items: Option<Items>,
    part: u64,
}

impl Records<'_> {
    fn cut(&mut self, window: &mut Window, reader: &mut dyn Refill, owned: &Owned) -> Ended {
        let candidates = self.candidates;
        if let Some(items) = self.items {
            return frame::items(window, reader, items, self);
        }
        let is_line = candidates.iter().all(|format| format.framing() == Framing::Line);
        let starts = |line: &[u8]| candidates.iter().any(|format| starts(*format, line));
        frame::cut(window, reader, owned, if is_line { None } else { Some(&starts) }, self)
    }
}

/// Whether a line starts a record: in a source of several formats, whoever knows the line decides.
fn starts(format: &dyn Format, line: &[u8]) -> bool {
    match format.framing() {
        Framing::Line => format.fit(line) != Fit::No,
        Framing::Continued => format.starts_record(line),
        Framing::Items(_) => false,
    }
}

impl Sink for Records<'_> {
    fn warm(&mut self, record: &[u8]) {
        self.collector.warm(record);
    }

    fn record(&mut self, line: u64, record: &[u8]) {
        self.collector.record(self.part | line, record);
    }

    fn too_long(&mut self, line: u64) {
        self.collector.too_long(self.part | line);
    }

    fn unfinished(&mut self, line: u64, record: &[u8]) {
        self.collector.cut_short(self.part | line, record);
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
