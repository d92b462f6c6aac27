//! Whether a request reached the provider, and the fact that decided it (classification, table B2).

/// Whether the provider had the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reached {
    /// The provider answered, or its edge did.
    Yes,
    /// It never arrived there.
    No,
    /// No log can tell.
    Unknown,
}

impl Reached {
    /// The word of the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// The fact that decided [`Reached`] for one attempt. The order is that of table B2: an earlier fact outranks a later
/// one when two views of one attempt disagree within the same vantage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A proxy says that the error is its own, made before any answer (RFC 9209 Proxy-Status, Envoy flags).
    ProxySaysItsOwn,
    /// The provider's request id stands on the response.
    ProviderId,
    /// The body has the shape of the provider's error.
    ProviderBody,
    /// 520 to 530 or 529: written by the provider's edge.
    EdgeStatus,
    /// A proxy read the response headers from upstream.
    UpstreamAnswered,
    /// A proxy never had a connection to upstream.
    NeverConnected,
    /// The client could not resolve, connect, shake hands or authenticate on the way.
    TransportKind,
    /// The body is a proxy's, gateway's or filter's own page.
    ProxyPage,
    /// Bytes of the answer had arrived before it broke.
    AnswerBegun,
    /// The body is a proxy's own page for a bad or late answer (502, 504): it may have been sent. Apache writes 502 for a
    /// read time-out, HAProxy and nginx 504, so such a page proves neither.
    ProxyGaveUp,
    /// Sent, and no answer came back.
    SentUnanswered,
    /// A status, and nothing that tells who wrote it.
    StatusOnly,
}

impl Fact {
    /// What the fact says about the request.
    #[must_use]
    pub fn reached(self) -> Reached {
        match self {
            Self::ProviderId | Self::ProviderBody | Self::EdgeStatus | Self::UpstreamAnswered | Self::AnswerBegun => Reached::Yes,
            Self::ProxySaysItsOwn | Self::NeverConnected | Self::TransportKind | Self::ProxyPage => Reached::No,
            Self::ProxyGaveUp | Self::SentUnanswered | Self::StatusOnly => Reached::Unknown,
        }
    }

    /// The phrase of the report's `decided_by`.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::ProxySaysItsOwn => "the proxy says that it made the error itself",
            Self::ProviderId => "provider id on the response",
            Self::ProviderBody => "error body in the provider's own shape",
            Self::EdgeStatus => "status written by the provider's edge",
            Self::UpstreamAnswered => "the proxy read response headers from upstream",
            Self::NeverConnected => "the proxy never had a connection upstream",
            Self::TransportKind => "the exchange broke before it could be sent",
            Self::ProxyPage => "a proxy's own page in place of an answer",
            Self::AnswerBegun => "the answer had begun before it broke",
            Self::ProxyGaveUp => "a proxy's own page: it got no usable answer",
            Self::SentUnanswered => "sent, and no answer came back",
            Self::StatusOnly => "a status, and nothing that tells who wrote it",
        }
    }
}
