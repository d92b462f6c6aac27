//! Undoes compression as a stream in fixed buffers, and stops at bombs.

use super::gunzip::Gunzip;
use super::lz4::Lz4;
use super::shape::Packing;
use bzip2::bufread::MultiBzDecoder;
use lzma_rust2::XzReader;
use std::io::{self, BufReader, Read};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that one file may unpack to where nothing is said.
const MOST_UNPACKED: u64 = 64 << 30;
/// Past so many unpacked bytes the ratio counts; logs compress 5 to 50 times, and gzip ends at 1,032.
const RATIO_FROM: u64 = 1 << 30;
/// Unpacked bytes per packed byte that are believed where nothing is said.
const MOST_RATIO: u64 = 1000;
/// Zstd windows up to 64 MiB are unpacked, as a frame may ask for 2 GiB of memory.
pub(super) const ZSTD_WINDOW_LOG: u32 = 26;
/// KiB that xz may take: `xz -9` needs 65 MiB, and a block may ask for 4 GiB.
const XZ_MEMORY_KIB: u32 = 80 << 10;
/// Bytes asked of the disk at a time.
const BLOCK: usize = 128 * 1024;

/// A stream of bytes.
pub type Stream = Box<dyn Read + Send>;

/// What is believed of a packed file: what unpacks to more is a bomb, and its reading stops there.
///
/// By default 64 GiB are believed, and past 1 GiB a thousandfold; where a size is given, that many bytes are, however few
/// they were packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit(Option<NonZeroU64>);

impl Limit {
    /// So many unpacked bytes; none means the default.
    #[must_use]
    pub fn of(bytes: u64) -> Self {
        Self(NonZeroU64::new(bytes))
    }

    fn most(self) -> u64 {
        self.0.map_or(MOST_UNPACKED, NonZeroU64::get)
    }

    /// Whether so much out of so little can only be a bomb.
    pub(super) fn is_passed(self, packed: u64, unpacked: u64) -> bool {
        let is_odd = || unpacked > RATIO_FROM && unpacked / MOST_RATIO > packed;
        unpacked > self.most() || self.0.is_none() && is_odd()
    }
}

/// Unpacks `packed`.
///
/// # Errors
/// Where the decoder cannot be made.
pub(super) fn unpack(packing: Packing, packed: Stream, limit: Limit) -> io::Result<Stream> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        inner: packed,
        count: Arc::clone(&taken),
    };
    let buffered = BufReader::with_capacity(BLOCK, counted);
    let inner: Stream = match packing {
        Packing::Gzip => Box::new(Gunzip::new(buffered)),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(buffered)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(buffered, true, XZ_MEMORY_KIB)),
        Packing::Lz4 => Box::new(Lz4::new(buffered)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    };
    Ok(capped(inner, taken, limit))
}

/// The same stream, which breaks off where it is a bomb; `taken` counts the packed bytes.
pub(super) fn capped(inner: Stream, taken: Arc<AtomicU64>, limit: Limit) -> Stream {
    Box::new(Capped {
        inner,
        taken,
        given: 0,
        limit,
    })
}

/// Counts what is read from it.
pub(super) struct Counted {
    pub(super) inner: Stream,
    pub(super) count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Stops where so much came out of so little that it can only be a bomb.
struct Capped {
    inner: Stream,
    taken: Arc<AtomicU64>,
    given: u64,
    limit: Limit,
}

impl Read for Capped {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let taken = self.taken.load(Ordering::Relaxed);
        if self.limit.is_passed(taken, self.given) {
            return Err(io::Error::other("it unpacks to more than any log (--max-unpacked)"));
        }
        // One byte more than is believed tells that there is more.
        let left = self.limit.most().saturating_sub(self.given).saturating_add(1);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let count = self.inner.read(out.get_mut(..most).unwrap_or_default())?;
        self.given += count as u64;
        Ok(count)
    }
}
