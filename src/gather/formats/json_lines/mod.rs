//! JSON lines of applications, whatever the spelling of their keys: python-json-logger, structlog, pino, winston, bunyan,
//! zap, zerolog, slog, loguru, ECS, GELF and what applications make up.

pub(super) mod own;
mod walk;

use super::format::{Fit, Format, Unread};
use crate::gather::alike::Slot;
use crate::model::{Fields, Vantage};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::LazyLock;

/// The format.
pub(super) struct JsonLines;

/// What only a proxy's, gateway's or envelope's own JSON has: those are formats of their own.
const STRANGERS: &[&str] = &[
    "\"response_flags\"",
    "\"logger\":\"http.log",
    "\"msg\":\"handled request\"",
    "\"DownstreamStatus\"",
    "\"OriginStatus\"",
    "\"tokens_in\"",
    "\"response_status_code\"",
    "\"native_finish_reason\"",
    "\"delay_ms\"",
    "\"prefix\":\"access-log\"",
    "\"message\":\"502 Bad Gateway\"",
    "\"message\":\"504 Gateway Timeout\"",
    "\"RayID\"",
    "\"EdgeResponseStatus\"",
    "\"resourceLogs\"",
    "\"resourceSpans\"",
    "\"latencies\"",
    "\"backendResponseCode\"",
    "\"resultSignature\"",
    "\"httpRequest\"",
    "\"component\": \"LiteLLM",
    "\"component\":\"LiteLLM",
    "\"component\": \"uvicorn",
    "\"litellm_call_id\"",
    "\"message\": \"litellm.proxy.",
    "\"message\": \"Giving up chat_completion(",
    "\"message\": \"Backing off chat_completion(",
    "\"__REALTIME_TIMESTAMP\"",
    "\"response_code_details\"",
    "\"stream\":\"stdout\"",
    "\"stream\":\"stderr\"",
    "\"logger\":\"http.handlers",
    "\"x-edge-",
    "\"responseLength\"",
    "\"resourceMetrics\"",
    "\"fastly_",
    "\"varnish_",
    "\"Varnish-",
    "\"GatewayLogs\"",
    "\"ShoeboxCallResult\"",
    "\"upstream\":{\"addr",
    "\"up\":{\"addr",
    "\"up\":[{\"addr",
    "\"termination_state\"",
];

/// Keys of proxies' logs that a gateway of one's own has too, beside the level and the message of its logger.
const SHARED: &[&str] = &["\"upstream_", "\"remote_addr\"", "\"request_time\""];

/// All of them in one pass each.
static FOREIGN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| searcher(STRANGERS));
static PROXYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| searcher(SHARED));

fn searcher(words: &[&str]) -> Option<AhoCorasick> {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().kind(kind).build(words).ok()
}

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "json-lines"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Application
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = line.trim_ascii();
        let is_object = line.starts_with(b"{\"") || line.starts_with(b"{ \"");
        let holds = |words: &Option<AhoCorasick>| words.as_ref().is_some_and(|words| words.is_match(line));
        if !is_object || !line.ends_with(b"}") || holds(&FOREIGN) {
            Fit::No
        } else if holds(&PROXYS) {
            let is_a_loggers = str::from_utf8(line).is_ok_and(walk::has_level_and_message);
            if is_a_loggers { Fit::Maybe } else { Fit::No }
        } else if str::from_utf8(line).is_ok_and(walk::is_logged) {
            Fit::Yes
        } else {
            // A provider's body within another log is an object too.
            Fit::Maybe
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let Ok(line) = std::str::from_utf8(record) else {
            return walk::line(&String::from_utf8_lossy(record), emit);
        };
        walk::line(line, emit)
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        own::own(record)
    }

    fn owns_failures(&self) -> bool {
        true
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"timestamp": "2025-03-06 14:02:11,714", "level": "INFO", "name": "httpx", "message": "HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 500 Internal Server Error\""}"#,
            r#"{"model": "gpt-4o", "status": 503, "x_request_id": "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa", "level": "error", "timestamp": "2025-03-06T14:02:11.688216Z", "event": "openai call failed"}"#,
            r#"{"level":50,"time":1741269731562,"pid":4242,"hostname":"svc-1","model":"gpt-4o","status":500,"requestId":"req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa","durationMs":1204,"err":{"type":"InternalServerError","message":"500 The server had an error"},"msg":"llm request failed"}"#,
            r#"{"level":"error","ts":1741269731.562,"caller":"svc/main.go:10","msg":"llm call failed","model":"gpt-4o","status":500,"latency_ms":812}"#,
            r#"{"timestamp":"2025-03-06T14:02:11.000Z","provider":"openai","server.address":"api.openai.com","http.request.method":"POST","url.path":"/v1/responses","gen_ai.request.model":"gpt-4o","attempt":1,"duration_ms":812,"http.response.status_code":500,"error":{"message":"The server had an error","type":"server_error","code":null}}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.rfc-editor.org/rfc/rfc8259"
    }
}
