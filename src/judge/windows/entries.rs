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

/// Minute, number of the combination, first attempts, and those of them that failed on the side.
pub(super) type Told = (usize, usize, f64, f64);

/// The sums by minute and combination. Both come in order of time, so that a minute is summed by itself: a table of all
/// minutes weighed more than all else that was counted.
pub(super) fn entries(
    went_well: impl Iterator<Item = Told>,
    ended: impl Iterator<Item = Told>,
    numbered: &[&Vec<Value>],
) -> Vec<Entry> {
    let shared: Vec<Arc<[Value]>> = numbered.iter().map(|values| Arc::from(values.as_slice())).collect();
    let (mut went_well, mut ended) = (went_well.peekable(), ended.peekable());
    let mut entries = Vec::new();
    let mut sums: Vec<Option<(f64, f64)>> = vec![None; shared.len()];
    let mut met = Vec::new();
    loop {
        let (one, other) = (went_well.peek(), ended.peek());
        let Some(minute) = one.into_iter().chain(other).map(|told| told.0).min() else {
            break;
        };
        let of_minute = |told: &Told| told.0 <= minute;
        while let Some((_, number, n, k)) = went_well.next_if(of_minute).or_else(|| ended.next_if(of_minute)) {
            let Some(sum) = sums.get_mut(number) else { continue };
            if sum.is_none() {
                met.push(number);
            }
            let sum = sum.get_or_insert_default();
            (sum.0, sum.1) = (sum.0 + n, sum.1 + k);
        }
        met.sort_unstable();
        for number in met.drain(..) {
            let (sum, values) = (sums.get_mut(number).and_then(Option::take), shared.get(number));
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
