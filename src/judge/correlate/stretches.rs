//! The stretches of time in which a log has records: before, between and behind them it shows nobody's traffic.

use crate::model::Time;

/// Milliseconds around a record in which its log was written: a proxy ends a stream some time behind the line on its answer, and
/// a gateway tries again by itself before the line on what came of it. A log of which a part is missing lacks more.
const REACH_MS: i64 = 60_000;

/// Stretches of time, none of which touches another once they are settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretches(Vec<(Time, Time)>);

impl Stretches {
    /// All of time.
    pub(super) fn always() -> Self {
        Self(vec![(Time(i64::MIN), Time(i64::MAX))])
    }

    /// Adds what a record from `first` to `last` shows. Quick where they come by time.
    pub(super) fn add(&mut self, first: Time, last: Time) {
        let (first, last) = (first.plus_ms(-REACH_MS), last.plus_ms(REACH_MS));
        match self.0.last_mut() {
            Some(before) if before.0 <= first && first <= before.1 => before.1 = before.1.max(last),
            _ => self.0.push((first, last)),
        }
    }

    /// Adds another's.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// Puts them in order, those that touch together.
    pub(super) fn settled(mut self) -> Self {
        self.0.sort_unstable();
        self.0.dedup_by(|next, before| {
            let touches = next.0 <= before.1;
            if touches {
                before.1 = before.1.max(next.1);
            }
            touches
        });
        self.0.shrink_to_fit();
        self
    }

    /// Whether a moment lies in one of them.
    pub(super) fn holds(&self, time: Time) -> bool {
        let begun = self.0.partition_point(|(first, _)| *first <= time);
        let latest = begun.checked_sub(1).and_then(|at| self.0.get(at));
        latest.is_some_and(|(_, last)| time <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::{REACH_MS, Stretches};
    use crate::model::Time;

    /// Those of records at some minutes.
    fn of_minutes(minutes: &[i64]) -> Stretches {
        let mut stretches = Stretches::default();
        for minute in minutes {
            stretches.add(Time(minute * 60_000), Time(minute * 60_000));
        }
        stretches.settled()
    }

    #[test]
    fn a_gap_parts_two_stretches_in_whatever_order_they_came() {
        let stretches = of_minutes(&[30, 31, 32, 0, 1, 2]);
        let held: Vec<i64> = (0..40).filter(|minute| stretches.holds(Time(minute * 60_000))).collect();
        assert_eq!(held, [0, 1, 2, 3, 29, 30, 31, 32, 33]);
    }

    #[test]
    fn a_record_reaches_no_further_than_its_reach() {
        let stretches = of_minutes(&[10]);
        let held = [-REACH_MS - 1, -REACH_MS, REACH_MS, REACH_MS + 1].map(|ms| stretches.holds(Time(600_000 + ms)));
        assert_eq!(held, [false, true, true, false]);
    }
}
