//! What is usual by the history of earlier nights: the background that failures are measured against; for the hours of the
//! week of a window, its model and its endpoint, whether it is news at all; and a sentence among its reasons.

use super::classify::scope_words;
use super::thresholds::BACKGROUND_BLOCK;
use super::windows::Draft;
use super::windows::statistics::{RATE_CEILING, evidence, f};
use super::windows::table::background_of;
use crate::model::{Dimension, Finding, Scope, Side, Time, Window};
use std::collections::{BTreeMap, BTreeSet};

/// Milliseconds of an hour, a day and a week.
const HOUR_MS: i64 = 3_600_000;
/// See [`HOUR_MS`].
const DAY_MS: i64 = 24 * HOUR_MS;
/// See [`HOUR_MS`].
const WEEK_MS: i64 = 7 * DAY_MS;

/// How far back is usual, in milliseconds: longer, and a service has changed meanwhile.
pub const BACK_MS: i64 = 60 * DAY_MS;

/// Days with traffic before anything is called usual: two weeks hold every hour of the week twice.
const DAYS_NEEDED: usize = 14;

/// Weeks at the same hours before their share counts, and attempts in each: three of four must have had it.
const WEEKS_NEEDED: usize = 4;

/// See [`WEEKS_NEEDED`]; the same for a day.
const BLOCK_ATTEMPTS: u64 = 20;

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
    /// Failures among these that never reached the provider.
    pub network_failures: u64,
}

impl UsualHour {
    /// The failures of one side.
    fn of(&self, side: Side) -> u64 {
        match side {
            Side::Provider => self.failures.saturating_sub(self.network_failures),
            Side::Network => self.network_failures,
        }
    }
}

/// What earlier nights tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual<'h> {
    hours: &'h [UsualHour],
}

impl<'h> Usual<'h> {
    /// The history, in any order.
    pub(super) fn of(hours: &'h [UsualHour]) -> Self {
        Self { hours }
    }

    /// The background rate of a side before an instant, by the rule that logs alone are measured with; none where the
    /// history is too short. It holds where the logs at hand are nothing but one long window.
    pub(super) fn background(&self, side: Side, before: Time) -> Option<f64> {
        let mut hours: BTreeMap<Time, (u64, u64)> = BTreeMap::new();
        for hour in self.before(before) {
            let sum = hours.entry(hour.start).or_default();
            *sum = (sum.0 + hour.of(side), sum.1 + hour.attempts);
        }
        let days: BTreeSet<i64> = hours.keys().map(|start| start.0.div_euclid(DAY_MS)).collect();
        let (mut rates, mut block) = (Vec::new(), (0.0, 0.0));
        for (k, n) in hours.into_values() {
            block = (block.0 + f(k), block.1 + f(n));
            if block.1 >= BACKGROUND_BLOCK {
                rates.push((block.0 + 0.5) / block.1);
                block = (0.0, 0.0);
            }
        }
        (days.len() >= DAYS_NEEDED && rates.len() >= DAYS_NEEDED).then(|| background_of(rates))
    }

