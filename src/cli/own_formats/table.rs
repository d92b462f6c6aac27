//! Reads `[[format]]` and `[formats]` of a TOML text; every other key is somebody else's.

use crate::cli::args::FormatAsked;
use crate::gather::Pattern;
use crate::gather::formats::{self, Definition, DefinitionKey, Own};
use crate::model::{Grain, Instant, Vantage};
use crate::text::nearest::nearest;
use anyhow::anyhow;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong, and on which line.
#[derive(Debug)]
pub(super) struct Wrong {
    /// From 1; `None` where it is nowhere in particular.
    pub(super) line: Option<usize>,
    pub(super) says: String,
}

impl Wrong {
    /// As it is said, with the file that it is in.
    pub(super) fn at(&self, place: &str) -> anyhow::Error {
        match self.line {
            Some(line) => anyhow!("{place}:{line}: {}", self.says),
            None => anyhow!("{place}: {}", self.says),
        }
    }
}

/// Which logs are in which format.
pub(super) struct Rule {
    pub(super) logs: Pattern,
    pub(super) asked: FormatAsked,
    /// Where that is said.
    pub(super) line: usize,
}

/// What a file says of formats.
#[derive(Default)]
pub(super) struct Said {
    pub(super) own: Vec<Own>,
    pub(super) rules: Vec<Rule>,
}

/// The keys of `[[format]]`.
const KEYS: [&str; 8] = ["name", "vantage", "pattern", "starts", "instant", "about", "zone", "samples"];

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Said, Wrong> {
    let file = File { text };
    let table = DeTable::parse(text).map_err(|error| Wrong {
        line: error.span().map(|span| file.line(span.start)),
        says: error.message().to_owned(),
    })?;
    let mut said = Said::default();
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            // A list of words there is the option `--format`.
            ("format", DeValue::Array(tables)) if tables.iter().all(|value| matches!(value.get_ref(), DeValue::Table(_))) => {
                for value in tables.iter() {
                    if let DeValue::Table(table) = value.get_ref() {
                        let own = file.own(table, value.span().start)?;
                        if said.own.iter().any(|one| is_of_one_name(one, &own)) {
                            return Err(file.wrong(value.span().start, "there are two formats of this name".to_owned()));
                        }
                        said.own.push(own);
                    }
                }
            }
            ("formats", DeValue::Table(rules)) => {
                for (glob, value) in rules {
                    said.rules.push(file.rule(glob, value)?);
                }
            }
            ("formats", _) => {
                let says = "[formats] is a table of globs, each with a format".to_owned();
                return Err(file.wrong(value.span().start, says));
            }
            _ => {}
        }
    }
    Ok(said)
}

fn is_of_one_name(one: &Own, other: &Own) -> bool {
    formats::Format::name(one) == formats::Format::name(other)
}

/// The text, for places in it.
struct File<'t> {
    text: &'t str,
}

impl File<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong(&self, at: usize, says: String) -> Wrong {
        Wrong {
            line: Some(self.line(at)),
            says,
        }
    }

    fn rule(&self, glob: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> Result<Rule, Wrong> {
        let at = value.span().start;
        Ok(Rule {
            logs: Pattern::new(glob.get_ref()).map_err(|error| self.wrong(glob.span().start, error.to_string()))?,
            asked: self.text_of(value)?.parse().map_err(|says| self.wrong(at, says))?,
            line: self.line(at),
        })
    }

    fn text_of<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, Wrong> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong(value.span().start, "this must be a text".to_owned())),
        }
    }

    /// One `[[format]]`.
    fn own(&self, table: &DeTable<'_>, at: usize) -> Result<Own, Wrong> {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !KEYS.contains(&name) {
                let like = nearest(name, KEYS.into_iter());
                let like = like.map_or_else(
                    || format!("there are {}", KEYS.join(", ")),
                    |like| format!("did you mean '{like}'?"),
                );
                return Err(self.wrong(key.span().start, format!("a format has no key '{name}'; {like}")));
            }
        }
        let text = |key: &str| table.get(key).map(|value| self.text_of(value)).transpose();
        let needed = |key: &str| text(key)?.ok_or_else(|| self.wrong(at, format!("the format has no '{key}'")));
        let definition = Definition {
            name: needed("name")?.to_owned(),
            vantage: self
                .one_of(
                    table,
                    "vantage",
                    &[
                        ("application", Vantage::Application),
                        ("proxy", Vantage::Proxy),
                        ("browser", Vantage::Browser),
                    ],
                )?
                .ok_or_else(|| self.wrong(at, "the format has no 'vantage': application or proxy".to_owned()))?,
            pattern: needed("pattern")?.to_owned(),
            starts: text("starts")?.map(str::to_owned),
            instant: self
                .one_of(table, "instant", &[("start", Instant::Start), ("end", Instant::End)])?
                .unwrap_or_default(),
            about: self.one_of(table, "about", &[("attempt", Grain::Attempt), ("call", Grain::Call)])?,
            zone: match table.get("zone") {
                Some(value) => Some(
                    self.text_of(value)?
                        .parse()
                        .map_err(|error: crate::text::timestamp::UnknownZone| {
                            self.wrong(value.span().start, error.to_string())
                        })?,
                ),
                None => None,
            },
            samples: self.samples(table)?,
        };
        let name = definition.name.clone();
        if formats::ALL.iter().any(|format| format.name() == name) {
            let place = table.get("name").map_or(at, |value| value.span().start);
            return Err(self.wrong(place, format!("the format '{name}' is built in; give yours another name")));
        }
        Own::new(definition).map_err(|wrong| Wrong {
            line: Some(self.place(table, &wrong, at)),
            says: format!("format '{name}': {wrong}"),
        })
    }

    fn samples(&self, table: &DeTable<'_>) -> Result<Vec<String>, Wrong> {
        let Some(value) = table.get("samples") else {
            return Ok(Vec::new());
        };
        match value.get_ref() {
            DeValue::Array(all) => all.iter().map(|sample| self.text_of(sample).map(str::to_owned)).collect(),
            DeValue::String(one) => Ok(vec![one.clone().into_owned()]),
            _ => Err(self.wrong(value.span().start, "'samples' must be a list of texts".to_owned())),
        }
    }

    fn one_of<T: Copy>(&self, table: &DeTable<'_>, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Wrong> {
        let Some(value) = table.get(key) else { return Ok(None) };
        let text = self.text_of(value)?;
        let found = words.iter().find(|(word, _)| *word == text);
        match found {
            Some((_, meant)) => Ok(Some(*meant)),
            None => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                Err(self.wrong(value.span().start, format!("'{key}' is one of {}", known.join(", "))))
            }
        }
    }

    /// The line of what is wrong with a format: of a text of several lines, the one within it.
    fn place(&self, table: &DeTable<'_>, wrong: &formats::Wrong, at: usize) -> usize {
        let Some(value) = table.get(wrong.key.word()) else {
            return self.line(at);
        };
        let span = match (wrong.key, value.get_ref()) {
            (DefinitionKey::Samples(Some(number)), DeValue::Array(all)) => {
                all.get(number).map_or_else(|| value.span(), Spanned::span)
            }
            _ => value.span(),
        };
        let written = self.text.get(span.clone()).unwrap_or_default();
        let opening = written.trim_start_matches(['\'', '"']);
        // A line break behind the opening quotes is no part of the text.
        let is_below = written.len() - opening.len() == 3 && opening.starts_with(['\n', '\r']);
        self.line(span.start) + usize::from(is_below) + wrong.below
    }
}
