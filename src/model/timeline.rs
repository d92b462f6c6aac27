//! Traffic over time, small enough to be drawn: a bounded number of steps for a bounded number of slices, so that a report
//! does not grow with the logs.

use super::terms::{Dimension, Name};
use super::time::Time;

/// What happened in one step of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Attempts, each counted once.
    pub attempts: u64,
    /// Failures among them; in a [`Zoom`] only those of the window's side.
    pub failures: u64,
    /// Caller-side ends among them.
    pub caller_side: u64,
}

impl Step {
    /// Adds another step.
    pub fn add(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.failures += other.failures;
        self.caller_side += other.caller_side;
    }

    /// Failing share, 0 to 1; 0 where nothing was attempted.
    #[must_use]
    pub fn share(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        let share = self.failures as f64 / self.attempts.max(1) as f64;
        share.min(1.0)
    }
}

/// Equal steps of time, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Start of the first step.
    pub start: Time,
    /// Length of a step in milliseconds; 0 where there is none.
    pub step_ms: i64,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Steps {
    /// End of the last step.
    #[must_use]
    pub fn end(&self) -> Time {
        let count = i64::try_from(self.steps.len()).unwrap_or(i64::MAX);
        self.start.plus_ms(self.step_ms.saturating_mul(count))
    }

    /// Everything, as one step.
    #[must_use]
    pub fn total(&self) -> Step {
        let mut total = Step::default();
        self.steps.iter().for_each(|step| total.add(*step));
        total
    }
}

/// The traffic of one value of one attribute, on the time base of [`Timeline::all`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The attribute.
    pub dimension: Dimension,
    /// Its value; `None` for the further values together.
    pub name: Option<Name>,
    /// How many values it stands for.
    pub values: u64,
    /// One for each step of [`Timeline::all`].
    pub steps: Vec<Step>,
}

/// How long exchanges took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    /// Of so many.
    pub of: u64,
    /// Half took at most this, in milliseconds.
    pub p50_ms: u64,
    /// 95 of 100 took at most this, in milliseconds.
    pub p95_ms: u64,
}

/// A window's own scope, in the window and around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zoom {
    /// The scope's attempts and its failures of the window's side.
    pub around: Steps,
    /// How long the scope's successes took before the window, in about an hour; `None` where no log tells.
    pub healthy_before: Option<Took>,
    /// How long the scope's successes took in the window.
    pub healthy_inside: Option<Took>,
    /// How long the window's failures took.
    pub failed: Option<Took>,
}

/// Traffic over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// All traffic.
    pub all: Steps,
    /// Attempts before the first step or after the last: stamps far from all others.
    pub outside: u64,
    /// By attribute, in the order of the report; within one the most failing first.
    pub slices: Vec<Slice>,
    /// One for each window, in their order; fewer where there are more windows than anyone looks at.
    pub windows: Vec<Zoom>,
}
