//! The `statusDetails` of Google Cloud's load balancers: who made the status.
//!
//! Source: Google Cloud's "Application Load Balancer logging and monitoring", tables of success and failure messages
//! \[D\].

use super::{FlagSays, proxy_status};
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Reset, StreamAbort, Timeout, Tls};

/// What the details say; regional balancers write a `proxyStatus` in their place.
pub(super) fn says(details: &str, status: Option<&str>) -> Option<FlagSays> {
    of_details(details).or_else(|| status.and_then(proxy_status::says))
}

fn of_details(details: &str) -> Option<FlagSays> {
    Some(match details {
        "response_sent_by_backend" | "aborted_request_due_to_backend_early_response" => FlagSays::status_by(UpstreamAnswered),
        "failed_to_connect_to_backend" => FlagSays::broke(Connect, NeverConnected),
        "failed_to_pick_backend" | "serverless_neg_routing_failed" | "invalid_external_origin_endpoint" => {
            FlagSays::broke(Connect, ProxySaysItsOwn)
        }
        "backend_timeout" => FlagSays::broke(Timeout, SentUnanswered),
        "backend_connection_closed_before_data_sent_to_client" => FlagSays::broke(Reset, SentUnanswered),
        "backend_connection_closed_after_partial_response_sent" => FlagSays::broke(StreamAbort, AnswerBegun),
        // It answered, and the balancer would not pass the answer on.
        "backend_early_response_with_non_error_status"
        | "backend_interim_response_not_supported"
        | "backend_response_corrupted"
        | "backend_response_headers_too_long"
        | "error_uncompressing_gzipped_body" => FlagSays::status_by(UpstreamAnswered),
        "client_disconnected_before_any_response" | "client_disconnected_after_partial_response" | "client_timed_out" => {
            FlagSays::CANCELLED
        }
        "failed_to_negotiate_alpn" => FlagSays::broke(Tls, NeverConnected),
        _ if is_of_backends_certificate(details) => FlagSays::broke(Tls, NeverConnected),
        _ if is_own(details) => FlagSays::status_by(ProxySaysItsOwn),
        _ => return None,
    })
}

/// The balancer did not trust the backend.
fn is_of_backends_certificate(details: &str) -> bool {
    details.starts_with("server_cert_") || details.starts_with("ssl_certificate_")
}

/// What the balancer, its security policy or its identity proxy made of a request on their own.
fn is_own(details: &str) -> bool {
    const OWN: [&str; 25] = [
        "banned_by_security_policy",
        "body_not_allowed",
        "config_not_found",
        "denied_by_security_policy",
        "direct_response",
        "early_data_rejected",
        "failed_parsing_client_headers",
        "fault_filter_abort",
        "handled_by_identity_aware_proxy",
        "headers_too_long",
        "http_version_not_supported",
        "internal_error",
        "invalid_chunk_framing",
        "invalid_request_headers",
        "malformed_chunked_body",
        "multiple_iap_policies",
        "request_body_too_large",
        "request_loop_detected",
        "required_body_but_no_content_length",
        "retriable_error",
        "secure_url_rejected",
        "service_extension_error",
        "throttled_by_security_policy",
        "unsupported_method",
        "upgrade_header_rejected",
    ];
    OWN.contains(&details)
        || details.starts_with("invalid_http2_client_")
        || details.starts_with("client_cert_")
        || details.starts_with("response_from_cache")
}
