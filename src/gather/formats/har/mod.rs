//! Reads the entries of HTTP archives (HAR 1.2): what a browser's developer tools, or a proxy that exports its flows, saw.
//!
//! `startedDateTime` is the start and `time` the whole duration. An exchange without an answer has the status 0 (Chrome,
//! Firefox, mitmproxy) or -1 (Playwright), and its reason in a member of the tool's own, as has one whose answer broke off.
//! Who exported the archive stands at its head. <http://www.softwareishard.com/blog/har-12-spec/>

mod body;
mod entry;
mod exporter;

use super::format::{Fit, Format, Unread};
use super::json_values::Unescaped;
use crate::gather::frame::{Framing, Items};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan;
use body::Body;
use entry::Entry;

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
        "_initiator",
        "_webSocketMessages",
        "_securityDetails",
    ],
};

/// Words of pages that a proxy puts in place of an answer it did not get: Fiddler's, Charles's.
const OWN_PAGES: [&str; 2] = ["[Fiddler] ", "Charles Error Report"];

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
        let is_mine = exporter::log(head).map(exporter::exporter) == Some(self.vantage);
        if is_mine { Fit::Yes } else { Fit::No }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let unescaped = Unescaped::default();
        let entry = Entry::read(&text)?;
        let mut fields = Fields {
            timestamp: entry.started,
            instant: Instant::Start,
            duration_ms: entry.time,
            ..Fields::default()
        };
        let asked = entry.request.and_then(|text| entry::request(text, &mut fields, &unescaped));
        let answer = entry
            .response
            .map(|text| entry::response(text, &mut fields))
            .unwrap_or_default();
        if fields.url.is_none() || entry.is_no_call(&fields, answer.mime) {
            return Ok(());
        }
        let asked = Body::of(asked, None);
        body::of_request(&asked, &mut fields);
        let is_failed = fields.status.is_none_or(|status| status >= 400);
        let answered = Body::of(answer.body.filter(|_| is_failed), answer.encoding);
        body::of_failure(&answered, &mut fields);
        if let Some(why) = answer.failure.or(entry.failure) {
            fields.text = unescaped.text(why);
            fields.ok = Some(false);
        }
        if self.vantage == Vantage::Proxy {
            fields.upstream_address = entry.server;
            let is_own_page = fields
                .error_message
                .is_some_and(|page| OWN_PAGES.iter().any(|own| page.contains(own)));
            fields.upstream_header_ms = entry.waited.filter(|waited| *waited > 0.0 && !is_own_page).map(Some);
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
