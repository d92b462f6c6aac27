//! Slices that are called so seldom that a failure soon after a failure is its retry (classification B3.5).
//!
//! How often is asked of the traffic around the failure: logs of another day say nothing of it, nor do the hours from which
//! there is no log.

use super::calls::{SliceNumber, Slices};
use super::view::View;
use crate::judge::thresholds::BRIDGED_MS;
use crate::model::{Attributes, Time, TrafficCell};
use ahash::AHashMap;
use std::sync::Arc;

/// A slice is quiet when it averages under one attempt in so many milliseconds (classification B3.5: a minute).
const QUIET_SLICE_MS: i64 = 60_000;

/// The longest stretch that is averaged over: a day, of which busy hours are a part.
const DAY_MS: i64 = 86_400_000;

/// A stretch beside a silence is taken to be as long as this at least: a job that runs once a night and fails is quiet,
/// however fast it tries again.
const SHORTEST_MS: i64 = 1_800_000;

/// Slices that see less than one attempt a minute. What is tried is counted up to where the slice that is asked for is busy:
/// few attempts of a busy day tell that it is, and where ids or chains tell what belongs together, none is counted.
pub(super) struct QuietSlices<'a> {
    attempts: &'a [View],
    cells: &'a [TrafficCell],
    /// By time, once any is asked for.
    stretches: Vec<Stretch<'a>>,
    /// The slices that count towards one, for those that were asked for: a log whose lines on answers name no model says
    /// of each model that it was called.
    wider: AHashMap<SliceNumber, Vec<SliceNumber>>,
}

/// A stretch of time without a long silence.
struct Stretch<'a> {
    from: Time,
    /// What was tried and is not counted yet: with which attributes, and how often.
    left: Box<dyn Iterator<Item = Tried<'a>> + 'a>,
    /// Milliseconds that its attempts span.
    span_ms: i64,
    /// Attempts of each slice, as far as they are counted.
    counts: Vec<u64>,
}

type Tried<'a> = (&'a Arc<Attributes>, u64);

impl<'a> QuietSlices<'a> {
    /// Those of attempts and of successes, both by time.
    pub(super) fn of(attempts: &'a [View], cells: &'a [TrafficCell]) -> Self {
        Self {
            attempts,
            cells,
            stretches: Vec::new(),
            wider: AHashMap::new(),
        }
    }

    /// Whether a slice was called so seldom around a time at which something failed.
    pub(super) fn is_quiet(&mut self, (asked, attributes): (SliceNumber, &Attributes), time: Time, slices: &mut Slices) -> bool {
        if self.stretches.is_empty() {
            self.stretches = stretches(self.attempts, self.cells);
        }
        let wider = self.wider.entry(asked).or_insert_with(|| slices.wider(attributes));
        let behind = self.stretches.partition_point(|stretch| stretch.from <= time);
        let stretch = self.stretches.get_mut(behind.saturating_sub(1));
        stretch.is_some_and(|stretch| stretch.is_quiet(wider, slices))
    }
}

impl<'a> Stretch<'a> {
    fn of((from, last): (Time, Time), until: Option<Time>, attempts: &'a [View], cells: &'a [TrafficCell]) -> Self {
        let up_to = move |time: Time| until.is_none_or(|until| time < until);
        let started = attempts.partition_point(|one| one.time < from);
        let failed = attempts.iter().skip(started).take_while(move |one| up_to(one.time));
        let started = cells.partition_point(|cell| cell.time < from);
        let well = cells.iter().skip(started).take_while(move |cell| up_to(cell.time));
        let well = well.map(|cell| (&cell.attributes, u64::from(cell.ok)));
        Self {
            from,
            left: Box::new(well.chain(failed.map(|one| (&one.attributes, 1)))),
            span_ms: last.since(from),
            counts: Vec::new(),
        }
    }

    fn is_quiet(&mut self, wider: &[SliceNumber], slices: &mut Slices) -> bool {
        loop {
            let counted = wider.iter().filter_map(|slice| self.counts.get(*slice)).sum::<u64>();
            let busy_in_ms = i64::try_from(counted.max(1))
                .unwrap_or(i64::MAX)
                .saturating_mul(QUIET_SLICE_MS + 1);
            if self.span_ms < busy_in_ms {
                return false;
            }
            let Some((attributes, count)) = self.left.next() else {
                return true;
            };
            let slice = slices.number(attributes);
            if self.counts.len() <= slice {
                self.counts.resize(slice + 1, 0);
            }
            if let Some(sum) = self.counts.get_mut(slice) {
                *sum += count;
            }
        }
    }
}

