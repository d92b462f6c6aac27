//! What is wrong with a definition: which key, and where in it.

use super::captures::{Captured, Field};
use super::{Own, first_line};
use crate::text::nearest::nearest;
use crate::text::timestamp::{self, Reference, Zone};
use chrono::NaiveDate;
use regex::{Regex, RegexBuilder};
use std::fmt;
use thiserror::Error;

/// Bytes of a compiled expression: many times what a line's pattern needs (the default of the crate is ten times this).
const COMPILED_LIMIT: usize = 1 << 20;

/// Groups within groups.
const NEST_LIMIT: u32 = 50;

/// Bytes of an expression as it is written.
const PATTERN_LIMIT: usize = 16 * 1024;

/// Letters of a name.
const LONGEST_NAME: usize = 40;

/// Letters of a sample or of a pattern that are quoted in an error.
const QUOTED: usize = 24;

/// Parts of a pattern that are tried to find where it stops matching; each has to be compiled.
const PARTS_TRIED: usize = 1000;

/// Bytes of a text that they are tried on.
const TEXT_TRIED: usize = 4096;

/// The keys of a definition that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `name`.
    Name,
    /// `pattern`.
    Pattern,
    /// `starts`.
    Starts,
    /// `samples`: one of them, from 0; without a number all of them.
    Samples(Option<usize>),
}

impl Key {
    /// The word of the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Pattern => "pattern",
            Self::Starts => "starts",
            Self::Samples(_) => "samples",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Samples(Some(number)) => write!(f, "sample {}", number + 1),
            key => f.write_str(key.word()),
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{key}: {says}")]
pub struct Wrong {
    /// In which key.
    pub key: Key,
    /// Lines of that key's text above the place, where it has one.
    pub below: usize,
    /// What it is.
    pub says: String,
}

fn wrong<T>(key: Key, says: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        key,
        below: 0,
        says: says.into(),
    })
}

pub(super) fn name(name: &str) -> Result<(), Wrong> {
    let is_shaped = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_shaped && (1..=LONGEST_NAME).contains(&name.len()) {
        return Ok(());
    }
    wrong(Key::Name, "it must be 1 to 40 small letters, digits and hyphens")
}

/// Compiles an expression within the limits.
pub(super) fn regex(key: Key, text: &str) -> Result<Regex, Wrong> {
    if text.len() > PATTERN_LIMIT {
        return wrong(key, format!("it is longer than {PATTERN_LIMIT} bytes"));
    }
    match build(text) {
        Ok(regex) => Ok(regex),
        Err(regex::Error::CompiledTooBig(_)) => {
            wrong(key, format!("it takes more than {COMPILED_LIMIT} bytes when it is compiled"))
        }
        Err(error) => {
            let said = error.to_string();
            let says = said.rsplit("error: ").next().unwrap_or(&said).trim().to_owned();
            Err(Wrong {
                key,
                below: line_of(&said).unwrap_or(0),
                says,
            })
        }
    }
}

fn build(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .size_limit(COMPILED_LIMIT)
        .nest_limit(NEST_LIMIT)
        .build()
}

/// The line above the one with the caret, as the crate numbers the lines of an expression; from 0.
fn line_of(said: &str) -> Option<usize> {
    let is_caret = |line: &str| line.contains('^') && line.chars().all(|c| matches!(c, '^' | ' '));
    let lines: Vec<&str> = said.lines().collect();
    let at = lines.iter().position(|line| is_caret(line))?;
    let above = lines.get(at.checked_sub(1)?)?;
    above.split(':').next()?.trim().parse::<usize>().ok()?.checked_sub(1)
}

/// What each group of an expression is.
pub(super) fn captures(pattern: &Regex, text: &str) -> Result<Vec<(usize, Captured)>, Wrong> {
    let mut captures = Vec::new();
    for (group, name) in pattern.capture_names().enumerate() {
        let Some(name) = name else { continue };
        match Captured::of(name) {
            Some(Captured::Nothing) => {}
            Some(captured) => captures.push((group, captured)),
            None => {
                let near = nearest(name, Captured::names());
                let near = near.map_or_else(
                    || "; one that is of no interest begins with _".to_owned(),
                    |near| format!("; did you mean '{near}'?"),
                );
                let at = text.find(&format!("<{name}>")).unwrap_or(0);
                return Err(Wrong {
                    key: Key::Pattern,
                    below: text.bytes().take(at).filter(|byte| *byte == b'\n').count(),
                    says: format!("no field is called '{name}'{near}"),
                });
            }
        }
    }
    if !captures
        .iter()
        .any(|(_, captured)| *captured == Captured::Text(Field::Timestamp))
    {
        return wrong(Key::Pattern, "it has no capture named timestamp: (?<timestamp>…)");
    }
    if !captures.iter().any(|(_, captured)| captured.is_end()) {
        return wrong(
            Key::Pattern,
            "none of its captures tells how a call ended: status, transport_error, error_type, error_message, message",
        );
    }
    Ok(captures)
}

