//! Retry wrappers around an SDK (tenacity, and LangChain and LlamaIndex through it).

use super::exception::{Raised, exception};
use super::said::Said;
use super::{raised, scan};
use crate::model::{Fields, Grain, Instant};

/// Reads `Retrying <qualified.name> in 4.0 seconds as it raised RateLimitError: …`. formats.md 1.8.
///
/// The line tells of an attempt that another line ended, where the SDK's own lines are logged: it is a detail of that one.
pub(super) fn read<'a>(line: &'a str, under: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(count) = line.strip_prefix("Retry error. Retry count:") {
        return Some(spring(count, under, fields));
    }
    // Programs that wrote the loop themselves name no function.
    let (name, rest) = line.strip_prefix("Retrying")?.split_once(" in ")?;
    let (pause, rest) = scan::number(rest)?;
    let raised = rest.strip_prefix(" seconds as it raised ")?;
    let known = exception(raised).map(|known| known.with_legacy_answer(under));
    let ours = known.as_ref().is_some_and(Raised::is_sdk) || NAMES.iter().any(|part| name.contains(part));
    if !ours {
        return Some(Said::Other);
    }
    fields.grain = Grain::Detail;
    fields.instant = Instant::Unknown;
    fields.ok = None;
    fields.retry_in_ms = Some(pause * 1000.0);
    fields.text = Some(raised);
    if let Some(known) = known.or_else(|| googles(raised)) {
        fields.status = known.status;
        fields.error_type = known.error_type.or(known.class);
        fields.error_code = known.error_code;
        fields.error_message = known.message;
        fields.x_request_id = known.x_request_id;
    }
    Some(Said::AboutACall)
}

/// `ServiceUnavailable: 503 The model is overloaded.`: Google's clients name their classes for the status alone and write it
/// first (`google-api-core`, `exceptions.py`). Only a function of an LLM vouches for such a class.
fn googles(text: &str) -> Option<Raised<'_>> {
    let (class, message) = text.split_once(": ")?;
    let is_class =
        class.starts_with(|first: char| first.is_ascii_uppercase()) && class.bytes().all(|byte| byte.is_ascii_alphabetic());
    let status = scan::status(message).filter(|status| is_class && *status >= 400)?;
    Some(Raised {
        class: Some(class),
        status: Some(status),
        message: message.get(3..).map(str::trim_start),
        ..Raised::default()
    })
}

/// Spring AI's listener, called for every attempt that failed, the last one too: nothing else tells of them.
/// formats.md 1.11.
fn spring<'a>(count: &'a str, under: &'a str, fields: &mut Fields<'a>) -> Said {
    fields.ok = Some(false);
    if raised::read("", under.trim_start(), fields) == Said::Other {
        return Said::Other;
    }
    fields.grain = Grain::Attempt;
    fields.attempt = scan::whole(count.trim_start())
        .map(|(count, _)| count)
        .filter(|count| *count > 0);
    Said::AboutACall
}

/// Parts of the names of functions that call an LLM.
const NAMES: [&str; 11] = [
    "openai",
    "OpenAI",
    "anthropic",
    "chat_models",
    "chat_with_retry",
    "completion",
    "embed",
    "llm",
    "genai",
    "gemini",
    "vertexai",
];

#[cfg(test)]
mod tests {
    use super::read;
    use crate::gather::messages::Said;
    use crate::model::Fields;

    fn told(raised: &str, by: &str) -> Option<Option<u16>> {
        let line = format!("Retrying {by} in 2.0 seconds as it raised {raised}");
        let mut fields = Fields::default();
        (read(&line, "", &mut fields) == Some(Said::AboutACall)).then_some(fields.status)
    }

    #[test]
    fn googles_classes_have_the_status_behind_them() {
        let by = "langchain_google_genai.chat_models._chat_with_retry.<locals>._chat_with_retry";
        for (raised, status) in [
            ("ServiceUnavailable: 503 The model is overloaded.", 503),
            ("DeadlineExceeded: 504 Deadline Exceeded.", 504),
            ("ResourceExhausted: 429 You exceeded your current quota.", 429),
        ] {
            assert_eq!(told(raised, by), Some(Some(status)), "{raised}");
            assert_eq!(told(raised, "shop.pubsub.publish"), None, "{raised}");
        }
    }

    #[test]
    fn what_a_loop_without_a_name_writes_of_openai_0_28_has_its_status() {
        for (raised, status) in [
            ("APIError: HTTP code 502 from API (<html>", 502),
            ("ServiceUnavailableError: The server is overloaded or not ready yet.", 503),
            (
                "APIError: The server had an error {\n  \"error\": {\n    \"code\": null\n  }\n} 500 {'error': {}} {'date': 'x'}",
                500,
            ),
        ] {
            let record = format!("Retrying in 0.3 seconds as it raised {raised}");
            let (line, under) = record.split_once('\n').unwrap_or((&record, ""));
            let mut fields = Fields::default();
            assert_eq!(read(line, under, &mut fields), Some(Said::AboutACall), "{raised}");
            assert_eq!(fields.status, Some(status), "{raised}");
        }
    }
}
