//! The class outage: the provider failed, beyond one model.

use super::class::Argues;
use super::evidence::{Evidence, list, of};
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
        let ((failed, others), when) = evidence.other_models_told();
        if evidence.draft.only_failures {
            return "Only failures were logged: whether anything worked in these minutes, of which model ever, no log tells, so the fault cannot be confined.".to_owned();
        }
        if models > 1 && !evidence.draft.scope.values.contains_key(&Dimension::Model) {
            return format!("{models} models failed at the same time, on the provider's side.");
        }
        match (evidence.names_models, others) {
            _ if models == 0 => {
                "No log names the model of the failures, so the fault cannot be confined to one model.".to_owned()
            }
            (false, _) => "What went well names no model, so the fault cannot be confined to one model.".to_owned(),
            (true, 0) => {
                "No other model was in use on that server in the same minutes, so the fault cannot be confined to one model."
                    .to_owned()
            }
            (true, _) => format!(
                "Other models were in use {when}: {} failed, and the counts do not confine the fault to one model.",
                of(failed, others, "attempts")
            ),
        }
    }

    fn why_not(&self, evidence: &Evidence<'_>) -> String {
        if evidence.draft.side == Side::Network {
            return match evidence.reached.yes {
                0 => "The provider answered none of these failures.".to_owned(),
                yes => format!("The provider answered only {}.", of(yes, evidence.failures(), "failures")),
            };
        }
        // An outage may be of a part: that the rest worked does not speak against one.
        if evidence.length_ms() <= evidence.thresholds.transient_max_ms {
            return "It was over too soon.".to_owned();
        }
        let models = evidence.draft.scope.values.get(&Dimension::Model);
        match evidence.rivals {
            (failed, attempts) if attempts > 0 => format!(
                "{}: {} failed.",
                if evidence.worked(evidence.rivals) {
                    "The rest worked in the same minutes"
                } else {
                    "Of the rest in the same minutes"
                },
                of(failed, attempts, "other attempts")
            ),
            _ => format!("Nearly all failures that name a model name {}.", list(models)),
        }
    }

    fn next_step(&self, _: &Evidence<'_>) -> String {
        "Check the provider's status page for this component; on a live incident wait 10 to 30 minutes, with exponential backoff and jitter (at most 3 to 5 tries), fall back to another provider, and send support this window with its request ids.".to_owned()
    }
}
