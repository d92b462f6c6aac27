//! What a provider is: its hosts, paths, models, ids and error texts, and where its support is.
//!
//! One file a provider, each an implementation of [`Provider`]; [`ALL`] lists them. The functions here answer without
//! allocating, because `gather::normalise` asks them of every line.

mod anthropic;
mod azure_openai;
mod bedrock;
mod caller;
mod compatible;
mod endpoint;
mod gemini;
mod masked;
mod meant;
mod openai;
mod provider;
mod region;
mod request_id;
mod route;
mod surface;
mod template;
mod url;

pub use caller::{caller_kind, is_provider_error};
pub use endpoint::{Endpoint, endpoint, is_same_operation};
pub use meant::{Meant, is_broken_exchange, meant};
pub use provider::Provider;
pub use region::{azure_region, region};
pub use request_id::{id_in_text, is_provider_request_id};
pub use route::is_llm_path;
pub use surface::surface;
pub use template::{fault_status, is_server_fault, server_fault, template};
pub use url::{Url, split_url};

/// Every provider; the more particular go first.
pub static ALL: &[&dyn Provider] = &[
    &azure_openai::AzureOpenAi,
    &openai::OpenAi,
    &anthropic::Anthropic,
    &gemini::Gemini,
    &bedrock::Bedrock,
    &compatible::OPENROUTER,
    &compatible::GROQ,
    &compatible::MISTRAL,
    &compatible::DEEPSEEK,
    &compatible::TOGETHER,
    &compatible::XAI,
    &compatible::PERPLEXITY,
    &compatible::FIREWORKS,
    &compatible::MOONSHOT,
    &compatible::COHERE,
    &compatible::NVIDIA,
];

/// The provider that a log spells so (`openai`, `azure.ai.openai`, `vertex_ai`); case and `-`, `_`, `.`, blank are
/// one.
#[must_use]
pub fn by_spelling(word: &str) -> Option<&'static dyn Provider> {
    fn letters(word: &str) -> impl Iterator<Item = u8> + '_ {
        word.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_lowercase())
    }
    let is_asked = |spelling: &str| letters(spelling).eq(letters(word));
    let named = |provider: &&dyn Provider| is_asked(provider.name()) || provider.spellings().iter().any(|word| is_asked(word));
    ALL.iter().copied().find(named)
}

/// The provider that serves a host (without port).
#[must_use]
pub fn by_host(host: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.owns_host(host))
}

/// Whether a request to a host, where it is known, and for a path is one to a language-model API.
#[must_use]
pub fn is_llm_request(host: Option<&str>, path: &str) -> bool {
    is_llm_path(path) || host.is_some_and(|host| by_host(host).is_some())
}

/// Whether a URL that a client called is one of a language-model API, so that a program's other requests are passed over.
#[must_use]
pub fn is_llm_url(url: &str) -> bool {
    let url = split_url(url);
    route::is_called(url.path) || url.host.is_some_and(|host| by_host(host).is_some())
}

/// Whether a text names a host of a provider.
#[must_use]
pub fn names_host(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-'));
    words.filter(|word| word.contains('.')).any(|word| by_host(word).is_some())
}

/// The provider that a model is named by; `None` if unknown. Gateways write the provider before the model
/// (`azure/gpt-4o-prod`, `openrouter/openai/gpt-4o`): then it is the first word.
#[must_use]
pub fn by_model(model: &str) -> Option<&'static dyn Provider> {
    let spelt = model.split_once('/').and_then(|(provider, _)| by_spelling(provider));
    spelt.or_else(|| ALL.iter().copied().find(|provider| provider.owns_model(model)))
}

/// The provider that alone has such a path.
#[must_use]
pub fn by_path(path: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.owns_path(path))
}

#[cfg(test)]
mod tests {
    use super::{ALL, by_host, by_model, by_path, by_spelling, is_llm_url, names_host};

    #[test]
    fn every_provider_is_found_by_its_own_words_and_no_two_share_one() {
        for provider in ALL {
            for word in provider.spellings().iter().chain(&[provider.name()]) {
                assert_eq!(by_spelling(word).map(|found| found.name()), Some(provider.name()), "{word}");
            }
        }
    }

