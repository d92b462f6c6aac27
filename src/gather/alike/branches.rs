//! Which node follows another, by the next byte of the line.

/// Branches that lie within a node: a request has few paths, models and clients.
const FEW: usize = 8;

/// The branches of a node: their first bytes, and the nodes that these lead to.
///
/// Searched in a loop: compared all at once, without a branch to be mispredicted, they cost a fifth more, for then the next
/// node's address waits for the byte, where the processor goes on with the branch that it expects.
#[derive(Debug, Default)]
pub(super) struct Branches {
    firsts: [u8; FEW],
    next: [u32; FEW],
    count: u8,
    /// What is beyond the first eight.
    more: Option<Box<Branches>>,
}

impl Branches {
    /// The node that a byte leads to.
    #[inline]
    pub(super) fn at(&self, byte: u8) -> Option<usize> {
        let mut branches = self;
        loop {
            let firsts = branches.firsts.get(..usize::from(branches.count))?;
            for (first, next) in firsts.iter().zip(&branches.next) {
                if *first == byte {
                    return Some(*next as usize);
                }
            }
            branches = branches.more.as_deref()?;
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Lets a byte lead to a node.
    pub(super) fn add(&mut self, byte: u8, node: usize) {
        let place = usize::from(self.count);
        match (self.firsts.get_mut(place), self.next.get_mut(place), u32::try_from(node)) {
            (Some(first), Some(next), Ok(node)) => {
                (*first, *next) = (byte, node);
                self.count += 1;
            }
            (None, ..) => self.more.get_or_insert_default().add(byte, node),
            // Trees are bounded far below so many nodes.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Branches;

    #[test]
    fn every_byte_leads_to_its_own_node() {
        let mut branches = Branches::default();
        for count in 0..=u8::MAX {
            assert_eq!(branches.at(count), None);
            branches.add(count, 1000 + usize::from(count));
            assert!((0..=count).all(|byte| branches.at(byte) == Some(1000 + usize::from(byte))));
        }
    }
}
