//! Keeps failures that are like earlier ones without parsing them.
//!
//! A program that fails writes the same words and the same traceback again and again: what differs is a stamp, ids and a
//! duration. What such a record comes to was worked out once, when its kind was learned. Measured on 64 MB of an
//! application's log, of which one record in sixteen is about a failure: 4,000 instructions each for 33,000, a quarter of
//! the run.

use super::Collector;
use super::kept::{OBSERVATIONS_KEPT, alike, is_answered, is_worth_keeping, retry_said, tokens};
use super::known::{duration, ids_hash};
use super::lesson::ray;
use super::moments::{kept_instant, kept_time};
use super::twins::{self, Twin};
use crate::gather::alike::Owned;
use crate::gather::normalise::{self, End};
use crate::gather::repeated::Repeated;
use crate::model::{
    Alike, Attributes, Fields, Grain, IdTexts, Ids, Instant, Millis, Observation, Outcome, RetrySaid, Time, Vantage,
};
use crate::redact::scrub;
use std::str;
use std::sync::Arc;

/// What all records of one kind have in common that are no success.
#[derive(Debug)]
pub(super) struct Failure {
    /// The hash of what a twin has in common with it, ids aside.
    facts: u64,
    /// The layout of its stamps, as twins are told by it.
    layout: usize,
    /// Whether it tells how an attempt ended, for the lines that follow it.
    tells_an_end: bool,
    failed: bool,
    keeps: Keeps,
    numbers_attempts: bool,
    has_provider_id: bool,
    /// Whether an answer was there that an id may have stood on.
    answered: bool,
    /// What stands behind the part of a `cf-ray` that is its own.
    served_at: Option<Box<str>>,
    whose: Whose,
    /// Which instant its stamp is.
    instant: Instant,
    /// The ids of its kind; those of the request are each record's own.
    ids: Ids,
    retry: Option<RetrySaid>,
    alike: Arc<Alike>,
}

/// Whether such a record is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keeps {
    Always,
    Never,
    /// Where the end before it was none of a success.
    BelowAFailure,
}

/// What decides whose a request id is.
#[derive(Debug)]
struct Whose {
    url: Option<Box<str>>,
    server_address: Option<Box<str>>,
    provider: Option<Box<str>>,
    error_code: Option<Box<str>>,
    gateway_request_id: Option<Box<str>>,
}

impl Whose {
    fn of(fields: &Fields<'_>) -> Self {
        Self {
            url: fields.url.map(Box::from),
            server_address: fields.server_address.map(Box::from),
            provider: fields.provider.map(Box::from),
            error_code: fields.error_code.map(Box::from),
            gateway_request_id: fields.gateway_request_id.map(Box::from),
        }
    }

    /// As much of the record's fields as its ids are judged by, and what is its own.
    fn fields<'f>(&'f self, owned: &Owned<'f>) -> Option<Fields<'f>> {
        Some(Fields {
            url: self.url.as_deref(),
            server_address: self.server_address.as_deref(),
            provider: self.provider.as_deref(),
            error_code: self.error_code.as_deref(),
            gateway_request_id: text(owned.gateway_id())?.or(self.gateway_request_id.as_deref()),
            x_request_id: text(owned.x_request_id())?,
            request_id: text(owned.request_id())?,
            x_client_request_id: text(owned.x_client_request_id())?,
            input_tokens: owned.tokens().0,
            output_tokens: owned.tokens().1,
            ..Fields::default()
        })
    }
}

/// What the ids of one record were found to be.
#[derive(Clone, Copy)]
struct Told<'f> {
    provider_id: Option<&'f str>,
    /// A `cf-ray` without the place where it was served.
    ray: Option<&'f str>,
}

impl Failure {
    /// The ids of a record, which may all be those of its kind.
    fn ids(&self, fields: &Fields<'_>, told: Told<'_>, repeated: &mut Repeated) -> Ids {
        let known = &self.ids;
        let is_of_its_own = has_own_id(fields) || fields.gateway_request_id.is_some() || told.ray.is_some();
        if !is_of_its_own {
            return known.clone();
        }
        let ray = told
            .ray
            .map(|ray| [ray, self.served_at.as_deref().unwrap_or_default()].concat());
        repeated.ids(IdTexts {
            x_request_id: if self.has_provider_id {
                told.provider_id.filter(|_| self.answered)
            } else {
                known.x_request_id()
            },
            x_client_request_id: fields.x_client_request_id.and_then(scrub::id),
            gateway_request_id: normalise::gateway_id_beside(fields, told.provider_id),
            cf_ray: ray.as_deref().map_or_else(|| known.cf_ray(), scrub::ray),
            ..known.texts()
        })
    }
}

/// An id as text; `None` where it is none.
fn text(id: Option<&[u8]>) -> Option<Option<&str>> {
    id.map(str::from_utf8).transpose().ok()
}

fn has_own_id(fields: &Fields<'_>) -> bool {
    [fields.x_request_id, fields.request_id, fields.x_client_request_id]
        .iter()
        .any(Option::is_some)
}

impl Failure {
    /// Whether what an id proves is the same as of the first record: one that is none, or looks like a secret, proves less.
    pub(super) fn holds_of(&self, owned: &Owned<'_>) -> bool {
        let fields = self.whose.fields(owned);
        fields.is_some_and(|fields| normalise::provider_id(&fields).is_some() == self.has_provider_id)
    }
}

