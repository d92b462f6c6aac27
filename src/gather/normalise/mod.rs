//! From a log's spelling to one meaning: how an attempt ended, by which fact it is known to have reached the provider,
//! and what it was about.
//!
//! Formats know spelling, `providers` know what a provider is, `signatures` know error texts; here they are married.

mod attributes;
mod end;
#[cfg(test)]
mod end_tests;
mod error;
mod upstream;
mod whose_id;

pub(super) use attributes::{attributes, edge_site, without_port};
pub(super) use end::{End, end, is_tunnel};
pub(super) use error::error_said;
pub(super) use upstream::{upstream, upstream_retries};
pub(super) use whose_id::{gateway_id, gateway_id_beside, provider_id, provider_id_shaped};

use crate::model::{Fields, Grain, Vantage};
use crate::providers;

/// Whether the record is about a call at all, as far as its meaning can tell: some LLM path, model, provider or id.
#[must_use]
pub(super) fn is_about_a_call(fields: &Fields<'_>, vantage: Vantage) -> bool {
    match vantage {
        Vantage::Application => true,
        // A page fetches from many hosts; only a provider's, or a gateway's by its paths, are calls.
        Vantage::Browser | Vantage::Proxy => {
            fields.grain == Grain::Detail
                || fields.url.is_none_or(|url| {
                    let url = providers::split_url(url);
                    providers::is_llm_request(url.host.or(fields.server_address), url.path)
                })
                || fields.x_request_id.is_some()
        }
    }
}
