//! One end that is worth keeping whole: a failure, a caller-side end, or a detail that may belong to one.

use super::fields::Instant;
use super::outcome::Outcome;
use super::reached::Fact;
use super::shared::Shared;
use super::terms::{Attributes, Grain, Name};
use super::time::Time;
use std::ops::Deref;
use std::sync::Arc;

/// The ids of one attempt. Each has passed `redact::scrub`: it has an id's shape and hides no secret.
///
/// Most attempts have one or two, and say the same thread as thousands of others: what is rarer or shared lies elsewhere, which
/// makes an attempt's ids half as large.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ids {
    /// The provider's id (`x-request-id`, `request-id`, `apim-request-id`).
    pub x_request_id: Option<Name>,
    /// The caller's id.
    pub x_client_request_id: Option<Name>,
    /// The others, where there are any.
    others: Option<Arc<OtherIds>>,
}

/// The ids that few attempts have, and those that many have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherIds {
    /// An id a proxy made itself; never passed off as the provider's.
    pub gateway_request_id: Option<Name>,
    /// The provider's edge.
    pub cf_ray: Option<Name>,
    /// The SDK's id of the attempt, or of the first attempt it retries.
    pub sdk: Option<Name>,
    /// The thread or worker that wrote the record.
    pub thread: Option<Name>,
    /// The provider's organisation id.
    pub organization: Option<Name>,
}

/// What [`Ids`] without others read as.
const NO_OTHERS: &OtherIds = &OtherIds {
    gateway_request_id: None,
    cf_ray: None,
    sdk: None,
    thread: None,
    organization: None,
};

impl Deref for Ids {
    type Target = OtherIds;

    fn deref(&self) -> &OtherIds {
        self.others.as_deref().unwrap_or(NO_OTHERS)
    }
}

impl Ids {
    /// The provider's id and the caller's.
    #[must_use]
    pub fn new(x_request_id: Option<Name>, x_client_request_id: Option<Name>) -> Self {
        Self {
            x_request_id,
            x_client_request_id,
            others: None,
        }
    }

    /// The same with these others.
    #[must_use]
    pub fn with(self, others: OtherIds) -> Self {
        let others = (others != *NO_OTHERS).then(|| Arc::new(others));
        Self { others, ..self }
    }

    /// The same with the others of `like`, which are not held twice.
    #[must_use]
    pub fn with_those_of(self, like: &Self) -> Self {
        Self {
            others: like.others.clone(),
            ..self
        }
    }

    /// Every id, in the order of the fields.
    #[must_use]
    pub fn each(&self) -> [&Option<Name>; 7] {
        let others: &OtherIds = self;
        [
            &self.x_request_id,
            &self.x_client_request_id,
            &others.gateway_request_id,
            &others.cf_ray,
            &others.sdk,
            &others.thread,
            &others.organization,
        ]
    }

    /// Changes the others.
    pub fn change_others(&mut self, change: impl FnOnce(&mut OtherIds)) {
        change(Arc::make_mut(self.others.get_or_insert_default()));
        self.others.take_if(|others| **others == *NO_OTHERS);
    }

    /// Changes every id, in the order of the fields.
    pub fn change_each(&mut self, mut change: impl FnMut(&mut Option<Name>)) {
        change(&mut self.x_request_id);
        change(&mut self.x_client_request_id);
        self.change_others(|others| {
            let OtherIds {
                gateway_request_id,
                cf_ray,
                sdk,
                thread,
                organization,
            } = others;
            [gateway_request_id, cf_ray, sdk, thread, organization]
                .into_iter()
                .for_each(change);
        });
    }

    /// Takes others that are `shared` with further ids in the place of equal ones, unless they are of this request alone.
    pub fn share(&mut self, shared: &mut Shared<OtherIds>) {
        let is_common = self.gateway_request_id.is_none() && self.cf_ray.is_none() && self.sdk.is_none();
        self.others = self
            .others
            .take()
            .map(|others| if is_common { shared.of(others) } else { others });
    }

    /// Those that are of a request or a call; a thread and an organisation have many.
    pub fn of_request(&self) -> impl Iterator<Item = &Name> {
        self.each().into_iter().take(5).flatten()
    }

    /// Fills what is absent here from `other`.
    pub fn fill_from(&mut self, other: &Self) {
        let fill = |mine: &mut Option<Name>, theirs: &Option<Name>| {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        };
        fill(&mut self.x_request_id, &other.x_request_id);
        fill(&mut self.x_client_request_id, &other.x_client_request_id);
        match (&self.others, &other.others) {
            (_, None) => {}
            (None, theirs) => self.others.clone_from(theirs),
            (Some(mine), Some(theirs)) if mine == theirs => {}
            (Some(_), Some(theirs)) => self.change_others(|mine| {
                fill(&mut mine.gateway_request_id, &theirs.gateway_request_id);
                fill(&mut mine.cf_ray, &theirs.cf_ray);
                fill(&mut mine.sdk, &theirs.sdk);
                fill(&mut mine.thread, &theirs.thread);
                fill(&mut mine.organization, &theirs.organization);
            }),
        }
    }
}

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
    pub in_ms: Option<u32>,
    /// So many retries are left.
    pub left: Option<u16>,
    /// The provider asked to wait so many milliseconds.
    pub after_ms: Option<u32>,
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
    /// How it ended.
    pub outcome: Outcome,
    /// The fact about whether the provider was reached, where the record has one.
    pub fact: Option<Fact>,
    /// Model, endpoint, host and the rest.
    pub attributes: Arc<Attributes>,
    /// `http.request.method`.
    pub method: Option<Name>,
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
    /// The record's time (its end where `instant` is `Start` and the duration is known).
    pub time: Time,
    /// Which instant `time` is.
    pub instant: Instant,
    /// Duration in milliseconds.
    pub duration_ms: Option<u32>,
    /// Its ids, which every view of the attempt shares.
    pub ids: Arc<Ids>,
    /// What was said of a retry: the pause differs each time.
    pub retry: Option<RetrySaid>,
    /// The rest.
    pub alike: Arc<Alike>,
}

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
            instant: Instant::End,
            duration_ms: None,
            ids: Arc::default(),
            retry: None,
            alike: Arc::new(Alike::ended(outcome)),
        }
    }
}
