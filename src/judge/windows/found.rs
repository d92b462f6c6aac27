//! A stretch in which something failed, before it is confined and its edges are told.

use super::automaton::Segment;
use super::table::{Slice, Table};
use crate::model::Scope;

/// A found stretch: where, on which slice, in which table.
pub(super) struct Found {
    pub(super) segment: Segment,
    pub(super) slice: Slice,
    pub(super) in_proxies: bool,
}

impl Found {
    /// Its slice as a scope of the table it was found in.
    pub(super) fn slice_in(&self, table: &Table<'_>) -> Scope {
        let named = self.slice.and_then(|(dimension, value)| {
            let name = table.names.get(dimension)?.get(usize::from(value))?;
            Some((*table.dimensions.get(dimension)?, vec![name.clone()]))
        });
        Scope {
            values: named.into_iter().collect(),
        }
    }
}
