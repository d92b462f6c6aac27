//! Where a window's failures went: what went elsewhere is no other model of theirs.

use super::cells_between;
use crate::judge::combinations::asked_once;
use crate::model::{Attributes, Dimension, Name, Time, TrafficCell};
use std::collections::BTreeSet;

/// Where the failures went.
pub(in crate::judge) struct SameServer {
    servers: BTreeSet<Name>,
    providers: BTreeSet<Name>,
}

impl SameServer {
    /// Of failures with these attributes.
    pub(in crate::judge) fn of<'a>(failed: impl Iterator<Item = &'a Attributes> + Clone) -> Self {
        let named = |dimension: Dimension| failed.clone().filter_map(|of| of.get(dimension).cloned()).collect();
        Self {
            servers: named(Dimension::ServerAddress),
            providers: named(Dimension::Provider),
        }
    }

    /// Whether an attempt may have gone to the same server: what names no server, where it is of the same provider.
    pub(in crate::judge) fn may_hold(&self, attributes: &Attributes) -> bool {
        let is_one_of = |names: &BTreeSet<Name>, dimension| {
            let value = attributes.get(dimension).filter(|_| !names.is_empty());
            value.map(|value| names.contains(value))
        };
        let by_server = is_one_of(&self.servers, Dimension::ServerAddress);
        by_server
            .or_else(|| is_one_of(&self.providers, Dimension::Provider))
            .unwrap_or(true)
    }

    /// What all that went well then has in common with the failures, of those attributes that `takes` lets in.
    pub(in crate::judge) fn said(
        &self,
        cells: &[TrafficCell],
        (from, to): (Time, Time),
        takes: impl Fn(&Attributes) -> bool,
    ) -> &'static str {
        let do_all_name = |names: &BTreeSet<Name>, dimension| {
            let names_one = |attributes: &Attributes| attributes.get(dimension).is_some_and(|value| names.contains(value));
            let is_other = asked_once(|attributes| takes(attributes) && !names_one(attributes));
            !cells_between(cells, from, to).any(|cell| is_other(&cell.attributes))
        };
        match () {
            () if do_all_name(&self.servers, Dimension::ServerAddress) => " on the same server",
            () if do_all_name(&self.providers, Dimension::Provider) => " of the same provider",
            () => "",
        }
    }
}
