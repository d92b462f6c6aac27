//! What a proxy's own word on the end means: Envoy flags, HAProxy states, Squid and Tyk codes, error-log texts.

mod aws_alb;
mod aws_api_gateway;
mod azure_apim;
#[cfg(test)]
mod cloud_tests;
mod cloudflare;
mod cloudfront;
mod envoy;
mod error_text;
mod fastly;
mod gcp;
mod haproxy;
mod helicone;
mod iis;
mod kong;
mod litellm;
mod openrouter;
mod proxy_status;
mod squid;
#[cfg(test)]
mod tests;
mod traefik;
mod tyk;
mod varnish;

use crate::model::{Fact, TransportError};

/// What a proxy's word says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlagSays {
    /// The transport error it names; `None` where the status decides.
    pub outcome: Option<TransportError>,
    /// What it says about the provider having had the request.
    pub fact: Option<Fact>,
    /// The client gave up.
    pub cancelled: bool,
}

impl FlagSays {
    const CANCELLED: Self = Self {
        outcome: None,
        fact: None,
        cancelled: true,
    };

    const fn broke(kind: TransportError, fact: Fact) -> Self {
        Self {
            outcome: Some(kind),
            fact: Some(fact),
            cancelled: false,
        }
    }

    /// The status decides, and the proxy says who wrote it.
    const fn status_by(fact: Fact) -> Self {
        Self {
            outcome: None,
            fact: Some(fact),
            cancelled: false,
        }
    }
}

/// What a proxy's flag, with its detail text, says; `format` is the name of the log format. A format that is no proxy's
/// in particular (JSON lines) is judged by the flag's shape.
#[must_use]
pub(crate) fn proxy_flag(format: &str, flag: &str, detail: Option<&str>) -> Option<FlagSays> {
    let flag = flag.trim();
    let is_of = |names: &[&str]| names.iter().any(|name| format.starts_with(name));
    if let Some(said) = of_a_cloud(format, flag, detail) {
        said
    } else if is_of(&["haproxy"]) {
        haproxy::says(flag)
    } else if is_of(&["envoy", "istio"]) {
        envoy::says(flag, detail)
    } else if is_of(&["squid"]) {
        squid::says(flag).or_else(|| detail.and_then(squid::says))
    } else if is_of(&["litellm"]) {
        litellm::says(flag, detail)
    } else if is_of(&["kong"]) {
        kong::says(flag)
    } else if is_of(&["helicone"]) {
        helicone::says(flag)
    } else if is_of(&["openrouter"]) {
        openrouter::says(flag)
    } else if is_of(&["traefik"]) {
        traefik::says(flag).or_else(|| detail.and_then(in_its_own_words))
    } else if is_of(&["tyk"]) {
        tyk::says(flag).or_else(|| detail.and_then(in_its_own_words))
    } else if is_of(&["nginx", "apache"]) {
        // Their error logs have one vocabulary, and lines about the client's side that must not be taken for it.
        detail.and_then(error_text::says)
    } else {
        by_shape(flag, detail)
    }
}

/// Whether a proxy's flag says that the client hung up and nothing else: of an exchange that was answered it says nothing, for
/// many a client closes the connection behind the answer.
#[must_use]
pub(crate) fn client_left(flag: &str) -> bool {
    envoy::client_left(flag.trim())
}

/// What the words of a cloud or a content delivery network say; `None` where the format is none of theirs.
fn of_a_cloud(format: &str, flag: &str, detail: Option<&str>) -> Option<Option<FlagSays>> {
    Some(match format {
        "aws-alb" => aws_alb::says(flag, detail),
        "aws-api-gateway" => aws_api_gateway::says(flag, detail),
        "azure-apim" => azure_apim::says(flag, detail),
        "cloudflare-logpush" => cloudflare::says(flag),
        "cloudfront" => cloudfront::says(flag),
        "fastly" => fastly::says(flag, detail),
        "gcp-requests" => gcp::says(flag, detail),
        "varnish" => varnish::says(flag, detail),
        "w3c-extended" => iis::says(flag),
        _ => return None,
    })
}

fn by_shape(flag: &str, detail: Option<&str>) -> Option<FlagSays> {
    let named = if envoy::is_flags(flag) || detail.is_some_and(envoy::is_detail) {
        envoy::says(flag, detail)
    } else if haproxy::is_state(flag) {
        haproxy::says(flag)
    } else if squid::is_result(flag) {
        squid::says(flag)
    } else {
        tyk::says(flag)
    };
    named.or_else(|| detail.and_then(in_its_own_words))
}

/// What a proxy without a vocabulary of its own says.
fn in_its_own_words(detail: &str) -> Option<FlagSays> {
    error_text::says(detail).or_else(|| error_text::any_transport(detail))
}
