//! Transport errors in the words of runtimes, SDKs and proxies.

use crate::model::{Fact, TransportError};

/// A broken exchange, as its text tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Why it broke.
    pub kind: TransportError,
    /// What that says about the provider having had the request; `None` where the text cannot tell.
    pub reached: Option<Fact>,
}

/// The transport error that a text tells of; the innermost cause wins over the class that wraps it.
#[must_use]
pub fn transport(text: &str) -> Option<Broken> {
    let _ = text;
    None
}

/// Whether a text says that the client gave up of its own will.
#[must_use]
pub fn cancelled(text: &str) -> bool {
    let _ = text;
    false
}
