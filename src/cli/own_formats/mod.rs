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
    /// Reads what the file of `--config` says of formats; nothing without one.
    ///
    /// # Errors
    /// Which file cannot be read, or what is wrong at which line of it.
    pub(super) fn read(config: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = config else { return Ok(Self::none()) };
        let place = format!("the configuration {}", path.display());
        let text = fs::read_to_string(path).with_context(|| place.clone())?;
        Self::of(&text).map_err(|wrong| match wrong.line {
            Some(line) => anyhow!("{place}:{line}: {}", wrong.says),
            None => anyhow!("{place}: {}", wrong.says),
        })
    }

    /// No formats of the user's own.
    fn none() -> Self {
        Self {
            known: formats::ALL,
            forced: Forced::new(),
        }
    }

    /// What the text of a file says.
    fn of(text: &str) -> Result<Self, table::Wrong> {
        let said = table::read(text)?;
        if said.own.is_empty() && said.rules.is_empty() {
            return Ok(Self::none());
        }
        // What is known of formats lives as long as the program.
        let own = said
            .own
            .into_iter()
            .map(|own| &*Box::leak(Box::new(own)) as &'static dyn Format);
        let known: &'static [&'static dyn Format] = own.chain(formats::ALL.iter().copied()).collect::<Vec<_>>().leak();
        let mut forced = Forced::with_capacity(said.rules.len());
        for (pattern, asked, line) in said.rules {
            let format = named(known, &asked).map_err(|says| table::Wrong { line: Some(line), says })?;
            forced.push((Some(pattern), format));
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
