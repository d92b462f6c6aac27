//! Where a line names an SDK's failure: a class, a class's `repr`, a status in the SDK's words, a sentence of its own.

use super::exception::{self, Raised};
use super::{body, in_words, prose, scan};
use crate::providers;

/// Sentences that the SDKs' exceptions have for their whole text, with the status they mean (openai-python 0.x and later,
/// anthropic-sdk-python; formats.md 1.1 to 1.3). Programs log them without the class.
const SENTENCES: [(&str, Option<u16>); 5] = [
    ("Request timed out.", None),
    ("Connection error.", None),
    ("Request timed out or interrupted.", None),
    ("Request was aborted.", None),
    ("The server is overloaded or not ready yet.", Some(503)),
];

/// The exception that `line` begins with or names behind other words. In a line that is no error's, only a class with its
/// SDK's module counts, or with a status, and texts that can be nobody else's.
pub(super) fn within(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    if let Some(raised) = exception::of_sdk(line) {
        return Some((line, raised));
    }
    if !is_error {
        return by_colon(line, false).or_else(|| beside_status(line, false));
    }
    alone(line)
        .or_else(|| by_bracket(line))
        .or_else(|| by_colon(line, true))
        .or_else(|| beside_status(line, true))
        .or_else(|| by_sentence(line))
        .or_else(|| by_body(line))
        .or_else(|| by_future(line))
        .or_else(|| by_pydantic(line))
        .or_else(|| by_operation(line))
}

/// A sentence that is the whole line, or its beginning.
fn alone(line: &str) -> Option<(&str, Raised<'_>)> {
    let (_, status) = SENTENCES.iter().find(|(sentence, _)| {
        let rest = line.strip_prefix(sentence);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })?;
    Some((line, said(line, *status)))
}

fn said(text: &str, status: Option<u16>) -> Raised<'_> {
    Raised {
        status,
        message: Some(text),
        ..Raised::default()
    }
}

/// `… openai.RateLimitError: Error code: 429 - …`, `… Error code: 500 - …`, `… Server error: 500 …`.
fn by_colon(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    let mut at = 0;
    let mut bare = 0;
    while let Some(found) = memchr::memchr(b':', line.as_bytes().get(at..)?) {
        let colon = at + found;
        at = colon + 1;
        // What follows a class or a phrase is apart from it; so the paths that are looked at do not overlap.
        if line.as_bytes().get(at).is_some_and(|next| !next.is_ascii_whitespace()) {
            continue;
        }
        // Node prints `RetryError [AI_RetryError]: …`.
        let name = line.get(..colon)?.strip_suffix(']').and_then(|name| name.rfind(" ["));
        let word = word_before(line, name.unwrap_or(colon));
        let text = line.get(word..)?;
        if let Some(raised) = exception::of_sdk(text) {
            let is_sure = is_error || raised.module.is_some();
            bare += usize::from(!is_sure);
            if is_sure || (bare <= PLACES && in_words::is_told(&raised, line.get(..word)?, text)) {
                return Some((text, raised));
            }
        }
        if let Some(text) = phrase(line, word, colon, is_error)
            && let Some(raised) = exception::exception(text)
        {
            return Some((text, raised));
        }
    }
    None
}

/// Places at which a line's words before an error are looked at: those of a long line would be gone through again for each.
const PLACES: usize = 4;

/// `… ServiceUnavailableError 503 …`, `… InternalServerError (503)`: name and status of an error of Node, joined by the program.
/// A class that no SDK of the list has needs a line that names a call to an LLM (`CohereError 503`).
fn beside_status(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    let beside = memchr::memmem::find_iter(line.as_bytes(), b"Error ").filter_map(|at| {
        let end = at + "Error".len();
        let after = line.get(end + 1..)?.trim_start_matches(['(', ' ']);
        let status = scan::status(after).filter(|status| *status >= 400)?;
        Some((word_before(line, end), end, after, status))
    });
    beside.take(PLACES).find_map(|(word, end, after, status)| {
        let (before, class) = (line.get(..word)?, line.get(word..end)?);
        let is_ours = exception::is_sdk_class(class) || (class.len() > "Error".len() && prose::is_of_a_call(before));
        if !is_ours || (!is_error && in_words::is_not_anew(before)) {
            return None;
        }
        let mut raised = exception::of_class(class, after);
        raised.status = Some(status);
        Some((line.get(word..)?, raised))
    })
}

