//! What is known of a source before its records are read: how it is opened, what it was recognised as, how it is cut.

use super::chunk::{Piece, pieces};
use super::dates::{self, Lacking};
use super::discover::{Source, Within};
use super::open::archive::Kind;
use super::open::section::Section;
use super::open::{self, Content, Limit, Opened, Refused};
use super::plan::{Pattern, Plan};
use super::recognise::{HEAD, LONGEST_HEAD, Order, Recognised, is_enough, recognise};
use crate::model::{Name, Skipped, Time, Undated};
use crate::text::timestamp::{DateKnown, Reference, Slashed, Zone};
use chrono::{DateTime, NaiveDate};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the first look at a plain file; [`HEAD`] and [`LONGEST_HEAD`] where these hold too few lines.
const FIRST_LOOK: usize = 64 * 1024;

/// What is said of a file that ends before the size it was opened with.
pub(super) const SHRUNK: &str = "it became shorter while it was read";

/// How a source is read.
pub(super) enum Way {
    /// It holds nothing.
    Empty,
    /// In one piece, from there to there, which nothing parts.
    Piece(u64, u64),
    /// In pieces.
    Pieces(Box<[Piece]>),
    /// As a stream; of a plain file, so many bytes from there on.
    Whole(Option<(u64, u64)>),
}

/// A source that can be read.
pub(super) struct Prepared {
    pub(super) source: Source,
    pub(super) way: Way,
    pub(super) recognised: Option<Arc<Recognised>>,
    pub(super) zone: Zone,
    zone_by: ZoneBy,
    /// Nobody named the zone.
    pub(super) zone_assumed: bool,
    /// The user says what format it is in.
    pub(super) is_forced: bool,
    /// The date of stamps without one, where other logs tell it.
    date: Option<NaiveDate>,
    /// Whether the day comes first in dates behind slashes, where other logs tell it.
    day_first: Option<bool>,
    /// What is open while it is read; nothing of a log in one piece.
    held: Option<Box<Mutex<Held>>>,
}

struct Held {
    /// Standard input can be opened once.
    stdin: Option<Opened>,
    /// The file while it is read, so that its pieces are of one file whatever becomes of its name.
    file: Option<Arc<File>>,
    left: usize,
}

/// Who says in which zone a source was written.
#[derive(Clone, Copy)]
enum ZoneBy {
    User,
    Format,
    Nobody,
}

/// Why a source is not prepared.
pub(super) enum Unprepared {
    /// It cannot be read.
    Skipped(Skipped),
    /// It is an archive of sources.
    Archive(Box<Source>, Kind),
}

/// What a look at a source found.
enum Found {
    Log(Looked),
    Archive(Kind),
}

impl Prepared {
    pub(super) fn new(source: Source, plan: &Plan, order: &Order) -> Result<Self, Unprepared> {
        let forced = forced(&source, plan);
        let is_forced = forced.is_some();
        let found = if let Some(within) = &source.within {
            look_at_member(within, source.limit, forced, order)
        } else if source.is_stdin() {
            look_at_stdin(source.limit, forced, order)
        } else {
            look_at_file(&source, plan, forced, order)
        };
        let looked = match found {
            Ok(Found::Log(looked)) => looked,
            Ok(Found::Archive(kind)) => return Err(Unprepared::Archive(Box::new(source), kind)),
            Err(Refused(reason)) => {
                return Err(Unprepared::Skipped(Skipped {
                    path: source.name,
                    reason,
                }));
            }
        };
        let (zone, zone_by) = zone(&source, plan, looked.recognised.as_ref());
        let left = looked.way.parts();
        let held = (left > 1 || looked.stdin.is_some()).then(|| {
            Box::new(Mutex::new(Held {
                stdin: looked.stdin,
                file: None,
                left,
            }))
        });
        Ok(Self {
            source,
            way: looked.way,
            recognised: looked.recognised.map(|recognised| order.once(recognised)),
            zone,
            zone_assumed: matches!(zone_by, ZoneBy::Nobody),
            zone_by,
            is_forced,
            date: None,
            day_first: None,
            held,
        })
    }

    /// The file, opened by the first of its readers and closed after the last.
    pub(super) fn file(&self) -> Result<Arc<File>, Refused> {
        let open = || Ok(Arc::new(open::open(&self.source.path(), self.source.id)?));
        let Some(held) = &self.held else { return open() };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &held.file {
            Some(file) => Arc::clone(file),
            None => open()?,
        };
        held.left = held.left.saturating_sub(1);
        held.file = (held.left > 0).then(|| Arc::clone(&file));
        Ok(file)
    }

