//! Transport errors in the words of runtimes, SDKs and proxies.
//!
//! The cause ranks above the class that wraps it: `Connection error.` tells nothing, and an exception's name less than
//! the operating system's words below it. So the table is asked row by row, causes first.

use super::lowered;
use crate::model::{Fact, TransportError};

/// A broken exchange, as its text tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Why it broke.
    pub kind: TransportError,
    /// What that says about the provider having had the request; `None` where the text cannot tell.
    pub reached: Option<Fact>,
}

use TransportError::{Connect, Dns, Filtered, Other, ProxyAuth, Reset, StreamAbort, Timeout, Tls};

/// What a kind says by itself about the provider having had the request (classification B2, rows 6, 7 and 9).
fn fact(kind: TransportError) -> Option<Fact> {
    match kind {
        Dns | Connect | Tls | ProxyAuth => Some(Fact::TransportKind),
        Filtered => Some(Fact::ProxyPage),
        StreamAbort => Some(Fact::AnswerBegun),
        Reset | Timeout => Some(Fact::SentUnanswered),
        Other => None,
    }
}

/// Texts in lower case, the most telling first. Each was seen in the runtime named, or read in its source.
const TEXTS: &[(TransportError, &[&str])] = &[
    // A proxy that wants credentials, or cannot open the tunnel.
    (
        ProxyAuth,
        &[
            "407 proxy authentication required",
            "proxy authentication required",
            "tunnel connection failed: 407",
            "err_proxy_auth",
        ],
    ),
    (
        Connect,
        &[
            "proxyconnect tcp",
            "unable to connect to proxy",
            "cannot connect to proxy",
            "tunnel connection failed",
            "unsuccessful tunnel",
            "proxyerror(",
            "proxyerror:",
            "err_tunnel_connection_failed",
            "err_proxy_connection_failed",
            "unable_to_connect_proxy",
            "httpx.proxyerror",
            "proxy response (",
        ],
    ),
    // Name resolution: Python, macOS, Windows, Node, Go, Java, Rust, browsers.
    (
        Dns,
        &[
            "name or service not known",
            "temporary failure in name resolution",
            "no address associated with hostname",
            "nodename nor servname provided",
            "getaddrinfo",
            "nameresolutionerror",
            "clientconnectordnserror",
            "enotfound",
            "eai_again",
            "no such host",
            "server misbehaving",
            "unknownhostexception",
            "failed to lookup address",
            "err_name_not_resolved",
            "could not be resolved",
            "dns lookup failure",
        ],
    ),
    // TLS: Python, Node, Go, Java, Rust, Ruby, OpenSSL.
    (
        Tls,
        &[
            "certificate_verify_failed",
            "certificate verify failed",
            "sslcertverificationerror",
            "depth_zero_self_signed_cert",
            "self_signed_cert_in_chain",
            "unable_to_get_issuer_cert",
            "unable_to_verify_leaf_signature",
            "cert_has_expired",
            "err_tls_cert_altname_invalid",
            "x509:",
            "pkix path building failed",
            "invalid peer certificate",
            "tls handshake timeout",
            "remote error: tls",
            "first record does not look like a tls",
            "server gave http response to https client",
            "wrong_version_number",
            "wrong version number",
            "ssl alert number",
            "handshake_failure",
            "handshake failure",
            "sslerror(",
            "ssl: ",
            "err_cert_authority_invalid",
            "err_ssl",
            "eproto",
            "ssl_connect returned",
            "self-signed certificate",
            "unexpected eof while reading",
            "ssl handshak",
            "certificate does not match",
        ],
    ),
    // The body broke off after the headers. aiohttp prints a 400 there that is no status.
    (
        StreamAbort,
        &[
            "peer closed connection without sending complete message body",
            "incomplete chunked read",
            "incompleteread(",
            "connection broken: ",
            "response ended prematurely",
            "response payload is not completed",
            "transferencodingerror",
            "contentlengtherror",
            "chunked transfer encoding, state",
            "fixed content-length",
            "premature eof",
            "error decoding response body",
            "typeerror: terminated",
            "err_incomplete_chunked_encoding",
            "while reading upstream",
            "while reading body)",
            "err_stream_premature_close",
            "premature close",
            "stream disconnected before completion",
        ],
    ),
    // No connection: refused, unreachable, or not in time.
    (
        Connect,
        &[
            "connection refused",
            "econnrefused",
            "connect call failed",
            "err_connection_refused",
            "enetunreach",
            "ehostunreach",
            "no route to host",
            "network is unreachable",
            "connecttimeout",
            "connect timeout",
            "und_err_connect_timeout",
            "httpconnecttimeoutexception",
            "etimedout",
            "connect timed out",
            "(os error 110)",
            "(os error 60)",
            "no live upstreams",
            "while connecting to upstream",
            "err_address_unreachable",
            "all connection attempts failed",
            "host is down",
        ],
    ),
    // The connection went away before an answer.
    (
        Reset,
        &[
            "connection reset",
            "econnreset",
            "connection_reset",
            "(os error 104)",
            "socket hang up",
            "other side closed",
            "und_err_socket",
            "server disconnected",
            "remotedisconnected",
            "remote end closed connection",
            "server closed idle connection",
            "header parser received no bytes",
            "unexpected end of file from server",
            "end of file reached",
            "connection closed before message completed",
            "incompletemessage",
            "broken pipe",
            "epipe",
            "err_connection_closed",
            "err_empty_response",
            "prematurely closed connection",
            "connection aborted",
            "goaway",
            "rst_stream",
            "nghttp2_",
            "err_http2_protocol_error",
            "\": eof",
            "ssl_read: connection",
        ],
    ),
    // Sent, and no answer in time.
    (
        Timeout,
        &[
            "readtimeout",
            "read timed out",
            "read timeout",
            "request timed out",
            "timed out",
            "sockettimeoutexception",
            "httptimeoutexception",
            "headers timeout",
            "und_err_headers_timeout",
            "und_err_body_timeout",
            "context deadline exceeded",
            "awaiting response headers",
            "apitimeouterror",
            "apiconnectiontimeouterror",
            "timeouterror",
            "timeoutexception",
            "i/o timeout",
            "err_timed_out",
            "err_connection_timed_out",
            "connection timed out",
            "operation timed out",
            "request_timeout",
        ],
    ),
    // The SDK's own word, without a cause.
    (
        Other,
        &[
            "apiconnectionerror",
            "connection error",
            "fetch failed",
            "error sending request",
            "connection failed",
            "cannot connect to api",
            "openaiioexception",
            "resourceaccessexception",
            "i/o error on",
            "err_network_changed",
            "err_internet_disconnected",
            "connecterror",
            "remoteprotocolerror",
            "readerror",
        ],
    ),
];

