//! The facts every verdict tells, whatever its class, and how sure it is (classification B6.4 and B7).

use super::evidence::{Evidence, list, of, whole};
use super::sender::{ONE_SENDER_FACTOR, OneSender};
use crate::model::{Dimension, Name, Scope, Side};
use crate::providers;
use crate::text::thousands::thousands;

/// A scope found with less gain than this is less sure, and so is one that nothing but failures tell.
const SURE_GAIN: f64 = 6.0;

/// Confidence factor of a scope found with little gain.
const UNSURE_SCOPE: f64 = 0.8;

/// Share of the length around the limit of a transient within which the class could tip.
const NEAR_LIMIT: f64 = 0.2;

/// Confidence factor near that limit.
const NEAR_LIMIT_FACTOR: f64 = 0.8;

/// Confidence factor where nothing but failures was logged: how many went well beside them, nobody knows, so it is never more
/// than low.
const ONLY_FAILURES_FACTOR: f64 = 0.45;

/// Confidence is at most this when the vote decided more than half of the failures' sides.
const BY_VOTE_CAP: f64 = 0.5;

/// What failed in the scope.
pub(super) fn what_failed(evidence: &Evidence<'_>, attempts: u64) -> String {
    let scope = &evidence.draft.scope;
    if evidence.draft.only_failures {
        let of = if scope.values.is_empty() {
            String::new()
        } else {
            format!(" with {}", scope_words(scope))
        };
        return format!(
            "Only failures were logged, {}{of}: no success of these logs was read, so the share that failed is unknown. They came too close together for failures that come one by one.",
            thousands(evidence.failures())
        );
    }
    if evidence.draft.told_by_failures.is_some() {
        let (failed, models) = (
            of(evidence.failures(), attempts, "attempts"),
            list(scope.values.get(&Dimension::Model)),
        );
        return format!("{failed} failed, these of {models}; what went well names no model.");
    }
    format!("{} failed.", of(evidence.failures(), attempts, &attempts_of(scope)))
}

/// The attempts that are in a scope: of a model's, those of one host, say, are not told as all of them.
fn attempts_of(scope: &Scope) -> String {
    let mut rest = scope.clone();
    let to = rest.values.remove(&Dimension::Model);
    let to = to.map_or_else(String::new, |models| format!(" to {}", list(Some(&models))));
    let with = if rest.values.is_empty() {
        String::new()
    } else {
        format!(" with {}", scope_words(&rest))
    };
    format!("attempts{to}{with}")
}

/// The values of a scope, each with what it is.
pub(in crate::judge) fn scope_words(scope: &Scope) -> String {
    let values = scope.values.iter();
    let parts: Vec<String> = values
        .map(|(dimension, values)| format!("{} {}", word(*dimension, values.len()), list(Some(values))))
        .collect();
    parts.join(" and ")
}

/// The control group of each dimension of the scope.
pub(super) fn contrasts(evidence: &Evidence<'_>) -> Vec<String> {
    let contrasts = evidence.draft.contrasts.iter();
    contrasts
        .filter_map(|contrast| {
            let values = evidence.draft.scope.values.get(&contrast.dimension)?;
            Some(format!(
                "Of first attempts, {} with {} {} failed; {} others in the same minutes did.",
                whole(contrast.affected),
                word(contrast.dimension, values.len()),
                list(Some(values)),
                whole(contrast.others)
            ))
        })
        .collect()
}

/// The word before one value of a dimension, or before several.
fn word(dimension: Dimension, values: usize) -> &'static str {
    let (one, several) = match dimension {
        Dimension::Model => ("model", "models"),
        Dimension::Endpoint => ("endpoint", "endpoints"),
        Dimension::ServerAddress => ("server", "servers"),
        Dimension::ServiceTier => ("service tier", "service tiers"),
        Dimension::Project => ("project", "projects"),
        Dimension::Proxy => ("proxy", "proxies"),
        Dimension::Provider => ("provider", "providers"),
        Dimension::Surface => ("surface", "surfaces"),
        Dimension::Region => ("region", "regions"),
        Dimension::EdgeSite => ("edge site", "edge sites"),
        Dimension::Host => ("application host", "application hosts"),
        Dimension::Client => ("client", "clients"),
    };
    if values == 1 { one } else { several }
}

