//! An application's own words about one call that went well, where neither a status nor a time stands:
//! `llm call ok model=gpt-4o`, `call to gpt-4o succeeded`.
//!
//! A model, a word of a good end, and something that says that it was a call to the model: much else ends well that names
//! one (a configuration, a batch, an agent's run), so a doubtful line is none.

use super::assign::absent;
use super::pairs::{Key, Pairs};
use super::said::Said;
use super::stage::Stage;
use super::wording::Wording;
use super::{prose, summary};
use crate::model::{Fields, Grain, Instant};
use crate::providers;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Letters without which no line speaks of a good end: most lines are known by them to be none.
static ENDINGS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let letters = ["ok", "complete", "succe", "done", "finish", "answered", "respon", "reply"];
    AhoCorasick::builder().ascii_case_insensitive(true).build(letters).ok()
});

/// Reads a line that stands alone: below a failure's line stands its traceback.
pub(super) fn read<'a>(line: &'a str, rest: &str, fields: &mut Fields<'a>) -> Option<Said> {
    if is_told_otherwise(fields) || !rest.trim().is_empty() || !ENDINGS.as_ref().is_some_and(|endings| endings.is_match(line)) {
        return None;
    }
    let told = Told::of(line);
    if !told.wording.has_ended(told.is_spent) && !told.is_well || told.is_spoilt || told.wording.is_spoilt() {
        return None;
    }
    let model = told.model.or_else(|| prose::model(line))?;
    providers::by_model(model)?;
    let is_call = told.wording.names_a_call()
        || told.is_spent
        || has_answers_id(line)
        || told.model.is_none() && was_asked(line, model, &told);
    if !is_call {
        return None;
    }
    summary::supplement(line, fields);
    fields.model = Some(model);
    fields.ok = Some(true);
    // It is the call's end, whichever attempt went well: the SDK's own lines tell of attempts.
    fields.attempt = None;
    fields.grain = Grain::Call;
    fields.instant = Instant::End;
    Some(Said::AboutACall)
}

/// Whether something else was told of the end already.
pub(super) fn is_told_otherwise(fields: &Fields<'_>) -> bool {
    fields.ok == Some(false)
        || fields.status.is_some()
        || fields.retry_in_ms.is_some()
        || fields.error_type.is_some()
        || fields.error_message.is_some()
        || fields.text.is_some()
}

/// What the pairs of a line say, and the words outside them.
#[derive(Default)]
pub(super) struct Told<'a> {
    pub(super) model: Option<&'a str>,
    pub(super) wording: Wording,
    /// Whether a pair says that it went well.
    is_well: bool,
    /// Whether a pair counts an answer's tokens, or says why it ended.
    pub(super) is_spent: bool,
    /// Whether a pair says that it went wrong, or that no call was made.
    pub(super) is_spoilt: bool,
}

impl<'a> Told<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        let mut told = Self::default();
        let mut pairs = Pairs::of(line);
        let mut end = 0;
        while let Some((name, value)) = pairs.next() {
            told.wording.add(line.get(end..pairs.start).unwrap_or(""));
            end = pairs.end();
            told.pair(name, value);
        }
        told.wording.add(line.get(end..).unwrap_or(""));
        told
    }

    fn pair(&mut self, name: &str, value: &'a str) {
        match Key::of(name) {
            Some(Key::Model) => self.model = self.model.or(Some(value.trim_end_matches([')', ']', '.', ':']))),
            Some(Key::OutputTokens) => self.is_spent |= is_count(value),
            Some(Key::Status) => match Stage::of(value).ended {
                Some(true) => self.is_well = true,
                _ => self.is_spoilt = true,
            },
            Some(Key::Error | Key::ErrorType | Key::ErrorCode | Key::ErrorMessage) => self.is_spoilt |= !absent(value),
            Some(_) => {}
            None => self.other(&name.to_ascii_lowercase(), value),
        }
    }

    /// A pair whose key the other readers do not ask for. Of numbers only that they are numbers counts: lines that differ
    /// in nothing else are told alike.
    fn other(&mut self, name: &str, value: &str) {
        let is_true = ["true", "yes", "hit"].iter().any(|word| value.eq_ignore_ascii_case(word));
        match name {
            "tokens" | "total_tokens" | "tokens_used" => self.is_spent |= is_count(value),
            "finish_reason" | "finishreason" | "stop_reason" => self.is_spent |= is_reason(value),
            "success" | "ok" | "succeeded" | "outcome" => {
                self.is_well |= is_true || Stage::of(value).ended == Some(true);
                self.is_spoilt |= value.eq_ignore_ascii_case("false") || Stage::of(value).ended == Some(false);
            }
            "cached" | "cache_hit" | "from_cache" | "cache" | "dry_run" => self.is_spoilt |= is_true,
            _ => {}
        }
    }
}

