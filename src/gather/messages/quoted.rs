//! A provider's answer that a program prints as it came, behind words of its own: `chat failed: {"error": {…}}`, in one line or,
//! as OpenAI indents its bodies, in eight. So print async-openai, rig and genai, and whoever logs an answer's text.

use super::exception::Raised;
use super::said::Said;
use super::{body, in_words, prose, scan, summary, trace};
use crate::model::Fields;
use crate::providers;

/// How far into a message its body may begin: behind words, the name of an exception under them, and a status.
const BODY_WITHIN: usize = 400;

/// How many lines may stand above it.
const LINES_ABOVE: usize = 3;

/// Reads such a message. `None` where the body is not a provider's, or the words do not say that something failed.
pub(in crate::gather) fn read<'a>(message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let mut braces = memchr::memchr_iter(b'{', message.as_bytes()).take_while(|at| *at < BODY_WITHIN);
    let at = braces.find(|at| message.get(*at..).is_some_and(has_error))?;
    let (words, text) = message.split_at_checked(at)?;
    let is_failing = || in_words::is_of_a_failure(words, fields.ok == Some(false)) && !in_words::is_not_anew(words);
    if words.lines().count() > LINES_ABOVE + 1 || !is_failing() {
        return None;
    }
    let mut raised = Raised::default();
    if text.starts_with("{\\n") || text.starts_with("{\\\"") {
        escaped(text, &mut raised);
    } else {
        body::read(text, &mut raised);
    }
    let named = [raised.error_type, raised.error_code].into_iter().flatten();
    let is_meant = named.filter_map(providers::meant).next().is_some();
    // A body of these keys alone may be any service's: the word or the sentence must be a provider's.
    if !raised
        .message
        .is_some_and(|said| is_meant || providers::is_server_fault(said))
    {
        return None;
    }
    // genai: `Request failed with status code '503 Service Unavailable'. Response body:`.
    let quoted = scan::between(words, "status code '", '\'').and_then(scan::status);
    raised.status = quoted
        .or_else(|| prose::status(words).map(|(status, _)| status))
        .or(raised.status);
    trace::fill(&raised, fields);
    trace::failed(fields);
    fields.text = raised.message;
    summary::supplement(words, fields);
    // Behind the body a logger may write its own pairs.
    if let Some((_, behind)) = message.rsplit_once('}') {
        summary::supplement(behind, fields);
    }
    fields.model = fields.model.or_else(|| prose::model(words));
    Some(Said::AboutACall)
}

/// A body within a quoted text, as Rust's `{:?}` prints it: `{\n  \"error\": {\n    \"message\": \"oh\", …`.
fn escaped<'a>(text: &'a str, raised: &mut Raised<'a>) {
    let value = |key: &str| {
        let (_, behind) = text.split_once(key)?;
        let inside = behind
            .strip_prefix("\\\": \\\"")
            .or_else(|| behind.strip_prefix("\\\":\\\""))?;
        inside.split_once("\\\"").map(|(value, _)| value)
    };
    raised.message = value("\\\"message");
    raised.error_type = value("\\\"type");
    raised.error_code = value("\\\"code");
}

/// Whether a body begins with its error, as every provider's does.
fn has_error(text: &str) -> bool {
    let start = text.trim_start_matches(['{', ' ', '\n', '\r', '\t']);
    let start = start.strip_prefix("\\n").unwrap_or(start).trim_start();
    // Anthropic's begins with the word that it is one.
    let anthropics = start.strip_prefix("\"type\":").map(str::trim_start);
    let begins = |keys: &[&str]| keys.iter().any(|key| start.starts_with(key));
    begins(&["\"error\"", "'error'", "\\\"error\\\""]) || anthropics.is_some_and(|word| word.starts_with("\"error\""))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::gather::messages::Said;
    use crate::model::Fields;

    fn said(message: &str, ok: Option<bool>) -> Option<(Option<u16>, Option<String>, Option<String>)> {
        let mut fields = Fields { ok, ..Fields::default() };
        (read(message, &mut fields)? == Said::AboutACall).then(|| {
            (
                fields.status,
                fields.error_type.map(str::to_owned),
                fields.model.map(str::to_owned),
            )
        })
    }

    #[test]
    fn a_providers_body_behind_words_of_a_failure_is_its_end() {
        let body = "{\n  \"error\": {\n    \"message\": \"The server had an error while processing your request. Sorry about that!\",\n    \
            \"type\": \"server_error\",\n    \"param\": null,\n    \"code\": null\n  }\n}";
        let server_error = || Some("server_error".to_owned());
        let model = || Some("gpt-4.1".to_owned());
        assert_eq!(
            said(&format!("chat with gpt-4.1 failed: {body}"), Some(false)),
            Some((None, server_error(), model()))
        );
        assert_eq!(
            said(
                &format!("prompt failed: CompletionError: ProviderError: {body} model=\"gpt-4.1\""),
                None
            ),
            Some((None, server_error(), model()))
        );
        let own = "Chat completion with gpt-4.1 failed after 3 attempts\nApp$LlmException: OpenAI API returned 503: ";
        assert_eq!(
            said(&format!("{own}{body}"), Some(false)),
            Some((Some(503), server_error(), model()))
        );
        let debug = body.replace('"', "\\\"").replace('\n', "\\n");
        let debug = format!("chat with gpt-4.1 failed: ApiError(ApiError {{ message: \"{debug}\", type: None, code: None }})");
        assert_eq!(said(&debug, Some(false)), Some((None, server_error(), model())));
        let genai = "gpt-4.1 failed: Web call failed for model 'gpt-4.1 (adapter: OpenAI)'.\n\
            Cause: Request failed with status code '503 Service Unavailable'. Response body:\n";
        assert_eq!(
            said(&format!("{genai}{body}"), Some(false)),
            Some((Some(503), server_error(), model()))
        );
    }

    #[test]
    fn other_bodies_and_other_words_are_none() {
        let own = "lookup failed: {\"error\": {\"message\": \"no such row\", \"type\": \"not_found\"}}";
        assert_eq!(said(own, Some(false)), None);
        let quoted = "an answer may be {\"error\": {\"message\": \"oh\", \"type\": \"server_error\"}}";
        assert_eq!(said(quoted, None), None);
        let fields = "chat failed {\"model\": \"gpt-4.1\", \"error\": \"server_error\"}";
        assert_eq!(said(fields, Some(false)), None);
    }
}
