//! Pairs that stand together in one line, and what they say of a call.

use super::assign::{absent, add, assign};
use super::pairs::{Key, Pairs, Unit};
use super::pause::pause_ms;
use super::said::Said;
use super::stage::{Stage, is_before_an_end};
use super::wording::Wording;
use super::{finished, http_client, named, scan, written};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// The pairs of one line that are looked at; a summary line has a dozen.
const PAIRS: usize = 24;

/// Short words that applications use for endpoints; `normalise` makes paths of them.
const ENDPOINTS: [&str; 12] = [
    "chat",
    "chat.completions",
    "chat/completions",
    "completions",
    "responses",
    "embeddings",
    "messages",
    "models",
    "moderations",
    "images",
    "audio",
    "generateContent",
];

/// Pairs that follow each other without a word between.
pub(super) struct Run<'a> {
    pub(super) start: usize,
    /// Where the words behind the last pair begin.
    pub(super) end: usize,
    count: usize,
    pairs: [Option<(Key, &'a str)>; PAIRS],
    /// Where the last pair's value begins, where that is an error's text without quotes.
    open_text: Option<usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(start: usize) -> Self {
        Self {
            start,
            end: usize::MAX,
            count: 0,
            pairs: [None; PAIRS],
            open_text: None,
        }
    }

    /// Adds a pair whose name is known; one beyond the limit is left out.
    pub(super) fn push(&mut self, name: &str, value: &'a str) {
        if let Some(key) = Key::of(name)
            && let Some(place) = self.pairs.get_mut(self.count)
        {
            *place = Some((key, value));
            self.count += 1;
        }
    }

    /// Puts the pairs into `fields`, with the end that the words before them say, or those behind.
    pub(super) fn conclude(&self, head: &'a str, tail: &'a str, fields: &mut Fields<'a>) -> Said {
        let stage = Stage::of(head);
        for (key, value) in self.pairs.iter().flatten() {
            assign(*key, value, fields);
            if let Key::Pause(unit) = key {
                fields.retry_in_ms = pause_ms(value, *unit == Unit::Milliseconds, head);
            }
        }
        let said = stage.ended.or_else(|| Stage::of(tail).ended);
        let failed = said.or(fields.ok) == Some(false);
        let is_unexplained = fields.status.is_none() && fields.error_message.is_none() && fields.text.is_none();
        if failed && is_unexplained {
            // Layouts put the context before the message, or the exception behind everything.
            let bare = |text: &'a str| text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '-' | '}' | ']' | ','));
            let texts = [bare(tail), bare(head)].into_iter();
            fields.error_message = texts.into_iter().find(|text| text.contains(": "));
        }
        fill_from_error(fields);
        let ended = said.or(if fields.status.is_some() { None } else { fields.ok });
        // What a known model took, it took for an answer, and an answer's id comes with one.
        let took = || {
            let known = fields.model.is_some_and(|model| providers::by_model(model).is_some());
            let id = fields.x_request_id.or(fields.request_id);
            let is_answered = || id.is_some_and(finished::is_answers_id) && !stage.begins && !Wording::of(head).is_spoilt();
            (fields.duration_ms.is_some() || is_answered())
                && known
                && fields.error_message.is_none()
                && fields.error_type.is_none()
                && !is_before_an_end(head)
        };
        let ended = ended.or_else(|| (fields.status.is_none() && took()).then_some(true));
        fields.ok = ended;
        if ended.is_none() && fields.status.is_none() && fields.duration_ms.is_none() && stage.begins {
            fields.grain = Grain::Start;
            fields.instant = Instant::Start;
        } else {
            fields.grain = if fields.attempt.is_some() {
                Grain::Attempt
            } else {
                Grain::Call
            };
            fields.instant = Instant::End;
        }
        Said::AboutACall
    }

    /// Adds what the pairs say of the call to what is known of its end.
    pub(super) fn add_to(&self, fields: &mut Fields<'a>) {
        let mut own = Fields::default();
        for (key, value) in self.pairs.iter().flatten() {
            assign(*key, value, &mut own);
        }
        add(own, fields);
    }

    /// Adds every pair of a text; where the first one begins.
    pub(super) fn fill(text: &'a str, run: &mut Self) -> usize {
        let mut first = text.len();
        let mut pairs = Pairs::of(text);
        while let Some((name, value)) = pairs.next() {
            first = first.min(pairs.start);
            run.push(name, value);
        }
        colons(text, &mut |start, name, value| {
            first = first.min(start);
            run.push(name, value);
        });
        first
    }

    /// `call failed, model: gpt-4o, status: 500`: tracing's pretty format, and what people write.
    pub(super) fn of_colons(line: &'a str) -> Option<Self> {
        memchr::memchr(b':', line.as_bytes())?;
        // A dump is read as such.
        let line = line.split('{').next()?;
        let mut run = Self::new(line.len());
        colons(line, &mut |start, name, value| {
            run.start = run.start.min(start);
            run.push(name, value);
        });
        run.tells_a_call().then_some(run)
    }

    pub(super) fn find(line: &'a str) -> Option<Self> {
        Self::found(line).filter(|run| !run.is_of_a_server() && !is_of_a_controller(line))
    }

    /// Whether the pairs are a server's on what it was asked: a method and a path of its own, and neither a model nor an id of
    /// an answer.
    fn is_of_a_server(&self) -> bool {
        let any = |wanted: fn(&Key, &str) -> bool| self.pairs.iter().flatten().any(|(key, value)| wanted(key, value));
        any(|key, _| matches!(key, Key::Method))
            && any(|key, value| matches!(key, Key::Url) && value.starts_with('/') && !value.starts_with("/v1"))
            && !any(|key, _| matches!(key, Key::Model | Key::ProviderId | Key::Provider | Key::Server))
    }

    fn found(line: &'a str) -> Option<Self> {
        let mut pairs = Pairs::of(line);
        let mut run = Self::new(0);
        let mut end = None;
        while let Some((name, value)) = pairs.next() {
            let gap = end.and_then(|end| line.get(end..pairs.start));
            if !gap.is_some_and(|gap| {
                gap.bytes()
                    .all(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'|'))
            }) {
                if run.tells_a_call() {
                    return Some(run.with_open_text(line));
                }
                if !run.close_text(line, pairs.start) {
                    run = Self::new(pairs.start);
                }
            }
            end = Some(pairs.end());
            run.end = pairs.end();
            run.push(name, value);
            let is_text = matches!(Key::of(name), Some(Key::Error | Key::ErrorMessage));
            let begins = pairs.start + name.len() + 1;
            run.open_text =
                Some(begins).filter(|begins| is_text && line.get(*begins..).is_some_and(|rest| rest.starts_with(value)));
        }
        run.tells_a_call().then(|| run.with_open_text(line))
    }

    /// Takes an error's text without quotes up to the pair that follows it, where it is one: `error=503 Service Unavailable
    /// model=gpt-4o`.
    fn close_text(&mut self, line: &'a str, end: usize) -> bool {
        let text = self.open_text.and_then(|begins| line.get(begins..end)).map(str::trim_end);
        let Some(text) = text.filter(|text| written::first(text).is_some() || text.contains(": ")) else {
            return false;
        };
        let last = self.count.checked_sub(1).and_then(|last| self.pairs.get_mut(last));
        let Some(Some((Key::Error, value))) = last else {
            return false;
        };
        *value = text;
        true
    }

    /// The same with an error's text, written last and without quotes, taken to the end of the line:
    /// `error=Request timed out.`.
    fn with_open_text(mut self, line: &'a str) -> Self {
        let text = self.open_text.and_then(|begins| line.get(begins..)).map(str::trim_end);
        let last = self.count.checked_sub(1).and_then(|last| self.pairs.get_mut(last));
        if let (Some(text), Some(Some((Key::Error | Key::ErrorMessage, value)))) = (text, last) {
            *value = text;
            self.end = line.len();
        }
        self
    }

    pub(super) fn tells_a_call(&self) -> bool {
        let any = |wanted: fn(&Key, &str) -> bool| self.pairs.iter().flatten().any(|(key, value)| wanted(key, value));
        let is_got = any(|key, value| matches!(key, Key::Method) && value.eq_ignore_ascii_case("get"));
        let is_elsewhere =
            is_got && any(|key, value| matches!(key, Key::Url) && value.contains('/') && !providers::is_llm_url(value));
        self.count >= 2
            && !is_elsewhere
            && any(|key, value| match key {
                Key::Model => !absent(value),
                // A web server's own access line has a path, a status and a duration too.
                Key::Url => {
                    ENDPOINTS.contains(&value.trim_start_matches('/')) || value.contains('/') && providers::is_llm_url(value)
                }
                _ => false,
            })
            && any(|key, value| match key {
                Key::Latency(_) | Key::ProviderId | Key::RequestId | Key::ClientId | Key::ErrorType => true,
                Key::Status | Key::StatusLike => scan::status(value).is_some(),
                Key::Error => !absent(value),
                _ => false,
            })
    }
}

