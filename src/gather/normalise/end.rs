//! How an attempt ended as its record tells it, and by which fact the provider is known to have been reached or not.

use super::attributes::without_port;
use super::error::{last_segment, texts};
use super::upstream::upstream_fact;
use super::whose_id::provider_id;
use crate::gather::signatures::{self, Page};
use crate::model::{CallerKind, ErrorSaid, Fact, Fields, Grain, Outcome, TransportError, Vantage};
use crate::providers;

/// Whether the record is about a tunnel through a proxy: what goes through it is unseen.
#[must_use]
pub(crate) fn is_tunnel(fields: &Fields<'_>, vantage: Vantage) -> bool {
    vantage == Vantage::Proxy && fields.method == Some("CONNECT")
}

/// How one record says its attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The end.
    pub outcome: Outcome,
    /// The fact about whether the provider was reached, where the record has one; `None` for successes.
    pub fact: Option<Fact>,
}

impl End {
    /// It went well.
    pub(crate) const SUCCESS: Self = Self {
        outcome: Outcome::Success,
        fact: None,
    };
    const UNSAID: Self = Self {
        outcome: Outcome::Unsaid,
        fact: None,
    };

    fn broken(kind: TransportError, fact: Fact) -> Self {
        Self {
            outcome: Outcome::Transport(kind),
            fact: Some(fact),
        }
    }

    fn cancelled(status: u16) -> Self {
        Self {
            outcome: Outcome::Caller(CallerKind::ClientCancel, status),
            fact: None,
        }
    }
}

/// How a record's attempt ended. `format` names the format, because proxies spell their flags each their own way.
#[must_use]
pub(crate) fn end(fields: &Fields<'_>, vantage: Vantage, format: &str) -> End {
    let flag = flag_says(fields, vantage, format);
    if let Some(flag) = &flag {
        if flag.cancelled {
            return End::cancelled(499);
        }
        if let (Some(kind), None | Some(0..=399)) = (flag.outcome, fields.status) {
            return End::broken(kind, flag.fact.unwrap_or(Fact::SentUnanswered));
        }
    }
    let flag_fact = flag.and_then(|flag| flag.fact);
    if is_tunnel(fields, vantage) && fields.status.is_some_and(|status| status >= 400 && status != 407) {
        return refused_tunnel(flag, flag_fact);
    }
    match fields.status {
        Some(status @ 100..=399) => success_or_broken_stream(fields, vantage, status),
        Some(status @ 400..=499) => caller_side(fields, status),
        Some(status @ 500..=599) => End {
            outcome: Outcome::Status(status),
            fact: Some(status_fact(fields, vantage, status, flag_fact)),
        },
        _ => without_status(fields, vantage),
    }
}

/// A tunnel that was not opened: its status is the proxy's word on its own way to the provider (RFC 9110, 9.3.6).
fn refused_tunnel(flag: Option<signatures::FlagSays>, fact: Option<Fact>) -> End {
    let kind = flag.and_then(|flag| flag.outcome).unwrap_or(TransportError::Connect);
    End::broken(kind, fact.unwrap_or(Fact::NeverConnected))
}

/// What a proxy's own flag or error text says.
fn flag_says(fields: &Fields<'_>, vantage: Vantage, format: &str) -> Option<signatures::FlagSays> {
    if vantage != Vantage::Proxy || (fields.proxy_flag.is_none() && fields.proxy_detail.is_none()) {
        return None;
    }
    let says = signatures::proxy_flag(format, fields.proxy_flag.unwrap_or(""), fields.proxy_detail)?;
    // HAProxy lets a connection that it used before close where the server's did, and writes `-1 0 - - SD--`: of an answer
    // that never began none broke off (its `doc/configuration.txt`, 8.4: a timer of -1 was never reached).
    let never_began = fields.status == Some(0) || fields.upstream_header_ms == Some(None);
    if says.outcome == Some(TransportError::StreamAbort) && never_began {
        return Some(signatures::FlagSays {
            outcome: Some(TransportError::Reset),
            fact: Some(Fact::SentUnanswered),
            ..says
        });
    }
    Some(says)
}

/// A 2xx or 3xx is a success unless the same record tells that the answer broke off, or that a filter gave it.
fn success_or_broken_stream(fields: &Fields<'_>, vantage: Vantage, status: u16) -> End {
    if fields.ok != Some(false) && fields.error_message.is_none() && fields.text.is_none() {
        return End::SUCCESS;
    }
    for text in texts(fields) {
        if let Some(Page::Filter(_)) = signatures::page(text) {
            return End::broken(TransportError::Filtered, Fact::ProxyPage);
        }
        if let Some(broken) = signatures::transport(text) {
            let kind = if broken.kind == TransportError::Other {
                TransportError::StreamAbort
            } else {
                broken.kind
            };
            return End::broken(kind, Fact::AnswerBegun);
        }
    }
    if fields.ok == Some(false) && status < 300 {
        error_in_stream(fields, vantage)
    } else {
        End::SUCCESS
    }
}

