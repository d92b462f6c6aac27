//! An application's words about what a model did, where no word says that a call ended: `page 1 described by
//! gemini-2.5-flash in 2.1s`, `generated gpt-4.1 req_…`, `chat gpt-4o 200 812ms`, `openai gpt-4o ok`.
//!
//! A model that a provider is known by stands in lines of many kinds, so each needs something that only an answer brings: work
//! of the kind that models are asked for, the time it took beside tokens or a 200, or an answer's id.

use super::finished::{Told, has_answers_id, is_told_otherwise, was_asked};
use super::said::Said;
use super::stage::is_before_an_end;
use super::{prose, scan, summary};
use crate::model::{Fields, Grain, Instant};
use crate::providers;
use crate::text::needles::Needles;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Words of what comes before a call, or in place of one.
#[rustfmt::skip]
const NOT_DONE_WORDS: &[&str] = &[
    "retry*", "next", "again", "limit*", "reset*", "expir*", "resum*", "prompt*", "price*", "pricing", "quota", "budget",
    "available", "remaining", "per", "average", "avg", "p50", "p95", "p99", "estimat*", "context", "window", "file*", "report*",
    "template*", "usage", "cost*", "about to", "going to",
];

static NOT_DONE: LazyLock<Needles> = LazyLock::new(|| Needles::new([NOT_DONE_WORDS]));

/// Letters without which no line tells of such work: most lines are known by them to be none.
static LETTERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    #[rustfmt::skip]
    let letters = [
        "ok", "done", "succe", "complet", "finish", "answered", "respon", "200", "tok", "req_", "chatcmpl-", "msg_", "resp_",
        "llm", "call", "chat", "openai", "anthropic", "bedrock", "inference", "generat", "embed", "stream", "translated",
        "summari", "described", "classified", "categori", "extracted", "label", "rewritten", "scored", "graded", "reviewed",
        "analy", "drafted", "moderated", "transcribed", "replied", "rated", "triaged",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(letters).ok()
});

/// Reads a line that stands alone.
pub(super) fn read<'a>(line: &'a str, rest: &str, fields: &mut Fields<'a>) -> Option<Said> {
    // Every known model's name has a dash.
    memchr::memchr(b'-', line.as_bytes())?;
    if is_told_otherwise(fields) || !rest.trim().is_empty() || !LETTERS.as_ref().is_some_and(|letters| letters.is_match(line)) {
        return None;
    }
    let named = prose::model(line)?;
    let told = Told::of(line);
    if told.is_spoilt || told.wording.is_spoilt() || told.wording.names_many() || NOT_DONE.any(line) || may_have_failed(line) {
        return None;
    }
    let model = told.model.unwrap_or(named);
    providers::by_model(model)?;
    let took = (!is_before_an_end(line)).then(|| took_ms(line)).flatten();
    let is_of_the_model = || told.model.is_some() || was_asked(line, model, &told);
    let in_time = || {
        let (is_well, ended) = (is_answered_200(line), told.wording.has_ended(told.is_spent));
        let is_call = || told.wording.names_a_call() && is_of_the_model();
        is_well || ended || told.wording.has_worked() || counts_tokens(line) || is_call()
    };
    let has_worked = || told.wording.has_worked() && is_of_the_model();
    if !(has_worked() || has_answers_id(line) || took.is_some_and(|_| in_time()) || is_bare(line, model)) {
        return None;
    }
    summary::supplement(line, fields);
    fields.model = Some(model);
    fields.duration_ms = fields.duration_ms.or(took);
    fields.ok = Some(true);
    fields.attempt = None;
    fields.grain = Grain::Call;
    fields.instant = Instant::End;
    Some(Said::AboutACall)
}

/// What stands between the words of a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_between = |letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '[' | ']' | ',' | ';' | '=');
    line.split(is_between)
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| !word.is_empty())
}

/// The last time with its unit, in milliseconds: `2.1s`, `812ms`, `18960 ms`.
fn took_ms(line: &str) -> Option<f64> {
    let unit = |word: &str| match word {
        "ms" | "milliseconds" => Some(1.0),
        "s" | "sec" | "secs" | "seconds" => Some(1_000.0),
        _ => None,
    };
    let mut before = None;
    let mut took = None;
    for word in words(line) {
        let number = scan::number(word);
        let with_unit = number.and_then(|(number, rest)| Some(number * unit(rest)?));
        let behind = || before.and_then(|number: f64| Some(number * unit(word)?));
        took = with_unit.or_else(behind).or(took);
        before = number.filter(|(_, rest)| rest.is_empty()).map(|(number, _)| number);
    }
    took
}

