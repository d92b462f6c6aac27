//! The values of the flags that are more than a word.

use crate::deliver::{self, Addressee};
use crate::gather::Pattern;
use crate::gather::formats::{Dialect, Format};
use crate::model::Class;
use crate::text::timestamp::Zone;
use std::path::PathBuf;
use std::str::FromStr;

/// A value for all logs, or for those that a pattern means.
#[derive(Clone, Debug)]
pub struct Scoped<T> {
    /// Which logs; `None` means all.
    pub pattern: Option<Pattern>,
    /// The value.
    pub value: T,
}

/// A report that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportAsked {
    /// Its name.
    pub name: String,
    /// Where it goes; `None` means standard output.
    pub file: Option<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

pub(super) fn report(text: &str) -> Result<ReportAsked, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("a file must follow the =".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let name = if name == "md" { "markdown" } else { name };
    if deliver::by_name(name).is_none() {
        let known: Vec<&str> = deliver::ALL.iter().map(|report| report.name()).collect();
        return Err(format!("there is no report of this name; there are {}", known.join(", ")));
    }
    Ok(ReportAsked {
        name: name.to_owned(),
        file,
    })
}

pub(super) fn audience(text: &str) -> Result<Addressee, String> {
    [Addressee::Provider, Addressee::Network]
        .into_iter()
        .find(|to| to.name() == text)
        .ok_or_else(|| "a ticket is for the provider or the network (team)".to_owned())
}

pub(super) fn class(text: &str) -> Result<Class, String> {
    let known = || Class::ALL.map(Class::name).join(", ");
    Class::ALL
        .into_iter()
        .find(|class| class.name() == text)
        .ok_or_else(|| format!("the classes are {}", known()))
}

/// `VALUE` or `GLOB=VALUE`. Neither zones nor formats hold a `=`, and globs may.
fn scoped<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Scoped<T>, String> {
    let (pattern, value) = match text.rsplit_once('=') {
        Some((glob, value)) => (Some(Pattern::new(glob).map_err(|error| error.to_string())?), value),
        None => (None, text),
    };
    Ok(Scoped {
        pattern,
        value: read(value)?,
    })
}

pub(super) fn zone(text: &str) -> Result<Scoped<Zone>, String> {
    scoped(text, |zone| {
        zone.parse()
            .map_err(|error: crate::text::timestamp::UnknownZone| error.to_string())
    })
}

/// A format that was asked for.
#[derive(Clone)]
pub enum FormatAsked {
    /// By its name, which may be one of the configuration's.
    Named(String),
    /// As its proxy's configuration has it.
    Written(&'static dyn Format),
}

impl std::fmt::Debug for FormatAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Written(format) => f.write_str(format.name()),
        }
    }
}

impl FromStr for FormatAsked {
    type Err = String;

    /// A name, or `nginx:` and the format that its configuration has.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((dialect, written)) = written(text) else {
            return Ok(Self::Named(text.to_owned()));
        };
        let compiled = dialect
            .compile(written)
            .map_err(|error| format!("{}: {error}", dialect.word()))?;
        // A format lives as long as the program, and is compiled once for each time that it is written.
        Ok(Self::Written(Box::leak(Box::new(compiled))))
    }
}

/// The proxy that a text begins with, and its format.
fn written(text: &str) -> Option<(Dialect, &str)> {
    Dialect::ALL
        .into_iter()
        .find_map(|dialect| Some((dialect, text.strip_prefix(dialect.word())?.strip_prefix(':')?)))
}

/// `FORMAT` or `GLOB=FORMAT`: a proxy's format may hold a `=`, so the glob ends where one begins.
pub(super) fn format(text: &str) -> Result<Scoped<FormatAsked>, String> {
    if written(text).is_none()
        && let Some((at, _)) = text
            .match_indices('=')
            .find(|(at, _)| text.get(at + 1..).is_some_and(|rest| written(rest).is_some()))
        && let (Some(glob), Some(asked)) = (text.get(..at), text.get(at + 1..))
    {
        return Ok(Scoped {
            pattern: Some(Pattern::new(glob).map_err(|error| error.to_string())?),
            value: asked.parse()?,
        });
    }
    if written(text).is_some() {
        return Ok(Scoped {
            pattern: None,
            value: text.parse()?,
        });
    }
    scoped(text, str::parse)
}

/// A whole number between two.
pub(super) fn whole<T: TryFrom<u64>>(text: &str, least: u64, most: u64) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| match most {
        u64::MAX => format!("it must be a whole number from {least} on"),
        most => format!("it must be a whole number from {least} to {most}"),
    })
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "it must be a number above 0".to_owned())
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = text
        .strip_suffix('%')
        .map_or((text, 1.0), |percent| (percent.trim_end(), 100.0));
    let share = number
        .parse::<f64>()
        .ok()
        .map(|number| number / unit)
        .filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it must be a share from 0 to 1, or a percentage".to_owned())
}

/// A window by its name in the reports: `w1`, or `1`; its place from 0.
pub(super) fn window(text: &str) -> Result<usize, String> {
    let number = text.strip_prefix('w').unwrap_or(text).parse::<usize>().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    place.ok_or_else(|| "it must be a window's name as the reports have it, such as w1".to_owned())
}
