//! `faultscope completions` and `faultscope man`: written from the same definition as the help.

use super::config::definition;
use super::exit::Exit;
use super::output;
use anyhow::{Context as _, bail};
use clap_complete::Shell;

pub(super) fn completions(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut definition(), "faultscope", &mut script);
    output::to_stdout(&script).context("standard output cannot be written")?;
    Ok(Exit::Done)
}

pub(super) fn man(named: Option<&str>) -> anyhow::Result<Exit> {
    let mut definition = definition();
    definition.build();
    let page = match named {
        None => definition,
        Some(name) => {
            let Some(command) = definition.find_subcommand(name) else {
                bail!("there is no command '{name}'");
            };
            // A manual page has one name, and clap's has a blank in it.
            command
                .clone()
                .name(leaked(&format!("faultscope-{name}")))
                .version(env!("CARGO_PKG_VERSION"))
        }
    };
    let mut out = Vec::new();
    clap_mangen::Man::new(page).render(&mut out).context("the manual page")?;
    output::to_stdout(&out).context("standard output cannot be written")?;
    Ok(Exit::Done)
}

/// Clap keeps names for the length of the program.
fn leaked(name: &str) -> &'static str {
    name.to_owned().leak()
}
