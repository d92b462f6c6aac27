//! A line, or the traceback under it, that names a failure of an LLM call and nothing else: what is left where no other
//! line of the source tells how the attempt ended.

use super::exception::exception;
use super::named::{by_class, by_fault, by_operation, by_status, by_words, model_of_pydantic, within};
use super::said::Said;
use super::stage::Stage;
use super::{dotnet, http_client, in_words, node_client, prose, summary, trace};
use crate::model::{Fields, Grain};

/// Lines under the message that are looked at for a client's error with a URL.
const LINES: usize = 16;

/// Reads a line and the lines under it. The fact is a detail: where another line of the source tells the same attempt's
/// end, that one counts.
pub fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Said {
    let is_error = fields.ok == Some(false);
    if node_client::is_property(line) {
        return Said::Other;
    }
    let failed = http_client::find(line).or_else(|| {
        let exceptions = rest.lines().filter(|line| !line.starts_with([' ', '\t']));
        exceptions.take(LINES).find_map(http_client::find).filter(|_| is_error)
    });
    let by_client = || {
        let failed = failed?;
        let mut raised = exception(failed.text).unwrap_or_default();
        raised.class = raised.class.or(failed.class.filter(|_| failed.status.is_some()));
        Some((failed.text, raised))
    };
    let named = within(line, is_error).or_else(by_client);
    let is_failing = named.is_none() && in_words::is_of_a_failure(line, is_error);
    let own_words = || {
        by_words(line, is_error)
            .or_else(|| by_status(line, rest, is_error))
            .or_else(|| by_fault(line))
            .or_else(|| node_client::apart(rest))
    };
    let named = named.or_else(|| is_failing.then(own_words).flatten());
    let in_a_word = || in_words::broken(line).or_else(|| by_class(line));
    let broken = (is_failing && named.is_none()).then(in_a_word).flatten();
    let is_broken_below = is_failing && named.is_none() && broken.is_none() && in_words::is_broken_below(line, rest);
    let is_named = named.is_some() || broken.is_some() || is_broken_below;
    let is_raised_below = || {
        trace::is_sdk(rest)
            || (is_error && dotnet::broke(line, rest))
            || (is_error && trace::is_googles(rest) && in_words::is_of_an_llm(line))
    };
    if !is_named && (rest.is_empty() || !(is_error || is_failing) || !is_raised_below()) {
        return Said::Other;
    }
    trace::failed(fields);
    if let Some(failed) = failed {
        failed.tell(fields);
    }
    // What broke an exchange quotes no model.
    let may_quote = broken.is_none();
    if let Some((text, raised)) = named.or(broken) {
        trace::fill(&raised, fields);
        fields.text = Some(text);
    } else if is_broken_below {
        fields.text = Some(rest);
    }
    beside(line, may_quote, fields);
    trace::attach(rest, fields);
    fields.model = fields.model.or_else(|| model_of_pydantic(fields.text?));
    // botocore's names of errors are other SDKs' too, and there mean less.
    let is_bedrock = fields.text.is_some_and(|text| by_operation(text).is_some());
    fields.provider = fields.provider.or(is_bedrock.then_some("aws.bedrock"));
    if !is_named && is_of_a_call(line) {
        fields.grain = Grain::Call;
    }
    number(line, fields);
    fields.retry_in_ms = prose::pause_ms(line).or(fields.retry_in_ms);
    Said::AboutACall
}

/// Adds what a line says of a call beside its error: pairs, ids, the model.
fn beside<'a>(line: &'a str, may_quote: bool, fields: &mut Fields<'a>) {
    summary::supplement(line, fields);
    if fields.x_request_id.is_none() && fields.request_id.is_none() {
        match prose::id(line) {
            Some(id) if id.starts_with("req_") => fields.x_request_id = Some(id),
            None => fields.x_request_id = prose::shaped_id(line).map(|(id, _)| id),
            id => fields.request_id = id,
        }
    }
    // The model may stand among the words before the error; a body quotes other models too.
    let error = fields.text.filter(|_| may_quote);
    let words = error.and_then(|text| line.split(text).next()).unwrap_or(line);
    fields.model = fields
        .model
        .or_else(|| prose::model(words))
        .or_else(|| model_of_pydantic(line));
}

