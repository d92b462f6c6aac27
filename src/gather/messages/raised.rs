//! A line, or the traceback under it, that names a failure of an LLM call and nothing else: what is left where no other
//! line of the source tells how the attempt ended.

use super::exception::{self, Raised};
use super::{Said, http_client, scan, summary, trace};
use crate::model::{Fields, Grain, Instant};

/// Sentences that the SDKs' exceptions have for their whole text (openai-python, anthropic-sdk-python; formats.md 1.1,
/// 1.3). Programs log them without the class.
const SENTENCES: [&str; 4] = [
    "Request timed out.",
    "Connection error.",
    "Request timed out or interrupted.",
    "Request was aborted.",
];

/// Reads a line and the lines under it. The fact is a detail: where another line of the source tells the same attempt's
/// end, that one counts.
pub fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Said {
    let is_error = fields.ok == Some(false);
    let failed = http_client::find(line);
    let named = within(line, is_error).or_else(|| {
        let failed = failed?;
        exception::exception(failed.text)
            .map(|raised| (failed.text, raised))
            .or(Some((failed.text, Raised::default())))
    });
    if named.is_none() && (!is_error || rest.is_empty() || !trace::is_sdk(rest)) {
        return Said::Other;
    }
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.ok = Some(false);
    if let Some(failed) = failed {
        fields.status = fields.status.or(failed.status);
        fields.method = fields.method.or(failed.method);
        fields.url = fields.url.or(Some(failed.url));
    }
    if let Some((text, raised)) = named {
        trace::fill(&raised, fields);
        fields.text = Some(text);
    }
    summary::supplement(line, fields);
    if fields.x_request_id.is_none() && fields.request_id.is_none() {
        match scan::id_in_prose(line) {
            Some(id) if id.starts_with("req_") => fields.x_request_id = Some(id),
            id => fields.request_id = id,
        }
    }
    trace::attach(rest, fields);
    Said::AboutACall
}

/// The exception that `line` begins with or names behind other words. In a line that is no error's, only a class with its
/// SDK's module counts.
pub(super) fn within(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    if let Some(raised) = exception::of_sdk(line) {
        return Some((line, raised));
    }
    if is_error
        && SENTENCES.iter().any(|sentence| {
            line.strip_prefix(sentence)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    {
        return Some((
            line,
            Raised {
                message: Some(line),
                ..Raised::default()
            },
        ));
    }
    if !is_error {
        return by_colon(line, false);
    }
    by_bracket(line)
        .or_else(|| by_colon(line, true))
        .or_else(|| by_sentence(line))
}

/// `… openai.RateLimitError: Error code: 429 - …`, `… Error code: 500 - …`, `… Server error: 500 …`.
fn by_colon(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    let mut rest = line;
    while let Some(at) = memchr::memchr(b':', rest.as_bytes()) {
        let word = rest
            .get(..at)
            .and_then(|before| before.rfind(|letter: char| !is_path(letter)))
            .map_or(0, |blank| blank + 1);
        let text = rest.get(word..)?;
        if let Some(raised) = exception::of_sdk(text)
            && (is_error || raised.module.is_some())
        {
            return Some((text, raised));
        }
        // async-openai warns of a status it is about to retry; the other texts are errors' only.
        let before = rest.get(..word)?;
        let start = match text {
            _ if text.starts_with("code: ") && is_error && before.ends_with("Error ") => word.checked_sub("Error ".len()),
            _ if text.starts_with("code: ") && is_error && before.ends_with("error, status ") => {
                word.checked_sub("error, status ".len())
            }
            _ if text.starts_with("error: ") && before.ends_with("Server ") => word.checked_sub("Server ".len()),
            _ => None,
        };
        if let Some(text) = start.and_then(|start| rest.get(start..))
            && let Some(raised) = exception::exception(text).filter(|raised| raised.status.is_some())
        {
            return Some((text, raised));
        }
        rest = rest.get(at + 1..)?;
    }
    None
}

/// Python's `repr` of an exception: `InternalServerError('Error code: 500 - …')`, `APITimeoutError('Request timed out.')`.
fn by_bracket(line: &str) -> Option<(&str, Raised<'_>)> {
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'(', rest.as_bytes()) {
        let word = rest
            .get(..at)
            .and_then(|before| before.rfind(|letter: char| !is_path(letter)))
            .map_or(0, |blank| blank + 1);
        let (class, inner) = (rest.get(word..at)?, rest.get(at + 1..)?);
        if inner.starts_with(['\'', '"', ')']) && exception::is_sdk_class(class) {
            let text = inner.trim_start_matches(['\'', '"']);
            let raised = exception::of_class(class, text);
            return Some((rest.get(word..)?, raised));
        }
        rest = inner;
    }
    None
}

/// `LLM call failed: Request timed out.`: a sentence of an SDK at the line's end, in a line that speaks of an LLM.
fn by_sentence(line: &str) -> Option<(&str, Raised<'_>)> {
    const WORDS: [&str; 10] = [
        "llm",
        "openai",
        "anthropic",
        "claude",
        "gpt",
        "gemini",
        "model",
        "completion",
        "chat",
        "embedding",
    ];
    let (sentence, at) = SENTENCES.iter().find_map(|sentence| {
        let at = memchr::memmem::rfind(line.as_bytes(), sentence.as_bytes())?;
        Some((sentence, at))
    })?;
    let text = line.get(at..)?;
    let before = line.get(..at)?.to_ascii_lowercase();
    let apart = [": ", "- ", "(", "'", "\"", "=", "| "]
        .iter()
        .any(|sign| before.ends_with(sign));
    (apart && WORDS.iter().any(|word| before.contains(word))).then(|| {
        let message = text.get(..sentence.len());
        (
            text,
            Raised {
                message,
                ..Raised::default()
            },
        )
    })
}

fn is_path(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '$' | ':')
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::gather::messages::Said;
    use crate::model::Fields;

    fn said(line: &str, ok: Option<bool>) -> Option<(Option<u16>, Option<String>)> {
        let mut fields = Fields { ok, ..Fields::default() };
        (read(line, "", &mut fields) == Said::AboutACall).then(|| (fields.status, fields.error_type.map(str::to_owned)))
    }

    #[test]
    fn an_exceptions_repr_is_an_exception() {
        let line = "call to gpt-4o failed: InternalServerError('Error code: 500 - oh')";
        assert_eq!(
            said(line, Some(false)),
            Some((Some(500), Some("InternalServerError".to_owned())))
        );
    }

    #[test]
    fn a_warning_that_names_the_sdks_class_counts_and_a_bare_class_does_not() {
        assert!(said("attempt 1 failed: openai.APITimeoutError: Request timed out.", None).is_some());
        assert!(said("attempt 1 failed: NotFoundError: no such row", None).is_none());
    }

    #[test]
    fn a_sentence_that_any_client_may_say_needs_a_word_of_llms() {
        assert!(said("LLM call failed: Connection error.", Some(false)).is_some());
        assert!(said("database gone: Connection error.", Some(false)).is_none());
    }

    #[test]
    fn an_id_in_prose_is_the_providers_where_it_has_its_shape() {
        let mut fields = Fields {
            ok: Some(false),
            ..Fields::default()
        };
        let _ = read(
            "Failed to call OpenAI (Request ID: req_5d2c9e0b7f3a41c8): Error code: 500",
            "",
            &mut fields,
        );
        assert_eq!(
            (fields.status, fields.x_request_id),
            (Some(500), Some("req_5d2c9e0b7f3a41c8"))
        );
    }
}
