//! Which lines of LiteLLM's log are one record, and which of these are answers.
//!
//! What the gateway says of a failed call and uvicorn's line about it stand below one another, and only together tell the
//! model, the error and the client. An access line that failed therefore belongs to the record above it. One that went
//! well is a record of its own: a gateway that logs warnings only writes thousands of them in a row.

use super::super::json_values::Unescaped;
use super::access::Access;
use super::message::Failed;
use super::records::{EXTRAS, HTTP, LITELLM, LONGEST_ACCESS, LONGEST_STAMP, Mark, access_line, plain, uvicorn_line};
use crate::text::scan;
use memchr::memmem::Finder;

/// The access lines that stand last in a record, apart from what stands above them; what is printed below them (`set_verbose`)
/// says nothing of a call.
pub(super) fn split(record: &str) -> (&str, &str) {
    let is_access = |line: &str| access_line(line, &Unescaped::default()).is_some();
    let mut end = record.len();
    if HTTP.is_in(record.as_bytes()) {
        while let Some((start, _)) = last_line(record, end).filter(|(_, line)| !is_access(line)) {
            end = start;
        }
    }
    let mut answers = end;
    while let Some((start, _)) = last_line(record, answers).filter(|(_, line)| is_access(line)) {
        answers = start;
    }
    match record.get(answers..end).filter(|answers| !answers.is_empty()) {
        Some(own) => (record.get(..answers).unwrap_or_default(), own),
        None => (record, ""),
    }
}

/// The last line of the first `end` bytes, and where it starts.
fn last_line(record: &str, end: usize) -> Option<(usize, &str)> {
    let above = record.get(..end).filter(|above| !above.is_empty())?;
    let start = above.trim_end_matches('\n').rfind('\n').map_or(0, |newline| newline + 1);
    Some((start, above.get(start..)?.trim_end()))
}

/// Which of the access lines is the answer that an error led to: the first with its status, or the only one.
pub(super) fn answered(failed: &Failed<'_>, answers: &str) -> Option<usize> {
    if !failed.is_answer() {
        return None;
    }
    let mut only = None;
    for (at, answer) in answers.lines().enumerate() {
        let unescaped = Unescaped::default();
        let Some((_, access)) = access_line(answer, &unescaped).filter(|(_, access)| access.is_llm()) else {
            continue;
        };
        if failed.led_to(access.status()) {
            return Some(at);
        }
        only = if at == 0 { Some(at) } else { None };
    }
    only
}

/// The bytes behind the colour codes that a line may begin with.
fn uncoloured(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(b"\x1b[") {
        let code = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        line = rest.get(code + 1..).unwrap_or_default();
    }
    line
}

/// What uvicorn says when it is no access line.
const SERVER_SAYS: [&str; 9] = [
    "Started ",
    "Waiting for ",
    "Application ",
    "Uvicorn ",
    "Shutting down",
    "Finished ",
    "Stopping ",
    "Will watch",
    "Exception in ASGI",
];

/// What the gateway says between an error and its access line, in either layout: the wrapper of releases before 1.61 gave up
/// a call that it had tried once.
static ASIDES: [Mark; 4] = [
    Mark::new(|| Finder::new(" - This looks like a bug in LiteLLM")),
    Mark::new(|| Finder::new("{\"message\": \"This looks like a bug in LiteLLM")),
    Mark::new(|| Finder::new(" - Giving up chat_completion(")),
    Mark::new(|| Finder::new("{\"message\": \"Giving up chat_completion(")),
];

/// Bytes of a line in which an aside begins.
const LONGEST_LEAD: usize = 160;

