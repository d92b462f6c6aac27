//! The few failures that stand for all: first, last, longest, and others spread between, those with the best handle.

use crate::model::Attempt;

/// Samples of one part: about ten in a ticket's text, the rest attached (support evidence, 1.2).
const SAMPLES: usize = 10;

/// How good a handle on the failure its ids are: the provider's own, its edge's, the caller's, none.
fn rank(attempt: &Attempt) -> u8 {
    let ids = &attempt.ids;
    match () {
        () if ids.x_request_id.is_some() => 0,
        () if ids.cf_ray.is_some() => 1,
        () if ids.x_client_request_id.is_some() => 2,
        () => 3,
    }
}

/// At most ten of the failures, by time; at most `most` where that is fewer.
pub(super) fn samples(failures: &[&Attempt], most: usize) -> Vec<Attempt> {
    let most = most.min(SAMPLES);
    let Some(best) = failures.iter().map(|attempt| rank(attempt)).min() else {
        return Vec::new();
    };
    let good: Vec<&Attempt> = failures.iter().copied().filter(|attempt| rank(attempt) == best).collect();
    // Where few have the best handle, the others fill up.
    let pool: Vec<&Attempt> = if good.len() >= most { good } else { failures.to_vec() };
    let last = pool.len().saturating_sub(1);
    let longest = pool
        .iter()
        .enumerate()
        .filter_map(|(at, attempt)| Some((attempt.duration_ms?, std::cmp::Reverse(at))))
        .max()
        .map(|(_, std::cmp::Reverse(at))| at);
    let mut chosen: Vec<usize> = Vec::with_capacity(most);
    let spread = (0..most).map(|step| step * last / most.saturating_sub(1).max(1));
    for at in [0, last].into_iter().chain(longest).chain(spread).chain(0..pool.len()) {
        if chosen.len() < most && at < pool.len() && !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
        .into_iter()
        .filter_map(|at| pool.get(at))
        .map(|attempt| Attempt::clone(attempt))
        .collect()
}
