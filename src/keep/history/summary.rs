//! What a history says: which windows come back, how long repair takes, how much failed per week, and was it promised so.

use super::span::{Span, day, month, week};
use super::stretch::History;
use crate::keep::hours::Tally;
use crate::keep::windows::Kept;
use crate::model::Time;
use std::collections::BTreeMap;

/// Windows of one kind within this are called recurring: two weeks, which is what people remember.
const RECENT_MS: i64 = 14 * 24 * 3_600_000;

/// Windows of one class and scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurring {
    /// The word of the class.
    pub class: String,
    /// What they are confined to.
    pub scope: BTreeMap<String, Vec<String>>,
    /// How many.
    pub count: u64,
    /// How many of them in the fourteen days before the last one, itself included.
    pub recent: u64,
    /// Start of the first.
    pub first: Time,
    /// Start of the last.
    pub last: Time,
}

/// How long windows of one class took.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    /// The word of the class.
    pub class: String,
    /// Windows that are over.
    pub count: u64,
    /// Their mean length in milliseconds.
    pub mean_ms: i64,
    /// Their median length in milliseconds.
    pub median_ms: i64,
}

/// A month's share of calls that were not lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Availability {
    /// The month.
    pub month: Span,
    /// What was counted in it.
    pub tally: Tally,
}

impl Availability {
    /// The share, 0 to 1; `None` where nothing was called.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        (self.tally.calls > 0).then(|| 1.0 - self.tally.calls_lost as f64 / self.tally.calls as f64)
    }
}

/// What a history says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Kinds of windows that were found more than once, the most frequent first.
    pub recurring: Vec<Recurring>,
    /// How long repair took, by class.
    pub repairs: Vec<Repair>,
    /// What was counted by week and model; an empty model is one that no log names.
    pub weeks: BTreeMap<Span, BTreeMap<String, Tally>>,
    /// What was counted by month.
    pub months: Vec<Availability>,
}

impl Summary {
    /// Of a history.
    #[must_use]
    pub fn of(history: &History) -> Self {
        Self {
            recurring: recurring(&history.windows),
            repairs: repairs(&history.windows),
            weeks: by_span(history, week),
            months: by_span(history, month)
                .into_iter()
                .map(|(month, models)| Availability {
                    month,
                    tally: total(models.values()),
                })
                .collect(),
        }
    }
}

/// The sum of some counts.
pub fn total<'t>(tallies: impl IntoIterator<Item = &'t Tally>) -> Tally {
    tallies.into_iter().fold(Tally::default(), |mut sum, tally| {
        sum.add(tally);
        sum
    })
}

/// The counts by stretch of time and model.
#[must_use]
pub fn by_span(history: &History, span: fn(Time) -> Span) -> BTreeMap<Span, BTreeMap<String, Tally>> {
    let mut spans: BTreeMap<Span, BTreeMap<String, Tally>> = BTreeMap::new();
    for (slice, tally) in &history.hours {
        let [_, _, model, _] = &slice.values;
        let models = spans.entry(span(slice.start)).or_default();
        models.entry(model.clone()).or_default().add(tally);
    }
    spans
}

/// A class and a scope.
type Kind<'w> = (&'w String, &'w BTreeMap<String, Vec<String>>);

fn recurring(windows: &[Kept]) -> Vec<Recurring> {
    let mut kinds: BTreeMap<Kind<'_>, Vec<Time>> = BTreeMap::new();
    for window in windows {
        let kind = (&window.state.class, &window.state.scope);
        kinds.entry(kind).or_default().push(window.start());
    }
    let mut recurring = Vec::new();
    for ((class, scope), starts) in kinds {
        let (Some(first), Some(last)) = (starts.iter().min(), starts.iter().max()) else {
            continue;
        };
        if starts.len() < 2 {
            continue;
        }
        recurring.push(Recurring {
            class: class.clone(),
            scope: scope.clone(),
            count: starts.len() as u64,
            recent: starts.iter().filter(|start| last.since(**start) <= RECENT_MS).count() as u64,
            first: *first,
            last: *last,
        });
    }
    recurring.sort_by_key(|kind| std::cmp::Reverse((kind.count, kind.last)));
    recurring
}

fn repairs(windows: &[Kept]) -> Vec<Repair> {
    let mut lengths: BTreeMap<&String, Vec<i64>> = BTreeMap::new();
    for window in windows.iter().filter(|window| !window.state.ongoing) {
        lengths.entry(&window.state.class).or_default().push(window.state.length_ms());
    }
    let repair = |(class, mut lengths): (&String, Vec<i64>)| {
        lengths.sort_unstable();
        let count = i64::try_from(lengths.len()).unwrap_or(i64::MAX).max(1);
        Repair {
            class: class.clone(),
            count: lengths.len() as u64,
            mean_ms: lengths.iter().sum::<i64>() / count,
            median_ms: median(&lengths),
        }
    };
    lengths.into_iter().map(repair).collect()
}

