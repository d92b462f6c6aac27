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
        &["open_ai", "chatgpt"]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(host, &[".openai.com", "openai.com", "chatgpt.com", ".chatgpt.com"])
    }

    fn owns_model(&self, model: &str) -> bool {
        const STARTS: &[&str] = &[
            "gpt-",
            "gpt4",
            "gpt5",
            "chatgpt-",
            "text-embedding-3",
            "text-embedding-ada",
            "text-davinci",
            "text-moderation",
            "davinci",
            "babbage",
            "dall-e",
            "whisper",
            "tts-1",
            "codex",
            "sora-",
            "omni-moderation",
            "ft:",
            "computer-use-preview",
        ];
        starts_with_one_of(model, STARTS) || is_o_series(model)
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/backend-api/", "/backend-anon/"])
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

/// `o1`, `o3-mini`, `o4-mini-deep-research`: a word of its own, so that `o1js` is none.
fn is_o_series(model: &str) -> bool {
    match model.as_bytes() {
        [b'o' | b'O', digit, rest @ ..] => digit.is_ascii_digit() && rest.first().is_none_or(|next| *next == b'-'),
        _ => false,
    }
}
