//! What a bundle is: files by name.

use crate::redact::Removed;

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name: letters, digits, `-` and `.` only, never a word of a log.
    pub name: String,
    /// What it is, in words.
    pub says: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The files of a bundle, and what the second wall removed from each report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The files; the manifest is the last.
    pub items: Vec<Item>,
    /// What was removed from the finished bytes, by the name of the file.
    pub removed: Vec<(String, Removed)>,
}
