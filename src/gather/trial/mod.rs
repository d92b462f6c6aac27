//! What becomes of a source's first records: which format they are in, how sure that is, what they say and why no other
//! format was taken. Nothing is counted and nothing is judged.

mod understood;

pub use understood::Understood;

use super::DiscoverError;
use super::carries::Bytes;
use super::dates::Midnights;
use super::fold::Workers;
use super::formats::{Format, Unread};
use super::frame::{self, Framing, Owned, Sink, Window};
use super::plan::Plan;
use super::prepare::{Prepared, Way};
use super::recognise::{HEAD, Order, Standing, hear};
use super::sources::{self, Sources};
use crate::model::{Name, Skipped, Vantage};
use crate::text::timestamp::{Reference, StampCache};
use chrono::DateTime;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Numbers of lines that were not understood, kept for each source.
const UNREAD_KEPT: usize = 20;

/// A source that was tried.
pub struct Trial {
    /// Its name.
    pub path: Name,
    /// What it is, unless no format knows it.
    pub found: Option<Found>,
    /// Lines that the formats were asked about; of a document, records.
    pub lines: usize,
    /// The formats, best first; a document's have none.
    pub others: Vec<Other>,
    /// Records of each format among those read.
    pub read_by: BTreeMap<&'static str, u64>,
    /// Records about a call.
    pub records: u64,
    /// Records understood that are about no call.
    pub other_records: u64,
    /// Records not understood.
    pub unread: u64,
    /// Where the first of those are, and why.
    pub unread_lines: Vec<(u64, Unread)>,
    /// Where the format leaves the first of those, if it says.
    pub leaves: Option<String>,
    /// Whether a stamp was met that has no zone.
    pub is_zoneless: bool,
    /// Whether it is a document, whose records are counted in the place of lines.
    pub is_document: bool,
    /// The first records about a call.
    pub understood: Vec<Understood>,
    /// Whether all of it was looked at, and not its first part only.
    pub whole: bool,
}

/// What a source is.
pub struct Found {
    /// The format.
    pub format: &'static str,
    /// Who writes it.
    pub vantage: Vantage,
    /// The user said so.
    pub is_forced: bool,
    /// The zone of stamps without one, and who says so.
    pub zone: String,
    /// Lines that fit the format.
    pub fits: usize,
}

/// A format that was not taken for a source's name.
pub struct Other {
    /// Which.
    pub format: &'static str,
    /// The user wrote it.
    pub is_the_users: bool,
    /// Lines that fit it, and those of them that can be nothing else.
    pub fits: usize,
    /// Lines that can be nothing else.
    pub yes: usize,
    /// Lines that it was the first to accept.
    pub first: usize,
    /// Whether it may still read lines that those before it do not.
    pub is_candidate: bool,
    /// Samples of other formats that it accepts.
    pub strangers: usize,
    /// Where it leaves the first line, if it says.
    pub leaves: Option<String>,
}

/// What was tried.
pub struct Tried {
    /// The sources, by name.
    pub trials: Vec<Trial>,
    /// What cannot be read.
    pub skipped: Vec<Skipped>,
}

/// Tries every source of a plan, and keeps so many understood records of each.
///
/// # Errors
/// Where there is nothing to read.
pub fn trial(plan: &Plan, records: usize) -> Result<Tried, DiscoverError> {
    let Sources { sources, skipped, .. } = sources::find(plan, &Workers::new(plan.threads))?;
    let order = Order::of(plan.known);
    let mut skipped: Vec<Skipped> = skipped.into_iter().collect();
    let mut trials = Vec::with_capacity(sources.len());
    for prepared in &sources {
        let tried = catch_unwind(AssertUnwindSafe(|| try_one(prepared, &order, records)));
        match tried.unwrap_or_else(|_| Err("stopped reading: internal error".to_owned())) {
            Ok(trial) => trials.push(trial),
            Err(reason) => skipped.push(Skipped {
                path: Name::clone(&prepared.source.name),
                reason,
            }),
        }
    }
    Ok(Tried { trials, skipped })
}

