//! What act two asks act one to look for again: for two logs of one call tell together what neither tells alone.

use super::rollup::SourceName;
use super::terms::Grain;
use super::time::Time;
use std::collections::{BTreeMap, BTreeSet};

/// The successes that act two needs whole: those that saved a call, and those that tell a failure's model.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Hashes of the caller ids of calls that had a failure.
    pub client_ids: BTreeSet<u64>,
    /// Instants of failures whose call's end stands in the same source, sorted.
    pub failures: BTreeMap<SourceName, Vec<Time>>,
    /// Of sources that announce retries and log each answer: the stretches in which the answers to these may stand, sorted
    /// and apart.
    pub retries: BTreeMap<SourceName, Vec<(Time, Time)>>,
    /// The stretches of each source's own time in which any of these may stand, sorted and apart.
    pub spans: BTreeMap<SourceName, Vec<(Time, Time)>>,
    /// Sources of which every success with a caller's id is wanted: whoever merges shards chooses among them.
    pub every: BTreeSet<SourceName>,
}

impl Wanted {
    /// Whether a piece of a source may hold something wanted.
    #[must_use]
    pub fn wants_span(&self, source: &SourceName, first: Time, last: Time) -> bool {
        self.spans.get(source).is_some_and(|spans| meets(spans, first, last))
    }

    /// Whether a success with this caller id, that ended then, is wanted. The span is asked here too, so that the answer does
    /// not depend on how the source was cut into pieces.
    #[must_use]
    pub fn wants_id(&self, source: &SourceName, id: &str, ended: Time) -> bool {
        self.every.contains(source) || (self.client_ids.contains(&id_hash(id)) && self.wants_span(source, ended, ended))
    }

    /// Whether a success of this source that ran from `from` to `to` may have ended a call that failed first: a call that had
    /// one of the failures, or an attempt that answers a retry.
    #[must_use]
    pub fn wants_end(&self, source: &SourceName, grain: Grain, from: Time, to: Time) -> bool {
        match grain {
            Grain::Call => self.failures.get(source).is_some_and(|times| {
                let at = times.partition_point(|time| *time < from);
                times.get(at).is_some_and(|time| *time <= to)
            }),
            Grain::Attempt => self.retries.get(source).is_some_and(|spans| meets(spans, to, to)),
            Grain::Detail | Grain::Start | Grain::Tunnel => false,
        }
    }

    /// Whether a success of such a source may be wanted though nothing names its call.
    #[must_use]
    pub fn wants_nameless(&self, source: &SourceName, grain: Grain) -> bool {
        grain == Grain::Call || (grain == Grain::Attempt && self.retries.contains_key(source))
    }
}

/// Whether one of these stretches holds an instant from `first` to `last`.
fn meets(spans: &[(Time, Time)], first: Time, last: Time) -> bool {
    let from = spans.partition_point(|(_, end)| *end < first);
    spans.get(from).is_some_and(|(start, _)| *start <= last)
}

/// A hash of an id that every machine agrees on, so that samples of two shards match. Asked of every record with an id, so it
/// takes eight bytes at a time: byte by byte it cost more than all else that is done with a success.
#[must_use]
pub fn id_hash(id: &str) -> u64 {
    id_hash_of(id.as_bytes())
}

/// The same of an id that is not known to be text.
#[must_use]
pub fn id_hash_of(id: &[u8]) -> u64 {
    // An odd number without a pattern: the fraction of the golden ratio.
    const FOLD: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |hash: u64, word: [u8; 8]| (hash ^ u64::from_le_bytes(word)).wrapping_mul(FOLD).rotate_left(31);
    let (words, rest) = id.as_chunks();
    let mut hash = words.iter().fold(id.len() as u64, |hash, word| fold(hash, *word));
    if !rest.is_empty() {
        // Of the last eight bytes those that no word has had; byte by byte it was half of the hash of a UUID.
        let last = id
            .last_chunk()
            .map(|last| u64::from_le_bytes(*last) >> (8 * (8 - rest.len())));
        let last = last.unwrap_or_else(|| rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        hash = fold(hash, last.to_le_bytes());
    }
    // The finaliser of MurmurHash3, for samples keep the smallest hashes.
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
