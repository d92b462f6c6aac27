//! What all lines of one layout have in common, and whether a line has it.
//!
//! Where a long text stands that all lines share it is compared as one, by libc. All else is compared in blocks, in which each
//! place has a range of bytes that may stand there: one byte where all lines have it, ten where they have digits. Measured on
//! 64 MB of logs, with finding the layout: 530 instructions a line of JSON with a mask over every byte of it, 430 so.

use super::shape::Slot;
use super::word::Kind;
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are looked at at once; a loop over so many that does the same with each is one of the processor's wide steps.
const WIDE: usize = 16;

/// The longest line that has a layout: longer ones are tracebacks and dumps, few of which are of one length.
pub(super) const LONGEST: usize = 1024;

/// The shortest.
pub(super) const SHORTEST: usize = WIDE;

/// The shortest text that is compared as one: below it the call costs more than three blocks.
const LONG: usize = 48;

/// A block of a line: for each of its bytes the first that may stand there, and how many may that follow it.
#[derive(Debug)]
struct Ranges {
    first: [u8; WIDE],
    more: [u8; WIDE],
}

/// Where the first of some blocks that follow each other begins, and how many there are: asked block by block where it stands,
/// they took twice as many instructions.
#[derive(Debug)]
struct Stretch {
    at: usize,
    blocks: usize,
}

/// Where a block begins in which a line has bytes of its own of one kind, and ones for these.
type Open = (usize, [u8; WIDE]);

/// One layout. What is few lies within it, for a line waits for each pointer that leads to the next.
#[derive(Debug)]
pub(super) struct Layout {
    /// Long texts, and where they stand. Those of other layouts of the same kind are the same.
    texts: SmallVec<[(usize, Arc<[u8]>); 2]>,
    stretches: SmallVec<[Stretch; 3]>,
    /// The blocks of all stretches.
    blocks: Vec<Ranges>,
    hexadecimal: Vec<Open>,
    letters: Vec<Open>,
}

impl Layout {
    /// The layout of a line of which these parts are its own. `others` are layouts with which it may share its texts.
    pub(super) fn of<'s>(
        line: &[u8],
        taken: &[(&Slot, Range<usize>)],
        others: impl Iterator<Item = &'s Self> + Clone,
    ) -> Option<Self> {
        let mut own = vec![None; line.len()];
        for (slot, range) in taken {
            let (value, own) = (line.get(range.clone())?, own.get_mut(range.clone())?);
            own.iter_mut().zip(value).for_each(|(own, byte)| *own = slot.may_be(*byte));
        }
        let mut texts = SmallVec::new();
        // What is left to be compared in blocks.
        let mut left: Vec<bool> = own.iter().map(|own| matches!(own, None | Some(Kind::Digits))).collect();
        let mut from = 0;
        for run in own.chunk_by(|one, other| one.is_none() && other.is_none()) {
            let range = from..from + run.len();
            from = range.end;
            if run.len() >= LONG {
                left.get_mut(range.clone())?.fill(false);
                let text = line.get(range.clone())?;
                let same = others
                    .clone()
                    .flat_map(|other| &other.texts)
                    .find(|(_, known)| **known == *text);
                texts.push((range.start, same.map_or_else(|| text.into(), |(_, known)| Arc::clone(known))));
            }
        }
        let places = blocks(&left)?;
        let mut stretches: SmallVec<[Stretch; 3]> = SmallVec::new();
        for at in places.iter().copied() {
            match stretches.last_mut() {
                Some(last) if last.at + WIDE * last.blocks == at => last.blocks += 1,
                _ => stretches.push(Stretch { at, blocks: 1 }),
            }
        }
        let ranges = places.into_iter().map(|at| Ranges::of(at, line, &own));
        Some(Self {
            texts,
            stretches,
            blocks: ranges.collect::<Option<_>>()?,
            hexadecimal: open(&own, Kind::Hexadecimal)?,
            letters: open(&own, Kind::Letters)?,
        })
    }

    /// Whether a line of its length has the layout. It is looked at to its end whatever is found: a line that comes here is
    /// nearly always of the layout.
    #[inline]
    pub(super) fn fits(&self, line: &[u8]) -> bool {
        let mut strange = [0; WIDE];
        let mut left = self.blocks.as_slice();
        for stretch in &self.stretches {
            let Some((blocks, others)) = left.split_at_checked(stretch.blocks) else {
                return false;
            };
            let Some(here) = line.get(stretch.at..stretch.at + WIDE * stretch.blocks) else {
                return false;
            };
            left = others;
            for (block, Ranges { first, more }) in here.as_chunks::<WIDE>().0.iter().zip(blocks) {
                for (strange, (byte, (first, more))) in strange.iter_mut().zip(block.iter().zip(first.iter().zip(more))) {
                    *strange |= beyond(*byte, *first, *more);
                }
            }
        }
        for (at, own) in &self.hexadecimal {
            let Some(block) = block(line, *at) else { return false };
            for (strange, (byte, own)) in strange.iter_mut().zip(block.iter().zip(own)) {
                *strange |= beyond(*byte, b'0', 9).min(beyond(*byte, b'a', 5)) & own;
            }
        }
        for (at, own) in &self.letters {
            let Some(block) = block(line, *at) else { return false };
            for (strange, (byte, own)) in strange.iter_mut().zip(block.iter().zip(own)) {
                *strange |= beyond(*byte, b'0', 9).min(beyond(byte | 0x20, b'a', 25)) & own;
            }
        }
        let are_there = |(at, text): &(usize, Arc<[u8]>)| line.get(*at..*at + text.len()) == Some(text);
        strange == [0; WIDE] && self.texts.iter().all(are_there)
    }

    /// A place where `line`, which has it, and all lines of another layout of that length differ, the line's byte, and theirs.
    pub(super) fn parted(&self, line: &[u8], other: &Self) -> Option<(usize, u8, u8)> {
        let in_texts = other.texts.iter().flat_map(|(at, text)| {
            let is_mine = self.texts.iter().any(|(mine, known)| mine == at && Arc::ptr_eq(known, text));
            let text: &[u8] = if is_mine { &[] } else { text };
            (*at..).zip(text)
        });
        let in_ranges = other.shared();
        let differs = |(at, theirs): (usize, &u8)| {
            let mine = *line.get(at)?;
            (mine != *theirs && self.shares(at)).then_some((at, mine, *theirs))
        };
        in_texts.chain(in_ranges).find_map(differs)
    }

    /// Whether all lines have the same byte in a place.
    fn shares(&self, place: usize) -> bool {
        let is_in = |(at, text): &(usize, Arc<[u8]>)| (*at..*at + text.len()).contains(&place);
        self.texts.iter().any(is_in) || self.shared().any(|(at, _)| at == place)
    }

    /// The bytes in blocks that all lines have, and where.
    fn shared(&self) -> impl Iterator<Item = (usize, &u8)> {
        let places = self
            .stretches
            .iter()
            .flat_map(|stretch| stretch.at..stretch.at + WIDE * stretch.blocks);
        let bytes = self.blocks.iter().flat_map(|ranges| ranges.first.iter().zip(&ranges.more));
        let shared = places.zip(bytes).filter(|(_, (_, more))| **more == 0);
        shared.map(|(at, (byte, _))| (at, byte))
    }
}

