//! A log format that its site wrote itself, compiled to steps: a literal, and the variable behind it.
//!
//! What every site knows of its proxy's log is the line in the proxy's configuration. A line is read by looking for the
//! literal that follows each variable: no backtracking, one `memchr` a field.

pub(super) mod apache;
pub(super) mod nginx;

use super::access_keys::{Key, fill};
use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Instant, Vantage};
use crate::text::scan::{self, Cursor};
use thiserror::Error;

/// Why a format cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CompileError {
    /// It holds no variable.
    #[error("the format has no variable (nginx: $remote_addr, $status, …; Apache: %h, %>s, …)")]
    NoVariable,
    /// Nothing tells where one variable ends and the next begins.
    #[error("{first} and {second} stand side by side: no text between them tells where the first one ends")]
    Adjacent {
        /// The variable before.
        first: String,
        /// The variable after.
        second: String,
    },
    /// A quoted part of the directive, or a name in braces, does not end.
    #[error("the format ends inside a quotation or a name in braces")]
    Unterminated,
}

/// How far a value may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// To the next literal.
    Plain,
    /// To the next literal, over the blanks of `, ` and ` : ` (nginx lists its tries).
    List,
    /// Over so many blanks of its own, then to the next literal (a time of several directives).
    Blanks(usize),
}

/// One variable and the text before it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    before: Box<str>,
    /// What the variable is; `None` for those that say nothing of a call.
    key: Option<Key>,
    extent: Extent,
}

/// A compiled format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The report's word for it.
    name: &'static str,
    /// Where its grammar is documented.
    source: &'static str,
    /// Which instant its time stamp means.
    instant: Instant,
    steps: Vec<Step>,
    /// The text after the last variable.
    after: Box<str>,
}

impl Compiled {
    /// Reads a whole line.
    ///
    /// # Errors
    /// [`Unread`] where a literal is missing.
    pub fn read<'a>(&self, line: &'a str, fields: &mut Fields<'a>) -> Result<(), Unread> {
        let rest = self.walk(line, fields, Step::all)?;
        if rest.trim_end().is_empty() {
            Ok(())
        } else {
            Err(Unread::NotThisFormat)
        }
    }

    /// Reads the start of a line and returns what follows the format.
    ///
    /// # Errors
    /// [`Unread`] where a literal is missing.
    pub fn read_start<'a>(&self, line: &'a str, fields: &mut Fields<'a>) -> Result<&'a str, Unread> {
        self.walk(line, fields, Step::last)
    }

    /// Walks the steps; `last` takes the value of a variable that ends the format.
    fn walk<'a>(
        &self,
        line: &'a str,
        fields: &mut Fields<'a>,
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
            if let Some(key) = this.key {
                fill(fields, key, value);
            }
            step = next;
        }
        Ok(cursor.rest())
    }
}

impl Step {
    /// The value before `literal`.
    fn value<'a>(&self, cursor: &mut Cursor<'a>, literal: &str) -> Option<&'a str> {
        let start = cursor.rest();
        if let Extent::Blanks(blanks) = self.extent {
            for _ in 0..blanks {
                cursor.until(b' ')?;
            }
        }
        loop {
            cursor.until_text(literal)?;
            let end = start.len() - cursor.rest().len() - literal.len();
            let value = start.get(..end)?;
            if self.extent != Extent::List || !literal.starts_with(' ') || !continues(value, cursor.rest()) {
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
        let value = cursor.rest().trim_end();
        *cursor = Cursor::new("");
        value
    }
}

/// Whether a blank after `value` stands inside nginx's list of tries.
fn continues(value: &str, behind: &str) -> bool {
    value.ends_with(',') || value.ends_with(" :") || behind.starts_with(": ")
}

/// A host that runs into a path ends at the path's slash.
fn before_slash<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let line = cursor.rest();
    let (value, _) = line.split_once('/')?;
    *cursor = Cursor::new(line.get(value.len()..)?);
    Some(value)
}

/// A site's own format is named by the user, never guessed: it has no samples.
impl Format for Compiled {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match self.read(&scan::text(line), &mut Fields::default()) {
            Ok(()) => Fit::Yes,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let mut fields = Fields {
            instant: self.instant,
            ..Fields::default()
        };
        self.read(&line, &mut fields)?;
        if super::access_line::is_exchange(&fields) {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[]
    }

    fn source(&self) -> &'static str {
        self.source
    }
}
