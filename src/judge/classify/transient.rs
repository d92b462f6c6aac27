//! The class transient: the provider failed, and was back within minutes.

use super::class::Argues;
use super::evidence::{Evidence, of};
use crate::model::{Class, Side};

pub(super) struct Transient;

impl Argues for Transient {
    fn class(&self) -> Class {
        Class::Transient
    }

    fn holds(&self, evidence: &Evidence<'_>) -> bool {
        evidence.draft.side == Side::Provider && evidence.length_ms() <= evidence.thresholds.transient_max_ms
    }

    fn because(&self, evidence: &Evidence<'_>) -> String {
        format!(
            "From first to last failure it took {}, within the {} of a transient fault.",
            seconds(evidence.length_ms()),
            seconds(evidence.thresholds.transient_max_ms)
        )
    }

    fn why_not(&self, evidence: &Evidence<'_>) -> String {
        if evidence.draft.side == Side::Network {
            return match evidence.reached {
                reached if reached.no == evidence.failures() => {
                    "The failures never reached the provider, so it is no fault of the provider of any length.".to_owned()
                }
                reached if reached.no > 0 => format!(
                    "{} never reached the provider; a fault on the way there is of its own class, whatever its length.",
                    of(reached.no, evidence.failures(), "failures")
                ),
                _ => "The failures are taken for the network's, whose fault is of its own class, whatever its length.".to_owned(),
            };
        }
        format!(
            "It lasted {}; a transient fault is over within {}.",
            seconds(evidence.length_ms()),
            seconds(evidence.thresholds.transient_max_ms)
        )
    }

    fn next_step(&self, _: &Evidence<'_>) -> String {
        "Nothing to report yet: retry with exponential backoff and jitter (1, 2, 4, 8 s; at most 3 to 5 tries). Report it if it comes back.".to_owned()
    }
}

/// A length in the unit a reader would choose.
pub(super) fn seconds(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 if seconds % 60 == 0 => format!("{} min", seconds / 60),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