impl Ranges {
    fn of(at: usize, line: &[u8], own: &[Option<Kind>]) -> Option<Self> {
        let own: &[Option<Kind>; WIDE] = own.get(at..)?.first_chunk()?;
        let mut first = *block(line, at)?;
        let mut more = [0; WIDE];
        for ((first, more), own) in first.iter_mut().zip(&mut more).zip(own) {
            (*first, *more) = match own {
                None => (*first, 0),
                Some(Kind::Digits) => (b'0', 9),
                // Looked at as what they are.
                Some(Kind::Hexadecimal | Kind::Letters) => (0, u8::MAX),
            };
        }
        Some(Self { first, more })
    }
}

#[inline]
fn block(line: &[u8], at: usize) -> Option<&[u8; WIDE]> {
    line.get(at..).and_then(<[u8]>::first_chunk)
}

/// Zero where a byte is `first` or one of so many that follow it: two of the processor's instructions for a block.
#[inline]
fn beyond(byte: u8, first: u8, more: u8) -> u8 {
    byte.wrapping_sub(first).saturating_sub(more)
}

/// Where blocks begin that hold all places for which it is so, as few as there can be.
fn blocks(places: &[bool]) -> Option<Vec<usize>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(found) = places.get(from.min(places.len())..)?.iter().position(|is_one| *is_one) {
        let at = (from + found).min(places.len().checked_sub(WIDE)?);
        blocks.push(at);
        from = at + WIDE;
    }
    Some(blocks)
}

/// Blocks that hold all bytes of a kind.
fn open(own: &[Option<Kind>], kind: Kind) -> Option<Vec<Open>> {
    let of_kind: Vec<bool> = own.iter().map(|own| *own == Some(kind)).collect();
    let masks = blocks(&of_kind)?.into_iter().map(|at| {
        let mask: &[bool; WIDE] = of_kind.get(at..)?.first_chunk()?;
        Some((at, mask.map(|is_one| if is_one { u8::MAX } else { 0 })))
    });
    masks.collect()
}
