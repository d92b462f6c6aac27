//! What a report must answer.

use crate::redact::{Removed, Sealed};
use chrono::{DateTime, Utc};
use std::io;

/// What a report needs to know besides the findings.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// When it is made; the only thing in it that depends on the clock.
    pub generated_at: DateTime<Utc>,
    /// Columns to fit into.
    pub width: usize,
    /// Whether colour may be used; meaning never depends on it.
    pub colour: bool,
    /// The program's version.
    pub version: &'a str,
    /// It shows own names and must not be sent.
    pub internal: bool,
    /// What the second wall removed, by class.
    pub removed: Removed,
}

/// One form of report.
pub trait Report: Sync {
    /// The word of `--report`.
    fn name(&self) -> &'static str;

    /// The ending of its file.
    fn extension(&self) -> &'static str;

    /// Writes it.
    ///
    /// # Errors
    /// Whatever `out` raises.
    fn write(&self, sealed: &Sealed, context: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}
