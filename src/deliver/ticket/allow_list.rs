//! The names that a firewall or proxy must let through, by provider. Names, not addresses: the providers are behind
//! delivery networks whose addresses change.

use crate::deliver::phrases::inert;
use crate::model::{Dimension, Name, Part, Window};
use crate::providers;
use std::collections::BTreeSet;

/// Provider, surface, and the names its clients call.
const DOMAINS: [(&str, &str, &[&str]); 7] = [
    ("openai", "api", &["api.openai.com"]),
    (
        "openai",
        "web",
        &[
            "chatgpt.com",
            "*.chatgpt.com",
            "*.openai.com",
            "*.oaistatic.com",
            "*.oaiusercontent.com",
            "challenges.cloudflare.com",
        ],
    ),
    ("anthropic", "api", &["api.anthropic.com"]),
    (
        "anthropic",
        "web",
        &[
            "claude.ai",
            "*.claude.ai",
            "*.claude.com",
            "*.anthropic.com",
            "*.claudeusercontent.com",
        ],
    ),
    (
        "azure.ai.openai",
        "api",
        &[
            "RESOURCE.openai.azure.com",
            "RESOURCE.cognitiveservices.azure.com",
            "login.microsoftonline.com (for Entra ID tokens)",
        ],
    ),
    (
        "gcp.gemini",
        "api",
        &[
            "generativelanguage.googleapis.com",
            "REGION-aiplatform.googleapis.com",
            "oauth2.googleapis.com (for service accounts)",
        ],
    ),
    (
        "aws.bedrock",
        "api",
        &[
            "bedrock-runtime.REGION.amazonaws.com",
            "sts.REGION.amazonaws.com (for role credentials)",
        ],
    ),
];

/// The names for a part: those that were called and are a provider's, then those that its clients also call.
pub(super) fn domains(window: &Window, part: &Part) -> Vec<String> {
    let by_application = part.tally(Dimension::ServerAddress).into_iter();
    let by_proxies = window.case.proxies.iter().map(|log| &log.servers);
    let called: BTreeSet<&Name> = by_application
        .chain(by_proxies)
        .flat_map(|tally| &tally.named)
        .map(|(host, _)| host)
        .collect();
    let mut names: Vec<String> = called
        .iter()
        .filter(|host| providers::by_host(host).is_some())
        .map(|host| format!("{} (called in these logs)", inert(host)))
        .collect();
    let by_host = called
        .iter()
        .filter_map(|host| providers::by_host(host))
        .map(|provider| (provider.name(), "api"));
    let by_part = window
        .case
        .parts
        .iter()
        .filter_map(|part| Some((part.provider.as_deref()?, part.surface.as_deref().unwrap_or("api"))));
    let used: BTreeSet<(&str, &str)> = by_host.chain(by_part).collect();
    let known = DOMAINS.iter().filter(|(of, on, _)| used.contains(&(*of, *on)));
    for name in known.flat_map(|(_, _, names)| *names) {
        if !names.iter().any(|told| told.split(' ').next() == name.split(' ').next()) {
            names.push((*name).to_owned());
        }
    }
    if names.is_empty() {
        names.push(super::answer::to_fill_in(
            "host name of the provider's API; no log read names one",
        ));
    }
    names
}
