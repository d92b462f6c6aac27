//! From a request path, or an application's short word, to the endpoint as the API documents it.

use super::masked::masked;
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

/// Those of them that many a web server has as a path, too: without a version `POST /chat` is a site's own.
const EVERYBODYS: [&str; 6] = ["chat", "messages", "models", "files", "batches", "realtime"];

/// Routes under which a path may name one object, and words that may stand in its place (OpenAI and Anthropic API
/// references).
const COLLECTIONS: [(&str, &[&str]); 17] = [
    ("chat/completions/", &[]),
    ("responses/", &["compact", "input_tokens"]),
    ("models/", &[]),
    ("messages/batches/", &[]),
    ("files/", &[]),
    ("batches/", &[]),
    ("fine_tuning/jobs/", &[]),
    ("assistants/", &[]),
    ("threads/", &["runs"]),
    ("vector_stores/", &[]),
    ("uploads/", &[]),
    ("conversations/", &[]),
    ("containers/", &[]),
    ("videos/", &[]),
    ("evals/", &[]),
    (
        "organization/",
        &[
            "admin_api_keys",
            "audit_logs",
            "certificates",
            "costs",
            "invites",
            "projects",
            "usage",
            "users",
        ],
    ),
    (
        "realtime/",
        &["calls", "client_secrets", "sessions", "transcription_sessions"],
    ),
];

/// The endpoint of a path (`/v1/chat/completions?x`), a path without version (`/responses`) or a word (`chat`).
/// `None` for nothing at all; an unknown path comes back as it is, but for ids in it.
#[must_use]
pub fn endpoint(path_or_word: &str) -> Option<Endpoint<'_>> {
    let path = path_or_word.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    if path.is_empty() {
        return None;
    }
    azure(path)
        .or_else(|| gemini(path))
        .or_else(|| bedrock(path))
        .or_else(|| openai(path))
        .or_else(|| {
            Some(Endpoint {
                path: masked(path),
                model: None,
                known: false,
            })
        })
}

/// Whether two endpoints are one operation under two names: anthropic-sdk-python speaks of `/v1/messages` where it calls the
/// routes that Bedrock and Vertex have for it (its `lib/bedrock/_client.py` and `lib/vertex/_client.py`).
#[must_use]
pub fn is_same_operation(a: &str, b: &str) -> bool {
    let serves = |endpoint: &str| {
        let bedrock = endpoint.starts_with("/model/") && endpoint.contains("/invoke");
        bedrock || endpoint.ends_with(":rawPredict") || endpoint.ends_with(":streamRawPredict")
    };
    let messages = "/v1/messages";
    a == b || (a == messages && serves(b)) || (b == messages && serves(a))
}

/// OpenAI's and Anthropic's routes, with the prefixes under which Azure and gateways serve them.
fn openai(path: &str) -> Option<Endpoint<'_>> {
    let known = |path| {
        Some(Endpoint {
            path,
            model: None,
            known: true,
        })
    };
    let versioned = ["/v1/", "/openai/v1/", "/openai/"]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix));
    let bare = versioned.unwrap_or_else(|| path.trim_start_matches('/'));
    if let Some((_, route)) = ROUTES.iter().find(|(word, _)| *word == bare) {
        return Some(Endpoint {
            path: Cow::Borrowed(*route),
            model: None,
            known: versioned.is_some() || !(path.starts_with('/') && EVERYBODYS.contains(&bare)),
        });
    }
    for (collection, words) in COLLECTIONS {
        // Without a version, only what no other web server has: `/files/report.pdf` is not OpenAI's.
        let is_telling = collection == "responses/" || collection.matches('/').count() > 1;
        let is_certain = versioned.is_some() || (path.starts_with('/') && is_telling);
        let object = bare.strip_prefix(collection).filter(|_| is_certain);
        if let Some(object) = object {
            return known(Cow::Owned(one_of(collection, words, object)));
        }
    }
    if path.starts_with("/v1/") && ROUTES.iter().any(|(_, route)| is_below(path, route)) {
        return known(masked(path));
    }
    // A gateway may put the API under a prefix of its own.
    let (_, route) = ROUTES.iter().find(|(_, route)| path.ends_with(route))?;
    known(Cow::Borrowed(*route))
}

fn is_below(path: &str, route: &str) -> bool {
    path.strip_prefix(route).is_some_and(|rest| rest.starts_with('/'))
}

/// `responses/`, `resp_1/cancel` as `/v1/responses/{id}/cancel`.
fn one_of(collection: &str, words: &[&str], object: &str) -> String {
    let (id, action) = object
        .split_once('/')
        .map_or((object, None), |(id, action)| (id, Some(action)));
    let mut path = format!("/v1/{collection}");
    path.push_str(if words.contains(&id) { id } else { "{id}" });
    for part in action.into_iter().flat_map(|action| action.split('/')) {
        path.push('/');
        path.push_str(if part.bytes().any(|byte| byte.is_ascii_digit()) {
            "{id}"
        } else {
            part
        });
    }
    path
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

#[cfg(test)]
mod tests {
    use super::endpoint;
    use proptest::prelude::*;

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
    fn ids_are_masked_so_that_endpoints_stay_few() {
        let rows = [
            ("/v1/responses/resp_123/cancel", "/v1/responses/{id}/cancel"),
            ("/v1/responses/compact", "/v1/responses/compact"),
            ("/openai/v1/responses/resp_123", "/v1/responses/{id}"),
            ("/v1/models/gpt-4o", "/v1/models/{id}"),
            (
                "/v1/messages/batches/msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d/results",
                "/v1/messages/batches/{id}/results",
            ),
            ("/v1/threads/thread_abc1/messages/msg_abc2", "/v1/threads/{id}/messages/{id}"),
            (
                "/backend-api/conversation/0f8fad5b-d9cb-469f-a165-70867728950e",
                "/backend-api/conversation/{id}",
            ),
            (
                "/backend-api/sentinel/chat-requirements",
                "/backend-api/sentinel/chat-requirements",
            ),
            ("/v2/orders/123456", "/v2/orders/{id}"),
            ("/files/report.pdf", "/files/report.pdf"),
        ];
        for (sent, path) in rows {
            assert_eq!(endpoint(sent).unwrap().path, path, "{sent}");
        }
    }

    #[test]
    fn an_unknown_path_is_no_known_endpoint() {
        for path in ["/healthz", "/v2/orders", "files/x", "/static/app.js", "/v1/users/7", "/v1/"] {
            assert!(!endpoint(path).unwrap().known, "{path}");
        }
        assert_eq!(endpoint("/chat").unwrap().path, endpoint("chat").unwrap().path);
        assert_eq!(endpoint(""), None);
    }

    proptest! {
        #[test]
        fn no_path_panics_and_a_named_endpoint_names_itself(path in "(/v1|/openai|)(/[a-z_]{1,9}|/[a-z0-9_-]{1,40}|:x|\\?){0,6}") {
            if let Some(named) = endpoint(&path) {
                prop_assert!(!named.path.is_empty());
            }
        }
    }
}
