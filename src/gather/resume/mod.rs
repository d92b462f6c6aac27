//! Where the reading of each log goes on, when some of it was read before.
//!
//! A log is known again by its content: its first bytes, and some before the place where the last run stopped. So a log
//! that was renamed, copied and truncated, or packed since is gone on with, and one that took over another's name or
//! inode is new. What was not written in the meantime is not even opened.

mod content;
#[cfg(test)]
mod tests;

use content::{hash, head, holds, prefix, read_at};

use super::chunk::Piece;
use super::discover::Source;
use super::open::{self, Content, Refused};
use crate::model::{KnownLog, Name, Skipped, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;

/// First bytes by which a log is known: many lines with their stamps, which no other log shares.
const HEAD: u64 = 4096;

/// Bytes before the place where the reading stopped, by which it is proven that what comes before is the same.
const TAIL: u64 = 1024;

/// Bytes searched at a time for the last newline.
const BLOCK: u64 = 64 * 1024;

/// Milliseconds for which nobody wrote to a log whose last line has no newline, until that line is all there will be of
/// it. Runs may come minutes apart, and the nights that the line waits for are twice as long.
const PATIENCE_MS: i64 = 12 * 3_600_000;

/// Which part of a source is read, in unpacked bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What is to be read, and how every log that was found will be known when it is.
#[derive(Debug, Default)]
pub struct Ahead {
    /// The sources that hold something new.
    pub sources: Vec<Source>,
    /// Every log that was found and could be looked at, by the name of its source. Those in [`Self::sources`] hold the
    /// offset that they have once they are read, where they are plain.
    pub logs: BTreeMap<Name, KnownLog>,
    /// What could not be looked at.
    pub skipped: BTreeSet<Skipped>,
}

/// Tells which of the sources hold something new, and from where. `now` is when this run began.
#[must_use]
pub fn resume(sources: Vec<Source>, known: &[KnownLog], now: Time) -> Ahead {
    let mut ahead = Ahead::default();
    let mut free: BTreeMap<u64, &KnownLog> = known.iter().map(|log| (log.number, log)).collect();
    let mut moved = Vec::new();
    for source in sources {
        match same_place(&source, &free) {
            Some(log) => {
                free.remove(&log.number);
                ahead.take(source, Some(log), now);
            }
            None => moved.push(source),
        }
    }
    for source in moved {
        let log = same_content(&source, &free);
        if let Some(log) = log {
            free.remove(&log.number);
        }
        ahead.take(source, log, now);
    }
    ahead
}

impl Ahead {
    /// Looks at a source that goes on with `log`, or is new.
    fn take(&mut self, mut source: Source, log: Option<&KnownLog>, now: Time) {
        if source.is_stdin() {
            self.sources.push(source);
            return;
        }
        let looked = match look(&source, log, now) {
            Ok(looked) => looked,
            Err(Refused(reason)) => {
                // Whatever is odd about the file, whoever reads it has the right word; nothing of it is known again.
                if log.is_some() {
                    self.skipped.insert(Skipped {
                        path: Name::clone(&source.name),
                        reason,
                    });
                } else {
                    self.sources.push(source);
                }
                return;
            }
        };
        let Looked { log, resume } = looked;
        if let Some(resume) = resume {
            source.resume = resume;
            self.logs.insert(Name::clone(&source.name), log);
            self.sources.push(source);
        } else {
            self.logs.insert(source.name, log);
        }
    }
}

/// A log that still lies where it lay, if it is the same one.
fn same_place<'k>(source: &Source, known: &BTreeMap<u64, &'k KnownLog>) -> Option<&'k KnownLog> {
    let id = source.id?;
    let mut here: Vec<&KnownLog> = known.values().copied().filter(|log| log.id == id).collect();
    here.sort_by_key(|log| std::cmp::Reverse(log.number));
    here.into_iter().find(|log| is_untouched(source, log) || holds(source, log))
}

/// A log that lies elsewhere now: by its first bytes, and of several the one that was read furthest.
fn same_content<'k>(source: &Source, known: &BTreeMap<u64, &'k KnownLog>) -> Option<&'k KnownLog> {
    let head = head(source)?;
    let mut alike: Vec<&KnownLog> = known
        .values()
        .copied()
        .filter(|log| log.head_bytes > 0 && prefix(&head, log.head_bytes).is_some_and(|bytes| hash(bytes) == log.head))
        .collect();
    alike.sort_by_key(|log| (std::cmp::Reverse(log.offset), log.number));
    alike.into_iter().find(|log| holds(source, log))
}