/// Takes the attempt's number from the words of a line. Before the last one the program tries again.
fn number(line: &str, fields: &mut Fields<'_>) {
    if fields.attempt.is_some() {
        return;
    }
    if let Some(left) = http_client::retries_left(line).or_else(|| prose::retries_left(line)) {
        fields.retries_left = Some(left);
        fields.retry_in_ms = Some(0.0);
        return;
    }
    let Some((number, of)) = prose::attempt(line) else { return };
    fields.attempt = Some(number);
    if let Some(left) = of.and_then(|of| of.checked_sub(number)) {
        fields.retries_left = Some(left);
        fields.retry_in_ms = fields.retry_in_ms.or((left > 0).then_some(0.0));
    }
}

/// Whether a line over a traceback is the program's own on a call that it gave up: `llm call gave up model=gpt-4o`.
fn is_of_a_call(line: &str) -> bool {
    let words = line.split_once('=').map_or("", |(words, _)| words);
    let gave_up = || {
        let words = words.to_ascii_lowercase();
        ["gave up", "gave_up", "giving up"].iter().any(|word| words.contains(word))
    };
    summary::names_a_model(line) && (Stage::of(words).ended == Some(false) || gave_up())
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
    fn a_bare_class_with_a_status_or_what_broke_counts_at_every_level() {
        let failed = |line| said(line, None);
        assert_eq!(
            failed("attempt 1 failed: InternalServerError: 503 The server is overloaded"),
            Some((Some(503), Some("InternalServerError".to_owned())))
        );
        assert!(failed("attempt 1: APIConnectionError: Connection error.").is_some());
        assert!(failed("chat: RetryError [AI_RetryError]: Failed after 3 attempts. Last error: Bad Gateway").is_some());
        assert!(failed("oh: InternalServerError 503 503 The server is overloaded").is_some());
        for line in [
            "recovered from: InternalServerError: 503 The server is overloaded",
            "request failed: InternalServerError: 500 Internal Server Error: The server encountered an internal error",
            "request failed: InternalServerError: no such table",
            "request failed: QueryError 503",
            "OpenAI returned 512 tokens",
        ] {
            assert_eq!(failed(line), None, "{line}");
        }
    }

    #[test]
    fn a_status_in_words_counts_at_every_level_where_an_llm_failed() {
        for line in [
            "OpenAI call failed: Request failed with status code 503 model=gpt-4o attempt=1/3",
            "attempt 1 failed: HTTP 503 from https://api.openai.com/v1/chat/completions, 2 left",
            "chat with gpt-4o failed: HTTPError: Response code 503 (Service Unavailable)",
            "openai chat failed: 503 The server is overloaded or not ready yet.",
        ] {
            assert_eq!(said(line, None).and_then(|(status, _)| status), Some(503), "{line}");
        }
        assert!(said("openai chat: HTTP 503 is retried", None).is_none());
        assert_eq!(said("openai gpt-4.1: HTTP 503: overloaded", None), Some((Some(503), None)));
        assert!(said("users: HTTP 503: overloaded", None).is_none());
        assert!(said("gpt-service: lookup failed: HTTP 503", None).is_none());
        assert!(said("lookup failed: HTTP 503 from https://shop.example.com/cart", None).is_none());
    }

    #[test]
    fn a_status_before_a_providers_own_sentence_needs_no_word_of_llms() {
        let line = "Job 7 has failed with 503 The server had an error while processing your request. Sorry about that!";
        assert_eq!(said(line, None), Some((Some(503), None)));
        let line = "Attempt 1 failed. There are 2 retries left. 503 The server is overloaded or not ready yet.";
        assert_eq!(said(line, None), Some((Some(503), None)));
        assert_eq!(said("Job 7 has failed with 503 Overloaded", None), None);
    }

    #[test]
    fn a_logger_named_after_an_llm_names_no_call() {
        assert_eq!(said("[com.acme.LlmClient] Inventory returned HTTP 503", Some(false)), None);
        assert!(said("[com.acme.LlmClient] LLM call failed: HTTP 503", Some(false)).is_some());
        assert!(said("[llm] request failed with HTTP 503", Some(false)).is_some());
    }

    #[test]
    fn the_stack_of_an_sdk_of_node_tells_its_status() {
        let stack = "Error: 503 The server is overloaded or not ready yet.\n    \
            at APIError.generate (file:///srv/app/node_modules/openai/core/error.mjs:44:20)";
        let mut fields = Fields {
            ok: Some(false),
            ..Fields::default()
        };
        assert_eq!(read("chat failed", stack, &mut fields), Said::AboutACall);
        assert_eq!(fields.status, Some(503));
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
