//! Reads one part of a source into a rollup of its own; two of them merge.
//!
//! A part counts its lines from 1, for it cannot know how many come before. A line is therefore written as the part's
//! number and the line within it, in one integer that sorts as the lines do, and is made the source's line when all
//! parts have told how many newlines they hold.

mod copier;
mod learned;
mod parts;
mod records;
mod stream;

pub(super) use copier::Copier;
use learned::AllLearned;
use parts::Lent;
pub(super) use parts::{Parts, describe};
pub(super) use records::{continued, starts_record};

use super::chunk::PieceReader;
use super::collect::{KnownLines, SourceContext};
use super::envelopes::{Opening, Split};
use super::fraction::fraction;
use super::frame::Window;
use super::open::{Refused, words};
use super::plan::Plan;
use super::prepare::{Prepared, SHRUNK, Way};
use super::progress::Progress;
use super::recognise::Order;
use super::repeated::Repeated;
use super::sieve::{IDS_OF_ALL, Sieve};
use super::sought::Sought;
use crate::model::{Attributes, Name, Shared, Wanted};
use records::Records;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use stream::StreamReader;

/// Bits of a line's number within its part. 64 GiB of empty lines fit, and 2^28 parts beside them.
const LINE_BITS: u32 = 36;

/// The smallest source of which it is told whose its successes are: a smaller one is sooner read again.
const SMALLEST_TOLD: u64 = 64 * 1024;

/// Lines that lie open.
static OPEN: Opening = Opening {
    split: Split::Lines,
    layers: Vec::new(),
    coloured: false,
    many_origins: false,
    host: None,
    dated: None,
    many_programs: false,
};

/// What one worker keeps while it reads.
#[derive(Default)]
pub(super) struct Shelf {
    window: Window,
    repeated: RefCell<Repeated>,
    learned: AllLearned,
    /// Boxed, for a map's half-empty nodes would double what a million sources cost.
    sources: BTreeMap<usize, Box<Parts>>,
    /// The source of which a part was read last.
    last: Option<usize>,
}

impl Shelf {
    /// Turns to a source. What the one before has laid by is put to its place: of 80 logs in pieces, each on the shelves of four
    /// workers, it was 11 MB.
    fn turn_to(&mut self, number: usize) {
        let before = self.last.replace(number).filter(|before| *before != number);
        if let Some(before) = before.and_then(|before| self.sources.get_mut(&before)) {
            before.settle();
        }
    }

    /// What lies on it, by source; not settled.
    pub(super) fn into_sources(self) -> impl Iterator<Item = (usize, Box<Parts>)> {
        self.sources.into_iter()
    }
}

/// What is read, and for whom.
pub(super) struct Errand<'a> {
    pub(super) plan: &'a Plan,
    pub(super) wanted: Option<&'a Wanted>,
    /// The callers' ids among it.
    pub(super) asked: Option<&'a Sieve>,
    /// Only records that hold one of these ids are read, and whole.
    pub(super) sought: Option<&'a Sought>,
    pub(super) order: &'a Order,
    pub(super) progress: &'a dyn Progress,
    /// Ids of successes that were kept.
    pub(super) ids_kept: AtomicUsize,
    /// The bits that the hash of a sampled id lacks.
    pub(super) fraction: u64,
    /// Attributes that several workers or sources have.
    pub(super) shared: Mutex<Shared<Attributes>>,
}

impl<'a> Errand<'a> {
    /// The first look: everything is read.
    pub(super) fn for_all(plan: &'a Plan, order: &'a Order, progress: &'a dyn Progress) -> Self {
        Self {
            plan,
            wanted: None,
            asked: None,
            sought: None,
            order,
            progress,
            ids_kept: AtomicUsize::new(0),
            fraction: 0,
            shared: Mutex::default(),
        }
    }

    /// The same of logs of so many bytes in all, of whose ids a fraction is sampled.
    pub(super) fn over(self, bytes: u64) -> Self {
        Self {
            fraction: fraction(bytes),
            ..self
        }
    }
}

