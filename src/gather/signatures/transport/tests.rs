//! One row a text: which transport error does it tell of?

use super::{Broken, cancelled, transport};
use crate::model::TransportError::*;
use crate::model::{Reached, TransportError};
use proptest::prelude::*;

fn all_mean(kind: TransportError, texts: &[&str]) {
    for text in texts {
        assert_eq!(transport(text).map(|broken| broken.kind), Some(kind), "{text}");
    }
}

#[test]
fn a_name_that_does_not_resolve() {
    all_mean(
        Dns,
        &[
            "[Errno -2] Name or service not known",
            "httpx.ConnectError: [Errno -3] Temporary failure in name resolution",
            "[Errno 8] nodename nor servname provided, or not known",
            "[Errno 11001] getaddrinfo failed",
            "HTTPSConnectionPool(host='h', port=443): Max retries exceeded with url: /v1 (Caused by NameResolutionError(\"Failed to resolve 'h'\"))",
            "aiohttp.client_exceptions.ClientConnectorDNSError: Cannot connect to host h:443 ssl:default [Name or service not known]",
            "TypeError: fetch failed [cause]: Error: getaddrinfo ENOTFOUND api.openai.com",
            "Post \"https://h/v1\": dial tcp: lookup h on 10.0.0.2:53: no such host",
            "dial tcp: lookup h on 10.0.0.2:53: read udp 10.0.0.1:1->10.0.0.2:53: i/o timeout",
            "java.net.UnknownHostException: api.openai.com",
            "error sending request for url: client error (Connect): dns error: failed to lookup address information: x",
            "SocketError: Failed to open TCP connection to h:443 (getaddrinfo: Name or service not known)",
            "net::ERR_NAME_NOT_RESOLVED",
        ],
    );
}

#[test]
fn no_connection() {
    all_mean(
        Connect,
        &[
            "httpx.ConnectError: [Errno 111] Connection refused",
            "Cannot connect to host h:443 ssl:default [Connect call failed ('10.0.0.1', 443)]",
            "connect ECONNREFUSED 10.0.0.1:443",
            "dial tcp 10.0.0.1:443: connect: connection refused",
            "dial tcp 10.0.0.1:443: i/o timeout",
            "tcp connect error: Connection refused (os error 111)",
            "connect EHOSTUNREACH 10.0.0.1:443",
            "httpx.ConnectTimeout: timed out",
            "Connect Timeout Error (attempted address: h:443, timeout: 10000ms)",
            "connect ETIMEDOUT 10.0.0.1:443",
            "java.net.http.HttpConnectTimeoutException: HTTP connect timed out",
            "com.openai.errors.OpenAIIoException: Request failed\nCaused by: java.net.ConnectException",
            "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
            "tcp connect error: Operation timed out (os error 110)",
            "net::ERR_CONNECTION_REFUSED",
        ],
    );
}

#[test]
fn no_handshake() {
    all_mean(
        Tls,
        &[
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:1007)",
            "Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, 'x')))",
            "unable to get local issuer certificate, code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'",
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            "unable to verify the first certificate",
            "certificate has expired",
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "PKIX path building failed: unable to find valid certification path to requested target",
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
            "SSL_connect returned=1 errno=0 state=error: certificate verify failed (self-signed certificate)",
            "net/http: TLS handshake timeout",
            "http: server gave HTTP response to HTTPS client",
            "write EPROTO 00:error:0A00010B:SSL routines::wrong version number",
            "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end",
            "Client network socket disconnected before secure TLS connection was established",
        ],
    );
}

#[test]
fn a_connection_that_went_away_unanswered() {
    all_mean(
        Reset,
        &[
            "httpx.ReadError: [Errno 104] Connection reset by peer",
            "Cannot connect to API: read ECONNRESET",
            "read tcp 10.0.0.1:1->10.0.0.2:443: read: connection reset by peer",
            "Error: socket hang up",
            "[cause]: SocketError: other side closed { code: 'UND_ERR_SOCKET' }",
            "httpx.RemoteProtocolError: Server disconnected without sending a response.",
            "aiohttp.client_exceptions.ServerDisconnectedError: Server disconnected",
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            "Post \"https://api.openai.com/v1/responses\": EOF",
            "Post \"https://api.openai.com/v1/responses\": unexpected EOF",
            "http: server closed idle connection",
            "java.io.IOException: HTTP/1.1 header parser received no bytes",
            "EOFError: end of file reached",
            "connection closed before message completed",
            "[Errno 32] Broken pipe",
            "http2: server sent GOAWAY and closed the connection",
            "net::ERR_CONNECTION_RESET",
        ],
    );
}