    /// Parts the windows that are news from those in which no more failed than usually does there: of these a remark each.
    pub(super) fn sift<'a>(&self, drafts: Vec<Draft<'a>>) -> (Vec<Draft<'a>>, Vec<Finding>) {
        let mut remarks = Vec::new();
        let mut news = Vec::new();
        for draft in drafts {
            let rate = if draft.only_failures { None } else { self.rate(&draft) };
            match rate.filter(|rate| is_usual(&draft, *rate)) {
                Some(rate) => remarks.push(remark(&draft, rate)),
                None => news.push(draft),
            }
        }
        (news, remarks)
    }

    /// Names at every window what is usual, where the history tells enough.
    pub(super) fn name(&self, windows: &mut [Window]) {
        for window in windows.iter_mut().filter(|window| !window.only_failures) {
            let says = self.sentence(window);
            window.verdict.because.extend(says);
        }
    }

    fn before(&self, instant: Time) -> impl Iterator<Item = &'h UsualHour> {
        let (since, until) = (instant.plus_ms(-BACK_MS), instant.plus_ms(-HOUR_MS));
        self.hours
            .iter()
            .filter(move |hour| hour.start >= since && hour.start < until)
    }

    /// The share that three of four weeks at these hours, or else three of four days, reached at the least.
    fn rate(&self, draft: &Draft<'_>) -> Option<f64> {
        let mine: Vec<&UsualHour> = self
            .before(draft.start)
            .filter(|hour| is_in_scope(&draft.scope, hour))
            .collect();
        let hours = hours_of_the_week(draft.start, draft.end);
        let blocks = |hours: &mut dyn Iterator<Item = &&UsualHour>, length: i64| {
            let mut blocks: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
            for hour in hours {
                let block = blocks.entry(hour.start.0.div_euclid(length)).or_default();
                *block = (block.0 + hour.of(draft.side), block.1 + hour.attempts);
            }
            let enough = blocks.into_values().filter(|(_, n)| *n >= BLOCK_ATTEMPTS);
            enough.map(|(k, n)| f(k) / f(n)).collect::<Vec<f64>>()
        };
        let weekly = blocks(
            &mut mine.iter().filter(|hour| hours.contains(&hour_of_the_week(hour.start))),
            WEEK_MS,
        );
        let daily = || blocks(&mut mine.iter(), DAY_MS);
        let mut rates = Some(weekly)
            .filter(|rates| rates.len() >= WEEKS_NEEDED)
            .or_else(|| Some(daily()).filter(|rates| rates.len() >= DAYS_NEEDED))?;
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 4).copied()
    }

    fn sentence(&self, window: &Window) -> Option<String> {
        let mine: Vec<&UsualHour> = self
            .before(window.start)
            .filter(|hour| is_in_scope(&window.scope, hour))
            .collect();
        let days: BTreeSet<i64> = mine.iter().map(|hour| hour.start.0.div_euclid(DAY_MS)).collect();
        if days.len() < DAYS_NEEDED {
            return None;
        }
        let hours = hours_of_the_week(window.start, window.end);
        let at_this_hour = |hour: &&&UsualHour| hours.contains(&hour_of_the_week(hour.start));
        let (when, (attempts, failures)) = match sum(mine.iter().filter(at_this_hour).copied()) {
            enough if enough.0 >= ATTEMPTS_NEEDED => (" at these hours of the week", enough),
            _ => ("", sum(mine.into_iter())),
        };
        let percent = f(failures) * 100.0 / f(attempts.max(1));
        (attempts >= ATTEMPTS_NEEDED).then(|| {
            let days = days.len();
            format!(
                "In the {days} days before, {failures} of {attempts} such attempts{when} failed ({percent:.1} %): that is usual here."
            )
        })
    }
}

/// Whether what failed is no more than chance makes of the usual share.
fn is_usual(draft: &Draft<'_>, rate: f64) -> bool {
    let (k, n) = (f(draft.failures.len() as u64), draft.attempts);
    rate > draft.background && evidence(k, n, rate.min(RATE_CEILING)) / draft.dispersion < draft.threshold
}

fn remark(draft: &Draft<'_>, rate: f64) -> Finding {
    let of = if draft.scope.values.is_empty() {
        String::new()
    } else {
        format!(" with {}", scope_words(&draft.scope))
    };
    Finding {
        about: "usual-failures",
        says: format!(
            "{} of {:.0} attempts{of} failed from {} to {}, and no window is told: in three of four days or weeks before, {:.1} % and more did.",
            draft.failures.len(),
            draft.attempts,
            draft.start,
            draft.end,
            rate * 100.0
        ),
        advice: "Mend what fails all the time, or take it out of the logs: while it lasts, it hides what is new.".to_owned(),
        path: None,
    }
}

/// Whether an hour's slice is in a scope. What a history does not count by is in none.
fn is_in_scope(scope: &Scope, hour: &UsualHour) -> bool {
    scope.values.iter().all(|(dimension, wanted)| {
        let counted = DIMENSIONS.iter().zip(&hour.values).find(|(of, _)| *of == dimension);
        counted.is_some_and(|(_, value)| wanted.iter().any(|one| **one == **value))
    })
}

/// The hour of the week, counted from that of the Unix epoch on.
fn hour_of_the_week(time: Time) -> i64 {
    time.0.div_euclid(HOUR_MS).rem_euclid(WEEK_MS / HOUR_MS)
}

/// The hours of the week that a stretch touches.
fn hours_of_the_week(start: Time, end: Time) -> BTreeSet<i64> {
    let of = |time: Time| time.0.div_euclid(HOUR_MS);
    let week = WEEK_MS / HOUR_MS;
    (of(start)..=of(end))
        .take(usize::try_from(week).unwrap_or(usize::MAX))
        .map(|hour| hour.rem_euclid(week))
        .collect()
}

