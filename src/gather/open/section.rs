//! A stretch of a file, which several readers may read at the same time.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A stretch of a file.
#[derive(Debug)]
pub(in crate::gather) struct Section {
    file: Arc<File>,
    at: u64,
    left: u64,
    /// What it means that the file ends before.
    cut_short: &'static str,
}

impl Section {
    /// The `size` bytes from `at` on. Where the file ends before, `cut_short` is the error's text.
    pub(in crate::gather) fn new(file: Arc<File>, at: u64, size: u64, cut_short: &'static str) -> Self {
        Self {
            file,
            at,
            left: size,
            cut_short,
        }
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
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, self.cut_short));
        }
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
