//! What an SDK's or application's message says, whatever logger carried it: the layer that every text and JSON format
//! hands its message to.
//!
//! One file a message family. A family recognises its lines by their first words, so a line that is none of them costs a
//! few comparisons; nothing is allocated for a line without a traceback.

mod assign;
mod aws_sdk;
mod body;
mod classes;
mod dotnet;
mod dump;
mod exception;
mod exchange;
mod finished;
mod go_sdk;
mod guzzle;
pub(super) mod headers;
mod http_client;
mod http_line;
mod in_words;
mod langchain4j;
mod legacy_python;
mod litellm;
mod named;
mod node_client;
mod node_dump;
mod node_sdk;
mod okhttp;
mod own;
mod pairs;
mod pause;
mod polly;
mod pretty;
mod prose;
mod python_sdk;
mod quoted;
mod raised;
mod retry_wrapper;
mod run;
mod said;
mod scan;
mod sdk_line;
mod stage;
mod summary;
mod trace;
mod two_lines;
mod wording;
mod work;
mod written;

pub use exception::{Raised, exception, is_sdk_class, of_class as exception_of};
pub use finished::{is_answers_id, is_reason};
pub use litellm::{Answered, answered};
pub use own::own;
pub(super) use pause::pause_ms;
pub use prose::model as model_in;
pub(super) use quoted::read as quoted;
pub use raised::read as raised;
pub use said::Said;
pub(super) use scan::duration_ms;
pub use scan::is_body_id;
pub(super) use stage::is_before_an_end;
pub use trace::attach;
pub use two_lines::is_answer;
pub(super) use two_lines::{HEAD as ANSWER_HEAD, answer};
pub use wording::Wording;

use crate::model::Fields;
use sdk_line::{behind_a_prefix, behind_words, sdk_line};

/// Reads the message of one record into `fields`: grain, status, ids, model, endpoint, error.
///
/// `message` may go on over several lines (a traceback, a dump). `fields.ok` comes in as what the level says
/// (`Some(false)` for an error) and goes out as what the message says. Fields of a message that is [`Said::Other`] are
/// to be thrown away.
pub fn read<'a>(message: &'a str, fields: &mut Fields<'a>) -> Said {
    read_within(None, message, fields)
}

/// [`read`], for a record within spans whose fields stand apart from it (Rust's tracing).
pub fn read_within<'a>(span: Option<&'a str>, message: &'a str, fields: &mut Fields<'a>) -> Said {
    let message = without_basic_head(message.trim_start());
    let (line, rest) = scan::first_line(message);
    if let Some(said) = sdk_line(line, rest, message, fields).or_else(|| behind_words(line, rest, message, fields)) {
        return said;
    }
    if let Some(said) = pretty::read(line, rest, fields) {
        return said;
    }
    if let Some(said) = summary::read_within(span, line, fields) {
        if said == Said::AboutACall {
            attach(rest, fields);
        }
        return said;
    }
    if let Some(said) = behind_a_prefix(line, rest, message, fields) {
        return said;
    }
    // An object behind the words tells the end itself: `answered 503, retry 1 { status: 503, model: 'gpt-4o' }`.
    if let Some(said) = node_dump::read(line, message, fields) {
        return said;
    }
    if !is_servers(line)
        && let Some(said) = finished::read(line, rest, fields).or_else(|| work::read(line, rest, fields))
    {
        return said;
    }
    let said = raised::read(line, rest, fields);
    if said == Said::Other {
        return quoted::read(message, fields).unwrap_or(said);
    }
    said
}

/// Whether a line is a server's on what was asked of itself: `"POST /ask?model=gpt-4o HTTP/1.1" 200 OK`.
fn is_servers(line: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), b" HTTP/").is_some_and(|at| line.get(..at).is_some_and(|before| before.contains('"')))
}

/// A message without the head that `logging.basicConfig` writes into it by default, `LEVEL:logger:`: OpenTelemetry's handler
/// sends what its formatter made.
fn without_basic_head(message: &str) -> &str {
    const LEVELS: [&str; 5] = ["INFO:", "DEBUG:", "WARNING:", "ERROR:", "CRITICAL:"];
    let inner = || {
        let behind = LEVELS.iter().find_map(|level| message.strip_prefix(level))?;
        let (logger, inner) = behind.split_once(':')?;
        let is_logger = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        (!logger.is_empty() && logger.bytes().all(is_logger)).then_some(inner)
    };
    inner().unwrap_or(message)
}

/// The error that an AWS SDK's text names: `An error occurred (ThrottlingException) when calling the Converse operation: …`.
#[must_use]
pub fn operation(text: &str) -> Option<Raised<'_>> {
    named::by_operation(text).map(|(_, raised)| raised)
}

/// Whether a message is about a call, so that a text log of a kind that many programs write is worth reading.
#[must_use]
pub fn is_about_a_call(message: &str, is_error: bool) -> bool {
    let mut fields = Fields {
        ok: is_error.then_some(false),
        ..Fields::default()
    };
    read(message, &mut fields) == Said::AboutACall
}

/// Whether an SDK's line says again what the line above it told, whatever stands under it.
#[must_use]
pub fn is_told_above(message: &str) -> bool {
    message.strip_prefix("Encountered ").is_some_and(python_sdk::is_status_error)
}

#[cfg(test)]
mod tests;
