//! A failure that a program tells in words of its own, whatever level it gives the line: retries are warned of, and plain
//! consoles know no levels. Where a call to an LLM is named, what broke the exchange is enough.

use super::exception::{self, Raised};
use super::{prose, scan};
use crate::gather::signatures;
use crate::providers;
use crate::text::needles::Needles;
use std::sync::LazyLock;

/// Words one of which stands in a line on a failure that is no error's by its level.
#[rustfmt::skip]
const FAILED_WORDS: &[&str] = &[
    "failed", "failure", "fails", "*error", "errored", "*exception", "timeout", "timed out", "aborted", "retrying", "unable to",
    "could not", "giving up", "gave up", "http 429:", "http 500:", "http 502:", "http 503:", "http 504:", "http 529:",
];

static FAILED: LazyLock<Needles> = LazyLock::new(|| Needles::new([FAILED_WORDS]));

/// Words of lines that tell no failure anew: of set-ups, of sums, and of what came after it.
#[rustfmt::skip]
const NOT_ANEW_WORDS: &[&str] = &[
    "last_error", "previous", "recovered", "succeeded", "successfully", "circuit*", "error rate", "failure rate", "error_rate",
    "summary", "statistics", "stats", "metrics", "so far", "in the last", "alert*", "incident", "config", "configuration",
    "configuring", "policy", "retry on", "enabled", "settings", "initiali*", "starting", "started", "loaded", "example",
];

static NOT_ANEW: LazyLock<Needles> = LazyLock::new(|| Needles::new([NOT_ANEW_WORDS]));

/// What else a program talks to when it handles what a model wrote: its stores, its tools, its own clients.
#[rustfmt::skip]
const OF_OTHERS_WORDS: &[&str] = &[
    "redis", "postgres*", "mysql", "mongo*", "database", "db", "sqlite", "kafka", "rabbitmq", "amqp", "nats", "sqs", "s3",
    "smtp", "webhook*", "slack", "elasticsearch", "opensearch", "qdrant", "pinecone", "weaviate", "milvus", "pgvector",
    "vectorstore", "vector store", "cache*", "memcached", "clickhouse", "dynamodb", "bucket", "sentry", "otel*",
    "opentelemetry", "langfuse", "langsmith", "telemetry", "save", "saved", "saving", "store", "stored", "storing", "persist*",
    "publish*", "upload*", "notify*", "tool", "tools", "plugin", "mcp", "websocket", "client disconnected", "client closed",
    "to client", "to user", "downstream", ":6379", ":5432", ":3306", ":27017", ":9092", ":5672", ":9200", ":6333", ":4317",
    ":4318",
];

static OF_OTHERS: LazyLock<Needles> = LazyLock::new(|| Needles::new([OF_OTHERS_WORDS]));

/// Whether a line of whatever level speaks of a failure as one that happened just now.
pub(super) fn is_of_a_failure(line: &str, is_error: bool) -> bool {
    is_error || (FAILED.any(line) && !NOT_ANEW.any(line))
}

/// `chat with gpt-4o failed: read ECONNRESET`, `attempt 1 failed: fetch failed (getaddrinfo ENOTFOUND api.openai.com)`: what
/// broke an exchange, in a line that names a call to an LLM and nothing else that may have broken.
pub(super) fn broken(line: &str) -> Option<(&str, Raised<'_>)> {
    if !is_of_an_llm(line) {
        return None;
    }
    // Behind the first colon the error stands, and before it the model.
    let behind = line.split_once(": ").map(|(_, text)| text.trim());
    let text = behind
        .into_iter()
        .chain([line])
        .find(|text| signatures::transport(said(text)).is_some())?;
    let raised = exception::exception(text).unwrap_or_default();
    let message = raised.message.or(Some(said(text)));
    Some((text, Raised { message, ..raised }))
}

/// The same where the line says that the call failed, and the lines under it say why.
pub(super) fn is_broken_below(line: &str, under: &str) -> bool {
    !under.is_empty() && FAILED.any(line) && is_of_an_llm(line) && !is_of_others(under) && signatures::transport(under).is_some()
}

/// Whether a line names a provider's host, or a call to an LLM and nothing else.
pub(super) fn is_of_an_llm(line: &str) -> bool {
    providers::names_host(line) || (prose::is_of_a_call(line) && !is_of_others(line))
}

