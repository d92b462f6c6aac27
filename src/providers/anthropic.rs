//! Anthropic: its hosts, models, ids and support. Source: <https://platform.claude.com/docs/en/api/errors>.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// Anthropic.
pub(super) struct Anthropic;

impl Provider for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn display_name(&self) -> &'static str {
        "Anthropic"
    }

    fn spellings(&self) -> &'static [&'static str] {
        &["anthropic", "claude"]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(
            host,
            &[".anthropic.com", "anthropic.com", "claude.ai", ".claude.com", "claude.com"],
        )
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(model, &["claude"])
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/v1/messages"])
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &["request-id"]
    }

    fn support(&self) -> &'static str {
        "support.claude.com"
    }

    fn asks_for(&self) -> &'static [&'static str] {
        &[
            "endpoint",
            "model",
            "time range with zone",
            "status and error type",
            "request-id",
        ]
    }

    fn status_page(&self) -> Option<&'static str> {
        Some("https://status.claude.com")
    }
}
