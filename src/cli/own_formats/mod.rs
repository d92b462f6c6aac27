//! The formats of the user's own: `[[format]]` and `[formats]` of a configuration file.
//!
//! `[[format]]` describes a format. `[formats]` says which logs are in which, by globs (`'edge/*.log' = "nginx:$remote_addr …"`),
//! and is outdone by the flag `--format`.

mod table;
#[cfg(test)]
mod tests;

use super::args::{FormatAsked, Scoped};
use crate::gather::Pattern;
use crate::gather::formats::{self, Format};
use crate::text::nearest::nearest;
use anyhow::{Context as _, anyhow};
use std::fs;
use std::path::Path;

/// Which logs are to be read as which format; without a pattern, all.
pub(super) type Forced = Vec<(Option<Pattern>, &'static dyn Format)>;

/// What the configuration says of formats.
pub(super) struct OwnFormats {
    /// Every format that can be recognised: the user's own and the built-in ones.
    pub(super) known: &'static [&'static dyn Format],
    /// Those of `[formats]`.
    forced: Forced,
}

impl OwnFormats {
    /// Reads what the files say of formats, the one that counts more first: it goes before another where both name a format
    /// or mean a log.
    ///
    /// # Errors
    /// Which file cannot be read, or what is wrong at which line of it.
    pub(super) fn read(files: &[&Path]) -> anyhow::Result<Self> {
        let mut own: Vec<&'static dyn Format> = Vec::new();
        let mut rules = Vec::new();
        for path in files {
            let place = format!("the configuration {}", path.display());
            let text = fs::read_to_string(path).with_context(|| place.clone())?;
            let said = table::read(&text).map_err(|wrong| wrong.at(&place))?;
            for format in said.own {
                // What is known of formats lives as long as the program.
                let format: &'static dyn Format = Box::leak(Box::new(format));
                if !own.iter().any(|stronger| stronger.name() == format.name()) {
                    own.push(format);
                }
            }
            // Of rules the last that matches counts.
            rules.splice(0..0, said.rules.into_iter().map(|rule| (rule, place.clone())));
        }
        if own.is_empty() && rules.is_empty() {
            return Ok(Self {
                known: formats::ALL,
                forced: Forced::new(),
            });
        }
        own.extend(formats::ALL);
        let known: &'static [&'static dyn Format] = own.leak();
        let mut forced = Forced::with_capacity(rules.len());
        for (rule, place) in rules {
            let line = Some(rule.line);
            let format = named(known, &rule.asked).map_err(|says| table::Wrong { line, says }.at(&place))?;
            forced.push((Some(rule.logs), format));
        }
        Ok(Self { known, forced })
    }

    /// What the flags force, and what `[formats]` does where no flag is for all logs: a flag goes before a file.
    ///
    /// # Errors
    /// Where a name is no format's.
    pub(super) fn forced(&self, flags: &[Scoped<FormatAsked>]) -> anyhow::Result<Forced> {
        let is_for_all = flags.iter().any(|flag| flag.pattern.is_none());
        let mut forced = if is_for_all { Forced::new() } else { self.forced.clone() };
        for flag in flags {
            let format = named(self.known, &flag.value).map_err(|says| anyhow!("--format: {says}"))?;
            forced.push((flag.pattern.clone(), format));
        }
        Ok(forced)
    }

    /// A format by its name.
    ///
    /// # Errors
    /// That there is none, and which name is near.
    pub(super) fn by_name(&self, name: &str) -> anyhow::Result<&'static dyn Format> {
        named(self.known, &FormatAsked::Named(name.to_owned())).map_err(|says| anyhow!(says))
    }
}

/// The format that is asked for.
fn named(known: &[&'static dyn Format], asked: &FormatAsked) -> Result<&'static dyn Format, String> {
    let name = match asked {
        FormatAsked::Written(format) => return Ok(*format),
        FormatAsked::Named(name) => name,
    };
    let found = known.iter().find(|format| format.name() == name);
    found.copied().ok_or_else(|| {
        let like = nearest(name, known.iter().map(|format| format.name()));
        let like = like.map_or_else(String::new, |like| format!(", did you mean '{like}'?"));
        format!("there is no format '{name}'{like}; 'faultscope formats' lists them")
    })
}
