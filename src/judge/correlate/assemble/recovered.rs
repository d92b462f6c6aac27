//! What an application's log says of a call that a retry saved.

use crate::judge::correlate::view::SourceIndex;
use crate::model::{Attributes, Time};
use std::sync::Arc;

/// A call that failed first and went well at last, as its own source tells.
#[derive(Clone, Debug)]
pub(in crate::judge::correlate) struct Recovered {
    /// When it went well, by the clock of its source.
    pub(in crate::judge::correlate) time: Time,
    /// The source that says so.
    pub(in crate::judge::correlate) source: SourceIndex,
    /// How much later that was if the source's stamps are starts.
    pub(in crate::judge::correlate) until_ms: u32,
    /// Its first failure, by the view's index.
    pub(in crate::judge::correlate) first: usize,
    /// The attributes of the success that ended it, where it has no number, so that it is not counted as a first attempt.
    pub(in crate::judge::correlate) by: Option<Arc<Attributes>>,
}
