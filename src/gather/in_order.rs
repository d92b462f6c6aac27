//! Lays the records that several workers read of one log together, in the order of its lines.
//!
//! Workers take the parts of a log by turns, so that each has records of all of it. Merged by two, a gigabyte's failures are
//! moved several times by one thread, through as much new memory, and that takes longer than to move them. So all workers
//! move what each has of a stretch of the log to one place, once, and put it in order there.

use crate::model::{Observation, order_records};
use crate::workers::Workers;

/// Stretches of a log: several for each worker, and few enough that each is a long piece of work.
const STRETCHES: usize = 16;

/// Records below which one thread is as quick.
const MANY: usize = 1 << 14;

/// The records of all lists, each of which is in order, as one list in order.
pub(super) fn in_order(mut lists: Vec<Vec<Observation>>, workers: &Workers) -> Vec<Observation> {
    lists.retain(|list| !list.is_empty());
    let all: usize = lists.iter().map(Vec::len).sum();
    if lists.len() < 2 || all < MANY {
        let mut records = lists.pop().unwrap_or_default();
        lists.into_iter().for_each(|list| records.extend(list));
        order_records(&mut records);
        return records;
    }
    // The last stretch first, for a list gives up its end without moving the rest.
    let mut records = Vec::with_capacity(all);
    let mut lengths = Vec::new();
    for line in cuts(&lists).into_iter().rev() {
        let before = records.len();
        for list in &mut lists {
            let from = list.partition_point(|seen| seen.line < line);
            workers.move_behind(&mut records, list, from);
        }
        lengths.push(records.len() - before);
    }
    drop(lists);
    let mut rest = &mut records[..];
    let stretches = lengths
        .into_iter()
        .filter_map(|length| rest.split_off_mut(..length))
        .collect();
    workers.map_into(stretches, |stretch: &mut [Observation]| {
        order_records(stretch);
        stretch.reverse();
    });
    records.reverse();
    records
}

/// The lines on which stretches begin, of which the longest list has one length each.
fn cuts(lists: &[Vec<Observation>]) -> Vec<u64> {
    let longest = lists.iter().max_by_key(|list| list.len());
    let longest = longest.map_or(&[][..], |list| list);
    let places = (1..STRETCHES).map(|at| longest.len() * at / STRETCHES);
    let lines = places.filter_map(|at| longest.get(at)).map(|seen| seen.line);
    [0].into_iter().chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::{MANY, in_order};
    use crate::model::{Observation, Outcome, Time};
    use crate::workers::Workers;

    /// What so many workers have of a log whose parts they took by turns.
    fn by_turns(workers: usize, records: usize) -> Vec<Vec<Observation>> {
        let mut lists = vec![Vec::new(); workers];
        for at in 0..records {
            let turn = (at / 70) * 7919 % (workers + 1) % workers;
            lists[turn].push(Observation {
                line: (at / 2) as u64,
                ..Observation::ended(Time((at % 2) as i64), Outcome::Status(500))
            });
        }
        lists
    }

    #[test]
    fn what_workers_took_by_turns_comes_to_stand_in_the_order_of_the_lines() {
        for records in [0, 1, 500, MANY, 3 * MANY + 11] {
            for count in 1..6 {
                let records: Vec<_> = in_order(by_turns(count, records), &Workers::new(count));
                let plainly = in_order(by_turns(1, records.len()), &Workers::new(1));
                assert!(records == plainly, "{} records of {count} workers", plainly.len());
            }
        }
    }
}
