//! Lines that have nothing of their own but a stamp at their head: what text loggers write.
//!
//! All that follows the stamp is one key, so such a line is known by one hash and one comparison, where the tree would walk
//! over half a dozen branches. Measured on 64 MB of an application's log: 300 instructions a line for 790.

use super::text::Text;
use super::{Owned, Slot};
use ahash::AHashMap;

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
    /// What follows the stamp, and the numbers of these lines.
    leaves: AHashMap<Box<[u8]>, usize>,
}

impl Whole {
    /// The number of the leaf that a line comes to, and its stamp.
    #[inline]
    pub(super) fn follow<'l>(&self, line: &'l [u8]) -> Option<(usize, Owned<'l>)> {
        self.0.iter().find_map(|layout| {
            let mut owned = Owned::of(line);
            let rest = layout.stamp.take(layout.before.pass(line)?, &mut owned)?;
            let leaf = layout.leaves.get((rest.len() <= super::LONGEST).then_some(rest)?)?;
            Some((*leaf, owned))
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
                    leaves: AHashMap::new(),
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
