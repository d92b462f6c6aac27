//! The burst automaton: the stretches of one slice in which failures came faster than the background.
//!
//! Kleinberg's multi-state automaton (2002) with binomial emissions: state 0 at the background rate, seven levels above
//! it, a price for going up, a small one for coming down. Minutes without attempts cost nothing, which is the whole
//! treatment of sparse and night traffic (classification B4). Only a silence of more than three hours ends a stretch: what lies
//! behind it may be weeks later.

use crate::judge::thresholds::{BRIDGED_MS, CELL_MS, COST_DOWN, COST_SWITCH, COST_UP, LEVEL_RATIO, LEVELS};

/// The counts of one slice: (minute, attempts, failures), by minute, only minutes with attempts.
pub(crate) type Series = Vec<(usize, f64, f64)>;

/// A stretch of a slice above background.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    /// First minute with a failure.
    pub(crate) first: usize,
    /// Last minute with a failure.
    pub(crate) last: usize,
    /// What it gains over the background, less its changes of level, in nats.
    pub(crate) score: f64,
}

const STATES: usize = LEVELS.len() + 1;

/// Every state came from the background.
const FROM_BACKGROUND: [u8; STATES] = [0; STATES];

/// Whether nothing was tried between two minutes for longer than is bridged.
fn is_silence(before: usize, minute: usize) -> bool {
    let minutes = i64::try_from(minute.saturating_sub(before + 1)).unwrap_or(i64::MAX);
    minutes.saturating_mul(CELL_MS) > BRIDGED_MS
}

/// The segments of one series, by time. Linear in its minutes.
pub(crate) fn segments(series: &Series, background: f64) -> Vec<Segment> {
    let logs = LEVELS.map(|level| {
        let rate = level.max(LEVEL_RATIO * background);
        ((rate / background).ln(), ((1.0 - rate) / (1.0 - background)).ln())
    });
    let gains = |&(_, n, k): &(usize, f64, f64)| logs.map(|(failed, healthy)| k * failed + (n - k) * healthy);
    let path = best_path(series, gains);
    cut(series, &path, gains)
}

/// Viterbi: the state of every minute on the best path.
fn best_path(series: &Series, gains: impl Fn(&(usize, f64, f64)) -> [f64; STATES - 1]) -> Vec<u8> {
    let mut value = [f64::NEG_INFINITY; STATES];
    let [background, ..] = &mut value;
    *background = 0.0;
    let mut from: Vec<[u8; STATES]> = Vec::with_capacity(series.len());
    // Once every state is best entered from the background, and nothing has failed since, a minute without a failure
    // changes nothing that the next one looks at: no state gains by it. Most minutes of a month are such, and cost nothing.
    let mut is_settled = true;
    let mut before = None;
    for minute in series {
        let is_quiet = minute.2 <= 0.0;
        let is_cut = before.replace(minute.0).is_some_and(|before| is_silence(before, minute.0));
        if is_settled && is_quiet {
            from.push(FROM_BACKGROUND);
            continue;
        }
        let (next, came_from) = if is_cut {
            step_after_silence(&value, gains(minute))
        } else {
            step(&value, gains(minute))
        };
        value = next;
        from.push(came_from);
        is_settled = is_quiet && came_from == FROM_BACKGROUND;
    }
    let mut state = last_state(&value);
    let mut path = vec![0; series.len()];
    for (place, came_from) in path.iter_mut().zip(&from).rev() {
        *place = state;
        state = came_from.get(usize::from(state)).copied().unwrap_or(0);
    }
    path
}

