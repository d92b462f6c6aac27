//! The names of the keys, and what each means.

use super::{Key, MICROSECONDS, MILLISECONDS, NANOSECONDS, SECONDS};
use crate::gather::keys::Folded;
use ahash::AHashMap;
use std::sync::LazyLock;

/// Every known name, by what it means. Their spelling does not matter (`keys::Folded`): the words are parted to be read.
const NAMES: &[(Key, &str)] = &[
    (
        Key::Time,
        "time ts timestamp @timestamp time_local time_iso8601 iso8601 datetime date event_time request_time_iso \
         time_stamp logged_at epoch",
    ),
    (Key::Msec, "msec time_msec epoch_msec"),
    (
        Key::Client,
        "remote_addr remote client client_ip remote_ip client_addr realip_remote_addr ip remote_address client_address \
         source_ip source_address src_ip c_ip peer_ip caller_ip http_client_ip network_client_ip real_ip remote_host \
         client_ip_address remote_ip_address x_real_ip http_x_real_ip",
    ),
    (
        Key::Forwarded,
        "x_forwarded_for http_x_forwarded_for xff forwarded_for http_forwarded proxy_add_x_forwarded_for",
    ),
    (Key::Request, "request req request_line raw_request http_request_line"),
    (
        Key::Method,
        "method request_method verb http_method http_verb http_request_method req_method cs_method",
    ),
    (
        Key::Url,
        "uri request_uri path url request_path request_url url_path http_url http_path http_uri http_target url_full \
         url_original original_url raw_path req_url req_path req_uri uri_path cs_uri_stem",
    ),
    (
        Key::Host,
        "host http_host vhost authority request_host server_name virtual_host url_domain req_host http_request_host server_address",
    ),
    (Key::ProxyHost, "proxy_host upstream_host backend_host target_host"),
    (Key::Proxy, "proxy proxy_name"),
    (Key::Machine, "hostname"),
    (
        Key::Status,
        "status code status_code http_status response_code response_status st response http_status_code \
         http_response_status_code http_code resp_status resp_code response_status_code res_status res_status_code \
         result_code final_status return_code reply_code sc_status status_int http_response_status \
         http_response_code rcode",
    ),
    (
        Key::UpstreamAddress,
        "proxy_upstream_addr ua upstream_addr upstream upstream_address up up_addr upstream_ip backend_addr backend_address \
         peer upstream_server upstream_peer",
    ),
    (
        Key::Duration(SECONDS),
        "req_time duration elapsed latency total_time request_duration response_time dur took http_server_request_duration \
         time_taken elapsed_time process_time processing_time secs duration_s duration_sec duration_secs \
         duration_seconds elapsed_s elapsed_sec elapsed_seconds latency_s latency_sec latency_seconds \
         response_time_s response_duration_s response_duration request_time_s request_time_sec request_time_seconds",
    ),
    (
        Key::Duration(MILLISECONDS),
        "request_time_ms duration_ms elapsed_ms latency_ms rt_ms ms response_time_ms responsetime_ms request_duration_ms \
         total_time_ms time_ms took_ms duration_millis elapsed_millis latency_millis duration_msec dur_ms \
         duration_milliseconds elapsed_milliseconds latency_milliseconds time_taken_ms process_time_ms",
    ),
    (
        Key::Duration(MICROSECONDS),
        "duration_us elapsed_us time_us usec response_time_us latency_us duration_usec duration_micros request_time_us \
         duration_microseconds elapsed_micros latency_micros time_taken_us",
    ),
    (
        Key::Duration(NANOSECONDS),
        "event_duration duration_ns latency_ns elapsed_ns duration_nanos latency_nanos",
    ),
    (Key::RequestTime, "rt request_time"),
    (
        Key::UpstreamTime(SECONDS),
        "urt upstream_response_time upstream_time upstream_rt uprt up_time upstream_duration upstream_latency backend_time \
         upstream_secs peer_secs peer_time",
    ),
    (
        Key::UpstreamTime(MILLISECONDS),
        "urt_ms upstream_response_time_ms upstream_time_ms upstream_duration_ms upstream_latency_ms",
    ),
    (
        Key::ConnectTime(SECONDS),
        "uct upstream_connect_time upstream_connect connect_time upct upstream_ct",
    ),
    (
        Key::ConnectTime(MILLISECONDS),
        "uct_ms upstream_connect_time_ms connect_time_ms upstream_connect_ms",
    ),
    (
        Key::HeaderTime(SECONDS),
        "uht upstream_header_time upstream_header header_time upht upstream_ht",
    ),
    (
        Key::HeaderTime(MILLISECONDS),
        "uht_ms upstream_header_time_ms header_time_ms upstream_header_ms",
    ),
    (
        Key::UpstreamStatus,
        "us upstream_status ustatus ups upst up_st up_status upstream_code upstream_status_code backend_status peer_code peer_status",
    ),
    (
        Key::ProviderId,
        "x_request_id upstream_http_x_request_id sent_http_x_request_id upstream_x_request_id \
         upstream_request_id openai_request_id provider_request_id xrid oai_id resp_x_request_id response_x_request_id \
         provider_req_id provider_rid upstream_req_id upstream_rid openai_req_id oai_request_id oai_rid \
         http_response_header_x_request_id http_response_headers_x_request_id vendor_request_id llm_request_id",
    ),
    (
        Key::OtherProviderId,
        "apim apim_request_id upstream_http_apim_request_id upstream_http_request_id \
         sent_http_request_id upstream_http_x_ms_request_id x_ms_request_id anthropic_request_id anthropic_req_id \
         http_response_header_request_id http_response_headers_request_id azure_request_id",
    ),
    (Key::ShortId, "rid req_id"),
    (Key::RequestId, "request_id http_request_id"),
    (
        Key::OwnId,
        "gateway_request_id trace_id correlation_id proxy_request_id unique_id log_id",
    ),
    (
        Key::ClientId,
        "crid xcrid x_client_request_id client_request_id http_x_client_request_id client_req_id client_rid cid c_rid \
         http_request_header_x_client_request_id http_request_headers_x_client_request_id caller_request_id \
         req_x_client_request_id request_x_client_request_id",
    ),
    (Key::Ray, "ray cf_ray cfray upstream_http_cf_ray sent_http_cf_ray"),
    (
        Key::Foreign,
        "term tsc termination_state term_state response_flags response_code_details resp_headers latencies",
    ),
    (
        Key::Application,
        "exception traceback stack_trace stacktrace exc_info attempt error_type retries_left prompt_tokens completion_tokens",
    ),
    (Key::Level, "level lvl severity levelname log_level"),
    (Key::Logger, "logger"),
    (Key::Message, "msg message event"),
    (
        Key::Model,
        "model deployment upstream_http_x_ms_deployment_name gen_ai_request_model request_model llm_model x_llm_model",
    ),
    (Key::Organization, "openai_organization upstream_http_openai_organization"),
    (Key::Project, "openai_project upstream_http_openai_project"),
    (Key::Region, "upstream_http_x_ms_region sent_http_x_ms_region x_ms_region"),
    (Key::AnyRegion, "region"),
    (Key::RetryAfter, "retry_after upstream_http_retry_after sent_http_retry_after"),
    (Key::RetryCount, "http_x_stainless_retry_count x_stainless_retry_count"),
    (
        Key::Bytes,
        "bytes body_bytes_sent bytes_sent bytes_out bytes_written response_size resp_size response_bytes resp_bytes \
         body_bytes response_body_bytes network_bytes_written bytes_in bytes_received request_length",
    ),
    (
        Key::UserAgent,
        "user_agent http_user_agent useragent user_agent_original agent http_useragent request_user_agent",
    ),
    (
        Key::Referer,
        "referer referrer http_referer http_referrer remote_user hitmiss upstream_cache_status cf_cache_status x_cache",
    ),
    (
        Key::Protocol,
        "protocol proto server_protocol http_version http_protocol request_protocol scheme",
    ),
];

