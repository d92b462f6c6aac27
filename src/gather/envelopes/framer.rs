//! Joins the lines that came out of envelopes to records, each writer's apart: two containers' tracebacks in one file
//! stand between each other's lines.

use super::Opening;
use super::chain::{Place, Told};
use super::clock::Outer;
use super::reader::Reader;
use crate::gather::frame::RECORD_LIMIT;
use std::collections::{BTreeMap, BTreeSet};

/// Writers whose records are open at once; of one more, the record that waited longest is closed.
const OPEN: usize = 64;

/// Lines of others after which a record is over: who writes a traceback writes it at once. Who reads a piece of a file reads
/// as many lines beyond its end at most.
const PATIENCE: u64 = 128;

/// Lines by which a program is recognised that writes into a file of several: as many as of a file of its own.
const FIRST_LINES: usize = 200;

/// Bytes of them.
const FIRST_BYTES: usize = 64 * 1024;

/// Hosts and services of one file that are told apart; the rest are read as one. A cluster's node runs at most 110 pods.
const ORIGINS: usize = 256;

/// Makes records of lines.
pub(super) struct Framer<'a> {
    opening: &'a Opening,
    to: &'a mut dyn Reader,
    open: Vec<Open>,
    spare: Vec<Vec<u8>>,
    lines: u64,
    /// The source begins here, and so its first line is a record's, whatever it is.
    begins: bool,
    /// The first lines of programs that are not recognised yet.
    strangers: BTreeMap<u64, Stranger>,
    met: BTreeSet<u64>,
    /// No newline ends the source: its last line may be half.
    pub(super) unfinished: bool,
}

/// A record that may go on.
struct Open {
    told: Told,
    bytes: Vec<u8>,
    /// When its last line came, in lines of the source.
    touched: u64,
    long: bool,
}

/// A program that is not recognised yet.
#[derive(Default)]
struct Stranger {
    lines: Vec<(Told, Vec<u8>)>,
    bytes: usize,
}

impl<'a> Framer<'a> {
    pub(super) fn new(opening: &'a Opening, begins: bool, to: &'a mut dyn Reader) -> Self {
        Self {
            opening,
            to,
            open: Vec::new(),
            spare: Vec::new(),
            lines: 0,
            begins,
            strangers: BTreeMap::new(),
            met: BTreeSet::new(),
            unfinished: false,
        }
    }

    /// Takes a line.
    pub(super) fn line(&mut self, line: &[u8], told: &Told) {
        let line = without_ending(line);
        let is_new = |origin: &u64| self.met.len() < ORIGINS && !self.met.contains(origin);
        match self.origin(told).filter(is_new) {
            None => {
                let is_first = std::mem::take(&mut self.begins);
                self.known(line, told, is_first);
            }
            Some(origin) => {
                let stranger = self.strangers.entry(origin).or_default();
                stranger.bytes += line.len();
                stranger.lines.push((told.clone(), line.to_vec()));
                if stranger.lines.len() >= FIRST_LINES || stranger.bytes >= FIRST_BYTES {
                    self.meet(origin);
                } else if self.strangers.len() > ORIGINS
                    && let Some(first) = self.strangers.keys().next()
                {
                    self.meet(*first);
                }
            }
        }
    }

    /// The host and service, where the source holds lines of several.
    fn origin(&self, told: &Told) -> Option<u64> {
        Some(told.origin).filter(|origin| self.opening.many_origins && *origin != 0)
    }

    /// Has a program recognised, and reads its first lines.
    fn meet(&mut self, origin: u64) {
        let Some(Stranger { lines, .. }) = self.strangers.remove(&origin) else {
            return;
        };
        let texts: Vec<&[u8]> = lines.iter().map(|(_, line)| line.as_slice()).collect();
        if let Some((told, _)) = lines.first() {
            let outer = self.outer(told);
            self.to.meet(&outer, &texts);
        }
        self.met.insert(origin);
        for (at, (told, line)) in lines.iter().enumerate() {
            self.known(line, told, at == 0);
        }
    }

