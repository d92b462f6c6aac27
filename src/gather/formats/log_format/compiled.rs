//! A compiled format: its steps, and how a line is walked along them.

use super::Dialect;
use super::meaning::{Meaning, Told};
use super::own;
use super::template::Template;
use crate::gather::alike::Slot;
use crate::gather::formats::format::{Fit, Format, Unread};
use crate::gather::formats::haproxy;
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor};

/// How far a value may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// To the next literal.
    Plain,
    /// To the next literal, over the blanks of `, ` and ` : ` (nginx lists its tries).
    List,
    /// Over so many blanks of its own, then to the next literal (a time, a request line).
    Blanks(usize),
    /// To the next literal, behind the blanks that fill it up to its width.
    Padded,
    /// In braces, or not there at all, with the blank before it.
    Braced,
}

/// One variable and the text before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) before: Box<str>,
    pub(super) meaning: Meaning,
    pub(super) extent: Extent,
    /// How the proxy spells it.
    pub(super) spelling: Box<str>,
}

/// A compiled format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    pub(super) dialect: Dialect,
    /// Which instant its time stamp means.
    pub(super) instant: Instant,
    pub(super) steps: Vec<Step>,
    /// The text after the last variable.
    pub(super) after: Box<str>,
    /// In the place of steps, where the format is a JSON object.
    pub(super) template: Option<Template>,
}

impl Compiled {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            instant: dialect.instant(),
            steps: Vec::new(),
            after: Box::default(),
            template: None,
        }
    }

    /// Reads the start of a line and returns what follows the format.
    ///
    /// # Errors
    /// [`Unread`] where a literal is missing.
    pub fn read_start<'a>(&self, line: &'a str, fields: &mut Fields<'a>) -> Result<&'a str, Unread> {
        let mut told = Told::into(fields);
        self.walk(line, &mut |meaning, value| told.take(meaning, value), Step::last)
    }

    /// Reads a whole line; whether it is about an exchange.
    fn read<'a>(&self, line: &'a str, fields: &mut Fields<'a>) -> Result<bool, Unread> {
        fields.instant = self.instant;
        let mut line = line;
        if self.dialect == Dialect::Haproxy
            && let (host, true, rest) = haproxy::headless(line)
        {
            fields.host = host;
            line = rest;
        }
        let mut told = Told::into(fields);
        let rest = self.walk(line, &mut |meaning, value| told.take(meaning, value), Step::all)?;
        if rest.trim_end().is_empty() {
            Ok(told.finish(self.dialect, self.has_target()))
        } else {
            Err(Unread::NotThisFormat)
        }
    }

    fn has_target(&self) -> bool {
        self.steps.iter().any(|step| step.meaning.is_target())
    }

    /// Walks the steps and hands on their values; `last` takes the value of a variable that ends the format.
    fn walk<'a>(
        &self,
        line: &'a str,
        take: &mut dyn FnMut(Meaning, &'a str) -> Result<(), Unread>,
        last: impl Fn(&Step, &mut Cursor<'a>) -> &'a str,
    ) -> Result<&'a str, Unread> {
        let mut cursor = Cursor::new(line);
        let mut steps = self.steps.iter();
        let mut step = steps.next();
        if let Some(first) = step {
            cursor.literal(&first.before).ok_or(Unread::NotThisFormat)?;
        }
        while let Some(this) = step {
            let next = steps.next();
            let value = match next {
                Some(next) if next.before.is_empty() => before_slash(&mut cursor),
                Some(next) => this.value(&mut cursor, &next.before),
                None if self.after.is_empty() => Some(last(this, &mut cursor)),
                None => this.value(&mut cursor, &self.after),
            };
            let value = value.ok_or(Unread::CutShort)?;
            take(this.meaning, value)?;
            step = next;
        }
        Ok(cursor.rest())
    }
}

impl Compiled {
    /// The parts of a line that are its own. A number ends where its digits end, so none may follow it.
    fn own_of(&self, line: &str) -> Option<Vec<Slot>> {
        let goes_on = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.');
        let texts = self.steps.iter().map(|step| &*step.before).chain([&*self.after]);
        if self.template.is_some() || texts.skip(1).any(goes_on) {
            return None;
        }
        let mut fields = Fields::default();
        self.read(line, &mut fields).ok()?;
        let (mut slots, rest) = match self.dialect {
            Dialect::Haproxy => haproxy::header(line)?,
            _ => (Vec::new(), line),
        };
        let mut told = Vec::new();
        let mut note = |meaning, value| {
            told.push((meaning, value));
            Ok(())
        };
        self.walk(rest, &mut note, Step::all).ok()?;
        slots.extend(own::slots(line, &fields, &told)?);
        Some(slots)
    }
}

