//! JSON lines of applications, whatever the spelling of their keys: python-json-logger, structlog, pino, winston, bunyan,
//! zap, zerolog, slog, loguru, ECS, GELF and what applications make up.

pub(super) mod own;
mod remembered;
mod unit;
mod walk;

use super::ALL;
use super::access_json::AccessJson;
use super::format::{Fit, Format, Unread};
use crate::gather::alike::Slot;
use crate::model::{Fields, Vantage};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::LazyLock;

/// The format.
pub(super) struct JsonLines {
    /// Whether times with decimals are milliseconds where nothing says it.
    in_milliseconds: bool,
}

impl JsonLines {
    /// Before the log's unit is known.
    pub(super) const ANY: Self = Self { in_milliseconds: false };
}

static IN_MILLISECONDS: JsonLines = JsonLines { in_milliseconds: true };

/// What only a proxy's, gateway's or envelope's own JSON has: those are formats of their own.
const STRANGERS: &[&str] = &[
    "\"response_flags\"",
    "\"logger\":\"http.log",
    "\"msg\":\"handled request\"",
    "\"DownstreamStatus\"",
    "\"OriginStatus\"",
    "\"prefix\":\"access-log\"",
    "\"message\":\"502 Bad Gateway\"",
    "\"message\":\"504 Gateway Timeout\"",
    "\"RayID\"",
    "\"EdgeResponseStatus\"",
    "\"resourceLogs\"",
    "\"resourceSpans\"",
    "\"component\": \"LiteLLM",
    "\"component\":\"LiteLLM",
    "\"component\": \"uvicorn",
    "\"message\": \"litellm.proxy.",
    "\"message\": \"Giving up chat_completion(",
    "\"message\": \"Backing off chat_completion(",
    "\"__REALTIME_TIMESTAMP\"",
    "\"response_code_details\"",
    "\"stream\":\"stdout\"",
    "\"stream\":\"stderr\"",
    "\"logger\":\"http.handlers",
    "\"x-edge-",
    "\"resourceMetrics\"",
    "\"fastly_",
    "\"varnish_",
    "\"Varnish-",
    "\"GatewayLogs\"",
    "\"ShoeboxCallResult\"",
    "\"termination_state\"",
];

/// What proxies' and gateways' own JSON has, and an application's may have, too: whether a line is theirs they know themselves.
const SHARED: &[&str] = &[
    "\"tokens_in\"",
    "\"response_status_code\"",
    "\"native_finish_reason\"",
    "\"delay_ms\"",
    "\"latencies\"",
    "\"backendResponseCode\"",
    "\"resultSignature\"",
    "\"httpRequest\"",
    "\"litellm_call_id\"",
    "\"custom_llm_provider\"",
    "\"responseLength\"",
    "\"upstream_",
    "\"remote_addr\"",
    "\"request_time\"",
];

/// All of them in one pass each.
static FOREIGN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| searcher(STRANGERS));
static DOUBTFUL: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| searcher(SHARED));

fn searcher(words: &[&str]) -> Option<AhoCorasick> {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().kind(kind).build(words).ok()
}

/// Whether a line is of a proxy's or gateway's own format.
fn is_anothers(line: &[u8]) -> bool {
    let reads_json = |other: &&&dyn Format| other.samples().iter().any(|sample| sample.starts_with('{'));
    let others = || {
        ALL.iter()
            .filter(|other| other.name() != JsonLines::ANY.name())
            .filter(reads_json)
    };
    let is_doubtful = DOUBTFUL.as_ref().is_some_and(|words| words.is_match(line));
    AccessJson::holds(line) || is_doubtful && others().any(|other| other.fit(line) != Fit::No)
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
        let is_foreign = || FOREIGN.as_ref().is_some_and(|words| words.is_match(line));
        if !is_object || !line.ends_with(b"}") || is_foreign() || is_anothers(line) {
            Fit::No
        } else if str::from_utf8(line).is_ok_and(walk::is_logged) {
            Fit::Yes
        } else {
            // A provider's body within another log is an object too.
            Fit::Maybe
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let Ok(line) = std::str::from_utf8(record) else {
            return walk::line(&String::from_utf8_lossy(record), self.in_milliseconds, emit);
        };
        walk::line(line, self.in_milliseconds, emit)
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        own::own(record, self.in_milliseconds)
    }

    fn owns_failures(&self) -> bool {
        true
    }

    fn measured(&self, lines: &[&[u8]]) -> Option<&'static dyn Format> {
        unit::is_milliseconds(lines).then_some(&IN_MILLISECONDS as &dyn Format)
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
