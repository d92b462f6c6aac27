//! The names that captures may have, and what each value becomes.

use crate::gather::formats::told::{fill_from_exception, is_absent, is_error_level};
use crate::gather::messages::{self, Said};
use crate::gather::signatures;
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::text::scan;

/// What a capture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Captured {
    /// Text that goes into a field as it is.
    Text(Field),
    /// A number of milliseconds, times ten to this power.
    Time(Field, i32),
    /// A whole number.
    Count(Field),
    Status,
    Stream,
    Level,
    Message,
    TransportError,
    /// Named with a `_` in front: said to be of no interest.
    Nothing,
}

/// A field that a capture fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(super) enum Field {
    Timestamp, HttpDate, Method, Url, ServerAddress, Model, Provider, ServiceTier, Organization, Project, Proxy, Client, Host,
    Thread, XRequestId, RequestId, XClientRequestId, GatewayRequestId, CfRay, ErrorType, ErrorCode, ErrorMessage, Trace,
    UpstreamAddress, UpstreamStatus, ProxyFlag, ProxyDetail,
    Duration, RetryIn, UpstreamConnect, UpstreamHeader,
    Attempt, RetriesLeft, InputTokens, OutputTokens,
}

use Captured::{Count, Text, Time};

/// Every name; those of a line are one.
#[rustfmt::skip]
const NAMES: [(&str, Captured); 52] = [
    ("timestamp", Text(Field::Timestamp)), ("http_date", Text(Field::HttpDate)),
    ("status", Captured::Status), ("level", Captured::Level), ("message", Captured::Message),
    ("method", Text(Field::Method)),
    ("url", Text(Field::Url)), ("path", Text(Field::Url)), ("endpoint", Text(Field::Url)),
    ("server_address", Text(Field::ServerAddress)), ("server", Text(Field::ServerAddress)),
    ("model", Text(Field::Model)), ("provider", Text(Field::Provider)), ("service_tier", Text(Field::ServiceTier)),
    ("organization", Text(Field::Organization)), ("project", Text(Field::Project)),
    ("proxy", Text(Field::Proxy)), ("client", Text(Field::Client)), ("host", Text(Field::Host)), ("thread", Text(Field::Thread)),
    ("x_request_id", Text(Field::XRequestId)), ("request_id", Text(Field::RequestId)),
    ("x_client_request_id", Text(Field::XClientRequestId)), ("gateway_request_id", Text(Field::GatewayRequestId)),
    ("cf_ray", Text(Field::CfRay)),
    ("error_type", Text(Field::ErrorType)), ("error_code", Text(Field::ErrorCode)), ("error_message", Text(Field::ErrorMessage)),
    ("trace", Text(Field::Trace)), ("transport_error", Captured::TransportError),
    ("duration_ms", Time(Field::Duration, 0)), ("duration_s", Time(Field::Duration, 3)), ("duration_us", Time(Field::Duration, -3)),
    ("duration_ns", Time(Field::Duration, -6)),
    ("attempt", Count(Field::Attempt)), ("retries_left", Count(Field::RetriesLeft)),
    ("retry_in_ms", Time(Field::RetryIn, 0)), ("retry_in_s", Time(Field::RetryIn, 3)),
    ("stream", Captured::Stream),
    ("upstream_address", Text(Field::UpstreamAddress)), ("upstream_status", Text(Field::UpstreamStatus)),
    ("upstream_connect_ms", Time(Field::UpstreamConnect, 0)), ("upstream_connect_s", Time(Field::UpstreamConnect, 3)),
    ("upstream_header_ms", Time(Field::UpstreamHeader, 0)), ("upstream_header_s", Time(Field::UpstreamHeader, 3)),
    ("proxy_flag", Text(Field::ProxyFlag)), ("proxy_detail", Text(Field::ProxyDetail)),
    ("input_tokens", Count(Field::InputTokens)), ("output_tokens", Count(Field::OutputTokens)),
    ("prompt_tokens", Count(Field::InputTokens)), ("completion_tokens", Count(Field::OutputTokens)),
    ("thread_name", Text(Field::Thread)),
];

impl Captured {
    /// What a capture of this name is.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.starts_with('_') {
            return Some(Self::Nothing);
        }
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, captured)| *captured)
    }

    /// Every name that a capture may have.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Whether it says how something ended.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Status | Self::Message | Self::TransportError)
            || matches!(
                self,
                Text(Field::ErrorType | Field::ErrorMessage | Field::Trace | Field::ProxyFlag)
            )
    }

    /// Why a value cannot be what the capture's name says.
    pub(super) fn refuses(self, value: &str) -> Option<&'static str> {
        if is_absent(value) {
            return None;
        }
        match self {
            Self::Status if scan::status(value).is_none() => Some("is no status"),
            Time(..) if scan::scaled(value, 0).is_none() => Some("is no number"),
            Count(_) if value.parse::<u32>().is_err() => Some("is no whole number"),
            _ => None,
        }
    }
}

/// Phrases that the signatures know, for the words of the reports.
const TRANSPORT: [(&str, &str); 6] = [
    ("dns", "getaddrinfo ENOTFOUND"),
    ("connect", "ECONNREFUSED"),
    ("tls", "CERTIFICATE_VERIFY_FAILED"),
    ("reset", "ECONNRESET"),
    ("timeout", "ReadTimeout"),
    ("stream-abort", "incomplete chunked read"),
];

