//! From keys and values to [`Fields`]: what a structured line of an application says of a call, if it is about one.

use super::keys::Key;
use crate::gather::messages::{self, Said};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// The values of one line by fact; escapes already undone.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    values: [Option<&'a str>; Key::COUNT],
}

impl Default for Told<'_> {
    fn default() -> Self {
        Self {
            values: [None; Key::COUNT],
        }
    }
}

impl<'a> Told<'a> {
    /// The value of a fact.
    pub(super) fn get(&self, key: Key) -> Option<&'a str> {
        self.values.get(key as usize).copied().flatten()
    }

    /// Sets a fact; the last of two equal keys wins, as in most parsers.
    pub(super) fn set(&mut self, key: Key, value: &'a str) {
        if let Some(slot) = self.values.get_mut(key as usize) {
            *slot = (!is_absent(value)).then_some(value);
        }
    }

    /// Emits what the line says of a call, if it is about one.
    pub(super) fn emit(&self, emit: &mut dyn FnMut(&Fields<'_>)) {
        let level_ok = if is_error_level(self.get(Key::Level).unwrap_or("")) {
            Some(false)
        } else {
            None
        };
        let mut fields = self.fields(level_ok);
        if let Some(message) = self.get(Key::Message) {
            let mut said = fields.clone();
            if messages::read(message, &mut said) == Said::AboutACall {
                self.keep_own_words(&mut said);
                emit(&said);
                return;
            }
        }
        if let Some(trace) = fields.text {
            messages::attach(trace, &mut fields);
            fields.text = fields.text.or(Some(trace));
        }
        if let (Some(text), true) = (fields.error_message.or(fields.text), fields.ok == Some(false)) {
            fill_from_exception(text, &mut fields);
        }
        if self.is_about_a_call(&mut fields) {
            emit(&fields);
        }
    }

    fn fields(&self, ok: Option<bool>) -> Fields<'a> {
        let number = |key: Key| {
            self.get(key)
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|number| number.is_finite() && *number >= 0.0)
        };
        let count = |key: Key| number(key).map(whole);
        let attempt = count(Key::Attempt).or_else(|| count(Key::RetriesTaken).map(|taken| taken.saturating_add(1)));
        Fields {
            timestamp: self.get(Key::Timestamp),
            instant: Instant::Unknown,
            http_date: self.get(Key::HttpDate),
            duration_ms: number(Key::DurationMs)
                .or_else(|| number(Key::DurationSeconds).map(|seconds| seconds * 1000.0))
                .or_else(|| self.get(Key::DurationAny).and_then(duration_ms)),
            status: self.get(Key::Status).and_then(status),
            ok,
            method: self.get(Key::Method),
            url: self.get(Key::Url),
            server_address: self.get(Key::ServerAddress),
            model: self.get(Key::Model),
            provider: self.get(Key::Provider),
            service_tier: self.get(Key::ServiceTier),
            organization: self.get(Key::Organization),
            project: self.get(Key::Project),
            proxy: self.get(Key::Proxy),
            host: self.get(Key::Host),
            thread: self.get(Key::Thread),
            x_request_id: self.get(Key::XRequestId),
            request_id: self.get(Key::RequestId),
            x_client_request_id: self.get(Key::XClientRequestId),
            gateway_request_id: self.get(Key::GatewayRequestId),
            cf_ray: self.get(Key::CfRay),
            error_type: self.get(Key::ErrorType),
            error_code: self.get(Key::ErrorCode),
            error_message: self.get(Key::ErrorMessage),
            text: self.get(Key::Trace),
            attempt,
            retry_in_ms: number(Key::RetryInMs),
            retries_left: count(Key::RetriesLeft),
            stream: self
                .get(Key::Stream)
                .map(|text| matches!(text, "true" | "True" | "1" | "yes")),
            input_tokens: count(Key::InputTokens).map(u64::from),
            output_tokens: count(Key::OutputTokens).map(u64::from),
            ..Fields::default()
        }
    }

    /// The line's own keys outrank what its message repeats.
    fn keep_own_words(&self, said: &mut Fields<'a>) {
        let own = self.fields(None);
        said.timestamp = own.timestamp.or(said.timestamp);
        said.model = own.model.or(said.model);
        said.x_client_request_id = own.x_client_request_id.or(said.x_client_request_id);
        said.x_request_id = own.x_request_id.or(said.x_request_id);
        said.thread = own.thread.or(said.thread);
        said.host = own.host.or(said.host);
        if said.grain == Grain::Attempt {
            // An SDK's line is about the attempt; the duration it names is its own.
            said.ok = None;
        }
    }

    /// Whether the line is about a call; sets its grain and its word on the end.
    fn is_about_a_call(&self, fields: &mut Fields<'a>) -> bool {
        let failed =
            fields.ok == Some(false) || fields.error_type.is_some() || fields.error_message.is_some() || fields.text.is_some();
        // Only asked where the model does not tell already: it costs more than all the rest.
        let route = || {
            fields.url.is_some_and(|url| {
                let path = providers::split_url(url).path;
                providers::is_llm_path(path) || providers::endpoint(url).is_some_and(|endpoint| endpoint.known)
            })
        };
        let to_provider = || fields.server_address.is_some_and(|host| providers::by_host(host).is_some());
        let about = fields.model.is_some() || route() || to_provider();
        let identified = fields.x_request_id.is_some() || fields.request_id.is_some() || fields.x_client_request_id.is_some();
        let ended = fields.status.is_some() || (fields.duration_ms.is_some() && (failed || identified || route()));
        let told = (about && ended)
            || (fields.status.is_some() && fields.x_request_id.is_some())
            || (failed && fields.model.is_some() && identified);
        if !told {
            return false;
        }
        let exchange =
            fields.method.is_some() && (fields.url.is_some_and(|url| url.contains('/')) || fields.server_address.is_some());
        fields.grain = if self.get(Key::Attempt).is_some() || exchange {
            Grain::Attempt
        } else {
            Grain::Call
        };
        if fields.status.is_none() {
            fields.ok = Some(!failed);
        }
        true
    }
}

