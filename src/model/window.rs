//! A stretch of time in which failures were more than usual, and the verdict on it.

use super::attempt::{Attempt, Side};
use super::case::{ByError, Case, Part};
use super::outcome::TransportError;
use super::terms::{Attributes, Dimension, Name};
use super::time::Time;
use super::working::Working;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The attributes a window is confined to: an absent dimension means all, several values mean any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The values, sorted, by dimension.
    pub values: BTreeMap<Dimension, Vec<Name>>,
}

impl Scope {
    /// Whether an attempt with these attributes is in the scope: each dimension that the scope names must hold one of
    /// its values; what no log says is not in it.
    #[must_use]
    pub fn holds(&self, attributes: &Attributes) -> bool {
        self.values
            .iter()
            .all(|(dimension, values)| attributes.get(*dimension).is_some_and(|value| values.contains(value)))
    }

    /// The scope whose traffic is counted: where nothing but failures tells the models, what went well of any model may be of these.
    #[must_use]
    pub fn counted(&self, told_by_failures: bool) -> Cow<'_, Self> {
        let mut counted = Cow::Borrowed(self);
        if told_by_failures {
            counted.to_mut().values.remove(&Dimension::Model);
        }
        counted
    }
}

/// The four classes (classification B0), in the order in which they are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It never reached the provider.
    NetworkSide,
    /// Short.
    Transient,
    /// One model, others healthy.
    ModelSpecific,
    /// The provider, beyond one model.
    Outage,
}

impl Class {
    /// The word of the JSON report and of `--fail-on`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NetworkSide => "network-side",
            Self::Transient => "transient",
            Self::ModelSpecific => "model-specific",
            Self::Outage => "outage",
        }
    }

    /// Every class, in the order of decision.
    pub const ALL: [Self; 4] = [Self::NetworkSide, Self::Transient, Self::ModelSpecific, Self::Outage];
}

/// How much of the scope's traffic failed, apart from the class (product definition, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Under 25 %.
    Degraded,
    /// 25 % to under 90 %.
    Partial,
    /// 90 % and more.
    Full,
}

impl Severity {
    /// The word of the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Degraded => "degraded",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }
}

/// A remark on a window's shape (classification B6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Three or more healthy gaps of two minutes inside.
    Flapping,
    /// The first fifth failed less than a third as often as the middle.
    GradualOnset,
}

impl Flag {
    /// The word of the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flapping => "flapping",
            Self::GradualOnset => "gradual-onset",
        }
    }
}

/// A class that was not chosen, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The class.
    pub class: Class,
    /// Why it was not chosen, with its numbers.
    pub says: String,
}

/// What is said of a window, how sure, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// 0 to 1 (classification B6.4).
    pub confidence: f64,
    /// The facts that speak for it, each with its counts.
    pub because: Vec<String>,
    /// The classes that were not chosen.
    pub against: Vec<Counter>,
    /// What to do next.
    pub next_step: String,
}

/// What a status page said of a window's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusNote {
    /// The component that was touched; `None` where the page names none.
    pub component: Option<String>,
    /// The incident's title; `None` where the page tells of none.
    pub incident: Option<String>,
    /// Whether the page tells of the window's time at all.
    pub is_known: bool,
    /// Whether the page supports the verdict.
    pub agrees: bool,
    /// The same in words.
    pub says: String,
}

/// A window with its counts and its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// First failure.
    pub start: Time,
    /// Last failure.
    pub end: Time,
    /// Last success of the scope before the start, when within ten minutes.
    pub start_not_before: Option<Time>,
    /// First success of the scope after the end, when within ten minutes.
    pub end_not_after: Option<Time>,
    /// The side of its failures.
    pub side: Side,
    /// What it is confined to.
    pub scope: Scope,
    /// What went well names no model, so that nothing but failures tells the scope's: the attempts are those of all models.
    pub told_by_failures: bool,
    /// Nothing but failures was logged of its traffic, so that no share is known: its attempts are its failures, its severity
    /// is the least, and what became of its calls is open.
    pub only_failures: bool,
    /// How much failed.
    pub severity: Severity,
    /// Remarks on its shape.
    pub flags: Vec<Flag>,
    /// The logs end before recovery is proven.
    pub ongoing: bool,
    /// Attempts of the scope between start and end.
    pub attempts: u64,
    /// Failures of its side among them.
    pub failures: u64,
    /// Calls with an attempt in the window's scope and time.
    pub calls: u64,
    /// Calls of these that were lost.
    pub calls_lost: u64,
    /// Failing share of the same traffic outside the window, 0 to 1; `None` where none was read.
    pub baseline: Option<f64>,
    /// Failures by status.
    pub by_status: BTreeMap<u16, u64>,
    /// Failures by transport error.
    pub by_transport_error: BTreeMap<TransportError, u64>,
    /// Failures by error type and code, most frequent first.
    pub by_error: Vec<ByError>,
    /// Failures that reached the provider.
    pub reached_yes: u64,
    /// Failures that did not.
    pub reached_no: u64,
    /// Failures of which no log can tell.
    pub reached_unknown: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// The failures, by time, at most `--max-requests`, spread over the window.
    pub requests: Vec<Attempt>,
    /// Failures left out of `requests`.
    pub requests_omitted: u64,
    /// What the provider's status page said at the time.
    pub status_page: Vec<StatusNote>,
    /// What a support engineer asks beside all this.
    pub case: Case,
    /// The numbers behind the verdict, where they were asked for.
    pub working: Option<Box<Working>>,
}

impl Window {
    /// How many of its failures stand in a list of them.
    #[must_use]
    pub fn listed(&self) -> u64 {
        self.failures.saturating_sub(self.requests_omitted)
    }

    /// Whether the logs show that any call with a failure of it was tried again.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        self.case.whole.as_ref().is_some_and(Part::is_retried)
    }
}
