//! Knows a line again that differs from an earlier one only in what every line has of its own.
//!
//! Nine lines in ten of a log are successes that say the same but for a stamp, two ids and a duration. A format that can
//! tell which bytes these are ([`super::formats::Format::own`]) is asked so once for each kind of line; from then on such
//! lines are compared with a tree of the bytes that they share, and are not parsed. What a path of the tree stands for is
//! its owner's to say. A line that leaves the tree is parsed as ever, so the tree may forget or refuse anything.
//! Measured (16 MB of nginx lines): see `benches/README.md`.

mod branches;
mod owned;
mod shape;
mod stencil;
#[cfg(test)]
mod stencil_tests;
mod text;
mod whole;
mod word;

use branches::Branches;
pub use owned::{Elapsed, Owned};
pub use shape::{Own, Slot};
use std::ops::Range;
use stencil::Stencils;
use text::Text;
pub use whole::Stamped;
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
    nodes: Vec<Node>,
    /// What each line has of its own behind a node, and the node after that.
    slots: Vec<(Slot, usize)>,
    leaves: usize,
    long_bytes: usize,
    credit: u32,
    passed: u32,
}

/// Two lines of the processor's cache: what a line of a log costs is for a third the fetching of nodes.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Node {
    /// What stands here in every line that comes by.
    text: Text,
    /// The nodes that may follow.
    next: Branches,
    /// Which of the slots each line has behind it.
    slot: Option<u32>,
    /// The number of the line that ends here.
    leaf: Option<u32>,
}

impl Node {
    /// Whether nothing was said of it.
    fn is_new(&self) -> bool {
        self.text.bytes().is_empty() && self.next.is_empty() && self.slot.is_none() && self.leaf.is_none()
    }
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            whole: Whole::default(),
            stencils: Stencils::default(),
            nodes: vec![Node::default()],
            slots: Vec::new(),
            leaves: 0,
            long_bytes: 0,
            credit: CREDIT,
            passed: 0,
        }
    }
}

impl Paths {
    /// The number of the leaf that a line comes to, and what it has of its own.
    pub fn follow<'l>(&mut self, line: &'l [u8]) -> Option<(usize, Owned<'l>)> {
        match self.stamped(line) {
            Some(stamped) => Some((stamped.leaf, stamped.owned(line))),
            None => self.branched(line),
        }
    }

    /// The same of a line that has nothing of its own but its stamp.
    #[inline]
    pub fn stamped<'l>(&mut self, line: &'l [u8]) -> Option<Stamped<'l>> {
        self.whole
            .follow(line)
            .inspect(|_| self.credit = (self.credit + 1).min(CREDIT))
    }

    /// The same of a line that has more.
    pub fn branched<'l>(&mut self, line: &'l [u8]) -> Option<(usize, Owned<'l>)> {
        let followed = self.stencils.follow(line).or_else(|| self.walk_and_learn(line))?;
        self.credit = (self.credit + 1).min(CREDIT);
        Some(followed)
    }

    /// Walks through the tree, and learns a layout by the way.
    fn walk_and_learn<'l>(&mut self, line: &'l [u8]) -> Option<(usize, Owned<'l>)> {
        let (leaf, owned) = self.walk(line, |_, _| {})?;
        if self.stencils.wants(line, leaf) {
            let mut taken = Vec::new();
            self.walk(line, |slot, range| taken.push((slot, range)))?;
            let taken: Vec<_> = taken
                .into_iter()
                .filter_map(|(slot, range)| Some((&self.slots.get(slot)?.0, range)))
                .collect();
            self.stencils.learn(line, leaf, owned.on(&[]), &taken);
        }
        Some((leaf, owned))
    }

    /// How many kinds of lines were learned.
    #[must_use]
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Walks through the tree, and tells `took` the number and the range of each part that is a line's own.
    #[inline]
    fn walk<'l>(&self, line: &'l [u8], mut took: impl FnMut(usize, Range<usize>)) -> Option<(usize, Owned<'l>)> {
        let mut owned = Owned::of(line);
        let mut node = self.nodes.first()?;
        let mut rest = line;
        loop {
            rest = node.text.pass(rest)?;
            if let Some(number) = node.slot
                && let Some((slot, next)) = self.slots.get(number as usize)
                && let Some(behind) = slot.take(rest, &mut owned)
            {
                took(number as usize, line.len() - rest.len()..line.len() - behind.len());
                rest = behind;
                node = self.nodes.get(*next)?;
                continue;
            }
            let Some(first) = rest.first() else {
                return node.leaf.map(|leaf| (leaf as usize, owned));
            };
            node = self.nodes.get(node.next.at(*first)?)?;
        }
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
            let leaf = self.whole.learn(line, stamp, self.leaves)?;
            self.leaves += 1;
            return Some(leaf);
        }
        let (mut node, mut from) = (0, 0);
        for slot in own {
            node = self.spell(node, line.get(from..slot.open().start)?)?;
            node = self.leave_open(node, slot)?;
            from = slot.open().end;
        }
        node = self.spell(node, line.get(from..)?)?;
        let node = self.nodes.get_mut(node)?;
        if node.leaf.is_some() {
            return None;
        }
        let leaf = self.leaves;
        node.leaf = Some(u32::try_from(leaf).ok()?);
        self.leaves += 1;
        Some(leaf)
    }

    /// The node behind `text`, which is spelt from the start of `node` on.
    fn spell(&mut self, mut node: usize, mut text: &[u8]) -> Option<usize> {
        let here = self.nodes.get_mut(node)?;
        if here.is_new() {
            here.text = Text::of(text);
            return Some(node);
        }
        loop {
            let known = self.nodes.get(node)?.text.bytes();
            let common = known.iter().zip(text).take_while(|(a, b)| a == b).count();
            if common < known.len() {
                self.split(node, common)?;
            }
            text = text.get(common..)?;
            let Some(first) = text.first() else { return Some(node) };
            let Some(next) = self.nodes.get(node)?.next.at(*first) else {
                return self.branch(node, text);
            };
            node = next;
        }
    }

    fn branch(&mut self, node: usize, text: &[u8]) -> Option<usize> {
        let new = self.add(Node {
            text: Text::of(text),
            ..Node::default()
        });
        let here = self.nodes.get_mut(node)?;
        here.next.add(*text.first()?, new);
        Some(new)
    }

    /// Parts a node's text in two: what follows it follows the second part.
    fn split(&mut self, node: usize, at: usize) -> Option<()> {
        let here = std::mem::take(self.nodes.get_mut(node)?);
        let (before, behind) = here.text.bytes().split_at_checked(at)?;
        let (before, first) = (Text::of(before), *behind.first()?);
        let lower = self.add(Node {
            text: Text::of(behind),
            ..here
        });
        *self.nodes.get_mut(node)? = Node {
            text: before,
            ..Node::default()
        };
        self.nodes.get_mut(node)?.next.add(first, lower);
        Some(())
    }

    /// The node behind what each line has of its own at the end of `node`.
    fn leave_open(&mut self, node: usize, slot: &Slot) -> Option<usize> {
        if let Some(known) = self.nodes.get(node)?.slot {
            let (known, next) = self.slots.get(known as usize)?;
            return known.is_as(slot).then_some(*next);
        }
        let new = self.add(Node::default());
        self.nodes.get_mut(node)?.slot = Some(u32::try_from(self.slots.len()).ok()?);
        self.slots.push((slot.clone(), new));
        Some(new)
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
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
        let (leaf, owned) = learned().follow(b"b 2026-03-02T11:59:59 ok id=x_fedcba9876543210").unwrap();
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
