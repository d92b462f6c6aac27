//! Sorting what is nearly in order where it lies.

/// Sorts values as [`slice::sort_by_key`] does, where they are a few hundred sorted runs of which few overlap: what several
/// workers read by turns of one log, and what a record of several lines puts behind those within it. Merged pairwise, a
/// gigabyte's failures would be moved ten times, and through as much new memory. Where nearly everything is out of order, it is
/// sorted as ever.
pub(crate) fn sort_runs<T, K: Ord + Copy>(values: &mut [T], key: impl Fn(&T) -> K) {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for (at, pair) in values.windows(2).enumerate() {
        if let [one, next] = pair
            && key(next) < key(one)
        {
            runs.push((start, at + 1));
            start = at + 1;
        }
    }
    if runs.is_empty() {
        return;
    }
    runs.push((start, values.len()));
    let first = |run: &(usize, usize)| values.get(run.0).map(&key);
    let last = |run: &(usize, usize)| values.get(run.1 - 1).map(&key);
    runs.sort_by_cached_key(first);
    // Runs that overlap are sorted together, in the order in which they came, so that equal values stay in theirs.
    let mut together: Vec<(usize, usize)> = Vec::new();
    let (mut from, mut up_to) = (0, None);
    for (at, run) in runs.iter().enumerate() {
        if at > 0 && first(run) > up_to {
            together.push((from, at));
            from = at;
        }
        up_to = up_to.max(last(run));
    }
    together.push((from, runs.len()));
    together.retain(|(from, to)| to - from > 1);
    for (from, to) in &together {
        runs.get_mut(*from..*to).map(<[_]>::sort_unstable);
    }
    let lengths: Vec<usize> = runs.iter().map(|(from, to)| to - from).collect();
    put_in_order(values, &runs);
    let (mut run, mut place) = (0, 0);
    for (from, to) in together {
        let length = |from: usize, to: usize| lengths.get(from..to).map_or(0, |lengths| lengths.iter().sum::<usize>());
        let begin = place + length(run, from);
        (run, place) = (to, begin + length(from, to));
        if let Some(overlapping) = values.get_mut(begin..place) {
            overlapping.sort_by_key(&key);
        }
    }
}

/// Puts a few sorted values among many that are sorted, as a stable sort of both would. The many are moved where they lie, and
/// asked only where one of the few may go: to sort a gigabyte's failures anew cost three times as much.
pub(crate) fn put_among<T: Clone, K: Ord>(values: &mut Vec<T>, few: Vec<T>, key: impl Fn(&T) -> K) {
    let mut end = values.len();
    // Something has to lie where the last of the many will.
    values.extend(few.iter().cloned());
    for (before, one) in few.into_iter().enumerate().rev() {
        let own = key(&one);
        let place = values
            .get(..end)
            .map_or(0, |many| many.partition_point(|value| key(value) <= own));
        for at in (place..end).rev() {
            values.swap(at, at + before + 1);
        }
        if let Some(room) = values.get_mut(place + before) {
            *room = one;
        }
        end = place;
    }
}

/// Puts runs of values behind one another, in place.
fn put_in_order<T>(values: &mut [T], runs: &[(usize, usize)]) {
    // Where each value goes; every exchange brings one home.
    let mut homes = vec![0; values.len()];
    let in_order = runs.iter().flat_map(|(from, to)| *from..*to);
    for (home, at) in in_order.enumerate() {
        if let Some(place) = homes.get_mut(at) {
            *place = home;
        }
    }
    for at in 0..homes.len() {
        while let Some(home) = homes.get(at).copied().filter(|home| *home != at) {
            values.swap(at, home);
            homes.swap(at, home);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{put_among, sort_runs};

    #[test]
    fn runs_are_sorted_as_by_a_stable_sort() {
        for lengths in [&[][..], &[5], &[3, 1, 4, 1, 5], &[1, 1, 1, 1]] {
            for turn in 0..lengths.len().max(1) {
                let mut start = 0;
                let mut runs: Vec<Vec<(u64, usize)>> = Vec::new();
                for length in lengths {
                    runs.push((start..start + length).map(|at| (at / 2, runs.len())).collect());
                    start += length;
                }
                // With and without values that runs share.
                for apart in [0, 2] {
                    let mut runs: Vec<_> = runs.iter().cloned().enumerate().collect();
                    runs.rotate_left(turn);
                    let all = runs
                        .into_iter()
                        .flat_map(|(run, values)| values.into_iter().map(move |(key, of)| (key + apart * run as u64, of)));
                    let mut values: Vec<_> = all.collect();
                    let mut sorted = values.clone();
                    sorted.sort_by_key(|(key, _)| *key);
                    sort_runs(&mut values, |(key, _)| *key);
                    assert_eq!(values, sorted);
                }
            }
        }
    }

    #[test]
    fn a_few_come_to_stand_among_many_as_a_stable_sort_puts_them() {
        for length in 0..12 {
            for step in 1..5 {
                let mut many: Vec<(u64, usize)> = (0..40).map(|at| (at / 3, 0)).collect();
                let few: Vec<(u64, usize)> = (0..length).map(|at| (at * step / 2, 1)).collect();
                let mut sorted = [many.clone(), few.clone()].concat();
                sorted.sort_by_key(|(key, _)| *key);
                put_among(&mut many, few, |(key, _)| *key);
                assert_eq!(many, sorted);
            }
        }
    }

    #[test]
    fn values_that_are_a_little_out_of_order_are_sorted_as_by_a_stable_sort() {
        for stray in 1..20 {
            let out_of_order = |at: u64| (at * at * 7 % stray).min(at);
            let mut values: Vec<(u64, u64)> = (0..400).map(|at| ((at - out_of_order(at)) / 2, at)).collect();
            values.rotate_left(150);
            let mut sorted = values.clone();
            sorted.sort_by_key(|(key, _)| *key);
            sort_runs(&mut values, |(key, _)| *key);
            assert_eq!(values, sorted);
        }
    }
}
