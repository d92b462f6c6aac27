//! Where one record ends and the next begins.
//!
//! A reader of a part of a file owns the records that **start** in its part: it skips a head that belongs to the part
//! before, and reads on past its end until its last record is whole. So the count is exact for every cut, and nothing
//! has to be stitched afterwards. [`cut`] is that rule, for parts of plain files and for streams alike.

mod cut;
mod document;
mod items;
#[cfg(test)]
mod items_tests;
mod kept;
mod limits;
#[cfg(test)]
mod tests;
mod trim;
mod window;

pub use cut::{Ended, Owned, Sink, Starts, cut};
pub use document::document;
pub use items::{Items, items};
pub use limits::{RECORD_LIMIT, STRING_LIMIT};
pub use window::{Refill, Window};

/// How a format's records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A record is a line.
    Line,
    /// A record starts where [`super::formats::Format::starts_record`] says so, and runs to the next start: tracebacks
    /// and dumps belong to the line above them.
    Continued,
    /// A record is an item of an array in a document, which is read by one reader from its start. Whether a source is
    /// such a document is asked once, of its head.
    Items(Items),
}

impl Framing {
    /// Where a document's records lie; `None` where a source is no document.
    #[must_use]
    pub fn items(self) -> Option<Items> {
        match self {
            Self::Items(items) => Some(items),
            Self::Line | Self::Continued => None,
        }
    }
}
