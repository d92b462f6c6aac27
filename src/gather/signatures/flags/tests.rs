//! One row a word: what does the proxy say of the end?

use super::{FlagSays, client_left, proxy_flag};
use crate::model::Fact::{self, *};
use crate::model::TransportError::{self, Connect, Dns, Filtered, Other, ProxyAuth, Reset, StreamAbort, Timeout, Tls};
use proptest::prelude::*;

fn broke(kind: TransportError, fact: Fact) -> Option<FlagSays> {
    Some(FlagSays::broke(kind, fact))
}

const CANCELLED: Option<FlagSays> = Some(FlagSays::CANCELLED);

fn status_by(fact: Fact) -> Option<FlagSays> {
    Some(FlagSays::status_by(fact))
}

#[test]
fn haproxy_states_say_how_far_the_request_came() {
    let rows = [
        ("----", None),
        ("SC--", broke(Connect, NeverConnected)),
        ("sC--", broke(Connect, NeverConnected)),
        ("SH--", broke(Reset, SentUnanswered)),
        ("sH--", broke(Timeout, SentUnanswered)),
        ("SD--", broke(StreamAbort, AnswerBegun)),
        ("sD", broke(StreamAbort, AnswerBegun)),
        ("PH--", status_by(UpstreamAnswered)),
        ("PR--", status_by(ProxySaysItsOwn)),
        ("cR--", status_by(ProxySaysItsOwn)),
        ("LR--", status_by(ProxySaysItsOwn)),
        ("sQ--", broke(Connect, ProxySaysItsOwn)),
        ("CD--", CANCELLED),
        ("cH--", CANCELLED),
        ("CC--", CANCELLED),
        ("S", None),
    ];
    for (state, expected) in rows {
        assert_eq!(proxy_flag("haproxy-http", state, None), expected, "{state}");
    }
}

#[test]
fn envoy_flags_are_read_with_their_details() {
    let rows = [
        ("-", Some("via_upstream"), status_by(UpstreamAnswered)),
        ("UPE", Some("via_upstream"), broke(StreamAbort, AnswerBegun)),
        ("UF", None, broke(Connect, NeverConnected)),
        ("UpstreamConnectionFailure", None, broke(Connect, NeverConnected)),
        (
            "URX,UF",
            Some("upstream_reset_before_response_started{connection_timeout}"),
            broke(Connect, NeverConnected),
        ),
        (
            "UF",
            Some("TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end"),
            broke(Tls, NeverConnected),
        ),
        ("UH", Some("no_healthy_upstream"), broke(Connect, NeverConnected)),
        ("DF", None, broke(Dns, NeverConnected)),
        (
            "UC",
            Some("upstream_reset_before_response_started{connection_termination}"),
            broke(Reset, SentUnanswered),
        ),
        (
            "UC",
            Some("upstream_reset_after_response_started{connection_termination}"),
            broke(StreamAbort, AnswerBegun),
        ),
        ("UR", None, broke(Reset, SentUnanswered)),
        ("UT", Some("upstream_response_timeout"), broke(Timeout, SentUnanswered)),
        (
            "UO",
            Some("upstream_reset_before_response_started{overflow}"),
            status_by(ProxySaysItsOwn),
        ),
        ("NR", Some("route_not_found"), status_by(ProxySaysItsOwn)),
        ("RL", None, status_by(ProxySaysItsOwn)),
        ("DC", Some("downstream_remote_disconnect"), None),
        ("URX", None, None),
        ("-", None, None),
    ];
    for (flags, detail, expected) in rows {
        assert_eq!(proxy_flag("envoy-text", flags, detail), expected, "{flags} {detail:?}");
        if expected.is_some() {
            assert_eq!(
                proxy_flag("json-lines", flags, detail),
                expected,
                "by shape: {flags} {detail:?}"
            );
        }
    }
}