/// What an exception's text in a value says, where the line's own keys do not.
pub(super) fn fill_from_exception<'a>(text: &'a str, fields: &mut Fields<'a>) {
    let Some(raised) = messages::exception(text) else { return };
    fields.status = fields.status.or(raised.status);
    fields.error_type = raised.error_type.or(fields.error_type).or(raised.class);
    fields.error_code = fields.error_code.or(raised.error_code);
    fields.x_request_id = fields.x_request_id.or(raised.x_request_id);
}

pub(super) fn is_absent(value: &str) -> bool {
    value.len() <= "undefined".len() && matches!(value, "" | "-" | "null" | "None" | "nil" | "undefined" | "NULL")
}

/// Words and numbers (pino, bunyan: 50 and more) that mean an error.
pub(super) fn is_error_level(level: &str) -> bool {
    match level.as_bytes().first() {
        Some(b'e' | b'E' | b'f' | b'F' | b'c' | b'C' | b'p' | b'P') => {
            ["error", "err", "fatal", "critical", "crit", "panic", "emerg"]
                .iter()
                .any(|word| level.trim().eq_ignore_ascii_case(word))
        }
        Some(b'0'..=b'9') => level.parse::<u32>().is_ok_and(|number| (50..100).contains(&number)),
        _ => false,
    }
}

/// An HTTP status, as a number or a string.
fn status(text: &str) -> Option<u16> {
    text.parse::<u16>().ok().filter(|status| (100..=599).contains(status))
}

/// A duration whose key names no unit: the value's own unit, else by its size. Go prints integer nanoseconds, most
/// others seconds with a fraction.
fn duration_ms(text: &str) -> Option<f64> {
    const NANOSECONDS_FROM: f64 = 1e6;
    let split = text
        .find(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().ok()?;
    match unit.trim() {
        "ms" => Some(number),
        "s" => Some(number * 1000.0),
        "us" | "µs" => Some(number / 1000.0),
        "ns" => Some(number / 1e6),
        "" if number >= NANOSECONDS_FROM => Some(number / 1e6),
        "" if text.contains('.') => Some(number * 1000.0),
        "" => Some(number),
        _ => None,
    }
}

fn whole(number: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is bounded first"
    )]
    let whole = number.min(f64::from(u32::MAX)) as u32;
    whole
}
