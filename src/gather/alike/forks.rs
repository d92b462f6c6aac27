//! Which layout a line may have: by its length, and by single bytes in which layouts of one length differ.

use super::layout::LONGEST;

/// Ways that lie within a fork.
const FEW: usize = 8;

/// Where to look next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Nowhere,
    /// By the byte in a place.
    Fork(u16),
    Layout(u16),
}

/// Lines of one length are told apart by the byte in one place.
///
/// One line of the processor's cache. A line of a log goes by two forks, and each waits for the one before it: with a table of all
/// bytes behind a pointer, a fifth of the samples in knowing an nginx line stood where these tables were read.
#[derive(Debug)]
#[repr(align(64))]
struct Fork {
    bytes: [u8; FEW],
    next: [Next; FEW],
    /// Where bytes lead that are none of these: to a fork of the same place, or nowhere.
    others: Next,
    count: u8,
    at: u16,
}

impl Fork {
    fn new(at: u16, byte: u8, next: Next) -> Self {
        Self {
            // Those that are not used lead where the first does.
            bytes: [byte; FEW],
            next: [next; FEW],
            others: Next::Nowhere,
            count: 1,
            at,
        }
    }

    /// Where a byte leads. All are compared at once.
    #[inline]
    fn lead(&self, byte: u8) -> Next {
        const ONES: u64 = u64::from_le_bytes([1; FEW]);
        const HIGH: u64 = u64::from_le_bytes([0x80; FEW]);
        let others = u64::from_le_bytes(self.bytes) ^ u64::from_le_bytes([byte; FEW]);
        // The lowest bit is set in the first byte that is zero.
        let same = others.wrapping_sub(ONES) & !others & HIGH;
        let way = same.trailing_zeros() as usize / 8;
        self.next.get(way).copied().unwrap_or(self.others)
    }

    /// Lets a byte lead there that leads to a layout or nowhere; whether there was room.
    fn lead_to(&mut self, byte: u8, to: Next) -> bool {
        let count = usize::from(self.count);
        let ways = self.bytes.iter_mut().zip(&mut self.next).enumerate();
        let Some((way, (known, next))) = ways.into_iter().find(|(way, (known, _))| *way == count || **known == byte) else {
            return false;
        };
        (*known, *next) = (byte, to);
        self.count += u8::from(way == count);
        true
    }
}

/// The forks of a source.
#[derive(Debug, Default)]
pub(super) struct Forks {
    all: Vec<Fork>,
    /// Where to begin with a line, by its length.
    by_length: Vec<Next>,
}

impl Forks {
    /// The layout that a line may have.
    #[inline]
    pub(super) fn follow(&self, line: &[u8]) -> Option<usize> {
        let mut next = *self.by_length.get(line.len())?;
        loop {
            match next {
                Next::Nowhere => return None,
                Next::Fork(fork) => {
                    let fork = self.all.get(usize::from(fork))?;
                    next = fork.lead(*line.get(usize::from(fork.at))?);
                }
                Next::Layout(layout) => return Some(usize::from(layout)),
            }
        }
    }

    /// Leads a line to a new layout. `parted` says of the layout that it is led to now where the two differ, by which byte of the
    /// line's, and by which of the other's.
    pub(super) fn learn(
        &mut self,
        line: &[u8],
        layout: usize,
        parted: impl FnOnce(usize) -> Option<(usize, u8, u8)>,
    ) -> Option<()> {
        if self.by_length.is_empty() {
            self.by_length.resize(LONGEST + 1, Next::Nowhere);
        }
        let new = Next::Layout(u16::try_from(layout).ok()?);
        let (mut next, mut from) = (*self.by_length.get(line.len())?, None);
        while let Next::Fork(fork) = next {
            let here = self.all.get(usize::from(fork))?;
            let byte = *line.get(usize::from(here.at))?;
            from = Some((fork, byte));
            next = here.lead(byte);
        }
        let to = match next {
            Next::Layout(known) => {
                let (at, mine, theirs) = parted(usize::from(known))?;
                let mut fork = Fork::new(u16::try_from(at).ok()?, mine, new);
                fork.lead_to(theirs, next);
                self.add(fork)?
            }
            _ => new,
        };
        let Some((fork, byte)) = from else {
            *self.by_length.get_mut(line.len())? = to;
            return Some(());
        };
        let here = self.all.get_mut(usize::from(fork))?;
        if !here.lead_to(byte, to) {
            let at = here.at;
            let others = self.add(Fork::new(at, byte, to))?;
            self.all.get_mut(usize::from(fork))?.others = others;
        }
        Some(())
    }

    fn add(&mut self, fork: Fork) -> Option<Next> {
        let number = u16::try_from(self.all.len()).ok()?;
        self.all.push(fork);
        Some(Next::Fork(number))
    }
}

#[cfg(test)]
mod tests {
    use super::Forks;

    #[test]
    fn every_line_is_led_to_its_layout_however_many_differ_in_one_place() {
        let mut forks = Forks::default();
        let line = |number: usize| [b'x', u8::try_from(number % 256).unwrap(), u8::try_from(number / 256).unwrap()];
        let parted = |mine: usize, theirs: usize| {
            let (mine, theirs) = (line(mine), line(theirs));
            let at = (0..3).find(|at| mine[*at] != theirs[*at])?;
            Some((at, mine[at], theirs[at]))
        };
        for number in 0..500 {
            assert!(forks.follow(&line(number)).is_none_or(|other| other != number));
            forks.learn(&line(number), number, |other| parted(number, other)).unwrap();
            assert!((0..=number).all(|number| forks.follow(&line(number)) == Some(number)));
        }
        assert_eq!(forks.follow(b"xxxx"), None);
    }
}
