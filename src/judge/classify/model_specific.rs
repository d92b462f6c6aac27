//! The class model-specific: one model fails while others on the same server work.

use super::class::Argues;
use super::evidence::{Evidence, list, of, whole};
use crate::model::{Class, Dimension, Side};

pub(super) struct ModelSpecific;

impl Argues for ModelSpecific {
    fn class(&self) -> Class {
        Class::ModelSpecific
    }

    fn holds(&self, evidence: &Evidence<'_>) -> bool {
        evidence.draft.side == Side::Provider
            && evidence.draft.scope.values.contains_key(&Dimension::Model)
            && (evidence.other_models.1 > 0 || evidence.draft.told_by_failures.is_some())
    }

    fn because(&self, evidence: &Evidence<'_>) -> String {
        if let Some(told) = evidence.draft.told_by_failures {
            if told.by_time {
                return format!(
                    "Of the calls that failed and name a model, {} are of others in the minutes in which others had not begun to fail or did no longer, and {} in the rest: they did not fail together.",
                    whole(told.others),
                    whole(told.usual_others)
                );
            }
            return format!(
                "Of the calls that failed in these minutes and name a model, {} are of others; of those outside every window, {}: the others did not fail as they would have with this one.",
                whole(told.others),
                whole(told.usual_others)
            );
        }
        let (others, when) = evidence.other_models_told();
        let failed = of(others.0, others.1, "attempts");
        if evidence.worked(others) {
            format!("Other models{} worked {when}: {failed} failed.", evidence.others_where)
        } else {
            format!("Of the other models{} {when}, {failed} failed.", evidence.others_where)
        }
    }

    fn why_not(&self, evidence: &Evidence<'_>) -> String {
        let named = evidence.draft.scope.values.get(&Dimension::Model);
        let ((failed, others), _) = evidence.other_models_told();
        let untold = "so the logs cannot tell one model's fault from all models'.";
        match evidence.failed_models.len() {
            _ if evidence.draft.only_failures && named.is_none() => format!("Only failures were logged, {untold}"),
            _ if named.is_some() && others == 0 && evidence.names_models => {
                format!("No other model was called on that server in the same minutes, {untold}")
            }
            _ if named.is_some() => format!(
                "Only {} failed, but that alone does not decide: see the class above.",
                list(named)
            ),
            0 => "No log names the model of the failures, so one model cannot be told from the others.".to_owned(),
            1 if !evidence.names_models => {
                format!("All failures that name a model name one, and what went well names none, {untold}")
            }
            1 if others == 0 => format!("Only one model was called, {untold}"),
            1 => format!(
                "Other models were called, too: {} failed, and the counts do not set one apart.",
                of(failed, others, "attempts")
            ),
            models => format!(
                "{models} models failed at the same time: {}.",
                list(Some(&evidence.failed_models))
            ),
        }
    }

    fn next_step(&self, evidence: &Evidence<'_>) -> String {
        format!(
            "Fall back to another model for {}; retry with exponential backoff and jitter (1, 2, 4, 8 s; at most 3 to 5 tries); send the provider this window with its request ids.",
            list(evidence.draft.scope.values.get(&Dimension::Model))
        )
    }
}
