//! Whether a URL is one of an LLM API, so that the other requests of a program's HTTP client are passed over.

use memchr::memmem;

/// Path parts of LLM APIs, the commonest first (formats.md 1.1, 1.6, 1.7; the providers' API references).
const PATHS: [&str; 13] = [
    "/v1/",
    "/v1beta/",
    "/openai/",
    "/chat/completions",
    "/responses",
    "/embeddings",
    ":generateContent",
    ":streamGenerateContent",
    "/v1alpha/",
    "/v1beta1/",
    "/api/chat",
    "/api/generate",
    "/v1/messages",
];

/// Hosts of providers whose paths tell nothing.
const HOSTS: [&str; 16] = [
    "api.openai.com",
    "anthropic.com",
    ".openai.azure.com",
    ".cognitiveservices.azure.com",
    ".services.ai.azure.com",
    "generativelanguage.googleapis.com",
    "aiplatform.googleapis.com",
    "bedrock-runtime.",
    "api.mistral.ai",
    "api.groq.com",
    "api.deepseek.com",
    "api.x.ai",
    "openrouter.ai",
    "api.cohere.",
    "api.together.",
    "api.fireworks.ai",
];

/// Whether a first part after `/v1/` is of services that are not LLM APIs and that the same programs call: OTLP
/// collectors, Vault and Consul.
fn is_other(part: &[u8]) -> bool {
    matches!(
        part,
        b"traces" | b"metrics" | b"logs" | b"secret" | b"auth" | b"sys" | b"kv" | b"agent" | b"health" | b"catalog"
    )
}

/// Generous by intent: an unknown service under `/v1/` is taken for an OpenAI-compatible gateway.
pub(super) fn is_llm(url: &str) -> bool {
    let bytes = url.as_bytes();
    // Short of a searcher's set-up: a URL has a handful of slashes.
    let version = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"/v1/"));
    if let Some(at) = memchr::memchr_iter(b'/', bytes).find(version) {
        let after = bytes.get(at + 4..).unwrap_or_default();
        let end = after.iter().position(|byte| matches!(byte, b'/' | b'?' | b' ' | b'"'));
        return !is_other(end.and_then(|end| after.get(..end)).unwrap_or(after));
    }
    let found = |part: &&str| memmem::find(bytes, part.as_bytes()).is_some();
    PATHS.iter().any(found) || HOSTS.iter().any(found)
}

/// Whether a text names a host of a provider.
pub(super) fn names_host(text: &str) -> bool {
    HOSTS
        .iter()
        .any(|host| memmem::find(text.as_bytes(), host.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::is_llm;

    #[test]
    fn gateways_azure_and_gemini_are_llm_addresses() {
        assert!(is_llm(
            "http://az-gw.internal:8080/openai/deployments/chat/chat/completions?api-version=1"
        ));
        assert!(is_llm(
            "https://generativelanguage.googleapis.com/v1beta/models/g:generateContent"
        ));
        assert!(is_llm("http://gw/v1/messages"));
    }

    #[test]
    fn a_collector_and_a_web_shop_are_not() {
        assert!(!is_llm("http://otel:4318/v1/traces"));
        assert!(!is_llm("https://shop.example.com/cart"));
    }
}
