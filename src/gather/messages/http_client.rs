//! Errors of plain HTTP clients that name the URL they failed on: with an LLM's URL they are about a call.

use super::scan;
use crate::model::Fields;
use crate::providers;

/// What such a text says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Failed<'a> {
    pub(super) status: Option<u16>,
    pub(super) method: Option<&'a str>,
    /// Where it went; the host alone where no more is said.
    pub(super) url: &'a str,
    /// The error, from its first word on.
    pub(super) text: &'a str,
    /// The class that the client raises with such a text.
    pub(super) class: Option<&'static str>,
}

impl<'a> Failed<'a> {
    /// Adds where it failed, and with which status.
    pub(super) fn tell(&self, fields: &mut Fields<'a>) {
        fields.status = fields.status.or(self.status);
        fields.method = fields.method.or(self.method);
        if self.url.contains('/') {
            fields.url = fields.url.or(Some(self.url));
        } else {
            fields.server_address = fields.server_address.or(Some(self.url));
        }
    }
}

/// Words that a client has between the error and the URL, where the status stands, and the class that it raises with them: a
/// line that prints the text alone tells of an exception all the same, and so of a call of its own.
const BEFORE_URL: [(&str, Place, Option<&str>); 10] = [
    // requests: `500 Server Error: Internal Server Error for url: https://…`.
    (" for url: ", Place::Begins, Some("HTTPError")),
    // httpx: `Server error '500 Internal Server Error' for url 'https://…'`.
    ("' for url '", Place::Quoted, Some("HTTPStatusError")),
    // reqwest: `HTTP status server error (500 Internal Server Error) for url (https://…)`.
    (") for url (", Place::Bracketed, Some("reqwest::Error")),
    // reqwest: `error sending request for url (https://…): …`.
    (" for url (", Place::None, None),
    // Spring's WebClient: `500 Internal Server Error from POST https://…`.
    (" from POST ", Place::Begins, Some("WebClientResponseException")),
    // aiohttp: `500, message='Internal Server Error', url='https://…'` and `url=URL('https://…')`.
    (", url='", Place::Begins, Some("ClientResponseError")),
    (", url=URL('", Place::Begins, Some("ClientResponseError")),
    // @google/generative-ai: `Error fetching from https://…: [503 Service Unavailable] …`.
    ("Error fetching from ", Place::Behind, Some("GoogleGenerativeAIFetchError")),
    // Spring: `I/O error on POST request for "https://…": …`.
    (" request for \"", Place::None, None),
    // Guzzle: `cURL error 28: Operation timed out … (see https://curl.haxx.se/…) for https://…`.
    (") for ", Place::None, None),
];

/// Words of requests and aiohttp right behind a status.
const BEHIND_STATUS: [&str; 3] = [" Server Error: ", " Client Error: ", ", message="];

/// Where the status stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    None,
    Begins,
    Quoted,
    Bracketed,
    Behind,
}

/// Methods as HTTP spells them: net/url writes `Post`.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// Finds such an error in one line.
pub(super) fn find(line: &str) -> Option<Failed<'_>> {
    let bytes = line.as_bytes();
    // Short of a searcher's set-up: every one of these errors has a colon, and most lines have none.
    memchr::memchr(b':', bytes)?;
    if let Some(failed) = urllib3(line).or_else(|| okhttp(line)) {
        return Some(failed);
    }
    memchr::memmem::find(bytes, b"://")?;
    if let Some(failed) = go(line)
        .or_else(|| guzzle(line))
        .or_else(|| aiohttp(line))
        .or_else(|| axios(line))
    {
        return Some(failed);
    }
    BEFORE_URL.iter().find_map(|(words, place, class)| {
        let at = memchr::memmem::find(bytes, words.as_bytes())?;
        let url = line.get(at + words.len()..)?;
        let url = url.split(['\'', '"', ')', ' ', ',']).next()?.trim_end_matches(':');
        if !url.starts_with("http") || !providers::is_llm_url(url) {
            return None;
        }
        let before = line.get(..at)?;
        let (status, start) = match place {
            Place::None => (None, beginning(before)),
            Place::Behind => (scan::between(line, ": [", ']').and_then(scan::status), at),
            Place::Begins => status_word(before)?,
            Place::Quoted => enclosed(before, '\'')?,
            Place::Bracketed => enclosed(before, '(')?,
        };
        Some(Failed {
            status,
            method: None,
            url,
            text: line.get(start..)?,
            class: *class,
        })
    })
}

/// requests and urllib3: `HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exceeded with url: /v1/… (Caused
/// by …)`, and a time-out, which names the host alone.
fn urllib3(line: &str) -> Option<Failed<'_>> {
    let at = memchr::memmem::find(line.as_bytes(), b"ConnectionPool(host='")?;
    let text = line.get(at..)?;
    let url = scan::between(text, " with url: ", ' ').filter(|url| providers::is_llm_url(url));
    let host = || scan::between(text, "(host='", '\'').filter(|host| providers::by_host(host).is_some());
    // `(Caused by ResponseError('too many 502 error responses'))`: it was answered, and urllib3 tries such statuses again.
    let status = scan::between(text, "'too many ", ' ').and_then(scan::status);
    Some(Failed {
        status,
        method: None,
        url: url.or_else(host)?,
        text,
        class: None,
    })
}

