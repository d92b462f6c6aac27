//! A tar archive that is wound forwards: a file is skipped through, a stream is read through.

use super::cut_short;
use crate::gather::open::Stream;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// Bytes that are thrown away at a time.
const BLOCK: usize = 64 * 1024;

/// An archive and a place in it.
pub(super) struct Tape {
    bytes: Bytes,
    at: u64,
}

enum Bytes {
    File(File),
    Stream(Stream),
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tape").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Tape {
    pub(super) fn of_file(file: File) -> Self {
        Self {
            bytes: Bytes::File(file),
            at: 0,
        }
    }

    pub(super) fn of_stream(stream: Stream) -> Self {
        Self {
            bytes: Bytes::Stream(stream),
            at: 0,
        }
    }

    /// The place.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Goes on by so many bytes. In a file the place may come to lie behind its end.
    ///
    /// # Errors
    /// Those of the stream, and that it ends before.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<()> {
        if let Bytes::File(_) = self.bytes {
            self.at = self.at.checked_add(count).ok_or_else(cut_short)?;
            return Ok(());
        }
        let mut block = vec![0; BLOCK];
        let mut left = count;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            match self.read(block.get_mut(..most).unwrap_or_default()) {
                Ok(0) => return Err(cut_short()),
                Ok(count) => left -= count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Fills `block`; `false` where the archive ends before its first byte.
    ///
    /// # Errors
    /// Those of reading, and that it ends within.
    pub(super) fn block(&mut self, block: &mut [u8]) -> io::Result<bool> {
        let mut filled = 0;
        while let Some(space) = block.get_mut(filled..).filter(|space| !space.is_empty()) {
            match self.read(space) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(cut_short()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

impl Read for Tape {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.bytes {
            Bytes::File(file) => file.read_at(out, self.at)?,
            Bytes::Stream(stream) => stream.read(out)?,
        };
        self.at += count as u64;
        Ok(count)
    }
}
