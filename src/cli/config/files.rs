//! Which files count, and what the first of them says of an option.

use super::file::{File, Values};
use super::keys::{FORMATS, is_meant_otherwise, key};
use crate::cli::world;
use anyhow::{anyhow, bail};
use clap::{Arg, ArgMatches};
use std::path::{Path, PathBuf};

/// The options of that command that are settings; its report is of another kind than the others' are.
const SETTINGS_OF_FORMATS: [&str; 2] = ["tz", "format"];

/// What the files say of an option of a command, and which file does.
pub(super) fn setting<'f>(files: &'f [File], command: &str, arg: &Arg) -> Option<(Values, &'f File)> {
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

/// The user's file, or the one of `--config` in its place, then the system's.
pub(super) fn files(typed: &ArgMatches) -> anyhow::Result<Vec<File>> {
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
        None => files.extend(
            world::xdg("XDG_CONFIG_HOME", ".config", "config.toml")
                .map(|path| users_file(&path))
                .transpose()?
                .flatten(),
        ),
    }
    files.extend(File::read(&PathBuf::from("/etc/faultscope/config.toml"))?);
    Ok(files)
}

/// The user's file. One that cannot be read may change what is found, so it is not passed over; `sudo -u` leaves another's HOME.
fn users_file(path: &Path) -> anyhow::Result<Option<File>> {
    File::read(path)
        .map_err(|error| anyhow!("{error:#}; set HOME to this user's, or name a file with --config (/dev/null for none)"))
}
