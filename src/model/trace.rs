//! The life of a call as all logs tell it: what `trace` asks for, and what it is told.

use super::attempt::{JoinMethod, Seen};
use super::coverage::Coverage;
use super::ids::Ids;
use super::method::Method;
use super::millis::Millis;
use super::observation::{ErrorSaid, Observation, RetrySaid};
use super::outcome::Outcome;
use super::reached::{Fact, Reached};
use super::rollup::SourceName;
use super::terms::{Attributes, Grain, Name};
use super::time::Time;
use super::window::Class;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A record in which ids stand that were looked for, read whole whatever became of its attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The source.
    pub path: SourceName,
    /// The line the record starts on.
    pub line: u64,
    /// The ids that stand in it.
    pub ids: BTreeSet<Name>,
    /// What the record says of attempts; nothing where it is about no call.
    pub seen: Vec<Observation>,
}

/// What one record says of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedRecord {
    /// Where it stands, and who wrote it.
    pub seen: Seen,
    /// The record's time on its own clock.
    pub time: Time,
    /// What was added so that the clocks agree, in milliseconds.
    pub offset_ms: i64,
    /// What it is about.
    pub grain: Grain,
    /// How it says that the attempt ended.
    pub outcome: Outcome,
    /// Duration in milliseconds.
    pub duration_ms: Option<Millis>,
    /// The fact about whether the provider was reached, where it has one.
    pub fact: Option<Fact>,
    /// Its ids.
    pub ids: Ids,
    /// What it says of the error.
    pub error: Option<Arc<ErrorSaid>>,
    /// What it says of a retry.
    pub retry: Option<RetrySaid>,
    /// The id that was asked for stands in it.
    pub has_id: bool,
}

/// The window an attempt lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InWindow {
    /// The window's place, from 0, by start.
    pub place: usize,
    /// Its class.
    pub class: Class,
}

/// One attempt of the call, with everyone's word on it.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedAttempt {
    /// Its number within the call, from 1; `None` for one that only a proxy tells of while the application's log, which shows
    /// every attempt, does not: it counts nowhere.
    pub number: Option<u16>,
    /// Its end, clocks corrected.
    pub time: Time,
    /// Duration in milliseconds.
    pub duration_ms: Option<Millis>,
    /// How it ended.
    pub outcome: Outcome,
    /// The attributes of all views.
    pub attributes: Arc<Attributes>,
    /// The ids of all views.
    pub ids: Ids,
    /// `http.request.method`.
    pub method: Option<Method>,
    /// What the error said.
    pub error: Option<Arc<ErrorSaid>>,
    /// Whether the provider had it, and the fact that decided it; `None` for a success, which speaks for itself.
    pub reached: Option<(Reached, Fact)>,
    /// How the two sides were joined.
    pub joined: Option<JoinMethod>,
    /// The window it lies in.
    pub window: Option<InWindow>,
    /// Everyone's word on it, by time.
    pub records: Vec<TracedRecord>,
}

/// What became of a call that was traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// Its first attempt went well.
    Succeeded,
    /// A later attempt went well.
    Recovered,
    /// Its last attempt failed.
    Lost,
    /// No log tells.
    Unknown,
}

impl CallEnd {
    /// The word of the reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Recovered => "recovered",
            Self::Lost => "lost",
            Self::Unknown => "unknown",
        }
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedCall {
    /// What became of it.
    pub end: CallEnd,
    /// Its attempts, in order.
    pub attempts: Vec<TracedAttempt>,
}

/// Everything the logs say of an id.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The id that was asked for.
    pub id: Name,
    /// The calls that carry it, by time.
    pub calls: Vec<TracedCall>,
    /// Calls left out beyond the most that are listed.
    pub calls_omitted: u64,
    /// Records in which it stands and which say nothing of an attempt.
    pub mentions: Vec<Seen>,
    /// Ids like it, where it stands in no log.
    pub near: Vec<Name>,
    /// What was read.
    pub coverage: Coverage,
}

impl Trace {
    /// Whether the id stands in any log.
    #[must_use]
    pub fn is_found(&self) -> bool {
        !self.calls.is_empty() || !self.mentions.is_empty()
    }
}