impl Collector<'_> {
    /// What [`Collector::take`] does with such a record.
    #[inline(never)]
    pub(super) fn take_known_failure(&mut self, line: u64, failure: &Failure, owned: &Owned<'_>) -> Option<bool> {
        let written = owned.stamp()?;
        let fields = failure.whose.fields(owned)?;
        let ray = text(owned.ray())?;
        // What an id proves was worked out with the first record's; one that is none, or looks like a secret, proves less.
        let provider_id = normalise::provider_id(&fields);
        if provider_id.is_some() != failure.has_provider_id {
            return None;
        }
        let time = self.known_moment(written)?;
        self.end_waiting(time);
        if self.is_cut_off(time) {
            return Some(true);
        }
        let is_twin = self.has_twins
            && self.twins.has(Twin {
                facts: failure.facts ^ ids_hash(owned.ids()),
                layout: failure.layout,
                time,
            });
        if !is_twin && !self.warming {
            self.stretch_span(time);
            let keeps = match failure.keeps {
                Keeps::Always => true,
                Keeps::Never => false,
                Keeps::BelowAFailure => self.last_end_failed,
            };
            if keeps && self.context.wanted.is_none() {
                let ids = Told { provider_id, ray };
                self.keep_known(line, failure, &fields, ids, (time, duration(owned)));
            }
        }
        if failure.tells_an_end {
            self.last_end_failed = failure.failed;
        }
        Some(true)
    }

    /// What [`Collector::keep`] does with it.
    fn keep_known(&mut self, line: u64, failure: &Failure, fields: &Fields<'_>, told: Told<'_>, when: (Time, Option<u32>)) {
        if self.rollup.observations.len() >= OBSERVATIONS_KEPT {
            self.rollup.rare.observations_dropped += 1;
            return;
        }
        let known = &failure.alike;
        let time = kept_time(failure.instant, when.0, when.1);
        let instant = kept_instant(failure.instant, when.1);
        if known.outcome != Outcome::Success && known.grain != Grain::Detail {
            self.count_client_id(fields.x_client_request_id.is_some(), when.1, failure.numbers_attempts);
            self.sample(told.provider_id, fields.x_client_request_id, time, when.1, &known.attributes);
        }
        let ids = failure.ids(fields, told, &mut self.context.repeated.borrow_mut());
        self.rollup.observations.push(Observation {
            line,
            time,
            duration_ms: when.1.map(Millis::from),
            ids,
            retry: failure.retry,
            alike: match tokens(fields) {
                tokens if (tokens, instant) == (known.tokens, known.instant) => Arc::clone(known),
                tokens => Arc::new(Alike {
                    tokens,
                    instant,
                    ..Alike::clone(known)
                }),
            },
        });
    }

    /// Whether records of a kind are kept. The second look keeps none.
    fn keeps(&self, fields: &Fields<'_>, end: &End, vantage: Vantage) -> Keeps {
        let below = |failed: bool| self.context.wanted.is_none() && is_worth_keeping(fields, end, vantage, failed);
        match (below(false), below(true)) {
            (true, _) => Keeps::Always,
            (false, true) => Keeps::BelowAFailure,
            (false, false) => Keeps::Never,
        }
    }

    /// Notes what a record that is no success comes to, if its kind of lines may be learned.
    pub(super) fn note_failure(&mut self, fields: &Fields<'_>, vantage: Vantage, end: &End, facts: u64) {
        let is_plain = fields.http_date.is_none() && fields.timestamp.is_some() && normalise::upstream_retries(fields) == 0;
        if !is_plain || self.starts.is_some() {
            return;
        }
        let keeps = self.keeps(fields, end, vantage);
        // Attributes get their numbers in the order in which they are kept: those of a record that is not are left alone.
        let attributes = match keeps {
            Keeps::BelowAFailure if !self.last_end_failed => return,
            Keeps::Never => Arc::default(),
            Keeps::Always | Keeps::BelowAFailure => self.attributes(fields, vantage).attributes,
        };
        if let Some(failure) = self.kept_alike(fields, end, facts, (keeps, attributes)) {
            self.teach(failure, fields);
        }
    }

    /// What is kept of each record of a kind; `None` where that cannot be told of the others.
    pub(super) fn kept_alike(
        &self,
        fields: &Fields<'_>,
        end: &End,
        facts: u64,
        (keeps, attributes): (Keeps, Arc<Attributes>),
    ) -> Option<Box<Failure>> {
        let mut repeated = self.context.repeated.borrow_mut();
        let ids = self.ids(fields, end, &mut repeated);
        let has_provider_id = normalise::provider_id(fields).is_some();
        if ids.x_request_id().is_some() && !has_provider_id && has_own_id(fields) {
            // Read out of the text, in which the record's own ids may stand.
            return None;
        }
        let alike = alike(fields, end, attributes, &mut repeated);
        Some(Box::new(Failure {
            facts,
            layout: twins::layout(fields.timestamp.unwrap_or("").as_bytes(), fields.thread.is_some()),
            tells_an_end: fields.grain == Grain::Attempt || (fields.grain == Grain::Detail && fields.status.is_some()),
            failed: end.outcome != Outcome::Success,
            keeps,
            numbers_attempts: fields.attempt.is_some(),
            has_provider_id,
            answered: is_answered(end),
            served_at: fields.cf_ray.and_then(|whole| whole.strip_prefix(ray(whole))).map(Box::from),
            whose: Whose::of(fields),
            instant: fields.instant,
            ids,
            retry: retry_said(fields, end),
            alike: repeated.alike(alike),
        }))
    }

    /// What [`Collector::keep`] does with a success that the second look wants whole.
    pub(super) fn keep_alike(&mut self, line: u64, success: &Failure, owned: &Owned<'_>, time: Time, duration: Option<u32>) {
        if let (Some(fields), Some(ray)) = (success.whose.fields(owned), text(owned.ray())) {
            let provider_id = normalise::provider_id(&fields);
            self.keep_known(line, success, &fields, Told { provider_id, ray }, (time, duration));
        }
    }
}