/// The text of an SDK's phrase with a status behind it, whose last word stands from `word` to its colon.
fn phrase(line: &str, word: usize, colon: usize, is_error: bool) -> Option<&str> {
    let after = line.get(colon + 1..)?.trim_start_matches(' ');
    scan::status(after)?;
    let (before, last) = line.get(..colon)?.split_at_checked(word)?;
    let start = match last {
        // async-openai warns of a status that it is about to retry.
        "error" if before.ends_with("Server ") => "Server ",
        // go-openai's own words.
        "code" if before.ends_with("error, status ") => "error, status ",
        "code" if before.ends_with("Error ") && (is_error || after.get(3..).is_some_and(|rest| rest.starts_with(" - {'"))) => {
            "Error "
        }
        _ => return None,
    };
    line.get(word - start.len()..)
}

/// Python's `repr` of an exception: `InternalServerError('Error code: 500 - …')`, `APITimeoutError('Request timed out.')`.
fn by_bracket(line: &str) -> Option<(&str, Raised<'_>)> {
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'(', rest.as_bytes()) {
        let word = word_before(rest, at);
        let (class, inner) = (rest.get(word..at)?, rest.get(at + 1..)?);
        if inner.starts_with(['\'', '"', ')']) && exception::is_sdk_class(class) {
            let raised = exception::of_class(class, inner.trim_start_matches(['\'', '"']));
            return Some((rest.get(word..)?, raised));
        }
        rest = inner;
    }
    None
}

/// `LLM call failed: Request timed out.`: a sentence of an SDK in a line that speaks of an LLM.
fn by_sentence(line: &str) -> Option<(&str, Raised<'_>)> {
    let (status, at) = SENTENCES.iter().find_map(|(sentence, status)| {
        let at = memchr::memmem::rfind(line.as_bytes(), sentence.as_bytes())?;
        Some((*status, at))
    })?;
    let (before, text) = line.split_at_checked(at)?;
    let apart = [": ", "- ", "(", "'", "\"", "=", "| "]
        .iter()
        .any(|sign| before.ends_with(sign));
    (apart && prose::speaks_of_llm(before)).then(|| (text, said(text, status)))
}

/// `llm call failed: 503 The server is currently overloaded …`: the text of an SDK of Node behind a program's words, which
/// speak of an LLM, or else it is a provider's known sentence.
pub(super) fn by_status<'a>(line: &'a str, rest: &str, is_error: bool) -> Option<(&'a str, Raised<'a>)> {
    let parts = || {
        let colons = memchr::memmem::find_iter(line.as_bytes(), b": ");
        colons.filter_map(|at| Some((line.get(..at)?, line.get(at + 2..)?)))
    };
    let written = parts().filter_map(|(before, text)| {
        // anthropic-sdk-python's text of a page is the page.
        let page = ["<html", "<!DOCTYPE", "<!doctype"]
            .iter()
            .any(|start| text.starts_with(start));
        let titled = || body::html_status(text).or_else(|| body::html_status(rest));
        if let Some(status) = page.then(titled).flatten() {
            return Some((before, text, None, status));
        }
        let status = scan::status(text).filter(|status| (400..600).contains(status))?;
        Some((before, text, Some(text.get(3..)?.strip_prefix(' ')?), status))
    });
    let ours = written.take(PLACES).find_map(|(before, text, message, status)| {
        // werkzeug's own exceptions say the status and its reason so, and a sentence that is much like Gemini's; requests' name
        // the URL, which some other service's is here.
        let is_anothers = |message: &str| message.starts_with("Internal Server Error: ") || message.contains(" for url: ");
        let is_known = |message: &str| providers::template(message).is_some() && !is_anothers(message);
        let is_ours = is_of_an_llm(before, is_error) || message.is_some_and(is_known);
        is_ours.then(|| (text, said(message.unwrap_or(text), Some(status))))
    });
    // openai-python raises a bare sentence for an error within a stream.
    ours.or_else(|| by_mistral(line, rest)).or_else(|| {
        // Asked of the whole first: most lines have many colons and no such sentence.
        providers::is_server_fault(line).then_some(())?;
        let (_, text) = parts().find(|(_, text)| providers::is_server_fault(text))?;
        Some((text, said(text, None)))
    })
}