    #[test]
    fn spellings_differ_in_case_and_separators_only() {
        let rows = [
            ("OpenAI", "openai"),
            ("azure.ai.openai", "azure.ai.openai"),
            ("Azure OpenAI", "azure.ai.openai"),
            ("vertex_ai", "gcp.gemini"),
            ("gcp.vertex_ai", "gcp.gemini"),
            ("Google", "gcp.gemini"),
            ("aws.bedrock", "aws.bedrock"),
            ("xai", "x_ai"),
            ("together-ai", "together_ai"),
        ];
        for (word, name) in rows {
            assert_eq!(by_spelling(word).map(|found| found.name()), Some(name), "{word}");
        }
        assert!(by_spelling("openai-compatible-gateway").is_none());
        assert!(by_spelling("").is_none());
    }

    #[test]
    fn hosts() {
        let rows = [
            ("api.openai.com", Some("openai")),
            ("eu.api.openai.com", Some("openai")),
            ("chatgpt.com", Some("openai")),
            ("API.ANTHROPIC.COM", Some("anthropic")),
            ("claude.ai", Some("anthropic")),
            ("acme.openai.azure.com", Some("azure.ai.openai")),
            ("acme.cognitiveservices.azure.com", Some("azure.ai.openai")),
            ("generativelanguage.googleapis.com", Some("gcp.gemini")),
            ("europe-west1-aiplatform.googleapis.com", Some("gcp.gemini")),
            ("bedrock-runtime.us-east-1.amazonaws.com", Some("aws.bedrock")),
            ("api.mistral.ai", Some("mistral_ai")),
            ("notopenai.com", None),
            ("llm-gw.internal", None),
            ("", None),
        ];
        for (host, name) in rows {
            assert_eq!(by_host(host).map(|found| found.name()), name, "{host}");
        }
    }

    #[test]
    fn a_call_is_told_by_its_route_or_its_host_and_no_other_service_of_the_program_is_one() {
        for url in [
            "http://az-gw.internal:8080/openai/deployments/chat/chat/completions?api-version=1",
            "https://generativelanguage.googleapis.com/v1alpha/models/g:generateContent",
            "https://llm.internal/team-a/v1/chat/completions",
            "http://gw/v1/messages",
            "http://localhost:11434/api/chat",
            "https://api.deepseek.com/user/balance",
            "/v1/chat/completions",
        ] {
            assert!(is_llm_url(url), "{url}");
        }
        for url in [
            "http://otel:4318/v1/traces",
            "https://shop.example.com/cart",
            "https://api.stripe.com/v1/charges",
            "https://crm.internal/v1/customers/7",
            "http://vault:8200/v1/secret/data/app",
        ] {
            assert!(!is_llm_url(url), "{url}");
        }
    }

    #[test]
    fn a_host_is_found_among_words() {
        assert!(names_host("getaddrinfo ENOTFOUND api.openai.com"));
        assert!(names_host("Post \"https://api.anthropic.com/v1/messages\": EOF"));
        assert!(!names_host("getaddrinfo ENOTFOUND notopenai.com"));
    }

    #[test]
    fn models() {
        let rows = [
            ("gpt-4o-mini", Some("openai")),
            ("o3-mini", Some("openai")),
            ("text-embedding-3-small", Some("openai")),
            ("text-embedding-004", Some("gcp.gemini")),
            ("claude-sonnet-4-6", Some("anthropic")),
            ("anthropic.claude-v2:1", Some("aws.bedrock")),
            ("us.anthropic.claude-sonnet-4", Some("aws.bedrock")),
            ("gemini-2.5-flash", Some("gcp.gemini")),
            ("models/gemini-2.5-flash", Some("gcp.gemini")),
            ("azure/gpt-4o", Some("azure.ai.openai")),
            ("openrouter/openai/gpt-4o", Some("openrouter")),
            ("grok-4", Some("x_ai")),
            ("o1js", None),
            ("prod-chat", None),
        ];
        for (model, name) in rows {
            assert_eq!(by_model(model).map(|found| found.name()), name, "{model}");
        }
    }

    #[test]
    fn paths() {
        let rows = [
            ("/v1/messages", Some("anthropic")),
            ("/openai/deployments/x/chat/completions", Some("azure.ai.openai")),
            ("/v1beta/models/gemini-2.5-flash:generateContent", Some("gcp.gemini")),
            (
                "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:streamGenerateContent",
                Some("gcp.gemini"),
            ),
            ("/model/anthropic.claude-v2/invoke", Some("aws.bedrock")),
            ("/backend-api/conversation", Some("openai")),
            ("/v1/chat/completions", None),
        ];
        for (path, name) in rows {
            assert_eq!(by_path(path).map(|found| found.name()), name, "{path}");
        }
    }
}
