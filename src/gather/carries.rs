//! What a format carries, told by its own samples: they are read, and the fields that come of it are looked at.

use super::formats::Format;
use super::frame::{Refill, Sink, Window, items};
use super::normalise;
use crate::model::{Dimension, Fields, Instant, Outcome};
use crate::text::timestamp::{self, DateKnown, Reference, Zone};
use chrono::DateTime;
use std::collections::BTreeSet;
use std::io;

/// How much a format's stamps say of their zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stamps {
    /// A clock without a date.
    Clock,
    /// A date without a zone.
    Zoneless,
    /// A zone, or an epoch.
    Zoned,
}

impl Stamps {
    /// The word of the list.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clock => "clock only",
            Self::Zoneless => "no zone",
            Self::Zoned => "zone",
        }
    }
}

/// What at least one of a format's samples carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carries {
    /// The HTTP status.
    pub status: bool,
    /// A broken exchange, told by the record itself.
    pub transport_error: bool,
    /// The model.
    pub model: bool,
    /// The endpoint.
    pub endpoint: bool,
    /// How long it took.
    pub latency: bool,
    /// An error's type, code or text.
    pub error: bool,
    /// How far a proxy came with its upstream: times, a status, a flag.
    pub upstream: bool,
    /// Tokens.
    pub tokens: bool,
    /// The provider's id.
    pub provider_id: bool,
    /// The caller's id.
    pub client_id: bool,
    /// An id of the proxy's or the application's own.
    pub own_id: bool,
    /// Cloudflare's.
    pub ray: bool,
    /// What the stamps say of their zone, where there are any.
    pub stamps: BTreeSet<Stamps>,
    /// The zone that the format itself says they are in.
    pub zone: Option<Zone>,
    /// Which instants the stamps are, in the order of [`Instant`].
    pub instants: Vec<Instant>,
}

impl Carries {
    /// Reads the samples of a format.
    #[must_use]
    pub fn of(format: &dyn Format) -> Self {
        let mut carries = Self {
            status: false,
            transport_error: false,
            model: false,
            endpoint: false,
            latency: false,
            error: false,
            upstream: false,
            tokens: false,
            provider_id: false,
            client_id: false,
            own_id: false,
            ray: false,
            stamps: BTreeSet::new(),
            zone: format.zone(),
            instants: Vec::new(),
        };
        for sample in format.samples() {
            let mut read = |record: &[u8]| {
                let _ = format.parse(record, &mut |fields| carries.add(fields, format));
            };
            match format.framing().items() {
                Some(of) => {
                    let mut sink = Each(&mut read);
                    items(&mut Window::default(), &mut Bytes(sample.as_bytes()), of, &mut sink);
                }
                None => read(sample.as_bytes()),
            }
        }
        carries.instants.sort_unstable();
        carries.instants.dedup();
        carries
    }

    fn add(&mut self, fields: &Fields<'_>, format: &dyn Format) {
        let end = normalise::end(fields, format.vantage(), format.name());
        let attributes = normalise::attributes(fields, format.vantage(), None);
        let has = |dimension| attributes.get(dimension).is_some();
        let id_in_text = || {
            let text = fields.error_message.or(fields.text)?;
            crate::providers::id_in_text(text)
        };
        self.status |= fields.status.is_some();
        self.transport_error |= matches!(end.outcome, Outcome::Transport(_));
        self.model |= has(Dimension::Model);
        self.endpoint |= has(Dimension::Endpoint);
        self.latency |= fields.duration_ms.is_some();
        self.error |= [
            fields.error_type,
            fields.error_code,
            fields.error_message,
            fields.text,
            fields.proxy_detail,
        ]
        .iter()
        .any(Option::is_some);
        self.upstream |= fields.upstream_status.is_some()
            || fields.upstream_connect_ms.is_some()
            || fields.upstream_header_ms.is_some()
            || fields.proxy_flag.is_some();
        self.tokens |= fields.input_tokens.is_some() || fields.output_tokens.is_some();
        self.provider_id |= normalise::provider_id(fields).is_some() || id_in_text().is_some();
        self.client_id |= fields.x_client_request_id.is_some();
        self.own_id |= normalise::gateway_id(fields).is_some();
        self.ray |= fields.cf_ray.is_some();
        self.stamps.extend(stamps(fields));
        if fields.timestamp.is_some() {
            self.instants.push(fields.instant);
        }
    }
}

fn stamps(fields: &Fields<'_>) -> Option<Stamps> {
    let reference = Reference::on(DateTime::UNIX_EPOCH.date_naive());
    let stamp = timestamp::parse(fields.timestamp?, &Zone::Utc, &reference)?;
    Some(match stamp.dated {
        _ if stamp.zoned => Stamps::Zoned,
        DateKnown::NoDate => Stamps::Clock,
        DateKnown::NoYear | DateKnown::Full => Stamps::Zoneless,
    })
}

/// The bytes of a document in the memory.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Refill for Bytes<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let bytes = std::mem::take(&mut self.0);
        let mut left = bytes;
        window.fill(bytes.len(), |space| io::Read::read(&mut left, space))
    }
}

/// Hands every record on.
struct Each<'a>(&'a mut dyn FnMut(&[u8]));

impl Sink for Each<'_> {
    fn warm(&mut self, _: &[u8]) {}
    fn record(&mut self, _: u64, record: &[u8]) {
        (self.0)(record);
    }
    fn too_long(&mut self, _: u64) {}
    fn unfinished(&mut self, _: u64, record: &[u8]) {
        (self.0)(record);
    }
}

#[cfg(test)]
mod tests {
    use super::{Carries, Stamps};
    use crate::gather::formats::ALL;
    use crate::model::Instant;
    use std::collections::BTreeSet;

    fn carries(name: &str) -> Carries {
        Carries::of(*ALL.iter().find(|format| format.name() == name).unwrap())
    }

    #[test]
    fn a_proxys_samples_tell_its_ids_and_its_stamps() {
        let haproxy = carries("haproxy");
        assert!(haproxy.status && haproxy.provider_id && haproxy.client_id && haproxy.latency && haproxy.upstream);
        assert_eq!(
            (haproxy.stamps, haproxy.instants),
            (BTreeSet::from([Stamps::Zoneless]), vec![Instant::Start])
        );
        assert!(!haproxy.model);
    }

    #[test]
    fn every_built_in_format_tells_an_end_or_only_that_its_lines_are_no_calls() {
        for format in ALL.iter().filter(|format| format.name() != "squid-cache") {
            let carries = Carries::of(*format);
            assert!(carries.status || carries.error, "{}: {carries:?}", format.name());
            assert!(
                !carries.stamps.is_empty() || ["openai-node", "plain-text"].contains(&format.name()),
                "{}",
                format.name()
            );
        }
    }
}
