//! Puts a compiled format together, variable by variable.

use super::compiled::{Compiled, Extent, Step};
use super::meaning::Meaning;
use super::{CompileError, Dialect};
use crate::gather::formats::access_keys::Key;

/// A format that is being compiled.
pub(super) struct Builder {
    pub(super) compiled: Compiled,
    literal: String,
    /// How the variable before is spelt.
    before: String,
}

impl Builder {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            compiled: Compiled::new(dialect),
            literal: String::new(),
            before: String::new(),
        }
    }

    /// Adds text that stands in every line.
    pub(super) fn literal(&mut self, text: &str) {
        self.literal.push_str(text);
    }

    /// Adds text of HAProxy's: it writes one blank for several, and none at the start.
    pub(super) fn separated(&mut self, text: &str) {
        for c in text.chars() {
            let is_first = self.literal.is_empty() && self.compiled.steps.is_empty();
            if c != ' ' || !(is_first || self.literal.ends_with(' ')) {
                self.literal.push(c);
            }
        }
    }

    /// Adds a variable, which is spelt so and stands at a character of the format.
    pub(super) fn add(&mut self, spelling: String, at: usize, meaning: Meaning, extent: Extent) -> Result<(), CompileError> {
        if self.joins(meaning) {
            self.before = spelling;
            return Ok(());
        }
        // A path starts with a slash, which ends the host that is often written in front of it.
        let is_path = meaning == Meaning::Of(Key::Url);
        if self.literal.is_empty() && !self.compiled.steps.is_empty() && !is_path {
            return Err(CompileError::Adjacent {
                at,
                first: std::mem::take(&mut self.before),
                second: spelling,
            });
        }
        self.compiled.steps.push(Step {
            before: std::mem::take(&mut self.literal).into_boxed_str(),
            meaning,
            extent,
            spelling: spelling.as_str().into(),
        });
        self.before = spelling;
        Ok(())
    }

    /// Adds a time with so many blanks in it. Times of several variables (`%ts.%03tu`, `%{%FT%T}t.%{msec_frac}t`) are one.
    pub(super) fn time(&mut self, spelling: String, at: usize, blanks: usize) -> Result<(), CompileError> {
        let joint = self.literal.len() <= 1 && self.literal.chars().all(|c| matches!(c, '.' | ',' | ' '));
        let is_time = |last: &&mut Step| last.meaning == Meaning::Of(Key::Time);
        if joint && let Some(last) = self.compiled.steps.last_mut().filter(is_time) {
            let own = self.literal.matches(' ').count();
            let Extent::Blanks(before) = last.extent else {
                return Ok(());
            };
            last.extent = Extent::Blanks(before + own + blanks);
            self.literal.clear();
            self.before = spelling;
            return Ok(());
        }
        self.add(spelling, at, Meaning::Of(Key::Time), Extent::Blanks(blanks))
    }

    /// The format, or that it has no variable.
    pub(super) fn finish(mut self) -> Result<Compiled, CompileError> {
        if self.compiled.steps.is_empty() {
            return Err(CompileError::NoVariable(self.compiled.dialect.example()));
        }
        self.compiled.after = self.literal.into_boxed_str();
        Ok(self.compiled)
    }

    /// Squid's `%Ss/%>Hs` and HAProxy's `%b/%s` and `%ci:%cp` are words of their own, of two variables.
    fn joins(&mut self, meaning: Meaning) -> bool {
        let Some(last) = self.compiled.steps.last_mut() else {
            return false;
        };
        let joined = match (last.meaning, self.literal.as_str(), meaning) {
            (Meaning::Result, "/", Meaning::Of(Key::Status)) => Meaning::ResultAndStatus,
            (Meaning::Backend, "/", Meaning::Server) => Meaning::BackendAndServer,
            _ => return false,
        };
        last.meaning = joined;
        self.literal.clear();
        true
    }
}
