//! Reads the entries of HTTP archives (HAR 1.2): what a browser's developer tools, or a proxy that exports its flows, saw.
//!
//! `startedDateTime` is the start and `time` the whole duration. An exchange without an answer has the status 0 (Chrome,
//! Firefox, mitmproxy) or -1 (Playwright), and its reason in a member of the tool's own. Who exported the archive stands
//! at its head. <http://www.softwareishard.com/blog/har-12-spec/>

use super::format::{Fit, Format, Unread};
use super::har_body::{self, Body};
use super::json_values::{Unescaped, raw};
use crate::gather::frame::{Framing, Items};
use crate::gather::messages::headers;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value, items};
use crate::text::scan;
use memchr::memmem;

/// The format, as one kind of program exports it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Har {
    vantage: Vantage,
}

/// An archive of a browser.
pub(super) static OF_BROWSER: Har = Har {
    vantage: Vantage::Browser,
};

/// An archive of a proxy.
pub(super) static OF_PROXY: Har = Har { vantage: Vantage::Proxy };

/// Where the entries are. What is left out may hold secrets, is long, and tells nothing of an end.
const ENTRIES: Items = Items {
    array: Some(&["log", "entries"]),
    left_out: &[
        "cookies",
        "queryString",
        "params",
        "cache",
        "timings",
        "_initiator",
        "_webSocketMessages",
        "_securityDetails",
    ],
};

/// Words in the name of a creator that is a proxy, in lower case.
const PROXIES: [&str; 10] = [
    "mitm",
    "charles",
    "fiddler",
    "proxy",
    "http toolkit",
    "burp",
    "zap",
    "reqable",
    "httpcanary",
    "requestly",
];

/// How far behind its key the creator's name is looked for.
const CREATOR_WITHIN: usize = 120;

/// Kinds of requests that fetch parts of a page or ask for leave, as Chrome names them (Chrome DevTools Protocol,
/// `Network.ResourceType`): no calls.
const PARTS_OF_PAGES: [&str; 13] = [
    "stylesheet",
    "image",
    "media",
    "font",
    "script",
    "texttrack",
    "prefetch",
    "manifest",
    "signedexchange",
    "ping",
    "csp-violation-report",
    "preflight",
    "cspviolationreport",
];

/// The same by the name of the file, for tools that do not name the kind.
const FILES_OF_PAGES: [&str; 13] = [
    ".js", ".mjs", ".css", ".map", ".png", ".svg", ".ico", ".jpg", ".webp", ".gif", ".woff", ".woff2", ".ttf",
];

/// One entry's members that matter.
#[derive(Clone, Copy, Debug, Default)]
struct Entry<'a> {
    request: Option<&'a str>,
    response: Option<&'a str>,
    kind: Option<&'a str>,
    from_cache: bool,
    fields: Parts<'a>,
}

/// Values of the entry itself.
#[derive(Clone, Copy, Debug, Default)]
struct Parts<'a> {
    started: Option<&'a str>,
    time: Option<f64>,
    server: Option<&'a str>,
    failure: Option<Value<'a>>,
}

impl<'a> Entry<'a> {
    fn read(text: &'a str) -> Result<Self, Unread> {
        let mut members = Members::of(text).ok_or(Unread::NotThisFormat)?;
        let mut entry = Self::default();
        for (name, value) in members.by_ref() {
            match (name, value) {
                ("startedDateTime", Value::Text(text)) => entry.fields.started = Some(text),
                ("time", value) => entry.fields.time = raw(value).and_then(milliseconds),
                ("request", Value::Object(request)) => entry.request = Some(request),
                ("response", Value::Object(response)) => entry.response = Some(response),
                ("serverIPAddress", value) => entry.fields.server = raw(value).filter(|address| !address.is_empty()),
                ("_resourceType", Value::Text(kind)) => entry.kind = Some(kind),
                ("_fromCache", Value::Text(_)) => entry.from_cache = true,
                ("_error" | "_failureText", value) => entry.fields.failure = Some(value),
                _ => {}
            }
        }
        if !members.is_whole() {
            return Err(Unread::CutShort);
        }
        if entry.fields.started.is_none() || entry.request.is_none() {
            return Err(Unread::NotThisFormat);
        }
        Ok(entry)
    }

