//! What an SDK's or application's message says, whatever logger carried it: the layer that every text and JSON format
//! hands its message to.
//!
//! One file a message family. A family recognises its lines by their first words, so a line that is none of them costs a
//! few comparisons; nothing is allocated for a line without a traceback.

mod address;
mod body;
mod dump;
mod exception;
pub(super) mod headers;
mod http_line;
mod legacy_python;
mod node_dump;
mod node_sdk;
mod pairs;
mod python_sdk;
mod retry_wrapper;
mod scan;
mod summary;
mod trace;

pub use exception::{Raised, exception};
pub use trace::attach;

use crate::model::{Fields, Grain, Instant};

/// How far into a line an SDK's message may begin behind a prefix that the format did not know.
const PREFIX: usize = 200;

/// What a message turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The end, start or a detail of an attempt or call: `fields.grain` says which.
    AboutACall,
    /// Something else.
    Other,
}

/// Reads the message of one record into `fields`: grain, status, ids, model, endpoint, error.
///
/// `message` may go on over several lines (a traceback, a dump). `fields.ok` comes in as what the level says
/// (`Some(false)` for an error) and goes out as what the message says. Fields of a message that is [`Said::Other`] are
/// to be thrown away.
pub fn read<'a>(message: &'a str, fields: &mut Fields<'a>) -> Said {
    let message = message.trim_start();
    let (line, rest) = scan::first_line(message);
    if let Some(said) = sdk_line(line, rest, message, fields) {
        return said;
    }
    if let Some(said) = summary::read(line, fields) {
        if said == Said::AboutACall {
            attach(rest, fields);
        }
        return said;
    }
    if let Some(said) = behind_a_prefix(line, rest, fields) {
        return said;
    }
    node_dump::read(line, message, fields).unwrap_or_else(|| raised_alone(line, rest, fields))
}

fn sdk_line<'a>(line: &'a str, rest: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    http_line::read(line, fields)
        .or_else(|| python_sdk::read(line, rest, fields))
        .or_else(|| node_sdk::read(line, message, fields))
        .or_else(|| retry_wrapper::read(line, fields))
        .or_else(|| legacy_python::read(line, fields))
}

/// An SDK's line behind words of a layout that the format did not know. It must follow a separator, so that a request
/// line quoted in prose is not taken for one.
fn behind_a_prefix<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let bytes = line.as_bytes();
    let head = bytes.get(..bytes.len().min(PREFIX))?;
    for start in ["HTTP Re", "[log_", "Retrying request"] {
        let Some(at) = memchr::memmem::find(head, start.as_bytes()) else {
            continue;
        };
        let before = line.get(..at)?;
        if [": ", "- ", "] ", "| ", "\t"]
            .iter()
            .any(|separator| before.ends_with(separator))
        {
            let inner = line.get(at..)?;
            return sdk_line(inner, rest, inner, fields);
        }
    }
    None
}

/// An error that names an SDK's exception, in its own line or in the traceback under it, and nothing else.
fn raised_alone<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Said {
    let is_error = fields.ok == Some(false);
    let named = exception_within(line, is_error);
    if named.is_none() && (!is_error || rest.is_empty() || !trace::is_sdk(rest)) {
        return Said::Other;
    }
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    fields.ok = Some(false);
    if let Some((text, raised)) = named {
        trace::fill(&raised, fields);
        fields.text = Some(text);
    }
    attach(rest, fields);
    Said::AboutACall
}

/// The exception that `line` begins with or, in a line at error level, names behind other words.
fn exception_within(line: &str, is_error: bool) -> Option<(&str, Raised<'_>)> {
    let known = |text| exception::of_sdk(text).map(|raised| (text, raised));
    if let Some(found) = known(line) {
        return Some(found);
    }
    if !is_error {
        return None;
    }
    let mut rest = line;
    while let Some(at) = memchr::memchr(b':', rest.as_bytes()) {
        let word = rest
            .get(..at)
            .and_then(|before| before.rfind(|letter: char| !is_path(letter)))
            .map_or(0, |blank| blank + 1);
        let text = rest.get(word..)?;
        if let Some(found) = known(text) {
            return Some(found);
        }
        if text.starts_with("code: ") && rest.get(..word).is_some_and(|before| before.ends_with("Error ")) {
            let text = rest.get(word - "Error ".len()..)?;
            return exception(text).map(|raised| (text, raised));
        }
        rest = rest.get(at + 1..)?;
    }
    None
}

fn is_path(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '$')
}

#[cfg(test)]
mod tests;
