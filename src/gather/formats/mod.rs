//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod format;

pub use format::{Fit, Format, Unread};

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[];
