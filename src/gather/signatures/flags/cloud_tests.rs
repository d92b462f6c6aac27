//! One row a word of a cloud or a CDN: who failed, and had the provider the request?

use super::{FlagSays, proxy_flag};
use crate::model::Fact::{self, AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{self, Connect, Dns, Reset, StreamAbort, Timeout, Tls};

fn broke(kind: TransportError, fact: Fact) -> Option<FlagSays> {
    Some(FlagSays::broke(kind, fact))
}

fn status_by(fact: Fact) -> Option<FlagSays> {
    Some(FlagSays::status_by(fact))
}

const CANCELLED: Option<FlagSays> = Some(FlagSays::CANCELLED);

fn assert_says(format: &str, rows: &[(&str, Option<&str>, Option<FlagSays>)]) {
    for (flag, detail, expected) in rows {
        assert_eq!(proxy_flag(format, flag, *detail), *expected, "{format}: {flag} {detail:?}");
    }
}

#[test]
fn a_status_of_the_balancers_own_has_a_reason_or_none() {
    assert_says(
        "aws-alb",
        &[
            ("460", None, CANCELLED),
            ("503", None, status_by(ProxySaysItsOwn)),
            ("561", Some("AuthUserinfoEpRequestTimeout"), status_by(ProxySaysItsOwn)),
            ("403", Some("WAFConnectionError"), status_by(ProxySaysItsOwn)),
            ("502", Some("LambdaInvalidResponse"), broke(Reset, SentUnanswered)),
            ("502", Some("LambdaConnectionTimeout"), status_by(ProxySaysItsOwn)),
            // Whether a target was connected stands in other fields of the line.
            ("504", None, None),
        ],
    );
}

#[test]
fn api_gateway_tells_its_own_refusals_from_its_integrations_failures() {
    assert_says(
        "aws-api-gateway",
        &[
            ("INTEGRATION_TIMEOUT", None, broke(Timeout, SentUnanswered)),
            ("INTEGRATION_FAILURE", None, broke(Connect, SentUnanswered)),
            (
                "INTEGRATION_FAILURE",
                Some("Network error communicating with endpoint"),
                broke(Connect, NeverConnected),
            ),
            ("THROTTLED", None, status_by(ProxySaysItsOwn)),
            ("AUTHORIZER_FAILURE", None, status_by(ProxySaysItsOwn)),
            ("", Some("Endpoint request timed out"), broke(Timeout, SentUnanswered)),
            ("", Some("something else"), None),
        ],
    );
}

#[test]
fn cloudfront_says_what_failed_at_the_origin() {
    assert_says(
        "cloudfront",
        &[
            ("OriginConnectError", None, broke(Connect, NeverConnected)),
            ("OriginDnsError", None, broke(Dns, NeverConnected)),
            ("OriginCommError", None, broke(Timeout, SentUnanswered)),
            ("OriginReadError", None, broke(Reset, SentUnanswered)),
            ("OriginInvalidResponseError", None, status_by(UpstreamAnswered)),
            ("Error", None, status_by(UpstreamAnswered)),
            ("ClientCommError", None, CANCELLED),
            ("CapacityExceeded", None, status_by(ProxySaysItsOwn)),
            ("InvalidRequestMethod", None, status_by(ProxySaysItsOwn)),
            ("FunctionExecutionError", None, status_by(ProxySaysItsOwn)),
            ("Miss", None, None),
        ],
    );
}

#[test]
fn cloudflares_own_status_says_whether_the_origin_was_reached() {
    assert_says(
        "cloudflare-logpush",
        &[
            ("521", None, status_by(ProxySaysItsOwn)),
            ("522", None, status_by(ProxySaysItsOwn)),
            ("524", None, status_by(SentUnanswered)),
            ("502", None, status_by(SentUnanswered)),
            ("block", None, status_by(ProxySaysItsOwn)),
            ("scriptThrewException", None, status_by(ProxySaysItsOwn)),
            ("499", None, CANCELLED),
        ],
    );
}

#[test]
fn api_managements_last_error_is_a_connection_a_client_or_a_policy() {
    assert_says(
        "azure-apim",
        &[
            ("BackendConnectionFailure", None, broke(Connect, NeverConnected)),
            (
                "BackendConnectionFailure",
                Some("The remote name could not be resolved: 'x'"),
                broke(Dns, NeverConnected),
            ),
            (
                "BackendConnectionFailure",
                Some("Could not establish trust relationship for the SSL/TLS secure channel"),
                broke(Tls, NeverConnected),
            ),
            (
                "BackendConnectionFailure",
                Some("An error occurred while sending the request."),
                broke(Connect, SentUnanswered),
            ),
            ("Timeout", None, broke(Timeout, SentUnanswered)),
            ("ClientConnectionFailure", None, CANCELLED),
            ("RateLimitExceeded", None, status_by(ProxySaysItsOwn)),
            ("", None, None),
        ],
    );
}

#[test]
fn googles_balancers_say_who_made_the_status() {
    assert_says(
        "gcp-requests",
        &[
            ("response_sent_by_backend", None, status_by(UpstreamAnswered)),
            ("failed_to_connect_to_backend", None, broke(Connect, NeverConnected)),
            ("failed_to_pick_backend", None, broke(Connect, ProxySaysItsOwn)),
            ("backend_timeout", None, broke(Timeout, SentUnanswered)),
            (
                "backend_connection_closed_before_data_sent_to_client",
                None,
                broke(Reset, SentUnanswered),
            ),
            (
                "backend_connection_closed_after_partial_response_sent",
                None,
                broke(StreamAbort, AnswerBegun),
            ),
            ("ssl_certificate_san_verification_failed", None, broke(Tls, NeverConnected)),
            ("client_disconnected_before_any_response", None, CANCELLED),
            ("denied_by_security_policy", None, status_by(ProxySaysItsOwn)),
            ("a_word_of_next_year", None, None),
            (
                "",
                Some(r#"error="http_response_timeout"; details="upstream_response_timeout""#),
                broke(Timeout, SentUnanswered),
            ),
            ("", Some("error=destination_unavailable"), broke(Connect, ProxySaysItsOwn)),
            ("", Some(r#"error="http_response_header_size""#), status_by(UpstreamAnswered)),
            ("", Some("details=x"), None),
        ],
    );
}

#[test]
fn fastlys_reasons_outrank_its_states() {
    assert_says(
        "fastly",
        &[
            ("ERROR", Some("first byte timeout"), broke(Timeout, SentUnanswered)),
            (
                "ERROR",
                Some("Backend unavailable, connection timeout"),
                broke(Connect, NeverConnected),
            ),
            (
                "ERROR",
                Some("hostname doesn't match against certificate"),
                broke(Tls, NeverConnected),
            ),
            ("ERROR", Some("Backend is unhealthy"), broke(Connect, ProxySaysItsOwn)),
            ("ERROR", Some("Service Unavailable"), status_by(SentUnanswered)),
            ("PASS", Some("Service Unavailable"), status_by(UpstreamAnswered)),
            ("HIT", None, None),
        ],
    );
}

#[test]
fn varnish_and_iis_say_why_they_could_not_fetch() {
    assert_says(
        "varnish",
        &[
            ("synth", None, status_by(SentUnanswered)),
            ("synth", Some("first byte timeout"), broke(Timeout, SentUnanswered)),
            ("synth", Some("backend default: unhealthy"), broke(Connect, ProxySaysItsOwn)),
            ("miss", None, None),
        ],
    );
    assert_says(
        "w3c-extended",
        &[
            ("12002", None, broke(Timeout, SentUnanswered)),
            ("12029", None, broke(Connect, NeverConnected)),
            ("12007", None, broke(Dns, NeverConnected)),
            ("12175", None, broke(Tls, NeverConnected)),
            ("64", None, CANCELLED),
            ("5", None, None),
        ],
    );
}
