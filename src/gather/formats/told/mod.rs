//! From keys and values to [`Fields`]: what a structured line of an application says of a call, if it is about one.

mod finished;
mod raised;
mod values;

use crate::gather::keys::Key;
use crate::gather::messages::{self, Said};
use crate::gather::retry_after;
use crate::model::{ErrorSaid, Fields, Grain, Instant};
use crate::providers;
pub(super) use raised::fill_from_exception;
use raised::{fill_from_raised, names_an_end, nodes_status};
pub(super) use values::{duration_in_ms, duration_ms, is_absent, is_error_level, unit_in};
use values::{status, whole};

/// What .NET's client says around all tries of a call, in Serilog's template; the handler within says it of each
/// (`LogicalHandler` and `ClientHandler` of Microsoft.Extensions.Http).
const AROUND_RETRIES: &str = "End processing HTTP request after ";

/// Stands where two names that may be a status's hold different ones.
const UNCLEAR: &str = "?";

/// The values of one line by fact; escapes already undone.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    values: [Option<&'a str>; Key::COUNT],
    /// Whether the log's times with decimals are milliseconds where nothing says it.
    pub(super) in_milliseconds: bool,
}

impl Default for Told<'_> {
    fn default() -> Self {
        Self {
            values: [None; Key::COUNT],
            in_milliseconds: false,
        }
    }
}

