//! An application's own line about a call that ended: some words, then `key=value` pairs.

use super::assign::{add, assign};
use super::pairs::{Key, Pairs};
use super::run::Run;
use super::said::Said;
use super::stage::{Stage, is_before_an_end};
use super::{prose, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads a line whose pairs tell a call: two pairs or more in a row, a model or an endpoint among them, and a latency, a
/// status, an id or an error. A configuration or header dump lacks one or the other.
///
/// The fields of a span around the record count as if they stood in the line.
pub(super) fn read_within<'a>(span: Option<&'a str>, line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if let Some(span) = span {
        let mut run = Run::new(0);
        let words = Run::fill(line, &mut run);
        Run::fill(span, &mut run);
        return run
            .tells_a_call()
            .then(|| run.conclude(line.get(..words).unwrap_or(line), "", fields));
    }
    let paired = memchr::memchr(b'=', line.as_bytes()).and_then(|_| Run::find(line));
    let Some(run) = paired.or_else(|| Run::of_colons(line)) else {
        return timed(line, fields);
    };
    let tail = line.get(run.end..).unwrap_or("");
    Some(run.conclude(line.get(..run.start).unwrap_or(""), tail, fields))
}

/// `completion ok model=gpt-4o took 0.92s`, `Completion for gpt-4o took 920 ms`: a model that a provider is known by, and a
/// time in prose that it took, or behind a word of success.
fn timed<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if fields.ok == Some(false) {
        return None;
    }
    let (word, end, duration) = [" took ", " in "].into_iter().find_map(|word| {
        let at = memchr::memmem::rfind(line.as_bytes(), word.as_bytes())?;
        let duration = scan::duration_ms(line.get(at + word.len()..)?)?;
        Some((word, at, duration))
    })?;
    let before = line.get(..end)?;
    let ended = Stage::of(before).ended;
    if ended == Some(false) || (ended.is_none() && word != " took ") || is_before_an_end(before) {
        return None;
    }
    let paired = Pairs::of(line).find(|(name, _)| Key::of(name) == Some(Key::Model));
    let model = paired.map(|(_, model)| model);
    let model = model.or_else(|| prose::model(before)).or_else(|| prose::model(line))?;
    providers::by_model(model)?;
    fields.model = Some(model);
    fields.duration_ms = Some(duration);
    fields.ok = Some(true);
    fields.grain = Grain::Call;
    fields.instant = Instant::End;
    Some(Said::AboutACall)
}

/// Whether [`read_within`] takes what it says from the `key=value` pairs of a line, and of the span, alone.
pub(super) fn is_paired(span: Option<&str>, line: &str) -> bool {
    match span {
        Some(span) => {
            read_within(Some(span), line, &mut Fields::default()).is_some()
                && ![span, line].iter().any(|text| text.contains(": "))
        }
        None => Run::find(line).is_some(),
    }
}

/// Whether a pair of a line names a model that a provider is known by.
pub(super) fn names_a_model(line: &str) -> bool {
    Pairs::of(line).any(|(name, value)| Key::of(name) == Some(Key::Model) && providers::by_model(value).is_some())
}

/// Adds what single pairs of a line say of a call that its other words tell: a model, an endpoint, ids.
pub(super) fn supplement<'a>(line: &'a str, fields: &mut Fields<'a>) {
    if memchr::memchr(b'=', line.as_bytes()).is_none() {
        return;
    }
    let mut own = Fields::default();
    for (name, value) in Pairs::of(line) {
        if let Some(key) = Key::of(name) {
            assign(key, value, &mut own);
        }
    }
    add(own, fields);
}

#[cfg(test)]
mod tests {
    use super::read_within;
    use crate::model::Fields;

    #[test]
    fn the_words_behind_the_pairs_tell_how_it_ended_where_none_stand_before() {
        for (line, error) in [
            (
                "{model=gpt-4.1, duration_ms=1019} - llm call failed: com.openai.errors.OpenAIIoException: Request failed",
                "llm call failed: com.openai.errors.OpenAIIoException: Request failed",
            ),
            (
                "llm call failed|model=gpt-4.1|status=|durationMs=1019|HttpRequestException: Connection refused",
                "HttpRequestException: Connection refused",
            ),
        ] {
            let mut fields = Fields::default();
            assert!(read_within(None, line, &mut fields).is_some(), "{line}");
            assert_eq!((fields.ok, fields.error_message), (Some(false), Some(error)));
        }
    }

    #[test]
    fn an_errors_text_without_quotes_goes_to_the_end_of_the_line() {
        let mut fields = Fields::default();
        let line = "llm call failed endpoint=chat model=gpt-4.1 error_type=APITimeoutError error=Request timed out.";
        assert!(read_within(None, line, &mut fields).is_some());
        assert_eq!(fields.error_type, Some("APITimeoutError"));
        assert_eq!(fields.error_message, Some("Request timed out."));
    }
}
