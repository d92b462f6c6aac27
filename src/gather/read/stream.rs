//! Reads a stream from its start, and tells how far it has come.

use crate::gather::frame::{Refill, Window};
use crate::gather::open::{Opened, Stream};
use crate::gather::progress::Progress;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes read from a stream at a time.
const STREAM_BLOCK: usize = 256 * 1024;

/// Reads a stream from its start.
pub(super) struct StreamReader<'a> {
    stream: Stream,
    taken: Arc<AtomicU64>,
    told: u64,
    /// Bytes given, unpacked.
    pub(super) given: u64,
    progress: &'a dyn Progress,
}

impl<'a> StreamReader<'a> {
    pub(super) fn new(opened: Opened, progress: &'a dyn Progress) -> Self {
        Self {
            taken: Arc::clone(&opened.taken),
            stream: opened.into_stream(),
            told: 0,
            given: 0,
            progress,
        }
    }
}

impl Refill for StreamReader<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let stream = &mut self.stream;
        let count = window.fill(STREAM_BLOCK, |space| stream.read(space));
        let taken = self.taken.load(Ordering::Relaxed);
        self.progress.read(taken - self.told);
        self.told = taken;
        self.given += *count.as_ref().unwrap_or(&0) as u64;
        count
    }
}
