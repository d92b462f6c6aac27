//! Which envelopes a source's lines lie in: they are taken off, one after the other, as long as that makes lines that
//! formats know better.

use super::chain::{Chain, Clock, Place};
use super::colours::strip;
use super::envelope::Envelope;
use super::units::{Found, Split, Splitter};
use super::{ALL, Opening};
use crate::gather::formats::Fit;
use crate::model::Name;
use crate::text::timestamp::{DateKnown, Reference, Zone};
use chrono::DateTime;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Envelopes within each other that are taken off: a shipper around a container's log around syslog around an object of
/// the program's library.
const DEEPEST: usize = 4;

/// Lines that are looked at.
const LINES: usize = 200;

/// Lines that every envelope is asked of, spread over them: a few tell, and most sources lie open.
const TALLIED: usize = 50;

/// One line in so many must fit, for tracebacks may stand without an envelope.
const FITTING: usize = 4;

/// A line as it lies in the source, as nearly all do, or what was made of it.
type Text<'a> = Cow<'a, [u8]>;

/// How well lines are known to the formats.
#[derive(Clone, Debug)]
pub struct Judged<R> {
    /// What they are; `None` where no format knows them.
    pub known: Option<R>,
    /// Thousandths of them that are known, a line that only may be one's counting half.
    pub share: usize,
}

/// Says what lines are; the second word is whether envelopes tell when they were written.
type Judge<'a, R> = &'a dyn Fn(&[&[u8]], bool) -> Judged<R>;

/// Thousandths of the lines that are known outside, from which on text without a time is not looked for inside an envelope
/// that is not certain: a log of stamped lines lies open, and a dump's first line may be all that its format knows of it.
const HARDLY_KNOWN: usize = 250;

/// Finds the envelopes of a source that begins with `head`, whose first lines are `lines`, and what lies inside.
///
/// An envelope that is certain counts where anything inside is known, and any other where more is known inside than
/// outside: a format may read its envelope itself.
pub fn find<R>(head: &[u8], lines: &[&[u8]], judge: Judge<'_, R>) -> (Opening, Option<R>) {
    let bare: Vec<Text<'_>> = lines
        .iter()
        .map(|line| as_made(line, |scratch| strip(line, scratch).len()))
        .collect();
    let mut opening = Opening {
        coloured: bare.iter().any(|line| matches!(line, Cow::Owned(_))),
        ..Opening::default()
    };
    let mut best = judged(&bare, judge, false);
    let split = Split::of(head);
    let units: Vec<Text<'_>> = match split {
        Split::Lines => lines.iter().map(|line| Cow::Borrowed(*line)).collect(),
        _ => units(head, split),
    };
    let mut lines = if split == Split::Lines { bare } else { units.clone() };
    let mut deeper = Opening {
        split,
        ..opening.clone()
    };
    let mut is_certain = false;
    while deeper.layers.len() < DEEPEST {
        let Some((envelope, certain, around_all)) = fitting(&lines) else {
            break;
        };
        is_certain |= certain;
        deeper.layers.push(envelope);
        let opened = open(&units, &deeper);
        // What only some lines have is the program's own stamp, under which its dumps lie open.
        let is_told = is_certain || around_all && best.share < HARDLY_KNOWN;
        let is_dated = opened.dated.is_some() && is_told;
        let inside = judged(&opened.lines, judge, is_dated);
        if inside.known.is_some() && (is_certain || inside.share > best.share) {
            best = inside;
            opening = Opening {
                many_origins: opened.origins.len() > 1,
                dated: opened.dated,
                host: opened.host.filter(|_| opened.origins.len() < 2),
                many_programs: opened.programs.len() > 1,
                ..deeper.clone()
            };
            is_certain = false;
        }
        lines = opened.lines;
    }
    (opening, best.known)
}

/// A text as it lies where nothing of it had to be made, else what was made of it; `make` tells how long it is.
fn as_made(text: &[u8], make: impl FnOnce(&mut Vec<u8>) -> usize) -> Text<'_> {
    let mut scratch = Vec::new();
    if make(&mut scratch) == text.len() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(scratch)
}

/// A unit as envelopes read it.
fn made(split: Split, unit: &[u8]) -> Text<'_> {
    let mut scratch = Vec::new();
    match split {
        Split::Lines | Split::Entries => Cow::Borrowed(unit),
        Split::Objects { .. } | Split::Lists { .. } | Split::Documents | Split::Rows(_) => {
            Cow::Owned(split.made(unit, &mut scratch).to_vec())
        }
    }
}

fn judged<R>(lines: &[Text<'_>], judge: Judge<'_, R>, is_dated: bool) -> Judged<R> {
    let lines: Vec<&[u8]> = lines
        .iter()
        .map(|line| &**line)
        .filter(|line| !line.trim_ascii().is_empty())
        .collect();
    judge(&lines, is_dated)
}

/// The envelope that most lines fit, whether it is certain, and whether all of them fit.
fn fitting(lines: &[Text<'_>]) -> Option<(&'static dyn Envelope, bool, bool)> {
    let lines = lines.iter().filter(|line| !line.trim_ascii().is_empty());
    let lines: Vec<&Text<'_>> = lines.clone().step_by(lines.count() / TALLIED + 1).collect();
    let tally = |envelope: &&'static dyn Envelope| {
        let fits = lines.iter().map(|line| envelope.fit(line));
        let (yes, any) = fits.fold((0, 0), |(yes, any), fit| {
            (yes + usize::from(fit == Fit::Yes), any + usize::from(fit != Fit::No))
        });
        (*envelope, yes, any)
    };
    let tallies = ALL
        .iter()
        .map(tally)
        .filter(|(_, _, any)| *any > 0 && any * FITTING >= lines.len());
    let (envelope, yes, any) = tallies.rev().max_by_key(|(_, yes, any)| (*yes, *any))?;
    Some((envelope, yes * 2 > any, any == lines.len()))
}

/// The first envelopes that are whole.
fn units(head: &[u8], split: Split) -> Vec<Text<'_>> {
    let mut splitter = Splitter::new(split);
    let mut units = Vec::new();
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    while units.len() < LINES {
        let after = match splitter.next(rest) {
            Found::Unit(unit, after) => {
                units.extend(rest.get(unit).map(|unit| made(split, unit)));
                after
            }
            Found::Nothing(after) | Found::TooLong(after) => after,
            Found::More => break,
        };
        rest = rest.get(after..).unwrap_or_default();
    }
    units
}

#[derive(Default)]
struct Opened {
    lines: Vec<Text<'static>>,
    host: Option<Name>,
    dated: Option<DateKnown>,
    origins: BTreeSet<u64>,
    programs: BTreeSet<u64>,
}

fn open(units: &[Text<'_>], opening: &Opening) -> Opened {
    // No stamp is asked for yet.
    let clock = Clock {
        zone: Zone::Utc,
        reference: Reference::on(DateTime::UNIX_EPOCH.date_naive()),
    };
    let mut chain = Chain::new(opening, clock);
    let mut opened = Opened::default();
    for unit in units {
        chain.open(unit, Place::Within, 0, &mut |line, told| {
            if opened.lines.len() < LINES {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                opened.lines.push(Cow::Owned(line.to_vec()));
                opened.origins.extend(Some(told.origin).filter(|origin| *origin != 0));
                opened.host = opened.host.take().or_else(|| told.host.clone());
                opened.dated = opened.dated.or(told.stamp.map(|stamp| stamp.dated));
                opened.programs.insert(told.program);
            }
        });
    }
    opened
}
