//! Stretches of time around instants.

use crate::model::Time;

/// Two logs' records of one moment may be this far out of order.
pub(super) const BEFORE_MS: i64 = 5_000;

/// The stretches around sorted instants.
pub(super) fn stretches(times: &[Time], after_ms: i64) -> Vec<(Time, Time)> {
    united(
        times
            .iter()
            .map(|time| (time.plus_ms(-BEFORE_MS), time.plus_ms(after_ms)))
            .collect(),
    )
}

pub(in crate::judge) fn united(mut spans: Vec<(Time, Time)>) -> Vec<(Time, Time)> {
    spans.sort_unstable();
    let mut united: Vec<(Time, Time)> = Vec::new();
    for (from, to) in spans {
        match united.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

#[cfg(test)]
mod tests {
    use super::{BEFORE_MS, stretches};
    use crate::model::Time;

    #[test]
    fn stretches_that_touch_are_one() {
        assert_eq!(stretches(&[Time(0), Time(1000)], 500), vec![(Time(-BEFORE_MS), Time(1500))]);
    }
}
