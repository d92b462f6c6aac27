//! Which bytes of a source are read: a plain file is cut into ranges, each read by whoever is free.

use super::frame::{Owned, RECORD_LIMIT, Refill, Window};
use super::open::next_data;
use memchr::memchr_iter;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Bytes before a piece whose records are shown to its reader, for their context. Four pages: reading from offsets that
/// are no multiple of a page costs twice the kernel's time.
pub(super) const WARM: u64 = 16 * 1024;

/// Bytes read past the end of a piece at first, so that most last records need no second read.
const TAIL: u64 = 4 * 1024;

/// Bytes read at a time. Measured: 64 KiB to 1 MiB are equal, from 4 MiB on the buffer leaves the processor's caches.
const BLOCK: u64 = 256 * 1024;

/// Bytes read at a time where a record needs more.
const MORE: u64 = 64 * 1024;

/// A piece of a plain file: records that start in it are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// First byte.
    pub start: u64,
    /// First byte of the next one.
    pub end: u64,
    /// The stretch of data that it is cut from; no record reaches over the stretch's ends.
    pub data: (u64, u64),
}

/// Which part of a source is read, in unpacked bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// Records that start before this byte were read before.
    pub from: u64,
    /// Of a plain file nothing is read from here on.
    pub until: u64,
    /// Newlines before `from`.
    pub lines: u64,
}

/// All of it.
impl Default for Resume {
    fn default() -> Self {
        Self {
            from: 0,
            until: u64::MAX,
            lines: 0,
        }
    }
}

impl Resume {
    /// The pieces that are left of those of the whole file. Bytes before them stay readable, for their context.
    pub(super) fn of(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        let mut left = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let (start, end) = (piece.start.max(self.from), piece.end.min(self.until));
            if start < end {
                let data = (piece.data.0, piece.data.1.min(self.until));
                left.push(Piece { start, end, data });
            }
        }
        left
    }
}

/// Cuts the bytes from `begins` to `size` at multiples of `piece`.
#[must_use]
pub(super) fn pieces(file: &File, begins: u64, size: u64, piece: u64, sparse: bool) -> Vec<Piece> {
    let piece = piece.max(1);
    let stretches = if sparse {
        stretches(file, begins, size)
    } else {
        vec![(begins, size)]
    };
    let whole = |(from, to): &(u64, u64)| usize::try_from((to - from) / piece + 1).unwrap_or(0);
    let mut pieces = Vec::with_capacity(stretches.iter().map(whole).sum());
    for data in stretches {
        let mut start = data.0;
        while start < data.1 {
            let end = (start / piece + 1).saturating_mul(piece).min(data.1);
            pieces.push(Piece { start, end, data });
            start = end;
        }
    }
    pieces
}

/// Where a sparse file holds data. Only holes longer than any record part it, so that the cut changes no record.
fn stretches(file: &File, begins: u64, size: u64) -> Vec<(u64, u64)> {
    let mut stretches: Vec<(u64, u64)> = Vec::new();
    let mut from = begins;
    while let Some(start) = next_data(file, from).filter(|start| *start < size) {
        let end = next_hole(file, start).clamp(start + 1, size);
        match stretches.last_mut() {
            Some(last) if start - last.1 <= RECORD_LIMIT as u64 => last.1 = end,
            _ => stretches.push((start, end)),
        }
        from = end;
        if from >= size {
            break;
        }
    }
    stretches
}

fn next_hole(file: &File, from: u64) -> u64 {
    rustix::fs::seek(file, rustix::fs::SeekFrom::Hole(from)).unwrap_or(u64::MAX)
}

/// Reads a piece, what comes before it as context, and what its last record needs after it.
pub(super) struct PieceReader<'f> {
    file: &'f File,
    at: u64,
    end: u64,
    limit: u64,
    /// The file ended before its size.
    pub shrunk: bool,
}

impl<'f> PieceReader<'f> {
    /// A reader of `piece`, and what it owns.
    #[must_use]
    pub(super) fn new(file: &'f File, piece: &Piece) -> (Self, Owned) {
        let (begins, limit) = piece.data;
        let from = piece.start.saturating_sub(WARM).max(begins);
        let owned = Owned {
            from,
            begins: from == begins,
            bytes: piece.start..piece.end,
        };
        let reader = Self {
            file,
            at: from,
            end: piece.end.saturating_add(TAIL),
            limit,
            shrunk: false,
        };
        (reader, owned)
    }
}

/// Newlines before a piece that make sure of a whole line before it, beside the half one that is read first.
const NEWLINES_BEFORE: usize = 3;

impl<'f> PieceReader<'f> {
    /// A reader that sees some whole lines before the piece, however long they are: whether a line is the rest of one in
    /// several parts is told by what stands before it.
    ///
    /// # Errors
    /// What keeps the bytes before the piece from being read.
    pub(super) fn behind_lines(file: &'f File, piece: &Piece) -> io::Result<(Self, Owned)> {
        let (mut reader, mut owned) = Self::new(file, piece);
        let mut block = Vec::new();
        while !owned.begins && piece.start - owned.from < 4 * RECORD_LIMIT as u64 {
            block.resize(usize::try_from(piece.start - owned.from).unwrap_or_default(), 0);
            file.read_exact_at(&mut block, owned.from)?;
            if memchr_iter(b'\n', &block).nth(NEWLINES_BEFORE - 1).is_some() {
                break;
            }
            owned.from = owned.from.saturating_sub(block.len() as u64).max(piece.data.0);
            owned.begins = owned.from == piece.data.0;
        }
        reader.at = owned.from;
        Ok((reader, owned))
    }
}

impl Refill for PieceReader<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let until = if self.at < self.end {
            self.end.min(self.at.saturating_add(BLOCK))
        } else {
            self.at.saturating_add(MORE)
        };
        let room = usize::try_from(until.min(self.limit).saturating_sub(self.at)).unwrap_or(usize::MAX);
        if room == 0 {
            return Ok(0);
        }
        let at = self.at;
        let count = window.fill(room, |space| self.file.read_at(space, at))?;
        self.at += count as u64;
        self.shrunk |= count == 0;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    fn starts(pieces: &[Piece]) -> Vec<u64> {
        pieces.iter().map(|piece| piece.start).collect()
    }

    #[test]
    fn pieces_lie_on_the_grid_and_cover_the_file() {
        let file = tempfile::tempfile().unwrap();
        let cut = pieces(&file, 0, 10_000, 4096, false);
        assert_eq!(starts(&cut), [0, 4096, 8192]);
        assert_eq!(cut.last().unwrap().end, 10_000);
        assert_eq!(starts(&pieces(&file, 5000, 10_000, 4096, false)), [5000, 8192]);
        assert!(pieces(&file, 0, 0, 4096, false).is_empty());
    }

    #[test]
    fn holes_are_left_out() {
        let file: File = tempfile::tempfile().unwrap();
        file.write_at(b"start", 0).unwrap();
        file.write_at(b"later", 1 << 40).unwrap();
        file.set_len(1 << 41).unwrap();
        let cut = pieces(&file, 0, 1 << 41, 1 << 18, true);
        assert_eq!(starts(&cut), [0, 1 << 40]);
    }
}