/// Whether the provider had them, what became of the calls, what was usual, and what could not be told.
pub(super) fn facts(evidence: &Evidence<'_>, baseline: Option<f64>) -> Vec<String> {
    let mut facts = Vec::new();
    let reached = evidence.reached;
    if evidence.draft.side == Side::Provider {
        facts.push(format!(
            "The provider answered {}{}{}.",
            of(reached.yes, evidence.failures(), "of them").replace(" of them", ""),
            if_any(reached.no, |no| format!("; {no} never reached it")),
            untold(reached.unknown)
        ));
    }
    facts.extend(several_providers(evidence));
    let ended = evidence.calls_lost + evidence.calls_recovered;
    if ended > 0 {
        facts.push(format!(
            "Of the calls with a failure here, {} lost{} and {} saved by a retry.",
            were(evidence.calls_lost),
            if evidence.is_retried() { " after their retries" } else { "" },
            were(evidence.calls_recovered)
        ));
    }
    facts.push(match baseline {
        Some(baseline) => format!("Outside the window, {:.1} % of the same traffic failed.", baseline * 100.0),
        None => "Outside the window, no such traffic was read, so what is usual is unknown.".to_owned(),
    });
    if evidence.draft.scope.values.is_empty() && evidence.failed_models.is_empty() {
        facts.push("Inconclusive: no log names the model of these failures, so none could be singled out.".to_owned());
    }
    if evidence.models_inferred > 0 {
        facts.push(format!(
            "{} name no model in any log; each is counted as of the model that its application's other calls about that time make most likely.",
            of(evidence.models_inferred, evidence.failures(), "failures")
        ));
    }
    facts.extend(evidence.one_sender.map(OneSender::says));
    if evidence.by_vote * 2 > evidence.failures() {
        facts.push(
            "Inconclusive: for most failures no log tells whether the provider was reached; their neighbours decided.".to_owned(),
        );
    }
    facts
}

/// Two providers fail on the same day by chance on 4 days in 1,000 (7.3 % and 6.0 % of days have an outage at all, classification
/// A1), so that something before both is to be thought of.
fn several_providers(evidence: &Evidence<'_>) -> Option<String> {
    let failed: Vec<Name> = evidence.failed_providers.iter().map(spelt).collect();
    (evidence.draft.side == Side::Provider && failed.len() > 1).then(|| {
        format!(
            "{} providers failed at the same time ({}), which is rare: check what their calls share before them, such as a gateway or a proxy.",
            failed.len(),
            list(Some(&failed))
        )
    })
}

/// A provider as it spells itself.
fn spelt(provider: &Name) -> Name {
    providers::by_spelling(provider).map_or_else(|| Name::clone(provider), |known| known.display_name().into())
}

/// What is said of a count, and nothing of none.
pub(super) fn if_any(number: u64, says: impl FnOnce(String) -> String) -> String {
    if number == 0 { String::new() } else { says(thousands(number)) }
}

/// Of how many no log tells whether the provider was reached.
pub(super) fn untold(number: u64) -> String {
    if_any(number, |number| format!("; of {number} no log can tell"))
}

pub(super) fn were(count: u64) -> String {
    if count == 1 {
        "1 was".to_owned()
    } else {
        format!("{} were", thousands(count))
    }
}

/// How sure the verdict is, 0 to 1.
pub(super) fn confidence(evidence: &Evidence<'_>) -> f64 {
    let product: f64 = confidence_factors(evidence).iter().map(|(_, factor)| factor).product();
    let capped = if voted(evidence) > 0.5 {
        product.min(BY_VOTE_CAP)
    } else {
        product
    };
    (capped * 100.0).round() / 100.0
}

/// Share of the failures whose side the vote decided.
fn voted(evidence: &Evidence<'_>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
    let voted = evidence.by_vote as f64 / evidence.failures().max(1) as f64;
    voted
}

/// What the confidence is a product of: evidence, side, scope and length (classification B6.4), and sender.
pub(super) fn confidence_factors(evidence: &Evidence<'_>) -> Vec<(&'static str, f64)> {
    let draft = evidence.draft;
    let proof = 1.0 - (-draft.evidence / (draft.dispersion * draft.threshold)).exp();
    let side = 1.0 - 0.5 * voted(evidence);
    let is_unsure = draft.told_by_failures.is_some() || draft.contrasts.iter().any(|contrast| contrast.gain < SURE_GAIN);
    let scope = if is_unsure { UNSURE_SCOPE } else { 1.0 };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a window")]
    let distance = (evidence.length_ms() - evidence.thresholds.transient_max_ms).abs() as f64
        / evidence.thresholds.transient_max_ms.max(1) as f64;
    let length = if draft.side == Side::Provider && distance <= NEAR_LIMIT {
        NEAR_LIMIT_FACTOR
    } else {
        1.0
    };
    let sender = if evidence.one_sender.is_some() {
        ONE_SENDER_FACTOR
    } else {
        1.0
    };
    let mut factors = vec![
        ("evidence", proof),
        ("side", side),
        ("scope", scope),
        ("length", length),
        ("sender", sender),
    ];
    if draft.only_failures {
        factors.push(("only failures logged", ONLY_FAILURES_FACTOR));
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::attempts_of;
    use crate::model::{Dimension, Scope};

    #[test]
    fn what_failed_is_told_by_all_of_its_scope() {
        let of = |values: &[(Dimension, &str)]| {
            let values = values.iter().map(|(dimension, value)| (*dimension, vec![(*value).into()]));
            attempts_of(&Scope {
                values: values.collect(),
            })
        };
        assert_eq!(of(&[]), "attempts");
        assert_eq!(of(&[(Dimension::Model, "o3")]), "attempts to o3");
        assert_eq!(of(&[(Dimension::Project, "proj_a")]), "attempts with project proj_a");
        let both = [(Dimension::Model, "o3"), (Dimension::Host, "app-3")];
        assert_eq!(of(&both), "attempts to o3 with application host app-3");
    }
}