/// The values of one record.
#[derive(Default)]
pub(super) struct Values<'a> {
    fields: Fields<'a>,
    level: Option<&'a str>,
    message: Option<&'a str>,
    transport: Option<&'a str>,
}

impl<'a> Values<'a> {
    pub(super) fn take(&mut self, captured: Captured, value: &'a str) {
        if is_absent(value) {
            match captured {
                // The log has the field and it is empty: the proxy never got so far.
                Time(Field::UpstreamConnect, _) => self.fields.upstream_connect_ms = Some(None),
                Time(Field::UpstreamHeader, _) => self.fields.upstream_header_ms = Some(None),
                _ => {}
            }
            return;
        }
        match captured {
            Text(field) => self.text(field, value),
            Time(field, power) => self.time(field, scan::scaled(value, power)),
            Count(field) => self.count(field, value.parse().ok()),
            Captured::Status => self.fields.status = scan::status(value),
            Captured::Stream => self.fields.stream = Some(matches!(value, "true" | "True" | "1" | "yes")),
            Captured::Level => self.level = Some(value),
            Captured::Message => self.message = Some(value),
            Captured::TransportError => self.transport = Some(value),
            Captured::Nothing => {}
        }
    }

    fn text(&mut self, field: Field, value: &'a str) {
        let fields = &mut self.fields;
        let place = match field {
            Field::Timestamp => &mut fields.timestamp,
            Field::HttpDate => &mut fields.http_date,
            Field::Method => &mut fields.method,
            Field::Url => &mut fields.url,
            Field::ServerAddress => &mut fields.server_address,
            Field::Model => &mut fields.model,
            Field::Provider => &mut fields.provider,
            Field::ServiceTier => &mut fields.service_tier,
            Field::Organization => &mut fields.organization,
            Field::Project => &mut fields.project,
            Field::Proxy => &mut fields.proxy,
            Field::Client => &mut fields.client,
            Field::Host => &mut fields.host,
            Field::Thread => &mut fields.thread,
            Field::XRequestId => &mut fields.x_request_id,
            Field::RequestId => &mut fields.request_id,
            Field::XClientRequestId => &mut fields.x_client_request_id,
            Field::GatewayRequestId => &mut fields.gateway_request_id,
            Field::CfRay => &mut fields.cf_ray,
            Field::ErrorType => &mut fields.error_type,
            Field::ErrorCode => &mut fields.error_code,
            Field::ErrorMessage => &mut fields.error_message,
            Field::Trace => &mut fields.text,
            Field::UpstreamAddress => &mut fields.upstream_address,
            Field::UpstreamStatus => &mut fields.upstream_status,
            Field::ProxyFlag => &mut fields.proxy_flag,
            Field::ProxyDetail => &mut fields.proxy_detail,
            _ => return,
        };
        *place = Some(value);
    }

    fn time(&mut self, field: Field, ms: Option<f64>) {
        match field {
            Field::Duration => self.fields.duration_ms = ms,
            Field::RetryIn => self.fields.retry_in_ms = ms,
            Field::UpstreamConnect => self.fields.upstream_connect_ms = Some(ms),
            Field::UpstreamHeader => self.fields.upstream_header_ms = Some(ms),
            _ => {}
        }
    }

    fn count(&mut self, field: Field, count: Option<u32>) {
        match field {
            Field::Attempt => self.fields.attempt = count,
            Field::RetriesLeft => self.fields.retries_left = count,
            Field::InputTokens => self.fields.input_tokens = count.map(u64::from),
            Field::OutputTokens => self.fields.output_tokens = count.map(u64::from),
            _ => {}
        }
    }

    /// The fields of the record; `None` where it is not about a call.
    pub(super) fn fields(self, vantage: Vantage, instant: Instant, about: Option<Grain>) -> Option<Fields<'a>> {
        let mut fields = self.fields;
        fields.instant = instant;
        let is_error = self.level.is_some_and(is_error_level);
        if let Some(message) = self.message {
            let mut said = Fields {
                ok: is_error.then_some(false),
                ..fields.clone()
            };
            if fields.status.is_none() && messages::read(message, &mut said) == Said::AboutACall {
                let own = fields;
                said.timestamp = own.timestamp.or(said.timestamp);
                said.model = own.model.or(said.model);
                said.x_request_id = own.x_request_id.or(said.x_request_id);
                said.x_client_request_id = own.x_client_request_id.or(said.x_client_request_id);
                return Some(said);
            }
        }
        if let Some(text) = fields.error_message.or(fields.text) {
            fill_from_exception(text, &mut fields);
        }
        if let Some(word) = self.transport {
            let known = TRANSPORT.iter().find(|(name, _)| *name == word);
            let phrase = known.map_or(word, |(_, phrase)| phrase);
            fields.text = Some(phrase);
            // A word that no signature knows still says that the exchange broke.
            fields.ok = Some(false);
            if signatures::transport(phrase).is_none() {
                fields.text = Some("Connection error.");
            }
        }
        let failed = fields.error_type.is_some() || fields.error_message.is_some() || fields.text.is_some();
        let is_ended = fields.status.is_some() || self.transport.is_some() || fields.proxy_flag.is_some() || failed;
        if !is_ended {
            return None;
        }
        if fields.status.is_none() && vantage != Vantage::Proxy {
            fields.ok = Some(!failed && !is_error);
        }
        let is_exchange = vantage == Vantage::Proxy || fields.attempt.is_some() || fields.method.is_some();
        fields.grain = about.unwrap_or(if is_exchange { Grain::Attempt } else { Grain::Call });
        Some(fields)
    }
}
