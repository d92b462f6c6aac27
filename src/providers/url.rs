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
    let end = memchr::memchr2(b'?', b'#', url.as_bytes()).unwrap_or(url.len());
    let url = url.get(..end).unwrap_or(url);
    // Short of a searcher's set-up: a URL has a colon or two.
    let behind = |at: usize| url.get(at + 1..)?.strip_prefix("//");
    if let Some(rest) = memchr::memchr_iter(b':', url.as_bytes()).find_map(behind) {
        let slash = memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(slash);
        return Url {
            host: Some(host(authority)).filter(|host| !host.is_empty()),
            path,
        };
    }
    // A CONNECT names `host:port` and no path.
    match url.rsplit_once(':') {
        Some((name, port)) if !url.starts_with('/') && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Url {
                host: Some(host(name)),
                path: "",
            }
        }
        _ => Url { host: None, path: url },
    }
}

/// The host of an authority: without user information, port and the brackets of IPv6.
fn host(authority: &str) -> &str {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(inside) = authority.strip_prefix('[') {
        return inside.split_once(']').map_or(inside, |(host, _)| host);
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::{Url, split_url};

    #[test]
    fn hosts_lose_port_and_user_and_paths_lose_their_query() {
        assert_eq!(
            split_url("http://user:FAKE@llm-gw.internal:8080/v1/responses?key=FAKE"),
            Url {
                host: Some("llm-gw.internal"),
                path: "/v1/responses"
            }
        );
        assert_eq!(
            split_url("/v1/chat/completions#x"),
            Url {
                host: None,
                path: "/v1/chat/completions"
            }
        );
        assert_eq!(
            split_url("api.openai.com:443"),
            Url {
                host: Some("api.openai.com"),
                path: ""
            }
        );
        assert_eq!(
            split_url("https://[::1]:8443/v1"),
            Url {
                host: Some("::1"),
                path: "/v1"
            }
        );
        assert_eq!(
            split_url("chat"),
            Url {
                host: None,
                path: "chat"
            }
        );
    }
}