/// Whether Rails wrote a line on a request to itself, as lograge has it: with the controller and its action.
fn is_of_a_controller(line: &str) -> bool {
    let has = |pair: &[u8]| memchr::memmem::find(line.as_bytes(), pair).is_some();
    has(b" controller=") && has(b" action=")
}

/// `name: value` parts between commas, bars, semicolons and brackets; the name is the last word before its colon.
fn colons<'a>(line: &'a str, take: &mut dyn FnMut(usize, &'a str, &'a str)) {
    let mut at = 0;
    for part in line.split([',', '|', ';', '(', '[']) {
        if let Some((before, value)) = part.split_once(": ") {
            let name = before.rsplit(' ').next().unwrap_or(before).trim_matches(['"', '\'']);
            take(
                at + before.len() - name.len(),
                name,
                value.trim_matches([' ', '"', '\'', ')', ']']),
            );
        }
        at += part.len() + 1;
    }
}

/// The status that an error's text in a pair writes, where no pair of its own does.
fn fill_from_error(fields: &mut Fields<'_>) {
    let text = fields.error_message.filter(|_| fields.status.is_none());
    if let Some(failed) = text.and_then(http_client::find) {
        failed.tell(fields);
    }
    if let Some((_, raised)) = text.and_then(|text| named::within(text, true)) {
        raised.supplement(fields);
    }
    fields.status = fields.status.or_else(|| text.and_then(written::first));
    fields.status = fields.status.or_else(|| text.and_then(written::with_its_phrase));
    fields.error_type = fields.error_type.or_else(|| text.and_then(written::typed));
}
