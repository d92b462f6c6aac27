//! What an unnamed value is, by its shape: proxies log captured headers without saying which.

/// A provider's request id: OpenAI's and Anthropic's start with `req_`.
pub(super) fn is_provider_id(value: &str) -> bool {
    value
        .strip_prefix("req_")
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A UUID with its hyphens: what SDKs send as `X-Client-Request-Id`, and what Azure answers.
pub(super) fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A `cf-ray`: 16 hexadecimal digits and the airport of Cloudflare's edge.
pub(super) fn is_ray(value: &str) -> bool {
    value.split_once('-').is_some_and(|(id, airport)| {
        id.len() == 16
            && airport.len() == 3
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
            && airport.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

/// A method that clients ask with; another word in capitals may be anything.
pub(super) fn is_usual_method(word: &str) -> bool {
    matches!(word, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS")
}

/// A host name with a dot, and perhaps a port; never an address or a version number, which have no letters last.
pub(super) fn is_host(value: &str) -> bool {
    let name = value.split_once(':').map_or(value, |(name, _)| name);
    name.contains('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::{is_host, is_provider_id, is_ray, is_uuid};

    #[test]
    fn each_shape_knows_its_own() {
        assert!(is_provider_id("req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"));
        assert!(is_uuid("0f8fad5b-d9cb-469f-a165-70867728950e") && !is_uuid("0f8fad5b-d9cb-469f-a165"));
        assert!(is_ray("91c0f3e2aa0b1d2c-FRA") && !is_ray("91c0f3e2-aa0b-1d2c"));
        assert!(is_host("api.openai.com:443"));
    }

    #[test]
    fn addresses_and_versions_are_no_hosts() {
        assert!(!is_host("10.0.0.1:443"));
        assert!(!is_host("OpenAI/Python 1.66.0"));
        assert!(!is_host("1.66.0"));
    }
}
