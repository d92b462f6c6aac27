//! OpenAI: its hosts, models, ids and support. Source: <https://platform.openai.com/docs/guides/error-codes>.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// OpenAI.
pub(super) struct OpenAi;

impl Provider for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn display_name(&self) -> &'static str {
        "OpenAI"
    }

    fn spellings(&self) -> &'static [&'static str] {
        &["openai", "open_ai"]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(host, &[".openai.com", "openai.com", "chatgpt.com", ".chatgpt.com"])
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(
            model,
            &[
                "gpt-",
                "gpt4",
                "gpt5",
                "chatgpt-",
                "o1",
                "o3",
                "o4",
                "text-embedding-",
                "text-davinci",
                "davinci",
                "dall-e",
                "whisper",
                "tts-",
                "codex",
                "omni-moderation",
                "ft:gpt",
                "computer-use-preview",
            ],
        )
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/backend-api/"])
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &["x-request-id"]
    }

    fn support(&self) -> &'static str {
        "help.openai.com, chat with support"
    }

    fn asks_for(&self) -> &'static [&'static str] {
        &[
            "organization",
            "project",
            "endpoint",
            "model",
            "service tier",
            "time range with zone",
            "failing percentage",
            "status and error code",
            "x-request-id or X-Client-Request-Id",
        ]
    }

    fn status_page(&self) -> Option<&'static str> {
        Some("https://status.openai.com")
    }
}
