//! Azure OpenAI: its hosts, models, ids and support. Source: <https://learn.microsoft.com/azure/ai-services/openai/reference>.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// Azure OpenAI.
pub(super) struct AzureOpenAi;

impl Provider for AzureOpenAi {
    fn name(&self) -> &'static str {
        "azure.ai.openai"
    }

    fn display_name(&self) -> &'static str {
        "Azure OpenAI"
    }

    fn spellings(&self) -> &'static [&'static str] {
        &[
            "azure",
            "azure_openai",
            "az.ai.openai",
            "azure_ai",
            "az.ai.inference",
            "azure.ai.inference",
        ]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(
            host,
            &[".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"],
        )
    }

    /// Its models are deployments, which their owners name.
    fn owns_model(&self, _: &str) -> bool {
        false
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/openai/deployments/"])
    }

    fn makes_uuids(&self) -> bool {
        true
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &["apim-request-id", "x-ms-request-id", "x-request-id"]
    }

    fn support(&self) -> &'static str {
        "a ticket in the Azure portal"
    }

    fn asks_for(&self) -> &'static [&'static str] {
        &[
            "region",
            "subscription",
            "resource",
            "deployment",
            "api-version",
            "time (UTC)",
            "status and error text",
            "apim-request-id",
            "x-ms-client-request-id",
        ]
    }

    fn status_page(&self) -> Option<&'static str> {
        Some("https://azure.status.microsoft")
    }
}
