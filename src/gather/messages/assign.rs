//! Puts what single pairs say where it belongs.

use super::pairs::{Key, latency_ms};
use super::stage::Stage;
use super::{scan, written};
use crate::model::Fields;
use crate::providers;

/// Fills what is absent in `fields` and says nothing of an end.
pub(super) fn add<'a>(own: Fields<'a>, fields: &mut Fields<'a>) {
    fields.model = fields.model.or(own.model);
    fields.url = fields.url.or(own.url);
    fields.provider = fields.provider.or(own.provider);
    fields.attempt = fields.attempt.or(own.attempt);
    fields.duration_ms = fields.duration_ms.or(own.duration_ms);
    fields.x_request_id = fields.x_request_id.or(own.x_request_id);
    fields.request_id = fields.request_id.or(own.request_id);
    fields.x_client_request_id = fields.x_client_request_id.or(own.x_client_request_id);
}

pub(super) fn absent(value: &str) -> bool {
    matches!(value, "None" | "null" | "undefined" | "-" | "" | "nil")
}

/// Puts one pair's value where it belongs.
pub(super) fn assign<'a>(key: Key, value: &'a str, fields: &mut Fields<'a>) {
    if absent(value) {
        return;
    }
    match key {
        Key::Status => match scan::status(value) {
            Some(status) => fields.status = Some(status),
            None => fields.ok = Stage::of(value).ended.or(fields.ok),
        },
        Key::StatusLike => fields.status = fields.status.or(scan::status(value).filter(|status| *status >= 200)),
        Key::ErrorCode => match scan::status(value) {
            Some(status) => fields.status = fields.status.or(Some(status)),
            None => fields.error_code = Some(value),
        },
        Key::Error if written::first(value).is_some() => fields.error_message = Some(value),
        Key::Error if is_name(value) => fields.error_type = fields.error_type.or(Some(value)),
        Key::Error | Key::ErrorMessage => fields.error_message = Some(value),
        Key::ErrorType => fields.error_type = Some(value),
        Key::Latency(unit) => fields.duration_ms = fields.duration_ms.or(latency_ms(value, unit)),
        Key::Attempt => fields.attempt = scan::whole(value).map(|(attempt, _)| attempt).filter(|attempt| *attempt > 0),
        // Only the words before the pairs tell whether it is one before a retry.
        Key::Pause(_) => {}
        Key::Stream => fields.stream = Some(value.eq_ignore_ascii_case("true")),
        Key::InputTokens => fields.input_tokens = count(value),
        Key::OutputTokens => fields.output_tokens = count(value),
        // Two processes that write at once glue their words together: `request_id=Nonellm call failed`.
        Key::ProviderId | Key::RequestId | Key::ClientId if value.starts_with("None") || scan::is_body_id(value) => {}
        Key::ProviderId => fields.x_request_id = Some(value),
        Key::RequestId => fields.request_id = Some(value),
        Key::ClientId => fields.x_client_request_id = Some(value),
        Key::CfRay => fields.cf_ray = Some(value),
        Key::Model => fields.model = Some(value),
        Key::Url => fields.url = Some(value),
        Key::Cause => fields.text = Some(value),
        Key::Method => fields.method = Some(value),
        Key::Server => fields.server_address = Some(host(value)),
        Key::Proxy => fields.proxy = Some(host(value)),
        Key::Provider => fields.provider = Some(value),
        Key::Tier => fields.service_tier = Some(value),
        Key::Organization => fields.organization = Some(value),
        Key::Project => fields.project = Some(value),
    }
}

/// A host, which may be told by a URL.
fn host(value: &str) -> &str {
    providers::split_url(value).host.unwrap_or(value)
}

/// A count of at most 32 bits, as the other formats read counts.
fn count(value: &str) -> Option<u64> {
    value.parse::<u64>().ok().map(|count| count.min(u64::from(u32::MAX)))
}

fn is_name(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}
