//! Lines whose parts of their own stand in the same places and have the same lengths: they are compared block by block,
//! without a walk.
//!
//! A log has a few dozen such layouts: of generated logs, fifty hold 99 nginx lines of 100 and 89 JSON lines. Most of what the
//! walk through the tree costs is not the comparison of bytes but the going from part to part: 1,720 instructions a line of
//! nginx's and 1,340 of JSON's became 540 and 570, where one JSON line in ten still walks. A layout is learned from a line
//! that the tree knew, and like a kind of lines it says of its parts only what the format said of them.

use super::owned::Owned;
use super::shape::Slot;
use super::word::Kind;
use std::ops::Range;

/// Bytes that are looked at at once; a loop over so many that does the same with each is one of the processor's wide steps.
const WIDE: usize = 16;

/// Bytes of the shared text that are compared at once: two such steps, and half as much counting.
const SHARED: usize = 32;

/// The longest line that is compared so: longer ones are tracebacks and dumps, few of which are of one length.
const LONGEST: usize = 1024;

/// Layouts that are kept at a time. All of them are forgotten when there are more: logs change.
const MOST: usize = 512;

/// How often a kind of lines is walked to before the layout of one of its lines is learned: a kind whose lines are all of
/// other lengths is not worth it. Tests learn all, so that those which hold known lines to parsed ones hold layouts to them.
const WALKS: u8 = if cfg!(test) { 1 } else { 8 };

/// Bytes that all lines of a layout have, and ones where they stand.
type Shared = ([u8; SHARED], [u8; SHARED]);

/// Where a block begins in which a line has bytes of its own of one kind, and ones for all its other bytes.
type Open = (usize, [u8; WIDE]);

/// One layout.
#[derive(Debug)]
struct Stencil {
    leaf: usize,
    length: usize,
    shared: Vec<Shared>,
    /// The last bytes once more, where the length is no multiple.
    last_shared: Shared,
    digits: Vec<Open>,
    hexadecimal: Vec<Open>,
    letters: Vec<Open>,
    /// What a line has of its own.
    owned: Owned<'static>,
}

impl Stencil {
    fn of(line: &[u8], leaf: usize, owned: Owned<'static>, taken: &[(&Slot, Range<usize>)]) -> Option<Self> {
        let mut own = vec![None; line.len()];
        for (slot, range) in taken {
            let (value, own) = (line.get(range.clone())?, own.get_mut(range.clone())?);
            own.iter_mut().zip(value).for_each(|(own, byte)| *own = slot.may_be(*byte));
        }
        let mask: Vec<u8> = own.iter().map(|own| ones(own.is_none())).collect();
        let pairs = line.as_chunks().0.iter().zip(mask.as_chunks().0);
        Some(Self {
            leaf,
            length: line.len(),
            shared: pairs.map(|(text, mask)| (*text, *mask)).collect(),
            last_shared: (*line.last_chunk()?, *mask.last_chunk()?),
            digits: blocks(&own, Kind::Digits)?,
            hexadecimal: blocks(&own, Kind::Hexadecimal)?,
            letters: blocks(&own, Kind::Letters)?,
            owned,
        })
    }

    /// Whether a line of its length has its layout. It is looked at to its end whatever is found: a line that comes here is
    /// nearly always of the layout.
    #[inline]
    fn fits(&self, line: &[u8]) -> bool {
        let Some(last) = line.last_chunk() else { return false };
        let mut differs = [0; SHARED];
        for (here, shared) in line.as_chunks().0.iter().zip(&self.shared) {
            add_differences(&mut differs, here, shared);
        }
        add_differences(&mut differs, last, &self.last_shared);
        differs == [0; SHARED]
            && have(line, &self.digits, is_digit)
            && have(line, &self.hexadecimal, |byte| is_digit(byte) | (byte.wrapping_sub(b'a') < 6))
            && have(line, &self.letters, |byte| {
                is_digit(byte) | ((byte | 0x20).wrapping_sub(b'a') < 26)
            })
    }

    /// A place where it and another of its length share with their lines bytes that differ, and these bytes.
    fn parted(&self, other: &Self) -> Option<(usize, u8, u8)> {
        let (mine, theirs) = (self.bytes(), other.bytes());
        let at = mine
            .zip(theirs)
            .position(|(mine, theirs)| mine.1 & theirs.1 != 0 && mine.0 != theirs.0)?;
        Some((at, self.bytes().nth(at)?.0, other.bytes().nth(at)?.0))
    }

    /// Every byte of its first line, and ones where all lines have it.
    fn bytes(&self) -> impl Iterator<Item = (u8, u8)> {
        let doubled = SHARED - self.length % SHARED;
        let pairs = |shared: &Shared| shared.0.into_iter().zip(shared.1);
        self.shared
            .iter()
            .flat_map(pairs)
            .chain(pairs(&self.last_shared).skip(doubled))
    }
}

#[inline]
fn add_differences(differs: &mut [u8; SHARED], here: &[u8; SHARED], shared: &Shared) {
    for (differs, ((here, text), mask)) in differs.iter_mut().zip(here.iter().zip(&shared.0).zip(&shared.1)) {
        *differs |= (here ^ text) & mask;
    }
}