/// `16 tokens`, `7 output tokens`.
fn counts_tokens(line: &str) -> bool {
    let mut before = ["", ""];
    for word in words(line) {
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_counted = is_number(before[1]) || (is_number(before[0]) && matches!(before[1], "output" | "completion"));
        if matches!(word, "tokens" | "tok" | "toks") && is_counted {
            return true;
        }
        before = [before[1], word];
    }
    false
}

/// `200 OK`, `-> 200 in 812ms`: a 200 that counts nothing.
fn is_answered_200(line: &str) -> bool {
    let mut words = words(line).skip_while(|word| *word != "200").skip(1);
    let next = words.next();
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    line.contains("200") && next.is_some_and(|next| is_number(next) || matches!(next, "OK" | "ok" | "in" | "after" | "took"))
}

/// Whether a line holds what may be a failing status: what counts neither tokens nor milliseconds.
fn may_have_failed(line: &str) -> bool {
    let is_status = |word: &str| word.len() == 3 && scan::status(word).is_some_and(|status| status >= 400);
    let mut words = words(line).peekable();
    while let Some(word) = words.next() {
        let is_counted = |next: &&str| {
            matches!(
                *next,
                "ms" | "tokens" | "tok" | "toks" | "output" | "completion" | "input" | "s"
            )
        };
        if is_status(word) && !words.peek().is_some_and(is_counted) {
            return true;
        }
    }
    false
}

/// Whether a line says nothing but that a model, of a provider it may name, is well: `openai gpt-4o-mini ok`.
fn is_bare(line: &str, model: &str) -> bool {
    const NAMES: [&str; 8] = ["openai", "anthropic", "google", "gemini", "mistral", "cohere", "llm", "chat"];
    let Some((before, behind)) = line.split_once(model) else {
        return false;
    };
    let mut is_well = false;
    // A logger's name may stand before the message.
    let before = before
        .split_once(' ')
        .filter(|(name, _)| name.contains('.'))
        .map_or(before, |(_, rest)| rest);
    let parts = [before, behind].into_iter().flat_map(|text| {
        text.split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
    });
    for word in parts {
        let is_end = ["ok", "done", "success", "succeeded"]
            .iter()
            .any(|end| end.eq_ignore_ascii_case(word));
        if !is_end && !NAMES.iter().any(|name| name.eq_ignore_ascii_case(word)) {
            return false;
        }
        is_well |= is_end;
    }
    is_well
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
    fn what_a_model_did_was_a_call_to_it() {
        for line in [
            "page 1 described by gpt-4o in 2.1s",
            "generated with gpt-4o in 18960 ms",
            "completion by gpt-4o in 3600ms",
            "invoice 1 classified by gpt-4o",
            "document 7 summarised with gpt-4o",
            "translated segment 1 model=gpt-4o in 26.9s",
            "segment 1 translated (gpt-4o, 2.1s)",
            "generated gpt-4o req_af9f0ff61bc1271f883f6033eeb6daa9",
            "item 1 ok model=gpt-4o 2.16s",
            "gpt-4o -> 200 in 812ms",
            "chat gpt-4o 200 812ms",
            "gpt-4o: 16 tokens in 812 ms",
            "response from gpt-4o: 16 tokens, 0.8s",
            "openai gpt-4o ok",
            "[gpt-4o] done",
            "gpt-4o: 512 tokens in 812 ms",
        ] {
            assert!(is_read(line), "{line}");
        }
    }

    #[test]
    fn what_is_to_come_or_no_models_work_is_no_call() {
        for line in [
            "retry with gpt-4o in 2s",
            "next call with gpt-4o in 5s",
            "limit on gpt-4o resets in 3s",
            "switching to gpt-4o in 2s",
            "using gpt-4o in production",
            "prompt for gpt-4o tokenized by gpt-4o in 3ms",
            "first token by gpt-4o in 300ms",
            "calling gpt-4o req_af9f0ff61bc1271f883f6033eeb6daa9",
            "retry 1 of gpt-4o req_af9f0ff61bc1271f883f6033eeb6daa9",
            "agent with gpt-4o in 20s",
            "report generated for gpt-4o",
            "config gpt-4o ok",
            "model gpt-4o is ok",
            "gpt-4o returned 200 tokens",
            "prompt of 812 tokens for gpt-4o built in 3ms",
            "invoice 1 classified by hand, gpt-4o was off",
            "gpt-4o in 2s",
            "completion by gpt-4o failed in 3600ms",
            "500 gpt-4o tooks=1.2 rid=req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa",
            "chat gpt-4o 503 812ms",
        ] {
            assert!(!is_read(line), "{line}");
        }
    }
}
