//! The headers that tell a call's ids, wherever a record holds a table of headers.

use super::json_values::{first, raw};
use crate::gather::retry_after;
use crate::model::Fields;
use crate::text::json::{Members, Value};

/// A header's first value; blanked and empty ones are none.
fn header(value: Value<'_>) -> Option<&str> {
    first(value)
        .and_then(raw)
        .filter(|text| !matches!(*text, "" | "-" | "null" | "REDACTED"))
}

/// What the provider's response headers say.
pub(super) fn response<'a>(fields: &mut Fields<'a>, headers: &'a str) {
    for (name, value) in Members::of(headers).into_iter().flatten() {
        response_header(fields, name, value);
    }
}

/// What one of the provider's response headers says.
pub(super) fn response_header<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
    let Some(value) = header(value) else { return };
    let is = |header: &str| name.eq_ignore_ascii_case(header);
    if is("x-request-id") {
        fields.x_request_id = Some(value);
    } else if is("request-id") || is("apim-request-id") {
        fields.x_request_id = fields.x_request_id.or(Some(value));
    } else if is("cf-ray") {
        fields.cf_ray = Some(value);
    } else if is("openai-organization") || is("anthropic-organization-id") {
        fields.organization = Some(value);
    } else if is("openai-project") {
        fields.project = Some(value);
    } else if is("x-ms-region") {
        fields.region = Some(value);
    } else if is("retry-after-ms") {
        fields.retry_after_ms = retry_after::milliseconds(value);
    } else if is("retry-after") {
        fields.retry_after_ms = fields.retry_after_ms.or_else(|| retry_after::seconds(value));
    } else if is("date") {
        fields.http_date = Some(value);
    }
}

/// What the caller's request headers say.
pub(super) fn request<'a>(fields: &mut Fields<'a>, headers: &'a str) {
    for (name, value) in Members::of(headers).into_iter().flatten() {
        request_header(fields, name, value);
    }
}

/// What one of the caller's request headers says.
pub(super) fn request_header<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
    let Some(value) = header(value) else { return };
    if name.eq_ignore_ascii_case("x-client-request-id") {
        fields.x_client_request_id = Some(value);
    } else if name.eq_ignore_ascii_case("x-stainless-retry-count") {
        let count = value.parse::<u32>().ok();
        fields.attempt = count.and_then(|count| count.checked_add(1)).or(fields.attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::{request, response};
    use crate::model::Fields;

    #[test]
    fn the_providers_own_id_outranks_its_gateways() {
        let mut fields = Fields::default();
        response(&mut fields, r#"{"apim-request-id":"b","X-Request-Id":["a"],"cf-ray":"-"}"#);
        assert_eq!((fields.x_request_id, fields.cf_ray), (Some("a"), None));
    }

    #[test]
    fn the_providers_own_header_outranks_its_kin_in_either_order() {
        for headers in [
            r#"{"apim-request-id":"b","X-Request-ID":["a","c"]}"#,
            r#"{"x-request-id":"a","Apim-Request-Id":"b"}"#,
        ] {
            let mut fields = Fields::default();
            response(&mut fields, headers);
            assert_eq!(fields.x_request_id, Some("a"));
        }
    }

    #[test]
    fn the_sdks_count_of_retries_is_the_attempts_number() {
        let mut fields = Fields::default();
        request(&mut fields, r#"{"X-Stainless-Retry-Count":"2"}"#);
        assert_eq!(fields.attempt, Some(3));
    }

    #[test]
    fn a_retry_count_numbers_the_attempt() {
        let mut fields = Fields::default();
        request(&mut fields, r#"{"X-Stainless-Retry-Count":"1","x-client-request-id":"c"}"#);
        assert_eq!((fields.attempt, fields.x_client_request_id), (Some(2), Some("c")));
    }
}
