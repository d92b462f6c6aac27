//! Which options are keys, what they are called, and which variable of the environment stands for each.

use crate::cli::args::Args;
use crate::cli::world;
use clap::builder::{FalseyValueParser, OsStr as Word, Resettable};
use clap::{Arg, ArgAction, Command, CommandFactory};

/// The command that a bare `faultscope PATH` means.
pub(super) const DEFAULT_COMMAND: &str = "analyze";

/// Begins the name of every environment variable of ours.
const ENVIRONMENT: &str = "FAULTSCOPE_";

/// Options that are no settings.
pub(super) const NO_SETTINGS: [&str; 3] = ["help", "version", "config"];

/// The command whose table in a file is none of options: `[formats]` says which logs are in which format.
pub(super) const FORMATS: &str = "formats";

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

pub(super) fn is_meant_otherwise(command: &str, key: &str) -> bool {
    MEANT_OTHERWISE.contains(&(command, key))
}

/// The key of an option: its long name, or that of a positional one.
pub(super) fn key(arg: &Arg) -> String {
    arg.get_long()
        .map_or_else(|| arg.get_id().as_str().replace('_', "-"), str::to_owned)
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
pub(in crate::cli) fn definition() -> Command {
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

#[cfg(test)]
mod tests {
    use super::{FORMATS, definition, is_meant_otherwise};
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
}
