//! Act two's answer. It can be shown to nobody until `redact::seal` has made it `Sealed`.

use super::attempt::{Attempt, Traffic};
use super::coverage::Coverage;
use super::outcome::{CallerKind, TransportError};
use super::terms::{Dimension, Name};
use super::time::Time;
use super::timeline::Timeline;
use super::window::Window;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Totals, each attempt counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Attempts.
    pub attempts: u64,
    /// Failures among them.
    pub failures: u64,
    /// Calls.
    pub calls: u64,
    /// Calls whose last attempt failed.
    pub calls_lost: u64,
    /// Calls that a retry saved.
    pub calls_recovered: u64,
    /// Attempts by status; successes of unknown status count as 200.
    pub by_status: BTreeMap<u16, u64>,
    /// Failures by transport error.
    pub by_transport_error: BTreeMap<TransportError, u64>,
}

impl Counts {
    /// Whether nothing but failures, and what was refused, was logged: then no share is known, and no call's end.
    #[must_use]
    pub fn without_successes(&self) -> bool {
        self.failures > 0 && !self.by_status.contains_key(&200)
    }
}

/// Caller-side ends of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerSideCount {
    /// The kind.
    pub kind: CallerKind,
    /// How many attempts.
    pub count: u64,
    /// By status.
    pub by_status: BTreeMap<u16, u64>,
    /// The first.
    pub first: Time,
    /// The last.
    pub last: Time,
    /// The models asked for, sorted.
    pub models: Vec<Name>,
    /// Known messages, as templates, the most frequent first.
    pub messages: Vec<(&'static str, u64)>,
    /// What to do about it.
    pub advice: String,
}

/// Something the retry audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryFinding {
    /// What.
    pub finding: String,
    /// How often.
    pub count: u64,
    /// What to do about it.
    pub advice: String,
}

/// How the callers retried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetryAudit {
    /// Calls with more than one attempt.
    pub chains: u64,
    /// Attempts of the longest one.
    pub longest: u64,
    /// Chains that a retry saved.
    pub recovered: u64,
    /// Chains that failed to their last attempt.
    pub exhausted: u64,
    /// What was found.
    pub findings: Vec<RetryFinding>,
}

/// A remark on the logs or the traffic, with advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable word for what it is about: `missing-ids`, `rate-limit-storm`, `time-zone`, …
    pub about: &'static str,
    /// The remark.
    pub says: String,
    /// What to do about it.
    pub advice: String,
    /// The source it is about.
    pub path: Option<Name>,
}

/// What the traffic was narrowed to before it was judged; nothing where all of it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// The values that were looked for, by dimension.
    pub values: BTreeMap<Dimension, Vec<Name>>,
    /// The statuses that were looked for among the attempts that did not end well.
    pub status: Vec<u16>,
    /// From when on logs were read.
    pub since: Option<Time>,
    /// Up to when logs were read.
    pub until: Option<Time>,
    /// Attempts that do not have the values or the status.
    pub left_out: u64,
    /// Where no attempt has the values: some that the logs do tell, of each dimension that was asked for.
    pub there: BTreeMap<Dimension, Vec<Name>>,
}

impl Narrowed {
    /// Whether anything but all traffic was looked at.
    #[must_use]
    pub fn is_any(&self) -> bool {
        !self.values.is_empty() || !self.status.is_empty() || self.since.is_some() || self.until.is_some()
    }
}

/// Everything act two has to say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// What was read.
    pub coverage: Coverage,
    /// What of it was looked at.
    pub narrowed: Narrowed,
    /// Totals.
    pub counts: Counts,
    /// The windows, by start.
    pub windows: Vec<Window>,
    /// Failures outside every window, by time, at most `--max-requests`.
    pub isolated: Vec<Attempt>,
    /// How many failures are outside every window.
    pub isolated_count: u64,
    /// Caller-side ends by kind.
    pub caller_side: Vec<CallerSideCount>,
    /// The retry audit.
    pub retries: RetryAudit,
    /// Remarks.
    pub findings: Vec<Finding>,
    /// Traffic over time, to be drawn.
    pub timeline: Timeline,
    /// The thresholds in force, by name.
    pub thresholds: BTreeMap<&'static str, f64>,
    /// All traffic, for reports that list it; kept only where one was asked for.
    pub traffic: Option<Arc<Traffic>>,
}
