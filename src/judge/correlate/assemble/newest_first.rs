//! Exports whose newest record stands first, as consoles and query interfaces of log stores give them: their records are
//! put together in the order in which they were written.

use super::File;
use crate::model::Observation;

/// So many neighbours must fall in time for one that rises, before a log is read from its end: several processes that write
/// one log leave stamps out of order, but not most of them.
const FALLS_PER_RISE: usize = 10;

/// The records of those files whose newest stands first, turned; `None` of all others, which stay where they lie.
pub(super) fn turned(files: &[File<'_>]) -> Vec<Option<Vec<Observation>>> {
    let turned = |records: &[Observation]| is_newest_first(records).then(|| records.iter().rev().cloned().collect());
    files.iter().map(|(_, records)| turned(records)).collect()
}

fn is_newest_first(records: &[Observation]) -> bool {
    let (Some(first), Some(last)) = (records.first(), records.last()) else {
        return false;
    };
    if first.time <= last.time {
        return false;
    }
    let (mut falls, mut rises) = (0_usize, 0_usize);
    for (one, next) in records.iter().zip(records.iter().skip(1)) {
        falls += usize::from(next.time < one.time);
        rises += usize::from(next.time > one.time);
    }
    falls > rises * FALLS_PER_RISE
}

#[cfg(test)]
mod tests {
    use super::is_newest_first;
    use crate::model::{Observation, Outcome, Time};

    fn log(times: &[i64]) -> Vec<Observation> {
        let ended = |time: &i64| Observation::ended(Time(*time), Outcome::Status(500));
        times.iter().map(ended).collect()
    }

    #[test]
    fn an_export_from_the_newest_on_is_told_from_a_log_with_stamps_out_of_order() {
        assert!(is_newest_first(&log(&[9, 9, 7, 4, 1])));
        for times in [
            &[1, 4, 7, 9][..],
            &[5, 5, 5],
            &[9, 1, 2, 3, 4],
            &[9, 5, 8, 4, 7, 3, 6, 1],
            &[7],
            &[],
        ] {
            assert!(!is_newest_first(&log(times)), "{times:?}");
        }
    }
}