/// A 2xx that the program calls an error: the stream may have brought one, as an event after the status (errors reference,
/// 2: Anthropic, OpenAI). What the program itself made of a good answer is no failure of the call.
fn error_in_stream(fields: &Fields<'_>, vantage: Vantage) -> End {
    let words = [fields.error_type, fields.error_code];
    if words.into_iter().flatten().any(|word| word.starts_with("rate_limit")) {
        let kind = providers::caller_kind(429, fields.error_type, fields.error_code, texts(fields).next());
        return End {
            outcome: Outcome::Caller(kind, 0),
            fact: Some(Fact::AnswerBegun),
        };
    }
    let is_event = |text| providers::is_provider_error(500, fields.error_type, fields.error_code, text);
    // anthropic-python raises this class for an event in the stream, with the status before it (`_streaming.py`).
    let is_class = |word| last_segment(word) == "APIStatusError";
    let is_raised = fields.ok == Some(false) && words.into_iter().flatten().any(is_class);
    if is_raised || is_event(None) || texts(fields).any(|text| is_event(Some(text))) {
        return End::broken(TransportError::StreamAbort, Fact::AnswerBegun);
    }
    match without_status(fields, vantage) {
        // A detail is no answer by itself.
        End::UNSAID if fields.grain != Grain::Detail => End::SUCCESS,
        end => end,
    }
}

fn caller_side(fields: &Fields<'_>, status: u16) -> End {
    if status == 407 {
        return End::broken(TransportError::ProxyAuth, Fact::TransportKind);
    }
    if status == 499 {
        return End::cancelled(status);
    }
    let text = texts(fields).next();
    if matches!(status, 403 | 451)
        && provider_id(fields).is_none()
        && texts(fields).any(|text| matches!(signatures::page(text), Some(Page::Filter(_))))
    {
        return End::broken(TransportError::Filtered, Fact::ProxyPage);
    }
    let kind = providers::caller_kind(status, fields.error_type, fields.error_code, text);
    let fact = if provider_id(fields).is_some() {
        Fact::ProviderId
    } else {
        Fact::StatusOnly
    };
    End {
        outcome: Outcome::Caller(kind, status),
        fact: Some(fact),
    }
}

/// Classification, table B2, rows 1 to 5, 8 and 9, for a record with a failing status.
fn status_fact(fields: &Fields<'_>, vantage: Vantage, status: u16, flag: Option<Fact>) -> Fact {
    if flag == Some(Fact::ProxySaysItsOwn) {
        return Fact::ProxySaysItsOwn;
    }
    // Where nobody was reached nobody answered: an id in such a record is the client's own or made up.
    let never_connected = fields.upstream_connect_ms == Some(None) && !matches!(fields.upstream_header_ms, Some(Some(_)));
    if vantage == Vantage::Proxy && (flag == Some(Fact::NeverConnected) || flag.is_none() && never_connected) {
        return Fact::NeverConnected;
    }
    if provider_id(fields).is_some() {
        return Fact::ProviderId;
    }
    let page = texts(fields).find_map(signatures::page);
    match page {
        // A program that talks to the provider itself sees the Envoy of the provider's own edge.
        Some(Page::Proxy("Envoy")) if speaks_to_provider(fields) => return Fact::EdgeStatus,
        Some(Page::Proxy(_)) if matches!(status, 502 | 504) => return Fact::ProxyGaveUp,
        Some(Page::Filter(_) | Page::Proxy(_)) => return Fact::ProxyPage,
        Some(Page::ProviderEdge) => return Fact::EdgeStatus,
        None => {}
    }
    if texts(fields).any(|text| providers::is_provider_error(status, fields.error_type, fields.error_code, Some(text))) {
        return Fact::ProviderBody;
    }
    // A proxy that says how it ended is the caller's own edge, whatever its numbers look like.
    if let Some(fact) = flag {
        return fact;
    }
    if matches!(status, 520..=530) || fields.cf_ray.is_some() {
        return Fact::EdgeStatus;
    }
    if vantage == Vantage::Proxy {
        upstream_fact(fields)
    } else {
        Fact::StatusOnly
    }
}

