//! A report cut into pieces of whole lines, and a look over each.

use crate::redact::{Audience, is_clean, is_clean_for_strangers};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes that are looked at at once: a report of a megabyte keeps every worker busy, and a piece still repeats its lines.
pub(super) const PIECE: usize = 128 * 1024;

/// Beyond a piece, what a report writes at a time.
const SPARE: usize = 64 * 1024;

/// Bytes of a report that are kept while it is looked over. A longer one is made once more: a list of a million logs shall
/// weigh nothing, and what the judgement held, which is free by then, is more than this wherever a report is as long.
pub(super) const HELD: usize = 8 * 1024 * 1024;

/// Begins a field of a ticket that only its sender can fill in.
const TO_FILL_IN: &[u8] = b"[[TO FILL IN:";

pub(super) fn fields_to_fill_in(bytes: &[u8]) -> u64 {
    memchr::memmem::find_iter(bytes, TO_FILL_IN).count() as u64
}

/// Where a report is written to be cut into pieces of whole lines.
pub(super) struct Cut<'g> {
    give: &'g mut dyn FnMut((usize, Vec<u8>)),
    given: usize,
    bytes: Vec<u8>,
}

impl<'g> Cut<'g> {
    pub(super) fn into(give: &'g mut dyn FnMut((usize, Vec<u8>))) -> Self {
        Self {
            give,
            given: 0,
            bytes: Vec::new(),
        }
    }

    /// Gives the first so many bytes, and goes on with the rest and so much room.
    fn give(&mut self, until: usize, room: usize) {
        let rest = self.bytes.get(until..).unwrap_or_default();
        let mut next = Vec::with_capacity(room);
        next.extend_from_slice(rest);
        self.bytes.truncate(until);
        (self.give)((self.given, std::mem::replace(&mut self.bytes, next)));
        self.given += 1;
    }

    pub(super) fn ended(mut self) {
        self.give(self.bytes.len(), 0);
    }
}

impl Write for Cut<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= PIECE
            && let Some(newline) = memchr::memrchr(b'\n', bytes)
        {
            self.give(before + newline + 1, PIECE + SPARE);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a look over the pieces of a report finds.
pub(super) struct Look {
    audience: Audience,
    /// The wall has nothing to remove.
    is_clean: AtomicBool,
    to_fill_in: AtomicU64,
    /// The pieces, as long as they are few.
    held: Mutex<Option<Held>>,
}

/// Pieces by their places, and their bytes.
#[derive(Default)]
struct Held {
    pieces: BTreeMap<usize, Vec<u8>>,
    bytes: usize,
}

impl Look {
    pub(super) fn by(audience: Audience, is_kept: bool) -> Self {
        Self {
            audience,
            is_clean: AtomicBool::new(true),
            to_fill_in: AtomicU64::new(0),
            held: Mutex::new(is_kept.then(Held::default)),
        }
    }

    /// Looks at a piece by its place.
    pub(super) fn at(&self, at: usize, piece: Vec<u8>) {
        // What is not clean is made anew, and looked at whole.
        if !self.is_clean.load(Ordering::Relaxed) {
            return;
        }
        let is_clean = match self.audience {
            Audience::Forwardable => is_clean_for_strangers,
            Audience::Terminal | Audience::Internal => is_clean,
        };
        if !str::from_utf8(&piece).is_ok_and(is_clean) {
            self.is_clean.store(false, Ordering::Relaxed);
            return;
        }
        self.to_fill_in.fetch_add(fields_to_fill_in(&piece), Ordering::Relaxed);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = held.as_mut() {
            all.bytes += piece.len();
            all.pieces.insert(at, piece);
        }
        drop(held.take_if(|all| all.bytes > HELD));
    }

    /// What was found of all pieces.
    pub(super) fn found(self) -> Found {
        let held = self.held.into_inner().unwrap_or_else(PoisonError::into_inner);
        Found {
            is_clean: self.is_clean.into_inner(),
            to_fill_in: self.to_fill_in.into_inner(),
            pieces: held.map(|held| held.pieces.into_values().collect()),
        }
    }
}

/// What a look over a whole report found.
pub(super) struct Found {
    /// The wall has nothing to remove.
    pub(super) is_clean: bool,
    /// Fields that only its sender can fill in.
    pub(super) to_fill_in: u64,
    /// The report, where it was kept.
    pub(super) pieces: Option<Vec<Vec<u8>>>,
}

#[cfg(test)]
mod tests {
    use super::Cut;
    use proptest::prelude::*;
    use std::io::Write;

    proptest! {
        #[test]
        fn pieces_are_whole_lines_and_all_of_it(lengths in proptest::collection::vec((0..40_000_usize, any::<bool>()), 0..40)) {
            let (mut given, mut all) = (Vec::new(), Vec::new());
            let mut give = |piece| given.push(piece);
            let mut cut = Cut::into(&mut give);
            for (length, is_line) in lengths {
                let mut bytes = vec![b'x'; length];
                bytes.extend(is_line.then_some(b'\n'));
                cut.write_all(&bytes).unwrap();
                all.extend(bytes);
            }
            cut.ended();
            let (places, pieces): (Vec<usize>, Vec<Vec<u8>>) = given.into_iter().unzip();
            prop_assert!(places.iter().copied().eq(0..pieces.len()));
            prop_assert!(pieces.iter().rev().skip(1).all(|piece| piece.ends_with(b"\n")));
            prop_assert!(pieces.concat() == all);
        }
    }
}
