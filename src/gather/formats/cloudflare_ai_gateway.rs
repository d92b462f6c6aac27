//! The logs of Cloudflare's AI Gateway, as its API lists them.
//!
//! `step` is the place in a chain of fallbacks: every step is a row, and an exchange with a provider of its own.

use super::gateway_rows::{Column, Dialect};

/// The format.
pub(super) static CLOUDFLARE_AI_GATEWAY: Dialect = Dialect {
    name: "cloudflare-ai-gateway",
    marks: &[
        "tokens_in",
        "tokens_out",
        "cached",
        "model_type",
        "request_type",
        "custom_cost",
        "step",
    ],
    fewest: 3,
    columns: &[
        ("created_at", Column::Stamp),
        ("duration", Column::DurationMs),
        ("status_code", Column::Status),
        ("success", Column::Success),
        ("path", Column::Url),
        ("provider", Column::Provider),
        ("model", Column::Model),
        ("id", Column::OwnId),
        ("tokens_in", Column::InputTokens),
        ("tokens_out", Column::OutputTokens),
        ("response_head", Column::Body),
    ],
    within: "result",
    samples: &[
        r#"{"id":"01JNQ3W7ZK8M5T0C9X2V4B6N1D","created_at":"2025-03-06T14:02:45.120Z","provider":"openai","model":"gpt-4o","model_type":"","path":"chat/completions","duration":2498,"request_type":"","request_content_type":"application/json","status_code":503,"response_content_type":"application/json","success":false,"cached":false,"tokens_in":0,"tokens_out":0,"cost":0,"custom_cost":false,"step":0,"metadata":"{\"team\":\"search\"}"}"#,
    ],
    source: "https://developers.cloudflare.com/api/resources/ai_gateway/subresources/logs/",
};
