//! The class outage: the provider failed, beyond one model.

use super::class::Argues;
use super::evidence::{Evidence, of};
use crate::model::{Class, Dimension, Side};

pub(super) struct Outage;

impl Argues for Outage {
    fn class(&self) -> Class {
        Class::Outage
    }

    fn holds(&self, evidence: &Evidence<'_>) -> bool {
        evidence.draft.side == Side::Provider
    }

    fn because(&self, evidence: &Evidence<'_>) -> String {
        let models = evidence.failed_models.len();
        if models > 1 && !evidence.draft.scope.values.contains_key(&Dimension::Model) {
            return format!("{models} models failed at the same time, on the provider's side.");
        }
        if evidence.other_models.1 == 0 {
            return "No other model was in use on that server in the same minutes, so the fault cannot be confined to one model."
                .to_owned();
        }
        "The failures are the provider's and not confined to one model.".to_owned()
    }

    fn why_not(&self, evidence: &Evidence<'_>) -> String {
        if evidence.draft.side == Side::Network {
            return format!(
                "The provider answered only {}.",
                of(evidence.reached.yes, evidence.failures(), "failures")
            );
        }
        match evidence.rivals {
            (failed, attempts) if attempts > 0 => format!(
                "The rest worked in the same minutes: {} failed.",
                of(failed, attempts, "other attempts")
            ),
            _ => "It was over too soon.".to_owned(),
        }
    }

    fn next_step(&self, _: &Evidence<'_>) -> String {
        "Check the provider's status page for this component; on a live incident wait 10 to 30 minutes, with exponential backoff and jitter (at most 3 to 5 tries), fall back to another provider, and send support this window with its request ids.".to_owned()
    }
}
