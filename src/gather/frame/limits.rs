//! How much of a record is kept.

/// The longest record kept; what is beyond it is skipped to the next record and the record counts as unread.
pub const RECORD_LIMIT: usize = 1 << 20;

/// The longest string of an item that is kept whole: a request with its prompt in most cases, as the model's name often
/// stands behind the prompt.
pub const STRING_LIMIT: usize = 64 * 1024;
