//! Walks a log line from left to right: words, quoted and bracketed tokens, `key=value` pairs and plain values.
//!
//! Everything is borrowed from the line and every step is one `memchr` or one short loop, so that a success line costs
//! no allocation. A cursor never panics: what is not there is `None`, and the cursor stays where it was.

mod cursor;
mod values;

pub use cursor::{Cursor, Token};
pub use values::{is_method, request, scaled, status};

use std::borrow::Cow;
use std::str;

/// A record as text: borrowed when it is UTF-8, repaired with U+FFFD when it is not.
///
/// `String::from_utf8_lossy` walks byte by byte; the check of `str::from_utf8` is several times faster, and nearly
/// every line passes it.
#[must_use]
pub fn text(record: &[u8]) -> Cow<'_, str> {
    str::from_utf8(record).map_or_else(|_| String::from_utf8_lossy(record), Cow::Borrowed)
}
