//! Whose page an HTML or plain body is, where the provider's JSON was expected.

mod rows;

use crate::text::needles::Needles;
use std::sync::LazyLock;

/// Who wrote a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// A filter or TLS-intercepting product, by name.
    Filter(&'static str),
    /// A proxy, gateway or load balancer, by name.
    Proxy(&'static str),
    /// The provider's own edge.
    ProviderEdge,
}

static TABLE: LazyLock<Needles> = LazyLock::new(|| Needles::new(rows::ROWS.iter().map(|(_, phrases)| *phrases)));

/// Who wrote a body; `None` where it has no known fingerprint. A filter in front of an edge in front of a proxy is told
/// as the filter, which saw the answer last.
#[must_use]
pub(crate) fn page(text: &str) -> Option<Page> {
    TABLE
        .first_row(text)
        .and_then(|row| rows::ROWS.get(row))
        .map(|(page, _)| *page)
}

#[cfg(test)]
mod tests {
    use super::{Page, page};
    use proptest::prelude::*;

    #[test]
    fn pages_are_told_by_their_writers() {
        let rows = [
            (
                "<html><center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>",
                Page::Proxy("nginx"),
            ),
            (
                "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.",
                Page::Proxy("HAProxy"),
            ),
            ("no healthy upstream", Page::Proxy("Envoy")),
            (
                "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
                Page::Proxy("Envoy"),
            ),
            (
                "<title>ERROR: The requested URL could not be retrieved</title>",
                Page::Proxy("Squid"),
            ),
            (
                "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>",
                Page::Proxy("Azure Application Gateway"),
            ),
            ("502 <html><hr><center>cloudflare</center>", Page::ProviderEdge),
            (
                "<title>api.openai.com | 522: Connection timed out</title>",
                Page::ProviderEdge,
            ),
            ("error code: 520", Page::ProviderEdge),
        ];
        for (body, writer) in rows {
            assert_eq!(page(body), Some(writer), "{body}");
        }
    }

    #[test]
    fn filters_are_told_by_their_fingerprints() {
        let rows = [
            ("<title>Internet Security by Zscaler</title>", "Zscaler"),
            ("issuer: O=Zscaler Inc., CN=Zscaler Root CA", "Zscaler"),
            ("This site is blocked due to content filtering.", "Cisco Umbrella"),
            ("<title>McAfee Web Gateway - Notification</title>", "McAfee Web Gateway"),
            ("<title>Sophos Web Appliance: blocked</title>", "Sophos"),
            ("Redirecting you to Barracuda Web Filter.", "Barracuda"),
            ("<title>Web Filter Violation</title> Powered By FortiGuard", "Fortinet"),
            ("issuer: emailAddress=certadmin@caadmin.netskope.com", "Netskope"),
            ("<h1>Web Page Blocked</h1>", "Palo Alto Networks"),
            ("http://10.0.0.1:15871/cgi-bin/blockpage.cgi?ws-session=1", "Forcepoint"),
            ("http://www.bluecoat.com/notify-NotifyUser", "Blue Coat"),
        ];
        for (body, product) in rows {
            assert_eq!(page(body), Some(Page::Filter(product)), "{body}");
        }
    }

    #[test]
    fn the_providers_json_is_no_page() {
        assert_eq!(
            page("{\"error\":{\"message\":\"The engine is currently overloaded\",\"type\":\"server_error\"}}"),
            None
        );
    }

    proptest! {
        #[test]
        fn no_body_panics(body in "\\PC*") {
            let _ = page(&body);
        }
    }
}
