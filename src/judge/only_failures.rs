//! Failures of which nothing but failures was logged: where no log of theirs tells of a success, nobody knows how much was
//! tried, and how closely they came one after the other is all there is to judge by.
//!
//! The window finder asks for attempts. Here it is given a steady flow of assumed ones, so thin that failures which come one
//! by one stay below it. The flow is never counted and never told.

use super::correlate::stem;
use super::thresholds::{ARRIVALS_USUAL, ASSUMED_A_MINUTE, BACKGROUND_FLOOR, CELL_MS};
use super::windows::statistics::f;
use crate::model::{
    Attempt, Attributes, CallOutcome, Grain, Name, Outcome, Rollup, SourceRollup, Time, Traffic, TrafficCell, Vantage,
};
use ahash::AHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Minutes around a failure in which the flow is assumed: an hour without a failure ends every window. The shorter reach is
/// for logs of very many failures that lie far apart.
const REACHES: [i64; 2] = [60, 15];

/// Minutes of assumed flow at most, a year's: false stamps stretch over more.
const MOST_MINUTES: usize = 366 * 24 * 60;

/// Half minutes: so finely the flow is laid.
const STEP_MS: i64 = CELL_MS / 2;

const HOUR_MS: i64 = 3_600_000;

/// Hours with failures from which a log tells what is usual in it: four in five incidents are over by then (classification A1),
/// and what goes on as evenly for longer is not told from what is usual.
const HOURS_NEEDED: usize = 5;

/// Which attempts only such logs tell of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OnlyFailures(Which);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Which {
    #[default]
    None,
    All,
    /// By the place of the attempt.
    Some(Vec<bool>),
}

impl OnlyFailures {
    /// Looks for them.
    pub(super) fn of(traffic: &Traffic, rollup: &Rollup) -> Self {
        if traffic.attempts.is_empty() {
            return Self::default();
        }
        if traffic.cells.is_empty() && traffic.proxy_cells().is_empty() {
            return Self(Which::All);
        }
        let Some(mut has_successes) = Logs::of(rollup) else {
            return Self::default();
        };
        has_successes.meet(&traffic.attempts);
        let is_blind = |attempt: &Attempt| !attempt.seen_by.iter().any(|seen| has_successes.holds(seen.path));
        let told: Vec<bool> = traffic.attempts.iter().map(is_blind).collect();
        Self(if told.contains(&true) {
            Which::Some(told)
        } else {
            Which::None
        })
    }

    /// Whether the attempt at a place is one.
    pub(super) fn holds(&self, place: u32) -> bool {
        match &self.0 {
            Which::None => false,
            Which::All => true,
            Which::Some(told) => told.get(place as usize).copied().unwrap_or(false),
        }
    }

    /// Takes back that their calls were lost: what saved a call, these logs do not tell.
    pub(super) fn leave_calls_open(&self, traffic: &mut Traffic) {
        let numbered = (0..).zip(&mut traffic.attempts);
        for (_, attempt) in numbered.filter(|(place, attempt)| attempt.call_outcome == CallOutcome::Lost && self.holds(*place)) {
            attempt.call_outcome = CallOutcome::Unknown;
        }
    }

    /// The assumed flow around them; none where there are none.
    pub(super) fn flow(&self, traffic: &Traffic) -> Vec<TrafficCell> {
        if self.0 == Which::None {
            return Vec::new();
        }
        let numbered = (0..).zip(&traffic.attempts);
        let mine: Vec<&Attempt> = numbered.filter(|(place, _)| self.holds(*place)).map(|(_, one)| one).collect();
        let (Some(first), Some(last)) = (mine.first(), mine.last()) else {
            return Vec::new();
        };
        let failed = || {
            mine.iter()
                .filter(|attempt| attempt.outcome.is_failure())
                .map(|attempt| attempt.time)
        };
        let within = (minute(first.time), minute(last.time));
        let minutes = REACHES.iter().find_map(|reach| around(failed(), *reach, within));
        let attributes = Arc::new(Attributes::default());
        let first_failures = mine
            .iter()
            .filter(|attempt| attempt.outcome.is_failure() && attempt.number == 1);
        let ok = a_minute(first_failures.map(|attempt| attempt.time)) / 2;
        let cell = |time| TrafficCell {
            time,
            attributes: Arc::clone(&attributes),
            ok,
            first_ok: ok,
        };
        let minutes = minutes.unwrap_or_default().into_iter().flat_map(|(from, to)| from..=to);
        let halves = minutes.flat_map(|minute| [minute * CELL_MS, minute * CELL_MS + STEP_MS]);
        halves.map(|start| cell(Time(start))).collect()
    }
}

fn minute(time: Time) -> i64 {
    time.0.div_euclid(CELL_MS)
}

