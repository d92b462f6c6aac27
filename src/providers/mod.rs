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
mod openai;
mod provider;
mod request_id;
mod surface;
mod template;
mod url;

pub use caller::{caller_kind, is_provider_error};
pub use endpoint::{Endpoint, endpoint, is_llm_path};
pub use provider::Provider;
pub use request_id::{id_in_text, is_provider_request_id};
pub use surface::surface;
pub use template::template;
pub use url::{Url, split_url};

/// Every provider; the more particular go first.
pub static ALL: &[&dyn Provider] = &[
    &azure_openai::AzureOpenAi,
    &openai::OpenAi,
    &anthropic::Anthropic,
    &gemini::Gemini,
    &bedrock::Bedrock,
    &compatible::Compatible,
];

/// The provider that a log spells so (`openai`, `azure.ai.openai`, `vertex_ai`); case and `-`, `_`, `.`, blank are
/// one.
#[must_use]
pub fn by_spelling(word: &str) -> Option<&'static dyn Provider> {
    let letters = |word: &str| {
        word.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<u8>>()
    };
    let asked = letters(word);
    let named = |provider: &&dyn Provider| {
        letters(provider.name()) == asked || provider.spellings().iter().any(|spelling| letters(spelling) == asked)
    };
    ALL.iter().copied().find(named)
}

/// The provider that serves a host (without port).
#[must_use]
pub fn by_host(host: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.owns_host(host))
}

/// The provider that a model is named by; `None` if unknown.
#[must_use]
pub fn by_model(model: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.owns_model(model))
}

/// The provider that alone has such a path.
#[must_use]
pub fn by_path(path: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.owns_path(path))
}
