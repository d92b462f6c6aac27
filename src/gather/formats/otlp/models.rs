//! How the spans of one document belong together: a model call, the exchanges below it, a framework's span around it.

use super::spans::{Span, span};
use super::{host, members_of, objects};
use crate::gather::formats::json_values::Unescaped;
use crate::gather::messages;
use crate::model::{Fields, Grain};
use ahash::{AHashMap, AHashSet};

/// The first status that is no success.
const ERRORS_FROM: u16 = 400;

/// Reads `resourceSpans`.
pub(super) fn read(resources: &str, emit: &mut dyn FnMut(&Fields<'_>)) {
    let mut texts = Vec::new();
    for resource in objects(resources) {
        let host = host(resource);
        // Before version 0.19 of the protocol the scope was called an instrumentation library.
        for name in ["scopeSpans", "instrumentationLibrarySpans"] {
            for scope in members_of(resource, name) {
                texts.extend(members_of(scope, "spans").map(|text| (host, text)));
            }
        }
    }
    let buffers: Vec<Unescaped> = texts.iter().map(|_| Unescaped::default()).collect();
    let read = texts.iter().zip(&buffers).map(|((host, text), buffer)| {
        let mut span = span(text, buffer);
        span.fields.host = *host;
        span
    });
    let spans: Vec<Span<'_>> = read.filter(|span| !span.server).collect();
    let models = Models::of(&spans);
    for fields in spans.iter().filter_map(|span| models.fields(span)) {
        emit(&fields);
    }
}

/// What the spans of a document that ask a model say of the others.
#[derive(Debug, Default)]
pub(super) struct Models<'s, 'a> {
    asking: AHashMap<&'a str, &'s Span<'a>>,
    /// Those that hold another one: a framework's span around the client's.
    wrapping: AHashSet<&'a str>,
    /// The last exchange below each of them.
    exchanges: AHashMap<&'a str, &'s Span<'a>>,
    /// The program's HTTP client is instrumented too.
    http: bool,
}

impl<'s, 'a> Models<'s, 'a> {
    pub(super) fn of(spans: &'s [Span<'a>]) -> Self {
        let mut models = Self::default();
        for span in spans.iter().filter(|span| span.asks_a_model()) {
            if let Some(id) = span.id {
                models.asking.insert(id, span);
            }
        }
        for span in spans {
            let above = span.parent.filter(|parent| models.asking.contains_key(parent));
            models.http |= span.is_exchange() && (above.is_some() || span.is_to_a_model());
            let Some(above) = above else { continue };
            if span.asks_a_model() {
                models.wrapping.insert(above);
            }
            if span.is_exchange() {
                let last = models.exchanges.entry(above).or_insert(span);
                if span.end > last.end {
                    *last = span;
                }
            }
        }
        models
    }

    /// The facts of one span; `None` for one that is no call to a model's API, and for one whose exchanges tell it all.
    pub(super) fn fields(&self, span: &Span<'a>) -> Option<Fields<'a>> {
        let asks = span.asks_a_model();
        if asks && span.id.is_some_and(|id| self.wrapping.contains(id)) {
            return None;
        }
        let above = span.parent.and_then(|parent| self.asking.get(parent));
        if span.is_exchange() {
            let mut fields = (asks || above.is_some() || span.is_to_a_model()).then(|| span.settled())?;
            if let Some(above) = above {
                // The exchange tells how it ended, the span above it what it asked.
                fields.sdk_id = above.id;
                fields.model = fields.model.or(above.fields.model).or(above.response_model);
                fields.provider = fields.provider.or(above.fields.provider);
                fields.service_tier = fields.service_tier.or(above.fields.service_tier);
                fields.input_tokens = fields.input_tokens.or(above.fields.input_tokens);
                fields.output_tokens = fields.output_tokens.or(above.fields.output_tokens);
            }
            return Some(fields);
        }
        if !asks {
            return None;
        }
        let mut fields = span.settled();
        fields.grain = Grain::Call;
        fields.sdk_id = span.id;
        let below = span.id.and_then(|id| self.exchanges.get(id));
        let ended_well = below.map(|below| below.fields.status.is_some_and(|status| status < ERRORS_FROM));
        if ended_well == Some(fields.ok == Some(true)) {
            return None;
        }
        if below.is_none() && !self.http && fields.ok == Some(false) && fields.status.is_none() {
            fields.status = fields.error_type.and_then(status_of_class);
        }
        Some(fields)
    }
}

/// The status that an exception's class means, where a span tells nothing else. The SDKs raise `InternalServerError` for
/// every status from 500 on: which one it was no log says, and the first of them stands for all.
fn status_of_class(class: &str) -> Option<u16> {
    let bare = class.rsplit('.').next()?;
    let meant = messages::exception(class).and_then(|raised| raised.status);
    let server = matches!(bare, "InternalServerError" | "InternalServerException" | "ServerError");
    meant.or(server.then_some(500))
}
