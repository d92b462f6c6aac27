//! Gzip, in as many members as there are.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// Gzip members one after the other, as rotation and `cat` leave them, and the zero padding of tapes and blocks.
pub(super) struct Gunzip<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(packed: R) -> Self {
        Self {
            member: Some(GzDecoder::new(packed)),
        }
    }
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