/// Reads every sample.
pub(super) fn samples(own: &Own, pattern: &str) -> Result<(), Wrong> {
    if own.samples.is_empty() {
        return wrong(Key::Samples(None), "give one line of the log at least");
    }
    for (number, sample) in own.samples.iter().enumerate() {
        let key = Key::Samples(Some(number));
        if own.starts.is_none() && sample.contains('\n') {
            return wrong(key, "it has several lines, and no 'starts' says where a record begins");
        }
        if own.starts.is_some() && !own.starts(first_line(sample)) {
            return wrong(key, "'starts' does not match its first line");
        }
        if let Some(at) = sample.lines().skip(1).position(|line| own.starts(line)) {
            return wrong(
                key,
                format!("'starts' matches its line {} too: it would be two records", at + 2),
            );
        }
        let Some(found) = own.read(sample) else {
            return wrong(key, stopped(pattern, sample));
        };
        for (group, captured) in &own.captures {
            let Some(value) = found.get(*group) else { continue };
            let name = own.pattern.capture_names().nth(*group).flatten().unwrap_or_default();
            let refused = match captured {
                Captured::Text(Field::Timestamp) => is_no_stamp(value.as_str(), own.zone),
                captured => captured.refuses(value.as_str()),
            };
            if let Some(refused) = refused {
                return wrong(key, format!("{name} is '{}', which {refused}", quoted(value.as_str())));
            }
        }
    }
    Ok(())
}

fn is_no_stamp(value: &str, zone: Option<Zone>) -> Option<&'static str> {
    let date = NaiveDate::from_ymd_opt(2026, 1, 1)?;
    let stamp = timestamp::parse(value, &zone.unwrap_or(Zone::Utc), &Reference::on(date));
    stamp.is_none().then_some("is no time stamp of any known grammar")
}

/// How far a pattern matches a text: bytes of the text and of the pattern, of the longest part that compiles and matches.
fn reach(pattern: &str, text: &str) -> Option<(usize, usize)> {
    let text = text.get(..text.floor_char_boundary(TEXT_TRIED)).unwrap_or(text);
    let ends = pattern.char_indices().map(|(at, c)| at + c.len_utf8());
    let ends = ends.rev().step_by(pattern.len() / PARTS_TRIED + 1);
    let mut parts = ends.filter_map(|end| pattern.get(..end));
    parts.find_map(|part| {
        let found = build(part).ok()?.find(text)?;
        (found.start() == 0 && found.end() > 0).then_some((found.end(), part.len()))
    })
}

/// Where a pattern stops matching a sample.
fn stopped(pattern: &str, sample: &str) -> String {
    let Some((reached, part)) = reach(pattern, sample) else {
        return format!("the pattern does not match from its start, '{}'", quoted(sample));
    };
    format!(
        "the pattern does not match: it fits as far as character {}, before '{}', where it goes on with '{}'",
        characters(sample, reached),
        quoted(sample.get(reached..).unwrap_or_default()),
        quoted(pattern.get(part..).unwrap_or_default().trim_start()),
    )
}

/// The same of a line of a log, of which nothing is told.
pub(super) fn left(pattern: &str, line: &str) -> String {
    match reach(pattern, line) {
        Some((reached, part)) => format!(
            "it fits as far as character {}, where the pattern goes on with '{}'",
            characters(line, reached),
            quoted(pattern.get(part..).unwrap_or_default().trim_start()),
        ),
        None => "it does not fit from its start".to_owned(),
    }
}

fn characters(text: &str, bytes: usize) -> usize {
    text.get(..bytes).map_or(0, |before| before.chars().count())
}

/// The first letters of a text, in one line.
fn quoted(text: &str) -> String {
    let mut chars = text.chars();
    let mut quoted: String = chars.by_ref().take(QUOTED).take_while(|c| *c != '\n').collect();
    if chars.next().is_some() {
        quoted.push('…');
    }
    quoted
}