/// The `repr` of aiohttp's: `ClientResponseError(RequestInfo(url=URL('https://…'), method='POST', …), (), status=503, …)`.
fn aiohttp(line: &str) -> Option<Failed<'_>> {
    const CLASS: &str = "ClientResponseError";
    let at = memchr::memmem::find(line.as_bytes(), b"ClientResponseError(RequestInfo(url=URL('")?;
    let text = line.get(at..)?;
    let url = scan::between(text, "URL('", '\'').filter(|url| providers::is_llm_url(url))?;
    Some(Failed {
        status: scan::between(text, ", status=", ',').and_then(scan::status),
        method: scan::between(text, "method='", '\''),
        url,
        text,
        class: Some(CLASS),
    })
}

/// OkHttp's answer as its own recipes throw it: `java.io.IOException: Unexpected code Response{protocol=http/1.1, code=503,
/// message=Service Unavailable, url=https://…}`.
fn okhttp(line: &str) -> Option<Failed<'_>> {
    let at = memchr::memmem::find(line.as_bytes(), b"Response{protocol=")?;
    let text = line.get(at..)?;
    let status = scan::between(text, ", code=", ',')
        .and_then(scan::status)
        .filter(|status| *status >= 400)?;
    let url = scan::between(text, ", url=", '}').filter(|url| providers::is_llm_url(url))?;
    Some(Failed {
        status: Some(status),
        method: None,
        url,
        text,
        class: None,
    })
}

/// The retries that urllib3 has left when it tells of an attempt that broke, the one to come among them: `Retrying
/// (Retry(total=2, connect=None, …)) after connection broken by …`. What it raises at last is another's.
pub(super) fn retries_left(line: &str) -> Option<u32> {
    let at = memchr::memmem::find(line.as_bytes(), b"Retrying (Retry(total=")?;
    let (left, _) = scan::whole(line.get(at + "Retrying (Retry(total=".len()..)?)?;
    left.checked_add(1)
}

/// Guzzle: ``Server error: `POST https://…` resulted in a `503 Service Unavailable` response``.
fn guzzle(line: &str) -> Option<Failed<'_>> {
    let words = "` resulted in a `";
    let at = memchr::memmem::find(line.as_bytes(), words.as_bytes())?;
    let (before, request) = line.get(..at)?.rsplit_once('`')?;
    let (method, url) = request.split_once(' ')?;
    let method = METHODS.iter().find(|known| **known == method)?;
    let status = scan::status(line.get(at + words.len()..)?);
    let is_clients = status.is_some_and(|status| status < 500);
    providers::is_llm_url(url).then_some(Failed {
        status,
        method: Some(method),
        url,
        text: line.get(before.len()..)?,
        class: Some(if is_clients { "ClientException" } else { "ServerException" }),
    })
}

/// axios: `Request failed with status code 500`, the URL in an object behind it.
fn axios(line: &str) -> Option<Failed<'_>> {
    let words = "Request failed with status code ";
    let at = memchr::memmem::find(line.as_bytes(), words.as_bytes())?;
    let after = line.get(at + words.len()..)?;
    let scheme = memchr::memmem::find(after.as_bytes(), b"://")?;
    let start = after.get(..scheme)?.rfind(|letter: char| !letter.is_ascii_alphabetic())? + 1;
    let url = after.get(start..)?.split(['\'', '"', ')', ' ', ',']).next()?;
    providers::is_llm_url(url).then_some(Failed {
        status: scan::status(after),
        method: None,
        url,
        text: line.get(at..)?,
        class: Some("AxiosError"),
    })
}

/// openai-go's `POST "https://…": 500 Internal Server Error {…}` and net/url's `Post "https://…": EOF`. Within quotes of a
/// logger's both have a backslash before their own.
fn go(line: &str) -> Option<Failed<'_>> {
    let at = memchr::memmem::find(line.as_bytes(), b"\": ")?;
    let (words, url) = line.get(..at)?.trim_end_matches('\\').rsplit_once('"')?;
    let words = words.trim_end_matches('\\').strip_suffix(' ')?;
    let start = words
        .rfind(|letter: char| !letter.is_ascii_alphabetic())
        .map_or(0, |blank| blank + 1);
    let method = words.get(start..)?;
    let method = METHODS.iter().find(|known| known.eq_ignore_ascii_case(method))?;
    (url.starts_with("http") && providers::is_llm_url(url)).then_some(())?;
    Some(Failed {
        status: scan::status(line.get(at + 3..)?),
        method: Some(method),
        url,
        text: line.get(start..)?,
        class: Some("apierror.Error"),
    })
}

