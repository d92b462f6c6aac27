//! What is known of a source before its records are read: how it is opened, what it was recognised as, how it is cut.

mod look;

use super::chunk::Piece;
use super::dates::{self, Lacking};
use super::discover::Source;
use super::open::archive::Kind;
use super::open::section::Section;
use super::open::{self, Opened, Refused};
use super::plan::Plan;
use super::recognise::{Order, Recognised};
use crate::model::{Name, Skipped, Time, Undated};
use crate::text::timestamp::{DateKnown, Reference, Slashed, Zone};
use chrono::{DateTime, NaiveDate};
pub(super) use look::is_meant;
use look::{Looked, forced, look_at_file, look_at_member, look_at_stdin, zone};
use std::collections::BTreeSet;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

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
