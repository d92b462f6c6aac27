//! The layers of the configuration: flag, environment, the user's file, the system's file, default.
//!
//! Every option is a key of the same name, at the top of a file for all commands that have it or in the table of one
//! command. What a file says is put into the command line where neither flag nor environment says otherwise, so that
//! every value is checked by the same rules and explained by the same words. No file is ever read from a log directory.

mod file;
mod files;
mod keys;
mod origin;
mod show;

pub(super) use keys::definition;
pub(super) use show::show;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use file::File;
use files::{files, setting};
use keys::{DEFAULT_COMMAND, NO_SETTINGS};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Puts a `--config` that stands before the command behind it: what stands there means the command that needs no name.
#[must_use]
pub(super) fn in_order(mut words: Vec<OsString>) -> Vec<OsString> {
    let first = words.get(1).and_then(|word| word.to_str()).unwrap_or_default();
    let count = match first {
        "--config" => 2,
        _ if first.starts_with("--config=") => 1,
        _ => 0,
    };
    let may_be_a_command = |word: &OsString| !word.to_string_lossy().starts_with('-');
    if count > 0 && words.get(count + 1).is_some_and(may_be_a_command) {
        let option: Vec<OsString> = words.drain(1..=count).collect();
        words.splice(2..2, option);
    }
    words
}

/// What was typed, with what the files say laid in.
pub(super) struct Laid {
    /// The command line.
    pub(super) words: Vec<OsString>,
    /// The files, the one that counts more first.
    files: Vec<File>,
}

impl Laid {
    /// The files, the one that counts more first.
    pub(super) fn paths(&self) -> Vec<&Path> {
        self.files.iter().map(|file| file.path.as_path()).collect()
    }
}

/// Reads the files that are meant, and lays their values into the command line; `asked` is what the words were understood
/// as, if they were.
///
/// # Errors
/// Which file cannot be read, or what in it is wrong.
pub(super) fn lay(definition: &Command, words: Vec<OsString>, asked: Option<&ArgMatches>) -> anyhow::Result<Laid> {
    let guessed = match asked {
        Some(_) => None,
        None => definition.clone().ignore_errors(true).try_get_matches_from(&words).ok(),
    };
    let Some(typed) = asked.or(guessed.as_ref()) else {
        return Ok(Laid {
            words,
            files: Vec::new(),
        });
    };
    let files = files(typed)?;
    for file in &files {
        file.check(definition)?;
    }
    let (name, command, matches) = active(definition, typed);
    let mut options = Vec::new();
    let mut positional = Vec::new();
    for arg in command.get_arguments() {
        let id = arg.get_id().as_str();
        if is_given(matches, id) || NO_SETTINGS.contains(&id) || is_ruled_out(command, arg, matches) {
            continue;
        }
        let Some((values, _)) = setting(&files, name, arg) else {
            continue;
        };
        match arg.get_long() {
            Some(long) => options.extend(values.words(long)),
            None => positional.extend(values.plain()),
        }
    }
    Ok(Laid {
        words: put(words, typed.subcommand_name(), options, positional),
        files,
    })
}

/// The command that was meant, its definition and what was typed for it.
fn active<'d>(definition: &'d Command, typed: &'d ArgMatches) -> (&'d str, &'d Command, &'d ArgMatches) {
    let named = typed.subcommand().and_then(|(name, matches)| {
        Some((
            definition.find_subcommand(name)?.get_name(),
            definition.find_subcommand(name)?,
            matches,
        ))
    });
    named.unwrap_or((DEFAULT_COMMAND, definition, typed))
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    let source = matches.try_contains_id(id).ok().and_then(|_| matches.value_source(id));
    matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// Whether something that was given excludes it: `-v` goes before `quiet = true` of a file.
fn is_ruled_out(command: &Command, arg: &Arg, matches: &ArgMatches) -> bool {
    let excluded = command.get_arg_conflicts_with(arg);
    let excludes = command.get_arguments().filter(|other| {
        command
            .get_arg_conflicts_with(other)
            .iter()
            .any(|one| one.get_id() == arg.get_id())
    });
    excluded
        .into_iter()
        .chain(excludes)
        .any(|other| is_given(matches, other.get_id().as_str()))
}

/// The words with the options behind the subcommand's name, and the positional ones at the end.
fn put(words: Vec<OsString>, subcommand: Option<&str>, options: Vec<OsString>, positional: Vec<OsString>) -> Vec<OsString> {
    let is_name = |word: &OsString| subcommand.is_some_and(|name| word == OsStr::new(name));
    let at = words.iter().position(is_name).unwrap_or(0);
    let mut put = Vec::with_capacity(words.len() + options.len() + positional.len() + 1);
    let mut words = words.into_iter();
    put.extend(words.by_ref().take(at + 1));
    put.extend(options);
    put.extend(words);
    if !positional.is_empty() && !put.iter().any(|word| word == "--") {
        put.push("--".into());
    }
    put.extend(positional);
    put
}

#[cfg(test)]
mod tests {
    use super::in_order;
    use std::ffi::OsString;

    #[test]
    fn the_settings_named_first_are_those_of_the_command_behind_them() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            in_order(words("f --config x nightly logs")),
            words("f nightly --config x logs")
        );
        assert_eq!(in_order(words("f --config=x logs")), words("f logs --config=x"));
        assert_eq!(in_order(words("f nightly --config x")), words("f nightly --config x"));
        assert_eq!(in_order(words("f --config x")), words("f --config x"));
        let with_options = words("f --config x --report json logs");
        assert_eq!(in_order(with_options.clone()), with_options);
    }
}
