//! Who reads the records that lay in envelopes.

use super::clock::Outer;

/// Takes the records that lay in envelopes. Lines count from 1, and are those of the outermost envelope.
pub trait Reader {
    /// The first lines of a host and service, before any other word of them: see [`Outer::origin`].
    fn meet(&mut self, outer: &Outer, lines: &[&[u8]]);
    /// Whether records of that origin may go on over several lines.
    fn goes_on(&self, origin: Option<u64>) -> bool;
    /// Whether a line of that origin starts a record.
    fn starts(&self, origin: Option<u64>, line: &[u8]) -> bool;
    /// A record before those that are the reader's own.
    fn warm(&mut self, outer: &Outer, record: &[u8]);
    /// A record.
    fn record(&mut self, line: u64, outer: &Outer, record: &[u8]);
    /// A record, or an envelope, that is too long.
    fn too_long(&mut self, line: u64);
    /// The last record, which no newline ends.
    fn unfinished(&mut self, line: u64, outer: &Outer, record: &[u8]);
}