/// Whether a line starts a record. Tracebacks, the gateway's banner, the second halves of its messages and the answers
/// that an error led to do not.
pub(super) fn starts(line: &[u8]) -> bool {
    let line = uncoloured(line);
    let head = |length: usize| line.get(..line.len().min(length)).unwrap_or(line);
    let is_aside = || ASIDES.iter().any(|aside| aside.is_in(head(LONGEST_LEAD)));
    match line.first() {
        Some(b'{') => line.starts_with(b"{\"message\"") && !is_aside() && !is_failed_access(line),
        Some(b'0'..=b'9') => {
            let head = head(LONGEST_STAMP);
            (LITELLM.is_in(head) && !is_aside()) || EXTRAS.is_in(head)
        }
        Some(b'A'..=b'Z') => {
            let text = scan::text(head(LONGEST_ACCESS));
            let text = plain(&text);
            uvicorn_line(&text).is_some_and(|said| {
                if Access::begins(said.message) {
                    !is_failed_access(line)
                } else {
                    SERVER_SAYS.iter().any(|start| said.message.starts_with(start))
                }
            })
        }
        _ => false,
    }
}

fn is_failed_access(line: &[u8]) -> bool {
    if line.len() > LONGEST_ACCESS || !HTTP.is_in(line) {
        return false;
    }
    let text = scan::text(line);
    let text = plain(text.trim_end());
    access_line(&text, &Unescaped::default()).is_some_and(|(_, access)| access.status() >= 400)
}

#[cfg(test)]
mod tests {
    use super::{split, starts};

    #[test]
    fn a_traceback_the_banner_and_a_failed_answer_belong_to_the_record_above() {
        for line in [
            "Traceback (most recent call last):",
            "LiteLLM completion() model= gpt-4o; provider = openai",
            "\u{1b}[1;37m#------------#\u{1b}[0m",
            "LiteLLM: model group 'gpt-4.1' failed with the error above.",
            "openai.... (litellm_truncated skipped 7134 chars.)",
            "14:02:33 - LiteLLM Proxy:ERROR: common_request_processing.py:3816 - This looks like a bug in LiteLLM rather than in",
            "INFO:     10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 503 Service Unavailable",
            "\u{1b}[32mINFO\u{1b}[0m:     10.0.0.7:51234 - \"\u{1b}[1mPOST /v1/responses HTTP/1.1\u{1b}[0m\" \u{1b}[31m500\u{1b}[0m",
            r#"{"message": "10.25.1.3:37717 - \"POST /v1/chat/completions HTTP/1.1\" 429", "level": "INFO", "timestamp": "2026-09-30T10:21:49.307842", "component": "uvicorn.access", "logger": "h11_impl.py:477"}"#,
        ] {
            assert!(!starts(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_the_gateway_says_and_an_answer_that_went_well_are_records() {
        for line in [
            "\u{1b}[92m14:02:33 - LiteLLM Proxy:ERROR\u{1b}[0m: common_request_processing.py:1687 - x",
            "INFO:     Application startup complete.",
            "2025-08-01 12:00:00,123 - litellm_proxy_extras - INFO - Running prisma migrate deploy",
            "\u{1b}[32mINFO\u{1b}[0m:     10.0.0.7:51234 - \"\u{1b}[1mPOST /v1/responses HTTP/1.1\u{1b}[0m\" \u{1b}[32m200\u{1b}[0m",
            r#"{"message": "Trying to fallback b/w models", "level": "INFO", "timestamp": "2026-09-30T10:28:57.333769", "component": "LiteLLM Router", "logger": "router.py:7747"}"#,
        ] {
            assert!(starts(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn answers_are_taken_off_a_records_end() {
        let answer = "INFO:     10.0.0.7:5 - \"POST /v1/responses HTTP/1.1\" 503 Service Unavailable";
        let record = format!("14:02:33 - LiteLLM Proxy:ERROR: a.py:1 - x\nTraceback\n{answer}\n{answer}");
        let (head, answers) = split(&record);
        assert_eq!(answers.lines().count(), 2);
        assert!(head.ends_with("Traceback\n"));
        assert_eq!(split(answer), ("", answer));
        let printed = format!("{answer}\nRAW RESPONSE:\n\n{{\"id\": 1}}");
        assert_eq!(split(&printed).1.trim_end(), answer);
        assert_eq!(split("a\nb"), ("a\nb", ""));
    }
}
