//! The bytes that lines share, as a tree: each way through it is a kind of lines.

use super::branches::Branches;
use super::owned::Places;
use super::shape::Slot;
use super::text::Text;
use std::ops::Range;

/// The tree.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// What each line has of its own behind a node, and the node after that.
    slots: Vec<(Slot, usize)>,
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

impl Default for Tree {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            slots: Vec::new(),
        }
    }
}

impl Tree {
    /// A slot by its number.
    pub(super) fn slot(&self, number: usize) -> Option<&Slot> {
        self.slots.get(number).map(|(slot, _)| slot)
    }

    /// The number of the leaf that a line comes to. Notes where what it has of its own stands, and tells `took` the number and
    /// the range of each such part.
    #[inline]
    pub(super) fn walk(&self, line: &[u8], places: &mut Places, mut took: impl FnMut(usize, Range<usize>)) -> Option<usize> {
        *places = Places::default();
        let mut node = self.nodes.first()?;
        let mut rest = line;
        loop {
            rest = node.text.pass(rest)?;
            if let Some(number) = node.slot
                && let Some((slot, next)) = self.slots.get(number as usize)
                && let Some(behind) = slot.take(rest, places)
            {
                took(number as usize, line.len() - rest.len()..line.len() - behind.len());
                rest = behind;
                node = self.nodes.get(*next)?;
                continue;
            }
            let Some(first) = rest.first() else {
                return node.leaf.map(|leaf| leaf as usize);
            };
            node = self.nodes.get(node.next.at(*first)?)?;
        }
    }

    /// Makes a line of these parts of its own the leaf of this number; `None` where it is one, or differs from what is known in
    /// the kind of what is its own.
    pub(super) fn learn(&mut self, line: &[u8], own: &[Slot], leaf: usize) -> Option<()> {
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
        node.leaf = Some(u32::try_from(leaf).ok()?);
        Some(())
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