/// Whether the host that the record names is the provider's own.
fn speaks_to_provider(fields: &Fields<'_>) -> bool {
    let host = fields
        .server_address
        .or_else(|| fields.url.and_then(|url| providers::split_url(url).host));
    fields.cf_ray.is_some() || host.is_some_and(|host| providers::by_host(without_port(host)).is_some())
}

/// The end of a record in which no status stands: from its error texts, else from the program's own word.
fn without_status(fields: &Fields<'_>, vantage: Vantage) -> End {
    if fields.ok == Some(true) {
        return End::SUCCESS;
    }
    // Envoy's record of a request whose client left before any answer has the code 0.
    if vantage == Vantage::Proxy && !is_tunnel(fields, vantage) && fields.proxy_flag.is_some_and(signatures::client_left) {
        return End::cancelled(499);
    }
    // What a proxy's page says of a connection is said of the proxy's own.
    let is_page = is_page_of_answer(fields, vantage);
    for text in texts(fields).filter(|_| !is_page) {
        if let Some(broken) = signatures::transport(text).map(|broken| by_its_code(fields, broken)) {
            return End::broken(broken.kind, broken.reached.unwrap_or(Fact::SentUnanswered));
        }
        if signatures::cancelled(text) {
            return End::cancelled(0);
        }
    }
    if fields.error_code == Some(ErrorSaid::UNSUCCESSFUL) && fields.status.is_none() {
        return End::broken(TransportError::Other, Fact::StatusOnly);
    }
    let mut words = [fields.error_code, fields.error_type].into_iter().flatten().map(last_segment);
    match words.find_map(providers::meant).filter(|_| fields.status.is_none()) {
        Some(meant) => meant_by_a_word(fields, vantage, meant.status),
        None if vantage == Vantage::Application && fields.status.is_none() && texts(fields).any(providers::is_server_fault) => {
            let status = texts(fields).find_map(providers::fault_status);
            match status {
                Some(status) => meant_by_a_word(fields, vantage, status),
                None if texts(fields).any(is_of_several_attempts) => End::broken(TransportError::Other, Fact::ProviderBody),
                // An SDK raises an error without a status for what the provider wrote into the stream, behind a 200.
                None => End::broken(TransportError::StreamAbort, Fact::AnswerBegun),
            }
        }
        None if is_error_of_stream(fields, vantage) => End::broken(TransportError::StreamAbort, Fact::AnswerBegun),
        None => End::UNSAID,
    }
}

/// Whether a text sums up several attempts: the AI SDK names the last one's message and no status (`retry-with-exponential-backoff.ts`).
fn is_of_several_attempts(text: &str) -> bool {
    text.contains("Failed after ") && text.contains(" attempts. Last error: ")
}

/// What an error's code says where its text tells no cause: openai-node's `Connection error.` has the system's error as its
/// `cause`, with a `code` such as `ECONNREFUSED` (Node.js, `errors.md`).
fn by_its_code(fields: &Fields<'_>, broken: signatures::Broken) -> signatures::Broken {
    let code = fields.error_code.filter(|_| broken.kind == TransportError::Other);
    code.and_then(signatures::transport).unwrap_or(broken)
}

/// Whether a failed call is told by nothing but the class that the official SDKs raise for an error event within a stream:
/// for all else they raise one of the classes below it (openai-python `_streaming.py`, openai-node `core/streaming.ts`).
fn is_error_of_stream(fields: &Fields<'_>, vantage: Vantage) -> bool {
    vantage == Vantage::Application
        && fields.ok == Some(false)
        && fields.status.is_none()
        && fields.error_type.map(last_segment) == Some("APIError")
        && [fields.text, fields.error_message, fields.error_code]
            .iter()
            .all(Option::is_none)
}

/// Whether an SDK's exception for a failing status holds the page that a proxy answered with: openai-python tells such a body
/// without the status (`InternalServerError: upstream connect error or …: Connection refused`).
fn is_page_of_answer(fields: &Fields<'_>, vantage: Vantage) -> bool {
    let words = [fields.error_code, fields.error_type].into_iter().flatten().map(last_segment);
    vantage == Vantage::Application
        && words.filter_map(providers::meant).any(|meant| meant.status >= 500)
        && texts(fields).any(|text| matches!(signatures::page(text), Some(Page::Proxy(_))))
}

/// The end of a record whose error has a word of its own for a status, and no status.
fn meant_by_a_word(fields: &Fields<'_>, vantage: Vantage, status: u16) -> End {
    match status {
        400..=499 => caller_side(fields, status),
        _ => End {
            outcome: Outcome::Status(status),
            fact: Some(status_fact(fields, vantage, status, None)),
        },
    }
}
