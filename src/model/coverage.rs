//! What was read and what was not: the page without which "no failure windows" means nothing.

use super::seldom::Seldom;
use super::terms::{Name, Vantage};
use super::time::Time;

/// Something that was found and not read, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its path, below the argument it was found under.
    pub path: Name,
    /// Why, in words for a person.
    pub reason: String,
}

/// What one source gave.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceCoverage {
    /// Its path, below the argument it was found under.
    pub path: Name,
    /// The format it was read as; `None` where nobody recognised it.
    pub format: Option<&'static str>,
    /// Who wrote it.
    pub vantage: Option<Vantage>,
    /// The host that wrote it.
    pub host: Option<Name>,
    /// Records about a call.
    pub records: u64,
    /// Records understood and not about a call.
    pub other_records: u64,
    /// Records not understood.
    pub unread_records: u64,
    /// The first lines not understood.
    pub unread_lines: Seldom<Vec<u64>>,
    /// Earliest record.
    pub first: Option<Time>,
    /// Latest record.
    pub last: Option<Time>,
    /// How stamps without a zone were read.
    pub time_zone: Option<Name>,
    /// What was added to this source's times so that the clocks agree, in seconds.
    pub clock_offset_seconds: f64,
    /// Records about a call that carry the provider's id (0..=1 of the successes), for the missing-id finding.
    pub share_with_provider_id: Option<f64>,
    /// What a reader should know of it.
    pub notes: Seldom<Vec<String>>,
}

/// What was read, all told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Earliest record.
    pub start: Option<Time>,
    /// Latest record.
    pub end: Option<Time>,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// The sources, by path; boxed, so that each takes the place of what was read of it and a great many need no new room.
    pub sources: Vec<Box<SourceCoverage>>,
    /// What was skipped.
    pub skipped: Vec<Skipped>,
}

/// Unread records above this share of a source's records make the run "not everything was read" (product definition,
/// section 4: 0.1 %).
pub const UNREAD_SHARE_ALLOWED: f64 = 0.001;

impl Coverage {
    /// Records about a call.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.sources.iter().map(|source| source.records).sum()
    }

    /// Records understood and not about a call.
    #[must_use]
    pub fn other_records(&self) -> u64 {
        self.sources.iter().map(|source| source.other_records).sum()
    }

    /// Records not understood.
    #[must_use]
    pub fn unread_records(&self) -> u64 {
        self.sources.iter().map(|source| source.unread_records).sum()
    }

    /// Whether every source was read to its end and understood (single unread records are allowed below
    /// [`UNREAD_SHARE_ALLOWED`]).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        let over = |source: &SourceCoverage| {
            let all = source.records + source.other_records + source.unread_records;
            source.format.is_none() || source.unread_records as f64 > all as f64 * UNREAD_SHARE_ALLOWED
        };
        self.skipped.is_empty() && !self.sources.iter().any(|source| over(source))
    }
}
