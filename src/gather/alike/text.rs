//! A text that lines share, and whether a line has it.

/// Bytes of a short text: most texts between two parts of a line's own are no longer.
const SHORT: usize = 8;

/// Bytes of a longer text that are compared at once.
const WIDE: usize = 16;

/// A text.
///
/// Most are a few bytes, and a line has two dozen of them: what counts is how few instructions each takes. A short one is
/// compared as one number, of which the bytes behind the text are masked out; by libc it was half of the run, for where a text
/// is empty its comparison reads through a dangling pointer with all lanes masked, which some processors answer with an
/// assist of hundreds of cycles.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// The first bytes, as a number.
    head: u64,
    /// Ones for those of them that are the text's.
    mask: u64,
    bytes: Box<[u8]>,
}

impl Text {
    pub(super) fn of(text: &[u8]) -> Self {
        let (mut head, mut mask) = ([0; SHORT], [0; SHORT]);
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(text) {
            (*head, *mask) = (*byte, 0xff);
        }
        Self {
            head: u64::from_le_bytes(head),
            mask: u64::from_le_bytes(mask),
            bytes: text.into(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What stands behind the text, if a line goes on with it.
    #[inline]
    pub(super) fn pass<'l>(&self, rest: &'l [u8]) -> Option<&'l [u8]> {
        let (here, behind) = rest.split_at_checked(self.bytes.len())?;
        let is_same = match rest.first_chunk() {
            Some(head) => (u64::from_le_bytes(*head) ^ self.head) & self.mask == 0 && (here.len() <= SHORT || self.is(here)),
            None => self.bytes.iter().zip(here).all(|(mine, here)| mine == here),
        };
        is_same.then_some(behind)
    }

    /// Whether a longer text is this one. The last bytes are looked at once more where the length is no multiple.
    #[inline]
    fn is(&self, here: &[u8]) -> bool {
        if here.len() < WIDE {
            return self.bytes.last_chunk::<SHORT>() == here.last_chunk();
        }
        let (mine, others) = (self.bytes.as_chunks::<WIDE>().0, here.as_chunks::<WIDE>().0);
        mine.iter().zip(others).all(|(mine, here)| mine == here) && self.bytes.last_chunk::<WIDE>() == here.last_chunk()
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn a_text_of_every_length_is_told_from_any_other_wherever_the_line_ends() {
        let line: Vec<u8> = (0..=200).collect();
        for length in 0..100 {
            let text = Text::of(line.get(7..7 + length).unwrap());
            for end in 7..150 {
                let line = line.get(..end).unwrap();
                let behind = line.get(7 + length..);
                assert_eq!(text.pass(&line[7..]), behind, "{length} {end}");
                for other in 7..behind.map_or(0, |_| 7 + length) {
                    let mut line = line.to_vec();
                    line[other] ^= 0x20;
                    assert_eq!(text.pass(&line[7..]), None, "{length} {end} {other}");
                }
            }
        }
    }
}
