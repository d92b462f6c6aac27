//! The one form of parallelism: workers take the next item, each folds into a value of its own, and the values are
//! handed back to be merged. One thread is the same code as sixteen.

use rayon::ThreadPool;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many workers.
pub struct Workers {
    pool: Option<ThreadPool>,
}

impl Workers {
    /// Makes them. Where the machine refuses threads, the caller's own does the work.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        Self {
            pool: (threads > 1).then(|| pool.build().ok()).flatten(),
        }
    }

    /// Gives every item, in order, to whoever is free.
    pub fn fold<I: Sync, A: Default + Send>(&self, items: &[I], work: impl Fn(&mut A, &I) + Sync) -> Vec<A> {
        let next = AtomicUsize::new(0);
        let worker = || {
            let mut folded = A::default();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(&mut folded, item);
            }
            folded
        };
        match &self.pool {
            Some(pool) if items.len() > 1 => pool.broadcast(|_| worker()),
            _ => vec![worker()],
        }
    }

    /// What `work` makes of every item, in their order.
    pub fn map<I: Sync, R: Send>(&self, items: &[I], work: impl Fn(&I) -> R + Sync) -> Vec<R> {
        let numbered: Vec<(usize, &I)> = items.iter().enumerate().collect();
        let made = self.fold(&numbered, |made: &mut Vec<(usize, R)>, (at, item)| {
            made.push((*at, work(item)))
        });
        let mut made: Vec<(usize, R)> = made.into_iter().flatten().collect();
        made.sort_by_key(|(at, _)| *at);
        made.into_iter().map(|(_, made)| made).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Workers;

    #[test]
    fn every_item_is_given_out_once() {
        let items: Vec<u64> = (1..=1000).collect();
        for threads in [1, 2, 8] {
            let sums = Workers::new(threads).fold(&items, |sum: &mut u64, item| *sum += item);
            assert_eq!(sums.iter().sum::<u64>(), 500_500);
        }
    }

    #[test]
    fn what_is_made_stands_in_the_order_of_the_items() {
        let items: Vec<u64> = (1..=1000).collect();
        for threads in [1, 2, 8] {
            assert_eq!(Workers::new(threads).map(&items, |item| *item), items);
        }
    }
}