#[test]
fn squid_codes_explain_its_results() {
    let rows = [
        ("TCP_TUNNEL/200", None),
        ("TCP_MISS/503", None),
        ("NONE_NONE/503", broke(Connect, NeverConnected)),
        ("NONE_NONE/500", broke(Connect, NeverConnected)),
        ("NONE_NONE/503 ERR_DNS_FAIL/-", broke(Dns, NeverConnected)),
        ("TCP_MISS/503 ERR_CONNECT_FAIL/errno=111", broke(Connect, NeverConnected)),
        ("ERR_SECURE_CONNECT_FAIL", broke(Tls, NeverConnected)),
        ("TCP_MISS/504 ERR_READ_TIMEOUT/WITH_SERVER", broke(Timeout, SentUnanswered)),
        ("ERR_ZERO_SIZE_OBJECT/WITH_SERVER", broke(Reset, SentUnanswered)),
        ("ERR_WRITE_ERROR", broke(Reset, SentUnanswered)),
        ("ERR_ICAP_FAILURE", status_by(ProxySaysItsOwn)),
        ("TCP_DENIED/407", broke(ProxyAuth, TransportKind)),
        ("TCP_DENIED/403", broke(Filtered, ProxyPage)),
        ("TCP_MISS_ABORTED/000", CANCELLED),
        ("NONE_NONE/000", None),
    ];
    for (result, expected) in rows {
        assert_eq!(proxy_flag("squid", result, None), expected, "{result}");
    }
    assert_eq!(
        proxy_flag("squid", "TCP_MISS/503", Some("ERR_CONNECT_FAIL")),
        broke(Connect, NeverConnected)
    );
}

#[test]
fn nginx_error_texts_tell_a_failed_connect_from_a_missing_answer() {
    let rows = [
        (
            "connect() failed (111: Connection refused) while connecting to upstream",
            broke(Connect, NeverConnected),
        ),
        (
            "upstream timed out (110: Connection timed out) while connecting to upstream",
            broke(Connect, NeverConnected),
        ),
        (
            "upstream timed out (110: Connection timed out) while SSL handshaking to upstream",
            broke(Tls, NeverConnected),
        ),
        (
            "upstream timed out (110: Connection timed out) while sending request to upstream",
            broke(Timeout, SentUnanswered),
        ),
        (
            "upstream timed out (110: Connection timed out) while reading response header from upstream",
            broke(Timeout, SentUnanswered),
        ),
        (
            "upstream timed out (110: Connection timed out) while reading upstream",
            broke(StreamAbort, AnswerBegun),
        ),
        (
            "recv() failed (104: Connection reset by peer) while reading response header from upstream",
            broke(Reset, SentUnanswered),
        ),
        (
            "upstream prematurely closed connection while reading response header from upstream",
            broke(Reset, SentUnanswered),
        ),
        (
            "upstream prematurely closed connection while reading upstream",
            broke(StreamAbort, AnswerBegun),
        ),
        (
            "no live upstreams while connecting to upstream",
            broke(Connect, NeverConnected),
        ),
        ("upstream server temporarily disabled while connecting to upstream", None),
        (
            "api.openai.com could not be resolved (3: Host not found)",
            broke(Dns, NeverConnected),
        ),
        (
            "upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream",
            broke(Tls, NeverConnected),
        ),
        ("SSL_do_handshake() failed (SSL: error:0A00010B) while SSL handshaking", None),
    ];
    for (text, expected) in rows {
        assert_eq!(proxy_flag("nginx-error", "", Some(text)), expected, "{text}");
    }
}

#[test]
fn nginx_error_texts_tell_its_own_limits_and_its_clients_from_the_provider() {
    let rows = [
        (
            "upstream sent too big header while reading response header from upstream",
            broke(StreamAbort, UpstreamAnswered),
        ),
        (
            "client prematurely closed connection, so upstream connection is closed too",
            CANCELLED,
        ),
        (
            "client intended to send too large body: 2000000 bytes",
            status_by(ProxySaysItsOwn),
        ),
        ("limiting requests, excess: 1.2 by zone \"llm\"", status_by(ProxySaysItsOwn)),
        (
            "1024 worker_connections are not enough while connecting to upstream",
            broke(Other, ProxySaysItsOwn),
        ),
        ("an upstream response is buffered to a temporary file", None),
    ];
    for (text, expected) in rows {
        assert_eq!(proxy_flag("nginx-error", "", Some(text)), expected, "{text}");
    }
}

