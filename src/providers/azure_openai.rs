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
        &["azure", "azure_openai", "azure_ai_openai", "az.ai.openai", "azureopenai"]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(
            host,
            &[".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"],
        )
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(model, &[])
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/openai/deployments/"])
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