/// Mistral's `SDKError: API error occurred: Status 503`. The generator of its SDKs (Speakeasy) writes so for other services
/// too: the words before must name an LLM, or the lines `around` the SDK or its host.
pub(super) fn by_mistral<'a>(line: &'a str, around: &str) -> Option<(&'a str, Raised<'a>)> {
    let at = memchr::memmem::find(line.as_bytes(), b"API error occurred: Status ")?;
    let before = line.get(..at)?;
    let is_named = prose::names_llm(before) || prose::model(before).is_some();
    let is_mistrals = || ["/mistralai/", "api.mistral.ai"].iter().any(|name| around.contains(name));
    if !is_named && !is_mistrals() {
        return None;
    }
    let class = ["SDKError: ", "APIError: "].iter().find(|class| before.ends_with(*class));
    let text = line.get(at - class.map_or(0, |class| class.len())..)?;
    Some((text, exception::exception(text)?))
}

/// `LLM request failed with status 500 after 812 ms`.
pub(super) fn by_words(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    let (status, at) = prose::status(line)?;
    let text = line.get(at..)?;
    is_of_an_llm(behind_logger(line), is_error).then(|| (text, said(text, Some(status))))
}

/// `Job 7 has failed with 503 The server had an error while processing your request.`: a status right before a sentence that
/// nobody but a provider writes, as the SDKs of Node make an error's text. What any service may say in one word is none.
pub(super) fn by_fault(line: &str) -> Option<(&str, Raised<'_>)> {
    let sentence = providers::server_fault(line).filter(|sentence| sentence.contains(' '))?;
    let at = memchr::memmem::find(line.as_bytes(), sentence.as_bytes())?;
    let start = at.checked_sub("503 ".len())?;
    let text = line.get(start..)?;
    // Alone it is the first line of what Node prints of an error, which belongs to the line above.
    let is_apart = line.as_bytes().get(start.checked_sub(1)?) == Some(&b' ');
    let status = scan::status(text).filter(|status| is_apart && *status >= 500)?;
    Some((text, said(text, Some(status))))
}

/// What stands behind a logger's path in brackets: a class may be named after an LLM and call other services, too.
fn behind_logger(line: &str) -> &str {
    let logger = line.strip_prefix('[').and_then(|inner| inner.split_once("] "));
    let is_path = |name: &str| name.contains('.') && !name.contains(' ');
    logger.filter(|(name, _)| is_path(name)).map_or(line, |(_, behind)| behind)
}

/// Whether words name an LLM; in a line that is no error's, by a word of its own.
fn is_of_an_llm(words: &str, is_error: bool) -> bool {
    (is_error && prose::names_llm(words)) || in_words::is_of_an_llm(words)
}

