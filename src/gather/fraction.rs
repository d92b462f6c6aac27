//! Which fraction of the ids is sampled where many logs are read: each sample is small, and hundreds of them are not.
//!
//! A fraction is those ids whose hash ends in so many zeros, so that one lies within the other and two logs' samples hold
//! the same ids. Of 200 rotated logs that unpack to 1 GB, 3.3 million ids were sampled; to keep them and to look each up
//! took a third of the run and two thirds of its memory.

use crate::model::{Rollup, SourceRollup};
use crate::workers::Workers;

/// Bytes of a record, about.
const BYTES_PER_RECORD: u64 = 256;

/// Records up to which the ids of all of them are sampled, as far as each log's sample has room.
const RECORDS_SAMPLED: u64 = 1 << 18;

/// One id in so many is sampled at least: what a small log shares with another is still enough to pair them.
const SMALLEST: u64 = 64;

/// The bits that the hash of a sampled id lacks, where logs of so many bytes are read.
pub(super) fn fraction(bytes: u64) -> u64 {
    let times = (bytes / BYTES_PER_RECORD / RECORDS_SAMPLED + 1).next_power_of_two();
    times.min(SMALLEST) - 1
}

/// Leaves of the samples what the bytes of all logs ask for: the readers knew only how long they are on the disk.
pub fn thin(rollup: &mut Rollup, threads: usize) {
    let fraction = fraction(rollup.sources.values().map(|source| source.bytes).sum());
    if fraction == 0 {
        return;
    }
    let are_any = |source: &&mut Box<SourceRollup>| !source.provider_ids.is_empty() || !source.client_ids.is_empty();
    let sampled: Vec<&mut Box<SourceRollup>> = rollup.sources.values_mut().filter(are_any).collect();
    Workers::new(threads.min(sampled.len())).map_into(sampled, |source| {
        source.provider_ids.thin(fraction);
        source.client_ids.thin(fraction);
    });
}

#[cfg(test)]
mod tests {
    use super::{SMALLEST, fraction};

    #[test]
    fn all_ids_of_few_logs_are_sampled_and_some_of_any() {
        assert_eq!(fraction(63 << 20), 0);
        assert_eq!(fraction(1 << 30), 31);
        assert_eq!(fraction(u64::MAX), SMALLEST - 1);
    }
}
