//! A line that an SDK or its client writes, at the start of a message or behind words of a layout that the format did not know.

use super::said::Said;
use super::{
    aws_sdk, exchange, go_sdk, guzzle, http_line, langchain4j, legacy_python, litellm, node_sdk, okhttp, polly, python_sdk,
    retry_wrapper, two_lines,
};
use crate::model::Fields;

/// How far into a line an SDK's message may begin behind a prefix that the format did not know.
const PREFIX: usize = 200;

/// How many words of a head may stand before an SDK's message: a logger, a process, a thread, a place in the code.
const WORDS: usize = 5;

/// A line that one of the SDKs writes.
pub(super) fn sdk_line<'a>(line: &'a str, rest: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    http_line::read(line, fields)
        .or_else(|| python_sdk::read(line, rest, fields))
        .or_else(|| node_sdk::read(line, message, fields))
        .or_else(|| retry_wrapper::read(line, rest, fields))
        .or_else(|| legacy_python::read(line, fields))
        .or_else(|| okhttp::read(line, fields))
        .or_else(|| go_sdk::read(line, rest, fields))
        .or_else(|| langchain4j::read(line, rest, fields))
        .or_else(|| aws_sdk::read(line, fields))
        .or_else(|| two_lines::read(line, rest, fields))
        .or_else(|| polly::read(line, rest, fields))
        .or_else(|| litellm::read(line, rest, fields))
        .or_else(|| guzzle::read(line, message, fields))
        .or_else(|| exchange::read(line, fields))
}

/// An SDK's line behind words of a layout that the format did not know. It must follow a separator, so that a request
/// line quoted in prose is not taken for one.
pub(super) fn behind_a_prefix<'a>(line: &'a str, rest: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
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
            return sdk_line(line.get(at..)?, rest, message.get(at..)?, fields);
        }
    }
    None
}

/// An SDK's line behind the words of a head, no separator between: `httpx HTTP Request: …`, `llm 4711 140123 HTTP …`. The
/// first word may be any logger's name; the next ones must look like names or numbers, which prose does not.
pub(super) fn behind_words<'a>(line: &'a str, rest: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let mut at = 0;
    let mut plain = false;
    let mut numbers = true;
    for place in 0..WORDS {
        let inner = line.get(at..)?;
        let length = inner
            .bytes()
            .take(PREFIX)
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'|' | b';'))
            .count();
        let word = inner.get(..length)?;
        let is_name = word
            .bytes()
            .any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'/' | b':'))
            || word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
        let closed = word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte.is_ascii_punctuation() && byte != b'"');
        // Behind a process and a thread the first word is the first name.
        let is_first = numbers;
        numbers &= word.bytes().all(|byte| byte.is_ascii_digit());
        if !closed || (place > 0 && !is_name && !is_first && !matches!(word, "-" | "--" | "")) {
            return None;
        }
        plain |= !is_name && !word.is_empty();
        let behind = inner.get(length..)?.trim_start_matches([' ', '\t', '|', ';']);
        at = line.len() - behind.len();
        // Other programs may write these too: only a logger's dotted name vouches for them.
        if plain && ["request_id: ", "Encountered "].iter().any(|start| behind.starts_with(start)) {
            return None;
        }
        if let Some(said) = sdk_line(behind, rest, message.get(at..)?, fields) {
            return Some(said);
        }
    }
    None
}
