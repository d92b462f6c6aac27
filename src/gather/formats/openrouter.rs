//! OpenRouter's generations, as its API answers them: one object a call, with the providers that it tried.
//!
//! The generation's id is OpenRouter's; the upstream's is that of a body, and no request id.

use super::gateway_rows::{Column, Dialect};

/// The format.
pub(super) static OPENROUTER: Dialect = Dialect {
    name: "openrouter",
    marks: &[
        "native_finish_reason",
        "generation_time",
        "provider_name",
        "upstream_id",
        "is_byok",
        "tokens_prompt",
        "generation_id",
        "model_permaslug",
        "finish_reason_normalized",
        "generation_time_ms",
    ],
    fewest: 3,
    columns: &[
        ("created_at", Column::Stamp),
        ("latency", Column::DurationMs),
        ("model", Column::Model),
        ("provider_name", Column::Provider),
        ("id", Column::OwnId),
        ("api_type", Column::ApiType),
        ("streamed", Column::Stream),
        ("cancelled", Column::Cancelled),
        ("finish_reason", Column::Finish),
        ("native_finish_reason", Column::Flag),
        ("provider_responses", Column::Answers),
        // The activity export has names of its own.
        ("generation_id", Column::OwnId),
        ("model_permaslug", Column::Model),
        ("generation_time_ms", Column::DurationMs),
        ("finish_reason_normalized", Column::Finish),
        ("finish_reason_raw", Column::Flag),
        ("tokens_prompt", Column::InputTokens),
        ("tokens_completion", Column::OutputTokens),
    ],
    within: "data",
    samples: &[
        r#"{"data":{"id":"gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG","upstream_id":"chatcmpl-791bcf62-080e-4568-87d0-94c72e3b4946","total_cost":0.0015,"created_at":"2025-03-06T14:02:45.120Z","model":"openai/gpt-4o","app_id":12345,"streamed":true,"cancelled":false,"provider_name":"OpenAI","latency":1250,"moderation_latency":50,"generation_time":1200,"finish_reason":"stop","native_finish_reason":"stop","tokens_prompt":10,"tokens_completion":25,"origin":"https://example.net/","usage":0.0015,"is_byok":false,"api_type":"completions","provider_responses":[{"status":503,"provider_name":"Azure","latency":310},{"status":200,"provider_name":"OpenAI","latency":1250}]}}"#,
    ],
    source: "https://openrouter.ai/docs/api-reference/get-a-generation",
};
