//! UTF-16, as Windows writes it.

use super::Stream;
use std::io::{self, Read};

/// UTF-16 as UTF-8. Halves of pairs become the replacement character.
pub(super) struct Utf16 {
    inner: Stream,
    little_endian: bool,
    packed: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
}

impl Read for Utf16 {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.ready.len() {
            if !self.more()? {
                return Ok(0);
            }
        }
        let rest = self.ready.get(self.given..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

impl Utf16 {
    pub(super) fn new(inner: Stream, little_endian: bool) -> Self {
        Self {
            inner,
            little_endian,
            packed: Vec::new(),
            ready: Vec::new(),
            given: 0,
        }
    }

    fn more(&mut self) -> io::Result<bool> {
        let mut block = [0; 8192];
        let count = self.inner.read(&mut block)?;
        self.packed.extend(block.iter().take(count));
        let pairs = self.packed.chunks_exact(2);
        let unit = |pair: &[u8]| match (pair, self.little_endian) {
            (&[low, high], true) | (&[high, low], false) => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        let mut units: Vec<u16> = pairs.map(unit).collect();
        let waits = count > 0 && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last));
        if waits {
            units.pop();
        }
        self.packed.drain(..units.len() * 2);
        let text: String = char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        self.ready = text.into_bytes();
        self.given = 0;
        Ok(count > 0)
    }
}
