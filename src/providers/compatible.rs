//! Providers that speak OpenAI's API: one entry each, told apart by host, spelling and the models that only they make.
//!
//! Names are those of the OpenTelemetry GenAI conventions where they have one (`groq`, `mistral_ai`, `deepseek`, `x_ai`,
//! `perplexity`), else our own in their style.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// A provider that speaks OpenAI's API.
pub(super) struct Compatible {
    name: &'static str,
    display_name: &'static str,
    spellings: &'static [&'static str],
    hosts: &'static [&'static str],
    /// Beginnings of model names; empty for those who serve other makers' models.
    models: &'static [&'static str],
    support: &'static str,
    status_page: Option<&'static str>,
}

pub(super) static OPENROUTER: Compatible = Compatible {
    name: "openrouter",
    display_name: "OpenRouter",
    spellings: &["openrouter"],
    hosts: &["openrouter.ai", ".openrouter.ai"],
    models: &[],
    support: "support@openrouter.ai, with the upstream provider that the error's metadata names",
    status_page: Some("https://status.openrouter.ai"),
};

pub(super) static GROQ: Compatible = Compatible {
    name: "groq",
    display_name: "Groq",
    spellings: &["groq"],
    hosts: &["api.groq.com"],
    models: &[],
    support: "the chat of console.groq.com",
    status_page: Some("https://groqstatus.com"),
};

pub(super) static MISTRAL: Compatible = Compatible {
    name: "mistral_ai",
    display_name: "Mistral AI",
    spellings: &["mistral"],
    hosts: &[".mistral.ai"],
    models: &[
        "mistral-",
        "open-mistral",
        "open-mixtral",
        "codestral",
        "ministral",
        "magistral",
        "pixtral",
        "devstral",
    ],
    support: "help.mistral.ai",
    status_page: Some("https://status.mistral.ai"),
};

pub(super) static DEEPSEEK: Compatible = Compatible {
    name: "deepseek",
    display_name: "DeepSeek",
    spellings: &["deepseek"],
    hosts: &["api.deepseek.com"],
    models: &["deepseek-"],
    support: "api-service@deepseek.com",
    status_page: Some("https://status.deepseek.com"),
};

pub(super) static TOGETHER: Compatible = Compatible {
    name: "together_ai",
    display_name: "Together AI",
    spellings: &["together"],
    hosts: &["api.together.xyz", "api.together.ai"],
    models: &[],
    support: "support@together.ai",
    status_page: Some("https://status.together.ai"),
};

pub(super) static XAI: Compatible = Compatible {
    name: "x_ai",
    display_name: "xAI",
    spellings: &["xai", "grok"],
    hosts: &["api.x.ai", ".api.x.ai"],
    models: &["grok-"],
    support: "support@x.ai",
    status_page: Some("https://status.x.ai"),
};

pub(super) static PERPLEXITY: Compatible = Compatible {
    name: "perplexity",
    display_name: "Perplexity",
    spellings: &["perplexity"],
    hosts: &["api.perplexity.ai"],
    models: &["sonar"],
    support: "api@perplexity.ai",
    status_page: Some("https://status.perplexity.com"),
};

pub(super) static FIREWORKS: Compatible = Compatible {
    name: "fireworks_ai",
    display_name: "Fireworks AI",
    spellings: &["fireworks"],
    hosts: &["api.fireworks.ai"],
    models: &["accounts/fireworks/"],
    support: "the provider's own support",
    status_page: Some("https://status.fireworks.ai"),
};

pub(super) static MOONSHOT: Compatible = Compatible {
    name: "moonshot_ai",
    display_name: "Moonshot AI",
    spellings: &["moonshot", "kimi"],
    hosts: &["api.moonshot.ai", "api.moonshot.cn"],
    models: &["kimi-", "moonshot-"],
    support: "the provider's own support",
    status_page: None,
};

pub(super) static COHERE: Compatible = Compatible {
    name: "cohere",
    display_name: "Cohere",
    spellings: &["cohere"],
    hosts: &["api.cohere.com", "api.cohere.ai"],
    models: &["command-r", "command-a", "embed-english", "embed-multilingual", "rerank-"],
    support: "support@cohere.com",
    status_page: Some("https://status.cohere.com"),
};

pub(super) static NVIDIA: Compatible = Compatible {
    name: "nvidia_nim",
    display_name: "NVIDIA NIM",
    spellings: &["nvidia", "nim"],
    hosts: &["integrate.api.nvidia.com"],
    models: &[],
    support: "the provider's own support",
    status_page: None,
};

impl Provider for Compatible {
    fn name(&self) -> &'static str {
        self.name
    }

    fn display_name(&self) -> &'static str {
        self.display_name
    }

    fn spellings(&self) -> &'static [&'static str] {
        self.spellings
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(host, self.hosts)
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(model, self.models)
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &["x-request-id"]
    }

    fn support(&self) -> &'static str {
        self.support
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
        self.status_page
    }
}
