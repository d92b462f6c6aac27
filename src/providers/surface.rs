//! Tells the provider's web site from its API.

/// Sites for people, not programs (the providers' own pages).
const WEB_HOSTS: [&str; 7] = [
    "chatgpt.com",
    "chat.openai.com",
    "claude.ai",
    "gemini.google.com",
    "platform.openai.com",
    "console.anthropic.com",
    "aistudio.google.com",
];

/// `web` for the provider's own sites and their back ends, else `api`.
#[must_use]
pub fn surface(host: Option<&str>, path: &str) -> &'static str {
    let of_site = |host: &str| {
        WEB_HOSTS
            .iter()
            .any(|site| host.eq_ignore_ascii_case(site) || host.strip_suffix(site).is_some_and(|before| before.ends_with('.')))
    };
    if host.is_some_and(of_site) || path.starts_with("/backend-api/") || path.starts_with("/backend-anon/") {
        "web"
    } else {
        "api"
    }
}

#[cfg(test)]
mod tests {
    use super::surface;

    #[test]
    fn a_site_for_people_is_the_web() {
        for (host, path) in [
            (Some("chatgpt.com"), "/"),
            (Some("www.chatgpt.com"), "/c/1"),
            (Some("claude.ai"), "/api/organizations"),
            (Some("platform.openai.com"), "/v1/models"),
            (None, "/backend-api/conversation"),
        ] {
            assert_eq!(surface(host, path), "web", "{host:?} {path}");
        }
    }

    #[test]
    fn everything_else_is_the_api() {
        for (host, path) in [
            (Some("api.openai.com"), "/v1/responses"),
            (Some("notchatgpt.com"), "/"),
            (Some("llm-gw.internal"), "/v1/chat/completions"),
            (None, ""),
        ] {
            assert_eq!(surface(host, path), "api", "{host:?} {path}");
        }
    }
}
