//! A buffer that is filled at its end and emptied at its start, and is never zeroed twice.

use std::io;

/// Something that has more bytes.
pub trait Refill {
    /// Appends bytes to `window` and says how many; 0 at the end.
    ///
    /// # Errors
    /// What stopped the reading; what came before it is in `window`.
    fn more(&mut self, window: &mut Window) -> io::Result<usize>;
}

/// The bytes that are looked at. One worker keeps one and reuses it, so that reading allocates nothing.
#[derive(Debug, Default)]
pub struct Window {
    bytes: Vec<u8>,
    filled: usize,
}

impl Window {
    /// The bytes.
    #[must_use]
    pub fn filled(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Forgets the first `count` bytes.
    pub fn forget(&mut self, count: usize) {
        let count = count.min(self.filled);
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }

    /// Appends what `read` writes into a free space of `room` bytes.
    ///
    /// # Errors
    /// Those of `read`; interrupted reads are tried again.
    pub fn fill(&mut self, room: usize, mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        let end = self.filled + room;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        let Some(space) = self.bytes.get_mut(self.filled..end) else {
            return Ok(0);
        };
        loop {
            match read(space) {
                Ok(count) => {
                    let count = count.min(room);
                    self.filled += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