/// What an error says that a class and blanks stand before: `CohereError  "timeout"`.
fn said(text: &str) -> &str {
    let behind = memchr::memmem::rfind(text.as_bytes(), b"Error  ").and_then(|at| text.get(at + "Error  ".len()..));
    behind.unwrap_or(text).trim_matches(['"', '\'', '(', ')', ' '])
}

/// Whether a line speaks of what a program does with an answer, or talks to beside an LLM.
pub(super) fn is_of_others(line: &str) -> bool {
    OF_OTHERS.any(line)
}

/// Whether words speak of what was set up, summed up or overcome, and not of a failure as it happens.
pub(super) fn is_not_anew(words: &str) -> bool {
    NOT_ANEW.any(words)
}

/// Whether an SDK's exception that a line names without its module tells of a call, where the level does not say that
/// something failed. Classes of these names are others' too: the status must stand behind it, or what broke.
pub(super) fn is_told(raised: &Raised<'_>, before: &str, text: &str) -> bool {
    let class = raised.class.unwrap_or("");
    let message = text.split_once(": ").map_or("", |(_, message)| message.trim_start());
    // werkzeug's own exceptions say the status and its reason so.
    let is_written =
        scan::status(message).is_some_and(|status| status >= 400) && !message.starts_with("500 Internal Server Error: ");
    let is_broken = || class.starts_with("API") && signatures::transport(text).is_some();
    // A class of one status alone, where a call to an LLM is what failed.
    let is_of_a_call = || raised.status.is_some_and(|status| status >= 400) && is_of_an_llm(before);
    (is_written || (class.starts_with("AI_") && raised.status.is_some()) || is_broken() || is_of_a_call()) && !is_not_anew(before)
}

#[cfg(test)]
mod tests {
    use super::{broken, is_broken_below, is_of_a_failure};

    fn is_broken(line: &str, is_error: bool) -> bool {
        is_of_a_failure(line, is_error) && broken(line).is_some()
    }

    #[test]
    fn what_broke_a_call_is_a_failure_at_every_level() {
        for line in [
            "openai chat with gpt-4o failed: read ECONNRESET",
            "OpenAI call failed: ECONNABORTED timeout of 60000ms exceeded model=gpt-4o attempt=1/3",
            "attempt 1 failed: fetch failed (getaddrinfo ENOTFOUND api.openai.com), 2 left",
            "chat with gpt-4o failed: CohereError  \"timeout\"",
            "gpt-4o: ECONNRESET, retrying in 2s",
        ] {
            assert!(is_broken(line, false) && is_broken(line, true), "{line}");
        }
    }

    #[test]
    fn what_else_broke_is_none() {
        for line in [
            "failed to save chat with gpt-4o: connect ECONNREFUSED 10.0.0.5:5432",
            "tool get_weather of gpt-4o failed: socket hang up",
            "[gpt-service] order lookup failed: read ECONNRESET",
            "stream of gpt-4o failed: write EPIPE, client disconnected",
            "job 7 failed: fetch failed",
            "chat with gpt-4o failed: no such row",
        ] {
            assert!(!is_broken(line, true), "{line}");
        }
    }

    #[test]
    fn what_is_no_errors_line_must_tell_a_failure_anew() {
        for line in [
            "OpenAI client configuration: retries after ECONNRESET, timeout of 60 s",
            "openai: retry on ECONNRESET enabled, 3 retries after failure",
            "gpt-4o recovered after failure: ECONNRESET",
            "circuit of gpt-4o open, last error: ECONNRESET",
            "connecting to gpt-4o through tcp connect, connection refused is retried",
        ] {
            assert!(!is_broken(line, false), "{line}");
        }
    }

    #[test]
    fn a_line_that_names_the_call_has_what_broke_it_under_it() {
        let under = "TypeError: fetch failed\n    at node:internal/deps/undici/undici:13510:13\n  [cause]: Error: getaddrinfo ENOTFOUND gw";
        assert!(is_broken_below("chat with gpt-4o failed", under));
        assert!(!is_broken_below("chat with gpt-4o", under));
        assert!(!is_broken_below("lookup failed", under));
        assert!(!is_broken_below(
            "chat with gpt-4o failed",
            "redis.exceptions.ConnectionError: Connection refused"
        ));
    }
}
