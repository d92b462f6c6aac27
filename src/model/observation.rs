//! One end that is worth keeping whole: a failure, a caller-side end, or a detail that may belong to one.

use super::fields::Instant;
use super::ids::Ids;
use super::method::Method;
use super::millis::Millis;
use super::outcome::Outcome;
use super::reached::Fact;
use super::terms::{Attributes, Grain, Name};
use super::time::Time;
use std::ops::Deref;
use std::sync::Arc;

/// What the error said, in closed vocabulary: no free text leaves `gather`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorSaid {
    /// The provider's error type or the exception class.
    pub error_type: Option<Name>,
    /// The provider's error code.
    pub error_code: Option<Name>,
    /// The provider's known message, as a template without its variable parts; or `None` where the text is unknown.
    pub template: Option<&'static str>,
    /// The body was an HTML page, not the API's JSON.
    pub html: bool,
}

impl ErrorSaid {
    /// The code of a call that its program calls failed, without a word on why (`"success": false`).
    pub const UNSUCCESSFUL: &'static str = "unsuccessful";
}

/// What the record said of a retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct RetrySaid {
    /// The retry starts in so many milliseconds.
    pub in_ms: Option<Millis>,
    /// So many retries are left.
    pub left: Option<u16>,
    /// The provider asked to wait so many milliseconds.
    pub after_ms: Option<Millis>,
}

impl RetrySaid {
    /// Whether the caller's own words tell of a retry.
    #[must_use]
    pub fn is_announced(self) -> bool {
        self.in_ms.is_some() || self.left.is_some()
    }
}

/// The tokens that one attempt or call used, as its log says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tokens {
    /// `gen_ai.usage.input_tokens`.
    pub input: u32,
    /// `gen_ai.usage.output_tokens`.
    pub output: u32,
}

/// What a proxy knew of the way to the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upstream {
    /// The upstream's address, the last one tried.
    pub address: Option<Name>,
    /// Whether the proxy was connected; `None` where the log has no such field.
    pub connected: Option<bool>,
    /// Whether it read response headers; `None` where the log has no such field.
    pub answered: Option<bool>,
    /// Tries beyond the first (nginx lists them).
    pub retries: u16,
}

/// What many records say alike. A program that fails says the same for every failure, so it is held once for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Alike {
    /// What the record is about.
    pub grain: Grain,
    /// Which instant its time is.
    pub instant: Instant,
    /// How it ended.
    pub outcome: Outcome,
    /// The fact about whether the provider was reached, where the record has one.
    pub fact: Option<Fact>,
    /// Model, endpoint, host and the rest.
    pub attributes: Arc<Attributes>,
    /// `http.request.method`.
    pub method: Option<Method>,
    /// What the error said.
    pub error: Option<Arc<ErrorSaid>>,
    /// The number of the attempt within its call, from 1.
    pub attempt: Option<u16>,
    /// What a proxy knew of the way.
    pub upstream: Option<Arc<Upstream>>,
    /// Whether the body was a stream.
    pub stream: Option<bool>,
    /// The tokens it used.
    pub tokens: Option<Tokens>,
}

/// One attempt, call or detail as one log saw it, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The line the record starts on, from 1.
    pub line: u64,
    /// The record's time (its end where [`Alike::instant`] is `Start` and the duration is known).
    pub time: Time,
    /// Duration in milliseconds.
    pub duration_ms: Option<Millis>,
    /// Its ids, which every view of the attempt shares.
    pub ids: Ids,
    /// What was said of a retry: the pause differs each time.
    pub retry: Option<RetrySaid>,
    /// The rest.
    pub alike: Arc<Alike>,
}

/// A million of them lie in memory.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Observation>() == 48);

impl Deref for Observation {
    type Target = Alike;

    fn deref(&self) -> &Alike {
        &self.alike
    }
}

#[cfg(test)]
impl Alike {
    /// An attempt that ended so: what tests fill in.
    pub(crate) fn ended(outcome: Outcome) -> Self {
        Self {
            grain: Grain::Attempt,
            instant: Instant::End,
            outcome,
            fact: None,
            attributes: Arc::default(),
            method: None,
            error: None,
            attempt: None,
            upstream: None,
            stream: None,
            tokens: None,
        }
    }
}

#[cfg(test)]
impl Observation {
    /// The same, then.
    pub(crate) fn ended(time: Time, outcome: Outcome) -> Self {
        Self {
            line: 1,
            time,
            duration_ms: None,
            ids: Ids::default(),
            retry: None,
            alike: Arc::new(Alike::ended(outcome)),
        }
    }
}
