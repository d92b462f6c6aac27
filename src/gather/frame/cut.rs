//! Cuts a stretch of bytes into the records that start in it.

use super::RECORD_LIMIT;
use super::window::{Refill, Window};
use memchr::memchr;
use std::io;
use std::ops::{ControlFlow, Range};

/// What the reader of a stretch owns.
#[derive(Clone, Debug)]
pub struct Owned {
    /// Where the first byte that is read lies. Bytes before the owned ones are context: records that start there are
    /// shown to [`Sink::warm`] and counted by somebody else.
    pub from: u64,
    /// The source begins at `from`; elsewhere the first line may be the end of one that began before.
    pub begins: bool,
    /// Records that start here are owned.
    pub bytes: Range<u64>,
}

impl Owned {
    /// The whole of a source.
    pub const WHOLE: Self = Self {
        from: 0,
        begins: true,
        bytes: 0..u64::MAX,
    };
}

/// Takes records. Lines count from 1 at the first owned byte.
pub trait Sink {
    /// A record before the owned ones.
    fn warm(&mut self, record: &[u8]);
    /// A record.
    fn record(&mut self, line: u64, record: &[u8]);
    /// A record longer than [`RECORD_LIMIT`].
    fn too_long(&mut self, line: u64);
    /// The last record, which no newline ends.
    fn unfinished(&mut self, line: u64, record: &[u8]);
}

/// How a stretch ended.
#[derive(Debug)]
pub struct Ended {
    /// Newlines among the owned bytes.
    pub newlines: u64,
    /// What stopped the reading before its end.
    pub broken: Option<io::Error>,
}

/// Whether a line starts a record; `None` where every line does.
pub type Starts<'a> = Option<&'a dyn Fn(&[u8]) -> bool>;

/// Reads a stretch and gives `sink` the records that start in it.
///
/// `window` is only lent, so that its memory is used again.
pub fn cut(window: &mut Window, reader: &mut dyn Refill, owned: &Owned, starts: Starts<'_>, sink: &mut dyn Sink) -> Ended {
    window.clear();
    let mut cutter = Cutter {
        window,
        owned,
        starts,
        sink,
        base: owned.from,
        scan: 0,
        line: Line {
            start: 0,
            at: owned.from,
            known: owned.begins,
            long: false,
        },
        record: None,
        newlines: 0,
    };
    let broken = cutter.run(reader).err();
    if let Some(record) = cutter.record.take() {
        cutter.emit(&record);
    }
    Ended {
        newlines: cutter.newlines,
        broken,
    }
}

/// The line that is being read.
#[derive(Clone, Copy)]
struct Line {
    /// Where it starts in the window.
    start: usize,
    /// Where it starts in the source.
    at: u64,
    /// Its start was seen; the first line of a later stretch may begin in the middle.
    known: bool,
    /// It is longer than the limit, and its bytes are dropped.
    long: bool,
}

/// The record that is open: only where records have several lines.
struct Record {
    bytes: Range<usize>,
    line: u64,
    owned: bool,
    long: bool,
    /// It has more lines than one.
    goes_on: bool,
    /// No newline ends it.
    unfinished: bool,
}

struct Cutter<'a> {
    window: &'a mut Window,
    owned: &'a Owned,
    starts: Starts<'a>,
    sink: &'a mut dyn Sink,
    /// Where the window's first byte lies in the source.
    base: u64,
    /// What was searched for a newline.
    scan: usize,
    line: Line,
    record: Option<Record>,
    newlines: u64,
}

