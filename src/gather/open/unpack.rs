//! Undoes compression and UTF-16, as a stream in fixed buffers, and stops at bombs.

use super::shape::Packing;
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stream of bytes.
pub type Stream = Box<dyn Read + Send>;

/// Bytes that one source may unpack to.
const MOST_UNPACKED: u64 = 64 << 30;
/// Past so many unpacked bytes the ratio counts; logs compress 5 to 50 times, and gzip ends at 1,032.
const RATIO_FROM: u64 = 1 << 30;
/// Unpacked bytes per packed byte that are believed.
const MOST_RATIO: u64 = 1000;
/// Zstd windows up to 64 MiB are unpacked, as a frame may ask for 2 GiB of memory.
const ZSTD_WINDOW_LOG: u32 = 26;
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
        Packing::Gzip => Box::new(Gunzip {
            member: Some(GzDecoder::new(buffered)),
        }),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    };
    Ok(Box::new(Capped { inner, taken, given: 0 }))
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
        if self.given > MOST_UNPACKED || self.given > RATIO_FROM && self.given / MOST_RATIO > taken {
            return Err(io::Error::other("it unpacks to more than any log"));
        }
        let count = self.inner.read(out)?;
        self.given += count as u64;
        Ok(count)
    }
}

/// Gzip members one after the other, as rotation and `cat` leave them, and the zero padding of tapes and blocks.
struct Gunzip<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(out)?;
            if count > 0 {
                return Ok(count);
            }
            self.member = match self.member.take() {
                Some(member) => next_member(member.into_inner())?,
                None => None,
            };
        }
        Ok(0)
    }
}

fn next_member<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let block = packed.fill_buf()?;
        let zeros = block.iter().take_while(|byte| **byte == 0).count();
        match block.get(zeros) {
            None if block.is_empty() => return Ok(None),
            None => packed.consume(zeros),
            Some(0x1f) => {
                packed.consume(zeros);
                return Ok(Some(GzDecoder::new(packed)));
            }
            Some(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "other bytes follow the last member",
                ));
            }
        }
    }
}

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
