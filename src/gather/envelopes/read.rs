//! Reads a source whose lines lie in envelopes, from its start to its end.

use super::Opening;
use super::chain::{Chain, Clock};
use super::clock::Outer;
use super::framer::Framer;
use super::units::{Found, Splitter};
use crate::gather::frame::{Ended, Refill, Window};
use memchr::memchr_iter;

/// Takes the records that lay in envelopes. Lines count from 1, and are those of the outermost envelope.
pub trait Reader {
    /// The first lines of a host and service, before any other word of them: see [`Outer::origin`].
    fn meet(&mut self, outer: &Outer, lines: &[&[u8]]);
    /// Whether a line of that origin starts a record.
    fn starts(&self, origin: Option<u64>, line: &[u8]) -> bool;
    /// A record.
    fn record(&mut self, line: u64, outer: &Outer, record: &[u8]);
    /// A record, or an envelope, that is too long.
    fn too_long(&mut self, line: u64);
    /// The last record, which no newline ends.
    fn unfinished(&mut self, line: u64, outer: &Outer, record: &[u8]);
}

/// What is known of the source.
#[derive(Clone, Copy)]
pub struct Wrapped<'a> {
    /// Its envelopes.
    pub opening: &'a Opening,
    /// How their stamps are read.
    pub clock: Clock,
}

/// Reads all of `reader` and gives `to` the records. `window` is only lent, so that its memory is used again.
pub fn read(window: &mut Window, reader: &mut dyn Refill, wrapped: &Wrapped<'_>, to: &mut dyn Reader) -> Ended {
    let mut chain = Chain::new(wrapped.opening, wrapped.clock);
    let mut framer = Framer::new(wrapped.opening, to);
    let mut splitter = Splitter::new(wrapped.opening.split);
    let (mut newlines, mut is_first) = (0, true);
    window.clear();
    let broken = loop {
        let mut at = 0;
        loop {
            let bytes = window.filled().get(at..).unwrap_or_default();
            let bytes = without_mark(bytes, is_first, &mut at);
            is_first &= bytes.is_empty();
            let line = newlines + 1;
            let after = match splitter.next(bytes) {
                Found::Unit(unit, after) => {
                    let before = bytes.get(..unit.start).unwrap_or_default();
                    let unit = bytes.get(unit).unwrap_or_default();
                    let line = line + memchr_iter(b'\n', before).count() as u64;
                    chain.open(unit, line, &mut |inner, told| framer.line(inner, told));
                    after
                }
                Found::TooLong(after) => {
                    framer.too_long(line);
                    after
                }
                Found::Nothing(after) => after,
                Found::More => break,
            };
            let passed = bytes.get(..after).unwrap_or_default();
            newlines += memchr_iter(b'\n', passed).count() as u64;
            at += after;
        }
        window.forget(at);
        match reader.more(window) {
            Ok(1..) => {}
            Ok(0) => break None,
            Err(error) => break Some(error),
        }
    };
    // Where the bytes break off, the last line is known to be half, and is left out.
    if let Some(last) = splitter.last(window.filled()).filter(|_| broken.is_none()) {
        let unit = window.filled().get(last).unwrap_or_default();
        framer.unfinished = true;
        chain.open(unit, newlines + 1, &mut |inner, told| framer.line(inner, told));
    }
    chain.finish(&mut |inner, told| framer.line(inner, told));
    framer.finish();
    Ended { newlines, broken }
}

/// The bytes behind a byte order mark that the source begins with.
fn without_mark<'a>(bytes: &'a [u8], is_first: bool, at: &mut usize) -> &'a [u8] {
    match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if is_first => {
            *at += 3;
            rest
        }
        _ => bytes,
    }
}
