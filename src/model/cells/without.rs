//! Counts less what another source counted, too.

use super::{Cell, Cells, Counted, TupleId};
use crate::model::counts::Counts;
use crate::model::terms::Attributes;

impl Cells {
    /// The same without what `other` counts at the same time under attributes that `are_alike`, and how many successes went.
    /// Where both hold the same records of a stretch, and either not all of its cell, what is left is what only this one has.
    #[must_use]
    pub fn without(&self, other: &Self, are_alike: impl Fn(&Attributes, &Attributes) -> bool) -> (Self, u64) {
        let (Some(mine), Some(theirs)) = (&self.0, &other.0) else {
            return (self.clone(), 0);
        };
        let twin = |attributes| (0..).zip(&theirs.tuples).find(|(_, their)| are_alike(attributes, their));
        let twins: Vec<Option<TupleId>> = mine.tuples.iter().map(|own| twin(own).map(|(id, _)| id)).collect();
        let twin_of = |id: TupleId| twins.get(usize::from(id)).copied().flatten();
        let cells = |counts, from| {
            let place = |(slot, grain, id)| Some((slot, grain, twin_of(id)?));
            less(counts, from, place, Cell::less)
        };
        let took = |(slot, id, class)| Some((slot, twin_of(id)?, class));
        let counts = cells(&mine.counts, &theirs.counts);
        let left = Counted {
            if_start: cells(&mine.if_start, &theirs.if_start),
            took: less(&mine.took, &theirs.took, took, |count, theirs| {
                Some(count.saturating_sub(theirs)).filter(|left| *left > 0)
            }),
            tuples: mine.tuples.clone(),
            by_value: mine.by_value.clone(),
            counts,
        };
        let ok = |counted: &Counted| counted.counts.iter().map(|(_, cell)| u64::from(cell.ok)).sum::<u64>();
        let gone = ok(mine) - ok(&left);
        if left.counts.is_empty() && left.if_start.is_empty() && left.took.is_empty() {
            return (Self::default(), gone);
        }
        (Self(Some(Box::new(left))), gone)
    }
}

impl Cell {
    /// What is left without those of another; `None` where nothing is.
    fn less(self, other: Self) -> Option<Self> {
        let ok = self.ok.saturating_sub(other.ok);
        (ok > 0).then(|| Self {
            ok,
            ok_later: self.ok_later.saturating_sub(other.ok_later).min(ok),
        })
    }
}

/// Counts less those at the same places of others, which `place` knows.
fn less<P: Ord + Copy, C: Copy>(
    counts: &Counts<P, C>,
    others: &Counts<P, C>,
    place: impl Fn(P) -> Option<P>,
    less: impl Fn(C, C) -> Option<C>,
) -> Counts<P, C> {
    let theirs = |at| {
        let found = others.binary_search_by_key(&place(at)?, |(place, _)| *place).ok()?;
        others.get(found).map(|(_, count)| *count)
    };
    let left = |(at, count): &(P, C)| Some((*at, theirs(*at).map_or(Some(*count), |theirs| less(*count, theirs))?));
    counts.iter().filter_map(left).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cell, Cells};
    use crate::model::{Attributes, Dimension, Grain, Time};
    use std::sync::Arc;

    /// Successes in the five seconds from each of these on, of one model.
    fn cells(model: &str, counts: &[(i64, u32)]) -> Cells {
        let mut cells = Cells::default();
        let tuple = cells.tuple(&Arc::new(Attributes::default().with(Dimension::Model, model)));
        for &(second, ok) in counts {
            cells.add(Time(second * 1000), Grain::Attempt, tuple, Cell { ok, ok_later: 0 });
        }
        cells
    }

    fn left(one: &Cells, other: &Cells) -> (Vec<(i64, u32)>, u64) {
        let (left, gone) = one.without(other, |one, other| one == other);
        let cells = left.counted().map(|(time, .., cell)| (time.0 / 1000, cell.ok)).collect();
        (cells, gone)
    }

    #[test]
    fn what_only_one_counted_is_left() {
        let one = cells("gpt-4o", &[(0, 3), (5, 2), (10, 4)]);
        assert_eq!(
            left(&one, &cells("gpt-4o", &[(0, 5), (10, 1), (15, 9)])),
            (vec![(5, 2), (10, 3)], 4)
        );
    }

    #[test]
    fn nothing_goes_for_other_attributes() {
        let one = cells("gpt-4o", &[(0, 3)]);
        assert_eq!(left(&one, &cells("gpt-4.1", &[(0, 3)])), (vec![(0, 3)], 0));
    }
}
