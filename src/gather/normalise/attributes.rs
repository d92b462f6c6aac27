//! What an attempt was about: provider, model, route, host and the rest, in words that may be kept.

use crate::model::{Attributes, Dimension, Fields, Name, Vantage};
use crate::providers;
use crate::redact::{is_clean, scrub, wall};

/// What a record's `host` says: the host that was asked, or the one that wrote it. A program's may be the provider's address,
/// bare or in a URL.
fn host_said<'a>(fields: &Fields<'a>, vantage: Vantage) -> (Option<&'a str>, Option<&'a str>) {
    let Some(host) = fields.host else { return (None, None) };
    let address = providers::split_url(host).host.unwrap_or(host);
    if vantage == Vantage::Application && providers::by_host(without_port(address)).is_some() {
        (Some(address), None)
    } else {
        (None, Some(host))
    }
}

/// What the attempt was about. Called once for each new combination of raw values; the collector remembers the rest.
#[must_use]
pub(crate) fn attributes(fields: &Fields<'_>, vantage: Vantage, host: Option<&Name>) -> Attributes {
    let mut attributes = shaped_attributes(fields, vantage, host);
    for dimension in Dimension::ALL {
        // What the wall before reports would take out, no state file and no shard need hold either.
        let secret = attributes.get(dimension).filter(|word| !is_clean(word));
        if let Some(shown) = secret.map(|word| wall(word.to_string()).0) {
            attributes.set(dimension, Some(Name::from(shown)));
        }
    }
    attributes
}

fn shaped_attributes(fields: &Fields<'_>, vantage: Vantage, host: Option<&Name>) -> Attributes {
    let url = fields.url.map(providers::split_url);
    let (asked, own) = host_said(fields, vantage);
    let server = fields
        .server_address
        .or(url.as_ref().and_then(|url| url.host))
        .or(asked)
        .map(without_port)
        .and_then(scrub::host);
    let path = url.as_ref().map_or("", |url| url.path);
    let endpoint = providers::endpoint(path);
    let model = fields
        .model
        .or(endpoint.as_ref().and_then(|endpoint| endpoint.model))
        .and_then(scrub::model);
    let provider = fields
        .provider
        .and_then(providers::by_spelling)
        .or_else(|| server.and_then(providers::by_host))
        .or_else(|| providers::by_path(path))
        .or_else(|| model.and_then(providers::by_model));
    let mut attributes = Attributes::default();
    attributes.set(Dimension::Provider, provider.map(|provider| Name::from(provider.name())));
    attributes.set(Dimension::Surface, Some(Name::from(providers::surface(server, path))));
    attributes.set(
        Dimension::ServerAddress,
        server.map(|server| Name::from(server.to_ascii_lowercase())),
    );
    attributes.set(Dimension::Model, model.map(Name::from));
    attributes.set(
        Dimension::Endpoint,
        endpoint
            .filter(|endpoint| !endpoint.path.is_empty())
            .map(|endpoint| Name::from(scrub::path(&endpoint.path).unwrap_or(scrub::NO_PATH))),
    );
    attributes.set(
        Dimension::ServiceTier,
        fields.service_tier.and_then(scrub::service_tier).map(Name::from),
    );
    attributes.set(Dimension::Project, fields.project.and_then(scrub::word).map(Name::from));
    attributes.set(
        Dimension::Client,
        fields.client.map(without_port).and_then(scrub::host).map(Name::from),
    );
    let region = fields.region.or_else(|| providers::region(server?));
    let region = region.and_then(|name| providers::azure_region(name).or_else(|| scrub::word(name)));
    attributes.set(Dimension::Region, region.map(Name::from));
    attributes.set(Dimension::EdgeSite, edge_site(fields).map(Name::from));
    let writer = host.cloned().or_else(|| own.and_then(scrub::host).map(Name::from));
    match vantage {
        Vantage::Proxy => attributes.set(
            Dimension::Proxy,
            fields.proxy.and_then(scrub::host).map(Name::from).or(writer),
        ),
        Vantage::Application | Vantage::Browser => {
            attributes.set(Dimension::Proxy, fields.proxy.and_then(scrub::host).map(Name::from));
            attributes.set(Dimension::Host, writer);
        }
    }
    attributes
}

/// The airport code that a `cf-ray` ends with: `9a1b2c3d4e5f6a7b-FRA`.
pub(crate) fn edge_site<'a>(fields: &Fields<'a>) -> Option<&'a str> {
    let (_, site) = fields.cf_ray?.rsplit_once('-')?;
    (site.len() == 3 && site.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(site)
}

/// `host:443` and `10.0.0.7:34114` without their port; IPv6 addresses in brackets lose them.
pub(crate) fn without_port(address: &str) -> &str {
    if let Some(rest) = address.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(inside, _)| inside);
    }
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => address,
    }
}
