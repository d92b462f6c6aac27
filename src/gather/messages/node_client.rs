//! Errors that Node prints whole and whose text names no call: axios's, whose dump has the URL, and those that an SDK of an LLM
//! raised, as the first place of the stack tells.

use super::exception::Raised;
use super::{dump, headers, scan, written};
use crate::gather::signatures;
use crate::model::Fields;
use crate::providers;

/// An error of axios (`lib/core/AxiosError.js`), by the dump of its properties behind the stack, where it was sent to an LLM:
/// the text that says how it ended.
pub(super) fn axios<'a>(line: &'a str, dumped: &'a str, fields: &mut Fields<'a>) -> Option<&'a str> {
    let (_, text) = line.split_once("AxiosError: ")?;
    let object = memchr::memmem::find(dumped.as_bytes(), b" {\n").and_then(|at| dumped.get(at + 1..))?;
    let (mut url, mut base, mut method, mut status, mut model) = (None, None, None, None, None);
    dump::walk(object, &mut |path, value| match (path.depth(), path.parent(), path.key()) {
        (1, "config", "url") => url = Some(value),
        (1, "config", "baseURL") => base = Some(value),
        (1, "config", "method") => method = Some(value),
        (1, "config", "data") => model = scan::between(value, "\"model\":\"", '"'),
        (0, _, "status") | (1, "response", "status") => status = scan::status(value).or(status),
        (2, "headers", name) => headers::response(name, value, fields),
        _ => {}
    });
    let is_llms = [url, base].into_iter().flatten().any(providers::is_llm_url);
    if !is_llms {
        return None;
    }
    fields.url = url.or(base);
    fields.server_address = base
        .and_then(|base| providers::split_url(base).host)
        .or(fields.server_address);
    fields.method = method;
    fields.model = fields.model.or(model);
    let code = scan::between(text, "Request failed with status code ", ' ').and_then(scan::status);
    fields.status = status.or(code);
    if fields.status.is_some() {
        fields.error_type = Some("AxiosError");
    }
    Some(text)
}

/// Packages of SDKs of LLMs, and the provider where that is sure.
const PACKAGES: [(&str, Option<&str>); 12] = [
    ("@ai-sdk/openai/", Some("openai")),
    ("@ai-sdk/anthropic/", Some("anthropic")),
    ("@ai-sdk/", None),
    ("@langchain/openai/", None),
    ("@langchain/anthropic/", Some("anthropic")),
    ("@langchain/google-genai/", None),
    ("openai/", None),
    ("@anthropic-ai/", Some("anthropic")),
    ("@google/genai/", None),
    ("@mistralai/", None),
    ("cohere-ai/", None),
    ("groq-sdk/", None),
];

/// An error that a package of an LLM's SDK raised, where its text says how a call ended: an SDK raises others before it
/// calls, and calls what is the program's own.
pub(super) fn of_an_sdk<'a>(line: &'a str, stack: &'a str, fields: &mut Fields<'a>) -> Option<(&'a str, Raised<'a>)> {
    let place = stack.lines().find(|line| !line.trim().is_empty())?;
    let package = |place: &str| {
        let (_, inner) = place.rsplit_once("node_modules/")?;
        PACKAGES
            .iter()
            .find(|(start, _)| inner.starts_with(start))
            .map(|(_, provider)| *provider)
    };
    package(place)?;
    let text = line
        .rsplit_once("]: ")
        .or_else(|| line.rsplit_once("Error: "))
        .map_or(line, |(_, text)| text);
    let status = written::first(text).or_else(|| written::reason(text));
    let is_told = status.is_some() || providers::is_server_fault(text) || signatures::transport(text).is_some();
    if !is_told {
        return None;
    }
    let mut places = stack.lines().take_while(|line| line.trim_start().starts_with("at "));
    fields.provider = fields.provider.or_else(|| places.find_map(|place| package(place).flatten()));
    let raised = Raised {
        status,
        message: Some(text),
        ..Raised::default()
    };
    Some((text, raised))
}

/// The SDK's class that a logger prints apart from its text: `AI_RetryError  Failed after 3 attempts. Last error: …` (tslog).
pub(super) fn apart(under: &str) -> Option<(&str, Raised<'_>)> {
    let line = under.lines().map(str::trim_start).find(|line| !line.is_empty())?;
    let (class, text) = line.split_once("  ")?;
    let known = super::exception::is_sdk_class(class);
    let mut raised = super::exception::of_class(class, text);
    // Behind the text stand the errors that it sums up: the last one counts, unless that got no answer.
    let last = || {
        let at = memchr::memmem::rfind(text.as_bytes(), b"\"statusCode\":")?;
        scan::status(text.get(at + "\"statusCode\":".len()..)?)
    };
    let is_broken = text
        .split(", ")
        .next()
        .is_some_and(|said| signatures::transport(said).is_some());
    raised.status = if is_broken { None } else { last().or(raised.status) };
    let message = text.split(", AI_").next();
    raised.message = message;
    known.then_some((message.unwrap_or(text), raised))
}

/// Whether a line is a property of an object that a logger cut into lines: `message: 'The server had an error …',`.
pub(super) fn is_property(line: &str) -> bool {
    let Some((key, value)) = line.trim_start().split_once(": ") else {
        return false;
    };
    let key = key.trim_matches(['\'', '"']);
    let is_key =
        key.starts_with(|first: char| first.is_ascii_lowercase()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let value = value.trim_end().trim_end_matches(',');
    let is_quoted = |quote: char| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    is_key && ['\'', '"', '`'].into_iter().any(is_quoted)
}
