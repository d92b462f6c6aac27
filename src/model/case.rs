//! What a support engineer asks of a window beside its verdict: each model by itself, the traffic before and after, and
//! the control groups.

use super::attempt::Attempt;
use super::outcome::{CallerKind, Outcome};
use super::terms::{Dimension, Name};
use super::time::Time;

/// Failures of one error type and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByError {
    /// The provider's error type or the exception class.
    pub error_type: Option<Name>,
    /// The provider's code.
    pub code: Option<Name>,
    /// How many.
    pub count: u64,
}

/// Failures and attempts of one part of the traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Failures.
    pub failed: u64,
    /// Attempts, failures included.
    pub attempts: u64,
}

impl Share {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            failed: self.failed + other.failed,
            attempts: self.attempts + other.attempts,
        }
    }
}

/// A share over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its start.
    pub from: Time,
    /// Its end.
    pub to: Time,
    /// What failed in it.
    pub share: Share,
}

/// How often each value occurs among failures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// The most frequent values, the most frequent first.
    pub named: Vec<(Name, u64)>,
    /// Values beyond those.
    pub more: u64,
    /// Failures of which no log tells the value.
    pub unsaid: u64,
}

/// Durations of failed attempts, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// Attempts whose duration is known.
    pub known: u64,
    /// The median.
    pub p50_ms: u32,
    /// The 95th percentile.
    pub p95_ms: u32,
    /// The longest.
    pub longest_ms: u32,
}

/// Failures that ended in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The way.
    pub outcome: Outcome,
    /// How many.
    pub count: u64,
    /// The first.
    pub first: Time,
    /// The last.
    pub last: Time,
    /// How long they took.
    pub durations: Option<Durations>,
}

/// How many failures carry which id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdCounts {
    /// The provider's.
    pub provider: u64,
    /// The provider's edge's.
    pub edge: u64,
    /// The caller's.
    pub client: u64,
    /// An own gateway's, which is nobody else's.
    pub gateway: u64,
    /// None at all.
    pub none: u64,
}

/// The part of a window that one ticket is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The provider, where the logs tell it.
    pub provider: Option<Name>,
    /// `api` or `web`.
    pub surface: Option<Name>,
    /// The model; `None` for a whole window, or where no log names it.
    pub model: Option<Name>,
    /// First failure.
    pub start: Time,
    /// Last failure.
    pub end: Time,
    /// What failed in it.
    pub share: Share,
    /// Calls.
    pub calls: u64,
    /// Calls lost after their retries.
    pub calls_lost: u64,
    /// Calls that a retry saved.
    pub calls_recovered: u64,
    /// Failures among the first attempts of their calls.
    pub first_attempts: u64,
    /// The same traffic in the hour before, other windows left out; `None` where there was none.
    pub before: Option<Stretch>,
    /// The same traffic in the hour after.
    pub after: Option<Stretch>,
    /// How the failures ended, the most frequent first.
    pub endings: Vec<Ending>,
    /// By error type and code, the most frequent first.
    pub by_error: Vec<ByError>,
    /// Known messages, as templates, the most frequent first.
    pub messages: Vec<(&'static str, u64)>,
    /// Failures that reached the provider, that did not, and of which no log can tell.
    pub reached: (u64, u64, u64),
    /// The values of the failures' attributes.
    pub values: Vec<(Dimension, Occurrences)>,
    /// Methods.
    pub methods: Occurrences,
    /// Organisations.
    pub organizations: Occurrences,
    /// The letters of the edge's sites (`FRA`).
    pub edge_sites: Occurrences,
    /// Addresses that proxies tried upstream.
    pub upstreams: Occurrences,
    /// How long they took.
    pub durations: Option<Durations>,
    /// Which ids they carry.
    pub ids: IdCounts,
    /// A few of them: first, last, longest, and others spread between.
    pub samples: Vec<Attempt>,
    /// What failed in equal stretches from before the window to after it.
    pub course: Vec<Stretch>,
}

impl Part {
    /// Whether the logs show that any call with a failure of it was tried again.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        self.calls_recovered > 0 || self.first_attempts < self.share.failed
    }

    /// The values of one attribute among the failures.
    #[must_use]
    pub fn tally(&self, dimension: Dimension) -> Option<&Occurrences> {
        self.values.iter().find(|(of, _)| *of == dimension).map(|(_, tally)| tally)
    }
}

/// What failed of one value of one attribute, while everything else in the scope was equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlGroup {
    /// The attribute.
    pub dimension: Dimension,
    /// The value.
    pub value: Name,
    /// Whether the window's scope holds it.
    pub affected: bool,
    /// The counts hold more than the scope: a proxy's line names no model.
    pub wider: bool,
    /// What went well names no such value, so that nobody knows how much of it was tried: its attempts are the failures.
    pub told_by_failures: bool,
    /// What failed of it during the window.
    pub share: Share,
}

/// What one proxy's own log says of a window's time, whether its lines could be joined or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyLog {
    /// The proxy.
    pub proxy: Name,
    /// What failed by it.
    pub share: Share,
    /// The servers of its failures.
    pub servers: Occurrences,
    /// Who sent them.
    pub clients: Occurrences,
    /// The addresses it tried upstream.
    pub upstreams: Occurrences,
}

/// What a support engineer asks of a window beside its verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// The window as a whole.
    pub whole: Option<Part>,
    /// By provider, surface and model, the most failures first; only the gravest.
    pub parts: Vec<Part>,
    /// Parts beyond those, and the failures in them.
    pub more_parts: (u64, u64),
    /// Control groups: by attribute, affected values first.
    pub groups: Vec<ControlGroup>,
    /// What the proxies' own logs say of the same time.
    pub proxies: Vec<ProxyLog>,
    /// Ends of the caller's own making, of the same scope and time.
    pub caller_side: Vec<(CallerKind, u64)>,
}