    /// Whether the exchange only fetched a part of a page, or never left the machine.
    fn is_no_call(&self, fields: &Fields<'_>, mime: &str) -> bool {
        let path = fields.url.and_then(|url| url.split(['?', '#']).next()).unwrap_or_default();
        let by_name = || {
            ["image/", "font/", "text/css", "video/"]
                .iter()
                .any(|start| mime.starts_with(start))
                || mime.contains("javascript")
                || FILES_OF_PAGES.iter().any(|ending| path.ends_with(ending))
        };
        let is_part = match self.kind {
            Some(kind) => PARTS_OF_PAGES.iter().any(|part| kind.eq_ignore_ascii_case(part)),
            None => fields.method == Some("GET") && by_name(),
        };
        is_part || self.from_cache || fields.method == Some("OPTIONS")
    }
}

/// Fills what the request says, and gives its body.
fn request<'a>(text: &'a str, fields: &mut Fields<'a>, unescaped: &'a Unescaped) -> Option<Value<'a>> {
    let mut body = None;
    for (name, value) in Members::of(text).into_iter().flatten() {
        match (name, value) {
            ("method", Value::Text(method)) => fields.method = Some(method),
            ("url", value) => fields.url = unescaped.text(value),
            ("headers", Value::Array(list)) => each_header(list, |name, value| headers::request(name, value, fields)),
            ("postData", Value::Object(data)) => body = member(data, "text"),
            _ => {}
        }
    }
    body
}

/// What a response says beside [`Fields`].
#[derive(Clone, Copy, Debug, Default)]
struct Answer<'a> {
    mime: &'a str,
    body: Option<Value<'a>>,
    encoding: Option<&'a str>,
    failure: Option<Value<'a>>,
}

fn response<'a>(text: &'a str, fields: &mut Fields<'a>) -> Answer<'a> {
    let mut answer = Answer::default();
    for (name, value) in Members::of(text).into_iter().flatten() {
        match (name, value) {
            ("status", Value::Word(status)) => fields.status = scan::status(status).filter(|status| *status > 0),
            ("headers", Value::Array(list)) => each_header(list, |name, value| headers::response(name, value, fields)),
            ("content", Value::Object(content)) => {
                for (name, value) in Members::of(content).into_iter().flatten() {
                    match name {
                        "mimeType" => answer.mime = raw(value).unwrap_or_default(),
                        "text" => answer.body = Some(value),
                        "encoding" => answer.encoding = raw(value),
                        _ => {}
                    }
                }
            }
            ("_error" | "_failureText", value) => answer.failure = Some(value),
            _ => {}
        }
    }
    answer
}

fn member<'a>(object: &'a str, wanted: &str) -> Option<Value<'a>> {
    let mut members = Members::of(object)?;
    members.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// Shows every header of a list of names and values. A value with escapes is none that matters.
fn each_header<'a>(list: &'a str, mut take: impl FnMut(&'a str, &'a str)) {
    for item in items(list) {
        let Value::Object(header) = item else { continue };
        let (mut name, mut value) = (None, None);
        for (key, said) in Members::of(header).into_iter().flatten() {
            match key {
                "name" => name = raw(said),
                "value" => value = raw(said),
                _ => {}
            }
        }
        if let (Some(name), Some(value)) = (name, value.filter(|value| !value.is_empty())) {
            take(name, value);
        }
    }
}

/// A duration; what is below zero does not apply.
fn milliseconds(text: &str) -> Option<f64> {
    text.parse().ok().filter(|time: &f64| time.is_finite() && *time >= 0.0)
}

/// The head of a HAR behind the start of its `log`; `None` where it is something else.
fn log(head: &[u8]) -> Option<&[u8]> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut rest = head;
    for token in [&b"{"[..], b"\"log\"", b":", b"{"] {
        rest = rest.trim_ascii_start().strip_prefix(token)?;
    }
    let has = |name: &str| memmem::find(rest, name.as_bytes()).is_some();
    (has("\"entries\"") || has("\"creator\"") && has("\"version\"")).then_some(rest)
}

