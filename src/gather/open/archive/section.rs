//! A stretch of a file, which several readers may read at the same time.

use super::cut_short;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A stretch of a file.
#[derive(Debug)]
pub(super) struct Section {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Section {
    /// The `size` bytes from `at` on.
    pub(super) fn new(file: Arc<File>, at: u64, size: u64) -> Self {
        Self { file, at, left: size }
    }
}

impl Read for Section {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.file.read_at(out.get_mut(..most).unwrap_or_default(), self.at)?;
        if count == 0 {
            self.left = 0;
            return Err(cut_short());
        }
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
