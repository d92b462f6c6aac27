//! What is usual by the history of earlier nights: for the hours of the week of a window, its model and its endpoint. It is
//! named among the reasons; the finder's own background comes from the logs themselves and is robust already.

use crate::model::{Dimension, Findings, Time, Window};
use std::collections::BTreeSet;

/// Milliseconds of an hour, a day and a week.
const HOUR_MS: i64 = 3_600_000;
/// See [`HOUR_MS`].
const DAY_MS: i64 = 24 * HOUR_MS;
/// See [`HOUR_MS`].
const WEEK_MS: i64 = 7 * DAY_MS;

/// How far back is usual: longer, and a service has changed meanwhile.
const BACK_MS: i64 = 60 * DAY_MS;

/// Days with traffic before anything is called usual: two weeks hold every hour of the week twice.
const DAYS_NEEDED: usize = 14;

/// Attempts that a share needs: with fewer, one failure more is a point more.
const ATTEMPTS_NEEDED: u64 = 200;

/// The dimensions that a history counts by.
pub const DIMENSIONS: [Dimension; 4] = [Dimension::Provider, Dimension::Surface, Dimension::Model, Dimension::Endpoint];

/// One hour of one slice of the traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsualHour {
    /// Its start.
    pub start: Time,
    /// The values of [`DIMENSIONS`]; empty where no log says one.
    pub values: [String; 4],
    /// Attempts.
    pub attempts: u64,
    /// Failures among them.
    pub failures: u64,
}

/// Names at every window what is usual, where the history tells enough.
pub fn name_usual(findings: &mut Findings, history: &[UsualHour]) {
    for window in &mut findings.windows {
        let says = sentence(window, history);
        window.verdict.because.extend(says);
    }
}

fn sentence(window: &Window, history: &[UsualHour]) -> Option<String> {
    let since = window.start.plus_ms(-BACK_MS);
    let before = window.start.plus_ms(-HOUR_MS);
    let mine: Vec<&UsualHour> = history
        .iter()
        .filter(|hour| hour.start >= since && hour.start < before && is_in_scope(window, hour))
        .collect();
    let days: BTreeSet<i64> = mine.iter().map(|hour| hour.start.0.div_euclid(DAY_MS)).collect();
    if days.len() < DAYS_NEEDED {
        return None;
    }
    let hours = hours_of_the_week(window);
    let at_this_hour = |hour: &&&UsualHour| hours.contains(&hour.start.0.div_euclid(HOUR_MS).rem_euclid(WEEK_MS / HOUR_MS));
    let (when, (attempts, failures)) = match sum(mine.iter().filter(at_this_hour).copied()) {
        enough if enough.0 >= ATTEMPTS_NEEDED => (" at these hours of the week", enough),
        _ => ("", sum(mine.into_iter())),
    };
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let percent = failures as f64 * 100.0 / attempts as f64;
    (attempts >= ATTEMPTS_NEEDED).then(|| {
        let days = days.len();
        format!(
            "In the {days} days before, {failures} of {attempts} such attempts{when} failed ({percent:.1} %): that is usual here."
        )
    })
}

fn is_in_scope(window: &Window, hour: &UsualHour) -> bool {
    DIMENSIONS.iter().zip(&hour.values).all(|(dimension, value)| {
        let wanted = window.scope.values.get(dimension);
        wanted.is_none_or(|wanted| wanted.iter().any(|one| **one == **value))
    })
}

/// The hours of the week, from that of the Unix epoch on, that a window touches.
fn hours_of_the_week(window: &Window) -> BTreeSet<i64> {
    let of = |time: Time| time.0.div_euclid(HOUR_MS);
    let week = WEEK_MS / HOUR_MS;
    (of(window.start)..=of(window.end))
        .take(usize::try_from(week).unwrap_or(usize::MAX))
        .map(|hour| hour.rem_euclid(week))
        .collect()
}

fn sum<'h>(hours: impl Iterator<Item = &'h UsualHour>) -> (u64, u64) {
    hours.fold((0, 0), |(attempts, failures), hour| {
        (attempts + hour.attempts, failures + hour.failures)
    })
}