    fn lacking(&self) -> Option<&Lacking> {
        self.recognised.as_ref()?.lacking.as_deref()
    }

    /// How the report says which zone was taken.
    pub(super) fn zone_said(&self) -> String {
        let zone = self.zone;
        match self.zone_by {
            ZoneBy::User => format!("{zone} by --tz"),
            ZoneBy::Format => {
                let of_format = self.recognised.as_ref().and_then(|recognised| recognised.zone());
                format!("{zone} by the format {}", of_format.map_or("", |(_, name)| name))
            }
            ZoneBy::Nobody => format!("assumed {zone}"),
        }
    }

    /// Whether its stamps tell their dates.
    pub(super) fn is_dated(&self) -> bool {
        self.lacking()
            .is_none_or(|lacking| lacking.dated == DateKnown::Full && lacking.slashed != Some(Slashed::Either))
    }

    /// Takes the date of stamps without one from when other logs were written.
    pub(super) fn date_by(&mut self, others: &[(Time, Time)]) {
        let Some(lacking) = self.lacking() else { return };
        if lacking.slashed.is_some() {
            self.day_first = dates::day_first(lacking, &self.zone, others);
            return;
        }
        self.date = dates::date(lacking, &self.zone, self.source.written, others);
    }

    /// By which date stamps without one are read.
    pub(super) fn written(&self) -> Option<NaiveDate> {
        self.date.or(self.source.written)
    }

    /// By what its stamps are read that do not say all.
    pub(super) fn reference(&self, today: Option<NaiveDate>) -> Reference {
        let slashed = self.lacking().and_then(|lacking| lacking.slashed);
        Reference {
            day_first: slashed == Some(Slashed::DayFirst) || self.day_first == Some(true),
            ..Reference::on(self.written().or(today).unwrap_or(DateTime::UNIX_EPOCH.date_naive()))
        }
    }

    /// Whether it is a document, not a log of lines.
    pub(super) fn is_document(&self) -> bool {
        self.recognised.as_deref().is_some_and(Recognised::is_a_document)
    }

    /// Whether what was read before has to be read again, for its midnights.
    pub(super) fn counts_midnights(&self) -> bool {
        self.recognised.as_deref().is_some_and(Recognised::counts_midnights)
    }

    /// How the report says so.
    pub(super) fn dated_as(&self) -> Option<String> {
        let lacking = self.lacking()?;
        match lacking.slashed {
            Some(Slashed::Either) => return Some(dates::order_said(self.day_first)),
            Some(_) => return None,
            None => {}
        }
        Some(dates::said(lacking, self.written(), self.date.is_some()))
    }

    /// What is to be known to date it anew; `None` where its stamps tell their dates.
    pub(super) fn undated(&self, sources: BTreeSet<Name>) -> Option<Undated> {
        let lacking = self.lacking().filter(|lacking| lacking.dated != DateKnown::Full)?;
        Some(Undated {
            sources,
            stamp: lacking.stamp.clone(),
            has_day: lacking.dated == DateKnown::NoYear,
            zone: self.zone.to_string(),
            written: self.source.written,
            told: self.date,
        })
    }

    /// Says how many pieces are going to be read, before they are.
    pub(super) fn hold(&self, pieces: usize) {
        if let Some(held) = &self.held {
            held.lock().unwrap_or_else(PoisonError::into_inner).left = pieces;
        }
    }

    /// The source as a stream.
    pub(super) fn stream(&self) -> Result<Opened, Refused> {
        let limit = self.source.limit;
        if let Some(within) = &self.source.within {
            return open::begin(within.stream()?, limit)?.single();
        }
        let held = self.held.as_ref();
        let stdin = held.and_then(|held| held.lock().unwrap_or_else(PoisonError::into_inner).stdin.take());
        match stdin {
            Some(stdin) => Ok(stdin),
            None if self.source.is_stdin() => Err(Refused("standard input can be read once".to_owned())),
            None => match self.way {
                Way::Whole(Some((at, size))) => open::begin(Box::new(Section::new(self.file()?, at, size, SHRUNK)), limit),
                _ => open::begin(Box::new(self.file()?), limit),
            },
        }
    }
}

