//! Whose page an HTML or plain body is, where the provider's JSON was expected.

use super::lowered;

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

/// Fingerprints of filters, in lower case (ooni/blocking-fingerprints, and copies of the products' pages).
const FILTERS: &[(&str, &[&str])] = &[
    ("Zscaler", &["internet security by zscaler", "gateway.zscaler", "zscaler inc"]),
    (
        "Cisco Umbrella",
        &[
            "this site is blocked due to content filtering",
            "this domain is blocked due to content filtering",
            "block.opendns.com",
            "malware.opendns.com",
            "cisco umbrella",
        ],
    ),
    ("Cisco WSA", &["cisco-wsa"]),
    ("Cisco Meraki", &["blocked by your network operator", "wired.meraki.com"]),
    ("McAfee Web Gateway", &["mcafee web gateway", "/mwg-internal/"]),
    ("Sophos", &["sophos web appliance", "sophos limited"]),
    (
        "Barracuda",
        &["barracuda web filter", "barracuda nextgen firewall", "barracuda/ngfirewall"],
    ),
    (
        "Fortinet",
        &[
            "fortiguard",
            "web filter violation",
            "web filter block override",
            "in violation of your internet usage policy",
        ],
    ),
    ("Netskope", &["goskope.com"]),
    (
        "Palo Alto Networks",
        &[
            "blocked in accordance with company policy",
            "<h1>web page blocked</h1>",
            "/php/urlblock.php",
        ],
    ),
    ("Forcepoint", &["/cgi-bin/blockpage.cgi", "block_message.cgi"]),
    ("Blue Coat", &["notify.bluecoat.com", "bluecoat.com/notify"]),
];

/// Bodies that proxies write themselves, in lower case (each proxy's source, or a run of it).
const PROXIES: &[(&str, &[&str])] = &[
    ("nginx", &["<hr><center>nginx", "<hr><center>openresty"]),
    (
        "HAProxy",
        &[
            "no server is available to handle this request",
            "the server didn't respond in time",
            "the server returned an invalid or incomplete response",
        ],
    ),
    ("Squid", &["the requested url could not be retrieved", "x-squid-error"]),
    (
        "Envoy",
        &[
            "upstream connect error or disconnect/reset before headers",
            "no healthy upstream",
            "upstream request timeout",
        ],
    ),
    (
        "Apache",
        &[
            "the proxy server received an invalid",
            "the proxy server could not handle the request",
            "apache server at",
        ],
    ),
    ("Varnish", &["guru meditation", "backend fetch failed"]),
    (
        "LiteLLM",
        &[
            "no deployments available for selected model",
            "all deployments for selected model are in cooldown",
        ],
    ),
];

/// Bodies of the edge in front of the provider.
const EDGES: [&str; 4] = [
    "<hr><center>cloudflare",
    "error code: 52",
    "cloudflare ray id",
    "cf-error-details",
];

/// Who wrote a body; `None` where it has no known fingerprint.
#[must_use]
pub fn page(text: &str) -> Option<Page> {
    let text = lowered(text);
    let holds = |fingerprints: &[&str]| fingerprints.iter().any(|fingerprint| text.contains(fingerprint));
    let named = |table: &[(&'static str, &[&str])]| {
        table
            .iter()
            .find(|(_, fingerprints)| holds(fingerprints))
            .map(|(name, _)| *name)
    };
    if let Some(name) = named(FILTERS) {
        return Some(Page::Filter(name));
    }
    if holds(&EDGES) {
        return Some(Page::ProviderEdge);
    }
    named(PROXIES).map(Page::Proxy)
}

#[cfg(test)]
mod tests {
    use super::{Page, page};

    #[test]
    fn pages_are_told_by_their_writers() {
        assert_eq!(
            page("<html><center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>"),
            Some(Page::Proxy("nginx"))
        );
        assert_eq!(page("502 <html><hr><center>cloudflare</center>"), Some(Page::ProviderEdge));
        assert_eq!(
            page("<title>Web Filter Violation</title> Powered By FortiGuard"),
            Some(Page::Filter("Fortinet"))
        );
        assert_eq!(page("error code: 520"), Some(Page::ProviderEdge));
        assert_eq!(page("{\"error\":{\"message\":\"overloaded\"}}"), None);
    }
}
