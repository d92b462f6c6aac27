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

/// Routes by the words that applications and SDKs use for them (OpenAI and Anthropic API references).
const ROUTES: [(&str, &str); 20] = [
    ("chat/completions", "/v1/chat/completions"),
    ("chat", "/v1/chat/completions"),
    ("chat_completions", "/v1/chat/completions"),
    ("chat.completions", "/v1/chat/completions"),
    ("completions", "/v1/completions"),
    ("responses", "/v1/responses"),
    ("embeddings", "/v1/embeddings"),
    ("messages", "/v1/messages"),
    ("messages/count_tokens", "/v1/messages/count_tokens"),
    ("models", "/v1/models"),
    ("moderations", "/v1/moderations"),
    ("images/generations", "/v1/images/generations"),
    ("images/edits", "/v1/images/edits"),
    ("audio/speech", "/v1/audio/speech"),
    ("audio/transcriptions", "/v1/audio/transcriptions"),
    ("audio/translations", "/v1/audio/translations"),
    ("files", "/v1/files"),
    ("batches", "/v1/batches"),
    ("fine_tuning/jobs", "/v1/fine_tuning/jobs"),
    ("realtime", "/v1/realtime"),
];

/// Routes under which a path may name one object.
const COLLECTIONS: [&str; 12] = [
    "/v1/models/",
    "/v1/responses/",
    "/v1/files/",
    "/v1/batches/",
    "/v1/fine_tuning/jobs/",
    "/v1/assistants/",
    "/v1/threads/",
    "/v1/vector_stores/",
    "/v1/uploads/",
    "/v1/conversations/",
    "/v1/evals/",
    "/v1/chat/completions/",
];

/// The endpoint of a path (`/v1/chat/completions?x`), a path without version (`/responses`) or a word (`chat`).
/// `None` for nothing at all; an unknown path comes back as it is.
#[must_use]
pub fn endpoint(path_or_word: &str) -> Option<Endpoint<'_>> {
    let path = path_or_word.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    if path.is_empty() {
        return None;
    }
    if let Some(endpoint) = azure(path).or_else(|| gemini(path)).or_else(|| bedrock(path)) {
        return Some(endpoint);
    }
    let known = |path: &'static str| Endpoint {
        path: Cow::Borrowed(path),
        model: None,
        known: true,
    };
    let bare = path
        .strip_prefix("/v1/")
        .or_else(|| path.strip_prefix("/openai/v1/"))
        .unwrap_or(path)
        .trim_start_matches('/');
    if let Some((_, route)) = ROUTES.iter().find(|(word, _)| *word == bare) {
        return Some(known(route));
    }
    for collection in COLLECTIONS {
        if let Some(rest) = path.strip_prefix(collection) {
            return Some(Endpoint {
                path: one_of(collection, rest),
                model: None,
                known: true,
            });
        }
    }
    let known = path.starts_with("/v1/") && ROUTES.iter().any(|(_, route)| path.starts_with(route));
    // A gateway may put the API under a prefix of its own.
    let behind_prefix = || {
        ROUTES
            .iter()
            .find(|(_, route)| path.ends_with(route))
            .map(|(_, route)| *route)
    };
    match behind_prefix() {
        Some(route) => Some(Endpoint {
            path: Cow::Borrowed(route),
            model: None,
            known: true,
        }),
        None => Some(Endpoint {
            path: Cow::Borrowed(path),
            model: None,
            known,
        }),
    }
}

/// `/v1/responses/resp_1/cancel` as `/v1/responses/{id}/cancel`.
fn one_of<'a>(collection: &'static str, rest: &'a str) -> Cow<'a, str> {
    let (_, action) = rest.split_once('/').unwrap_or((rest, ""));
    let action: String = action
        .split('/')
        .map(|part| {
            if part.bytes().any(|byte| byte.is_ascii_digit()) {
                "/{id}".to_owned()
            } else {
                format!("/{part}")
            }
        })
        .collect();
    Cow::Owned(format!("{collection}{{id}}{}", action.trim_end_matches('/')))
}

/// `/openai/deployments/NAME/chat/completions`: the deployment is the model, and the rest the same operation as OpenAI's
/// (Azure OpenAI REST reference), so that an application's short word and the URL name one endpoint.
fn azure(path: &str) -> Option<Endpoint<'_>> {
    let (_, rest) = path.split_once("/deployments/")?;
    let (deployment, operation) = rest.split_once('/').unwrap_or((rest, ""));
    let route = ROUTES
        .iter()
        .find(|(word, _)| *word == operation)
        .map_or(path, |(_, route)| route);
    (!deployment.is_empty()).then_some(Endpoint {
        path: Cow::Borrowed(route),
        model: Some(deployment),
        known: true,
    })
}

/// `/v1beta/models/NAME:generateContent`, and Vertex's longer form (Gemini API reference).
fn gemini(path: &str) -> Option<Endpoint<'_>> {
    let (before, rest) = path.split_once("/models/")?;
    let (model, action) = rest.rsplit_once(':')?;
    let version = if before.starts_with("/v1beta") { "/v1beta" } else { "/v1" };
    Some(Endpoint {
        path: Cow::Owned(format!("{version}/models/{{model}}:{action}")),
        model: Some(model),
        known: true,
    })
}

/// `/model/NAME/invoke`, `/model/NAME/converse-stream` (Amazon Bedrock runtime reference).
fn bedrock(path: &str) -> Option<Endpoint<'_>> {
    let (model, action) = path.strip_prefix("/model/")?.rsplit_once('/')?;
    Some(Endpoint {
        path: Cow::Owned(format!("/model/{{model}}/{action}")),
        model: Some(model),
        known: true,
    })
}

/// Whether a path is a route of a language-model API.
#[must_use]
pub fn is_llm_path(path: &str) -> bool {
    if path.starts_with("/v1/")
        || path.starts_with("/v1beta/")
        || path.starts_with("/openai/")
        || path.starts_with("/backend-api/")
    {
        return true;
    }
    path.starts_with('/') && endpoint(path).is_some_and(|endpoint| endpoint.known)
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn words_paths_and_versions_are_one_endpoint() {
        for spelling in [
            "chat",
            "/chat/completions",
            "/v1/chat/completions",
            "/v1/chat/completions?x=1",
            "chat/completions",
            "/proxy/v1/chat/completions",
        ] {
            assert_eq!(endpoint(spelling).unwrap().path, "/v1/chat/completions", "{spelling}");
        }
    }

    #[test]
    fn azure_names_the_deployment_and_gemini_the_model() {
        assert_eq!(
            endpoint("/openai/deployments/gpt41-batch/chat/completions?api-version=1")
                .unwrap()
                .model,
            Some("gpt41-batch")
        );
        assert_eq!(
            endpoint("/v1beta/models/gemini-2.5-flash:generateContent").unwrap().model,
            Some("gemini-2.5-flash")
        );
    }

    #[test]
    fn ids_inside_known_routes_are_masked() {
        assert_eq!(
            endpoint("/v1/responses/resp_123/cancel").unwrap().path,
            "/v1/responses/{id}/cancel"
        );
    }

    #[test]
    fn an_unknown_path_is_no_llm_route() {
        assert!(!endpoint("/healthz").unwrap().known);
        assert_eq!(endpoint(""), None);
    }
}
