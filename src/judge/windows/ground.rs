//! What a scope is sought in.

use super::automaton::Segment;
use super::table::{Slice, Table};
use std::collections::BTreeMap;

/// From one minute to another, both included.
pub(super) type Span = (usize, usize);

/// One side's counts, and what was found in them before any scope was sought.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g, 't> {
    pub(super) table: &'g Table<'t>,
    /// The rate at which calls fail at other times.
    pub(super) background: f64,
    /// When each slice fails by itself.
    pub(super) segments: &'g BTreeMap<Slice, Vec<Segment>>,
}
