//! Where one outermost envelope ends and the next begins: lines, objects of a document, rows of a table, entries of a
//! journal's export.

use super::answers::{self, Named};
use super::journal_export::{Piece, piece};
use super::rows::{Columns, Within};
use super::yaml::{self, is_of_gcloud};
use crate::gather::frame::RECORD_LIMIT;
use memchr::{memchr, memmem};
use std::ops::Range;

/// The longest envelope that is opened: a record of the longest kind, every byte of it escaped as `\u00xx`.
const LONGEST: usize = 6 * RECORD_LIMIT;

/// Bytes at a source's start that tell how it is split.
const TOLD_BY: usize = 4096;

/// No beginning that is known by heart is longer, blanks left out.
const LONGEST_BEGINNING: usize = 64;

/// How the outermost envelopes are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// A line each.
    #[default]
    Lines,
    /// A JSON object each, so many braces deep, whatever stands between: written over several lines, or in a list.
    Objects {
        /// 1 for the outermost objects.
        depth: u8,
    },
    /// An entry of journald's export each.
    Entries,
    /// A list of values each, so many brackets deep.
    Lists {
        /// 1 for the outermost lists.
        depth: u8,
        /// What the values are called.
        named: Named,
    },
    /// A document of YAML each.
    Documents,
    /// A row of CSV each, behind a header.
    Rows(Columns),
}

impl Split {
    /// How a source that begins with `head` is split.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if head.starts_with(b"__CURSOR=") || head.starts_with(b"__REALTIME_TIMESTAMP=") {
            return Self::Entries;
        }
        if is_of_gcloud(head.get(..TOLD_BY).unwrap_or(head)) {
            return Self::Documents;
        }
        if !matches!(head.first(), Some(b'{' | b'[')) {
            return Columns::of(head).map_or(Self::Lines, Self::Rows);
        }
        let start = head.get(..TOLD_BY).unwrap_or(head);
        let first = memchr(b'\n', head).and_then(|end| head.get(..end)).map(<[u8]>::trim_ascii);
        let is_document = matches!(first, Some(b"{" | b"["));
        // Only of a document every key counts.
        let most = if is_document { TOLD_BY } else { LONGEST_BEGINNING };
        let dense = start.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(most);
        let dense: Vec<u8> = dense.collect();
        // Of a table the columns are asked for, which hold no blanks that mean anything.
        let is_table = dense.starts_with(b"{\"tables\":[{") || dense.starts_with(b"{\"results\":[[{");
        let columns = || {
            start
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect::<Vec<u8>>()
        };
        if let Some((named, depth)) = is_table.then(columns).and_then(|start| answers::of(&start)) {
            return Self::Lists { depth, named };
        }
        match list_of(&dense) {
            Some(b"events" | b"logEvents") => Self::Objects { depth: 2 },
            // Elasticsearch's answer, whose hits lie within an object of that name.
            _ if is_document && is_answer_of_hits(&dense) => Self::Objects { depth: 3 },
            // OTLP's lists are no lists of lines.
            Some(b"resourceLogs" | b"resourceSpans") | None if is_document => Self::Objects { depth: 1 },
            Some(_) if is_document => Self::Objects { depth: 2 },
            // Datadog's answer and its like, in one line.
            Some(b"data" | b"logs" | b"items" | b"results") => Self::Objects { depth: 2 },
            // Splunk's answer tells its fields before its results.
            _ if dense.starts_with(b"{\"preview\":") && memmem::find(start, b"\"results\"").is_some() => {
                Self::Objects { depth: 2 }
            }
            _ if dense.starts_with(b"{\"messageType\":\"DATA_MESSAGE\"") => Self::Objects { depth: 2 },
            _ if dense.starts_with(b"[{") => Self::Objects { depth: 1 },
            _ => Self::Lines,
        }
    }

    /// What an envelope reads of a unit: an object in one line, a row as the object that it stands for.
    pub(super) fn made<'a>(self, unit: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        match self {
            Self::Lines | Self::Entries => unit,
            Self::Objects { .. } => in_one_line(unit, scratch),
            Self::Lists { named, .. } => answers::object(named, unit, scratch),
            Self::Documents => yaml::object(unit, scratch),
            Self::Rows(columns) => columns.object(unit, scratch),
        }
    }
}

/// The key of a list of objects that a document begins with.
fn list_of(dense: &[u8]) -> Option<&[u8]> {
    let rest = dense.strip_prefix(b"{\"")?;
    let (key, list) = rest.split_at_checked(memchr(b'"', rest)?)?;
    list.starts_with(b"\":[{").then_some(key)
}

/// Whether a document holds hits behind how long they took and how many they are.
fn is_answer_of_hits(dense: &[u8]) -> bool {
    memmem::find(dense, b"\"hits\":{")
        .is_some_and(|at| memmem::find(dense.get(at..).unwrap_or_default(), b"\"hits\":[{\"_").is_some())
}

/// An object in one line. What stands between the members of one that has several is not told from what indents it: a
/// string of JSON holds no newline.
fn in_one_line<'a>(object: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    if memchr(b'\n', object).is_none() {
        return object;
    }
    scratch.clear();
    for line in object.split(|byte| *byte == b'\n') {
        scratch.extend_from_slice(line.trim_ascii());
    }
    scratch
}

