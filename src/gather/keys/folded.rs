//! A key in the form in which all its spellings are one.

/// Longest spelling that is looked up; longer keys name nothing we know.
const LONGEST: usize = 48;

/// A key without its punctuation, in lower case, in a fixed buffer.
#[derive(Clone, Copy)]
pub(in crate::gather) struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Folded {
    /// Folds a key; `None` where it is longer than any spelling.
    pub(in crate::gather) fn of(key: &str) -> Option<Self> {
        let mut folded = Self::default();
        if key.starts_with('@') {
            folded.push(b'a')?;
            folded.push(b't')?;
        }
        for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
            folded.push(byte.to_ascii_lowercase())?;
        }
        Some(folded)
    }

    /// A name behind the name of the group that it stands in.
    pub(in crate::gather) fn behind(group: &str, name: &Self) -> Option<Self> {
        Self::joined(Self::of(group)?.bytes(), name.bytes())
    }

    /// Two folded names, one behind the other.
    pub(in crate::gather) fn joined(first: &[u8], second: &[u8]) -> Option<Self> {
        let mut joined = Self {
            length: first.len() + second.len(),
            ..Self::default()
        };
        let (before, behind) = joined.bytes.get_mut(..joined.length)?.split_at_mut(first.len());
        before.copy_from_slice(first);
        behind.copy_from_slice(second);
        Some(joined)
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.length)? = byte;
        self.length += 1;
        Some(())
    }

    /// The folded bytes.
    pub(in crate::gather) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }
}

impl Default for Folded {
    fn default() -> Self {
        Self {
            bytes: [0; LONGEST],
            length: 0,
        }
    }
}