impl Step {
    /// The value before `literal`.
    fn value<'a>(&self, cursor: &mut Cursor<'a>, literal: &str) -> Option<&'a str> {
        match self.extent {
            Extent::Padded => cursor.blanks(),
            Extent::Braced => return braced(cursor, literal),
            Extent::Plain | Extent::List | Extent::Blanks(_) => {}
        }
        let start = cursor.rest();
        if let Extent::Blanks(blanks) = self.extent
            && literal.starts_with(' ')
        {
            for _ in 0..blanks {
                cursor.until(b' ')?;
            }
        }
        loop {
            cursor.until_text(literal)?;
            let end = start.len() - cursor.rest().len() - literal.len();
            let value = start.get(..end)?;
            let is_inside = match self.extent {
                _ if literal.starts_with('"') => is_escaped(value),
                Extent::List => literal.starts_with(' ') && continues(value, cursor.rest()),
                _ => false,
            };
            if !is_inside {
                return Some(value);
            }
        }
    }

    /// The last value where more may follow: a word, or a list with its blanks.
    fn last<'a>(&self, cursor: &mut Cursor<'a>) -> &'a str {
        self.value(cursor, " ").unwrap_or_else(|| self.all(cursor))
    }

    /// The last value of a line that ends with it.
    fn all<'a>(&self, cursor: &mut Cursor<'a>) -> &'a str {
        let value = cursor.rest().trim_ascii();
        *cursor = Cursor::new("");
        value
    }
}

/// Whether a blank after `value` stands inside nginx's list of tries.
fn continues(value: &str, behind: &str) -> bool {
    value.ends_with(',') || value.ends_with(" :") || behind.starts_with(": ")
}

/// Whether a quote behind `value` is part of it: the proxy wrote a backslash before it.
fn is_escaped(value: &str) -> bool {
    let backslashes = value.bytes().rev().take_while(|byte| *byte == b'\\').count();
    backslashes % 2 == 1
}

/// A host that runs into a path ends at the path's slash.
fn before_slash<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let line = cursor.rest();
    let (value, _) = line.split_once('/')?;
    *cursor = Cursor::new(line.get(value.len()..)?);
    Some(value)
}

/// What stands in braces before `literal`. Where nothing was captured, the proxy leaves it out and one of its blanks.
fn braced<'a>(cursor: &mut Cursor<'a>, literal: &str) -> Option<&'a str> {
    if cursor.literal("{").is_some() {
        let value = cursor.until(b'}')?;
        cursor.literal(literal)?;
        return Some(value);
    }
    if cursor.literal(literal).is_none() {
        cursor.literal(literal.strip_prefix(' ')?)?;
    }
    Some("")
}

/// A site's own format is named by the user, never guessed: it has no samples.
impl Format for Compiled {
    fn name(&self) -> &'static str {
        self.dialect.name()
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn is_the_users(&self) -> bool {
        true
    }

    fn leaves(&self, line: &[u8]) -> Option<String> {
        let line = scan::text(line);
        if self.template.is_some() || self.read(&line, &mut Fields::default()).is_ok() {
            return None;
        }
        // Each beginning of the format is a format.
        let beginning = |steps: usize| {
            let next = self.steps.get(steps)?;
            let beginning = Self {
                steps: self.steps.get(..steps)?.to_vec(),
                after: next.before.clone(),
                ..self.clone()
            };
            let mut fields = Fields::default();
            let mut told = Told::into(&mut fields);
            let fits = beginning
                .walk(&line, &mut |meaning, value| told.take(meaning, value), Step::all)
                .is_ok();
            fits.then(|| format!("it fits as far as the text before {}", next.spelling))
        };
        let found = (1..self.steps.len()).rev().find_map(beginning);
        Some(found.unwrap_or_else(|| "it does not fit from its start".to_owned()))
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let read = match &self.template {
            Some(template) => template.fits(&line),
            None => self.read(&line, &mut Fields::default()).is_ok(),
        };
        if read { Fit::Yes } else { Fit::No }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        match &self.template {
            Some(template) => template.read(&line, self, emit)?,
            None => {
                let mut fields = Fields::default();
                if self.read(&line, &mut fields)? {
                    emit(&fields);
                }
            }
        }
        Ok(())
    }

    fn own(&self, record: &str) -> Option<Vec<Slot>> {
        self.own_of(record)
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn source(&self) -> &'static str {
        self.dialect.source()
    }
}
