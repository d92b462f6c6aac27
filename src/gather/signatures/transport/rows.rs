//! The rows of transport errors, the most telling first; the errors reference calls for every one of them.

use crate::model::Fact::{self, AnswerBegun, SentUnanswered, TransportKind};
use crate::model::TransportError::{self, Connect, Dns, Other, ProxyAuth, Reset, StreamAbort, Timeout, Tls};

/// Phrases that mean the same.
pub(super) struct Row {
    /// The transport error they name.
    pub(super) kind: TransportError,
    /// What they say about the provider having had the request.
    pub(super) reached: Option<Fact>,
    /// In lower case.
    pub(super) phrases: &'static [&'static str],
}

const fn row(kind: TransportError, reached: Fact, phrases: &'static [&'static str]) -> Row {
    Row {
        kind,
        reached: Some(reached),
        phrases,
    }
}

/// Texts of a client that gave up of its own will.
#[rustfmt::skip]
pub(super) const CANCELLED: &[&str] = &[
    // Node, the OpenAI and Anthropic SDKs [M].
    "request was aborted", "this operation was aborted", "apiuseraborterror",
    // Go [M]; Python's asyncio [K]; .NET [K].
    "context canceled", "*cancellederror", "a task was canceled",
    // Browsers: the page or an extension [K]; Firefox [K].
    "err_aborted", "err_blocked_by_client", "ns_binding_aborted",
    // nginx [M]; Envoy's details [D]; mitmproxy [S]; APIM [D]; Google's load balancers, CloudFront [K].
    "client prematurely closed connection", "downstream_remote_disconnect", "client disconnected.", "clientconnectionfailure",
    "client_disconnected*", "clientcommerror",
];

