//! A line, or the traceback under it, that names a failure of an LLM call and nothing else: what is left where no other
//! line of the source tells how the attempt ended.

use super::exception::exception;
use super::named::{by_status, by_words, within};
use super::{Said, dotnet, http_client, prose, summary, trace};
use crate::model::{Fields, Grain, Instant};

/// Lines under the message that are looked at for a client's error with a URL.
const LINES: usize = 16;

/// Reads a line and the lines under it. The fact is a detail: where another line of the source tells the same attempt's
/// end, that one counts.
pub fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Said {
    let is_error = fields.ok == Some(false);
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
    let named = within(line, is_error)
        .or_else(by_client)
        .or_else(|| by_words(line).or_else(|| by_status(line, rest)).filter(|_| is_error));
    if named.is_none() && (!is_error || rest.is_empty() || !(trace::is_sdk(rest) || dotnet::broke(line, rest))) {
        return Said::Other;
    }
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.ok = Some(false);
    if let Some(failed) = failed {
        failed.tell(fields);
    }
    if let Some((text, raised)) = named {
        trace::fill(&raised, fields);
        fields.text = Some(text);
    }
    summary::supplement(line, fields);
    if fields.x_request_id.is_none() && fields.request_id.is_none() {
        match prose::id(line) {
            Some(id) if id.starts_with("req_") => fields.x_request_id = Some(id),
            id => fields.request_id = id,
        }
    }
    // The model may stand among the words before the error; a body quotes other models too.
    let words = fields.text.and_then(|text| line.split(text).next()).unwrap_or(line);
    fields.model = fields.model.or_else(|| prose::model(words));
    trace::attach(rest, fields);
    Said::AboutACall
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
