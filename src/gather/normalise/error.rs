//! What a record says of its error, and where.

use crate::model::{ErrorSaid, Fields, Name};
use crate::providers;
use crate::redact::{is_clean, scrub};

/// The codes of a `DOMException`, which say its name again as a number of the DOM's own (Web IDL, 2.8.1).
const OF_DOM: [(&str, &str); 2] = [("AbortError", "20"), ("TimeoutError", "23")];

/// The error in closed vocabulary: its type and code as words, its message as a known template, never its text.
#[must_use]
pub(crate) fn error_said(fields: &Fields<'_>) -> Option<ErrorSaid> {
    // A key's last segment looks like none: it is asked whole.
    let word = |text: Option<&str>| {
        let whole = text.filter(|text| !scrub::is_secret(text))?;
        scrub::word(last_segment(whole)).filter(|word| is_clean(word)).map(Name::from)
    };
    let is_of_dom = |code: &&str| {
        OF_DOM
            .iter()
            .any(|(name, number)| fields.error_type == Some(name) && code == number)
    };
    let said = ErrorSaid {
        error_type: word(fields.error_type),
        error_code: word(fields.error_code.filter(|code| !is_of_dom(code))),
        template: texts(fields).find_map(providers::template),
        html: texts(fields).any(is_html),
    };
    (said != ErrorSaid::default()).then_some(said)
}

/// The texts that may hold a signature, the most telling first: the cause chain ranks above the exception's name.
pub(super) fn texts<'a>(fields: &Fields<'a>) -> impl Iterator<Item = &'a str> {
    [fields.text, fields.error_message, fields.proxy_detail, fields.error_type]
        .into_iter()
        .flatten()
}

/// Whether a body is a page and not the API's JSON; an SDK may put the status before it.
fn is_html(text: &str) -> bool {
    let body = text.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    ["<html", "<HTML", "<!DOCTYPE", "<!doctype"]
        .iter()
        .any(|start| body.starts_with(start))
}

/// `openai.InternalServerError` is `InternalServerError`: the module says nothing to a support team.
pub(super) fn last_segment(class: &str) -> &str {
    class.rsplit_once('.').map_or(class, |(_, last)| last)
}

#[cfg(test)]
mod tests {
    use super::error_said;
    use crate::model::Fields;

    #[test]
    fn a_number_of_the_dom_is_no_code() {
        let code = |error_type, error_code| {
            let said = error_said(&Fields {
                error_type: Some(error_type),
                error_code: Some(error_code),
                ..Fields::default()
            });
            said.and_then(|said| said.error_code.map(|code| code.to_string()))
        };
        assert_eq!(code("TimeoutError", "23"), None);
        assert_eq!(code("TimeoutError", "ETIMEDOUT").as_deref(), Some("ETIMEDOUT"));
    }
}