/// Every row. RFC 9209 error types and NEL types stand with the kind that `TransportError` gives them.
#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    // A proxy on the way wants credentials: requests [M], Chromium, RFC 9110, hyper-util [S].
    row(ProxyAuth, TransportKind, &[
        "tunnel connection failed: 407", "proxy authentication required", "proxy authorization required", "err_proxy_auth*",
        "err_cache_access_denied",
    ]),
    // A proxy on the way gave no tunnel: Go [M], requests [M], aiohttp, reqwest, Chromium, Node's undici [K].
    row(Connect, TransportKind, &[
        "proxyconnect tcp", "unable to connect to proxy", "cannot connect to proxy", "tunnel connection failed",
        "unsuccessful tunnel", "*proxyerror", "err_tunnel_connection_failed", "err_proxy_*", "unable_to_connect_proxy",
        "proxy response (", "could not resolve proxy",
    ]),
    // Name resolution: Python [M], macOS, Windows [K]; urllib3, aiohttp [M]; Node [M]; Go [M]; Java [M]; Rust [M]; Ruby [M];
    // curl, .NET, Erlang, browsers [K]; RFC 9209, NEL.
    row(Dns, TransportKind, &[
        "name or service not known", "temporary failure in name resolution", "no address associated with hostname",
        "nodename nor servname provided", "getaddrinfo", "errno 11001", "no such host is known",
        "*nameresolutionerror", "*connectordnserror", "failed to resolve '",
        "enotfound", "eai_again", "no such host", "server misbehaving", "dial tcp: lookup ",
        "*unknownhostexception", "failed to lookup address", "dns error", "could not resolve host", "nxdomain",
        "err_name_not_resolved", "err_dns_*", "err_icann_name_collision", "ns_error_unknown_host", "dns_error", "dns_timeout",
        "dns.name_not_resolved", "dns.unreachable", "dns.failed",
    ]),
    // TLS: Python [M], Node [M], Go [M], Java [M], Rust [M], Ruby [M], OpenSSL, curl, .NET, Envoy [D], browsers [K].
    row(Tls, TransportKind, &[
        "certificate_verify_failed", "certificate verify failed", "*certverificationerror", "*connectorcertificateerror",
        "*connectorsslerror", "*sslerror", "[ssl:", "[ssl]", "eof occurred in violation of protocol",
        "depth_zero_self_signed_cert", "self_signed_cert_in_chain", "unable_to_get_issuer_cert*",
        "unable_to_verify_leaf_signature", "cert_has_expired", "cert_not_yet_valid", "err_tls_cert_altname_invalid", "eproto",
        "before secure tls connection was established", "unable to get local issuer certificate",
        "unable to verify the first certificate", "certificate has expired",
        "x509:", "tls: failed to verify", "tls handshake timeout", "remote error: tls", "first record does not look like a tls",
        "server gave http response to https client",
        "pkix path building failed", "*sslhandshakeexception", "*sslpeerunverifiedexception", "remote host terminated the handshake",
        "*handshake_failure", "invalid peer certificate", "unexpected eof during handshake", "self-signed certificate",
        "self signed certificate", "ssl_connect returned", "wrong_version_number", "wrong version number", "ssl alert number",
        "unexpected eof while reading", "unexpected_eof_while_reading", "ssl certificate problem", "ssl connection timeout",
        "the ssl connection could not be established", "tls_error:", "ssl handshak", "ssl_do_handshake() failed",
        "err_cert_*", "err_ssl_*", "sec_error_*", "ssl_error_*", "tls_protocol_error", "tls_certificate_error",
        "tls_alert_received", "tls.cert.", "tls.protocol.error", "err_secure_connect_fail",
    ]),
    // Go names the request before an end of file that came in place of an answer [M].
    row(Reset, SentUnanswered, &["\": unexpected eof", "\": eof"]),
    // The body broke off after the headers: httpx [M]; requests, urllib3, aiohttp [M] (its 400 is no status); Go, the JDK, Rust,
    // Node [M]; node-fetch, curl, .NET, Codex [K]; Envoy [D]; browsers [K]; RFC 9209.
    row(StreamAbort, AnswerBegun, &[
        "without sending complete message body", "incomplete chunked read",
        "incompleteread(", "connection broken: ", "response ended prematurely", "response payload is not completed",
        "transferencodingerror", "contentlengtherror", "*chunkedencodingerror",
        "unexpected eof", "chunked transfer encoding, state", "fixed content-length", "premature eof",
        "error decoding response body", "error reading a body", "typeerror: terminated", "terminated: other side closed",
        "error: aborted", "while reading body)", "err_stream_premature_close", "premature close",
        "transfer closed with", "stream disconnected before completion", "upstream_reset_after_response_started",
        "err_incomplete_chunked_encoding", "err_content_length_mismatch", "http_response_incomplete", "http.response.invalid",
        "aborting with incomplete response",
    ]),
    // Events came, and the one that ends a stream did not: `data: [DONE]` of OpenAI, `message_stop` of Anthropic; the SDKs of
    // both for Node [S lib/ChatCompletionStream.ts, lib/MessageStream.ts], and what applications write of it.
    row(StreamAbort, AnswerBegun, &[
        "ended without producing a", "ended without sending any chunks", "stream ended before", "stream ended without",
        "stream closed before", "without [done]", "before [done]", "missing [done]", "no [done]", "without message_stop",
        "before message_stop", "missing message_stop", "without response.completed", "before response.completed",
        "error occurred during streaming",
    ]),
    // A stream of HTTP/2 that the other side ended: it may have been answered or not [K; R].
    row(StreamAbort, SentUnanswered, &["stream error: stream id", "stream timeout after", "was not closed cleanly"]),
    // The caller's own resources: no connection was to be had [K].
    row(Other, TransportKind, &[
        "*pooltimeout", "acquire operation took longer", "too many open files", "emfile", "enfile", "eaddrnotavail",
        "cannot assign requested address", "queuepool limit",
    ]),
    // An established connection on which nothing came: Node [K].
    row(Timeout, SentUnanswered, &["read etimedout"]),
    // No connection, refused or unreachable or not in time: every runtime [M]; the JDK's bare class [M 17]; Windows, .NET,
    // curl, Ruby, browsers [K]; Envoy [D]; Squid [S]; RFC 9209, NEL.
    row(Connect, TransportKind, &[
        "connection refused", "econnrefused", "connect call failed", "cannot connect to host", "*newconnectionerror",
        "failed to establish a new connection", "all connection attempts failed", "enetunreach", "ehostunreach", "ehostdown",
        "no route to host", "network is unreachable", "host is down",
        "*connecttimeout*", "connect timeout", "connection timeout to host", "etimedout", "connect timed out", "dial tcp ",
        "while waiting for connection", "tcp connect error", "(os error 110)", "(os error 60)", "errno 110", "errno 60",
        "winerror 10060", "winerror 10061", "actively refused it", "did not properly respond", "java.net.connectexception",
        "*noroutetohostexception", "net::opentimeout", "execution expired", "failed to open tcp connection",
        "curl error 7:", "failed to connect to",
        "connection_failure", "remote_connection_failure", "delayed connect error", "delayed_connect_error*",
        "err_connection_refused", "err_connection_timed_out", "err_address_unreachable", "err_internet_disconnected",
        "err_connection_failed", "ns_error_connection_refused", "ns_error_offline", "err_connect_fail", "connection_refused",
        "connection_timeout", "destination_unavailable", "destination_not_found", "destination_ip_*", "tcp.refused",
        "tcp.address_unreachable", "tcp.failed", "tcp.timed_out", "backendconnectionfailure", "originconnecterror",
    ]),
    // The connection went away before an answer: every runtime [M]; the JDK says so of a reset too [M]; aiohttp, OkHttp, rustls,
    // Windows, .NET, curl, HTTP/2, browsers [K]; RFC 9209, NEL; Squid [S].
    row(Reset, SentUnanswered, &[
        "connection reset", "econnreset", "(os error 104)", "(os error 54)", "errno 104", "winerror 10054", "wsaeconnreset",
        "forcibly closed by the remote host", "socket hang up", "other side closed", "und_err_socket",
        "server disconnected", "*serverdisconnectederror", "remotedisconnected", "remote end closed connection",
        "server closed idle connection", "header parser received no bytes", "unexpected end of file from server",
        "unexpected end of stream", "end of file reached", "connection closed before message completed", "incompletemessage",
        "without sending tls close_notify", "broken pipe", "epipe", "prematurely closed connection", "connection aborted",
        "connection was closed unexpectedly", "empty reply from server",
        "goaway", "rst_stream", "refused stream", "refused_stream", "nghttp2_*", "http2 error", "http2error",
        "connection_termination", "remote_reset", "err_connection_reset", "err_connection_closed", "err_connection_aborted",
        "err_empty_response", "err_http2_protocol_error", "err_quic_protocol_error", "err_network_changed", "ns_error_net_reset",
        "ns_error_net_interrupt", "err_read_error", "err_zero_size_object", "connection_terminated", "tcp.reset", "tcp.closed",
        "tcp.aborted", "enobufs", "reason: :closed", "transporterror) socket closed",
        "socket_closed_remotely",
    ]),
    // Sent, and no answer in time: the SDKs, httpx, requests, the JDK, Ruby, undici, reqwest [M], Go [M], axios, node-fetch,
    // OkHttp, Elixir's Req [S]; .NET, browsers [K]; RFC 9209.
    row(Timeout, SentUnanswered, &[
        "*readtimeout*", "read timed out", "read timeout", "request timed out", "timed out", "*sockettimeout*",
        "*httptimeoutexception", "headers timeout error", "body timeout error", "und_err_headers_timeout", "und_err_body_timeout",
        "client.timeout exceeded", "configured httpclient.timeout", "context deadline exceeded", "awaiting response headers",
        "*timeouterror", "*timeoutexception", "*writetimeout", "i/o timeout", "timeout on reading", "read operation timed out",
        "litellm.timeout", "ms exceeded", "network timeout at: ", "interruptedioexception: timeout", "reason: :timeout",
        "transporterror) timeout", "err_timed_out", "ns_error_net_timeout", "err_read_timeout", "first byte timeout",
        "upstream_response_timeout", "connection_read_timeout", "connection_write_timeout", "http_response_timeout",
    ]),
    // The SDK's or runtime's own word, without a cause [M]: it never tells more.
    Row { kind: Other, reached: None, phrases: &[
        "*apiconnectionerror", "connection error", "fetch failed", "error sending request", "connection failed",
        "cannot connect to api", "*openaiioexception", "*resourceaccessexception", "i/o error on", "*connecterror",
        "*remoteprotocolerror", "*readerror", "*writeerror", "*clientconnectorerror", "*clientoserror", "max retries exceeded with url",
        "unable to read data from the transport connection",
    ] },
];
