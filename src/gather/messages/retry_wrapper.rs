//! Retry wrappers around an SDK (tenacity, and LangChain and LlamaIndex through it).

use super::exception::{Raised, exception};
use super::{Said, scan};
use crate::model::{Fields, Grain, Instant};

/// Reads `Retrying <qualified.name> in 4.0 seconds as it raised RateLimitError: …`. formats.md 1.8.
///
/// The line tells of an attempt that another line ended, so it carries no status of its own: two layers of retries would
/// count one exchange twice.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
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
        fields.error_type = known.error_type.or(known.class);
        fields.error_code = known.error_code;
        fields.error_message = known.message;
        fields.x_request_id = known.x_request_id;
    }
    Some(Said::AboutACall)
}

/// Parts of the names of functions that call an LLM.
const NAMES: [&str; 7] = ["openai", "OpenAI", "anthropic", "chat_models", "completion", "embed", "llm"];
