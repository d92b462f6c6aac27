//! Keeps a record whole: what it came to, and the words of it that a report may need.

use super::Collector;
use super::attributes::Known;
use super::moments::{LONGEST_MS, duration, kept_instant, kept_time};
use crate::gather::normalise::{self, End};
use crate::gather::repeated::Repeated;
use crate::gather::retry_after;
use crate::model::{
    Alike, Attributes, CallerKind, CommonIds, Fact, Fields, Grain, IdTexts, Ids, Method, Millis, Observation, Outcome, RetrySaid,
    Time, Tokens, Vantage,
};
use crate::redact::scrub;
use std::sync::Arc;

/// Whole observations per piece and source; beyond it they are only counted (classification B1: 1,000,000 in all).
pub(super) const OBSERVATIONS_KEPT: usize = 1_000_000;

impl Collector<'_> {
    pub(super) fn keep(&mut self, line: u64, fields: &Fields<'_>, vantage: Vantage, time: Time, end: End) {
        if self.rollup.observations.len() >= OBSERVATIONS_KEPT {
            self.rollup.rare.observations_dropped += 1;
            return;
        }
        let Known { attributes, .. } = self.attributes(fields, vantage);
        let duration = duration(fields);
        let time = kept_time(fields.instant, time, duration);
        if end.outcome != Outcome::Success && fields.grain != Grain::Detail {
            let has_id = fields.x_client_request_id.is_some();
            self.count_client_id(has_id, duration, fields.attempt.is_some());
            self.sample(
                normalise::provider_id(fields),
                fields.x_client_request_id,
                time,
                duration,
                &attributes,
            );
        }
        let mut repeated = self.context.repeated.borrow_mut();
        let ids = self.ids(fields, &end, &mut repeated);
        let alike = alike(fields, &end, attributes, &mut repeated);
        let observation = Observation {
            line,
            time,
            duration_ms: duration.map(Millis::from),
            ids,
            retry: retry_said(fields, &end),
            alike: repeated.alike(alike),
        };
        drop(repeated);
        self.rollup.observations.push(observation);
    }

    /// The ids of a record. Programs that write into one file name their threads alike.
    pub(super) fn ids(&self, fields: &Fields<'_>, end: &End, repeated: &mut Repeated) -> Ids {
        let thread = match self.outer.program {
            Some(program) => Some(repeated.word(&format!("{program:016x}/{}", fields.thread.unwrap_or_default()))),
            None => fields.thread.map(|thread| repeated.word(thread)),
        };
        let organization = fields.organization.and_then(scrub::word).map(|word| repeated.word(word));
        let common = repeated.common_ids(CommonIds { thread, organization });
        repeated.ids(id_texts(fields, end, common))
    }
}

/// A start is no end; a detail is kept when it belongs, or may belong, to an attempt that did not end well.
pub(super) fn is_worth_keeping(fields: &Fields<'_>, end: &End, vantage: Vantage, last_end_failed: bool) -> bool {
    match fields.grain {
        Grain::Attempt => end.outcome != Outcome::Unsaid || fields.ok == Some(false),
        Grain::Call => true,
        Grain::Start | Grain::Tunnel => false,
        Grain::Detail => {
            vantage == Vantage::Proxy || end.outcome != Outcome::Unsaid || fields.retry_in_ms.is_some() || last_end_failed
        }
    }
}

fn id_texts<'f>(fields: &Fields<'f>, end: &End, common: Arc<CommonIds>) -> IdTexts<'f> {
    let shaped = |id: Option<&'f str>| id.and_then(scrub::id);
    let in_text = || {
        fields
            .error_message
            .or(fields.text)
            .and_then(crate::providers::id_in_text)
            .and_then(scrub::id)
    };
    let own_provider_id = normalise::provider_id(fields);
    let provider_id = own_provider_id.or_else(in_text).filter(|_| is_answered(end));
    IdTexts {
        x_request_id: provider_id,
        x_client_request_id: shaped(fields.x_client_request_id),
        gateway_request_id: normalise::gateway_id_beside(fields, own_provider_id),
        cf_ray: fields.cf_ray.and_then(scrub::ray),
        sdk: shaped(fields.sdk_retry_of.or(fields.sdk_id)),
        common: Some(common),
    }
}

/// What a record says as others of its kind do.
pub(super) fn alike(fields: &Fields<'_>, end: &End, attributes: Arc<Attributes>, repeated: &mut Repeated) -> Alike {
    Alike {
        grain: fields.grain,
        instant: kept_instant(fields.instant, duration(fields)),
        outcome: end.outcome,
        fact: end.fact,
        attributes,
        method: fields.method.and_then(Method::of),
        error: normalise::error_said(fields).map(|said| repeated.error(said)),
        attempt: fields.attempt.and_then(|attempt| u16::try_from(attempt).ok()),
        upstream: normalise::upstream(fields).map(|upstream| repeated.upstream(upstream)),
        stream: fields.stream,
        tokens: tokens(fields),
    }
}

/// Whether an answer was there that an id may have stood on.
pub(super) fn is_answered(end: &End) -> bool {
    !matches!(end.fact, Some(Fact::NeverConnected | Fact::ProxySaysItsOwn))
}

/// The tokens a record tells. Counts beyond 32 bits are a mistake.
pub(super) fn tokens(fields: &Fields<'_>) -> Option<Tokens> {
    let small = |count: Option<u64>| count.and_then(|count| u32::try_from(count).ok());
    let (input, output) = (small(fields.input_tokens), small(fields.output_tokens));
    (input.is_some() || output.is_some()).then(|| Tokens {
        input: input.unwrap_or(0),
        output: output.unwrap_or(0),
    })
}

pub(super) fn retry_said(fields: &Fields<'_>, end: &End) -> Option<RetrySaid> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    let whole = |ms: f64| ms.round() as u32;
    let within = |ms: Option<f64>| ms.filter(|ms| (0.0..=LONGEST_MS).contains(ms)).map(whole);
    let is_rate_limit = matches!(
        end.outcome,
        Outcome::Caller(CallerKind::RateLimit | CallerKind::ProviderCapacity, _)
    );
    let in_text = || {
        let texts = [fields.error_message, fields.text];
        texts.into_iter().flatten().find_map(retry_after::in_text)
    };
    // What a success was asked to wait concerns no retry.
    let after = fields.retry_after_ms.filter(|_| end.outcome != Outcome::Success);
    let said = RetrySaid {
        in_ms: within(fields.retry_in_ms).map(Millis::from),
        after_ms: within(after.or_else(|| is_rate_limit.then(in_text).flatten())).map(Millis::from),
        left: fields.retries_left.and_then(|left| u16::try_from(left).ok()),
    };
    (said != RetrySaid::default()).then_some(said)
}
