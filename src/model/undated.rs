//! A log whose stamps lack their date or their year, and what it was taken to be: whoever puts shards together knows more
//! of when things happened, and may date it anew.

use super::rollup::SourceName;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Such a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undated {
    /// The sources that it holds.
    pub sources: BTreeSet<SourceName>,
    /// Its first stamp, as it is written.
    pub stamp: String,
    /// Only the year is lacking.
    pub has_day: bool,
    /// The zone of its stamps.
    pub zone: String,
    /// When the file was last written.
    pub written: Option<NaiveDate>,
    /// The date that the other logs told.
    pub told: Option<NaiveDate>,
}
