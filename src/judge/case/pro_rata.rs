//! Successes at the edges of a stretch of time, pro rata as the window itself counts them, and shared out so that the parts
//! of a table add up to its whole.

use super::cells_between;
use crate::model::{CELL_SECONDS, Time, TrafficCell};

const CELL_MS: i64 = CELL_SECONDS * 1000;

/// What went well: so many times the milliseconds of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::judge) struct Healthy(pub(super) u64);

impl Healthy {
    /// The successes of a cell, as far as it lies from one instant to another.
    pub(in crate::judge) fn of(cell: &TrafficCell, from: Time, to: Time) -> Self {
        let inside = cell
            .time
            .plus_ms(CELL_MS)
            .min(to)
            .since(cell.time.max(from))
            .clamp(0, CELL_MS);
        Self(u64::from(cell.ok) * inside.unsigned_abs())
    }

    /// Those of the cells that `takes` lets in.
    pub(in crate::judge) fn of_all(
        cells: &[TrafficCell],
        (from, to): (Time, Time),
        takes: impl Fn(&TrafficCell) -> bool,
    ) -> Self {
        let inside = cells_between(cells, from, to).filter(|cell| takes(cell));
        Self(inside.map(|cell| Self::of(cell, from, to).0).sum())
    }

    /// To the nearest whole.
    pub(in crate::judge) fn count(self) -> u64 {
        (self.0 + CELL_MS.unsigned_abs() / 2) / CELL_MS.unsigned_abs()
    }
}

/// Shares a whole out by weights, each rounded up or down so that they add up to it (largest remainders, Hamilton's method).
pub(super) fn shared_out(whole: u64, weights: &[Healthy]) -> Vec<u64> {
    let all: u128 = weights.iter().map(|weight| u128::from(weight.0)).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let product = |weight: &Healthy| u128::from(weight.0) * u128::from(whole);
    let mut shares: Vec<u64> = weights
        .iter()
        .map(|weight| u64::try_from(product(weight) / all).unwrap_or(u64::MAX))
        .collect();
    let left = whole.saturating_sub(shares.iter().sum());
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(weights.get(*at).map(|weight| product(weight) % all)));
    for at in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::{Healthy, shared_out};
    use crate::model::{Attributes, Time, TrafficCell};
    use std::sync::Arc;

    #[test]
    fn a_cell_counts_as_far_as_it_lies_inside() {
        let cell = TrafficCell {
            time: Time(10_000),
            attributes: Arc::new(Attributes::default()),
            ok: 10,
            first_ok: 10,
        };
        let count = |from, to| Healthy::of(&cell, Time(from), Time(to)).count();
        assert_eq!(
            [
                count(0, 60_000),
                count(12_500, 60_000),
                count(0, 11_000),
                count(20_000, 30_000)
            ],
            [10, 5, 2, 0]
        );
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let shares = shared_out(126, &[65, 62, 0].map(Healthy));
        assert_eq!((shares.iter().sum::<u64>(), shares), (126, vec![64, 62, 0]));
        assert_eq!(shared_out(5, &[Healthy(0)]), [0]);
    }
}
