//! Which of tonight's windows are new, which have changed since they were told, and which are as they were.

use crate::model::{Class, Dimension, Name, Scope, Severity, Side, Time, Window};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Two stretches this near are one window's: the gap up to which the finder itself bridges (classification B10).
const NEAR_MS: i64 = 600_000;

/// An edge that moved less than this is no news: a minute is the finder's cell.
const EDGE_MS: i64 = 60_000;

/// Failures that a known window must gain or lose, as a share of what was told, to be news.
const MORE_FAILURES: f64 = 0.10;

/// A window as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its number among all windows ever found; 0 where it is not kept yet.
    pub number: u64,
    /// How it was found last.
    pub state: State,
    /// Attempts of the scope between start and end; 0 where only failures were logged, so that nobody knows them.
    pub attempts: u64,
    /// Calls with an attempt in it.
    pub calls: u64,
    /// Calls of these that were lost.
    pub calls_lost: u64,
    /// 0 to 1.
    pub confidence: f64,
    /// The night that found it first, and the one that found it last.
    pub nights: (u64, u64),
    /// The last judgement found it still.
    pub standing: bool,
    /// How it was told last; `None` where it never was.
    pub told: Option<State>,
}

/// What a reader would call another window, or another state of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The word of its class.
    pub class: String,
    /// `provider` or `network`.
    pub side: String,
    /// What it is confined to.
    pub scope: BTreeMap<String, Vec<String>>,
    /// The word of how much failed.
    pub severity: String,
    /// First failure, milliseconds since 1970.
    pub start: i64,
    /// Last failure.
    pub end: i64,
    /// Recovery is not proven.
    pub ongoing: bool,
    /// Failures.
    pub failures: u64,
}

/// What tonight's judgement says of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// No night knew it.
    New,
    /// It was told otherwise.
    Changed,
    /// It was told so.
    Same,
}

impl News {
    /// The word that is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "known",
        }
    }
}

/// The word that is stored for a side.
#[must_use]
pub fn side_name(side: Side) -> &'static str {
    match side {
        Side::Provider => "provider",
        Side::Network => "network",
    }
}

impl State {
    /// Of a window that was found.
    #[must_use]
    pub fn of(window: &Window) -> Self {
        let mut state = Self {
            class: window.verdict.class.name().to_owned(),
            side: side_name(window.side).to_owned(),
            scope: BTreeMap::new(),
            severity: window.severity.name().to_owned(),
            start: window.start.0,
            end: window.end.0,
            ongoing: window.ongoing,
            failures: window.failures,
        };
        state.set_scope(&window.scope);
        state
    }

    /// Its length in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// The scope as the model has it.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let mut scope = Scope::default();
        for dimension in Dimension::ALL {
            if let Some(values) = self.scope.get(dimension.name()) {
                scope
                    .values
                    .insert(dimension, values.iter().map(|value| Name::from(value.as_str())).collect());
            }
        }
        scope
    }

    /// Takes another scope.
    pub fn set_scope(&mut self, scope: &Scope) {
        let words = scope
            .values
            .iter()
            .map(|(dimension, values)| (dimension.name().to_owned(), values.iter().map(ToString::to_string).collect()));
        self.scope = words.collect();
    }

    /// Whether both may be states of one window: of one side, at one time, and not confined to different values.
    fn may_be(&self, other: &Self) -> bool {
        let apart = |dimension: &String, values: &Vec<String>| {
            let theirs = other.scope.get(dimension);
            theirs.is_some_and(|theirs| !theirs.iter().any(|value| values.contains(value)))
        };
        self.side == other.side
            && self.start <= other.end.saturating_add(NEAR_MS)
            && other.start <= self.end.saturating_add(NEAR_MS)
            && !self.scope.iter().any(|(dimension, values)| apart(dimension, values))
    }

    fn overlap_ms(&self, other: &Self) -> i64 {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }

    /// Whether a reader who was told `told` should hear of this.
    fn is_news_to(&self, told: &Self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        let gained = self.failures.abs_diff(told.failures) as f64 > told.failures as f64 * MORE_FAILURES;
        self.class != told.class
            || self.scope != told.scope
            || self.severity != told.severity
            || self.ongoing != told.ongoing
            || self.start.abs_diff(told.start) > EDGE_MS.unsigned_abs()
            || self.end.abs_diff(told.end) > EDGE_MS.unsigned_abs()
            || gained
    }
}