#[test]
fn apache_error_numbers() {
    let rows = [
        (
            "(111)Connection refused: AH00957: http: attempt to connect to 10.0.0.1:443 failed",
            broke(Connect, NeverConnected),
        ),
        (
            "AH00898: DNS lookup failure for: api.openai.com returned by /v1/responses",
            broke(Dns, NeverConnected),
        ),
        (
            "(70007)The timeout specified has expired: AH01102: error reading status line from remote server",
            broke(Timeout, SentUnanswered),
        ),
        (
            "(104)Connection reset by peer: AH01102: error reading status line from remote server",
            broke(Reset, SentUnanswered),
        ),
        (
            "(20014)Internal error: AH01102: error reading status line from remote server",
            broke(Reset, SentUnanswered),
        ),
        (
            "(70008)Partial results are valid but processing is incomplete: AH01110: error reading response",
            broke(StreamAbort, AnswerBegun),
        ),
        (
            "AH00898: Error during SSL Handshake with remote server returned by /v1/responses",
            broke(Tls, NeverConnected),
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(proxy_flag("apache-error", "", Some(text)), expected, "{text}");
    }
}

#[test]
fn other_gateways() {
    assert_eq!(proxy_flag("tyk", "UCF", None), broke(Connect, NeverConnected));
    assert_eq!(proxy_flag("tyk", "CDC", None), CANCELLED);
    assert_eq!(
        proxy_flag("caddy", "", Some("dial tcp 10.0.0.1:443: connect: connection refused")),
        broke(Connect, TransportKind)
    );
    assert_eq!(
        proxy_flag("apim", "", Some("BackendConnectionFailure")),
        broke(Connect, NeverConnected)
    );
    assert_eq!(proxy_flag("apim", "", Some("ClientConnectionFailure")), CANCELLED);
    assert_eq!(
        proxy_flag("varnish", "", Some("first byte timeout")),
        broke(Timeout, SentUnanswered)
    );
    assert_eq!(proxy_flag("json-lines", "SH--", None), broke(Reset, SentUnanswered));
    assert_eq!(proxy_flag("json-lines", "", None), None);
}

#[test]
fn gateways_tell_whose_an_error_is() {
    let rows = [
        (
            "litellm",
            "",
            Some("No deployments available for selected model, Try again in 5 seconds."),
            status_by(ProxySaysItsOwn),
        ),
        (
            "litellm",
            "",
            Some("Budget has been exceeded! Current cost: 1.2, Max budget: 1.0"),
            status_by(ProxySaysItsOwn),
        ),
        ("litellm", "", Some("Connection error."), status_by(ProxyGaveUp)),
        (
            "litellm",
            "",
            Some("The server had an error while processing your request."),
            None,
        ),
        (
            "litellm",
            "stream",
            Some("peer closed connection"),
            broke(StreamAbort, AnswerBegun),
        ),
        ("litellm-payload", "litellm_rate_limit", None, status_by(ProxySaysItsOwn)),
        ("litellm-payload", "vendor_rate_limit", None, None),
        ("traefik", "no service", None, status_by(ProxySaysItsOwn)),
        ("traefik", "own body", None, status_by(ProxyGaveUp)),
        (
            "traefik",
            "",
            Some("dial tcp 10.0.0.9:443: connect: connection refused"),
            broke(Connect, TransportKind),
        ),
        ("kong", "gave up", None, status_by(ProxyGaveUp)),
        ("kong", "never asked", None, status_by(ProxySaysItsOwn)),
        ("helicone", "-1", None, broke(Timeout, SentUnanswered)),
        ("helicone", "-2", None, None),
        ("helicone", "-3", None, CANCELLED),
        ("openrouter", "error", None, broke(StreamAbort, UpstreamAnswered)),
        ("openrouter", "stop", None, None),
        ("tyk", "", Some("context canceled"), CANCELLED),
    ];
    for (format, flag, detail, expected) in rows {
        assert_eq!(proxy_flag(format, flag, detail), expected, "{format} {flag} {detail:?}");
    }
}

proptest! {
    #[test]
    fn no_flag_panics(format in "(haproxy|envoy|squid|tyk|nginx-error|json)", flag in "\\PC{0,12}", detail in "\\PC{0,60}") {
        let _ = proxy_flag(&format, &flag, Some(&detail));
    }
}

#[test]
fn only_a_flag_of_the_client_alone_says_that_it_left() {
    assert!(client_left("DC") && client_left("DownstreamConnectionTermination"));
    for flags in ["UC,DC", "DC,UPE", "-", "", "UF"] {
        assert!(!client_left(flags), "{flags}");
    }
}
