//! What is told of a source that was tried.

use super::understood::Understood;
use crate::gather::formats::Unread;
use crate::model::{Name, Skipped, Vantage};
use std::collections::BTreeMap;

/// A source that was tried.
pub struct Trial {
    /// Its name.
    pub path: Name,
    /// What it is, unless no format knows it.
    pub found: Option<Found>,
    /// Lines that the formats were asked about; of a document, records.
    pub lines: usize,
    /// The formats, best first; a document's have none.
    pub others: Vec<Other>,
    /// Records of each format among those read.
    pub read_by: BTreeMap<&'static str, u64>,
    /// Records about a call.
    pub records: u64,
    /// Records understood that are about no call.
    pub other_records: u64,
    /// Records not understood.
    pub unread: u64,
    /// Where the first of those are, and why.
    pub unread_lines: Vec<(u64, Unread)>,
    /// Where the format leaves the first of those, if it says.
    pub leaves: Option<String>,
    /// Whether a stamp was met that has no zone.
    pub is_zoneless: bool,
    /// Whether it is a document, whose records are counted in the place of lines.
    pub is_document: bool,
    /// The first records about a call.
    pub understood: Vec<Understood>,
    /// Whether all of it was looked at, and not its first part only.
    pub whole: bool,
}

/// What a source is.
pub struct Found {
    /// The format.
    pub format: &'static str,
    /// Who writes it.
    pub vantage: Vantage,
    /// The user said so.
    pub is_forced: bool,
    /// The zone of stamps without one, and who says so.
    pub zone: String,
    /// What its lines lie in, the outermost first.
    pub within: Vec<&'static str>,
    /// Lines that fit the format.
    pub fits: usize,
}

/// A format that was not taken for a source's name.
pub struct Other {
    /// Which.
    pub format: &'static str,
    /// The user wrote it.
    pub is_the_users: bool,
    /// Lines that fit it, and those of them that can be nothing else.
    pub fits: usize,
    /// Lines that can be nothing else.
    pub yes: usize,
    /// Lines that it was the first to accept.
    pub first: usize,
    /// Whether it may still read lines that those before it do not.
    pub is_candidate: bool,
    /// Samples of other formats that it accepts.
    pub strangers: usize,
    /// Where it leaves the first line, if it says.
    pub leaves: Option<String>,
}

/// What was tried.
pub struct Tried {
    /// The sources, by name.
    pub trials: Vec<Trial>,
    /// What cannot be read.
    pub skipped: Vec<Skipped>,
}
