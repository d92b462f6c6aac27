//! The few failures that stand for all: first, last, longest, and others spread between, those with the best handle.

use crate::model::{Attempt, Side};

/// Samples of one part: about ten in a ticket's text, the rest attached (support evidence, 1.2).
const SAMPLES: usize = 10;

/// The rank of a failure that nothing but time and endpoint identifies.
const NO_HANDLE: u8 = 3;

/// How good a handle on the failure its ids are: the provider's own, its edge's, the caller's, none.
fn rank(attempt: &Attempt) -> u8 {
    let ids = &attempt.ids;
    match () {
        () if ids.x_request_id.is_some() => 0,
        () if ids.cf_ray.is_some() => 1,
        () if ids.x_client_request_id.is_some() => 2,
        () => NO_HANDLE,
    }
}

/// At most ten of the failures, by time; at most `most` where that is fewer.
pub(super) fn samples(failures: &[&Attempt], most: usize, side: Side) -> Vec<Attempt> {
    let most = most.min(SAMPLES);
    // A network team looks for times and addresses, which every failure has.
    let rank = |attempt: &Attempt| if side == Side::Network { 0 } else { rank(attempt) };
    let places = |worst: u8| -> Vec<usize> {
        (0..failures.len())
            .filter(|at| failures.get(*at).is_some_and(|one| rank(one) <= worst))
            .collect()
    };
    let with_handle = Some(places(NO_HANDLE - 1))
        .filter(|places| !places.is_empty())
        .unwrap_or_else(|| places(NO_HANDLE));
    // Those with the best handle stand for the rest; where they are too few, the next best fill up.
    let pool = (0..=NO_HANDLE)
        .map(places)
        .find(|places| places.len() >= most)
        .unwrap_or_else(|| places(NO_HANDLE));
    let longest = with_handle
        .iter()
        .filter_map(|at| Some((failures.get(*at)?.duration_ms?, std::cmp::Reverse(*at))))
        .max()
        .map(|(_, std::cmp::Reverse(at))| at);
    let last = pool.len().saturating_sub(1);
    let spread = (0..most).map(|step| step * last / most.saturating_sub(1).max(1));
    let spread = spread.filter_map(|place| pool.get(place).copied());
    let ends = with_handle.first().into_iter().chain(with_handle.last()).copied();
    let mut chosen: Vec<usize> = Vec::with_capacity(most);
    for at in ends.chain(longest).chain(spread).chain(pool.iter().copied()) {
        if chosen.len() < most && !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
        .into_iter()
        .filter_map(|at| failures.get(at))
        .map(|attempt| Attempt::clone(attempt))
        .collect()
}
