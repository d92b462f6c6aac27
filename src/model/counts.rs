//! Counts by place, sorted: what [`Cells`](super::cells::Cells) are made of.

use smallvec::SmallVec;
use std::cmp::Ordering;
use std::ops::Range;

/// Counts by place, sorted.
pub(super) type Counts<P, C> = SmallVec<[(P, C); 1]>;

/// Takes counts out of where they were made, into as much room as they need.
pub(super) fn kept<P: Copy, C: Copy>(counts: &mut Vec<(P, C)>) -> Counts<P, C> {
    let kept = Counts::from_slice(counts);
    counts.clear();
    kept
}

pub(super) fn add_count(mine: &mut u32, theirs: u32) {
    *mine = mine.saturating_add(theirs);
}

/// Adds to what is counted at a place of a sorted list.
pub(super) fn sum<P: Ord + Copy, C>(counts: &mut Counts<P, C>, place: P, count: C, add: impl Fn(&mut C, C)) {
    if counts.last().is_none_or(|(last, _)| *last < place) {
        return counts.push((place, count));
    }
    match counts.binary_search_by_key(&place, |(place, _)| *place) {
        Ok(at) => {
            if let Some((_, mine)) = counts.get_mut(at) {
                add(mine, count);
            }
        }
        Err(at) => counts.insert(at, (place, count)),
    }
}

/// Adds a sorted list to another, where that lies. A worker's parts of a source come one after the other in time, so only the
/// last few cells of one and the first few of the next are the same; those of several workers take turns, so what they counted
/// is moved turn by turn, from the last one on.
pub(super) fn sum_all<P: Ord + Copy, C: Copy>(counts: &mut Counts<P, C>, theirs: &[(P, C)], add: impl Fn(&mut C, C) + Copy) {
    let Some((first, _)) = theirs.first() else { return };
    let from = counts.partition_point(|(place, _)| place < first);
    let (mut mine, mut left, mut end) = (counts.len(), theirs, counts.len() + theirs.len());
    counts.reserve(theirs.len());
    counts.extend_from_slice(theirs);
    while let (Some((their_last, count)), Some(&(my_last, my_count))) = (left.last(), last_of(counts, from..mine)) {
        let taken = match my_last.cmp(their_last) {
            Ordering::Greater => {
                let run = run_above(counts.get(from..mine).unwrap_or_default(), their_last);
                counts.copy_within(mine - run..mine, end - run);
                mine -= run;
                run
            }
            Ordering::Less => {
                let run = run_above(left, &my_last);
                let (before, behind) = left.split_at(left.len() - run);
                put(counts, end, behind);
                left = before;
                run
            }
            Ordering::Equal => {
                let mut both = (my_last, my_count);
                add(&mut both.1, *count);
                put(counts, end, &[both]);
                mine -= 1;
                left = left.split_last().map_or(&[], |(_, before)| before);
                1
            }
        };
        end -= taken;
    }
    put(counts, end, left);
    end -= left.len();
    // What both had left room.
    if end > mine {
        counts.copy_within(end.., mine);
        counts.truncate(counts.len() - (end - mine));
    }
}

fn last_of<T>(values: &[T], of: Range<usize>) -> Option<&T> {
    values.get(of)?.last()
}

/// Puts some counts to where they end at `end`.
fn put<P: Copy, C: Copy>(counts: &mut [(P, C)], end: usize, some: &[(P, C)]) {
    if let Some(room) = counts.get_mut(end - some.len()..end) {
        room.copy_from_slice(some);
    }
}

/// How many counts of a sorted list come behind a place: few in nearly all cases, so they are sought from the end on.
fn run_above<P: Ord, C>(counts: &[(P, C)], place: &P) -> usize {
    let mut reach = 1;
    while reach < counts.len() && counts.get(counts.len() - reach).is_some_and(|(at, _)| at > place) {
        reach *= 2;
    }
    let tail = counts.get(counts.len().saturating_sub(reach)..).unwrap_or_default();
    tail.len() - tail.partition_point(|(at, _)| at <= place)
}
