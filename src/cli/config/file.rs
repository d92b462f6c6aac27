//! One configuration file (TOML), checked key by key.

use super::keys::{DEFAULT_COMMAND, FORMATS, NO_SETTINGS, is_meant_otherwise, key};
use crate::text::nearest::nearest;
use anyhow::{Context as _, bail};
use clap::Command;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// A file that was read.
pub(super) struct File {
    /// Where it lies.
    pub(super) path: PathBuf,
    table: Table,
    /// For places in it.
    text: String,
}

/// The values of one key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// A switch.
    Switch(bool),
    /// One or several words.
    Words(Vec<String>),
}

impl Values {
    /// As they would be typed.
    pub(super) fn words(&self, long: &str) -> Vec<OsString> {
        match self {
            Self::Switch(true) => vec![format!("--{long}").into()],
            Self::Switch(false) => Vec::new(),
            Self::Words(words) => words.iter().map(|word| format!("--{long}={word}").into()).collect(),
        }
    }

    /// Without the option's name.
    pub(super) fn plain(&self) -> Vec<OsString> {
        match self {
            Self::Switch(_) => Vec::new(),
            Self::Words(words) => words.iter().map(OsString::from).collect(),
        }
    }
}

impl File {
    /// Reads a file; `None` where there is none.
    pub(super) fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let place = || format!("the configuration {}", path.display());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(error).with_context(place),
        };
        match text.parse::<Table>() {
            Ok(table) => Ok(Some(Self {
                path: path.to_path_buf(),
                table,
                text,
            })),
            Err(error) => {
                let line = error
                    .span()
                    .map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
                let line = line.map_or_else(String::new, |line| format!(":{line}"));
                bail!("{}{line}: {}", place(), error.message())
            }
        }
    }

    /// The values of a key for a command: those in the command's own table go before those for all.
    pub(super) fn values(&self, command: &str, key: &str) -> Option<Values> {
        let own = self.own_values(command, key);
        own.or_else(|| self.table.get(key).and_then(values))
    }

    /// The values of a key in the command's own table.
    pub(super) fn own_values(&self, command: &str, key: &str) -> Option<Values> {
        let table = self.table.get(command).and_then(Value::as_table)?;
        table.get(key).and_then(values)
    }

    /// Where a key stands that counts for a command, as errors name places.
    pub(super) fn place_of(&self, command: &str, key: &str) -> String {
        let line = self.line(Some(command), key).or_else(|| self.line(None, key));
        self.place(line)
    }

    fn place(&self, line: Option<usize>) -> String {
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        format!("the configuration {}{line}", self.path.display())
    }

    /// The line of a key, of a table or of the file itself.
    fn line(&self, table: Option<&str>, key: &str) -> Option<usize> {
        let whole = DeTable::parse(&self.text).ok()?;
        let find = |table: &DeTable<'_>| {
            let found = table.iter().find(|(name, _)| name.get_ref() == key);
            found.map(|(name, _)| name.span().start)
        };
        let at = match table {
            None => find(whole.get_ref()),
            Some(table) => match whole.get_ref().get(table)?.get_ref() {
                DeValue::Table(table) => find(table),
                _ => None,
            },
        };
        Some(self.text.bytes().take(at?).filter(|byte| *byte == b'\n').count() + 1)
    }

    /// Refuses a key that no command has, and names the nearest one that some have.
    pub(super) fn check(&self, definition: &Command) -> anyhow::Result<()> {
        let commands = commands(definition);
        let everywhere: BTreeSet<&String> = commands.iter().flat_map(|(_, keys)| keys).collect();
        for (name, value) in &self.table {
            let own = commands.iter().find(|(command, _)| command == name);
            match (value, own) {
                // Globs, and which format the logs are in that they mean.
                (Value::Table(_), _) if name == FORMATS => {}
                (Value::Table(table), Some((_, keys))) => {
                    for (key, value) in table {
                        self.check_key((Some(name), key), value, keys.iter())?;
                    }
                }
                _ if is_elsewhere(name, value) => {}
                _ if is_no_ones(name, &commands) => bail!(
                    "{}: '{name}' means another thing for each command; write it into {}",
                    self.place(self.line(None, name)),
                    tables_of(name, &commands).join(" or ")
                ),
                _ => self.check_key(
                    (None, name),
                    value,
                    everywhere.iter().copied().chain(commands.iter().map(|(command, _)| command)),
                )?,
            }
        }
        Ok(())
    }

    fn check_key<'k>(
        &self,
        (table, key): (Option<&str>, &str),
        value: &Value,
        known: impl Iterator<Item = &'k String> + Clone,
    ) -> anyhow::Result<()> {
        let place = || self.place(self.line(table, key));
        if !known.clone().any(|one| one == key) {
            let like = nearest(key, known.map(String::as_str));
            let like = like.map_or_else(String::new, |like| format!("; did you mean '{like}'?"));
            bail!("{}: there is no key '{key}'{like}", place());
        }
        if !is_elsewhere(key, value) && values(value).is_none() {
            bail!(
                "{}: '{key}' must be a word, a number, true or false, or a list of words",
                place()
            );
        }
        Ok(())
    }
}

/// `[[format]]` describes formats of the user's own, and is no option.
fn is_elsewhere(key: &str, value: &Value) -> bool {
    let is_tables = |value: &Value| {
        value
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_table))
    };
    key == "format" && is_tables(value)
}

/// Whether a key means another thing for every command that has it, so that it can stand in their tables only.
fn is_no_ones(key: &str, commands: &[(String, Vec<String>)]) -> bool {
    let mut having = commands
        .iter()
        .filter(|(_, keys)| keys.iter().any(|one| one == key))
        .peekable();
    having.peek().is_some() && having.all(|(command, _)| is_meant_otherwise(command, key))
}

fn tables_of(key: &str, commands: &[(String, Vec<String>)]) -> Vec<String> {
    let having = commands.iter().filter(|(_, keys)| keys.iter().any(|one| one == key));
    having.map(|(command, _)| format!("[{command}]")).collect()
}

/// Every command, with its keys.
fn commands(definition: &Command) -> Vec<(String, Vec<String>)> {
    let keys = |command: &Command| {
        let all = command
            .get_arguments()
            .filter(|arg| !NO_SETTINGS.contains(&arg.get_id().as_str()));
        all.map(key).collect::<Vec<_>>()
    };
    let mut commands: Vec<_> = definition
        .get_subcommands()
        .map(|command| (command.get_name().to_owned(), keys(command)))
        .collect();
    if !commands.iter().any(|(name, _)| name == DEFAULT_COMMAND) {
        commands.push((DEFAULT_COMMAND.to_owned(), keys(definition)));
    }
    commands
}

fn values(value: &Value) -> Option<Values> {
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Boolean(switch) => Some(Values::Switch(*switch)),
        Value::Array(all) => all.iter().map(word).collect::<Option<Vec<_>>>().map(Values::Words),
        single => word(single).map(|word| Values::Words(vec![word])),
    }
}
