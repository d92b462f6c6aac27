//! Lines whose parts of their own stand in the same places and have the same lengths: they are compared without a walk.
//!
//! A log has a few dozen such layouts: of generated logs, fifty hold 99 nginx lines of 100 and 89 JSON lines. Most of what the
//! walk through the tree costs is not the comparison of bytes but the going from part to part: 1,720 instructions a line of
//! nginx's and 1,340 of JSON's became 540 and 570, where one JSON line in ten still walks. A layout is learned from a line
//! that the tree knew, and like a kind of lines it says of its parts only what the format said of them.

use super::forks::Forks;
use super::layout::{LONGEST, Layout, SHORTEST};
use super::owned::Places;
use super::shape::Slot;
use std::ops::Range;

/// Layouts that are kept at a time, half a kilobyte each. All of them are forgotten when there are more: logs change. 64 MB of a
/// generated program's log have 450, by its threads, models and endpoints, and of JSON and nginx 90 and 70.
const MOST: usize = 2048;

/// How often a kind of lines is walked to before the layout of one of its lines is learned: a kind whose lines are all of
/// other lengths is not worth it. Tests learn all, so that those which hold known lines to parsed ones hold layouts to them.
const WALKS: u8 = if cfg!(test) { 1 } else { 8 };

/// What all lines of a layout are.
#[derive(Debug)]
struct Stencil {
    leaf: usize,
    layout: Layout,
    places: Places,
}

/// The layouts of a source.
#[derive(Debug, Default)]
pub(super) struct Stencils {
    all: Vec<Stencil>,
    forks: Forks,
    /// How often each kind was walked to since one of its layouts was learned.
    walks: Vec<u8>,
}

impl Stencils {
    /// The number of the layout that a line has. A number and no more: what a call gives in memory word by word, and its
    /// caller takes from there two words at a time, stalls the processor. A quarter of the samples in the caller stood there.
    #[inline(never)]
    pub(super) fn find(&self, line: &[u8]) -> Option<usize> {
        let number = self.forks.follow(line)?;
        self.all.get(number)?.layout.fits(line).then_some(number)
    }

    /// The leaf of a layout, and where the parts of its lines stand.
    #[inline]
    pub(super) fn known(&self, number: usize) -> Option<(usize, &Places)> {
        self.all.get(number).map(|stencil| (stencil.leaf, &stencil.places))
    }

    /// Whether the layout of a line is to be learned that was walked to `leaf`.
    pub(super) fn wants(&mut self, line: &[u8], leaf: usize) -> bool {
        if line.len() > LONGEST || line.len() < SHORTEST {
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
    pub(super) fn learn(&mut self, line: &[u8], leaf: usize, places: &Places, taken: &[(&Slot, Range<usize>)]) -> Option<()> {
        if self.all.len() >= MOST {
            self.all.clear();
            self.forks = Forks::default();
        }
        // Layouts of one kind differ in the lengths of their numbers, and share the texts between them.
        let layouts = self.all.iter().filter(|stencil| stencil.leaf == leaf);
        let layout = Layout::of(line, taken, layouts.map(|stencil| &stencil.layout))?;
        let parted = |other: usize| layout.parted(line, &self.all.get(other)?.layout);
        self.forks.learn(line, self.all.len(), parted)?;
        self.all.push(Stencil {
            leaf,
            layout,
            places: places.clone(),
        });
        Some(())
    }
}