/// One minute of Viterbi: the best value of every state, and where each came from.
fn step(value: &[f64; STATES], gains: [f64; STATES - 1]) -> ([f64; STATES], [u8; STATES]) {
    let [background, above @ ..] = *value;
    let (best_level, best_above) =
        above.iter().copied().enumerate().fold(
            (0, f64::NEG_INFINITY),
            |best, (level, value)| if value > best.1 { (level, value) } else { best },
        );
    let best_state = u8::try_from(best_level + 1).unwrap_or(0);
    let mut next = [0.0; STATES];
    let mut from = [0_u8; STATES];
    for (state, (place, came_from)) in next.iter_mut().zip(&mut from).enumerate() {
        let Some(level) = state.checked_sub(1) else {
            (*place, *came_from) = if background >= best_above - COST_DOWN {
                (background, 0)
            } else {
                (best_above - COST_DOWN, best_state)
            };
            continue;
        };
        let stay = above.get(level).copied().unwrap_or(f64::NEG_INFINITY);
        let (up, switch) = (background - COST_UP, best_above - COST_SWITCH);
        let mut best = (up, 0);
        if switch > best.0 {
            best = (switch, best_state);
        }
        if stay > best.0 {
            best = (stay, u8::try_from(state).unwrap_or(0));
        }
        *place = best.0 + gains.get(level).copied().unwrap_or(0.0);
        *came_from = best.1;
    }
    (next, from)
}

/// The same behind a silence: whatever was above the background came down before it.
fn step_after_silence(value: &[f64; STATES], gains: [f64; STATES - 1]) -> ([f64; STATES], [u8; STATES]) {
    let (down, came_from) = step(value, [0.0; STATES - 1]);
    let ([background, ..], [last, ..]) = (down, came_from);
    let mut ended = [f64::NEG_INFINITY; STATES];
    let [to, ..] = &mut ended;
    *to = background;
    (step(&ended, gains).0, [last; STATES])
}

fn last_state(value: &[f64; STATES]) -> u8 {
    let ends = value
        .iter()
        .enumerate()
        .map(|(state, value)| (state, if state > 0 { value - COST_DOWN } else { *value }));
    let best = ends.fold(
        (0, f64::NEG_INFINITY),
        |best, (state, value)| if value > best.1 { (state, value) } else { best },
    );
    u8::try_from(best.0).unwrap_or(0)
}

/// The runs above the background, cut to their first and last failure.
fn cut(series: &Series, path: &[u8], gains: impl Fn(&(usize, f64, f64)) -> [f64; STATES - 1]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut open: Option<(Option<Segment>, u8)> = None;
    let mut last = None;
    for (minute, &state) in series.iter().zip(path) {
        let is_cut = last.replace(minute.0).is_some_and(|last| is_silence(last, minute.0));
        if state == 0 || is_cut {
            segments.extend(open.take().and_then(|(segment, _)| segment));
        }
        if state == 0 {
            continue;
        }
        let (segment, before) = open.get_or_insert((None, state));
        let gain =
            gains(minute).get(usize::from(state) - 1).copied().unwrap_or(0.0) - if *before == state { 0.0 } else { COST_SWITCH };
        *before = state;
        let (at, _, failures) = *minute;
        match segment {
            Some(segment) => {
                segment.score += gain;
                segment.last = if failures > 0.0 { at } else { segment.last };
            }
            // A run may begin before its first failure only by what that costs; it is counted, and cut away.
            None => {
                *segment = Some(Segment {
                    first: if failures > 0.0 { at } else { usize::MAX },
                    last: at,
                    score: gain,
                })
            }
        }
        if let Some(segment) = segment
            .as_mut()
            .filter(|segment| segment.first == usize::MAX && failures > 0.0)
        {
            (segment.first, segment.last) = (at, at);
        }
    }
    segments.extend(open.and_then(|(segment, _)| segment));
    segments.retain(|segment| segment.first != usize::MAX);
    segments
}

#[cfg(test)]
mod tests {
    use super::{STATES, Series, best_path, last_state, segments, step};

