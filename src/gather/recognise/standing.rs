//! How every format stands before a source's first lines.

use super::order::{Order, Ranked};
use crate::gather::formats::{Fit, Format};
use crate::gather::frame::Framing;
use crate::model::Vantage;
use smallvec::SmallVec;
use std::hash::{DefaultHasher, Hasher as _};

/// One line in so many is asked of every format, whatever its [shape](shape).
const SPREAD: usize = 8;

/// Bytes of a line whose shape is looked at: past the keys by which formats of JSON lines are told apart.
const SHAPED: usize = 1024;

/// Bytes at a line's head by which layouts of text are told apart: a stamp and a level.
const HEADING: usize = 32;

/// How a format stands before a source's first lines.
#[derive(Clone, Copy)]
pub struct Standing {
    /// The format, with the layout that the source declares.
    pub format: &'static dyn Format,
    /// Samples of other formats that it accepts: the more, the less it tells.
    pub strangers: usize,
    /// Lines that can be nothing else.
    pub yes: usize,
    /// Lines that it may read, those among them.
    pub fits: usize,
    /// Lines that no format before it may read.
    pub first: usize,
}

impl Standing {
    /// Whether it may read records of the source, of which so many lines were looked at.
    #[must_use]
    pub fn is_candidate(&self, lines: usize) -> bool {
        self.yes > 0 || self.fits * 2 > lines
    }

    /// Whether a record of several lines tells of a call. A log of failures alone is mostly stacks and dumps, whose lines by
    /// themselves are no format's.
    pub(super) fn tells_a_call(&self, lines: &[&[u8]]) -> bool {
        let format = self.format;
        if format.framing() != Framing::Continued || format.vantage() != Vantage::Application {
            return false;
        }
        let starts = |line: &&[u8]| format.starts_record(line);
        let mut lines = lines;
        while let Some(first) = lines.iter().position(starts) {
            let record = lines.get(first..).unwrap_or(&[]);
            let length = record.iter().skip(1).position(starts).map_or(record.len(), |next| next + 1);
            let (record, rest) = record.split_at_checked(length).unwrap_or((record, &[]));
            let mut tells = false;
            // What is not read tells nothing.
            let _ = format.parse(&record.join(&b'\n'), &mut |_| tells = true);
            if tells {
                return true;
            }
            lines = rest;
        }
        false
    }
}

/// Asks every format of lines about a source's first ones. With it, how many of them are known: a line that only may be
/// one's counts one, any other two.
#[must_use]
pub fn stand(lines: &[&[u8]], order: &Order) -> (Vec<Standing>, usize) {
    let mut tallies = tallies(lines, order);
    for (at, line) in lines.iter().enumerate() {
        for tally in &mut tallies {
            tally.ask(at, line);
        }
    }
    counted(tallies, lines.len(), order)
}

/// [`stand`] without the formats that fit no line, and cheaper: of lines of a shape that was met already only those are asked
/// that fitted one, unless none of them is sure (every format asked of every line cost a fifth of a run over 2 MB).
pub(super) fn stand_briefly(lines: &[&[u8]], order: &Order) -> (Vec<Standing>, usize) {
    let mut tallies = tallies(lines, order);
    let mut shapes: SmallVec<[u64; 16]> = SmallVec::new();
    for (at, line) in lines.iter().enumerate() {
        let shape = shape(line);
        let is_new = !shapes.contains(&shape);
        shapes.extend(is_new.then_some(shape));
        let asked_of_all = is_new || at % SPREAD == 0;
        let mut known = false;
        for tally in tallies.iter_mut().filter(|tally| asked_of_all || !tally.fits.is_empty()) {
            known |= tally.ask(at, line) == Fit::Yes;
        }
        if !known && !asked_of_all {
            for tally in tallies.iter_mut().filter(|tally| tally.asked != Some(at)) {
                tally.ask(at, line);
            }
        }
    }
    tallies.retain(|tally| !tally.fits.is_empty());
    counted(tallies, lines.len(), order)
}

/// What lines of one layout have in common: how they begin, numbers and words aside, and what stands around their values.
fn shape(line: &[u8]) -> u64 {
    let mut shape = DefaultHasher::new();
    let (head, rest) = line.split_at(line.len().min(HEADING));
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => b'0',
        b'a'..=b'z' | b'A'..=b'Z' => b'a',
        other => *other,
    };
    for one in head.chunk_by(|one, next| class(one) == class(next)) {
        one.first().into_iter().for_each(|byte| shape.write_u8(class(byte)));
    }
    let around = |byte: &&u8| {
        matches!(
            byte,
            b'"' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'=' | b'|' | b'\t'
        )
    };
    rest.iter().take(SHAPED).filter(around).for_each(|byte| shape.write_u8(*byte));
    shape.finish()
}

