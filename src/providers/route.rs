//! Whether a request is one to a language-model API: by its path alone, where a server's log tells of all that was asked of it,
//! and by what a client called, where the host and a gateway's own prefix count as well.

use super::endpoint::endpoint;

/// What the APIs have below `/v1/`: the first word of each route (API references of OpenAI, Anthropic, Mistral and Cohere, and
/// vLLM's and LiteLLM's own). Any other service has a `/v1/` of its own.
const RESOURCES: &[&str] = &[
    "agents",
    "assistants",
    "audio",
    "batches",
    "chat",
    "classify",
    "complete",
    "completions",
    "containers",
    "conversations",
    "detokenize",
    "edits",
    "embed",
    "embeddings",
    "engines",
    "evals",
    "files",
    "fim",
    "fine-tunes",
    "fine_tuning",
    "generate",
    "images",
    "messages",
    "models",
    "moderations",
    "ocr",
    "organization",
    "organizations",
    "realtime",
    "rerank",
    "responses",
    "score",
    "skills",
    "threads",
    "tokenize",
    "uploads",
    "vector_stores",
    "videos",
];

/// What stands in the paths of calls to a gateway that has the API under a prefix of its own, and in those of Ollama (its API
/// reference). A web server has such paths for pages of its own: they tell of a call only where a client of an API wrote them.
const CALLED: &[&str] = &[
    "/openai/",
    "/chat/completions",
    "/responses",
    "/embeddings",
    "/v1beta/",
    ":generateContent",
    ":streamGenerateContent",
    "/api/chat",
    "/api/generate",
];

/// Whether a path is a route of a language-model API.
#[must_use]
pub fn is_llm_path(path: &str) -> bool {
    let is_providers = ["/v1beta/", "/openai/", "/backend-api/"];
    path.strip_prefix("/v1/").is_some_and(is_resource)
        || is_providers.iter().any(|prefix| path.starts_with(prefix))
        || path.starts_with('/') && endpoint(path).is_some_and(|endpoint| endpoint.known)
}

/// Whether a path that a client asked for is one, whatever a gateway put before it.
pub(super) fn is_called(path: &str) -> bool {
    // Short of a searcher's set-up: a path has a handful of slashes.
    let behind = |at: usize| path.get(at..)?.strip_prefix("/v1/");
    memchr::memchr_iter(b'/', path.as_bytes()).filter_map(behind).any(is_resource)
        || is_llm_path(path)
        || CALLED
            .iter()
            .any(|part| memchr::memmem::find(path.as_bytes(), part.as_bytes()).is_some())
}

fn is_resource(below_version: &str) -> bool {
    let word = below_version.split(['/', '?', '#']).next().unwrap_or(below_version);
    RESOURCES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::{is_called, is_llm_path};
    use proptest::prelude::*;

    #[test]
    fn a_path_that_every_web_server_may_have_is_no_llms_without_a_version() {
        for path in ["/chat", "/messages", "/files", "/models?page=2"] {
            assert!(!is_llm_path(path), "{path}");
            assert!(is_llm_path(&format!("/v1{path}")), "{path}");
        }
        assert!(is_llm_path("/chat/completions") && is_llm_path("/responses") && is_llm_path("/embeddings"));
    }

    #[test]
    fn resources_of_the_apis_are_llm_routes_and_a_sites_own_pages_are_none() {
        for path in [
            "/v1/responses",
            "/v1/rerank",
            "/v1/files/file-1",
            "/v1/fim/completions",
            "/v1beta/cachedContents",
            "/llm/v1/embeddings",
        ] {
            assert!(is_llm_path(path), "{path}");
        }
        for path in [
            "/healthz",
            "/v2/orders",
            "files/x",
            "/static/app.js",
            "/v1/users/7",
            "/v1/chats",
            "/v1/",
        ] {
            assert!(!is_llm_path(path), "{path}");
        }
    }

    #[test]
    fn a_client_may_have_called_below_a_gateways_prefix() {
        for path in [
            "/llm/v1/rerank",
            "/az/openai/files",
            "/team-a/responses/resp_1",
            "/api/generate",
        ] {
            assert!(is_called(path) && !is_llm_path(path), "{path}");
        }
        for path in ["/v1/charges", "/crm/v1/customers", "/v1/traces"] {
            assert!(!is_called(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn what_a_server_was_asked_for_a_client_may_have_called(path in "(/v1|/openai|)(/[a-z_]{1,9}|/[a-z0-9_-]{1,40}|:x|\\?){0,6}") {
            prop_assert!(is_called(&path) || !is_llm_path(&path));
        }
    }
}