#[test]
fn an_answer_that_broke_off() {
    all_mean(
        StreamAbort,
        &[
            "httpx.RemoteProtocolError: peer closed connection without sending complete message body (incomplete chunked read)",
            "peer closed connection without sending complete message body (received 6 bytes, expected 500)",
            "('Connection broken: IncompleteRead(6 bytes read, 494 more expected)', IncompleteRead(6 bytes read, 494 more expected))",
            "Response payload is not completed: <TransferEncodingError: 400, message='Not enough data for satisfy transfer length header.'>",
            "ClientPayloadError: Response payload is not completed: <ContentLengthError: 400, message='x'>",
            "unexpected EOF",
            "chunked transfer encoding, state: READING_LENGTH",
            "fixed content-length: 500, bytes received: 6",
            "error decoding response body",
            "TypeError: terminated\n [cause]: SocketError: other side closed",
            "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
            "Error: aborted, code: 'ECONNRESET'",
            "stream error: stream ID 5; INTERNAL_ERROR; received from peer",
            "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
            "OpenAIError: stream ended without producing a ChatCompletion",
            "AnthropicError: request ended without sending any chunks",
            "stream ended before message_stop",
            "SSE stream closed before [DONE]",
            "ERROR incomplete stream: missing [DONE] after 37 chunks",
        ],
    );
}

#[test]
fn no_answer_in_time() {
    all_mean(
        Timeout,
        &[
            "openai.APITimeoutError: Request timed out.",
            "anthropic.APITimeoutError: Request timed out or interrupted. This could be due to a network timeout, dropped connection, or request cancellation.",
            "httpcore.ReadTimeout: timed out",
            "HTTPSConnectionPool(host='h', port=443): Read timed out. (read timeout=2)",
            "java.net.http.HttpTimeoutException: request timed out",
            "java.net.SocketTimeoutException: Read timed out",
            "Net::ReadTimeout",
            "HeadersTimeoutError: Headers Timeout Error",
            "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            "operation timed out",
            "litellm.Timeout: APITimeoutError - Request timed out.",
            "APIConnectionTimeoutError: Request timed out.\n [cause]: AbortError: This operation was aborted",
            "AxiosError: timeout of 60000ms exceeded",
            "FetchError: network timeout at: https://api.openai.com/v1/responses",
            "com.openai.errors.OpenAIIoException: Request failed\nCaused by: java.io.InterruptedIOException: timeout",
            "%Req.TransportError{reason: :timeout}",
        ],
    );
}

#[test]
fn a_proxy_on_the_way() {
    all_mean(
        ProxyAuth,
        &[
            "Tunnel connection failed: 407 Proxy Authentication Required",
            "407 Proxy Authentication Required",
        ],
    );
    all_mean(
        Connect,
        &[
            "proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused",
            "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 503 Service Unavailable'))",
            "httpx.ProxyError: 503 Service Unavailable",
            "unsuccessful tunnel",
            "net::ERR_TUNNEL_CONNECTION_FAILED",
        ],
    );
}

#[test]
fn a_class_or_a_wrapper_without_a_cause_tells_no_kind() {
    all_mean(
        Other,
        &[
            "Connection error.",
            "litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.",
            "TypeError: fetch failed",
            "error sending request for url (https://api.openai.com/v1/responses)",
            "Connection error. cause: Error: Request was cancelled.",
            "httpx.RemoteProtocolError: illegal request line",
        ],
    );
    assert_eq!(
        transport("Connection error."),
        Some(Broken {
            kind: Other,
            reached: None
        })
    );
}

#[test]
fn what_the_caller_lacked_never_left() {
    for text in [
        "httpx.PoolTimeout",
        "[Errno 24] Too many open files",
        "connect EADDRNOTAVAIL 10.0.0.1:443",
    ] {
        assert_eq!(
            transport(text).and_then(|broken| broken.reached).map(|fact| fact.reached()),
            Some(Reached::No),
            "{text}"
        );
    }
}

#[test]
fn how_far_it_came_follows_from_the_kind() {
    let reached = |text| transport(text).and_then(|broken| broken.reached).map(|fact| fact.reached());
    assert_eq!(reached("[Errno -2] Name or service not known"), Some(Reached::No));
    assert_eq!(reached("read ECONNRESET"), Some(Reached::Unknown));
    assert_eq!(reached("incomplete chunked read"), Some(Reached::Yes));
    assert_eq!(reached("stream error: stream ID 5; INTERNAL_ERROR"), Some(Reached::Unknown));
}

#[test]
fn an_answer_with_a_status_is_no_transport_error() {
    assert_eq!(
        transport("Error code: 503 - upstream connect error: connection refused"),
        None
    );
    assert_eq!(transport("failed with status 504 in 60000ms - request timed out"), None);
}

#[test]
fn words_that_only_look_like_errno_are_none() {
    for text in [
        "FileNotFoundError: x",
        "the model does not exist",
        "see the protocol",
        "Overloaded",
    ] {
        assert_eq!(transport(text), None, "{text}");
    }
}

#[test]
fn a_client_that_gave_up_is_told_apart() {
    for text in [
        "APIUserAbortError: Request was aborted.",
        "Post \"https://h\": context canceled",
        "net::ERR_ABORTED",
    ] {
        assert!(cancelled(text) && transport(text).is_none(), "{text}");
    }
    assert!(!cancelled("Request timed out."));
    assert!(!cancelled("Error: Request was cancelled."));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = (transport(&text), cancelled(&text));
    }
}
