//! The headers that identify an exchange, as SDKs dump them.

use crate::gather::retry_after;
use crate::model::Fields;

/// Takes one response header. Names: formats.md 0.2.
pub(in crate::gather) fn response<'a>(name: &'a str, value: &'a str, fields: &mut Fields<'a>) {
    let place = match name.len() {
        4 if name.eq_ignore_ascii_case("date") => &mut fields.http_date,
        6 if name.eq_ignore_ascii_case("cf-ray") => &mut fields.cf_ray,
        10 if name.eq_ignore_ascii_case("request-id") => &mut fields.x_request_id,
        11 if name.eq_ignore_ascii_case("x-ms-region") => &mut fields.region,
        12 if name.eq_ignore_ascii_case("x-request-id") => &mut fields.x_request_id,
        15 if name.eq_ignore_ascii_case("apim-request-id") => &mut fields.x_request_id,
        16 if name.eq_ignore_ascii_case("x-amzn-requestid") => &mut fields.x_request_id,
        14 if name.eq_ignore_ascii_case("openai-project") => &mut fields.project,
        19 if name.eq_ignore_ascii_case("openai-organization") => &mut fields.organization,
        25 if name.eq_ignore_ascii_case("anthropic-organization-id") => &mut fields.organization,
        11 if name.eq_ignore_ascii_case("retry-after") => {
            fields.retry_after_ms = fields.retry_after_ms.or_else(|| retry_after::seconds(value));
            return;
        }
        14 if name.eq_ignore_ascii_case("retry-after-ms") => {
            fields.retry_after_ms = retry_after::milliseconds(value);
            return;
        }
        _ => return,
    };
    place.get_or_insert(value);
}

/// Takes one request header.
pub(in crate::gather) fn request<'a>(name: &'a str, value: &'a str, fields: &mut Fields<'a>) {
    if name.eq_ignore_ascii_case("x-client-request-id") {
        fields.x_client_request_id.get_or_insert(value);
    } else if name.eq_ignore_ascii_case("x-stainless-retry-count") && fields.attempt.is_none() {
        fields.attempt = value.parse::<u32>().ok().and_then(|retries| retries.checked_add(1));
    }
}
