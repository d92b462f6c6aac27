//! Where the reading of each log goes on, when some of it was read before.
//!
//! A log is known again by its content: its first bytes, and some before the place where the last run stopped. So a log
//! that was renamed, copied and truncated, or packed since is gone on with, and one that took over another's name or
//! inode is new. What was not written in the meantime is not even opened.

mod content;
#[cfg(test)]
mod tests;

use content::{HEAD, TAIL, hash, head, holds, prefix, read_at};

use super::chunk::Resume;
use super::discover::{Source, Within, family};
use super::open::{self, Content, Limit, Refused, Stream};
use crate::model::{KnownLog, Name, Skipped, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes searched at a time for the last newline.
const BLOCK: u64 = 64 * 1024;

/// Milliseconds for which nobody wrote to a log whose last line has no newline, until that line is all there will be of
/// it. Runs may come minutes apart, and the nights that the line waits for are twice as long.
const PATIENCE_MS: i64 = 12 * 3_600_000;

/// Device and inode of what lies in an archive.
const NO_PLACE: (u64, u64) = (0, 0);

/// Tells which sources hold something new, and from where, and how every log that was found will be known.
#[derive(Debug)]
pub struct Onward<'k> {
    /// The logs that no source is known to be yet.
    free: BTreeMap<u64, &'k KnownLog>,
    /// Those that one is.
    taken: Vec<&'k KnownLog>,
    /// When this run began.
    now: Time,
    /// Every log that was found and could be looked at, by the name of its source. Those that are read hold the offset
    /// that they have then, where they are plain.
    pub logs: BTreeMap<Name, KnownLog>,
    /// What is known and could not be looked at.
    pub skipped: BTreeSet<Skipped>,
}

impl<'k> Onward<'k> {
    /// Goes on from what is known; `now` is when this run began.
    #[must_use]
    pub fn from(known: &'k [KnownLog], now: Time) -> Self {
        Self {
            free: known.iter().map(|log| (log.number, log)).collect(),
            taken: Vec::new(),
            now,
            logs: BTreeMap::new(),
            skipped: BTreeSet::new(),
        }
    }

    /// The sources that hold something new.
    #[must_use]
    pub fn choose(&mut self, sources: Vec<Source>) -> Vec<Source> {
        let mut chosen = Vec::new();
        let mut moved = Vec::new();
        for source in sources {
            match same_place(&source, &self.free) {
                Some(log) => chosen.extend(self.take(source, Some(log))),
                None => moved.push(source),
            }
        }
        for source in moved {
            if source.within.is_some() && self.taken.iter().any(|log| is_beside(&source, log) && holds(&source, log)) {
                continue;
            }
            let log = same_content(&source, &self.free);
            chosen.extend(self.take(source, log));
        }
        chosen
    }

    /// Looks at a source that goes on with `log`, or is new; gives it back if it is to be read.
    fn take(&mut self, mut source: Source, log: Option<&'k KnownLog>) -> Option<Source> {
        if let Some(log) = log {
            self.free.remove(&log.number);
            self.taken.push(log);
        }
        if source.is_stdin() {
            return Some(source);
        }
        match look(&source, log, self.now) {
            Ok(Looked { log, resume }) => {
                self.logs.insert(Name::clone(&source.name), log);
                source.resume = Some(Box::new(resume?));
                Some(source)
            }
            // Whatever is odd about a new file, whoever reads it has the right word.
            Err(_) if log.is_none() => Some(source),
            Err(Refused(reason)) => {
                self.skipped.insert(Skipped {
                    path: source.name,
                    reason,
                });
                None
            }
        }
    }
}

/// Whether a log in an archive lies, as if it were unpacked, beside a rotation of itself: then it is a copy.
fn is_beside(source: &Source, log: &KnownLog) -> bool {
    let name = Path::new(&*log.name);
    let is_of_family = name
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| family(name) == source.family());
    is_of_family && name.parent() == source.below().parent()
}

/// A log that still lies where it lay, if it is the same one.
fn same_place<'k>(source: &Source, known: &BTreeMap<u64, &'k KnownLog>) -> Option<&'k KnownLog> {
    let id = source.id.filter(|_| source.within.is_none())?;
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
        && fs::symlink_metadata(source.path())
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
    if let Some(within) = &source.within {
        return look_at_member(source, within, log);
    }
    if let Some(log) = log.filter(|log| source.id == Some(log.id) && is_untouched(source, log)) {
        let log = KnownLog {
            name: Name::clone(&source.name),
            ..log.clone()
        };
        return Ok(Looked { log, resume: None });
    }
    let file = open::open(&source.path(), source.id)?;
    let metadata = file.metadata()?;
    let mut next = KnownLog {
        number: log.map_or(0, |log| log.number),
        name: Name::clone(&source.name),
        id: (metadata.dev(), metadata.ino()),
        size: metadata.len(),
        written_ns: written_ns(&metadata),
        head: hash(&[]),
        tail: hash(&[]),
        offset: log.map_or(0, |log| log.offset),
        lines: log.map_or(0, |log| log.lines),
        ..KnownLog::default()
    };
    let resume = match open::look(&file)? {
        Content::Empty => None,
        Content::Plain { .. } => look_at_plain(&file, log, &mut next, now)?,
        Content::Streamed => look_at_stream(Box::new(file), source.limit, log, &mut next)?,
    };
    Ok(Looked { log: next, resume })
}

/// A log in an archive has no place of its own: it is known by its content alone.
fn look_at_member(source: &Source, within: &Within, log: Option<&KnownLog>) -> Result<Looked, Refused> {
    let mut next = KnownLog {
        name: Name::clone(&source.name),
        id: NO_PLACE,
        size: source.size,
        ..log.cloned().unwrap_or_default()
    };
    let resume = look_at_stream(within.stream()?, source.limit, log, &mut next)?;
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
        let is_whole = || until == 0 && is_document(file);
        if now.since(since) >= PATIENCE_MS || now.since(written) >= PATIENCE_MS || is_whole() {
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
fn look_at_stream(raw: Stream, limit: Limit, log: Option<&KnownLog>, next: &mut KnownLog) -> Result<Option<Resume>, Refused> {
    match log {
        Some(log) => {
            next.head_bytes = log.head_bytes;
            next.head = log.head;
            next.tail_at = log.tail_at;
            next.tail = log.tail;
        }
        None => {
            let mut head = open::begin(raw, limit)?.head;
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

/// Whether a file that holds no newline is one whole document, which needs none.
fn is_document(file: &File) -> bool {
    let first = read_at(file, 0, 1).ok().and_then(|bytes| bytes.first().copied());
    let is_json = |file: &File| {
        let mut file = file;
        serde_json::from_reader::<_, serde::de::IgnoredAny>(BufReader::new(&mut file)).is_ok()
    };
    matches!(first, Some(b'{' | b'[')) && is_json(file)
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
