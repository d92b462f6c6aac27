//! Google Gemini: its hosts, models, ids and support. Source: <https://ai.google.dev/gemini-api/docs/troubleshooting>.

use super::provider::{Provider, host_is_one_of, starts_with_one_of};

/// Google Gemini.
pub(super) struct Gemini;

impl Provider for Gemini {
    fn name(&self) -> &'static str {
        "gcp.gemini"
    }

    fn display_name(&self) -> &'static str {
        "Google Gemini"
    }

    fn spellings(&self) -> &'static [&'static str] {
        &[
            "gemini",
            "google",
            "gcp_gemini",
            "gcp_vertex_ai",
            "vertex_ai",
            "vertexai",
            "gcp_gen_ai",
            "google_genai",
        ]
    }

    fn owns_host(&self, host: &str) -> bool {
        host_is_one_of(
            host,
            &[
                "generativelanguage.googleapis.com",
                "aiplatform.googleapis.com",
                "-aiplatform.googleapis.com",
                "gemini.google.com",
                "aistudio.google.com",
            ],
        )
    }

    fn owns_model(&self, model: &str) -> bool {
        starts_with_one_of(model, &["gemini", "models/gemini"])
    }

    fn owns_path(&self, path: &str) -> bool {
        starts_with_one_of(path, &["/v1beta/models/"])
    }

    fn id_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn support(&self) -> &'static str {
        "Google Cloud support, one case per issue"
    }

    fn asks_for(&self) -> &'static [&'static str] {
        &[
            "region",
            "project",
            "product and feature",
            "model",
            "time range (ISO 8601)",
            "problem type",
            "error status",
        ]
    }

    fn status_page(&self) -> Option<&'static str> {
        Some("https://status.cloud.google.com")
    }
}
