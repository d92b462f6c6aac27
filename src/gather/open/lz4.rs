//! LZ4 frames one after the other.

use lz4_flex::frame::FrameDecoder;
use std::io::{self, BufRead, Read};

/// What stands at a frame's end: four zero bytes, and four more where it has a checksum (LZ4 frame format 1.6).
const END: [u8; 4] = [0; 4];

/// Unpacks frames. The decoder ends alike at a frame's end and where the bytes break off between two blocks, so the last
/// bytes are kept to tell which it was.
pub(super) struct Lz4<R: BufRead> {
    decoder: FrameDecoder<Tail<R>>,
}

impl<R: BufRead> Lz4<R> {
    pub(super) fn new(packed: R) -> Self {
        Self {
            decoder: FrameDecoder::new(Tail {
                inner: packed,
                last: [0xff; 8],
            }),
        }
    }
}

impl<R: BufRead> Read for Lz4<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let count = self.decoder.read(out)?;
            if count > 0 {
                return Ok(count);
            }
            let packed = self.decoder.get_mut();
            if packed.inner.fill_buf()?.is_empty() {
                return if packed.is_at_end() {
                    Ok(0)
                } else {
                    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the last frame is cut short"))
                };
            }
        }
    }
}

/// Keeps the last bytes that were read.
struct Tail<R> {
    inner: R,
    last: [u8; 8],
}

impl<R> Tail<R> {
    fn is_at_end(&self) -> bool {
        self.last.ends_with(&END) || self.last.starts_with(&END)
    }
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        for byte in out.iter().take(count).skip(count.saturating_sub(self.last.len())) {
            self.last.rotate_left(1);
            if let Some(last) = self.last.last_mut() {
                *last = *byte;
            }
        }
        Ok(count)
    }
}
