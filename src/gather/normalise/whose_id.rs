//! Whose a request's id is: the provider's, or that of a proxy or an application.

use super::without_port;
use crate::model::Fields;
use crate::providers;
use crate::redact::scrub;

/// The provider's id, if the record has one that may be passed off as such.
///
/// A header named as the provider's is believed when its value has the shape of a provider's id; a bare `request_id`
/// only when it could be nobody else's. A UUID is the id of those who make UUIDs (Azure, Bedrock) and of nobody else.
#[must_use]
pub(crate) fn provider_id<'a>(fields: &Fields<'a>) -> Option<&'a str> {
    provider_id_shaped(fields).and_then(scrub::id)
}

/// The same before it is held against the shapes of secrets: enough for counting, and asked of every success.
#[must_use]
pub(crate) fn provider_id_shaped<'a>(fields: &Fields<'a>) -> Option<&'a str> {
    // Where the request went is asked last: it takes a search through the URL, and most ids have a shape of their own.
    let shaped = |id: &&str| {
        providers::is_provider_request_id(id, false) || (providers::is_provider_request_id(id, true) && makes_uuids(fields))
    };
    fields.x_request_id.filter(shaped).or_else(|| {
        fields
            .request_id
            .filter(|id| shaped(id) && (id.starts_with("req_") || is_azure(fields)))
    })
}

/// Whether a header that is named as the provider's holds a UUID where the request went to.
fn makes_uuids(fields: &Fields<'_>) -> bool {
    is_azure(fields) || provider_of(fields).is_some_and(|provider| provider.makes_uuids())
}

/// The provider that the record names, by the surest it has.
fn provider_of(fields: &Fields<'_>) -> Option<&'static dyn providers::Provider> {
    let url = fields.url.map(providers::split_url);
    let host = fields
        .server_address
        .or(url.as_ref().and_then(|url| url.host))
        .map(without_port);
    let path = url.as_ref().map_or("", |url| url.path);
    fields
        .provider
        .and_then(providers::by_spelling)
        .or_else(|| host.and_then(providers::by_host))
        .or_else(|| providers::by_path(path))
        .or_else(|| fields.model.and_then(providers::by_model))
}

fn is_azure(fields: &Fields<'_>) -> bool {
    let azure_url = |url: &str| url.contains("/openai/deployments/") || url.contains(".azure.com");
    fields.url.is_some_and(azure_url)
        || fields.server_address.is_some_and(|host| host.ends_with(".azure.com"))
        || fields.provider.is_some_and(|provider| provider.contains("azure"))
        || fields.error_code == Some("azure")
}

/// An id of the proxy's or application's own: what stands where a provider's id would, without its shape.
#[must_use]
pub(crate) fn gateway_id<'a>(fields: &Fields<'a>) -> Option<&'a str> {
    gateway_id_beside(fields, provider_id(fields))
}

/// The same where the provider's id is known already.
#[must_use]
pub(crate) fn gateway_id_beside<'a>(fields: &Fields<'a>, provider_id: Option<&str>) -> Option<&'a str> {
    let foreign = fields.x_request_id.filter(|_| provider_id.is_none());
    fields.gateway_request_id.or(foreign).and_then(scrub::id)
}