/// google-genai's text behind other words: `… 503 UNAVAILABLE. {'error': {'code': 503, …}}`.
fn by_body(line: &str) -> Option<(&str, Raised<'_>)> {
    if let Some(at) = memchr::memmem::find(line.as_bytes(), br#"{"error":{"code":"#) {
        // @google/genai's ApiError has the body alone.
        let text = line.get(at..)?;
        let mut raised = exception::of_class("", text);
        raised.class = None;
        return raised.status.is_some().then_some((text, raised));
    }
    let body = memchr::memmem::find(line.as_bytes(), b". {'error': {'code': ")?;
    let (before, word) = line.get(..body)?.rsplit_once(' ')?;
    let start = before.rfind(' ').map_or(0, |blank| blank + 1);
    let status = scan::status(before.get(start..)?)?;
    let shouted = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let text = line.get(start..).filter(|_| shouted)?;
    let mut raised = exception::of_class("", text);
    raised.class = None;
    raised.status = raised.status.or(Some(status));
    Some((text, raised))
}

/// tenacity's last word: `RetryError[<Future at 0x7f1c state=finished raised RateLimitError>]`.
fn by_future(line: &str) -> Option<(&str, Raised<'_>)> {
    let class = scan::between(line, " state=finished raised ", '>')?;
    exception::is_sdk_class(class).then(|| (line, exception::of_class(class, "")))
}

/// What stands before the model in the text of pydantic-ai's `ModelHTTPError`: `status_code: 503, model_name: gpt-4.1, body:
/// {…}` (pydantic-ai `exceptions.py`).
const BEFORE_MODEL: &str = ", model_name: ";

/// Such a text behind other words.
fn by_pydantic(line: &str) -> Option<(&str, Raised<'_>)> {
    let named = memchr::memmem::find(line.as_bytes(), BEFORE_MODEL.as_bytes())?;
    let text = line.get(line.get(..named)?.rfind("status_code: ")?..)?;
    let raised = exception::of_class("ModelHTTPError", text);
    raised.status.is_some().then_some((text, raised))
}

/// The model that such a text names.
pub(super) fn model_of_pydantic(text: &str) -> Option<&str> {
    let model = scan::between(text, BEFORE_MODEL, ',')?;
    (!model.contains(' ')).then_some(model)
}

/// Bedrock through an AWS SDK: `An error occurred (ThrottlingException) when calling the Converse operation: …`.
pub(super) fn by_operation(line: &str) -> Option<(&str, Raised<'_>)> {
    let at = memchr::memmem::find(line.as_bytes(), b"An error occurred (")?;
    let text = line.get(at..)?;
    let code = scan::between(text, "(", ')')?;
    let operation = scan::between(text, " when calling the ", ' ')?;
    let ours = ["InvokeModel", "Converse"].iter().any(|name| operation.starts_with(name));
    let meant = providers::meant(code).filter(|_| ours)?;
    let raised = Raised {
        class: Some(code),
        status: Some(meant.status),
        // `(reached max retries: 3)` may stand before the message.
        message: text
            .split_once("): ")
            .or_else(|| text.split_once(": "))
            .map(|(_, message)| message),
        ..Raised::default()
    };
    Some((text, raised))
}

/// `OpenAI error InternalServerError on gpt-4o, retrying (2/3)`, `Attempt 2 of 3 failed (RateLimitError)`: an SDK's class as a
/// word of a line that names a call to an LLM, or an attempt of a few.
pub(super) fn by_class(line: &str) -> Option<(&str, Raised<'_>)> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    let mut words = line.split(|letter: char| !is_word(letter));
    let class = words.find(|word| word.ends_with("Error") && exception::is_sdk_class(word))?;
    let is_tried_again = || prose::attempt(line).is_some_and(|(_, of)| of.is_some());
    (in_words::is_of_an_llm(line) || is_tried_again()).then(|| (line, exception::of_class(class, "")))
}

/// Where the path of letters, digits and dots begins that ends at `at`.
fn word_before(text: &str, at: usize) -> usize {
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '$' | ':');
    text.get(..at)
        .and_then(|before| before.rfind(|letter: char| !is_path(letter)))
        .map_or(0, |blank| blank + 1)
}