    /// Takes a line of a program that was recognised. One that goes on with nothing is dropped: where lines lie open, it
    /// would be taken for a part of the record above.
    fn known(&mut self, line: &[u8], told: &Told, is_first: bool) {
        self.lines += 1;
        let (lines, origin) = (self.lines, self.origin(told));
        if !self.to.goes_on(origin) {
            let (long, unfinished) = (line.len() > RECORD_LIMIT, self.unfinished);
            self.give(told, line, long, unfinished);
            return;
        }
        let starts = is_first || self.to.starts(origin, line.get(..RECORD_LIMIT).unwrap_or(line));
        let open = self.open.iter().position(|open| open.told.writer == told.writer);
        let goes_on = |open: &&mut Open| !starts && !open.is_over(lines);
        if let Some(open) = open.and_then(|at| self.open.get_mut(at)).filter(goes_on) {
            open.add(line);
            open.touched = lines;
            return;
        }
        if let Some(at) = open {
            self.close(at, false);
        }
        if starts && told.place != Place::Behind {
            self.begin(line, told);
        }
    }

    /// Whether no record of the reader's own may go on.
    pub(super) fn is_done(&self) -> bool {
        let goes_on = |open: &Open| open.told.place == Place::Within && !open.is_over(self.lines);
        self.strangers.is_empty() && !self.open.iter().any(goes_on)
    }

    /// Gives what is still open.
    pub(super) fn finish(&mut self) {
        while let Some(origin) = self.strangers.keys().next() {
            self.meet(*origin);
        }
        self.open.sort_by_key(|open| open.told.line);
        while let Some(open) = self.open.first() {
            let unfinished = self.unfinished && open.touched == self.lines;
            self.close(0, unfinished);
        }
    }

    /// Counts something too long to be opened.
    pub(super) fn too_long(&mut self, line: u64) {
        self.to.too_long(line);
    }

    fn begin(&mut self, line: &[u8], told: &Told) {
        if self.open.len() >= OPEN {
            self.close(0, false);
        }
        let mut open = Open {
            told: told.clone(),
            bytes: self.spare.pop().unwrap_or_default(),
            touched: self.lines,
            long: line.len() > RECORD_LIMIT,
        };
        open.add(line);
        self.open.push(open);
    }

    fn close(&mut self, at: usize, unfinished: bool) {
        let Open {
            told, mut bytes, long, ..
        } = self.open.remove(at);
        self.give(&told, &bytes, long, unfinished);
        bytes.clear();
        self.spare.push(bytes);
    }

    fn give(&mut self, told: &Told, record: &[u8], long: bool, unfinished: bool) {
        if told.place == Place::Behind {
            return;
        }
        if long {
            if told.place == Place::Within {
                self.to.too_long(told.line);
            }
            return;
        }
        let record = trimmed(record);
        if record.trim_ascii().is_empty() {
            return;
        }
        let outer = self.outer(told);
        if told.place == Place::Before {
            self.to.warm(&outer, record);
        } else if unfinished {
            self.to.unfinished(told.line, &outer, record);
        } else {
            self.to.record(told.line, &outer, record);
        }
    }
}

impl Framer<'_> {
    fn outer(&self, told: &Told) -> Outer {
        Outer {
            stamp: told.stamp,
            host: told.host.clone(),
            service: told.service.clone(),
            origin: self.origin(told),
            program: Some(told.program).filter(|_| self.opening.many_programs),
        }
    }
}

impl Open {
    /// Whether its writer was silent for too long to go on with it.
    fn is_over(&self, lines: u64) -> bool {
        lines.saturating_sub(self.touched) > PATIENCE
    }

    fn add(&mut self, line: &[u8]) {
        self.long |= self.bytes.len() + line.len() > RECORD_LIMIT;
        if self.long {
            return;
        }
        if !self.bytes.is_empty() {
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(line);
    }
}

/// A record without the newlines behind it and the NULs around it.
fn trimmed(record: &[u8]) -> &[u8] {
    let start = record.iter().position(|byte| *byte != 0).unwrap_or(record.len());
    let end = record.iter().rposition(|byte| *byte != 0).map_or(start, |last| last + 1);
    without_ending(record.get(start..end).unwrap_or_default())
}

fn without_ending(mut line: &[u8]) -> &[u8] {
    while let Some((b'\r' | b'\n', rest)) = line.split_last() {
        line = rest;
    }
    line
}