/// Whether a line has bytes of one kind in some blocks.
#[inline]
fn have(line: &[u8], blocks: &[Open], is_one: impl Fn(u8) -> bool) -> bool {
    let mut strange = [0; WIDE];
    for (at, others) in blocks {
        let Some(block) = line.get(*at..).and_then(<[u8]>::first_chunk::<WIDE>) else {
            return false;
        };
        for (strange, (byte, others)) in strange.iter_mut().zip(block.iter().zip(others)) {
            *strange |= !(ones(is_one(*byte)) | others);
        }
    }
    strange == [0; WIDE]
}

#[inline]
fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

#[inline]
fn ones(is: bool) -> u8 {
    if is { u8::MAX } else { 0 }
}

/// The fewest blocks that hold all bytes of a kind.
fn blocks(own: &[Option<Kind>], kind: Kind) -> Option<Vec<Open>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(found) = own.get(from..)?.iter().position(|own| *own == Some(kind)) {
        let at = (from + found).min(own.len().checked_sub(WIDE)?);
        let block: &[Option<Kind>; WIDE] = own.get(at..)?.first_chunk()?;
        blocks.push((at, block.map(|own| ones(own != Some(kind)))));
        from = at + WIDE;
    }
    Some(blocks)
}

/// Where to look next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Nowhere,
    /// By the byte in a place.
    Fork(u16),
    Stencil(u16),
}

/// Lines of one length are told apart by the byte in one place.
#[derive(Debug)]
struct Fork {
    at: usize,
    next: Box<[Next; 256]>,
}

/// The layouts of a source.
#[derive(Debug, Default)]
pub(super) struct Stencils {
    all: Vec<Stencil>,
    forks: Vec<Fork>,
    /// Where to begin with a line, by its length.
    by_length: Vec<Next>,
    /// How often each kind was walked to since one of its layouts was learned.
    walks: Vec<u8>,
}

impl Stencils {
    /// The number of the leaf that a line comes to, and what it has of its own.
    #[inline]
    pub(super) fn follow<'l>(&self, line: &'l [u8]) -> Option<(usize, Owned<'l>)> {
        let mut next = *self.by_length.get(line.len())?;
        let stencil = loop {
            match next {
                Next::Nowhere => return None,
                Next::Fork(fork) => {
                    let fork = self.forks.get(usize::from(fork))?;
                    next = *fork.next.get(usize::from(*line.get(fork.at)?))?;
                }
                Next::Stencil(stencil) => break self.all.get(usize::from(stencil))?,
            }
        };
        stencil.fits(line).then(|| (stencil.leaf, stencil.owned.on(line)))
    }

    /// Whether the layout of a line is to be learned that was walked to `leaf`.
    pub(super) fn wants(&mut self, line: &[u8], leaf: usize) -> bool {
        if line.len() > LONGEST || line.len() < SHARED {
            return false;
        }
        if self.walks.len() <= leaf {
            self.walks.resize(leaf + 1, 0);
        }
        let Some(walks) = self.walks.get_mut(leaf) else { return false };
        *walks += 1;
        if *walks < WALKS {
            return false;
        }
        *walks = 0;
        true
    }

    /// Learns the layout of a line that was walked to `leaf`, and of which the slots took these ranges.
    pub(super) fn learn(
        &mut self,
        line: &[u8],
        leaf: usize,
        owned: Owned<'static>,
        taken: &[(&Slot, Range<usize>)],
    ) -> Option<()> {
        if self.all.len() >= MOST {
            self.all.clear();
            self.forks.clear();
            self.by_length.clear();
        }
        if self.by_length.is_empty() {
            self.by_length.resize(LONGEST + 1, Next::Nowhere);
        }
        let new = Stencil::of(line, leaf, owned, taken)?;
        let number = Next::Stencil(u16::try_from(self.all.len()).ok()?);
        let (mut place, mut from) = (*self.by_length.get(line.len())?, None);
        while let Next::Fork(fork) = place {
            let at = *line.get(self.forks.get(usize::from(fork))?.at)?;
            from = Some((fork, at));
            place = *self.forks.get(usize::from(fork))?.next.get(usize::from(at))?;
        }
        let next = match place {
            Next::Stencil(known) => {
                let (at, mine, theirs) = new.parted(self.all.get(usize::from(known))?)?;
                let mut next = Box::new([Next::Nowhere; 256]);
                *next.get_mut(usize::from(mine))? = number;
                *next.get_mut(usize::from(theirs))? = place;
                let fork = u16::try_from(self.forks.len()).ok()?;
                self.forks.push(Fork { at, next });
                Next::Fork(fork)
            }
            _ => number,
        };
        let place = match from {
            Some((fork, at)) => self.forks.get_mut(usize::from(fork))?.next.get_mut(usize::from(at))?,
            None => self.by_length.get_mut(line.len())?,
        };
        *place = next;
        self.all.push(new);
        Some(())
    }
}
