//! A log that was read before: how it is known again under another name, and how far it was read.

use super::terms::Name;
use super::time::Time;

/// A hash of some bytes of a log.
pub type Hash = [u8; 32];

/// A log as the last run left it. Its content is what it is known by: names change by rotation, inodes by copying and
/// packing, and a truncated file keeps both and is another log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLog {
    /// Its number among all logs ever read.
    pub number: u64,
    /// What reports call it: its path below the argument it was found under.
    pub name: Name,
    /// Device and inode it was last found at.
    pub id: (u64, u64),
    /// Bytes on the disk when it was last found.
    pub size: u64,
    /// Nanoseconds since the Unix epoch when it was last written.
    pub written_ns: i64,
    /// How many of its first (unpacked) bytes [`Self::head`] covers.
    pub head_bytes: u64,
    /// The hash of its first bytes.
    pub head: Hash,
    /// Where the bytes end that [`Self::tail`] covers.
    pub tail_at: u64,
    /// The hash of some bytes before [`Self::tail_at`].
    pub tail: Hash,
    /// Unpacked bytes that were read: records that start before are counted.
    pub offset: u64,
    /// Newlines before [`Self::offset`].
    pub lines: u64,
    /// Bytes of a last line without a newline, which wait for the rest of it; 0 where none do.
    pub waiting: u64,
    /// The run that saw them first, where some do.
    pub waiting_since: Time,
}

impl Default for KnownLog {
    fn default() -> Self {
        Self {
            number: 0,
            name: Name::from(""),
            id: (0, 0),
            size: 0,
            written_ns: 0,
            head_bytes: 0,
            head: Hash::default(),
            tail_at: 0,
            tail: Hash::default(),
            offset: 0,
            lines: 0,
            waiting: 0,
            waiting_since: Time(0),
        }
    }
}
