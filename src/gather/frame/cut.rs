//! Cuts a stretch of bytes into the records that start in it.

use super::limits::RECORD_LIMIT;
use super::trim::{is_trim, trimmed, without_carriage_returns, without_ending};
use super::window::{Refill, Window};
use memchr::{memchr, memchr_iter};
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
pub fn cut<S: Sink>(window: &mut Window, reader: &mut dyn Refill, owned: &Owned, starts: Starts<'_>, sink: &mut S) -> Ended {
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

struct Cutter<'a, S> {
    window: &'a mut Window,
    owned: &'a Owned,
    starts: Starts<'a>,
    sink: &'a mut S,
    /// Where the window's first byte lies in the source.
    base: u64,
    /// What was searched for a newline.
    scan: usize,
    line: Line,
    record: Option<Record>,
    newlines: u64,
}

impl<S: Sink> Cutter<'_, S> {
    fn run(&mut self, reader: &mut dyn Refill) -> io::Result<()> {
        loop {
            self.whole_lines();
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

    /// Takes the lines that are whole and of which there is nothing to ask: nearly all. Those at the ends of the stretch, and
    /// those of a record that is too long, are left. What it does for a line is what [`Self::end_line`] does:
    /// beside the search, 105 instructions for 210 a line of JSON, and 160 for 260 of a program's text (64 MB of each).
    fn whole_lines(&mut self) {
        let line = self.line;
        let is_mine = line.known && !line.long && line.at > self.owned.from && line.at >= self.owned.bytes.start;
        if !is_mine || self.record.as_ref().is_some_and(|record| !record.owned || record.long) {
            return;
        }
        let filled = self.window.filled();
        let behind = usize::try_from(self.owned.bytes.end.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let Some(lines) = filled.get(self.scan..behind.min(filled.len())) else {
            return;
        };
        let mut start = line.start;
        let mut open = self.record.take();
        for newline in memchr_iter(b'\n', lines) {
            let end = self.scan + newline;
            let Some(line) = filled.get(start..end).filter(|line| line.len() <= RECORD_LIMIT) else {
                break;
            };
            let record = Record {
                bytes: start..end,
                line: self.newlines + 1,
                owned: true,
                long: false,
                goes_on: false,
                unfinished: false,
            };
            match self.starts {
                None => give(self.sink, filled, self.base, &record),
                Some(starts) if starts(without_ending(line)) => {
                    if let Some(before) = open.replace(record) {
                        give(self.sink, filled, self.base, &before);
                    }
                }
                Some(_) => {
                    if let Some(open) = &mut open {
                        if end - open.bytes.start > RECORD_LIMIT {
                            break;
                        }
                        open.bytes.end = end;
                        open.goes_on = true;
                    }
                }
            }
            start = end + 1;
            self.newlines += 1;
        }
        self.record = open;
        if start > line.start {
            self.scan = start;
            self.line = Line {
                start,
                at: self.base + start as u64,
                ..line
            };
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

    fn emit(&mut self, record: &Record) {
        emit(self.sink, self.window.filled(), self.base, record);
    }
}

/// Gives an owned record of a length that is kept, as [`emit`] does. Nearly all are one line with nothing to take off.
#[inline]
fn give(sink: &mut impl Sink, filled: &[u8], base: u64, record: &Record) {
    match filled.get(record.bytes.clone()) {
        Some(bytes) if !record.goes_on && is_trim(bytes) => sink.record(record.line, bytes),
        _ => emit(sink, filled, base, record),
    }
}

/// Gives a record of the window, which begins at `base` of the source.
fn emit(sink: &mut impl Sink, filled: &[u8], base: u64, record: &Record) {
    if record.long {
        if record.owned {
            sink.too_long(record.line);
        }
        return;
    }
    let bytes = filled.get(record.bytes.clone()).unwrap_or_default();
    let bytes = if is_trim(bytes) {
        bytes
    } else {
        let is_first = base == 0 && record.bytes.start == 0;
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
        (false, _) => sink.warm(bytes),
        (true, false) => sink.record(record.line, bytes),
        (true, true) => sink.unfinished(record.line, bytes),
    }
}
