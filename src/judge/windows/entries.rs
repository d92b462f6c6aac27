//! First attempts by minute and combination of values: what a table sums up.

use super::automaton::Series;
use std::sync::Arc;

/// A value of a dimension, by its place among the sorted values; absent where no log says it.
pub(crate) type Value = Option<u16>;

/// First attempts of one minute with one combination of values.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) minute: usize,
    /// Shared by all minutes of one combination.
    pub(crate) values: Arc<[Value]>,
    pub(crate) n: f64,
    pub(crate) k: f64,
    pub(crate) alive: bool,
}

/// First attempts that are to be summed up.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub(super) minute: usize,
    /// Which combination of values they have.
    pub(super) combination: usize,
    pub(super) n: f64,
    /// Those of them that failed on the table's side.
    pub(super) k: f64,
}

/// The sums by minute and combination. Both come in order of time, so that a minute is summed by itself: a table of all
/// minutes weighed more than all else that was counted.
pub(super) fn entries(
    went_well: impl Iterator<Item = Counted>,
    ended: impl Iterator<Item = Counted>,
    numbered: &[&Vec<Value>],
) -> Vec<Entry> {
    let shared: Vec<Arc<[Value]>> = numbered.iter().map(|values| Arc::from(values.as_slice())).collect();
    let (mut went_well, mut ended) = (went_well.peekable(), ended.peekable());
    let mut entries = Vec::new();
    let mut sums: Vec<Option<(f64, f64)>> = vec![None; shared.len()];
    let mut met = Vec::new();
    loop {
        let (one, other) = (went_well.peek(), ended.peek());
        let Some(minute) = one.into_iter().chain(other).map(|counted| counted.minute).min() else {
            break;
        };
        let of_minute = |counted: &Counted| counted.minute <= minute;
        while let Some(counted) = went_well.next_if(of_minute).or_else(|| ended.next_if(of_minute)) {
            let Some(sum) = sums.get_mut(counted.combination) else {
                continue;
            };
            if sum.is_none() {
                met.push(counted.combination);
            }
            let (n, k) = sum.get_or_insert_default();
            (*n, *k) = (*n + counted.n, *k + counted.k);
        }
        met.sort_unstable();
        for combination in met.drain(..) {
            let (sum, values) = (sums.get_mut(combination).and_then(Option::take), shared.get(combination));
            entries.extend(sum.zip(values).map(|((n, k), values)| Entry {
                minute,
                values: Arc::clone(values),
                n,
                k,
                alive: true,
            }));
        }
    }
    entries.shrink_to_fit();
    entries
}

/// Adds an entry to a series that ends in its minute or an earlier one.
pub(super) fn add(series: &mut Series, entry: &Entry) {
    match series.last_mut() {
        Some((minute, n, k)) if *minute == entry.minute => (*n, *k) = (*n + entry.n, *k + entry.k),
        _ => series.push((entry.minute, entry.n, entry.k)),
    }
}