    #[test]
    fn worked_example_1_one_segment_and_the_late_failure_is_background() {
        let failures = [2, 3, 1, 2, 4, 2, 3, 2, 1, 2];
        let mut series: Series = (0..30).map(|minute| (minute, 10.0, 0.0)).collect();
        for (place, count) in series.iter_mut().skip(10).zip(failures) {
            place.2 = f64::from(count);
        }
        series[27].2 = 1.0;
        let found = segments(&series, 0.003);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].first, found[0].last), (10, 19));
        assert!((found[0].score - 75.098).abs() < 0.001, "{}", found[0].score);
    }

    #[test]
    fn worked_example_2_three_failures_of_a_sparse_night() {
        let series: Series = (0..25)
            .map(|step| (step * 20, 1.0, if (10..=12).contains(&step) { 1.0 } else { 0.0 }))
            .collect();
        let found = segments(&series, 0.003);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].first, found[0].last), (200, 240));
        assert!((found[0].score - 17.336).abs() < 0.001, "{}", found[0].score);
    }

    #[test]
    fn quiet_minutes_passed_over_change_no_path() {
        let rates: [f64; STATES - 1] = super::LEVELS;
        let gains = |&(_, n, k): &(usize, f64, f64)| {
            rates.map(|rate| k * (rate / 0.003_f64).ln() + (n - k) * ((1.0 - rate) / 0.997_f64).ln())
        };
        let every_minute = |series: &Series| {
            let mut value = [f64::NEG_INFINITY; STATES];
            value[0] = 0.0;
            let mut from = Vec::new();
            for minute in series {
                let (next, came_from) = step(&value, gains(minute));
                value = next;
                from.push(came_from);
            }
            let mut state = last_state(&value);
            let mut path: Vec<u8> = from
                .iter()
                .rev()
                .map(|came_from| {
                    let before = came_from[usize::from(state)];
                    std::mem::replace(&mut state, before)
                })
                .collect();
            path.reverse();
            path
        };
        let mut seed = 7_u64;
        let mut dice = |sides: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % sides
        };
        for _ in 0..200 {
            let minutes = 20 + dice(100) as usize;
            let burst = dice(60) as usize;
            let series: Series = (0..minutes)
                .map(|minute| {
                    let n = 1 + dice(9);
                    let is_burst = (burst..burst + 15).contains(&minute);
                    let k = if dice(if is_burst { 2 } else { 12 }) == 0 {
                        dice(n + 1)
                    } else {
                        0
                    };
                    (minute, n as f64, k as f64)
                })
                .collect();
            assert_eq!(best_path(&series, gains), every_minute(&series));
        }
    }

    /// Two hours of failures, and two more so many minutes later.
    fn twice(silence: usize) -> Vec<(usize, usize)> {
        let minutes = (0..120).chain(120 + silence..240 + silence);
        let series: Series = minutes.map(|minute| (minute, 1.0, 1.0)).collect();
        let found = segments(&series, 0.003);
        found.iter().map(|segment| (segment.first, segment.last)).collect()
    }

    #[test]
    fn a_silence_is_bridged_up_to_three_hours() {
        assert_eq!(twice(180), [(0, 419)]);
        assert_eq!(twice(181), [(0, 119), (301, 420)]);
        assert_eq!(twice(72_000), [(0, 119), (72_120, 72_239)]);
    }

    #[test]
    fn what_failed_last_before_a_silence_and_first_behind_it_is_background() {
        let quiet = |from: usize| (from..from + 60).map(|minute| (minute, 1.0, 0.0));
        let mut series: Series = quiet(0).chain(quiet(50_000)).collect();
        for place in [59, 60] {
            series[place].2 = 1.0;
        }
        assert!(segments(&series, 0.003).is_empty());
    }

    #[test]
    fn a_lone_failure_is_background() {
        let series: Series = (0..60)
            .map(|minute| (minute, 1.0, if minute == 30 { 1.0 } else { 0.0 }))
            .collect();
        assert!(segments(&series, 0.003).is_empty());
    }
}