impl Way {
    fn of(pieces: Vec<Piece>) -> Self {
        match *pieces.as_slice() {
            [Piece { start, end, data }] if data == (start, end) => Self::Piece(start, end),
            _ => Self::Pieces(pieces.into_boxed_slice()),
        }
    }

    /// One of its pieces.
    pub(super) fn piece(&self, part: usize) -> Option<Piece> {
        match self {
            Self::Piece(start, end) => (part == 0).then_some(Piece {
                start: *start,
                end: *end,
                data: (*start, *end),
            }),
            Self::Pieces(pieces) => pieces.get(part).copied(),
            Self::Empty | Self::Whole(_) => None,
        }
    }

    /// In how many parts it is read.
    pub(super) fn parts(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Pieces(pieces) => pieces.len(),
            Self::Piece(..) | Self::Whole(_) => 1,
        }
    }
}

struct Looked {
    way: Way,
    recognised: Option<Recognised>,
    stdin: Option<Opened>,
}

fn look_at_stdin(limit: Limit, forced: Option<Recognised>, order: &Order) -> Result<Found, Refused> {
    let mut opened = open::begin(Box::new(io::stdin()), limit)?;
    if let Some(bundle) = opened.bundle {
        let name = bundle.name();
        return Err(Refused(format!("a {name} archive on standard input: name the file instead")));
    }
    let recognised = chosen(forced, order, |order| Ok(recognise_stream(&mut opened, order)))?;
    Ok(Found::Log(Looked {
        way: Way::Whole(None),
        recognised,
        stdin: Some(opened),
    }))
}

fn look_at_member(within: &Within, limit: Limit, forced: Option<Recognised>, order: &Order) -> Result<Found, Refused> {
    let mut opened = open::begin(within.stream()?, limit)?.single()?;
    let is_empty = within.member.size == 0 && opened.head.is_empty();
    let way = if is_empty { Way::Empty } else { Way::Whole(None) };
    Ok(Found::Log(Looked {
        way,
        recognised: chosen(forced, order, |order| Ok(recognise_stream(&mut opened, order)))?,
        stdin: None,
    }))
}

fn look_at_file(source: &Source, plan: &Plan, forced: Option<Recognised>, order: &Order) -> Result<Found, Refused> {
    let file = open::open(&source.path(), source.id)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    let (way, recognised) = match open::look(&file)? {
        Content::Empty => (Way::Empty, None),
        Content::Plain { begins } => {
            let sparse = metadata.blocks().saturating_mul(512) < size;
            let mut recognised = chosen(forced, order, |order| recognise_plain(&file, begins, size, order))?;
            look_for_days(&file, size, recognised.as_mut());
            let pieces = pieces(&file, begins, size, plan.piece, sparse);
            let resume = source.resume();
            let in_order = recognised.as_ref().filter(|recognised| recognised.is_in_order());
            let way = match (in_order, is_of_one_stretch(&pieces, size)) {
                (Some(recognised), true) => {
                    // Midnights are counted from the start. A document has no lines to wait for.
                    let from = if recognised.counts_midnights() {
                        begins
                    } else {
                        begins.max(resume.from)
                    };
                    let until = if recognised.is_a_document() {
                        size
                    } else {
                        size.min(resume.until)
                    };
                    Way::Whole(Some((from, until.saturating_sub(from))))
                }
                (Some(recognised), false) if recognised.is_a_document() => {
                    return Err(Refused(
                        "a document with holes: it was damaged when it was written".to_owned(),
                    ));
                }
                _ => Way::of(resume.of(pieces)),
            };
            (way, recognised)
        }
        Content::Streamed => {
            let mut opened = open::begin(Box::new(file), source.limit)?;
            if let Some(bundle) = opened.bundle {
                let packing = opened.packing;
                return Ok(Found::Archive(Kind { bundle, packing }));
            }
            let recognised = chosen(forced, order, |order| Ok(recognise_stream(&mut opened, order)))?;
            (Way::Whole(None), recognised)
        }
    };
    Ok(Found::Log(Looked {
        way,
        recognised,
        stdin: None,
    }))
}

/// Whether no hole parts a file, or follows its data.
fn is_of_one_stretch(pieces: &[Piece], size: u64) -> bool {
    let (first, last) = (pieces.first(), pieces.last());
    first
        .zip(last)
        .is_none_or(|(first, last)| first.data == last.data && last.data.1 == size)
}