/// What was found at the start of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An envelope, and where the next one may begin.
    Unit(Range<usize>, usize),
    /// One that is too long: all up to here is dropped, and so is its rest.
    TooLong(usize),
    /// Nothing that is an envelope.
    Nothing(usize),
    /// More bytes are needed.
    More,
}

/// Finds envelopes. Every byte is looked at once, however often more of them are asked for.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    split: Split,
    /// Bytes that were looked at.
    seen: usize,
    /// The rest of something too long is dropped.
    dropping: bool,
    /// Braces that are open.
    level: u32,
    quoted: bool,
    escaped: bool,
    /// Where the open object began.
    start: Option<usize>,
    row: Within,
}

impl Splitter {
    pub(super) fn new(split: Split) -> Self {
        Self {
            split,
            ..Self::default()
        }
    }

    /// What `bytes` begin with: those that the last answer left, and perhaps more.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Found {
        let found = match self.split {
            Split::Lines => self.line(bytes),
            Split::Objects { depth } => self.nested(bytes, u32::from(depth), (b'{', b'}')),
            Split::Lists { depth, .. } => self.nested(bytes, u32::from(depth), (b'[', b']')),
            Split::Documents => self.document(bytes),
            Split::Entries => self.entry(bytes),
            Split::Rows(columns) => self.row(bytes, columns),
        };
        match found {
            Found::More if bytes.len() > LONGEST => {
                self.start = None;
                self.seen = 0;
                self.row = Within::default();
                if std::mem::replace(&mut self.dropping, true) {
                    Found::Nothing(bytes.len())
                } else {
                    Found::TooLong(bytes.len())
                }
            }
            Found::More => Found::More,
            found => {
                self.seen = 0;
                found
            }
        }
    }

    /// What is left at the end of the source.
    pub(super) fn last(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let start = match self.split {
            Split::Lines | Split::Entries | Split::Documents | Split::Rows(_) => Some(0),
            Split::Objects { .. } | Split::Lists { .. } => self.start,
        };
        start
            .map(|start| start..bytes.len())
            .filter(|unit| !self.dropping && !unit.is_empty())
    }

    fn line(&mut self, bytes: &[u8]) -> Found {
        let Some(found) = memchr(b'\n', bytes.get(self.seen..).unwrap_or_default()) else {
            self.seen = bytes.len();
            return Found::More;
        };
        let end = self.seen + found;
        if std::mem::take(&mut self.dropping) {
            Found::Nothing(end + 1)
        } else {
            Found::Unit(0..end, end + 1)
        }
    }

    fn row(&mut self, bytes: &[u8], columns: Columns) -> Found {
        match columns.end(bytes, &mut self.row) {
            Some(end) if std::mem::take(&mut self.dropping) => Found::Nothing(end),
            Some(end) => Found::Unit(0..end - 1, end),
            None => Found::More,
        }
    }

    /// Documents, each of which ends where a line of three dashes begins the next.
    fn document(&mut self, bytes: &[u8]) -> Found {
        const NEXT: &[u8] = b"\n---\n";
        if let Some(rest) = bytes.strip_prefix(b"---\n") {
            return Found::Nothing(bytes.len() - rest.len());
        }
        let Some(found) = memmem::find(bytes.get(self.seen..).unwrap_or_default(), NEXT) else {
            self.seen = bytes.len().saturating_sub(NEXT.len());
            return Found::More;
        };
        let end = self.seen + found;
        if std::mem::take(&mut self.dropping) {
            Found::Nothing(end + NEXT.len())
        } else {
            Found::Unit(0..end, end + NEXT.len())
        }
    }

    /// What lies between the signs that open and close it, so many of them deep.
    fn nested(&mut self, bytes: &[u8], depth: u32, (opens, closes): (u8, u8)) -> Found {
        for (at, byte) in bytes.iter().enumerate().skip(self.seen) {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.quoted => self.escaped = true,
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                _ if *byte == opens => {
                    self.level += 1;
                    if self.level == depth {
                        self.start = Some(at);
                    }
                }
                _ if *byte == closes => {
                    let is_end = self.level == depth;
                    self.level = self.level.saturating_sub(1);
                    self.dropping &= !is_end;
                    if let Some(start) = self.start.take_if(|_| is_end) {
                        return Found::Unit(start..at + 1, at + 1);
                    }
                }
                _ => {}
            }
        }
        self.seen = bytes.len();
        if self.start.is_none() && !bytes.is_empty() {
            Found::Nothing(bytes.len())
        } else {
            Found::More
        }
    }

    fn entry(&mut self, bytes: &[u8]) -> Found {
        loop {
            let rest = bytes.get(self.seen..).unwrap_or_default();
            if rest.first() == Some(&b'\n') {
                let end = self.seen;
                let is_entry = end > 0 && !std::mem::take(&mut self.dropping);
                return if is_entry {
                    Found::Unit(0..end, end + 1)
                } else {
                    Found::Nothing(end + 1)
                };
            }
            match piece(rest, LONGEST) {
                Piece::Field(length) | Piece::Noise(length) => self.seen += length,
                Piece::More => return Found::More,
            }
        }
    }
}
