//! Whether a file holds what was read of a log, told by hashes of its first bytes and of those where the reading stopped.

use crate::gather::discover::Source;
use crate::gather::open::{self, Content, Limit, Stream};
use crate::model::{Hash, KnownLog};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// First bytes by which a log is known: many lines with their stamps, which no other log shares.
pub(super) const HEAD: u64 = 4096;

/// Bytes before the place where the reading stopped, by which it is proven that what comes before is the same.
pub(super) const TAIL: u64 = 1024;

pub(super) fn prefix(bytes: &[u8], count: u64) -> Option<&[u8]> {
    bytes.get(..usize::try_from(count).ok()?)
}

pub(super) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Whether the file begins with what was read of the log.
pub(super) fn holds(source: &Source, log: &KnownLog) -> bool {
    let held = match &source.within {
        Some(within) => within.stream().and_then(|raw| Ok(held_by_stream(raw, log, source.limit)?)),
        None => open::open(&source.path(), source.id).and_then(|file| Ok(held(&file, log, source.limit)?)),
    };
    held.unwrap_or(false)
}

pub(super) fn held(file: &File, log: &KnownLog, limit: Limit) -> io::Result<bool> {
    let tail_bytes = log.tail_at.min(TAIL);
    let tail_from = log.tail_at - tail_bytes;
    match open::look(file) {
        Ok(Content::Plain { .. }) => Ok(file.metadata()?.len() >= log.offset
            && hash(&read_at(file, 0, log.head_bytes)?) == log.head
            && hash(&read_at(file, tail_from, tail_bytes)?) == log.tail),
        Ok(Content::Streamed) => held_by_stream(Box::new(file.try_clone()?), log, limit),
        _ => Ok(false),
    }
}

fn held_by_stream(raw: Stream, log: &KnownLog, limit: Limit) -> io::Result<bool> {
    let Ok(opened) = open::begin(raw, limit) else {
        return Ok(false);
    };
    if prefix(&opened.head, log.head_bytes).is_none_or(|head| hash(head) != log.head) {
        return Ok(false);
    }
    let tail_bytes = log.tail_at.min(TAIL);
    let mut stream = opened.into_stream();
    io::copy(&mut stream.as_mut().take(log.tail_at - tail_bytes), &mut io::sink())?;
    let mut tail = Vec::new();
    stream.take(tail_bytes).read_to_end(&mut tail)?;
    Ok(hash(&tail) == log.tail)
}

/// The first unpacked bytes of a source.
pub(super) fn head(source: &Source) -> Option<Vec<u8>> {
    if let Some(within) = &source.within {
        return stream_head(within.stream().ok()?, source.limit);
    }
    let file = open::open(&source.path(), source.id).ok()?;
    match open::look(&file).ok()? {
        Content::Empty => None,
        Content::Plain { .. } => read_at(&file, 0, HEAD).ok(),
        Content::Streamed => stream_head(Box::new(file), source.limit),
    }
}

fn stream_head(raw: Stream, limit: Limit) -> Option<Vec<u8>> {
    let mut head = open::begin(raw, limit).ok()?.head;
    head.truncate(usize::try_from(HEAD).unwrap_or(usize::MAX));
    Some(head)
}

/// Up to `count` bytes at a place.
pub(super) fn read_at(file: &File, from: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
    let mut filled = 0;
    while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
        match file.read_at(space, from + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
