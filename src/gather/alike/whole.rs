//! Lines that have nothing of their own but a stamp at their head: what text loggers write.
//!
//! All that follows the stamp is one key, so such a line is known by one hash and one comparison, where the tree would walk
//! over half a dozen branches, until its layout is known. Measured on 64 MB of an application's log: 300 instructions a line for 790.

use super::owned::Places;
use super::text::Text;
use super::{Own, Slot};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// Layouts that are told apart; a log has one or two, by its handlers.
const MOST_LAYOUTS: usize = 4;

/// The lines.
#[derive(Debug, Default)]
pub(super) struct Whole(Vec<Layout>);

/// Lines whose stamps stand in one place and are of one shape.
#[derive(Debug)]
struct Layout {
    before: Text,
    stamp: Slot,
    shape: Shape,
    /// What follows the stamp, and the numbers of these lines.
    leaves: HashMap<Box<[u8]>, usize, BuildHasherDefault<Folded>>,
}

impl Whole {
    /// The number of a line; where its stamp stands is noted.
    #[inline]
    pub(super) fn follow(&self, line: &[u8], places: &mut Places) -> Option<usize> {
        self.0.iter().find_map(|layout| {
            let (stamp, rest) = layout.shape.parted(layout.before.pass(line)?)?;
            let leaf = layout.leaves.get((rest.len() <= super::LONGEST).then_some(rest)?)?;
            *places = Places::default();
            places.note(Own::Stamp.into(), stamp.len() + rest.len(), rest.len());
            Some(*leaf)
        })
    }

    /// The slot of a stamp that was noted.
    pub(super) fn slot(&self, line: &[u8]) -> Option<(&Slot, Range<usize>)> {
        self.0.iter().find_map(|layout| {
            let (stamp, rest) = layout.shape.parted(layout.before.pass(line)?)?;
            layout.leaves.contains_key(rest).then_some(())?;
            let end = line.len() - rest.len();
            Some((&layout.stamp, end - stamp.len()..end))
        })
    }

    /// Gives a line the next number; `None` where it is known, or stamped like none that there is room for.
    pub(super) fn learn(&mut self, line: &[u8], stamp: &Slot, next: usize) -> Option<usize> {
        let range = stamp.range();
        let (before, rest) = (line.get(..range.start)?, line.get(range.end..)?);
        let at = self
            .0
            .iter()
            .position(|layout| layout.before.bytes() == before && layout.stamp.is_as(stamp));
        let layout = match at {
            Some(at) => self.0.get_mut(at)?,
            None if self.0.len() < MOST_LAYOUTS => {
                self.0.push(Layout {
                    before: Text::of(before),
                    stamp: stamp.clone(),
                    shape: Shape::of(line.get(range)?)?,
                    leaves: HashMap::default(),
                });
                self.0.last_mut()?
            }
            None => return None,
        };
        if layout.leaves.contains_key(rest) {
            return None;
        }
        layout.leaves.insert(rest.into(), next);
        Some(next)
    }
}

/// Where a stamp has its digits. Every line is asked for it, so eight places are looked at as one number.
#[derive(Debug)]
struct Shape {
    length: usize,
    words: Vec<Word>,
}

/// Eight places of a stamp.
#[derive(Debug)]
struct Word {
    at: usize,
    /// All bits of the places that hold digits.
    digits: u64,
    /// The other places, as they must be.
    others: u64,
}

impl Shape {
    /// `None` of a stamp of less than eight bytes.
    fn of(stamp: &[u8]) -> Option<Self> {
        let last = stamp.len().checked_sub(8)?;
        // The last places are looked at once more where the length is no multiple.
        let starts = (0..last).step_by(8).chain([last]);
        let words = starts.map(|at| {
            let word: [u8; 8] = *stamp.get(at..)?.first_chunk()?;
            let digits = u64::from_le_bytes(word.map(|byte| if byte.is_ascii_digit() { 0xff } else { 0 }));
            let others = u64::from_le_bytes(word) & !digits;
            Some(Word { at, digits, others })
        });
        Some(Self {
            length: stamp.len(),
            words: words.collect::<Option<_>>()?,
        })
    }