/// The stretches of a traffic: they end where nothing was tried for longer than a window may bridge, and what goes on for days
/// is divided into as many.
fn stretches<'a>(attempts: &'a [View], cells: &'a [TrafficCell]) -> Vec<Stretch<'a>> {
    let mut failed = attempts.iter().map(|one| one.time).peekable();
    let mut well = cells.iter().map(|cell| cell.time).peekable();
    let times = std::iter::from_fn(|| match (failed.peek(), well.peek()) {
        (Some(one), Some(other)) if one <= other => failed.next(),
        (_, Some(_)) => well.next(),
        (_, None) => failed.next(),
    });
    let mut spans: Vec<(Time, Time)> = Vec::new();
    for time in times {
        match spans.last_mut() {
            Some((_, last)) if time.since(*last) <= BRIDGED_MS => *last = time,
            _ => spans.push((time, time)),
        }
    }
    let has_silence = spans.len() > 1;
    let days = spans.into_iter().flat_map(|(first, last)| {
        let length = last.since(first);
        let days = ((length + DAY_MS / 2) / DAY_MS).max(1);
        let ends = move |day: i64| first.plus_ms(length / days * day);
        (0..days).map(move |day| (ends(day), if day + 1 == days { last } else { ends(day + 1) }))
    });
    let days: Vec<(Time, Time)> = days.collect();
    let untils = days.iter().skip(1).map(|(from, _)| Some(*from)).chain([None]);
    let mut stretches: Vec<Stretch<'a>> = days
        .iter()
        .zip(untils)
        .map(|(day, until)| Stretch::of(*day, until, attempts, cells))
        .collect();
    for stretch in stretches.iter_mut().filter(|_| has_silence) {
        stretch.span_ms = stretch.span_ms.max(SHORTEST_MS);
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, QuietSlices, Slices};
    use crate::judge::correlate::view::View;
    use crate::model::{Attributes, Observation, Outcome, Time, TrafficCell};
    use std::sync::Arc;

    const HOUR_MS: i64 = 3_600_000;

    /// So many calls of one slice that went well, one every so many milliseconds.
    fn calls(from: i64, count: i64, every_ms: i64) -> Vec<TrafficCell> {
        let attributes = Arc::new(Attributes::default());
        let cell = |at: i64| TrafficCell {
            time: Time(from + at * every_ms),
            attributes: Arc::clone(&attributes),
            ok: 1,
            first_ok: 1,
        };
        (0..count).map(cell).collect()
    }

    /// Whether the slice is quiet at a time, beside failures then.
    fn is_quiet(at: i64, cells: &[TrafficCell]) -> bool {
        let failed = |ms: i64| View::of(0, &Observation::ended(Time(at + ms), Outcome::Status(503)));
        let attempts = [failed(0), failed(2_000), failed(4_000)];
        let mut slices = Slices::default();
        let slice = slices.number(&Arc::new(Attributes::default()));
        QuietSlices::of(&attempts, cells).is_quiet((slice, &Attributes::default()), Time(at), &mut slices)
    }

    #[test]
    fn logs_of_another_day_make_no_slice_quiet() {
        let today = calls(3 * DAY_MS, 90, 30_000);
        assert!(!is_quiet(3 * DAY_MS + HOUR_MS / 2, &today));
        let both = [calls(0, 90, 30_000), today].concat();
        assert!(!is_quiet(3 * DAY_MS + HOUR_MS / 2, &both));
        assert!(!is_quiet(HOUR_MS / 2, &both));
    }

    #[test]
    fn a_busy_day_of_a_quiet_week_is_busy() {
        let week = [
            calls(0, 3 * 24, HOUR_MS),
            calls(3 * DAY_MS, 4 * 24 * 60, 15_000),
            calls(4 * DAY_MS, 3 * 24, HOUR_MS),
        ];
        assert!(!is_quiet(3 * DAY_MS + HOUR_MS, &week.concat()));
        assert!(is_quiet(5 * DAY_MS + HOUR_MS, &week.concat()));
    }

    #[test]
    fn a_job_that_runs_alone_at_night_is_quiet() {
        assert!(is_quiet(14 * HOUR_MS, &calls(0, 1_800, 2_000)));
    }
}