/// The middle of a sorted list; of two in the middle, what lies between them.
fn median(sorted: &[i64]) -> i64 {
    let at = |place: usize| sorted.get(place).copied().unwrap_or(0);
    at(sorted.len().saturating_sub(1) / 2).midpoint(at(sorted.len() / 2))
}

/// The counts by day and model, of the last days at most so many, those without a call among them.
#[must_use]
pub fn by_day(history: &History, most: usize) -> Vec<(Span, BTreeMap<String, Tally>)> {
    let mut days = by_span(history, day);
    let (Some(first), Some(last)) = (days.keys().next().cloned(), days.keys().next_back().cloned()) else {
        return Vec::new();
    };
    let before = |span: &Span| Some(day(span.from.plus_ms(-1))).filter(|span| *span >= first);
    let latest = std::iter::successors(Some(last), before).take(most);
    let mut told: Vec<_> = latest
        .map(|span| {
            let models = days.remove(&span).unwrap_or_default();
            (span, models)
        })
        .collect();
    told.reverse();
    told
}

#[cfg(test)]
mod tests {
    use super::{History, Summary, Tally, Time};
    use super::{by_day, median};
    use crate::keep::hours::Slice;
    use crate::keep::windows::{Kept, State};
    use std::collections::BTreeMap;

    const DAY: i64 = 24 * 3_600_000;

    fn window(day: i64, minutes: i64, ongoing: bool) -> Kept {
        Kept {
            number: 1,
            state: State {
                class: "outage".to_owned(),
                side: "provider".to_owned(),
                scope: BTreeMap::new(),
                severity: "full".to_owned(),
                start: day * DAY,
                end: day * DAY + minutes * 60_000,
                ongoing,
                failures: 5,
            },
            attempts: 10,
            calls: 10,
            calls_lost: 5,
            confidence: 0.9,
            nights: (1, 1),
            standing: true,
            told: None,
        }
    }

    #[test]
    fn windows_of_one_kind_recur_and_open_ones_are_not_repaired() {
        let history = History {
            windows: vec![
                window(0, 10, false),
                window(20, 30, false),
                window(30, 20, false),
                window(31, 5, true),
            ],
            ..History::default()
        };
        let summary = Summary::of(&history);
        assert_eq!((summary.recurring[0].count, summary.recurring[0].recent), (4, 3));
        let repair = &summary.repairs[0];
        assert_eq!(
            (repair.count, repair.mean_ms, repair.median_ms),
            (3, 20 * 60_000, 20 * 60_000)
        );
    }

    #[test]
    fn the_median_of_two_lies_between_them() {
        assert_eq!([median(&[]), median(&[3]), median(&[2, 8]), median(&[1, 2, 9])], [0, 3, 5, 2]);
    }

    #[test]
    fn days_without_a_call_have_a_place_of_their_own() {
        let slice = |day: i64| Slice {
            start: Time(day * DAY),
            values: [String::new(), String::new(), "a".to_owned(), String::new()],
        };
        let history = History {
            hours: BTreeMap::from([(slice(0), Tally::default()), (slice(48), Tally::default())]),
            ..History::default()
        };
        let days = by_day(&history, 60);
        assert_eq!(
            (days.len(), days.iter().filter(|(_, models)| !models.is_empty()).count()),
            (49, 2)
        );
        assert_eq!(by_day(&history, 10).first().unwrap().0.from, Time(39 * DAY));
    }

    #[test]
    fn weeks_and_months_are_sums_of_hours() {
        let slice = |day: i64, model: &str| Slice {
            start: Time(day * DAY),
            values: [String::new(), String::new(), model.to_owned(), String::new()],
        };
        let tally = |lost: u64| Tally {
            attempts: 100,
            calls: 100,
            calls_lost: lost,
            ..Tally::default()
        };
        let hours = BTreeMap::from([
            (slice(0, "a"), tally(1)),
            (slice(1, "a"), tally(0)),
            (slice(40, "b"), tally(0)),
        ]);
        let summary = Summary::of(&History {
            hours,
            ..History::default()
        });
        assert_eq!((summary.weeks.len(), summary.months.len()), (2, 2));
        assert_eq!(summary.months[0].share(), Some(0.995));
    }
}
