//! Answers that carry no time, until the next line does that has one: they came between the stamp above them and that one.
//!
//! uvicorn's access lines have no stamp. A gateway that logs warnings only writes thousands of them between two of its own
//! lines, and as many behind the last: taken for as old as the line above, the answers of a whole afternoon would all have come in
//! the second of an incident's last error, and the incident would vanish among them.

use super::Collector;
use crate::model::{Cell, Counting, Grain, Time, TupleId};
use std::collections::BTreeMap;

/// A success that is counted once it is known when.
const SUCCESS: Cell = Cell { ok: 1, ok_later: 0 };

/// Answers that went well and wait for a time, by the number of their attributes.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    since: Option<Time>,
    held: BTreeMap<TupleId, u32>,
    /// The most that ever waited for one stamp.
    most: u64,
}

impl Waiting {
    /// Takes one that was written after `since`.
    pub(super) fn hold(&mut self, tuple: TupleId, since: Time) {
        self.since.get_or_insert(since);
        *self.held.entry(tuple).or_default() += 1;
    }

    /// Counts them as spread evenly until a stamp.
    fn spread(&mut self, until: Time, cells: &mut Counting) {
        let Some(since) = self.since.take() else { return };
        self.most = self.most.max(self.len());
        let apart = until.since(since).max(0);
        for (tuple, count) in std::mem::take(&mut self.held) {
            for number in 0..i64::from(count) {
                let after = apart.saturating_mul(2 * number + 1) / (2 * i64::from(count));
                cells.add(since.plus_ms(after), Grain::Attempt, tuple, SUCCESS);
            }
        }
    }

    fn len(&self) -> u64 {
        self.held.values().copied().map(u64::from).sum()
    }
}

impl Collector<'_> {
    /// Counts what waited for a stamp.
    #[inline]
    pub(super) fn end_waiting(&mut self, stamp: Time) {
        if self.waiting.since.is_some() {
            self.waiting.spread(stamp, &mut self.cells);
        }
    }

    /// Settles what waits for a stamp that does not come: as many as ever waited between two came soon after the last one. When
    /// more came, nothing tells.
    pub(super) fn give_up_waiting(&mut self) {
        let (left, most) = (self.waiting.len(), self.waiting.most);
        match self.waiting.since {
            Some(last) if left <= most => self.end_waiting(last),
            _ => self.rollup.rare.undated_records += left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Waiting;
    use crate::model::{Attributes, Counting, Time};
    use std::sync::Arc;

    #[test]
    fn answers_lie_evenly_between_the_stamps_around_them() {
        let (mut cells, mut waiting) = (Counting::default(), Waiting::default());
        let tuple = cells.tuple(&Arc::new(Attributes::default()));
        for _ in 0..4 {
            waiting.hold(tuple, Time(0));
        }
        waiting.spread(Time(80_000), &mut cells);
        let cells = cells.finish();
        let times: Vec<i64> = cells.counted().map(|(time, ..)| time.0).collect();
        assert_eq!(times, [10_000, 30_000, 50_000, 70_000]);
    }
}