/// The same by folded name: a hash costs less than a hundred comparisons, and every pair of every line asks.
static BY_NAME: LazyLock<AHashMap<Vec<u8>, Key>> = LazyLock::new(|| {
    let pairs = NAMES
        .iter()
        .flat_map(|(key, names)| names.split_ascii_whitespace().map(|name| (name, *key)));
    pairs
        .filter_map(|(name, key)| Some((Folded::of(name)?.bytes().to_vec(), key)))
        .collect()
});

/// What a key means, whatever its case and whatever ties its words; `None` for every other key.
pub(in crate::gather::formats) fn key(name: &str) -> Option<Key> {
    match named(&Folded::of(name)?)? {
        Key::Level | Key::Logger | Key::Message => Some(Key::Foreign),
        Key::Forwarded | Key::Application | Key::Bytes | Key::UserAgent | Key::Referer | Key::Protocol => None,
        key => Some(key),
    }
}

/// The same of a folded name, with those whose value says nothing of a call and everything of who wrote it.
pub(in crate::gather::formats) fn named(name: &Folded) -> Option<Key> {
    BY_NAME.get(name.bytes()).copied()
}

impl Key {
    /// The same where a value has decimals: nobody writes fractions of a nanosecond.
    pub(in crate::gather::formats) fn in_seconds(self) -> Self {
        match self {
            Self::Duration(NANOSECONDS) => Self::Duration(SECONDS),
            key => key,
        }
    }

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
    use super::{Folded, Key, NAMES, key, named};

    #[test]
    fn case_and_what_ties_words_do_not_matter() {
        for name in ["X-Request-Id", "x_request_id", "XRequestId", "x.request.id"] {
            assert_eq!(key(name), Some(Key::ProviderId), "{name}");
        }
        assert_eq!(key("CF-Ray"), Some(Key::Ray));
        assert_eq!(key("upstreamResponseTime"), key("upstream_response_time"));
        assert_eq!(key("ssl_cipher"), None);
    }

    #[test]
    fn no_name_means_two_things() {
        for (key, names) in NAMES {
            for name in names.split_ascii_whitespace() {
                assert_eq!(Folded::of(name).as_ref().and_then(named), Some(*key), "{name}");
            }
        }
    }
}
