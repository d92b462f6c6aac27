//! Which fact a key names, whatever its spelling: one table for structured lines and for the pairs in a
//! text.
//!
//! A key is folded first: letters and digits only, in lower case, so `http.response.status_code`,
//! `httpResponseStatusCode` and `{"http":{"response":{"status_code":…}}}` are one. Spellings: the loggers' documentation
//! and what applications were seen to invent.

mod folded;
mod spellings;

pub(in crate::gather) use folded::Folded;

use ahash::AHashMap;
use spellings::SPELLINGS;
use std::sync::LazyLock;

/// The facts that a line may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub(in crate::gather) enum Key {
    Timestamp,
    StartTime,
    Level,
    Message,
    Status,
    /// A status under a name that is one's where the line is about a call (`code`, `final_status`).
    StatusLike,
    /// The same under a name that may be anything's (`response`, `sc`): one's where the line holds an exchange.
    StatusShort,
    Model,
    Url,
    Method,
    ServerAddress,
    Provider,
    XRequestId,
    RequestId,
    XClientRequestId,
    GatewayRequestId,
    CfRay,
    HttpDate,
    DurationMs,
    DurationSeconds,
    DurationMicros,
    DurationAny,
    Attempt,
    RetriesTaken,
    RetriesLeft,
    RetryInMs,
    RetryInAny,
    RetryAfterMs,
    RetryAfterSeconds,
    Stream,
    ServiceTier,
    Organization,
    Project,
    Region,
    Proxy,
    Host,
    Thread,
    ErrorType,
    ErrorCode,
    ErrorMessage,
    Trace,
    LoguruText,
    Success,
    EpochSecond,
    NanoOfSecond,
    InputTokens,
    OutputTokens,
    FinishReason,
    Cached,
}

impl Key {
    /// How many facts there are.
    pub(in crate::gather) const COUNT: usize = Self::Cached as usize + 1;

    /// Every fact.
    pub(in crate::gather) fn all() -> impl Iterator<Item = Self> {
        SPELLINGS.iter().map(|(key, _)| *key)
    }
}

static BY_SPELLING: LazyLock<AHashMap<&'static [u8], Key>> = LazyLock::new(|| {
    SPELLINGS
        .iter()
        .flat_map(|(key, spellings)| spellings.iter().map(|spelling| (spelling.as_bytes(), *key)))
        .collect()
});

impl Folded {
    /// The fact it names.
    pub(in crate::gather) fn key(&self) -> Option<Key> {
        let bytes = self.bytes();
        exact(bytes)
            .or_else(|| is_status_like(bytes).then_some(Key::StatusLike))
            .or_else(|| of_a_call(bytes))
    }
}

/// The fact that a folded name is one of the spellings of.
pub(in crate::gather) fn exact(folded: &[u8]) -> Option<Key> {
    BY_SPELLING.get(folded).copied()
}

/// Words that programs put before a name to say that it is of the call, and not of the work that made it.
const CALLS: [&[u8]; 18] = [
    b"llm",
    b"openai",
    b"oai",
    b"gpt",
    b"anthropic",
    b"azure",
    b"genai",
    b"ai",
    b"api",
    b"request",
    b"req",
    b"call",
    b"chat",
    b"completion",
    b"embedding",
    b"upstream",
    b"provider",
    b"vendor",
];

/// The fact that a name means behind such a word. A time, a status or an id may be another's then.
fn of_a_call(folded: &[u8]) -> Option<Key> {
    let name = CALLS.iter().find_map(|word| folded.strip_prefix(*word))?;
    exact(name).filter(|key| {
        matches!(
            key,
            Key::Model
                | Key::Url
                | Key::ServerAddress
                | Key::DurationMs
                | Key::DurationSeconds
                | Key::DurationMicros
                | Key::ErrorType
                | Key::ErrorCode
                | Key::ErrorMessage
                | Key::ServiceTier
                | Key::InputTokens
                | Key::OutputTokens
        )
    })
}

/// Ends of the names that people give to a status.
const STATUS_ENDS: [&[u8]; 4] = [b"statuscode", b"statusint", b"status", b"code"];

/// Words before such an end that leave it an answer's: a country's code and a job's status have others.
const STATUS_WORDS: [&[u8]; 24] = [
    b"http",
    b"response",
    b"resp",
    b"result",
    b"res",
    b"return",
    b"ret",
    b"reply",
    b"answer",
    b"final",
    b"exit",
    b"upstream",
    b"backend",
    b"origin",
    b"edge",
    b"client",
    b"server",
    b"gateway",
    b"proxy",
    b"provider",
    b"request",
    b"req",
    b"api",
    b"llm",
];

/// Whether a folded name is put together of nothing but such words.
fn is_status_like(folded: &[u8]) -> bool {
    let Some(mut rest) = STATUS_ENDS.iter().find_map(|end| folded.strip_suffix(*end)) else {
        return false;
    };
    while !rest.is_empty() {
        match STATUS_WORDS.iter().find_map(|word| rest.strip_prefix(*word)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    true
}

/// The fact a key names.
pub(in crate::gather) fn key(spelling: &str) -> Option<Key> {
    let whole = Folded::of(spelling).and_then(|folded| folded.key());
    whole.or_else(|| last_of_path(spelling))
}

/// The fact that the last of a path's names means, where it means the same in every group: `response.headers.x-request-id`.
fn last_of_path(spelling: &str) -> Option<Key> {
    let (_, last) = spelling.rsplit_once('.')?;
    let key = exact(Folded::of(last)?.bytes())?;
    let is_calls = matches!(key, Key::Model | Key::XRequestId | Key::RequestId | Key::XClientRequestId);
    is_calls.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::{Key, key};

    #[test]
    fn spellings_of_one_fact_are_one() {
        for spelling in [
            "http.response.status_code",
            "httpResponseStatusCode",
            "HTTP_RESPONSE_STATUS_CODE",
            "statusCode",
            "status",
        ] {
            assert_eq!(key(spelling), Some(Key::Status), "{spelling}");
        }
    }

    #[test]
    fn what_is_said_to_be_the_calls_means_what_it_means_alone() {
        for (spelling, fact) in [
            ("chat_model", Key::Model),
            ("apiPath", Key::Url),
            ("openai_base_url", Key::ServerAddress),
            ("llm_duration_ms", Key::DurationMs),
            ("provider_error_code", Key::ErrorCode),
            ("response.headers.x-request-id", Key::XRequestId),
        ] {
            assert_eq!(key(spelling), Some(fact), "{spelling}");
        }
        for spelling in [
            "call_time",
            "api_key",
            "request_level",
            "openai",
            "ai_thread",
            "upstream_host_name",
        ] {
            assert_eq!(key(spelling), None, "{spelling}");
        }
    }

    #[test]
    fn names_made_of_an_answers_words_are_statuses() {
        for spelling in [
            "code",
            "final_status",
            "replyCode",
            "res.statusCode",
            "resp_code",
            "ReturnCode",
            "status_int",
            "upstream-status",
        ] {
            assert_eq!(key(spelling), Some(Key::StatusLike), "{spelling}");
        }
        for spelling in [
            "country_code",
            "zip_code",
            "job_status",
            "encode",
            "grpc_status",
            "codec",
            "rescode2",
        ] {
            assert_eq!(key(spelling), None, "{spelling}");
        }
    }

    #[test]
    fn an_unknown_key_names_nothing() {
        assert_eq!(key("ticket"), None);
        assert_eq!(key(&"x".repeat(500)), None);
    }
}
