//! journald's export format: `KEY=value` lines, an empty line behind each entry, binary values with their length.

use super::envelope::{Envelope, Letter};
use super::journald::Entry;
use crate::gather::formats::Fit;
use memchr::{memchr, memchr2};
use std::str;

/// The envelope; an entry is what [`super::units::Split::Entries`] gives, not a line.
pub(super) struct JournalExport;

/// What bytes begin with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A field of so many bytes.
    Field(usize),
    /// A line of so many bytes that is no field.
    Noise(usize),
    /// Too few bytes to tell.
    More,
}

/// What `bytes` begin with; a value of more than `longest` bytes is not believed.
pub(super) fn piece(bytes: &[u8], longest: usize) -> Piece {
    let Some(end) = memchr(b'\n', bytes) else { return Piece::More };
    let (line, rest) = bytes.split_at_checked(end).unwrap_or_default();
    if memchr(b'=', line).is_some() {
        return Piece::Field(end + 1);
    }
    let is_key = str::from_utf8(line).is_ok_and(is_key);
    let length = rest.get(1..).and_then(|rest| rest.first_chunk::<8>());
    match length.map(|length| usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX)) {
        _ if !is_key => Piece::Noise(end + 1),
        None => Piece::More,
        Some(length) if length > longest => Piece::Noise(end + 1),
        Some(length) if bytes.len() < end + 1 + 8 + length + 1 => Piece::More,
        Some(length) => Piece::Field(end + 1 + 8 + length + 1),
    }
}

/// A field's name and value: `KEY=value\n`, or `KEY\n`, the length in 64 bits little-endian, the value, `\n`.
fn field(piece: &[u8]) -> Option<(&str, &[u8])> {
    let piece = piece.strip_suffix(b"\n")?;
    let end = memchr2(b'=', b'\n', piece)?;
    let (key, rest) = piece.split_at_checked(end)?;
    let value = rest.get(if rest.starts_with(b"=") { 1 } else { 9 }..)?;
    Some((str::from_utf8(key).ok()?, value))
}

/// Upper case, digits and underscores, at most 64 of them (journal_field_valid of systemd).
fn is_key(key: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&key.len()) && key.bytes().all(is_allowed)
}

impl Envelope for JournalExport {
    fn name(&self) -> &'static str {
        "journald's export"
    }

    fn fit(&self, entry: &[u8]) -> Fit {
        let is_entry = entry.starts_with(b"__CURSOR=") || entry.starts_with(b"__REALTIME_TIMESTAMP=");
        if is_entry { Fit::Yes } else { Fit::No }
    }

    fn peel(&self, entry: &[u8], _: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let mut read = Entry::default();
        let mut message = None;
        let mut rest = entry;
        while let Piece::Field(length) | Piece::Noise(length) = piece(rest, entry.len()) {
            let (piece, after) = rest.split_at_checked(length).unwrap_or_default();
            match field(piece) {
                Some(("MESSAGE", value)) => message = Some(value),
                Some((key, value)) => {
                    if let Ok(value) = str::from_utf8(value) {
                        read.take(key, value);
                    }
                }
                None => {}
            }
            rest = after;
        }
        if let Some(message) = message.filter(|_| read.is_entry) {
            give(&read.letter(message));
        }
        read.is_entry
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1741269731123456\nPRIORITY=6\n_PID=42\nMESSAGE=llm call ok\n",
                "llm call ok",
            ),
            (
                "__CURSOR=s=1;i=3\n__REALTIME_TIMESTAMP=1741269731123456\nMESSAGE\n\u{3}\0\0\0\0\0\0\0a\nb\n_PID=42\n",
                "a\nb",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format"
    }
}
