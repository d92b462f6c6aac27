//! A format that the user describes: a regular expression whose captures are named as the fields.
//!
//! The expression comes from the user's configuration, never from data, and runs in linear time within a fixed size.

mod captures;
mod check;
#[cfg(test)]
mod tests;

pub use check::{Key, Wrong};

use super::format::{Fit, Format, Unread};
use crate::gather::frame::Framing;
use crate::model::{Fields, Grain, Instant, Vantage};
use crate::text::scan;
use crate::text::timestamp::Zone;
use captures::Captured;
use regex::Regex;

/// What a `[[format]]` table says.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name of `--format` and of the report.
    pub name: String,
    /// Who writes it.
    pub vantage: Vantage,
    /// The expression, which must match from a record's start.
    pub pattern: String,
    /// The expression of a line that starts a record; without it every line is one.
    pub starts: Option<String>,
    /// Which instant its stamps mean.
    pub instant: Instant,
    /// What a record with an end is about, where the fields do not tell: [`Grain::Attempt`] or [`Grain::Call`].
    pub about: Option<Grain>,
    /// The zone of its stamps where they carry none.
    pub zone: Option<Zone>,
    /// Records, each of which must be read.
    pub samples: Vec<String>,
}

/// A format of the user's own.
pub struct Own {
    name: &'static str,
    vantage: Vantage,
    pattern: Regex,
    captures: Vec<(usize, Captured)>,
    starts: Option<Regex>,
    /// A record is recognised by more than its first line.
    is_long: bool,
    instant: Instant,
    about: Option<Grain>,
    zone: Option<Zone>,
    samples: &'static [&'static str],
}

impl Own {
    /// Compiles a definition and reads its samples.
    ///
    /// # Errors
    /// [`Wrong`]: which key, and where in it.
    pub fn new(definition: Definition) -> Result<Self, Wrong> {
        check::name(&definition.name)?;
        let pattern = check::regex(Key::Pattern, &definition.pattern)?;
        let captures = check::captures(&pattern, &definition.pattern)?;
        let starts = definition.starts.as_deref().map(|text| check::regex(Key::Starts, text));
        // What is known of formats lives as long as the program.
        let samples = definition.samples.iter().map(|sample| sample.trim_matches(['\n', '\r']));
        let samples: Vec<&'static str> = samples.map(|sample| &*sample.to_owned().leak()).collect();
        let own = Self {
            name: definition.name.leak(),
            vantage: definition.vantage,
            pattern,
            captures,
            starts: starts.transpose()?,
            is_long: false,
            instant: definition.instant,
            about: definition.about,
            zone: definition.zone,
            samples: samples.leak(),
        };
        check::samples(&own, &definition.pattern)?;
        let is_long = own.samples.iter().any(|sample| own.read(first_line(sample)).is_none());
        Ok(Self { is_long, ..own })
    }

    /// The captures of a record; `None` where the expression does not match from its start.
    fn read<'a>(&self, record: &'a str) -> Option<regex::Captures<'a>> {
        let found = self.pattern.captures(record)?;
        found.get(0).is_some_and(|whole| whole.start() == 0).then_some(found)
    }

    fn starts(&self, line: &str) -> bool {
        let starts = self.starts.as_ref().and_then(|starts| starts.find(line));
        starts.is_some_and(|found| found.start() == 0)
    }
}

fn first_line(record: &str) -> &str {
    record.lines().next().unwrap_or_default()
}

impl Format for Own {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vantage(&self) -> Vantage {
        self.vantage
    }

    fn framing(&self) -> Framing {
        if self.starts.is_some() {
            Framing::Continued
        } else {
            Framing::Line
        }
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        self.starts(&scan::text(line))
    }

    fn is_the_users(&self) -> bool {
        true
    }

    fn zone(&self) -> Option<Zone> {
        self.zone
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        if self.read(&line).is_some() || (self.is_long && self.starts(&line)) {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    // It cannot tell which bytes are a record's own: an expression may choose by any digit.

    fn leaves(&self, line: &[u8]) -> Option<String> {
        let line = scan::text(line);
        (self.fit(line.as_bytes()) == Fit::No).then(|| check::left(self.pattern.as_str(), &line))
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let record = scan::text(record);
        let record = record.trim_end_matches(['\n', '\r']);
        let found = self.read(record).ok_or(Unread::NotThisFormat)?;
        let mut values = captures::Values::default();
        for (group, captured) in &self.captures {
            if let Some(value) = found.get(*group) {
                values.take(*captured, value.as_str());
            }
        }
        if let Some(fields) = values.fields(self.vantage, self.instant, self.about) {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        self.samples
    }

    fn source(&self) -> &'static str {
        "the configuration"
    }
}