/// Texts of a client that gave up of its own will. A time-out of the SDK shows such a cause too; its own class decides.
const CANCELLED: [&str; 8] = [
    "request was aborted",
    "this operation was aborted",
    "apiuseraborterror",
    "context canceled",
    "cancellederror",
    "err_aborted",
    "err_blocked_by_client",
    "client prematurely closed connection",
];

/// The transport error that a text tells of; the innermost cause wins over the class that wraps it.
#[must_use]
pub fn transport(text: &str) -> Option<Broken> {
    let text = lowered(text);
    if is_answer(&text) {
        return None;
    }
    let kind = TEXTS
        .iter()
        .find(|(_, texts)| texts.iter().any(|needle| text.contains(needle)))
        .map(|(kind, _)| *kind)?;
    Some(Broken {
        kind,
        reached: fact(kind),
    })
}

/// An error with a status was answered, whatever its body says of time-outs (`Error code: 503 - upstream connect error`).
fn is_answer(text: &str) -> bool {
    ["error code: ", "status code ", "failed with status "].iter().any(|start| {
        text.find(start)
            .and_then(|at| text.get(at + start.len()..))
            .is_some_and(|rest| {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                digits == 3 && matches!(rest.as_bytes().first(), Some(b'4' | b'5'))
            })
    })
}

/// Whether a text says that the client gave up of its own will.
#[must_use]
pub fn cancelled(text: &str) -> bool {
    let text = lowered(text);
    CANCELLED.iter().any(|needle| text.contains(needle))
}

#[cfg(test)]
mod tests {
    use super::{TransportError::*, cancelled, transport};

    #[test]
    fn each_runtime_says_it_in_its_own_words() {
        let rows = [
            ("[Errno -2] Name or service not known", Dns),
            ("getaddrinfo ENOTFOUND api.openai.com", Dns),
            ("dial tcp: lookup api.openai.com on 10.0.0.2:53: no such host", Dns),
            (
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
                Tls,
            ),
            ("x509: certificate signed by unknown authority", Tls),
            ("[Errno 111] Connection refused", Connect),
            ("connect ECONNREFUSED 10.0.0.1:443", Connect),
            ("Connect Timeout Error (attempted address: h:443, timeout: 10000ms)", Connect),
            (
                "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 503 Service Unavailable'))",
                Connect,
            ),
            ("Tunnel connection failed: 407 Proxy Authentication Required", ProxyAuth),
            ("read ECONNRESET", Reset),
            ("SocketError: other side closed", Reset),
            ("TypeError: terminated\n [cause]: SocketError: other side closed", StreamAbort),
            ("Server disconnected without sending a response.", Reset),
            ("openai.APITimeoutError: Request timed out.", Timeout),
            ("httpcore.ReadTimeout: timed out", Timeout),
            ("Connection error.", Other),
        ];
        for (text, kind) in rows {
            assert_eq!(transport(text).map(|broken| broken.kind), Some(kind), "{text}");
        }
    }

    #[test]
    fn the_status_that_aiohttp_prints_for_a_broken_body_is_none() {
        let text = "Response payload is not completed: <TransferEncodingError: 400, message='Not enough data'>";
        assert_eq!(transport(text).map(|broken| broken.kind), Some(StreamAbort));
    }

    #[test]
    fn an_exception_named_after_the_server_may_hide_a_broken_connection() {
        let text = "litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.";
        assert_eq!(transport(text).map(|broken| broken.kind), Some(Other));
    }

    #[test]
    fn an_answer_with_a_status_is_no_transport_error() {
        assert_eq!(
            transport("Error code: 503 - upstream connect error: connection refused"),
            None
        );
    }

    #[test]
    fn a_client_that_gave_up_is_told_apart() {
        assert!(cancelled("APIUserAbortError: Request was aborted."));
        assert!(!cancelled("Request timed out."));
    }
}
