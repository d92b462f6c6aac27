//! Knows a line again that differs from an earlier one only in what every line has of its own.
//!
//! Nine lines in ten of a log are successes that say the same but for a stamp, two ids and a duration. A format that can
//! tell which bytes these are ([`super::formats::Format::own`]) is asked so once for each kind of line; from then on such
//! lines are compared with a tree of the bytes that they share, and are not parsed. What a path of the tree stands for is
//! its owner's to say. A line that leaves the tree is parsed as ever, so the tree may forget or refuse anything.
//! Measured (16 MB of nginx lines): see `benches/README.md`.

mod branches;
mod forks;
mod layout;
mod owned;
mod shape;
mod stencil;
#[cfg(test)]
mod stencil_tests;
mod text;
mod tree;
mod whole;
mod word;

use owned::Places;
pub use owned::{Elapsed, Owned};
pub use shape::{Own, Slot};
use stencil::Stencils;
use tree::Tree;
use whole::Whole;

/// Kinds of lines that are learned; a log with more of them has a part that is each line's own and that no format tells.
const MOST_LEAVES: usize = 2048;

/// The longest record that is learned: a traceback through an SDK and its client has five kilobytes.
const LONGEST: usize = 8 * 1024;

/// What is longer is learned only while there is room: with [`MOST_LEAVES`] these two bound the tree to some megabytes.
const LONG: usize = 2048;

/// Bytes of long lines that are learned.
const MOST_LONG_BYTES: usize = 4 << 20;

/// Lines that may be learned in vain before the tree waits for some that it knows.
const CREDIT: u32 = 128;

/// How many lines pass by for each one that is learned without credit: logs change.
const WAIT: u32 = 64;

/// The bytes that lines share, as a tree.
#[derive(Debug)]
pub struct Paths {
    whole: Whole,
    stencils: Stencils,
    tree: Tree,
    /// Where the parts stand of the line that was walked last.
    walked: Places,
    leaves: usize,
    long_bytes: usize,
    credit: u32,
    passed: u32,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            whole: Whole::default(),
            stencils: Stencils::default(),
            tree: Tree::default(),
            walked: Places::default(),
            leaves: 0,
            long_bytes: 0,
            credit: CREDIT,
            passed: 0,
        }
    }
}

impl Paths {
    /// The number of the leaf that a line comes to, and what it has of its own.
    #[inline(always)]
    pub fn follow<'l>(&'l mut self, line: &'l [u8]) -> Option<(usize, Owned<'l>)> {
        let (leaf, places) = match self.stencils.find(line) {
            Some(number) => self.stencils.known(number)?,
            None => (self.walk(line)?, &self.walked),
        };
        self.credit = (self.credit + 1).min(CREDIT);
        Some((leaf, places.of(line)))
    }

    /// Finds a line whose layout is not known, and learns it by the way.
    #[inline(never)]
    fn walk(&mut self, line: &[u8]) -> Option<usize> {
        let walked = &mut self.walked;
        let is_stamped = self.whole.follow(line, walked);
        let leaf = is_stamped.or_else(|| self.tree.walk(line, walked, |_, _| {}))?;
        if !self.stencils.wants(line, leaf) {
            return Some(leaf);
        }
        let mut taken = Vec::new();
        if is_stamped.is_some() {
            taken.extend(self.whole.slot(line));
        } else {
            let mut numbers = Vec::new();
            self.tree.walk(line, walked, |slot, range| numbers.push((slot, range)));
            let slots = numbers.into_iter();
            taken.extend(slots.filter_map(|(slot, range)| Some((self.tree.slot(slot)?, range))));
        }
        self.stencils.learn(line, leaf, walked, &taken);
        Some(leaf)
    }

    /// How many kinds of lines were learned.
    #[must_use]
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Learns again whatever was learned in vain: what comes now is another log.
    pub fn renew_credit(&mut self) {
        self.credit = CREDIT;
    }

    /// Whether a line that was not known may be learned.
    pub fn wants(&mut self, line: &[u8]) -> bool {
        if self.leaves >= MOST_LEAVES || line.len() > LONGEST || (line.len() > LONG && self.long_bytes >= MOST_LONG_BYTES) {
            return false;
        }
        if self.credit > 0 {
            self.credit -= 1;
            return true;
        }
        self.passed = (self.passed + 1) % WAIT;
        self.passed == 0
    }

    /// Learns a line, where it does not differ from what is known in the kind of what is its own. Gives its leaf's number.
    pub fn learn(&mut self, line: &[u8], own: &[Slot]) -> Option<usize> {
        if line.len() > LONG {
            self.long_bytes += line.len();
        }
        if let [stamp] = own
            && stamp.is_stamp()
        {
            self.whole.learn(line, stamp, self.leaves)?;
        } else {
            self.tree.learn(line, own, self.leaves)?;
        }
        self.leaves += 1;
        Some(self.leaves - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Own, Paths, Slot};

    /// A line whose second word is a stamp and whose last is a caller's id.
    fn own(line: &str) -> Vec<Slot> {
        let words: Vec<&str> = line.split(' ').collect();
        let stamp = Slot::stamp(line, words[1]).unwrap();
        let id = Slot::id(line, words[words.len() - 1], Own::ClientId).unwrap();
        vec![stamp, id]
    }

    const LINES: [&str; 3] = [
        "a 2026-03-02T00:00:01 ok id=x_0123456789abcdef",
        "a 2026-03-02T00:00:01 okay id=x_0123456789abcdef",
        "b 2026-03-02T00:00:01 ok id=x_0123456789abcdef",
    ];

    fn learned() -> Paths {
        let mut paths = Paths::default();
        for (number, line) in LINES.iter().enumerate() {
            assert_eq!(paths.learn(line.as_bytes(), &own(line)), Some(number));
        }
        paths
    }

    #[test]
    fn a_line_that_differs_in_its_own_only_is_known() {
        let mut paths = learned();
        let (leaf, owned) = paths.follow(b"b 2026-03-02T11:59:59 ok id=x_fedcba9876543210").unwrap();
        assert_eq!(leaf, 2);
        assert_eq!(owned.stamp(), Some(&b"2026-03-02T11:59:59"[..]));
        assert_eq!(owned.x_client_request_id(), Some(&b"id=x_fedcba9876543210"[..]));
    }

    #[test]
    fn every_line_that_was_learned_leads_to_its_own_leaf() {
        for (number, line) in LINES.iter().enumerate() {
            assert_eq!(learned().follow(line.as_bytes()).unwrap().0, number);
        }
    }

    #[test]
    fn any_other_line_is_not_known() {
        for line in [
            "",
            "b",
            "b 2026-03-02T11:59:59 oka id=x_fedcba9876543210",
            "b 2026-03-02T11:59:59 ok id=x_fedcba987654321",
            "b 2026-03-02T11:59:59 ok id=x_fedcba98765432101",
            "b 2026-03-02T11:59:59 ok id=x_FEDCBA9876543210",
            "b 2026-03-02 11:59:59 ok id=x_fedcba9876543210",
        ] {
            assert!(learned().follow(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn what_is_never_seen_again_is_soon_not_learned() {
        let mut paths = Paths::default();
        let learned = (0..100_000).filter(|_| paths.wants(b"x")).count();
        assert!(learned < 2000, "{learned}");
    }
}
