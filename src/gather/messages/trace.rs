//! The traceback or dump under a message: which of its exceptions ended the call, and what caused it.

use super::exception::{self, Raised, exception as read_exception};
use super::named::by_operation;
use crate::model::{Fields, Grain, Instant};

/// One exception line within a trace.
struct Candidate {
    start: usize,
    end: usize,
    /// Raised `from` the one before it, not merely while that one was handled.
    caused: bool,
}

/// Adds to `fields` what the trace under its message tells: the last exception that agrees with what the message itself
/// said, and as `text` that exception with its direct causes and no others.
///
/// Two processes that write into one file interleave their tracebacks, so one that contradicts the message's own status
/// or class belongs to another record. openai-python 1.x retries inside the handler of the attempt before, so earlier
/// attempts stand above ("During handling of …") and must not speak for the last one (formats.md 1.1).
pub fn attach<'a>(trace: &'a str, fields: &mut Fields<'a>) {
    if fields.ok == Some(true) || fields.status.is_some_and(|status| status < 400) || trace.trim().is_empty() {
        return;
    }
    let candidates = candidates(trace);
    let Some((at, raised)) = candidates.iter().enumerate().rev().find_map(|(at, candidate)| {
        let raised = read_exception(trace.get(candidate.start..candidate.end)?)?;
        agrees(&raised, fields).then_some((at, raised))
    }) else {
        if candidates.is_empty() {
            fields.text = fields.text.or(Some(trace));
        }
        return;
    };
    let end = candidates.get(at).map_or(trace.len(), |last| last.end);
    fields.text = trace.get(innermost(&candidates, at)..end).map(str::trim_end).or(fields.text);
    fill(&raised, fields);
}

/// Whether the trace ends in an exception of an LLM SDK, or went through one.
pub(super) fn is_sdk(trace: &str) -> bool {
    let last = candidates(trace).pop().and_then(|last| trace.get(last.start..last.end));
    let is_operation = last.is_some_and(|text| by_operation(text).is_some());
    last.and_then(read_exception).is_some_and(|raised| raised.is_sdk())
        || is_operation
        || [
            "/openai/",
            "/anthropic/",
            "/google/genai/",
            "/litellm/",
            "/google/generativeai/",
            "/vertexai/",
            "/mistralai/",
            "/cohere/",
            "com.openai.",
            "com.anthropic.",
            "org.springframework.ai.",
            "Azure.AI.OpenAI",
            " OpenAI.",
        ]
        .iter()
        .any(|path| trace.contains(path))
}

/// Whether the trace ends in an exception of Google's clients, which those of every service raise.
pub(super) fn is_googles(trace: &str) -> bool {
    let last = candidates(trace).pop().and_then(|last| trace.get(last.start..));
    last.is_some_and(|text| text.starts_with("google.api_core.exceptions."))
}

/// Takes over what an exception says and the record does not.
pub(super) fn fill<'a>(raised: &Raised<'a>, fields: &mut Fields<'a>) {
    // V8 prints `Error: …` on the stack of every subclass.
    let class = raised.class.filter(|class| !matches!(*class, "Error" | "Exception"));
    Raised { class, ..raised.clone() }.supplement(fields);
    fields.error_message = fields.error_message.or(raised.message);
}

/// Has a record tell the end of an attempt that failed: a detail, so that another line on the same end outranks it.
pub(super) fn failed(fields: &mut Fields<'_>) {
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.ok = Some(false);
}

fn agrees(raised: &Raised<'_>, fields: &Fields<'_>) -> bool {
    let status = fields.status.zip(raised.status).is_none_or(|(said, raised)| said == raised);
    let class = fields.error_type.zip(raised.class).is_none_or(|(said, class)| {
        said == class
            || class == "Error"
            || said.rsplit('.').next() == Some(class)
            || !said.ends_with("Error") && !said.ends_with("Exception")
    });
    status && class
}

/// The start of the first exception in the chain of direct causes that ends in `at`.
fn innermost(candidates: &[Candidate], at: usize) -> usize {
    let chain = candidates.get(..=at).unwrap_or(&[]);
    let mut start = 0;
    for candidate in chain.iter().rev() {
        start = candidate.start;
        if !candidate.caused {
            break;
        }
    }
    start
}

fn candidates(trace: &str) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut caused = false;
    let mut at = 0;
    let mut open = false;
    for line in trace.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let boundary = line.starts_with("Traceback (most recent")
            || line.starts_with("The above exception was")
            || line.starts_with("During handling of the above");
        // .NET's console indents what it prints, and Python's exception groups have a rule beside them.
        let text = line.trim_start_matches([' ', '|', '+']);
        let raised = !boundary
            && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && if text.len() == line.len() {
                exception::class(line.trim_end()).is_some()
            } else {
                exception::of_sdk(text.trim_end()).is_some_and(|raised| raised.module.is_some())
            };
        let start = start + line.len() - text.len();
        if (boundary || raised) && open {
            if let Some(last) = found.last_mut() {
                last.end = start;
            }
            open = false;
        }
        if boundary {
            // A bare `Traceback` after an exception belongs to another record that was written between the lines.
            caused = if line.starts_with("Traceback") {
                caused
            } else {
                line.starts_with("The above exception was")
            };
        } else if raised {
            found.push(Candidate {
                start,
                end: trace.len(),
                caused,
            });
            caused = false;
            open = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::attach;
    use crate::model::Fields;

    #[test]
    fn the_last_attempt_speaks_and_its_direct_cause_with_it() {
        let trace = "Traceback (most recent call last):\n  x\nhttpx.HTTPStatusError: Server error '502 Bad Gateway' for url 'http://x'\n\n\
            During handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  y\n\
            httpcore.ConnectError: [Errno 111] Connection refused\n\n\
            The above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  z\n\
            openai.APIConnectionError: Connection error.\n";
        let mut fields = Fields::default();
        attach(trace, &mut fields);
        assert_eq!((fields.status, fields.error_type), (None, Some("APIConnectionError")));
        assert!(
            fields
                .text
                .is_some_and(|text| text.starts_with("httpcore.ConnectError") && text.ends_with("Connection error."))
        );
    }

    #[test]
    fn another_processs_traceback_is_left_alone() {
        let trace = "Traceback (most recent call last):\nopenai.NotFoundError: Error code: 404 - {'error': {'code': 'model_not_found'}}\n";
        let mut fields = Fields {
            status: Some(503),
            ..Fields::default()
        };
        attach(trace, &mut fields);
        assert_eq!((fields.error_type, fields.error_code, fields.text), (None, None, None));
    }
}
