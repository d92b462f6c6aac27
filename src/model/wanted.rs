//! What act two asks act one to look for again: for two logs of one call tell together what neither tells alone.

use super::rollup::SourceName;
use super::time::Time;
use std::collections::{BTreeMap, BTreeSet};

/// The successes that act two needs whole: those that saved a call, and those that tell a failure's model.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Hashes of the caller ids of calls that had a failure.
    pub client_ids: BTreeSet<u64>,
    /// Instants of failures whose call's end stands in the same source, sorted.
    pub failures: BTreeMap<SourceName, Vec<Time>>,
    /// The stretches of each source's own time in which any of these may stand, sorted and apart.
    pub spans: BTreeMap<SourceName, Vec<(Time, Time)>>,
    /// Sources of which every success with a caller's id is wanted: whoever merges shards chooses among them.
    pub every: BTreeSet<SourceName>,
}

impl Wanted {
    /// Whether a piece of a source may hold something wanted.
    #[must_use]
    pub fn wants_span(&self, source: &SourceName, first: Time, last: Time) -> bool {
        self.spans.get(source).is_some_and(|spans| {
            let from = spans.partition_point(|(_, end)| *end < first);
            spans.get(from).is_some_and(|(start, _)| *start <= last)
        })
    }

    /// Whether a success with this caller id, that ended then, is wanted. The span is asked here too, so that the answer does
    /// not depend on how the source was cut into pieces.
    #[must_use]
    pub fn wants_id(&self, source: &SourceName, id: &str, ended: Time) -> bool {
        self.every.contains(source) || (self.client_ids.contains(&id_hash(id)) && self.wants_span(source, ended, ended))
    }

    /// Whether a successful call of this source that ran from `from` to `to` may have had one of the failures.
    #[must_use]
    pub fn wants_call(&self, source: &SourceName, from: Time, to: Time) -> bool {
        self.failures.get(source).is_some_and(|times| {
            let at = times.partition_point(|time| *time < from);
            times.get(at).is_some_and(|time| *time <= to)
        })
    }
}

/// A hash of an id that every machine agrees on, so that samples of two shards match (FNV-1a, 64 bit, then mixed).
#[must_use]
pub fn id_hash(id: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in id.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
