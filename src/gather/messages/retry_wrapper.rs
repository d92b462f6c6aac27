//! Retry wrappers around an SDK (tenacity, and LangChain and LlamaIndex through it).

use super::exception::{Raised, exception};
use super::{Said, raised, scan};
use crate::model::{Fields, Grain, Instant};

/// Reads `Retrying <qualified.name> in 4.0 seconds as it raised RateLimitError: …`. formats.md 1.8.
///
/// The line tells of an attempt that another line ended, where the SDK's own lines are logged: it is a detail of that one.
pub(super) fn read<'a>(line: &'a str, under: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(count) = line.strip_prefix("Retry error. Retry count:") {
        return Some(spring(count, under, fields));
    }
    let rest = line.strip_prefix("Retrying ")?;
    let (name, rest) = rest.split_once(" in ")?;
    let (pause, rest) = scan::number(rest)?;
    let raised = rest.strip_prefix(" seconds as it raised ")?;
    let known = exception(raised);
    let ours = known.as_ref().is_some_and(Raised::is_sdk) || NAMES.iter().any(|part| name.contains(part));
    if !ours {
        return Some(Said::Other);
    }
    fields.grain = Grain::Detail;
    fields.instant = Instant::Unknown;
    fields.ok = None;
    fields.retry_in_ms = Some(pause * 1000.0);
    fields.text = Some(raised);
    if let Some(known) = known {
        fields.status = known.status;
        fields.error_type = known.error_type.or(known.class);
        fields.error_code = known.error_code;
        fields.error_message = known.message;
        fields.x_request_id = known.x_request_id;
    }
    Some(Said::AboutACall)
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
const NAMES: [&str; 7] = ["openai", "OpenAI", "anthropic", "chat_models", "completion", "embed", "llm"];
