//! Helicone's requests, as its API answers and its export writes them.
//!
//! A status below zero is Helicone's own: timed out, pending, cancelled, a threat that it held back.

use super::gateway_rows::{Column, Dialect};

/// The format.
pub(super) static HELICONE: Dialect = Dialect {
    name: "helicone",
    marks: &[
        "request_created_at",
        "response_created_at",
        "response_status",
        "delay_ms",
        "helicone_user",
        "request_properties",
        "time_to_first_token",
    ],
    fewest: 3,
    columns: &[
        ("request_created_at", Column::Start),
        ("response_created_at", Column::End),
        ("delay_ms", Column::DurationMs),
        ("response_status", Column::Status),
        ("request_path", Column::Url),
        ("target_url", Column::Url),
        ("provider", Column::Provider),
        ("model", Column::Model),
        ("request_model", Column::OtherModel),
        ("response_model", Column::OtherModel),
        ("request_id", Column::OwnId),
        ("prompt_tokens", Column::InputTokens),
        ("completion_tokens", Column::OutputTokens),
        ("response_body", Column::Body),
    ],
    within: "data",
    samples: &[
        r#"{"response_id":"4c1d0f6e-8f0a-4c55-9d1e-3b7a5e2c9f10","response_created_at":"2025-03-06T14:02:47.618Z","response_status":503,"response_model":null,"request_id":"0f8fad5b-d9cb-469f-a165-70867728950e","request_created_at":"2025-03-06T14:02:45.120Z","request_path":"/v1/chat/completions","request_user_id":null,"request_properties":{"team":"search"},"request_model":"gpt-4o","model_override":null,"helicone_user":null,"provider":"OPENAI","delay_ms":2498,"time_to_first_token":null,"total_tokens":0,"prompt_tokens":0,"completion_tokens":0,"target_url":"https://api.openai.com/v1/chat/completions","model":"gpt-4o","country_code":"DE","scores":null}"#,
    ],
    source: "https://docs.helicone.ai/rest/request/post-v1requestquery-clickhouse",
};
