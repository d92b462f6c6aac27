//! Where an instant lies on a drawing, and which instants its axis names.

use crate::model::{Steps, Time};

/// Instants that an axis names at most: what 390 px have room for is half of it, and every second one is left out there.
const TICKS: i64 = 7;

/// Distances between the instants named, in seconds.
const DISTANCES: [i64; 21] = [
    15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800, 1_209_600,
    2_592_000, 7_776_000, 31_536_000,
];

/// Beyond this place, in percent, there is no room for the name.
const LAST: f64 = 92.0;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// An instant that the axis names.
pub(super) struct Tick {
    /// Its place, 0 to 100.
    pub(super) percent: f64,
    /// What stands there.
    pub(super) says: String,
}

/// The place of an instant, 0 to 100.
pub(super) fn percent(steps: &Steps, time: Time) -> f64 {
    let span = steps.end().since(steps.start).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a place on a drawing")]
    let share = time.since(steps.start) as f64 / span as f64;
    (share * 100.0).clamp(0.0, 100.0)
}

/// The instants that the axis names, each with its date where the day is another than the last one's.
pub(super) fn ticks(steps: &Steps) -> Vec<Tick> {
    let (start, end) = (steps.start, steps.end());
    let span = end.since(start);
    let fits = |seconds: &&i64| span / (**seconds * 1000) < TICKS;
    let distance = DISTANCES.iter().find(fits).map_or(span.max(1), |seconds| seconds * 1000);
    let first = start.0.div_euclid(distance).saturating_add(1).saturating_mul(distance);
    let mut day = None;
    let instants = std::iter::successors(Some(first), |at| at.checked_add(distance)).take_while(|at| *at < end.0);
    instants
        .take(usize::try_from(TICKS).unwrap_or(0) + 1)
        .map(|at| {
            let is_new = day.replace(at.div_euclid(DAY_MS)) != Some(at.div_euclid(DAY_MS));
            let form = match (distance >= DAY_MS, is_new, distance < 60_000) {
                (true, ..) => "%b %-d",
                (_, true, _) => "%b %-d, %H:%M",
                (_, _, true) => "%H:%M:%S",
                _ => "%H:%M",
            };
            Tick {
                percent: percent(steps, Time(at)),
                says: Time(at).to_utc().format(form).to_string(),
            }
        })
        .filter(|tick| tick.percent <= LAST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ticks;
    use crate::model::{Step, Steps, Time};

    fn named(start: i64, step_ms: i64, count: usize) -> Vec<String> {
        let steps = Steps {
            start: Time(start),
            step_ms,
            steps: vec![Step::default(); count],
        };
        ticks(&steps).into_iter().map(|tick| tick.says).collect()
    }

    #[test]
    fn an_hour_is_named_by_tens_of_minutes_and_the_day_once() {
        assert_eq!(
            named(1_792_567_200_000, 30_000, 120),
            ["Oct 21, 07:30", "07:40", "07:50", "08:00", "08:10"]
        );
    }

    #[test]
    fn a_week_is_named_by_its_days() {
        assert_eq!(
            named(1_792_540_800_000, 3_600_000, 168).first().map(String::as_str),
            Some("Oct 22")
        );
    }

    #[test]
    fn years_and_nothing_have_few_names() {
        assert!(named(0, 86_400_000 * 365, 200).len() < 9);
        assert!(named(0, 0, 0).is_empty());
    }
}