fn is_count(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is one of those by which the providers say why an answer ended.
#[must_use]
pub fn is_reason(word: &str) -> bool {
    [
        "stop",
        "length",
        "tool_calls",
        "function_call",
        "content_filter",
        "end_turn",
        "stop_sequence",
        "max_tokens",
        "tool_use",
    ]
    .iter()
    .any(|reason| reason.eq_ignore_ascii_case(word))
}

/// Whether a word is an id that only an answer brings.
#[must_use]
pub fn is_answers_id(word: &str) -> bool {
    const SHORTEST: usize = 12;
    let tail = ["req_", "chatcmpl-", "msg_", "resp_"]
        .iter()
        .find_map(|start| word.strip_prefix(start));
    tail.is_some_and(|tail| {
        let is_word = tail
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        is_word && tail.len() >= SHORTEST
    })
}

pub(super) fn has_answers_id(line: &str) -> bool {
    line.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')))
        .any(is_answers_id)
}

/// `job 3 on gpt-4o ok`, `completed 3 via gpt-4o`: what was done was done by the model, and by one call as far as one can see.
pub(super) fn was_asked(line: &str, model: &str, told: &Told<'_>) -> bool {
    let before = line.find(model).and_then(|at| line.get(..at)).unwrap_or("");
    let word = before.trim_end().rsplit(' ').next().unwrap_or("");
    let is_by = ["on", "via", "with", "by", "from", "using"]
        .iter()
        .any(|by| by.eq_ignore_ascii_case(word));
    is_by && !told.wording.names_many()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::Fields;

    fn is_read(line: &str) -> bool {
        let mut fields = Fields::default();
        read(line, "", &mut fields).is_some() && fields.ok == Some(true) && fields.model == Some("gpt-4o")
    }

    #[test]
    fn a_call_that_went_well_is_told_in_words() {
        for line in [
            "completion for job 1 finished model=gpt-4o tokens=16",
            "completion finished, model=gpt-4o, tokens=16",
            "call to gpt-4o succeeded",
            "LLM call to gpt-4o succeeded (16 tokens)",
            "LLM call to gpt-4o succeeded after 2 retries",
            "got response from gpt-4o",
            "received response from gpt-4o (16 tokens)",
            "llm response model=gpt-4o tokens=16",
            "llm_done model=gpt-4o usage={'prompt': 12, 'completion': 4}",
            "answered ticket=1 model=gpt-4o rid=req_f73508637a1d4db696c6efec451a5d2e",
            "llm call ok model=gpt-4o",
            "summary done model=gpt-4o completion_tokens=4",
            "job 3 on gpt-4o ok",
            "completed 3 via gpt-4o",
            "Completed request to OpenAI model gpt-4o, request id req_77e2717e15524d5eac798cb366b91be9",
            "request req_77e2717e15524d5eac798cb366b91be9 ok gpt-4o",
            "LLM call finished. Model: gpt-4o. Temperature: 0",
            "llm call model=gpt-4o status=ok",
            "llm call model=gpt-4o success=true cache_hit=false error=None",
            "ticket answered model=gpt-4o finish_reason=stop tool_calls=0",
        ] {
            assert!(is_read(line), "{line}");
        }
    }

    #[test]
    fn what_is_no_call_or_has_not_ended_is_not_one() {
        for line in [
            "calling gpt-4o",
            "sending chat request model=gpt-4o",
            "chat request started model=gpt-4o ok",
            "default model=gpt-4o loaded ok",
            "config done: llm call uses model=gpt-4o",
            "OpenAI client for gpt-4o created successfully",
            "cache hit for llm call, done model=gpt-4o",
            "llm call done model=gpt-4o cached=true",
            "llm call ok model=gpt-4o error=Overloaded",
            "llm call model=gpt-4o status=failed, done",
            "retrying llm call to gpt-4o until ok",
            "llm call to gpt-4o not ok",
            "chunk 3 done of llm stream model=gpt-4o",
            "batch done: 40 of 50 calls ok model=gpt-4o",
            "all jobs on gpt-4o done",
            "evaluation on gpt-4o completed",
            "agent run with gpt-4o completed",
            "tool call completed model=gpt-4o",
            "waiting for response from gpt-4o",
            "got empty response from gpt-4o",
            "parsing response from gpt-4o done",
            "response from gpt-4o",
            "usage: model=gpt-4o prompt_tokens=12 completion_tokens=4",
            "health check of llm ok model=gpt-4o",
            "worker-3 done",
            "llm call ok model=our-own",
            "llm call to gpt-4o completed with error",
        ] {
            assert!(!is_read(line), "{line}");
        }
    }

    #[test]
    fn above_a_traceback_and_at_an_errors_level_nothing_went_well() {
        let line = "call to gpt-4o done";
        assert!(read(line, "Traceback (most recent call last):", &mut Fields::default()).is_none());
        let mut failed = Fields {
            ok: Some(false),
            ..Fields::default()
        };
        assert!(read(line, "", &mut failed).is_none());
    }
}