/// What the user says of a source goes before what is found. A forced format may know what lies in an envelope where none
/// other does.
fn chosen(
    forced: Option<Recognised>,
    order: &Order,
    mut look: impl FnMut(&Order) -> Result<Option<Recognised>, Refused>,
) -> Result<Option<Recognised>, Refused> {
    let found = look(order)?;
    let Some(forced) = forced else { return Ok(found) };
    let alone = look(&Order::of(&forced.candidates))?;
    let opening = alone.as_ref().or(found.as_ref()).map(|known| Arc::clone(&known.opening));
    Ok(Some(Recognised {
        opening: opening.unwrap_or_default(),
        ..forced.in_place_of(found)
    }))
}

/// By the same first lines as a plain file: the same log packed must be read the same.
fn recognise_stream(opened: &mut Opened, order: &Order) -> Option<Recognised> {
    for most in [HEAD, LONGEST_HEAD] {
        if !is_enough(&opened.head) {
            opened.look_further(most);
        }
    }
    let whole = opened.head.len() < FIRST_LOOK;
    recognise(&opened.head, whole, order)
}

fn recognise_plain(file: &File, begins: u64, size: u64, order: &Order) -> Result<Option<Recognised>, Refused> {
    let mut head = Vec::new();
    for most in [FIRST_LOOK, HEAD, LONGEST_HEAD] {
        let most = usize::try_from(size - begins).unwrap_or(usize::MAX).min(most);
        let mut filled = head.len();
        head.resize(most, 0);
        while let Some(space) = head.get_mut(filled..).filter(|space| !space.is_empty()) {
            match file.read_at(space, begins + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        head.truncate(filled);
        if filled < most || is_enough(&head) {
            break;
        }
    }
    let whole = begins + head.len() as u64 >= size;
    Ok(recognise(&head, whole, order))
}

/// Places of a file at which stamps are looked for, and the bytes that are read at each.
const PLACES: u64 = 16;
const AT_A_PLACE: usize = 16 * 1024;

/// Learns whether day or month comes first in a log's dates, where its first lines do not tell: a number above 12 anywhere does.
fn look_for_days(file: &File, size: u64, recognised: Option<&mut Recognised>) {
    let Some(recognised) = recognised.filter(|recognised| recognised.opening.is_plain()) else {
        return;
    };
    let Some(mut lacking) = recognised.lacking.take() else {
        return;
    };
    let mut bytes = vec![0; AT_A_PLACE];
    for place in (1..=PLACES).rev() {
        if lacking.slashed != Some(Slashed::Either) {
            break;
        }
        let at = (size / PLACES * place).saturating_sub(AT_A_PLACE as u64);
        // What cannot be read here is told when all of it is.
        let read = file.read_at(&mut bytes, at).unwrap_or(0);
        let lines: Vec<&[u8]> = bytes
            .get(..read)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
            .skip(1)
            .collect();
        lacking.look_at(&lines, recognised);
    }
    recognised.lacking = Some(lacking).filter(|lacking| !lacking.is_nothing());
}

fn forced(source: &Source, plan: &Plan) -> Option<Recognised> {
    let means = |pattern: &Pattern| is_meant(pattern, source);
    let by_pattern = plan
        .formats
        .iter()
        .rev()
        .find(|(pattern, _)| pattern.as_ref().is_some_and(&means));
    let for_all = || plan.formats.iter().rev().find(|(pattern, _)| pattern.is_none());
    by_pattern.or_else(for_all).map(|(_, format)| Recognised::forced(*format))
}

/// Whether a pattern means a source, or the archive it is in.
pub(super) fn is_meant(pattern: &Pattern, source: &Source) -> bool {
    let outer = source.within.as_ref().map(|within| &*within.outer);
    let means = |source: &Source| pattern.means(source.below(), &source.name, &source.path());
    means(source) || outer.is_some_and(means)
}

/// What the user says of a log goes before what its format says, and that before what is said of all logs.
fn zone(source: &Source, plan: &Plan, recognised: Option<&Recognised>) -> (Zone, ZoneBy) {
    let named = plan.zones.iter().rev().find(|(pattern, _)| is_meant(pattern, source));
    let of_format = || recognised.and_then(|recognised| recognised.zone());
    match named {
        Some((_, zone)) => (*zone, ZoneBy::User),
        None if plan.zone_given => (plan.default_zone, ZoneBy::User),
        None => match of_format() {
            Some((zone, _)) => (zone, ZoneBy::Format),
            None => (plan.default_zone, ZoneBy::Nobody),
        },
    }
}
