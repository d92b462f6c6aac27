//! `faultscope config show`: every setting of a command, and where its value comes from.

use super::files::{files, setting};
use super::keys::{DEFAULT_COMMAND, NO_SETTINGS, definition, key};
use crate::cli::exit::Exit;
use crate::cli::output;
use anyhow::{Context as _, bail};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use std::ffi::OsString;
use std::fmt::Write as _;
use toml::Value;

/// Columns before the comment that says where a value comes from.
const COLUMN: usize = 44;

pub(crate) fn show(named: Option<&str>, words: &[OsString]) -> anyhow::Result<Exit> {
    let definition = definition();
    let name = named.unwrap_or(DEFAULT_COMMAND);
    let Some(command) = definition.find_subcommand(name) else {
        bail!("there is no command '{name}'");
    };
    let typed = definition.clone().ignore_errors(true).try_get_matches_from(words)?;
    let files = files(&typed)?;
    for file in &files {
        file.check(&definition)?;
    }
    // What environment and defaults say of that command, had it been typed without a word more.
    let bare = definition
        .clone()
        .ignore_errors(true)
        .try_get_matches_from(["faultscope", name])?;
    let matches = bare.subcommand_matches(name);
    let mut out = format!("# Settings of 'faultscope {name}'\n");
    for arg in command.get_arguments() {
        let id = arg.get_id().as_str();
        if NO_SETTINGS.contains(&id) {
            continue;
        }
        let key = key(arg);
        let from_matches = matches.and_then(|matches| given(matches, arg));
        let from_file = || {
            let found = setting(&files, name, arg);
            found.map(|(values, file)| (written(arg, &values.plain_or_switch()), file.path.display().to_string()))
        };
        let told = match from_matches {
            Some((value, ValueSource::EnvVariable)) => {
                let variable = arg
                    .get_env()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default();
                Some((value, format!("environment {variable}")))
            }
            other => from_file().or_else(|| other.map(|(value, _)| (value, "default".to_owned()))),
        };
        let _ = match told {
            Some((value, from)) => writeln!(out, "{:COLUMN$} # {from}", format!("{key} = {value}")),
            None => writeln!(out, "# {key} is not set"),
        };
    }
    output::to_stdout(out.as_bytes()).context("standard output cannot be written")?;
    Ok(Exit::Done)
}

/// The value that environment or default give.
fn given(matches: &ArgMatches, arg: &Arg) -> Option<(String, ValueSource)> {
    let id = arg.get_id().as_str();
    let source = matches.value_source(id)?;
    let raw: Vec<String> = matches
        .get_raw(id)?
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if !arg.get_action().takes_values() && source == ValueSource::DefaultValue && raw.iter().all(|word| word == "false") {
        return Some(("false".to_owned(), source));
    }
    Some((written(arg, &raw), source))
}

/// As it would stand in a file.
fn written(arg: &Arg, words: &[String]) -> String {
    let is_list = matches!(arg.get_action(), clap::ArgAction::Append);
    if !arg.get_action().takes_values() {
        let off = |word: &String| matches!(word.as_str(), "" | "0" | "false" | "f" | "n" | "no" | "off");
        return (!words.first().is_none_or(off)).to_string();
    }
    let word = |word: &String| match word.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => Value::String(word.clone()).to_string(),
    };
    match words {
        [single] if !is_list => word(single),
        all => format!("[{}]", all.iter().map(word).collect::<Vec<_>>().join(", ")),
    }
}

impl super::file::Values {
    fn plain_or_switch(&self) -> Vec<String> {
        match self {
            Self::Switch(switch) => vec![switch.to_string()],
            Self::Words(words) => words.clone(),
        }
    }
}