impl Errand<'_> {
    /// Reads one part onto the shelf; gives it where it is a small source, whole. A panic in it is caught here: the source is
    /// named, and all others count.
    pub(super) fn read(&self, shelf: &mut Shelf, number: usize, prepared: &Prepared, part: usize) -> Option<Parts> {
        shelf.turn_to(number);
        let (window, repeated) = (&mut shelf.window, &shelf.repeated);
        let mut known = shelf.learned.take(number, prepared);
        let mut lent = shelf.sources.get_mut(&number).map(|parts| parts.lend());
        let work = || self.part(window, repeated, (&mut known, &mut lent), prepared, part);
        let read = catch_unwind(AssertUnwindSafe(work));
        shelf.learned.put(number, prepared, known);
        let read = match read {
            Ok(Ok(parts)) => parts,
            Ok(Err(Refused(reason))) => trouble(reason),
            Err(_) => trouble("stopped reading: internal error".to_owned()),
        };
        if prepared.way.parts() == 1 && prepared.source.size < SMALLEST_TOLD {
            return Some(read);
        }
        let parts = match shelf.sources.entry(number) {
            Entry::Vacant(place) => {
                let parts = place.insert(Box::new(read));
                parts.fit();
                parts
            }
            Entry::Occupied(place) => {
                let parts = place.into_mut();
                parts.merge(read);
                parts
            }
        };
        if let Some(lent) = lent {
            parts.take_back(lent);
        }
        None
    }

    fn part(
        &self,
        window: &mut Window,
        repeated: &RefCell<Repeated>,
        (known, lent): (&mut Box<KnownLines>, &mut Option<Lent>),
        prepared: &Prepared,
        part: usize,
    ) -> Result<Parts, Refused> {
        let context = self.context(prepared, repeated);
        let candidates = context.candidates.clone();
        let opening = prepared.recognised.as_ref().map(|recognised| &*recognised.opening);
        let opening = opening.unwrap_or(&OPEN);
        let order = Some(self.order).filter(|_| !prepared.is_forced);
        let mut records = Records::new(context, &candidates, order, part, prepared.recognised.as_deref());
        if opening.is_plain() {
            records.remember(std::mem::take(known));
        }
        let mut lend = || records.lend(std::mem::take(lent).unwrap_or_default());
        let (ended, bytes, offset, shrunk) = match &prepared.way {
            Way::Empty => return Ok(Parts::default()),
            Way::Piece(..) | Way::Pieces(_) => {
                let Some(piece) = &prepared.way.piece(part) else {
                    return Ok(Parts::default());
                };
                let file = prepared.file()?;
                let (mut reader, owned) = if opening.is_plain() {
                    PieceReader::new(&file, piece)
                } else {
                    PieceReader::behind_lines(&file, piece)?
                };
                lend();
                let ended = records.read(window, &mut reader, opening, &owned);
                self.progress.read(piece.end - piece.start);
                (ended, piece.end - piece.start, piece.start, reader.shrunk)
            }
            Way::Whole(_) => {
                let mut reader = StreamReader::new(prepared.stream()?, self.progress);
                let (owned, passed) = reader.begin(prepared, opening.is_plain())?;
                lend();
                let ended = records.read(window, &mut reader, opening, &owned);
                (ended, reader.given.saturating_sub(passed), 0, false)
            }
        };
        let shrunk = shrunk.then(|| SHRUNK.to_owned());
        let broken = ended
            .broken
            .as_ref()
            .map(|error| format!("{}; what comes before was read", words(error)));
        if let Some(learned) = records.give_back() {
            *known = learned;
        }
        let mut parts = records.finish(opening, part, offset);
        parts.order();
        self.settle(&mut parts, prepared);
        parts.rollup.bytes = bytes;
        parts.newlines.push((part, ended.newlines));
        parts.trouble.extend(shrunk.into_iter().chain(broken));
        Ok(parts)
    }

    /// Keeps the ids of the successes of a part as long as there is room for them. Which parts find room is chance, for what
    /// a part without them holds is found by reading it again.
    fn settle(&self, parts: &mut Parts, prepared: &Prepared) {
        let kept = self.ids_kept.load(Ordering::Relaxed);
        let room = if prepared.source.size < SMALLEST_TOLD || self.wanted.is_some() {
            0
        } else {
            IDS_OF_ALL.saturating_sub(kept)
        };
        for (_, savers) in &mut parts.savers {
            self.ids_kept.fetch_add(savers.settle(room), Ordering::Relaxed);
        }
    }

    fn context<'a>(&'a self, prepared: &'a Prepared, repeated: &'a RefCell<Repeated>) -> SourceContext<'a> {
        SourceContext {
            candidates: prepared
                .recognised
                .as_ref()
                .map_or(Vec::new(), |recognised| recognised.candidates.clone()),
            name: Name::clone(&prepared.source.name),
            host: prepared.source.host.clone(),
            told_in_order: prepared
                .recognised
                .as_ref()
                .is_some_and(|recognised| recognised.told_in_order),
            zone: prepared.zone,
            reference: prepared.reference(self.plan.today),
            since: self.plan.since,
            until: self.plan.until,
            size: prepared.source.size,
            fraction: self.fraction,
            wanted: self.wanted,
            asked: self.asked,
            sought: self.sought,
            repeated,
        }
    }
}

fn trouble(reason: String) -> Parts {
    Parts {
        trouble: [reason].into_iter().collect(),
        ..Parts::default()
    }
}
