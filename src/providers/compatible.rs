//! An OpenAI-compatible API: its hosts, models, ids and support. Source: <https://openrouter.ai/docs/api-reference/errors>.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// An OpenAI-compatible API.
pub(super) struct Compatible;

impl Provider for Compatible {
    fn name(&self) -> &'static str {
        "compatible"
    }

    fn display_name(&self) -> &'static str {
        "an OpenAI-compatible API"
    }

    fn spellings(&self) -> &'static [&'static str] {
        &[
            "openrouter",
            "groq",
            "mistral",
            "mistral_ai",
            "deepseek",
            "together",
            "xai",
            "x_ai",
            "perplexity",
            "fireworks",
            "moonshot",
            "compatible",
        ]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(
            host,
            &[
                "openrouter.ai",
                "api.groq.com",
                "api.mistral.ai",
                "api.deepseek.com",
                "api.together.xyz",
                "api.together.ai",
                "api.x.ai",
                "api.perplexity.ai",
                "api.fireworks.ai",
                "api.moonshot.ai",
                "api.moonshot.cn",
                "integrate.api.nvidia.com",
            ],
        )
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(
            model,
            &[
                "mistral",
                "deepseek",
                "llama",
                "meta-llama",
                "grok",
                "qwen",
                "mixtral",
                "kimi",
            ],
        )
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &[])
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &["x-request-id"]
    }

    fn support(&self) -> &'static str {
        "the provider's own support"
    }

    fn asks_for(&self) -> &'static [&'static str] {
        &[
            "endpoint",
            "model",
            "time range with zone",
            "failing percentage",
            "status and error",
            "request id",
        ]
    }

    fn status_page(&self) -> Option<&'static str> {
        None
    }
}