fn sum<'h>(hours: impl Iterator<Item = &'h UsualHour>) -> (u64, u64) {
    hours.fold((0, 0), |(attempts, failures), hour| {
        (attempts + hour.attempts, failures + hour.failures)
    })
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, HOUR_MS, Usual, UsualHour};
    use crate::judge::{Options, judge};
    use crate::model::{
        Alike, Attributes, Cell, Dimension, Findings, Grain, Observation, Outcome, Rollup, Side, SourceRollup, Time, Vantage,
    };
    use std::sync::Arc;

    /// The night that is judged: the hundredth day, at nine.
    const NIGHT: Time = Time(100 * DAY_MS + 9 * HOUR_MS);

    /// Every hour of so many days before it, of which this many of 100 attempts failed.
    fn history(days: i64, failures: u64) -> Vec<UsualHour> {
        let hours = (1..=days * 24).map(|hour| UsualHour {
            start: NIGHT.plus_ms(-hour * HOUR_MS),
            values: [
                "openai".to_owned(),
                "api".to_owned(),
                "gpt-4o".to_owned(),
                "/v1/responses".to_owned(),
            ],
            attempts: 100,
            failures,
            network_failures: 0,
        });
        hours.collect()
    }

    fn attributes() -> Arc<Attributes> {
        Arc::new(
            Attributes::default()
                .with(Dimension::Provider, "openai")
                .with(Dimension::Surface, "api")
                .with(Dimension::Model, "gpt-4o")
                .with(Dimension::Endpoint, "/v1/responses"),
        )
    }

    /// Two hours of ten attempts a minute; in the second half hour `failing` of these fail.
    fn night(failing: i64) -> Rollup {
        let mut source = SourceRollup {
            format: Some("json-lines"),
            vantage: Some(Vantage::Application),
            span: Some((NIGHT, NIGHT.plus_ms(2 * HOUR_MS))),
            ..SourceRollup::default()
        };
        let tuple = source.cells.tuple(&attributes());
        for minute in 0..120 {
            let failed = if (30..60).contains(&minute) { failing } else { 0 };
            for number in 0..10 {
                let time = NIGHT.plus_ms(minute * 60_000 + number * 6_000);
                if number >= failed {
                    source.cells.add(time, Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
                    continue;
                }
                source.observations.push(Observation {
                    line: u64::try_from(minute * 10 + number).unwrap(),
                    alike: Arc::new(Alike {
                        attributes: attributes(),
                        attempt: Some(1),
                        ..Alike::ended(Outcome::Status(503))
                    }),
                    ..Observation::ended(time, Outcome::Status(503))
                });
            }
        }
        let mut rollup = Rollup::default();
        rollup.sources.insert("app.log".into(), Box::new(source));
        rollup
    }

    fn judged(failing: i64, usual: Vec<UsualHour>) -> Findings {
        let options = Options {
            usual,
            ..Options::default()
        };
        judge(&night(failing), &options)
    }

    #[test]
    fn without_a_history_a_tenth_is_a_window() {
        assert_eq!(judged(1, Vec::new()).windows.len(), 1);
    }

    #[test]
    fn a_tenth_is_no_news_where_a_tenth_fails_every_day() {
        let findings = judged(1, history(30, 10));
        let about: Vec<&str> = findings.findings.iter().map(|finding| finding.about).collect();
        assert_eq!(
            (findings.windows.len(), about.contains(&"usual-failures")),
            (0, true),
            "{about:?}"
        );
    }

    #[test]
    fn half_is_news_all_the_same() {
        assert_eq!(judged(5, history(30, 10)).windows.len(), 1);
    }

    #[test]
    fn ten_days_are_no_history() {
        assert_eq!(judged(1, history(10, 10)).windows.len(), 1);
    }

    #[test]
    fn a_tenth_is_news_where_next_to_nothing_fails() {
        let findings = judged(1, history(30, 0));
        assert_eq!(findings.windows.len(), 1);
        assert!(findings.windows.iter().any(|window| {
            window
                .verdict
                .because
                .iter()
                .any(|says| says.ends_with("that is usual here."))
        }));
    }

    #[test]
    fn the_background_is_that_of_the_history_by_side() {
        let hours = history(30, 1);
        let of = |side| Usual::of(&hours).background(side, NIGHT);
        assert!(
            of(Side::Provider).is_some_and(|rate| (rate - 0.0125).abs() < 1e-9),
            "{:?}",
            of(Side::Provider)
        );
        assert_eq!(of(Side::Network), Some(crate::judge::thresholds::BACKGROUND_FLOOR));
    }
}
