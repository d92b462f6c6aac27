//! Which fact a key names, whatever its spelling: one table for JSON lines and logfmt.
//!
//! A key is folded first: letters and digits only, in lower case, so `http.response.status_code`,
//! `httpResponseStatusCode` and `{"http":{"response":{"status_code":…}}}` are one. Spellings: the loggers' documentation
//! and what applications were seen to invent.

mod spellings;

use ahash::AHashMap;
use spellings::SPELLINGS;
use std::sync::LazyLock;

/// The facts that a line may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub(super) enum Key {
    Timestamp,
    StartTime,
    Level,
    Message,
    Status,
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
    pub(super) const COUNT: usize = Self::Cached as usize + 1;

    /// Every fact.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        SPELLINGS.iter().map(|(key, _)| *key)
    }
}

static BY_SPELLING: LazyLock<AHashMap<&'static [u8], Key>> = LazyLock::new(|| {
    SPELLINGS
        .iter()
        .flat_map(|(key, spellings)| spellings.iter().map(|spelling| (spelling.as_bytes(), *key)))
        .collect()
});

/// Longest spelling that is looked up; longer keys name nothing we know.
const LONGEST: usize = 48;

/// A key without its punctuation, in lower case, in a fixed buffer.
pub(super) struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Folded {
    /// Folds a key; `None` where it is longer than any spelling.
    pub(super) fn of(key: &str) -> Option<Self> {
        let mut folded = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        if key.starts_with('@') {
            folded.push(b'a')?;
            folded.push(b't')?;
        }
        for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
            folded.push(byte.to_ascii_lowercase())?;
        }
        Some(folded)
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.length)? = byte;
        self.length += 1;
        Some(())
    }

    /// The folded bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// The fact it names.
    pub(super) fn key(&self) -> Option<Key> {
        BY_SPELLING.get(self.bytes()).copied()
    }
}

/// The fact a key names.
pub(super) fn key(spelling: &str) -> Option<Key> {
    Folded::of(spelling)?.key()
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
    fn an_unknown_key_names_nothing() {
        assert_eq!(key("ticket"), None);
        assert_eq!(key(&"x".repeat(500)), None);
    }
}
