//! What openai-java prints of its exchanges, in the manner of OkHttp.

use super::said::Said;
use super::scan;
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads `--> POST https://… (119-byte body)`, `<-- 500 (1.204s, 151-byte body)` and `<-- !! OpenAIIoException: Request
/// failed (2.001s)`; OkHttp's own interceptor writes `<-- 500 Internal Server Error https://… (1204ms, …)`.
/// formats.md 1.11.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(request) = line.strip_prefix("--> ") {
        return Some(sent(request, fields).unwrap_or(Said::Other));
    }
    let answer = line.strip_prefix("<-- ")?;
    Some(answered(answer, fields).unwrap_or(Said::Other))
}

fn sent<'a>(request: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (method, rest) = request.split_once(' ')?;
    let url = rest.split(' ').next().filter(|url| providers::is_llm_url(url))?;
    fields.method = Some(method);
    fields.url = Some(url);
    fields.grain = Grain::Start;
    fields.instant = Instant::Start;
    fields.ok = None;
    Some(Said::AboutACall)
}

fn answered<'a>(answer: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (what, time) = answer.rsplit_once('(')?;
    if let Some(broken) = what.strip_prefix("!! ") {
        fields.text = Some(broken.trim_end());
        fields.ok = Some(false);
    } else {
        let status = scan::status(what)?;
        // OkHttp's own line names its URL; openai-java's names none.
        let url = what.split_ascii_whitespace().find(|word| word.contains("://"));
        if url.is_some_and(|url| !providers::is_llm_url(url)) || (url.is_none() && what.trim_end().len() > 3) {
            return None;
        }
        fields.url = url;
        fields.status = Some(status);
        fields.ok = None;
    }
    fields.duration_ms = scan::duration_ms(time);
    fields.grain = Grain::Attempt;
    fields.instant = Instant::End;
    Some(Said::AboutACall)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::Fields;

    #[test]
    fn an_answer_of_openai_java_has_its_status_and_duration() {
        let mut fields = Fields::default();
        read("<-- 500 (1.204s, 151-byte body)", &mut fields);
        assert_eq!((fields.status, fields.duration_ms), (Some(500), Some(1204.0)));
    }

    #[test]
    fn another_services_answer_is_not_a_call() {
        let mut fields = Fields::default();
        read(
            "<-- 500 Server Error https://shop.example.com/cart (12ms, 3-byte body)",
            &mut fields,
        );
        assert_eq!(fields.status, None);
    }
}