/// Whether nobody wrote the file since: then it need not be opened.
fn is_untouched(source: &Source, log: &KnownLog) -> bool {
    source.size == log.size
        && log.waiting == 0
        && fs::symlink_metadata(&source.path)
            .is_ok_and(|metadata| written_ns(&metadata) == log.written_ns && metadata.len() == log.size)
}

fn written_ns(metadata: &fs::Metadata) -> i64 {
    metadata
        .mtime()
        .saturating_mul(1_000_000_000)
        .saturating_add(metadata.mtime_nsec())
}

struct Looked {
    log: KnownLog,
    /// `None` where there is nothing new.
    resume: Option<Resume>,
}

/// How the source will be known, and what of it is new.
fn look(source: &Source, log: Option<&KnownLog>, now: Time) -> Result<Looked, Refused> {
    if let Some(log) = log.filter(|log| source.id == Some(log.id) && is_untouched(source, log)) {
        let log = KnownLog {
            name: Name::clone(&source.name),
            ..log.clone()
        };
        return Ok(Looked { log, resume: None });
    }
    let file = open::open(&source.path, source.id)?;
    let metadata = file.metadata()?;
    let mut next = KnownLog {
        number: log.map_or(0, |log| log.number),
        name: Name::clone(&source.name),
        id: (metadata.dev(), metadata.ino()),
        size: metadata.len(),
        written_ns: written_ns(&metadata),
        head_bytes: 0,
        head: hash(&[]),
        tail_at: 0,
        tail: hash(&[]),
        offset: log.map_or(0, |log| log.offset),
        lines: log.map_or(0, |log| log.lines),
        waiting: 0,
        waiting_since: Time(0),
    };
    let resume = match open::look(&file)? {
        Content::Empty => None,
        Content::Plain { .. } => look_at_plain(&file, log, &mut next, now)?,
        Content::Streamed => look_at_stream(file, log, &mut next)?,
    };
    Ok(Looked { log: next, resume })
}

fn look_at_plain(file: &File, log: Option<&KnownLog>, next: &mut KnownLog, now: Time) -> Result<Option<Resume>, Refused> {
    let from = next.offset;
    let mut until = after_last_newline(file, from, next.size)?;
    let waiting = next.size.saturating_sub(until);
    if waiting > 0 {
        let waited = log.filter(|log| log.waiting == waiting && log.offset == until);
        let since = waited.map_or(now, |log| log.waiting_since);
        let written = Time(next.written_ns / 1_000_000);
        if now.since(since) >= PATIENCE_MS || now.since(written) >= PATIENCE_MS {
            until = next.size;
        } else {
            next.waiting = waiting;
            next.waiting_since = since;
        }
    }
    next.offset = until;
    next.head_bytes = until.min(HEAD);
    next.head = hash(&read_at(file, 0, next.head_bytes)?);
    next.tail_at = until;
    let tail = until.min(TAIL);
    next.tail = hash(&read_at(file, until - tail, tail)?);
    Ok((until > from).then_some(Resume {
        from,
        until,
        lines: next.lines,
    }))
}

/// A packed log is known by its head alone until it is read; what proved it to be a known one stays its proof.
fn look_at_stream(file: File, log: Option<&KnownLog>, next: &mut KnownLog) -> Result<Option<Resume>, Refused> {
    match log {
        Some(log) => {
            next.head_bytes = log.head_bytes;
            next.head = log.head;
            next.tail_at = log.tail_at;
            next.tail = log.tail;
        }
        None => {
            let mut head = open::begin(Box::new(file))?.head;
            head.truncate(usize::try_from(HEAD).unwrap_or(usize::MAX));
            next.head_bytes = head.len() as u64;
            next.head = hash(&head);
            next.tail_at = next.head_bytes;
            let tail = head.len().saturating_sub(usize::try_from(TAIL).unwrap_or(usize::MAX));
            next.tail = hash(head.get(tail..).unwrap_or_default());
        }
    }
    Ok(Some(Resume {
        from: next.offset,
        until: u64::MAX,
        lines: next.lines,
    }))
}

/// Where the last whole line ends, or `from`.
fn after_last_newline(file: &File, from: u64, size: u64) -> io::Result<u64> {
    let mut end = size;
    while end > from {
        let start = end.saturating_sub(BLOCK).max(from);
        let block = read_at(file, start, end - start)?;
        if let Some(at) = memchr::memrchr(b'\n', &block) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(from)
}
