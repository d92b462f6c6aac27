//! Where a value comes from that clap refuses: what nobody typed is looked for in vain on the command line.

use super::Laid;
use super::files::setting;
use super::keys::{DEFAULT_COMMAND, key};
use crate::cli::world;
use clap::Command;
use clap::error::{ContextKind, ContextValue};
use std::ffi::OsString;

impl Laid {
    /// Where a value that is refused comes from, if it was not typed: a variable, or a line of a file.
    pub(in crate::cli) fn place_of(&self, refused: &clap::Error, typed: &[OsString], definition: &Command) -> Option<String> {
        let Some(ContextValue::String(told)) = refused.get(ContextKind::InvalidArg) else {
            return None;
        };
        let long = told.strip_prefix("--")?.split([' ', '=', '[', '<']).next()?;
        let is_typed = |word: &OsString| {
            let word = word.to_string_lossy();
            word.strip_prefix("--")
                .is_some_and(|word| word.split('=').next() == Some(long))
        };
        if typed.iter().any(is_typed) {
            return None;
        }
        let named = typed.iter().skip(1).find_map(|word| definition.find_subcommand(word));
        let (name, command) = named.map_or((DEFAULT_COMMAND, definition), |command| (command.get_name(), command));
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(long))?;
        let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned());
        if let Some(variable) = variable.filter(|variable| world::variable(variable).is_some()) {
            return Some(variable);
        }
        let (_, file) = setting(&self.files, name, arg)?;
        Some(file.place_of(name, &key(arg)))
    }
}
