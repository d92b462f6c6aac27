//! The headers that a gateway logs with an exchange, whatever it puts in front of their names.

use super::json_values::{first, raw};
use crate::model::Fields;
use crate::text::json::{Members, Value};

/// Takes a header of the request.
pub(super) fn request<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
    if name.eq_ignore_ascii_case("x-client-request-id") {
        fields.x_client_request_id = text(value);
    } else if name.eq_ignore_ascii_case("x-stainless-retry-count") {
        let count = text(value).and_then(|count| count.parse::<u32>().ok());
        fields.attempt = count.and_then(|count| count.checked_add(1));
    }
}

/// Takes a header of the answer. Whether an id is the provider's is judged by its shape, later: gateways echo their own
/// under the same name.
pub(super) fn response<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
    let is = |header: &str| name.eq_ignore_ascii_case(header);
    if is("x-request-id") {
        fields.x_request_id = text(value).or(fields.x_request_id);
    } else if is("request-id") || is("apim-request-id") {
        fields.x_request_id = fields.x_request_id.or_else(|| text(value));
    } else if is("cf-ray") {
        fields.cf_ray = text(value);
    } else if is("openai-organization") || is("anthropic-organization-id") {
        fields.organization = text(value);
    } else if is("openai-project") {
        fields.project = text(value);
    } else if is("date") {
        fields.http_date = text(value);
    }
}

/// Takes all headers of an object.
pub(super) fn each<'a>(fields: &mut Fields<'a>, headers: Value<'a>, take: fn(&mut Fields<'a>, &str, Value<'a>)) {
    if let Value::Object(headers) = headers {
        for (name, value) in Members::of(headers).into_iter().flatten() {
            take(fields, name, value);
        }
    }
}

/// A header's first value.
fn text(value: Value<'_>) -> Option<&str> {
    first(value)
        .and_then(raw)
        .filter(|text| !text.is_empty() && !matches!(*text, "null" | "REDACTED"))
}

#[cfg(test)]
mod tests {
    use super::{each, request, response};
    use crate::model::Fields;
    use crate::text::json::Value;

    #[test]
    fn the_providers_own_header_outranks_its_kin_in_either_order() {
        for headers in [
            r#"{"apim-request-id":"b","X-Request-ID":["a","c"]}"#,
            r#"{"x-request-id":"a","Apim-Request-Id":"b"}"#,
        ] {
            let mut fields = Fields::default();
            each(&mut fields, Value::Object(headers), response);
            assert_eq!(fields.x_request_id, Some("a"));
        }
    }

    #[test]
    fn the_sdks_count_of_retries_is_the_attempts_number() {
        let mut fields = Fields::default();
        each(&mut fields, Value::Object(r#"{"X-Stainless-Retry-Count":"2"}"#), request);
        assert_eq!(fields.attempt, Some(3));
    }
}
