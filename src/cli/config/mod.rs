//! The layers of the configuration: flag, environment, the user's file, the system's file, default.
//!
//! Every option is a key of the same name, at the top of a file for all commands that have it or in the table of one
//! command. What a file says is put into the command line where neither flag nor environment says otherwise, so that
//! every value is checked by the same rules and explained by the same words. No file is ever read from a log directory.

mod file;
mod origin;
mod show;

pub(super) use show::show;

use super::args::Args;
use super::world;
use anyhow::{anyhow, bail};
use clap::builder::{FalseyValueParser, OsStr as Word, Resettable};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};
use file::File;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The command that a bare `faultscope PATH` means.
const DEFAULT_COMMAND: &str = "analyze";

/// Begins the name of every environment variable of ours.
const ENVIRONMENT: &str = "FAULTSCOPE_";

/// Options that are no settings.
const NO_SETTINGS: [&str; 3] = ["help", "version", "config"];

/// The command whose table in a file is none of options: `[formats]` says which logs are in which format.
const FORMATS: &str = "formats";

/// The options of that command that are settings; its report is of another kind than the others' are.
const SETTINGS_OF_FORMATS: [&str; 2] = ["tz", "format"];

/// Options that mean another thing for these commands than for all others: other reports, a part in the place of a report,
/// a question that is read or written. Only the command's own table and variable set them.
const MEANT_OTHERWISE: [(&str, &str); 6] = [
    ("history", "report"),
    ("trace", "report"),
    ("scan", "output"),
    ("scan", "wanted"),
    ("merge", "wanted"),
    ("merge", "paths"),
];

fn is_meant_otherwise(command: &str, key: &str) -> bool {
    MEANT_OTHERWISE.contains(&(command, key))
}

/// The environment variable of an option.
fn variable(command: &str, key: &str) -> String {
    let name = if is_meant_otherwise(command, key) {
        format!("{ENVIRONMENT}{command}_{key}")
    } else {
        format!("{ENVIRONMENT}{key}")
    };
    name.to_ascii_uppercase().replace('-', "_")
}

/// The command line, every option of which can also be given by an environment variable.
#[must_use]
pub(super) fn definition() -> Command {
    with_environment(Args::command()).term_width(world::help_columns())
}

fn with_environment(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|arg| {
        let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
            return arg;
        };
        let variable: &'static str = variable(&name, long).leak();
        let arg = if arg.get_env().is_none() { arg.env(variable) } else { arg };
        // As every other variable: one that is set and empty, as a CI job sets those it has no value for, says nothing.
        let is_empty = arg
            .get_env()
            .is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
        let arg = if is_empty { arg.env(Resettable::<Word>::Reset) } else { arg };
        match arg.get_action() {
            ArgAction::SetTrue => arg.value_parser(FalseyValueParser::new()),
            _ => arg,
        }
    });
    command.mut_subcommands(|command| {
        if command.get_name() == FORMATS {
            command
        } else {
            with_environment(command)
        }
    })
}

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

/// What the files say of an option of a command, and which file does.
fn setting<'f>(files: &'f [File], command: &str, arg: &Arg) -> Option<(file::Values, &'f File)> {
    let key = key(arg);
    let table = match command {
        FORMATS if !SETTINGS_OF_FORMATS.contains(&key.as_str()) => return None,
        FORMATS => "",
        command => command,
    };
    let is_own = is_meant_otherwise(command, &key);
    files.iter().find_map(|file| {
        let values = if is_own {
            file.own_values(table, &key)
        } else {
            file.values(table, &key)
        };
        Some((values?, file))
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

/// The key of an option: its long name, or that of a positional one.
fn key(arg: &Arg) -> String {
    arg.get_long()
        .map_or_else(|| arg.get_id().as_str().replace('_', "-"), str::to_owned)
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

/// The user's file, or the one of `--config` in its place, then the system's.
fn files(typed: &ArgMatches) -> anyhow::Result<Vec<File>> {
    let (_, matches) = typed.subcommand().unwrap_or(("", typed));
    let named = [matches, typed]
        .into_iter()
        .find_map(|matches| matches.try_get_one::<PathBuf>("config").ok().flatten().cloned());
    let mut files = Vec::new();
    match named {
        Some(path) => match File::read(&path)? {
            Some(file) => files.push(file),
            None => bail!("--config {}: there is no such file", path.display()),
        },
        None => files.extend(users().map(|path| users_file(&path)).transpose()?.flatten()),
    }
    files.extend(File::read(&PathBuf::from("/etc/faultscope/config.toml"))?);
    Ok(files)
}

/// The user's file. One that cannot be read may change what is found, so it is not passed over; `sudo -u` leaves another's HOME.
fn users_file(path: &Path) -> anyhow::Result<Option<File>> {
    File::read(path)
        .map_err(|error| anyhow!("{error:#}; set HOME to this user's, or name a file with --config (/dev/null for none)"))
}

/// Where the XDG base directory specification puts the user's file.
fn users() -> Option<PathBuf> {
    let folder = world::variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| {
        world::variable("HOME")
            .map(PathBuf::from)
            .filter(|home| home.is_absolute())
            .map(|home| home.join(".config"))
    });
    folder.map(|folder| folder.join("faultscope/config.toml"))
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, definition, in_order, is_meant_otherwise};
    use std::ffi::OsString;

    #[test]
    fn every_option_has_a_variable_of_its_name() {
        let definition = definition();
        let settable = definition.get_subcommands().filter(|command| command.get_name() != FORMATS);
        for command in settable.chain([&definition]) {
            for arg in command.get_arguments() {
                let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
                    continue;
                };
                let own = format!("{}_{long}", command.get_name());
                let name = if is_meant_otherwise(command.get_name(), long) {
                    &own
                } else {
                    long
                };
                let expected = format!("FAULTSCOPE_{}", name.to_uppercase().replace('-', "_"));
                assert_eq!(
                    arg.get_env(),
                    Some(OsString::from(expected).as_os_str()),
                    "{} --{long}",
                    command.get_name()
                );
            }
        }
    }

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
