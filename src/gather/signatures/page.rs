//! Whose page an HTML or plain body is, where the provider's JSON was expected.

/// Who wrote a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// A filter or TLS-intercepting product, by name.
    Filter(&'static str),
    /// A proxy, gateway or load balancer, by name.
    Proxy(&'static str),
    /// The provider's own edge.
    ProviderEdge,
}

/// Who wrote a body; `None` where it has no known fingerprint.
#[must_use]
pub fn page(text: &str) -> Option<Page> {
    let _ = text;
    None
}
