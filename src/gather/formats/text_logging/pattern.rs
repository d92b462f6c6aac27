//! Holds a line against a layout written as a pattern: what stands in braces is read, a blank is any number of blanks,
//! everything else stands for itself.
//!
//! | part | reads |
//! |---|---|
//! | `{time}` | a date with a clock, a clock alone, or seconds since the epoch |
//! | `{level}` | a level's word, with the blanks that pad it in brackets |
//! | `{word}` | what holds no blank |
//! | `{number}` | digits |
//! | `{thread}`, `{inside}` | anything up to what comes next, perhaps nothing |
//! | `{span}` | spans of Rust's tracing with their fields: `llm_call{model="gpt-4o"}:retry{attempt=1}` |
//! | `{message}` | the rest |
//!
//! A line break stands for itself and the blanks that indent the next line; a text that ends there fits too, since heads
//! are asked for by line.

use super::head::Head;
use crate::gather::formats::levels;
use crate::gather::formats::threads::is_thread;
use crate::text::timestamp;

/// The longest thing between two brackets.
const INSIDE: usize = 120;

/// A pattern taken apart once: lines are held against thirty of them.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Step>);

/// A part of a pattern, and what stands before and behind it.
#[derive(Debug)]
struct Step {
    literal: &'static str,
    part: Part,
    /// What stands behind it begins with a blank.
    before_blank: bool,
    /// What ends it: the literal behind it up to its first blank.
    ending: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Time,
    Level,
    Word,
    Number,
    Thread,
    Inside,
    Span,
    Message,
}

impl Pattern {
    /// Takes a pattern apart.
    pub(super) fn of(pattern: &'static str) -> Self {
        let mut steps = Vec::new();
        let mut left = pattern;
        loop {
            let (literal, part, after) = next(left);
            let part = match part {
                "time" => Part::Time,
                "level" => Part::Level,
                "word" => Part::Word,
                "number" => Part::Number,
                "thread" => Part::Thread,
                "inside" => Part::Inside,
                "span" => Part::Span,
                _ => Part::Message,
            };
            let until = next(after).0;
            steps.push(Step {
                literal,
                part,
                before_blank: until.starts_with(' '),
                ending: until.split([' ', '\t', '\n']).next().unwrap_or(""),
            });
            if matches!(part, Part::Message) {
                return Self(steps);
            }
            left = after;
        }
    }

    /// Reads `text` into `head`; `None` where it is another layout.
    pub(super) fn read<'a>(&self, text: &'a str, mut head: Head<'a>) -> Option<Head<'a>> {
        let mut rest = text;
        for step in &self.0 {
            rest = literal_of(step.literal, rest)?;
            if rest.is_empty() && step.literal.ends_with('\n') {
                return Some(head);
            }
            rest = match step.part {
                Part::Time => {
                    let (stamp, behind) = rest.split_at_checked(timestamp::length(rest)?)?;
                    head.stamp = Some(stamp);
                    behind
                }
                Part::Level => {
                    let (is_error, behind) = levels::read(rest)?;
                    head.is_error = Some(is_error);
                    if step.before_blank {
                        behind
                    } else {
                        behind.trim_start_matches(' ')
                    }
                }
                Part::Word => word(rest, step.ending)?.1,
                Part::Number => {
                    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
                    rest.get(length..).filter(|_| length > 0)?
                }
                Part::Thread => {
                    let (inside, behind) = inside(rest, step.ending)?;
                    head.thread = Some(inside).filter(|thread| is_thread(thread));
                    behind
                }
                Part::Inside => inside(rest, step.ending)?.1,
                Part::Span => {
                    let (span, behind) = span(rest)?;
                    head.span = span;
                    behind
                }
                Part::Message => {
                    head.message = rest;
                    return Some(head);
                }
            };
        }
        Some(head)
    }
}

/// The literal at the start of a pattern, the part behind it, and what follows that.
fn next(pattern: &'static str) -> (&'static str, &'static str, &'static str) {
    let Some((literal, rest)) = pattern.split_once('{') else {
        return (pattern, "", "");
    };
    let (part, after) = rest.split_once('}').unwrap_or((rest, ""));
    (literal, part, after)
}

/// Takes a literal off the text; blanks stand for any number of them.
fn literal_of<'a>(literal: &str, text: &'a str) -> Option<&'a str> {
    let mut rest = text;
    for byte in literal.bytes() {
        let first = rest.as_bytes().first();
        match byte {
            b' ' => {
                let trimmed = rest.trim_start_matches([' ', '\t']);
                if trimmed.len() == rest.len() {
                    return None;
                }
                rest = trimmed;
            }
            b'\n' if first.is_none() => return Some(rest),
            b'\n' => rest = rest.trim_start_matches('\r').strip_prefix('\n')?.trim_start_matches(' '),
            _ if first == Some(&byte) => rest = rest.get(1..)?,
            _ => return None,
        }
    }
    Some(rest)
}

/// A run without blanks, up to the last `end` in it where there is one.
fn word<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    let length = text
        .bytes()
        .take(INSIDE)
        .take_while(|byte| !byte.is_ascii_whitespace())
        .count();
    let run = text.get(..length)?;
    let length = if end.is_empty() { run.len() } else { run.rfind(end)? };
    text.split_at_checked(length).filter(|(word, _)| !word.is_empty())
}

/// What stands before `end` on this line.
fn inside<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    let line = text.as_bytes().get(..text.len().min(INSIDE))?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    if end.is_empty() {
        return text.split_at_checked(line.len());
    }
    // Two bytes at most: a searcher would cost more to make than the search.
    let first = *end.as_bytes().first()?;
    let at = memchr::memchr_iter(first, line).find(|at| line.get(*at..).is_some_and(|rest| rest.starts_with(end.as_bytes())))?;
    text.split_at_checked(at)
}

/// `name{fields}:name:` spans and the target behind them; the fields of the first span that has some. At least one span
/// must have its braces: a target alone is any logger's.
fn span(text: &str) -> Option<(Option<&str>, &str)> {
    let name = text
        .bytes()
        .take(INSIDE)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'-'))
        .count();
    let (_, rest) = text.split_at_checked(name).filter(|(name, _)| !name.is_empty())?;
    rest.strip_prefix('{')?;
    let line = rest.get(..memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()))?;
    // The spans end where a closing brace, a colon and a blank come first.
    // A searcher would cost more to make than the search.
    let ends = |at: &usize| line.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(b"}: "));
    let end = memchr::memchr_iter(b'}', line.as_bytes()).find(ends)?;
    Some((rest.get(1..end), rest.get(end + 1..)?))
}
