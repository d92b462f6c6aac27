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
