//! Reads a stream from its start, and tells how far it has come.

use crate::gather::chunk::WARM;
use crate::gather::frame::{Owned, Refill, Window};
use crate::gather::open::{Opened, Stream};
use crate::gather::prepare::{Prepared, Way};
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

    /// Passes over what was read before; gives what is owned of the rest, and how many bytes are no news.
    pub(super) fn begin(&mut self, prepared: &Prepared, is_plain: bool) -> io::Result<(Owned, u64)> {
        let from = prepared.source.resume().from;
        match prepared.way {
            Way::Whole(Some((at, _))) if prepared.counts_midnights() => Ok(all_but(from.saturating_sub(at))),
            Way::Whole(Some(_)) => Ok((Owned::WHOLE, 0)),
            _ if prepared.counts_midnights() => Ok(all_but(from)),
            _ if is_plain && !prepared.is_document() => {
                // What goes before tells the context of lines.
                self.pass(from.saturating_sub(WARM))?;
                let owned = Owned {
                    from: self.given,
                    begins: self.given == 0,
                    bytes: from..u64::MAX,
                };
                Ok((owned, from))
            }
            _ => {
                self.pass(from)?;
                Ok((Owned::WHOLE, from))
            }
        }
    }

    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        self.given = io::copy(&mut self.stream.as_mut().take(bytes), &mut io::sink())?;
        Ok(())
    }
}

/// All of it is read, and what starts before `from` is context.
fn all_but(from: u64) -> (Owned, u64) {
    let owned = Owned {
        bytes: from..u64::MAX,
        ..Owned::WHOLE
    };
    (owned, from)
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