/// The three digits that stand alone before the words of a client, or else the last ones before the URL: a job's number
/// stands before them (`job 404 failed: 503 Server Error: …`).
fn status_word(before: &str) -> Option<(Option<u16>, usize)> {
    let mut start = 0;
    let mut last = None;
    for word in before.split(' ') {
        if let Some(status) = scan::status(word) {
            let behind = before.get(start + 3..)?;
            let found = Some((Some(status), start));
            if BEHIND_STATUS.iter().any(|words| behind.starts_with(words)) {
                return found;
            }
            last = found;
        }
        start += word.len() + 1;
    }
    last
}

/// The status in quotes or brackets right before the URL.
fn enclosed(before: &str, open: char) -> Option<(Option<u16>, usize)> {
    let at = before.rfind(open)?;
    let status = scan::status(before.get(at + 1..)?)?;
    Some((Some(status), beginning(before.get(..at)?)))
}

/// Where the sentence that ends a text begins: behind the last colon or dash.
fn beginning(before: &str) -> usize {
    [": ", "- ", "| "]
        .iter()
        .filter_map(|sign| before.rfind(sign).map(|at| at + sign.len()))
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn every_clients_error_names_its_status_and_url() {
        for line in [
            "call failed: 500 Server Error: Internal Server Error for url: https://api.openai.com/v1/responses",
            "call failed: Server error '500 Internal Server Error' for url 'https://api.openai.com/v1/responses'",
            "call failed: HTTP status server error (500 Internal Server Error) for url (https://api.openai.com/v1/responses)",
            "call failed: 500, message='Internal Server Error', url='https://api.openai.com/v1/responses'",
            "call failed: ClientResponseError(RequestInfo(url=URL('https://api.openai.com/v1/responses'), method='POST', \
             headers=<CIMultiDictProxy('Host': 'api.openai.com')>, real_url=URL('https://api.openai.com/v1/responses')), (), \
             status=500, message='Internal Server Error', headers=<CIMultiDictProxy('Content-Type': 'application/json')>)",
            "call failed: HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exceeded with url: \
             https://api.openai.com/v1/responses (Caused by ResponseError('too many 500 error responses'))",
            "call failed: POST \"https://api.openai.com/v1/responses\": 500 Internal Server Error {}",
        ] {
            let found = find(line).unwrap();
            assert_eq!(
                (found.status, found.url),
                (Some(500), "https://api.openai.com/v1/responses"),
                "{line}"
            );
            assert!(!found.text.starts_with("call"), "{line}");
        }
    }

    #[test]
    fn okhttps_answer_in_an_exception_names_its_status_and_url() {
        let answer = |code: u16, host: &str| {
            format!("java.io.IOException: Unexpected code Response{{protocol=h2, code={code}, message=, url=https://{host}}}")
        };
        let failed = answer(503, "api.openai.com/v1/responses");
        let found = find(&failed).unwrap();
        assert_eq!((found.status, found.url), (Some(503), "https://api.openai.com/v1/responses"));
        assert_eq!(find(&answer(503, "shop.example.com/cart")), None);
        assert_eq!(find(&answer(200, "api.openai.com/v1/responses")), None);
    }

    #[test]
    fn a_jobs_number_is_no_status() {
        let url = "https://api.openai.com/v1/responses";
        for line in [
            format!("job 404 failed: 503 Server Error: Service Unavailable for url: {url}"),
            format!("order 503 failed: 503, message='gone after 429 tries', url='{url}'"),
            format!("job 404 failed: 503 Service Unavailable from POST {url}"),
        ] {
            let found = find(&line).unwrap();
            assert_eq!(found.status, Some(503), "{line}");
            assert!(found.text.starts_with("503"), "{line}");
        }
    }

    #[test]
    fn quotes_within_a_loggers_quotes_have_backslashes() {
        let line =
            r#"call failed error="POST \"https://api.openai.com/v1/responses\": 500 Internal Server Error {\"message\":\"x\"}""#;
        let found = find(line).unwrap();
        assert_eq!((found.status, found.method), (Some(500), Some("POST")));
        assert_eq!(found.url, "https://api.openai.com/v1/responses");
    }

    #[test]
    fn an_exchange_that_broke_has_no_status() {
        for line in [
            "call failed: Post \"https://api.openai.com/v1/responses\": dial tcp: lookup api.openai.com: no such host",
            "http error: error sending request for url (https://api.openai.com/v1/responses): connection reset",
            "I/O error on POST request for \"https://api.openai.com/v1/responses\": Read timed out",
        ] {
            assert_eq!(find(line).unwrap().status, None, "{line}");
        }
    }

    #[test]
    fn another_services_error_is_left_alone() {
        assert_eq!(find("500 Server Error: x for url: https://shop.example.com/cart"), None);
    }
}