fn try_one(prepared: &Prepared, order: &Order, records: usize) -> Result<Trial, String> {
    let mut trial = Trial {
        path: Name::clone(&prepared.source.name),
        found: None,
        lines: 0,
        others: Vec::new(),
        read_by: BTreeMap::new(),
        records: 0,
        other_records: 0,
        unread: 0,
        unread_lines: Vec::new(),
        leaves: None,
        is_zoneless: false,
        is_document: prepared.recognised.as_ref().is_some_and(|found| found.items.is_some()),
        understood: Vec::new(),
        whole: true,
    };
    if matches!(prepared.way, Way::Empty) {
        return Ok(trial);
    }
    let mut opened = prepared.stream().map_err(|refused| refused.0)?;
    opened.look_further(HEAD);
    let head = opened.head;
    trial.whole = head.len() < HEAD;
    let heard = hear(&head, trial.whole, order);
    trial.lines = heard.lines.len();
    let first = heard.lines.first().map(|line| line.to_vec()).unwrap_or_default();
    let name = prepared.recognised.as_ref().map(|recognised| recognised.name);
    let others = heard.standings.iter().filter(|standing| Some(standing.format.name()) != name);
    trial.others = others.map(|standing| other(standing, trial.lines, &first)).collect();
    trial
        .others
        .sort_by_key(|other| (std::cmp::Reverse((other.first, other.fits, other.yes)), other.strangers));
    if let Some(recognised) = &prepared.recognised {
        let own = recognised.candidates.iter().find(|format| format.name() == recognised.name);
        let fits = |format: &&'static dyn Format| {
            heard
                .lines
                .iter()
                .filter(|line| format.fit(line) != super::formats::Fit::No)
                .count()
        };
        trial.found = Some(Found {
            format: recognised.name,
            vantage: recognised.vantage,
            is_forced: recognised.is_forced,
            zone: prepared.zone_said.clone(),
            fits: match recognised.items {
                Some(_) if own.is_some_and(|format| format.framing().items().is_some()) => trial.lines,
                _ => own.map_or(0, fits),
            },
        });
    }
    read_head(prepared, &head, records, &mut trial);
    Ok(trial)
}

fn other(standing: &Standing, lines: usize, first: &[u8]) -> Other {
    Other {
        format: standing.format.name(),
        is_the_users: standing.format.is_the_users(),
        fits: standing.fits,
        yes: standing.yes,
        first: standing.first,
        is_candidate: standing.is_candidate(lines),
        strangers: standing.strangers,
        leaves: standing.format.leaves(first),
    }
}

/// Cuts the first bytes into records, as the reader would, and reads them.
fn read_head(prepared: &Prepared, head: &[u8], keep: usize, trial: &mut Trial) {
    let candidates: &[&'static dyn Format] = prepared.recognised.as_ref().map_or(&[], |found| found.candidates.as_slice());
    let items = prepared.recognised.as_ref().and_then(|recognised| recognised.items);
    let whole = trial.whole;
    let mut reading = Reading {
        prepared,
        candidates,
        keep,
        whole,
        trial,
        stamps: StampCache::default(),
        midnights: Midnights::default(),
    };
    let (mut window, mut bytes) = (Window::default(), Bytes(head));
    if let Some(items) = items {
        frame::items(&mut window, &mut bytes, items, &mut reading);
        return;
    }
    let is_line = candidates.iter().all(|format| format.framing() == Framing::Line);
    let starts = |line: &[u8]| candidates.iter().any(|format| super::read::starts(*format, line));
    let starts: frame::Starts<'_> = if is_line { None } else { Some(&starts) };
    frame::cut(&mut window, &mut bytes, &Owned::WHOLE, starts, &mut reading);
}

struct Reading<'a> {
    prepared: &'a Prepared,
    candidates: &'a [&'static dyn Format],
    keep: usize,
    whole: bool,
    trial: &'a mut Trial,
    stamps: StampCache,
    midnights: Midnights,
}

impl Sink for Reading<'_> {
    fn warm(&mut self, _: &[u8]) {}

    fn record(&mut self, line: u64, record: &[u8]) {
        if record.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let reference = Reference::on(self.prepared.written().unwrap_or(DateTime::UNIX_EPOCH.date_naive()));
        let mut why = Unread::NotThisFormat;
        for format in self.candidates {
            let mut about = false;
            let (stamps, midnights, trial) = (&mut self.stamps, &mut self.midnights, &mut *self.trial);
            let read = format.parse(record, &mut |fields| {
                let time = fields
                    .timestamp
                    .and_then(|text| stamps.parse(text, &self.prepared.zone, &reference))
                    .map(|stamp| {
                        trial.is_zoneless |= !stamp.zoned;
                        understood::dated(stamp, midnights)
                    });
                if let Some(said) = Understood::of(line, fields, *format, time) {
                    about = true;
                    if trial.understood.len() < self.keep {
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
                Err(unread) => {
                    if unread == Unread::CutShort {
                        why = unread;
                    }
                }
            }
        }
        if self.trial.unread == 0 {
            self.trial.leaves = self.candidates.iter().find_map(|format| format.leaves(record));
        }
        self.unread(line, why);
    }

    fn too_long(&mut self, line: u64) {
        self.unread(line, Unread::CutShort);
    }

    fn unfinished(&mut self, line: u64, record: &[u8]) {
        // What the look itself cut in two says nothing of the format.
        if self.whole {
            self.record(line, record);
        }
    }
}

impl Reading<'_> {
    fn unread(&mut self, line: u64, why: Unread) {
        self.trial.unread += 1;
        if self.trial.unread_lines.len() < UNREAD_KEPT {
            self.trial.unread_lines.push((line, why));
        }
    }
}