impl<'a> Told<'a> {
    /// The value of a fact.
    pub(super) fn get(&self, key: Key) -> Option<&'a str> {
        self.values.get(key as usize).copied().flatten()
    }

    /// Whether a fact is told as well as `value` tells it: a level under a status's name is no status.
    pub(super) fn is_told(&self, key: Key, value: &str) -> bool {
        let is_level = |held: &str| status(held).is_none() && values::is_level(held);
        let is_status = key == Key::Status && status(value).is_some();
        self.get(key).is_some_and(|held| !(is_status && is_level(held)))
    }

    /// Sets a fact; the last of two equal keys wins, as in most parsers.
    pub(super) fn set(&mut self, key: Key, value: &'a str) {
        let value = match key {
            Key::StatusLike | Key::StatusShort => match self.one_status(key, value) {
                Some(value) => value,
                None => return,
            },
            Key::Status => self.without_level(value),
            _ => value,
        };
        if let Some(slot) = self.values.get_mut(key as usize) {
            *slot = (!is_absent(value)).then_some(value);
        }
    }

    /// The status where a level stands under that name, too, as Datadog and Dynatrace have it: `"status": "error"` beside
    /// `"http.status_code": 503`.
    fn without_level(&mut self, value: &'a str) -> &'a str {
        let (number, word) = match self.get(Key::Status) {
            Some(held) if status(held).is_some() => (held, value),
            Some(held) if status(value).is_some() => (value, held),
            _ => return value,
        };
        if status(word).is_some() || !values::is_level(word) {
            return value;
        }
        if self.get(Key::Level).is_none() {
            self.set(Key::Level, word);
        }
        number
    }

    /// What several names that may be a status's come to: numbers alone count, and of two that differ neither is one.
    fn one_status(&self, key: Key, value: &'a str) -> Option<&'a str> {
        status(value).filter(|status| *status >= 200)?;
        let is_other = self.get(key).is_some_and(|other| other != value);
        Some(if is_other { UNCLEAR } else { value })
    }

    /// Emits what the line says of a call, if it is about one.
    pub(super) fn emit(&self, emit: &mut dyn FnMut(&Fields<'_>)) {
        if self.get(Key::Message).is_some_and(messages::is_told_above) {
            return;
        }
        let level_ok = is_error_level(self.get(Key::Level).unwrap_or(""))
            .then_some(false)
            .or_else(|| self.own_word());
        let mut fields = self.fields(level_ok);
        if self.is_from_a_cache(&fields) {
            return;
        }
        let said = self.get(Key::Message).and_then(|message| {
            let mut said = fields.clone();
            (messages::read(message, &mut said) == Said::AboutACall).then_some(said)
        });
        // An SDK's own line: what it says of the attempt outranks the keys around it.
        let (said, raised) = match said {
            Some(said) if said.grain == Grain::Detail && said.ok == Some(false) && said.retry_in_ms.is_none() => {
                (None, Some(said))
            }
            said => (said, None),
        };
        if let Some(mut said) = said {
            self.keep_own_words(&mut said);
            emit(&said);
            return;
        }
        if let Some(trace) = fields.text {
            messages::attach(trace, &mut fields);
            fields.text = fields.text.or(Some(trace));
        }
        if let (Some(text), true) = (fields.error_message.or(fields.text), fields.ok == Some(false)) {
            fill_from_exception(text, &mut fields);
        }
        if let Some(raised) = &raised {
            fill_from_raised(raised, &mut fields);
        }
        if fields.status.is_none() && fields.ok == Some(false) {
            fields.status = fields.error_message.and_then(|text| nodes_status(text, &fields));
        }
        if self.is_about_a_call(&mut fields) {
            fields.grain = self.grain(fields.grain);
            if fields.ok == Some(false) || fields.status.is_some_and(|status| status >= 400) {
                fields.model = fields.model.or_else(|| self.get(Key::Message).and_then(messages::model_in));
            }
            let is_unexplained = fields.status.is_none_or(|status| status < 300);
            if is_unexplained && fields.ok == Some(false) && fields.error_message.is_none() && fields.text.is_none() {
                // Where no status tells of a failure and no key holds its error, the message does.
                fields.text = self.get(Key::Message);
            }
            let is_bare = fields.error_type.is_none() && fields.error_message.is_none();
            if is_unexplained && fields.ok == Some(false) && is_bare && self.own_word() == Some(false) {
                // Its own word is all that is said of the end.
                fields.error_code = fields.error_code.or(Some(ErrorSaid::UNSUCCESSFUL));
            }
            emit(&fields);
        } else if let Some(raised) = raised.or_else(|| self.raised(level_ok)) {
            emit(&raised);
        } else if self.has_broken_off(&mut fields) {
            emit(&fields);
        }
    }

    /// The call's, where the line is one around all tries.
    fn grain(&self, grain: Grain) -> Grain {
        let is_around = |message: &str| message.starts_with(AROUND_RETRIES);
        if self.get(Key::Message).is_some_and(is_around) {
            Grain::Call
        } else {
            grain
        }
    }

    /// The traceback; a flag that says there is one is none.
    fn trace(&self) -> Option<&'a str> {
        match self.get(Key::Trace)? {
            "true" => self.get(Key::LoguruText),
            "false" => None,
            trace => Some(trace),
        }
    }

    /// What `success: false` or a status in words says of the end.
    fn own_word(&self) -> Option<bool> {
        [Key::Success, Key::Status].iter().find_map(|key| match self.get(*key)? {
            "true" | "True" | "success" | "ok" | "OK" | "succeeded" | "completed" => Some(true),
            "false" | "False" | "failure" | "failed" | "error" | "ERROR" | "timeout" | "FAILED" => Some(false),
            _ => None,
        })
    }

    /// A duration whose key names no unit: the message's template does, or the value.
    fn duration_of_any_unit(&self) -> Option<f64> {
        let text = self.get(Key::DurationAny)?;
        let in_unit = || {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
            Some(number * unit_in(self.get(Key::Message)?)?)
        };
        let by_itself = if self.in_milliseconds { duration_in_ms } else { duration_ms };
        in_unit().or_else(|| by_itself(text))
    }

    /// The pause before a retry, under a key that names no unit.
    fn pause(&self) -> Option<f64> {
        let value = self.get(Key::RetryInAny)?;
        messages::pause_ms(value, false, self.get(Key::Message)?)
    }

    /// Whether the message does not speak of what comes before an end.
    fn is_not_begun(&self) -> bool {
        self.get(Key::Message)
            .is_none_or(|message| !messages::is_before_an_end(message))
    }

    fn fields(&self, ok: Option<bool>) -> Fields<'a> {
        let number = |key: Key| {
            self.get(key)
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|number| number.is_finite() && *number >= 0.0)
        };
        let count = |key: Key| number(key).map(whole);
        let id = |key: Key| self.get(key).filter(|id| !messages::is_body_id(id));
        let attempt = count(Key::Attempt).or_else(|| count(Key::RetriesTaken).map(|taken| taken.saturating_add(1)));
        Fields {
            timestamp: self.get(Key::Timestamp).or(self.get(Key::StartTime)),
            instant: match (self.get(Key::Timestamp), self.get(Key::StartTime)) {
                (None, Some(_)) => Instant::Start,
                _ => Instant::Unknown,
            },
            http_date: self.get(Key::HttpDate),
            duration_ms: number(Key::DurationMs)
                .or_else(|| number(Key::DurationSeconds).map(|seconds| seconds * 1000.0))
                .or_else(|| number(Key::DurationMicros).map(|micros| micros / 1000.0))
                .or_else(|| self.duration_of_any_unit()),
            status: self.get(Key::Status).and_then(status),
            ok,
            method: self.get(Key::Method),
            url: self.get(Key::Url),
            server_address: self.host(Key::ServerAddress),
            model: self.get(Key::Model),
            provider: self.get(Key::Provider),
            service_tier: self.get(Key::ServiceTier),
            organization: self.get(Key::Organization),
            project: self.get(Key::Project),
            region: self.get(Key::Region),
            proxy: self.host(Key::Proxy),
            host: self.get(Key::Host),
            thread: self.get(Key::Thread),
            x_request_id: id(Key::XRequestId),
            request_id: id(Key::RequestId),
            x_client_request_id: id(Key::XClientRequestId),
            gateway_request_id: id(Key::GatewayRequestId),
            cf_ray: self.get(Key::CfRay),
            error_type: self.get(Key::ErrorType),
            // PHP's exceptions carry a code of their own, 0 by default.
            error_code: self.get(Key::ErrorCode).filter(|code| *code != "0"),
            error_message: self.get(Key::ErrorMessage),
            text: self.trace(),
            attempt,
            retry_in_ms: number(Key::RetryInMs).or_else(|| self.pause()),
            retry_after_ms: number(Key::RetryAfterMs).or_else(|| self.get(Key::RetryAfterSeconds).and_then(retry_after::seconds)),
            retries_left: count(Key::RetriesLeft),
            stream: self
                .get(Key::Stream)
                .map(|text| matches!(text, "true" | "True" | "1" | "yes")),
            input_tokens: count(Key::InputTokens).map(u64::from),
            output_tokens: count(Key::OutputTokens).map(u64::from),
            ..Fields::default()
        }
    }

    /// A host, which may be told by a URL.
    fn host(&self, key: Key) -> Option<&'a str> {
        self.get(key).map(|held| providers::split_url(held).host.unwrap_or(held))
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

    /// The status under a name that does not say for certain that it is one; `Some(None)` where two such differ, so that
    /// the end is not known. `has_ended` says that something else tells of an end.
    fn likely_status(&self, fields: &Fields<'_>, has_ended: bool) -> Option<Option<u16>> {
        let is_exchange = fields.method.is_some() && fields.url.is_some();
        let like = || self.get(Key::StatusLike).filter(|_| is_exchange || has_ended);
        let short = || self.get(Key::StatusShort).filter(|_| is_exchange);
        let written = match fields.status {
            Some(_) => None,
            None => like().or_else(short),
        };
        written.map(status)
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
        // A model may stand in the context of whatever the program does: what is got elsewhere is no call to it.
        let is_got = fields.method.is_some_and(|method| method.eq_ignore_ascii_case("get")) && fields.url.is_some();
        let about = (fields.model.is_some() && !is_got) || route() || to_provider();
        let identified = fields.x_request_id.is_some() || fields.request_id.is_some() || fields.x_client_request_id.is_some();
        // A model that a provider is known by took some time: nothing else does that takes its name.
        let timed = || fields.model.is_some_and(|model| providers::by_model(model).is_some()) && self.is_not_begun();
        let likely = self.likely_status(fields, failed || identified || fields.duration_ms.is_some());
        let is_unclear = likely == Some(None) && !failed;
        fields.status = fields
            .status
            .or(likely.flatten().filter(|status| about && (!failed || *status >= 400)));
        let ended = fields.status.is_some()
            || (fields.duration_ms.is_some()
                && !is_unclear
                && (failed || identified || self.own_word() == Some(true) || route() || timed()))
            || (fields.ok == Some(false) && fields.error_type.is_some_and(|word| names_an_end(word, fields)));
        // An answer that only its words tell of is the call's, whichever attempt brought it.
        let finished = !ended && !failed && self.has_finished(fields);
        let told = (about && (ended || finished))
            || (fields.status.is_some() && fields.x_request_id.is_some())
            || (failed && fields.model.is_some() && identified);
        if !told {
            return false;
        }
        let exchange =
            fields.method.is_some() && (fields.url.is_some_and(|url| url.contains('/')) || fields.server_address.is_some());
        fields.grain = if (self.get(Key::Attempt).is_some() && !finished) || exchange {
            Grain::Attempt
        } else if failed && self.is_of_an_attempt() {
            // An SDK's own lines may have told of it.
            Grain::Detail
        } else {
            Grain::Call
        };
        if fields.status.is_none() {
            fields.ok = Some(!failed && fields.ok != Some(false));
        }
        true
    }
}
