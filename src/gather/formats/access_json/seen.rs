//! What tells an access line from what an application writes of the calls that it makes.

use crate::gather::formats::access_keys::{Key, is_none};
use crate::gather::formats::access_line;
use crate::gather::formats::header_map;
use crate::gather::formats::json_values::{first, raw};
use crate::gather::formats::shapes;
use crate::model::Fields;
use crate::providers;
use crate::text::json::Value;
use crate::text::scan;

/// What a line has shown besides its fields.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member that was met")]
pub(super) struct Seen {
    /// A client's address.
    pub(super) client: bool,
    /// A value that of all proxies only nginx has.
    pub(super) nginx: bool,
    /// A group of Google's whose request was served.
    pub(super) served: bool,
    /// Groups of what was asked and of what was answered.
    pub(super) asked: bool,
    pub(super) answered: bool,
    /// What only the receiver of a request knows: the whole request line, a referer, an upstream.
    received: bool,
    /// What a receiver writes, and a caller seldom: bytes, the client's program, a protocol; one each.
    bytes: bool,
    agent: bool,
    protocol: bool,
    /// A member of another writer: Envoy, Caddy, a load balancer.
    pub(super) foreign: bool,
    /// A level and a message: a logger wrote the line.
    level: bool,
    logger: bool,
    message: Message,
}

/// What a line's message says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Message {
    #[default]
    None,
    /// That a request was served.
    Access,
    /// Anything else.
    Other,
}

/// What loggers of requests say, and nobody of a call that it makes.
const ACCESS_MESSAGES: [&str; 28] = [
    "",
    "-",
    "access",
    "access log",
    "access_log",
    "accesslog",
    "nginx access",
    "nginx.access",
    "http access",
    "http",
    "http request",
    "http_request",
    "http.request",
    "request",
    "request completed",
    "request_completed",
    "completed request",
    "request complete",
    "request finished",
    "request_finished",
    "request handled",
    "handled request",
    "request served",
    "request errored",
    "request aborted",
    "request proxied",
    "proxied request",
    "gateway request",
];

impl Seen {
    /// Notes a member whose key is known.
    pub(super) fn note(&mut self, key: Key, text: &str) {
        let is_said = !is_none(text);
        match key {
            Key::Foreign | Key::Application => self.foreign |= key == Key::Foreign || is_said,
            Key::Client => self.client |= is_address(text),
            Key::Request => {
                self.received |= is_said && text.ends_with(|last: char| last.is_ascii_digit()) && text.contains(" HTTP/")
            }
            Key::Forwarded | Key::Referer => self.received = true,
            Key::Bytes => self.bytes = true,
            Key::UserAgent => self.agent = true,
            Key::Protocol => self.protocol |= is_said,
            Key::Level => self.level = true,
            // Caddy's lines have a reader of their own.
            Key::Logger if text.starts_with("http.log") => self.foreign = true,
            Key::Logger => self.logger = true,
            Key::Message => self.message = message(text),
            // Others write the time of the request under the name of nginx's duration.
            Key::RequestTime => self.nginx |= !is_said || scan::scaled(text, 0).is_some(),
            _ => self.nginx |= key.tells_nginx(),
        }
    }

    /// Notes one of the request's headers.
    pub(super) fn request_header<'a>(&mut self, fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
        let is = |header: &str| name.eq_ignore_ascii_case(header);
        self.agent |= is("user-agent");
        self.received |= is("x-forwarded-for") || is("referer") || is("x-real-ip");
        if is("host") {
            fields.server_address = fields.server_address.or(header_text(value));
        }
        header_map::request_header(fields, name, value);
    }

    /// Notes one of the answer's headers.
    pub(super) fn response_header<'a>(&mut self, fields: &mut Fields<'a>, name: &str, value: Value<'a>) {
        header_map::response_header(fields, name, value);
    }

    /// Whether a logger of requests says who asked for a model's route: no program's line on a call that it makes.
    pub(super) fn tells_a_served_call(&self, fields: &Fields<'_>) -> bool {
        let is_call = |url| providers::is_llm_path(providers::split_url(url).path);
        self.client && self.message == Message::Access && fields.method == Some("POST") && fields.url.is_some_and(is_call)
    }

    /// Whether the receiver of a request wrote the line.
    pub(super) fn tells_an_access(&self, fields: &Fields<'_>) -> bool {
        if self.foreign || fields.status.is_none() || self.message == Message::Other {
            return false;
        }
        // A logger with a name may be anybody's: a middleware's says who asked.
        if self.logger && !(self.client && self.message == Message::Access) {
            return false;
        }
        // A program that serves requests of its own writes the model beside them.
        let is_llm = || {
            fields
                .url
                .is_some_and(|url| providers::is_llm_path(providers::split_url(url).path))
        };
        if fields.model.is_some() && !is_llm() {
            return false;
        }
        let is_told = self.message == Message::Access;
        let hints = [self.bytes, self.agent, self.protocol, is_told];
        let hints = hints.into_iter().filter(|hint| *hint).count();
        // pino-http and its kin without headers: the path alone, and their own words behind it.
        let is_logged = || self.asked && self.answered && is_told && fields.url.is_some_and(|url| url.starts_with('/'));
        let is_received = self.client || self.received || self.served || self.nginx || hints > 1 || is_logged();
        let is_asked = fields.url.is_some() && (fields.method.is_some() || self.client);
        // A caller writes whom it asks.
        let to_provider = || {
            let url = fields.url.map(providers::split_url);
            url.and_then(|url| url.host)
                .is_some_and(|host| providers::by_host(host).is_some())
        };
        (self.nginx && !self.level) || is_asked && is_received && (self.client || !to_provider())
    }
}

/// Whether a client's name is an address, masked or not, or a host's name: an SDK is called a client, too.
fn is_address(text: &str) -> bool {
    memchr::memchr2_iter(b'.', b':', text.as_bytes()).count() >= 2 || text == "localhost"
}

/// What a message says: a logger of requests' own words, or the request itself.
fn message(text: &str) -> Message {
    let is_access = ACCESS_MESSAGES.iter().any(|words| words.eq_ignore_ascii_case(text))
        || is_a_request(text.strip_prefix("HTTP ").unwrap_or(text))
        || access_line::common(text).is_ok();
    if is_access { Message::Access } else { Message::Other }
}

/// `POST /v1/chat/completions`, and what follows.
fn is_a_request(text: &str) -> bool {
    text.split_once(' ')
        .is_some_and(|(method, rest)| shapes::is_usual_method(method) && rest.starts_with('/'))
}

/// The text of a header's value, or of its first.
fn header_text(value: Value<'_>) -> Option<&str> {
    first(value).and_then(raw).filter(|text| !text.is_empty())
}
