//! How an attempt ended: the one place that says what a failure is.
//!
//! A failure is a 5xx status (520 to 530 and 529 too) or a transport error; every other 4xx is the caller's
//! (product definition, section 2).

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// 1xx to 3xx, or a call that the program says went well.
    Success,
    /// A failing HTTP status: 500 to 599.
    Status(u16),
    /// No usable answer: the exchange broke on the way.
    Transport(TransportError),
    /// The caller's to mend: 4xx, rate limit, quota, or a client that hung up.
    Caller(CallerKind, u16),
    /// The record says nothing of the end.
    Unsaid,
}

impl Outcome {
    /// Whether this end counts as a failure.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Status(_) | Self::Transport(_))
    }

    /// Whether this end is the caller's.
    #[must_use]
    pub fn is_caller_side(self) -> bool {
        matches!(self, Self::Caller(..))
    }

    /// The HTTP status, where there was one.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::Caller(_, status) if status > 0 => Some(status),
            _ => None,
        }
    }

    /// The transport error, where there was one.
    #[must_use]
    pub fn transport(self) -> Option<TransportError> {
        match self {
            Self::Transport(kind) => Some(kind),
            _ => None,
        }
    }
}

/// Why an exchange broke; RFC 9209 proxy error types and NEL types map onto these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransportError {
    /// RFC 9209 `dns_error`, `dns_timeout`; NEL `dns.*`.
    Dns,
    /// RFC 9209 `connection_refused`, `destination_*`, a connect time-out; NEL `tcp.refused`, `tcp.address_unreachable`.
    Connect,
    /// RFC 9209 `tls_*`; NEL `tls.*`.
    Tls,
    /// RFC 9209 `connection_terminated` before response headers; NEL `tcp.reset`, `tcp.closed`, `tcp.aborted`.
    Reset,
    /// RFC 9209 `connection_read_timeout`, `http_response_timeout`; NEL `tcp.timed_out`.
    Timeout,
    /// A proxy asked for credentials: 407, RFC 9209 `http_request_denied`.
    ProxyAuth,
    /// A proxy or filter on the way refused or replaced the answer, proven by its fingerprint.
    Filtered,
    /// RFC 9209 `http_response_incomplete`; NEL `http.response.invalid`, `abandoned`.
    StreamAbort,
    /// The transport broke and no log says how (a bare `Connection error.`).
    Other,
}

impl TransportError {
    /// The word of the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::ProxyAuth => "proxy-auth",
            Self::Filtered => "filtered",
            Self::StreamAbort => "stream-abort",
            Self::Other => "other",
        }
    }
}

/// What the caller has to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerKind {
    /// 429 by rate.
    RateLimit,
    /// 429 or 402 by quota, credit or spend limit.
    Quota,
    /// 401.
    Authentication,
    /// 403.
    Permission,
    /// 400, 404, 409, 413, 422 and the other 4xx.
    BadRequest,
    /// A 429 that is the provider's own overload, not the caller's limit.
    ProviderCapacity,
    /// The client gave up before the answer (499, an abort).
    ClientCancel,
}

impl CallerKind {
    /// The word of the JSON report's `caller_side[].kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RateLimit => "rate-limit",
            Self::Quota => "quota",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::BadRequest => "bad-request",
            Self::ProviderCapacity => "provider-capacity",
            Self::ClientCancel => "client-cancel",
        }
    }
}