    /// The stamp at the start of `rest`, and what follows it; `None` where something else stands there.
    #[inline]
    fn parted<'l>(&self, rest: &'l [u8]) -> Option<(&'l [u8], &'l [u8])> {
        const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
        const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
        let (stamp, behind) = rest.split_at_checked(self.length)?;
        let mut wrong = 0;
        for Word { at, digits, others } in &self.words {
            let word = u64::from_le_bytes(*stamp.get(*at..)?.first_chunk()?);
            // The other places count as zeros. A byte of 0x30 to 0x39 keeps its high half when 6 is added.
            let figures = (word & digits) | (ZEROS & !digits);
            let raised = figures.wrapping_add(0x0606_0606_0606_0606);
            wrong |= ((word & !digits) ^ others) | ((figures ^ ZEROS) & HIGH) | ((raised ^ ZEROS) & HIGH);
        }
        (wrong == 0).then_some((stamp, behind))
    }
}

/// A hash of a few dozen bytes: sixteen at a time are folded into one product.
#[derive(Default)]
struct Folded(u64);

impl Folded {
    #[inline]
    fn fold(&mut self, one: u64, other: u64) {
        /// Odd, and its bits in no order: digits of pi.
        const KEYS: [u64; 2] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345];
        let product = u128::from(one ^ KEYS[0]) * u128::from(other ^ self.0 ^ KEYS[1]);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.0 = low ^ high;
    }
}

impl Hasher for Folded {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (pairs, rest) = bytes.as_chunks::<16>();
        for pair in pairs {
            let pair = u128::from_le_bytes(*pair);
            #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
            self.fold(pair as u64, (pair >> 64) as u64);
        }
        if let Some(last) = bytes.last_chunk::<16>() {
            // Once more where the length is a multiple: it is no other text's hash for that.
            let last = u128::from_le_bytes(*last);
            #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
            self.fold(last as u64, (last >> 64) as u64);
        } else {
            for byte in rest {
                self.fold(u64::from(*byte), 0);
            }
        }
    }

    #[inline]
    fn write_usize(&mut self, length: usize) {
        self.0 = length as u64;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Folded, Shape};
    use std::hash::Hasher;

    #[test]
    fn a_stamp_is_told_by_its_digits_and_by_what_stands_between() {
        for stamp in [
            "2026-03-02 00:00:00,000",
            "14:02:11",
            "2026-03-02T00:00:00",
            "[02/Mar/2026:00:00:00 +0000]",
        ] {
            let shape = Shape::of(stamp.as_bytes()).unwrap();
            for at in 0..stamp.len() {
                for byte in 0..=u8::MAX {
                    let mut other = stamp.as_bytes().to_vec();
                    other[at] = byte;
                    let is_one = stamp.as_bytes()[at] == byte || (stamp.as_bytes()[at].is_ascii_digit() && byte.is_ascii_digit());
                    let behind = [&*other, b" x"].concat();
                    assert_eq!(shape.parted(&behind), is_one.then_some((&*other, &b" x"[..])), "{at} {byte}");
                }
            }
        }
        assert!(Shape::of(b"1:02:03").is_none());
    }

    #[test]
    fn texts_that_differ_anywhere_have_other_hashes() {
        let hash = |text: &[u8]| {
            let mut hasher = Folded::default();
            hasher.write_usize(text.len());
            hasher.write(text);
            hasher.finish()
        };
        for length in 0..100 {
            let text = vec![b'x'; length];
            for at in 0..length {
                let mut other = text.clone();
                other[at] = b'y';
                assert_ne!(hash(&text), hash(&other), "{length} {at}");
            }
        }
    }
}
