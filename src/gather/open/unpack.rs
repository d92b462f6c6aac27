//! Undoes compression as a stream in fixed buffers, and stops at bombs.

use super::Stream;
use super::gunzip::Gunzip;
use super::lz4::Lz4;
use super::shape::Packing;
use bzip2::bufread::MultiBzDecoder;
use lzma_rust2::XzReader;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that one source may unpack to.
const MOST_UNPACKED: u64 = 64 << 30;
/// Past so many unpacked bytes the ratio counts; logs compress 5 to 50 times, and gzip ends at 1,032.
const RATIO_FROM: u64 = 1 << 30;
/// Unpacked bytes per packed byte that are believed.
const MOST_RATIO: u64 = 1000;
/// Zstd windows up to 64 MiB are unpacked, as a frame may ask for 2 GiB of memory.
pub(super) const ZSTD_WINDOW_LOG: u32 = 26;
/// KiB that xz may take: `xz -9` needs 65 MiB, and a block may ask for 4 GiB.
const XZ_MEMORY_KIB: u32 = 80 << 10;
/// Bytes asked of the disk at a time.
const BLOCK: usize = 128 * 1024;

/// Unpacks `packed`.
///
/// # Errors
/// Where the decoder cannot be made.
pub(super) fn unpack(packing: Packing, packed: Stream) -> io::Result<Stream> {
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
    Ok(capped(inner, taken))
}

/// The same stream, which breaks off where it is a bomb; `taken` counts the packed bytes.
pub(super) fn capped(inner: Stream, taken: Arc<AtomicU64>) -> Stream {
    Box::new(Capped { inner, taken, given: 0 })
}

/// Whether so much out of so little can only be a bomb.
pub(super) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > MOST_UNPACKED || unpacked > RATIO_FROM && unpacked / MOST_RATIO > packed
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
}

impl Read for Capped {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let taken = self.taken.load(Ordering::Relaxed);
        if is_bomb(taken, self.given) {
            return Err(io::Error::other("it unpacks to more than any log"));
        }
        let count = self.inner.read(out)?;
        self.given += count as u64;
        Ok(count)
    }
}
