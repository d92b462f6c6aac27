//! Where one record ends and the next begins.

/// How a format's records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A record is a line.
    Line,
    /// A record starts where [`super::formats::Format::starts_record`] says so, and runs to the next start: tracebacks
    /// and dumps belong to the line above them.
    Continued,
}

/// The longest record kept; what is beyond it is skipped to the next record and the record counts as unread.
pub const RECORD_LIMIT: usize = 1 << 20;
