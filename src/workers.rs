//! The one form of parallelism: workers take the next item, each folds into a value of its own, and the values are
//! handed back to be merged. One thread is the same code as sixteen.

use rayon::ThreadPool;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};

/// What is given and not yet taken, at most.
const GIVEN: usize = 64;

/// Items that a worker changes before it asks for more: enough that the asking weighs nothing.
const ITEMS_AT_ONCE: usize = 4096;

/// Items that a worker moves before it asks for more.
const MOVED_AT_ONCE: usize = 1024;

/// Items for each worker that are given ahead of it: one in its hands and one to go on with.
const ITEMS_AHEAD: usize = 2;

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
            // Not a broadcast, which would wait for workers that are busy with other work.
            Some(pool) if items.len() > 1 => pool.install(|| {
                let each = (0..pool.current_num_threads()).into_par_iter().with_max_len(1);
                each.map(|_| worker()).collect()
            }),
            _ => vec![worker()],
        }
    }

    /// As [`Self::fold`]; what `work` gives of an item is shown to the caller's thread, as it comes. The workers free it
    /// themselves: an allocator hands the caller what it freed, and what the caller keeps would lie among what they need for
    /// a moment.
    pub fn fold_and_give<I: Sync, A: Default + Send, G: Send>(
        &self,
        items: &[I],
        work: impl Fn(&mut A, &I, &mut dyn FnMut(G)) + Sync,
        mut take: impl FnMut(&G),
    ) -> Vec<A> {
        let next = AtomicUsize::new(0);
        let taken = Mutex::new(Vec::new());
        let worker = |give: &mut dyn FnMut(G)| {
            let mut folded = A::default();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(&mut folded, item, give);
                drop(std::mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner)));
            }
            folded
        };
        let Some(pool) = self.pool.as_ref().filter(|_| items.len() > 1) else {
            return vec![worker(&mut |made| take(&made))];
        };
        let folded = Mutex::new(Vec::new());
        let (send, given) = sync_channel(GIVEN);
        pool.in_place_scope(|scope| {
            let (worker, folded) = (&worker, &folded);
            scope.spawn_broadcast(move |_, _| {
                // Whoever takes is there until the last one has given.
                let one = worker(&mut |made| drop(send.send(made)));
                folded.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            });
            for made in given {
                take(&made);
                taken.lock().unwrap_or_else(PoisonError::into_inner).push(made);
            }
        });
        folded.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes every item by itself. `work` gets its place, and what it made for itself with earlier ones of the same piece.
    pub fn each_mut<I: Send, S: Default>(&self, items: &mut [I], work: impl Fn(usize, &mut I, &mut S) + Sync) {
        let piece = |(number, items): (usize, &mut [I])| {
            let mut made = S::default();
            for (at, item) in items.iter_mut().enumerate() {
                work(number * ITEMS_AT_ONCE + at, item, &mut made);
            }
        };
        match &self.pool {
            Some(pool) if items.len() > ITEMS_AT_ONCE => {
                pool.install(|| items.par_chunks_mut(ITEMS_AT_ONCE).enumerate().for_each(piece));
            }
            _ => items.chunks_mut(ITEMS_AT_ONCE).enumerate().for_each(piece),
        }
    }

    /// What two pieces of work make, done at once where there are workers for both.
    pub fn both<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        match &self.pool {
            // The caller's own thread takes one, for an allocator keeps what each thread has freed for that thread.
            Some(pool) => {
                let mut made = None;
                let one = pool.in_place_scope(|scope| {
                    scope.spawn(|_| made = Some(other()));
                    one()
                });
                #[expect(
                    clippy::expect_used,
                    reason = "a scope ends when all that it spawned has, or hands on its panic"
                )]
                (one, made.expect("spawned work ends within its scope"))
            }
            None => (one(), other()),
        }
    }

    /// Has the workers do what the caller's thread gives, while that goes on giving. Where they are behind, the caller's thread
    /// does the next itself: so no more is given and not done than is soon done, and nobody waits.
    pub(crate) fn beside<I: Send, R>(&self, give: impl FnOnce(&mut dyn FnMut(I)) -> R, work: impl Fn(I) + Sync) -> R {
        let Some(pool) = &self.pool else {
            return give(&mut |item| work(item));
        };
        let given = AtomicUsize::new(0);
        let most = ITEMS_AHEAD * pool.current_num_threads();
        pool.in_place_scope(|scope| {
            let (work, given) = (&work, &given);
            give(&mut |item| {
                if given.fetch_add(1, Ordering::Relaxed) >= most {
                    given.fetch_sub(1, Ordering::Relaxed);
                    return work(item);
                }
                scope.spawn(move |_| {
                    work(item);
                    given.fetch_sub(1, Ordering::Relaxed);
                });
            })
        })
    }

    /// As [`Self::map`], of so many items that each weighs little: what is made lies where it stays, in memory that all of the
    /// workers have the system give.
    pub(crate) fn map_each<I: Sync, R: Send>(&self, items: &[I], work: impl Fn(&I) -> R + Sync) -> Vec<R> {
        let mut made = Vec::new();
        self.extend_each(&mut made, items, work);
        made
    }

    /// As [`Self::map`], of items that are taken.
    pub fn map_into<I: Send, R: Send>(&self, items: Vec<I>, work: impl Fn(I) -> R + Sync) -> Vec<R> {
        match &self.pool {
            Some(pool) if items.len() > 1 => pool.install(|| items.into_par_iter().with_max_len(1).map(&work).collect()),
            _ => items.into_iter().map(work).collect(),
        }
    }

    /// Moves the items of a list from a place on behind those of another. The workers do it, for most of the time goes by until
    /// the system has given the pages for them, and each worker has its own of these given.
    pub fn move_behind<T: Send>(&self, others: &mut Vec<T>, list: &mut Vec<T>, from: usize) {
        match &self.pool {
            Some(pool) if list.len() > from + MOVED_AT_ONCE => {
                pool.install(|| others.par_extend(list.par_drain(from..).with_min_len(MOVED_AT_ONCE)));
            }
            _ => others.extend(list.drain(from..)),
        }
    }

    /// Sorts values of which equal ones are the same.
    pub fn sort<T: Ord + Send>(&self, values: &mut [T]) {
        match &self.pool {
            Some(pool) if values.len() > ITEMS_AT_ONCE => pool.install(|| values.par_sort_unstable()),
            _ => values.sort_unstable(),
        }
    }

    /// As [`Self::map_each`], behind what lies in a list already.
    pub(crate) fn extend_each<I: Sync, R: Send>(&self, list: &mut Vec<R>, items: &[I], work: impl Fn(&I) -> R + Sync) {
        match &self.pool {
            Some(pool) if items.len() > ITEMS_AT_ONCE => {
                pool.install(|| list.par_extend(items.par_iter().with_min_len(ITEMS_AT_ONCE).map(&work)));
            }
            _ => list.extend(items.iter().map(work)),
        }
    }

    /// What `work` makes of every item, in their order.
    pub fn map<I: Sync, R: Send>(&self, items: &[I], work: impl Fn(&I) -> R + Sync) -> Vec<R> {
        match &self.pool {
            Some(pool) if items.len() > 1 => pool.install(|| items.par_iter().with_max_len(1).map(&work).collect()),
            _ => items.iter().map(work).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOVED_AT_ONCE, Ordering, Workers};
    use std::sync::atomic::AtomicU64;

    #[test]
    fn every_item_is_given_out_once() {
        let items: Vec<u64> = (1..=1000).collect();
        for threads in [1, 2, 8] {
            let sums = Workers::new(threads).fold(&items, |sum: &mut u64, item| *sum += item);
            assert_eq!(sums.iter().sum::<u64>(), 500_500);
        }
    }

    #[test]
    fn what_is_given_is_shown_once() {
        let items: Vec<u64> = (1..=1000).collect();
        for threads in [1, 2, 8] {
            let mut taken = 0;
            let work = |sum: &mut u64, item: &u64, give: &mut dyn FnMut(u64)| {
                if item.is_multiple_of(2) { give(*item) } else { *sum += item }
            };
            let left = Workers::new(threads).fold_and_give(&items, work, |item| taken += *item);
            assert_eq!((taken, left.iter().sum::<u64>()), (250_500, 250_000));
        }
    }

    #[test]
    fn what_is_given_is_done_once_before_the_giving_is_over() {
        for threads in [1, 2, 8] {
            let sum = AtomicU64::new(0);
            let add = |item: u64| {
                sum.fetch_add(item, Ordering::Relaxed);
            };
            Workers::new(threads).beside(|give| (1..=1000).for_each(give), add);
            assert_eq!(sum.into_inner(), 500_500);
        }
    }

    #[test]
    fn what_is_made_stands_in_the_order_of_the_items() {
        let items: Vec<u64> = (1..=1000).collect();
        for threads in [1, 2, 8] {
            let workers = Workers::new(threads);
            assert_eq!(workers.map(&items, |item| *item), items);
            assert_eq!(workers.map_into(items.clone(), |item| item), items);
        }
    }

    #[test]
    fn items_are_moved_in_their_order() {
        for threads in [1, 2, 8] {
            let workers = Workers::new(threads);
            let mut moved: Vec<usize> = (0..3).collect();
            for (from, to) in [(3, 5), (5, 5), (5, 5 * MOVED_AT_ONCE)] {
                let mut list: Vec<usize> = (1..=2).chain(from..to).collect();
                workers.move_behind(&mut moved, &mut list, 2);
                assert_eq!(list, [1, 2]);
            }
            assert!(moved.iter().copied().eq(0..5 * MOVED_AT_ONCE));
            moved.reverse();
            workers.sort(&mut moved);
            assert!(moved.is_sorted());
        }
    }
}