/// The minutes around failures, as stretches in order; none where these are too many.
fn around(failed: impl Iterator<Item = Time>, reach: i64, within: (i64, i64)) -> Option<Vec<(i64, i64)>> {
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    let mut count = 0_usize;
    for time in failed {
        let (from, to) = ((minute(time) - reach).max(within.0), (minute(time) + reach).min(within.1));
        let from = match stretches.last_mut() {
            Some((_, end)) if from <= *end + 1 => {
                let next = *end + 1;
                *end = to.max(*end);
                next
            }
            _ => {
                stretches.push((from, to));
                from
            }
        };
        count += usize::try_from(to + 1 - from).unwrap_or(0);
        if count > MOST_MINUTES {
            return None;
        }
    }
    Some(stretches)
}

/// Assumed attempts a minute: few, unless failures come more often than that nearly always.
fn a_minute(failed: impl Iterator<Item = Time>) -> u32 {
    let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
    for time in failed {
        *hours.entry(time.0.div_euclid(HOUR_MS)).or_default() += 1;
    }
    let mut counts: Vec<u64> = hours.into_values().collect();
    counts.sort_unstable();
    let usual = counts.get((counts.len().saturating_sub(1)) / ARRIVALS_USUAL);
    let usual = usual.filter(|_| counts.len() >= HOURS_NEEDED).map_or(0.0, |count| f(*count));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "failures of an hour; what is too much saturates"
    )]
    let usual = (usual / 60.0 / BACKGROUND_FLOOR).min(1e9) as u32;
    usual.max(ASSUMED_A_MINUTE)
}

/// The logs, and whether each tells of successes or would: another log of its program does, or one of its kind.
struct Logs<'r> {
    logs: AHashMap<&'r str, (&'r SourceRollup, bool)>,
    folders: BTreeSet<(Option<Vantage>, &'r str)>,
    names: BTreeSet<(Option<Vantage>, String)>,
}

impl<'r> Logs<'r> {
    /// Those of a rollup; none where all that tell of attempts are such.
    fn of(rollup: &'r Rollup) -> Option<Self> {
        let mut found = Self {
            logs: AHashMap::new(),
            folders: BTreeSet::new(),
            names: BTreeSet::new(),
        };
        let named = || rollup.sources.iter().map(|(name, source)| (&**name, &**source));
        if named().all(|(_, source)| source.observations.is_empty() || succeeded(source)) {
            return None;
        }
        for (name, source) in named().filter(|(_, source)| succeeded(source)) {
            found.add(name, source);
        }
        found.logs = named()
            .map(|(name, source)| (name, (source, found.would(name, source))))
            .collect();
        let is_blind = |(source, has_successes): &(&SourceRollup, bool)| !has_successes && !source.observations.is_empty();
        found.logs.values().any(is_blind).then_some(found)
    }

    fn add(&mut self, name: &'r str, source: &SourceRollup) {
        let (folder, file) = parts(name);
        self.folders.insert((source.vantage, folder));
        self.names.insert((source.vantage, stem(file)));
    }

    /// An error log of a program lies beside its other one, and what one host writes, another of the same name does too.
    fn would(&self, name: &str, source: &SourceRollup) -> bool {
        let (folder, file) = parts(name);
        self.folders.contains(&(source.vantage, folder)) || self.names.contains(&(source.vantage, stem(file)))
    }

    fn holds(&self, path: &Name) -> bool {
        self.logs.get(&**path).is_none_or(|(_, has_successes)| *has_successes)
    }

    /// A log whose failures another log tells, too, that has successes, is of traffic that is known.
    fn meet(&mut self, attempts: &[Attempt]) {
        loop {
            let mut met: BTreeSet<&Name> = BTreeSet::new();
            for attempt in attempts {
                let seen = || attempt.seen_by.iter().map(|seen| seen.path);
                let first = seen().next();
                if seen().any(|path| first != Some(path)) && seen().any(|path| self.holds(path)) {
                    met.extend(seen().filter(|path| !self.holds(path)));
                }
            }
            if met.is_empty() {
                return;
            }
            for path in met {
                if let Some((&name, &(source, _))) = self.logs.get_key_value(&**path) {
                    self.add(name, source);
                    self.logs.insert(name, (source, true));
                }
            }
            let would: Vec<(&str, &SourceRollup)> = self.logs.iter().map(|(name, (source, _))| (*name, *source)).collect();
            for (name, source) in would {
                if self.would(name, source) {
                    self.logs.insert(name, (source, true));
                }
            }
        }
    }
}

fn succeeded(source: &SourceRollup) -> bool {
    let grains = [Grain::Attempt, Grain::Call, Grain::Detail];
    grains.into_iter().any(|grain| source.cells.total(grain) > 0)
        || source.observations.iter().any(|seen| seen.outcome == Outcome::Success)
}

/// The folder of a log, and its name there.
fn parts(path: &str) -> (&str, &str) {
    path.rsplit_once(['/', '!']).unwrap_or(("", path))
}