/// How the formats stand that read only what lies in envelopes, each with how much it knows that the `others` do not.
/// They know little of a line alone, and so are asked of records; where none is about a call, it is better said that nothing
/// was read.
pub(super) fn stand_within(lines: &[&[u8]], others: &[Standing], order: &Order) -> Vec<(Standing, usize)> {
    let within = order.unranked().iter().filter(|ranked| ranked.format.needs_an_envelope());
    let standing = |ranked: &Ranked| {
        let (yes, any) = calls(ranked.format, lines, others);
        let standing = Standing {
            format: ranked.format,
            strangers: order.accepts(ranked),
            yes,
            fits: any,
            first: any,
        };
        (standing, yes + any)
    };
    within.map(standing).filter(|(standing, _)| standing.yes > 0).collect()
}

/// Records that begin on lines which no other format knows: those that are about calls, and with them those that may be. (The
/// last line of a traceback is about a call too, and belongs to the record above it.)
fn calls(format: &dyn Format, lines: &[&[u8]], others: &[Standing]) -> (usize, usize) {
    let (mut yes, mut any) = (0, 0);
    let mut rest = lines;
    while let [first, behind @ ..] = rest {
        let inner = behind.iter().take_while(|line| !format.starts_record(line)).count();
        let (record, after) = rest.split_at_checked(inner + 1).unwrap_or((rest, &[]));
        rest = after;
        if others.iter().any(|other| other.format.fit(first) != Fit::No) {
            continue;
        }
        let mut is_about = false;
        let _ = format.parse(&record.join(&b'\n'), &mut |_| is_about = true);
        yes += usize::from(is_about);
        any += usize::from(is_about || format.fit(first) != Fit::No);
    }
    (yes, any)
}

/// What a format says of lines.
struct Tally<'o> {
    ranked: &'o Ranked,
    format: &'static dyn Format,
    /// The lines that it accepts.
    fits: Vec<(usize, Fit)>,
    /// The line that it was asked of last.
    asked: Option<usize>,
}

impl Tally<'_> {
    fn is_declared(&self) -> bool {
        !std::ptr::addr_eq(self.format, self.ranked.format)
    }

    fn ask(&mut self, at: usize, line: &[u8]) -> Fit {
        self.asked = Some(at);
        let fit = self.format.fit(line);
        self.fits.extend((fit != Fit::No).then_some((at, fit)));
        fit
    }
}

fn tallies<'o>(lines: &[&[u8]], order: &'o Order) -> Vec<Tally<'o>> {
    let head = lines.join(&b'\n');
    let all = order.unranked().iter();
    all.filter(|ranked| ranked.format.framing().items().is_none() && !ranked.format.needs_an_envelope())
        .map(|ranked| Tally {
            ranked,
            format: ranked.format.declared(&head).unwrap_or(ranked.format),
            fits: Vec::new(),
            asked: None,
        })
        .collect()
}

/// The standings in their order, and how many of so many lines are known.
fn counted(mut tallies: Vec<Tally<'_>>, lines: usize, order: &Order) -> (Vec<Standing>, usize) {
    tallies.sort_by_key(|tally| {
        let (accepts, is_built_in, name) = order.rank(tally.ranked);
        // Of equals, one whose layout the source itself declares.
        (accepts, is_built_in, !tally.is_declared(), name)
    });
    let mut best = vec![Fit::No; lines];
    let standing = |tally: Tally<'_>| {
        let mut standing = Standing {
            format: tally.format,
            strangers: order.accepts(tally.ranked),
            yes: tally.fits.iter().filter(|(_, fit)| *fit == Fit::Yes).count(),
            fits: tally.fits.len(),
            first: 0,
        };
        for (at, fit) in tally.fits {
            let Some(best) = best.get_mut(at) else { continue };
            standing.first += usize::from(*best == Fit::No);
            *best = (*best).max(fit);
        }
        standing
    };
    let standings = tallies.into_iter().map(standing).collect();
    (standings, best.into_iter().map(|fit| fit as usize).sum())
}