/// Who exported an archive. Fiddler names itself at the end, and is known by its comment.
fn exporter(log: &[u8]) -> Vantage {
    let before_entries = memmem::find(log, b"\"entries\"")
        .and_then(|end| log.get(..end))
        .unwrap_or(log);
    let name = memmem::find(before_entries, b"\"creator\"").and_then(|at| before_entries.get(at..));
    let name = name.map(|name| name.get(..CREATOR_WITHIN).unwrap_or(name).to_ascii_lowercase());
    let is_proxy = name.is_some_and(|name| PROXIES.iter().any(|proxy| memmem::find(&name, proxy.as_bytes()).is_some()));
    if is_proxy || memmem::find(before_entries, b"\"exported @").is_some() {
        Vantage::Proxy
    } else {
        Vantage::Browser
    }
}

impl Format for Har {
    fn name(&self) -> &'static str {
        if self.vantage == Vantage::Proxy { "har-proxy" } else { "har" }
    }

    fn vantage(&self) -> Vantage {
        self.vantage
    }

    fn framing(&self) -> Framing {
        Framing::Items(ENTRIES)
    }

    fn fit(&self, head: &[u8]) -> Fit {
        let is_mine = log(head).map(exporter) == Some(self.vantage);
        if is_mine { Fit::Yes } else { Fit::No }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let unescaped = Unescaped::default();
        let entry = Entry::read(&text)?;
        let mut fields = Fields {
            timestamp: entry.fields.started,
            instant: Instant::Start,
            duration_ms: entry.fields.time,
            ..Fields::default()
        };
        let asked = entry.request.and_then(|text| request(text, &mut fields, &unescaped));
        let answer = entry.response.map(|text| response(text, &mut fields)).unwrap_or_default();
        if fields.url.is_none() || entry.is_no_call(&fields, answer.mime) {
            return Ok(());
        }
        let asked = Body::of(asked, None);
        har_body::of_request(&asked, &mut fields);
        let is_failed = fields.status.is_none_or(|status| status >= 400);
        let answered = Body::of(answer.body.filter(|_| is_failed), answer.encoding);
        har_body::of_failure(&answered, &mut fields);
        if fields.status.is_none() {
            fields.text = answer.failure.or(entry.fields.failure).and_then(|said| unescaped.text(said));
            fields.ok = fields.text.is_some().then_some(false);
        }
        if self.vantage == Vantage::Proxy {
            fields.upstream_address = entry.fields.server;
        }
        emit(&fields);
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        if self.vantage == Vantage::Proxy {
            OF_PROXIES
        } else {
            OF_BROWSERS
        }
    }

    fn source(&self) -> &'static str {
        "http://www.softwareishard.com/blog/har-12-spec/"
    }
}

const OF_BROWSERS: &[&str] = &[
    // Chrome's developer tools.
    r#"{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[
{"_initiator":{"type":"script"},"_priority":"High","_resourceType":"fetch","cache":{},"request":{"method":"POST","url":"https://chatgpt.com/backend-api/conversation","httpVersion":"h2","headers":[{"name":":method","value":"POST"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":2},"response":{"status":503,"statusText":"","httpVersion":"h2","headers":[{"name":"x-request-id","value":"req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"}],"cookies":[],"content":{"size":0,"mimeType":"application/json"},"redirectURL":"","headersSize":-1,"bodySize":-1,"_error":null},"serverIPAddress":"104.18.32.47","startedDateTime":"2025-03-06T14:02:11.714Z","time":812.5,"timings":{"blocked":1,"dns":-1,"ssl":-1,"connect":-1,"send":0.2,"wait":800,"receive":11}}]}}"#,
];

const OF_PROXIES: &[&str] = &[
    // mitmproxy's hardump.
    r#"{"log":{"version":"1.2","creator":{"name":"mitmproxy","version":"11.0.2","comment":""},"pages":[],"entries":[
{"startedDateTime":"2025-03-06T14:02:11.714123+00:00","time":60004.2,"request":{"method":"POST","url":"https://api.openai.com/v1/responses","httpVersion":"HTTP/1.1","cookies":[],"headers":[{"name":"Host","value":"api.openai.com"}],"queryString":[],"headersSize":742,"bodySize":89,"postData":{"mimeType":"application/json","text":"{\"model\":\"gpt-4o\",\"stream\":true}","params":[]}},"response":{"status":504,"statusText":"Gateway Timeout","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"content":{"size":0,"mimeType":""},"redirectURL":"","headersSize":15,"bodySize":0},"cache":{},"timings":{"connect":25.9,"ssl":74.5,"send":3.6,"receive":5.2,"wait":59900.1},"serverIPAddress":"162.159.140.245"}]}}"#,
];
