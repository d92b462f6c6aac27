//! The few failures that stand for all: first, last, longest, and others spread between, those with the best handle.

use super::numbers::{Handle, NO_HANDLE};
use crate::model::{Attempt, Side};

/// Samples of one part: about ten in a ticket's text, the rest attached (support evidence, 1.2).
const SAMPLES: usize = 10;

/// At most ten of the failures, by time; at most `most` where that is fewer.
pub(super) fn samples(failures: &[&Attempt], handles: &[Handle], most: usize, side: Side) -> Vec<Attempt> {
    let most = most.min(SAMPLES);
    // A network team looks for times and addresses, which every failure has.
    let rank = |handle: &Handle| if side == Side::Network { 0 } else { handle.rank };
    let mut of_rank = [0; NO_HANDLE as usize + 1];
    for handle in handles {
        if let Some(count) = of_rank.get_mut(usize::from(rank(handle))) {
            *count += 1;
        }
    }
    // Those with the best handle stand for the rest; where they are too few, the next best fill up.
    let up_to = |worst: u8| of_rank.iter().take(usize::from(worst) + 1).sum::<usize>();
    let worst = (0..NO_HANDLE).find(|worst| up_to(*worst) >= most).unwrap_or(NO_HANDLE);
    let places = |worst: u8| {
        (0..)
            .zip(handles)
            .filter(move |(_, one)| rank(one) <= worst)
            .map(|(at, _)| at)
    };
    let pool: Vec<u32> = places(worst).collect();
    let named = if up_to(NO_HANDLE - 1) > 0 { NO_HANDLE - 1 } else { NO_HANDLE };
    let with_handle = || places(named);
    let duration = |at: u32| handles.get(at as usize)?.duration_ms;
    let longest = with_handle()
        .filter_map(|at| Some((duration(at)?, std::cmp::Reverse(at))))
        .max()
        .map(|(_, std::cmp::Reverse(at))| at);
    let last = pool.len().saturating_sub(1);
    let spread = (0..most).map(|step| step * last / most.saturating_sub(1).max(1));
    let spread = spread.filter_map(|place| pool.get(place).copied());
    let last_handle = handles.iter().rposition(|one| rank(one) <= named);
    let ends = with_handle()
        .next()
        .into_iter()
        .chain(last_handle.and_then(|at| u32::try_from(at).ok()));
    let mut chosen: Vec<u32> = Vec::with_capacity(most);
    for at in ends.chain(longest).chain(spread).chain(pool.iter().copied()) {
        if chosen.len() < most && !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
        .into_iter()
        .filter_map(|at| failures.get(at as usize))
        .map(|attempt| Attempt::clone(attempt))
        .collect()
}
