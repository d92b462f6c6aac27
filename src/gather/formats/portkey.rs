//! The logs that Portkey exports as JSON lines: a row is the call with the provider that answered last.

use super::gateway_rows::{Column, Dialect};

/// The format.
pub(super) static PORTKEY: Dialect = Dialect {
    name: "portkey",
    marks: &[
        "ai_org",
        "ai_model",
        "response_status_code",
        "is_success",
        "req_units",
        "res_units",
        "retry_success_count",
    ],
    fewest: 2,
    columns: &[
        ("created_at", Column::Stamp),
        ("response_time", Column::DurationMs),
        ("response_status_code", Column::Status),
        ("is_success", Column::Success),
        ("request_url", Column::Url),
        ("request_method", Column::Method),
        ("ai_org", Column::Provider),
        ("ai_model", Column::Model),
        ("id", Column::OwnId),
        ("trace_id", Column::OwnId),
        ("stream_mode", Column::Stream),
        ("req_units", Column::InputTokens),
        ("res_units", Column::OutputTokens),
        ("request", Column::Request),
        ("response", Column::Response),
        ("response.body", Column::Body),
    ],
    within: "data",
    samples: &[
        r#"{"created_at":"2025-03-06T14:02:45.000Z","is_success":0,"ai_org":"openai","ai_model":"gpt-4o","req_units":0,"res_units":0,"total_units":0,"cost":0,"cost_currency":"USD","request_url":"https://api.openai.com/v1/chat/completions","request_method":"POST","response_status_code":503,"response_time":2498,"cache_status":"DISABLED","cache_type":null,"stream_mode":"FALSE","retry_success_count":0,"trace_id":"0f8fad5b-d9cb-469f-a165-70867728950e","mode":"SINGLE","response":{"body":{"error":{"message":"The server is currently overloaded with other requests. Sorry about that!","type":"server_error","param":null,"code":null}}}}"#,
    ],
    source: "https://portkey.ai/docs/product/observability/logs-export",
};
