//! Whether the failures are one sender's alone: whoever sends errors in masses must not pass for an outage.

use super::evidence::of;
use crate::judge::case::Numbers;
use crate::judge::windows::Draft;
use crate::model::{Attributes, Dimension, Name, Side};
use std::collections::BTreeMap;

/// Share of the failures with a known sender that one sender has, from which they are its own.
const ONES_OWN: f64 = 0.9;

/// Attempts that the others need, before their health says anything: so many without a failure leave less than one in
/// ten for the true share (the rule of three: 3 / 30).
const OTHERS_NEEDED: u64 = 30;

/// The others are healthy where they fail this many times less often.
const HEALTHIER: f64 = 10.0;

/// Confidence factor where one sender has the failures and the others are well: the logs cannot tell the provider's
/// fault from that sender's.
pub(super) const ONE_SENDER_FACTOR: f64 = 0.5;

/// One sender's failures, and how the others fared with the same scope in the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OneSender {
    failures: u64,
    all_failures: u64,
    others_failures: u64,
    others_attempts: u64,
}

/// Who sent it: the client as a proxy saw it, or the host of the application.
fn sender(attributes: &Attributes) -> Option<&Name> {
    attributes.get(Dimension::Client).or_else(|| attributes.get(Dimension::Host))
}

impl OneSender {
    /// The sender of nearly all failures, where others sent enough in the same minutes and did well.
    pub(super) fn of(healthy: &[(&Attributes, u64)], draft: &Draft<'_>, of_window: &Numbers<'_>) -> Option<Self> {
        if draft.side != Side::Provider {
            return None;
        }
        let mut failures: BTreeMap<&Name, u64> = BTreeMap::new();
        for &(attributes, count) in &of_window.combinations {
            if let Some(sender) = sender(attributes) {
                *failures.entry(sender).or_default() += count;
            }
        }
        let all: u64 = failures.values().sum();
        let (one, most) = failures.into_iter().max_by_key(|(_, count)| *count)?;
        let (mut healthy_one, mut healthy_others) = (0, 0);
        let scope = draft.counted();
        for (attributes, ok) in healthy.iter().filter(|(attributes, _)| scope.holds(attributes)) {
            match sender(attributes) {
                Some(sender) if sender == one => healthy_one += ok,
                Some(_) => healthy_others += ok,
                None => {}
            }
        }
        let found = Self {
            failures: most,
            all_failures: all,
            others_failures: all - most,
            others_attempts: healthy_others + all - most,
        };
        found.is_one(most + healthy_one).then_some(found)
    }

    fn is_one(self, attempts: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "shares need no more than 53 bits")]
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        self.others_attempts >= OTHERS_NEEDED
            && share(self.failures, self.all_failures) >= ONES_OWN
            && share(self.others_failures, self.others_attempts) * HEALTHIER <= share(self.failures, attempts)
    }

    /// What the verdict says of it.
    pub(super) fn says(self) -> String {
        format!(
            "{} came from one client or host; with the same scope in the same minutes, of the others' attempts, {}: it may be that sender's own fault.",
            of(self.failures, self.all_failures, "failures"),
            of(self.others_failures, self.others_attempts, "failed")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::OneSender;

    fn is_one(failures: u64, attempts: u64, others_failures: u64, others_attempts: u64) -> bool {
        let sender = OneSender {
            failures,
            all_failures: failures + others_failures,
            others_failures,
            others_attempts,
        };
        sender.is_one(attempts)
    }

    #[test]
    fn failures_are_ones_own_where_the_others_do_well() {
        assert!(is_one(500, 500, 0, 300));
        assert!(is_one(100, 400, 2, 300));
    }

    #[test]
    fn failures_are_everybodys_where_the_others_fail_or_are_few() {
        assert!(!is_one(500, 500, 40, 300));
        assert!(!is_one(500, 500, 0, 10));
        assert!(!is_one(60, 100, 30, 100));
    }
}