impl Cutter<'_> {
    fn run(&mut self, reader: &mut dyn Refill) -> io::Result<()> {
        loop {
            let rest = self.window.filled().get(self.scan..).unwrap_or_default();
            if let Some(found) = memchr(b'\n', rest) {
                if self.end_line(self.scan + found).is_break() {
                    return Ok(());
                }
                continue;
            }
            self.scan = self.window.filled().len();
            if self.is_done_without_newline() {
                return Ok(());
            }
            self.forget();
            let more = reader.more(self.window);
            if !matches!(more, Ok(1..)) {
                if more.is_ok() {
                    self.end_source();
                }
                return more.map(drop);
            }
        }
    }

    /// A newline was found: its line is whole.
    fn end_line(&mut self, end: usize) -> ControlFlow<()> {
        self.close_line(end, false);
        let newline_at = self.base + end as u64;
        self.newlines += u64::from(self.owned.bytes.contains(&newline_at));
        self.scan = end + 1;
        self.line = Line {
            start: end + 1,
            at: newline_at + 1,
            known: true,
            long: false,
        };
        if self.line.at >= self.owned.bytes.end && self.has_all() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Whether nothing is left to be read once the owned bytes are behind.
    fn has_all(&self) -> bool {
        self.record.as_ref().is_none_or(|record| !record.owned || record.long)
    }

    /// Judges a line that is longer than what was read of it; whether the stretch is over.
    fn is_done_without_newline(&mut self) -> bool {
        if !self.line.long && self.scan - self.line.start > RECORD_LIMIT {
            self.close_line(self.scan, false);
            self.line.long = true;
        }
        let beyond = self.base + self.scan as u64 >= self.owned.bytes.end;
        let mine = self.line.known && self.owned.bytes.contains(&self.line.at) && !self.line.long;
        beyond && !mine && self.has_all()
    }

    /// Drops from the window what no open record needs.
    fn forget(&mut self) {
        let line = if self.line.long || !self.line.known {
            self.scan
        } else {
            self.line.start
        };
        let keep = match &self.record {
            Some(record) if !record.long => line.min(record.bytes.start),
            _ => line,
        };
        self.window.forget(keep);
        self.base += keep as u64;
        self.scan -= keep;
        self.line.start = self.line.start.saturating_sub(keep);
        if let Some(record) = &mut self.record {
            record.bytes = record.bytes.start.saturating_sub(keep)..record.bytes.end.saturating_sub(keep);
        }
    }

    /// The bytes are at their end, and no newline ends the last line. (Where they break off the line is known to be
    /// half, and is left out.)
    fn end_source(&mut self) {
        if self.scan > self.line.start || self.line.long {
            self.close_line(self.scan, true);
        }
    }

    /// Decides what the line belongs to: once for each line, with at most [`RECORD_LIMIT`] of its bytes.
    fn close_line(&mut self, end: usize, unfinished: bool) {
        if self.line.long || !self.line.known {
            return;
        }
        let long = end - self.line.start > RECORD_LIMIT;
        let bytes = self.line.start..end;
        let owned = self.line.at >= self.owned.bytes.start;
        let number = self.newlines + 1;
        let record = Record {
            bytes,
            line: number,
            owned,
            long,
            goes_on: false,
            unfinished,
        };
        let is_anyones = self.line.at < self.owned.bytes.end;
        let Some(starts) = self.starts else {
            if is_anyones {
                self.emit(&record);
            }
            return;
        };
        let head = self.line.start..end.min(self.line.start + RECORD_LIMIT);
        let is_first = self.owned.begins && self.line.at == self.owned.from;
        if is_first || starts(without_ending(self.window.filled().get(head).unwrap_or_default())) {
            if let Some(before) = self.record.replace(record) {
                self.emit(&before);
            }
            if !is_anyones {
                self.record = None;
            }
        } else if let Some(open) = &mut self.record {
            open.bytes.end = end;
            open.goes_on = true;
            open.long |= long || open.bytes.len() > RECORD_LIMIT;
            open.unfinished = unfinished;
        }
    }

    #[inline]
    fn emit(&mut self, record: &Record) {
        if record.long {
            if record.owned {
                self.sink.too_long(record.line);
            }
            return;
        }
        let bytes = self.window.filled().get(record.bytes.clone()).unwrap_or_default();
        let bytes = if is_trim(bytes) {
            bytes
        } else {
            let is_first = self.base == 0 && record.bytes.start == 0;
            let bytes = trimmed(bytes, is_first);
            if bytes.trim_ascii().is_empty() {
                return;
            }
            bytes
        };
        let unix_endings;
        let bytes = if record.goes_on && memchr(b'\r', bytes).is_some() {
            unix_endings = without_carriage_returns(bytes);
            unix_endings.as_slice()
        } else {
            bytes
        };
        match (record.owned, record.unfinished) {
            (false, _) => self.sink.warm(bytes),
            (true, false) => self.sink.record(record.line, bytes),
            (true, true) => self.sink.unfinished(record.line, bytes),
        }
    }
}

/// Whether nothing has to be taken off a record, as of nearly every one: it begins and ends with a letter, a digit or a sign
/// of ASCII.
#[inline]
fn is_trim(record: &[u8]) -> bool {
    matches!((record.first(), record.last()), (Some(first), Some(last)) if first.is_ascii_graphic() && last.is_ascii_graphic())
}

/// A record without its line ending, without a byte order mark, and without the NULs that a log truncated under its
/// writer begins or ends with.
fn trimmed(record: &[u8], is_first: bool) -> &[u8] {
    let record = if is_first {
        record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record)
    } else {
        record
    };
    let start = record.iter().position(|byte| *byte != 0).unwrap_or(record.len());
    let end = record.iter().rposition(|byte| *byte != 0).map_or(start, |last| last + 1);
    without_ending(record.get(start..end).unwrap_or_default())
}

fn without_ending(mut record: &[u8]) -> &[u8] {
    while let Some((b'\r' | b'\n', rest)) = record.split_last() {
        record = rest;
    }
    record
}

/// A record of several lines that Windows wrote, as a format expects it.
fn without_carriage_returns(record: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(record.len());
    for line in record.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => lines.extend([line, b"\n"].concat()),
            None => lines.extend(line),
        }
    }
    lines
}