/// For every window found, the place of the kept one that it is, if any: each kept window is one found window at most,
/// and those of one scope, then of the longest common time, come together first.
#[must_use]
pub fn matched(found: &[State], kept: &[Kept]) -> Vec<Option<usize>> {
    let mut pairs = Vec::new();
    for (new, state) in found.iter().enumerate() {
        for (old, known) in kept.iter().enumerate() {
            if state.may_be(&known.state) {
                let is_same_scope = state.scope == known.state.scope;
                pairs.push((std::cmp::Reverse((is_same_scope, state.overlap_ms(&known.state))), new, old));
            }
        }
    }
    pairs.sort_unstable();
    let mut matched = vec![None; found.len()];
    let mut taken = BTreeSet::new();
    for (_, new, old) in pairs {
        if let Some(place) = matched.get_mut(new).filter(|place| place.is_none())
            && taken.insert(old)
        {
            *place = Some(old);
        }
    }
    matched
}

/// What is to be told of a window.
#[must_use]
pub fn news(state: &State, known: Option<&Kept>) -> News {
    match known.and_then(|kept| kept.told.as_ref()) {
        None => News::New,
        Some(told) if state.is_news_to(told) => News::Changed,
        Some(_) => News::Same,
    }
}

/// The class of a stored word.
#[must_use]
pub fn class(word: &str) -> Option<Class> {
    Class::ALL.into_iter().find(|class| class.name() == word)
}

/// The severity of a stored word.
#[must_use]
pub fn severity(word: &str) -> Option<Severity> {
    [Severity::Degraded, Severity::Partial, Severity::Full]
        .into_iter()
        .find(|severity| severity.name() == word)
}

/// A window's instants.
impl Kept {
    /// First failure.
    #[must_use]
    pub fn start(&self) -> Time {
        Time(self.state.start)
    }

    /// Last failure.
    #[must_use]
    pub fn end(&self) -> Time {
        Time(self.state.end)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, News, State, matched, news};
    use std::collections::BTreeMap;

    fn state(model: Option<&str>, start: i64, end: i64) -> State {
        State {
            class: "outage".to_owned(),
            side: "provider".to_owned(),
            scope: model
                .map(|model| BTreeMap::from([("model".to_owned(), vec![model.to_owned()])]))
                .unwrap_or_default(),
            severity: "full".to_owned(),
            start,
            end,
            ongoing: false,
            failures: 100,
        }
    }

    fn kept(state: State) -> Kept {
        Kept {
            number: 1,
            told: Some(state.clone()),
            state,
            attempts: 200,
            calls: 100,
            calls_lost: 0,
            confidence: 1.0,
            nights: (1, 1),
            standing: true,
        }
    }

    const MINUTE: i64 = 60_000;

    #[test]
    fn windows_of_different_models_are_never_one() {
        let known = [kept(state(Some("o3"), 0, 30 * MINUTE))];
        let found = [state(Some("gpt-4o"), 0, 30 * MINUTE), state(Some("o3"), MINUTE, 31 * MINUTE)];
        assert_eq!(matched(&found, &known), [None, Some(0)]);
    }

    #[test]
    fn a_window_that_moved_a_little_is_known_and_one_that_grew_has_changed() {
        let known = kept(state(None, 0, 30 * MINUTE));
        assert_eq!(news(&state(None, 5_000, 30 * MINUTE), Some(&known)), News::Same);
        assert_eq!(news(&state(None, 0, 45 * MINUTE), Some(&known)), News::Changed);
        assert_eq!(news(&state(None, 0, 45 * MINUTE), None), News::New);
        let mut more = state(None, 0, 30 * MINUTE);
        more.failures = 120;
        assert_eq!(news(&more, Some(&known)), News::Changed);
    }

    #[test]
    fn a_window_tomorrow_is_another_one() {
        let known = [kept(state(None, 0, 30 * MINUTE))];
        assert_eq!(matched(&[state(None, 1440 * MINUTE, 1450 * MINUTE)], &known), [None]);
    }
}
