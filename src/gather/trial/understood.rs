//! One record as it is understood, with nothing in it that may not be told.

use crate::gather::formats::Format;
use crate::gather::normalise;
use crate::model::{Dimension, Fields, Grain, Instant, Name, Outcome, Time};
use crate::redact::scrub;

/// A record.
pub struct Understood {
    /// Its line, from 1.
    pub line: u64,
    /// Which format read it.
    pub format: &'static str,
    /// What it is about: `attempt`, `call`, `start`, `detail` or `tunnel`.
    pub about: &'static str,
    /// Its time.
    pub time: Option<Time>,
    /// Which instant that is: `start`, `end`, or nothing where it is not known.
    pub instant: Option<&'static str>,
    /// The status that it holds.
    pub status: Option<u16>,
    /// How it ended: `success`, `status`, `caller-side`, a transport error, or nothing.
    pub end: Option<&'static str>,
    /// Milliseconds.
    pub duration_ms: Option<f64>,
    /// The provider's id.
    pub x_request_id: Option<Name>,
    /// The caller's.
    pub x_client_request_id: Option<Name>,
    /// The proxy's or application's own.
    pub gateway_request_id: Option<Name>,
    /// Cloudflare's.
    pub cf_ray: Option<Name>,
    /// The error's type and code.
    pub error: Option<Name>,
    /// What it was about, by dimension.
    pub attributes: Vec<(Dimension, Name)>,
}

impl Understood {
    /// What a record says; `None` where it is not about a call.
    pub(super) fn of(line: u64, fields: &Fields<'_>, format: &dyn Format, time: Option<Time>) -> Option<Self> {
        let vantage = format.vantage();
        if !normalise::is_about_a_call(fields, vantage) {
            return None;
        }
        let name = |id: Option<&str>| id.and_then(scrub::id).map(Name::from);
        let in_text = || {
            let text = fields.error_message.or(fields.text)?;
            crate::providers::id_in_text(text).and_then(scrub::id)
        };
        let attributes = normalise::attributes(fields, vantage, None);
        let error = normalise::error_said(fields);
        Some(Self {
            line,
            format: format.name(),
            about: about(fields.grain),
            time,
            instant: match fields.instant {
                Instant::Unknown => None,
                Instant::Start => Some("start"),
                Instant::End => Some("end"),
            },
            status: fields.status,
            end: end(normalise::end(fields, vantage, format.name()).outcome),
            duration_ms: fields.duration_ms,
            x_request_id: normalise::provider_id(fields).or_else(in_text).map(Name::from),
            x_client_request_id: name(fields.x_client_request_id),
            gateway_request_id: normalise::gateway_id(fields).map(Name::from),
            cf_ray: fields.cf_ray.and_then(scrub::ray).map(Name::from),
            error: error.and_then(|said| said.error_type.or(said.error_code)),
            attributes: Dimension::ALL
                .into_iter()
                .filter_map(|dimension| Some((dimension, attributes.get(dimension)?.clone())))
                .collect(),
        })
    }
}

fn about(grain: Grain) -> &'static str {
    match grain {
        Grain::Attempt => "attempt",
        Grain::Call => "call",
        Grain::Start => "start",
        Grain::Detail => "detail",
        Grain::Tunnel => "tunnel",
    }
}

fn end(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Success => Some("success"),
        Outcome::Status(_) => Some("status"),
        Outcome::Caller(..) => Some("caller-side"),
        Outcome::Transport(kind) => Some(kind.name()),
        Outcome::Unsaid => None,
    }
}
