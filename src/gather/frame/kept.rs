//! The item of a document that is being read, as far as it is kept.

use super::limits::{RECORD_LIMIT, STRING_LIMIT};

/// An item, or room for one.
#[derive(Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    /// The line that the item begins on; `None` while no item is open.
    line: Option<u64>,
    /// Bytes of the string that is being read.
    string: usize,
    /// The depth above which nothing is kept, while a member is left out.
    muted: Option<usize>,
    is_long: bool,
}

/// An item that was read, and the line that it begins on.
pub(super) enum Read<'a> {
    /// All that is kept of it.
    Item(u64, &'a [u8]),
    /// It is longer than [`RECORD_LIMIT`].
    TooLong(u64),
}

impl Kept {
    /// An item begins.
    pub(super) fn open(&mut self, line: u64) {
        self.bytes.clear();
        self.line = Some(line);
        self.muted = None;
        self.is_long = false;
    }

    /// Whether an item is open.
    pub(super) fn is_open(&self) -> bool {
        self.line.is_some()
    }

    /// The item is over.
    pub(super) fn close(&mut self) -> Option<Read<'_>> {
        let line = self.line.take()?;
        Some(if self.is_long {
            Read::TooLong(line)
        } else {
            Read::Item(line, &self.bytes)
        })
    }

    /// A member's value begins at this depth and is left out: `null` stands for it.
    pub(super) fn mute(&mut self, depth: usize) {
        if self.is_open() && self.muted.is_none() {
            self.keep(b"null");
            self.muted = Some(depth);
        }
    }

    /// A value ends at this depth.
    pub(super) fn unmute(&mut self, depth: usize) {
        if self.muted == Some(depth) {
            self.muted = None;
        }
    }

    /// A string begins.
    pub(super) fn begin_string(&mut self) {
        self.string = 0;
        self.keep(b"\"");
    }

    /// More of a string: a stretch without backslash, or a backslash and what it guards.
    pub(super) fn keep_text(&mut self, text: &[u8]) {
        let room = STRING_LIMIT.saturating_sub(self.string);
        self.string = self.string.saturating_add(text.len());
        // A backslash is kept with the letter behind it or not at all: alone it would hide the string's end.
        let is_escape = text.first() == Some(&b'\\');
        let kept = text.get(..room.min(text.len())).unwrap_or_default();
        if !is_escape || kept.len() == text.len() {
            self.keep(kept);
        }
    }

    /// A blank between values: one is kept where a program that writes a record a line may have one, for some formats are
    /// told by it.
    pub(super) fn blank(&mut self) {
        if let Some(b':' | b',') = self.bytes.last() {
            self.keep(b" ");
        }
    }

    /// More of the item.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        if !self.is_open() || self.muted.is_some() || self.is_long {
            return;
        }
        self.is_long = self.bytes.len() + bytes.len() > RECORD_LIMIT;
        if !self.is_long {
            self.bytes.extend(bytes);
        }
    }
}
