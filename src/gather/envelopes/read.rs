//! Reads a source whose lines lie in envelopes, or a piece of it.

use super::Opening;
use super::chain::{Chain, Clock, Place};
use super::framer::Framer;
use super::reader::Reader;
use super::units::{Found, Split, Splitter};
use crate::gather::frame::{Ended, Owned, Refill, Window};
use memchr::memchr_iter;
use std::ops::Range;

/// What is known of the source.
#[derive(Clone, Copy)]
pub struct Wrapped<'a> {
    /// Its envelopes.
    pub opening: &'a Opening,
    /// How their stamps are read.
    pub clock: Clock,
}

/// Reads what starts in the bytes that are `owned`, and gives `to` the records. `window` is only lent, so that its memory
/// is used again.
///
/// A record is of the reader of the bytes in which its first line's outermost envelope begins, as in
/// [`crate::gather::frame::cut`]. Where envelopes are no lines, all of the source has to be owned.
pub fn read(window: &mut Window, reader: &mut dyn Refill, wrapped: &Wrapped<'_>, owned: &Owned, to: &mut dyn Reader) -> Ended {
    let mut framer = Framer::new(wrapped.opening, owned.begins, to);
    let mut course = Course {
        chain: Chain::new(wrapped.opening, wrapped.clock),
        split: wrapped.opening.split,
        splitter: Splitter::new(wrapped.opening.split),
        owned,
        at: owned.from,
        newlines: 0,
        is_mid_line: !owned.begins,
        dense: Vec::new(),
    };
    window.clear();
    let broken = loop {
        let (passed, is_over) = course.pass(window.filled(), &mut framer);
        if is_over {
            break None;
        }
        window.forget(passed);
        match reader.more(window) {
            Ok(1..) => {}
            Ok(0) => {
                course.end(window.filled(), &mut framer);
                break None;
            }
            // Where the bytes break off, the last line is known to be half, and is left out.
            Err(error) => break Some(error),
        }
    };
    course.chain.finish(&mut |inner, told| framer.line(inner, told));
    framer.finish();
    Ended {
        newlines: course.newlines,
        broken,
    }
}

/// How far the reading has come.
struct Course<'a> {
    chain: Chain,
    split: Split,
    splitter: Splitter,
    owned: &'a Owned,
    /// Where the bytes that are not passed yet lie in the source.
    at: u64,
    /// Newlines among the owned bytes.
    newlines: u64,
    /// The first line began before what is read.
    is_mid_line: bool,
    /// An object in one line, or one that a row stands for.
    dense: Vec<u8>,
}

impl Course<'_> {
    /// Opens every whole envelope. Says how many bytes they were, and whether nothing is left to be read.
    fn pass(&mut self, bytes: &[u8], framer: &mut Framer<'_>) -> (usize, bool) {
        let mut passed = 0;
        loop {
            let is_behind = self.at >= self.owned.bytes.end;
            if is_behind && self.chain.is_done() && framer.is_done() {
                return (passed, true);
            }
            let rest = bytes.get(passed..).unwrap_or_default();
            let after = match self.splitter.next(rest) {
                Found::Unit(unit, after) => {
                    self.open(rest, unit, framer);
                    after
                }
                Found::TooLong(after) => {
                    if self.place(self.at) == Place::Within && !self.is_mid_line {
                        framer.too_long(self.newlines + 1);
                    }
                    after
                }
                Found::Nothing(after) => after,
                Found::More => return (passed, false),
            };
            let gone = rest.get(..after).unwrap_or_default();
            self.newlines += self.owned_newlines(gone);
            self.is_mid_line &= !gone.ends_with(b"\n");
            self.at += after as u64;
            passed += after;
        }
    }

    /// Opens what no newline ends.
    fn end(&mut self, bytes: &[u8], framer: &mut Framer<'_>) {
        if let Some(last) = self.splitter.last(bytes) {
            framer.unfinished = true;
            self.open(bytes, last, framer);
        }
    }

    fn open(&mut self, rest: &[u8], unit: Range<usize>, framer: &mut Framer<'_>) {
        if self.is_mid_line {
            return;
        }
        let before = rest.get(..unit.start).unwrap_or_default();
        let place = self.place(self.at + unit.start as u64);
        let line = self.newlines + self.owned_newlines(before) + 1;
        let mut unit = rest.get(unit).unwrap_or_default();
        if self.at == 0 {
            unit = unit.strip_prefix(b"\xef\xbb\xbf").unwrap_or(unit);
        }
        let unit = self.split.made(unit, &mut self.dense);
        self.chain
            .open(unit, place, line, &mut |inner, told| framer.line(inner, told));
    }

    fn place(&self, at: u64) -> Place {
        match at {
            _ if at < self.owned.bytes.start => Place::Before,
            _ if at < self.owned.bytes.end => Place::Within,
            _ => Place::Behind,
        }
    }

    /// Newlines of the bytes that are passed next, as far as they are owned.
    fn owned_newlines(&self, bytes: &[u8]) -> u64 {
        let from = self.owned.bytes.start.saturating_sub(self.at);
        let until = self.owned.bytes.end.saturating_sub(self.at);
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let owned = bytes.get(place(from)..place(until)).unwrap_or_default();
        memchr_iter(b'\n', owned).count() as u64
    }
}
