//! The names of the keys, and what each means.

use super::{Key, MICROSECONDS, MILLISECONDS, SECONDS};
use ahash::AHashMap;
use std::sync::LazyLock;

/// The longest key that is looked up; every known one is shorter.
const LONGEST: usize = 48;

/// Every known name, by what it means.
const NAMES: &[(Key, &str)] = &[
    (
        Key::Time,
        "time ts timestamp @timestamp time_local time_iso8601 iso8601 datetime date",
    ),
    (Key::Msec, "msec"),
    (
        Key::Client,
        "remote_addr remote client client_ip clientip remote_ip client_addr realip_remote_addr ip",
    ),
    (Key::Request, "request req request_line"),
    (Key::Method, "method request_method verb http_method"),
    (Key::Url, "uri request_uri path url request_path request_url url_path"),
    (Key::Host, "host http_host vhost authority request_host"),
    (Key::ProxyHost, "proxy_host upstream_host"),
    (Key::Proxy, "proxy proxy_name"),
    (Key::Machine, "hostname"),
    (
        Key::Status,
        "status code status_code http_status response_code response_status st",
    ),
    (
        Key::UpstreamAddress,
        "proxy_upstream_addr ua upstream_addr upstream upstream_address up up_addr",
    ),
    (
        Key::Duration(SECONDS),
        "req_time duration elapsed latency total_time request_duration response_time dur took",
    ),
    (
        Key::Duration(MILLISECONDS),
        "request_time_ms duration_ms elapsed_ms latency_ms rt_ms ms",
    ),
    (Key::Duration(MICROSECONDS), "duration_us elapsed_us time_us usec"),
    (Key::RequestTime, "rt request_time"),
    (
        Key::UpstreamTime(SECONDS),
        "urt upstream_response_time upstream_time upstream_rt uprt up_time",
    ),
    (Key::UpstreamTime(MILLISECONDS), "urt_ms upstream_response_time_ms"),
    (
        Key::ConnectTime(SECONDS),
        "uct upstream_connect_time upstream_connect connect_time upct upstream_ct",
    ),
    (
        Key::ConnectTime(MILLISECONDS),
        "uct_ms upstream_connect_time_ms connect_time_ms",
    ),
    (
        Key::HeaderTime(SECONDS),
        "uht upstream_header_time upstream_header header_time upht upstream_ht",
    ),
    (Key::HeaderTime(MILLISECONDS), "uht_ms upstream_header_time_ms header_time_ms"),
    (Key::UpstreamStatus, "us upstream_status ustatus ups up_status upstream_code"),
    (
        Key::ProviderId,
        "x_request_id upstream_http_x_request_id sent_http_x_request_id upstream_x_request_id \
         upstream_request_id openai_request_id provider_request_id xrid oai_id resp_x_request_id response_x_request_id",
    ),
    (
        Key::OtherProviderId,
        "apim apim_request_id upstream_http_apim_request_id upstream_http_request_id \
         sent_http_request_id upstream_http_x_ms_request_id x_ms_request_id anthropic_request_id",
    ),
    (Key::ShortId, "rid req_id"),
    (Key::RequestId, "request_id"),
    (Key::OwnId, "gateway_request_id trace_id correlation_id"),
    (
        Key::ClientId,
        "crid xcrid x_client_request_id client_request_id http_x_client_request_id",
    ),
    (Key::Ray, "ray cf_ray cfray upstream_http_cf_ray sent_http_cf_ray"),
    (
        Key::Foreign,
        "level lvl msg message event logger severity levelname term tsc termination_state term_state response_flags response_code_details resp_headers \
         latencies httprequest",
    ),
    (Key::Model, "model deployment upstream_http_x_ms_deployment_name"),
    (Key::Organization, "openai_organization upstream_http_openai_organization"),
    (Key::Project, "openai_project upstream_http_openai_project"),
    (Key::Region, "upstream_http_x_ms_region sent_http_x_ms_region x_ms_region"),
    (Key::AnyRegion, "region"),
    (Key::RetryAfter, "retry_after upstream_http_retry_after sent_http_retry_after"),
    (Key::RetryCount, "http_x_stainless_retry_count x_stainless_retry_count"),
];

/// The same by name: a hash costs less than a hundred comparisons, and every pair of every line asks.
static BY_NAME: LazyLock<AHashMap<&str, Key>> = LazyLock::new(|| {
    let pairs = NAMES
        .iter()
        .flat_map(|(key, names)| names.split_ascii_whitespace().map(|name| (name, *key)));
    pairs.collect()
});

/// What a key means, whatever its case and whether its words are tied by `_`, `-` or `.`; `None` for every other key.
pub(in crate::gather::formats) fn key(name: &str) -> Option<Key> {
    let known = &*BY_NAME;
    if let Some(key) = known.get(name) {
        return Some(*key);
    }
    if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return None;
    }
    let mut folded = [0; LONGEST];
    let folded = folded.get_mut(..name.len())?;
    for (to, from) in folded.iter_mut().zip(name.bytes()) {
        *to = match from {
            b'-' | b'.' => b'_',
            other => other.to_ascii_lowercase(),
        };
    }
    known.get(std::str::from_utf8(folded).ok()?).copied()
}

impl Key {
    /// Whether only nginx (of the proxies that write such lines) has this value: what a strict `fit` asks for.
    pub(in crate::gather::formats) fn tells_nginx(self) -> bool {
        matches!(
            self,
            Self::RequestTime
                | Self::UpstreamTime(_)
                | Self::ConnectTime(_)
                | Self::HeaderTime(_)
                | Self::UpstreamAddress
                | Self::UpstreamStatus
                | Self::Msec
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, key};

    #[test]
    fn case_and_hyphens_do_not_matter() {
        assert_eq!(key("X-Request-Id"), Some(Key::ProviderId));
        assert_eq!(key("CF-Ray"), Some(Key::Ray));
        assert_eq!(key("body_bytes_sent"), None);
    }
}
