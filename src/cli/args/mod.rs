//! What was typed, as text: nothing here touches the world.

mod analyze;
mod formats;
mod history;
mod nightly;
mod shards;
mod trace;
mod values;

#[cfg(test)]
mod tests;

pub use analyze::{Analyze, Thresholds};
pub use formats::{Formats, FormatsForm};
pub use history::{History, HistoryAsked, HistoryForm};
pub use nightly::Nightly;
pub use shards::{Merge, Scan};
pub use trace::Trace;
pub use values::{ColourChoice, FormatAsked, ReportAsked, Scoped};

use super::exit;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "faultscope",
    version,
    about = "Whose fault is it that calls to an LLM API fail? Joins application and proxy logs, finds the windows in which calls \
             failed, and says for each whether it was transient, model-specific, network-side or an outage",
    after_long_help = exit::help(),
    after_help = exit::help(),
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Args {
    /// The subcommand; `faultscope PATH` alone analyses.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Read the settings of this file in the place of $XDG_CONFIG_HOME/faultscope/config.toml; 'config show' tells which
    /// value comes from where
    #[arg(long, global = true, value_name = "FILE", env = "FAULTSCOPE_CONFIG")]
    pub config: Option<PathBuf>,
    /// What `analyze` takes.
    #[command(flatten)]
    pub analyze: Analyze,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reads logs, finds the windows in which calls failed, and reports them (the default; write ./analyze for a
    /// directory of that name)
    #[command(after_long_help = exit::help(), after_help = exit::help())]
    Analyze(Box<Analyze>),
    /// Tells the life of one call, found by any id a log wrote of it: its attempts in order, and who said what of each
    #[command(after_long_help = exit::help(), after_help = exit::help())]
    Trace(Box<Trace>),
    /// Reads what is new since its last run, keeps a history, and speaks only where a failure window is new or changed:
    /// the form for cron and systemd timers
    #[command(after_long_help = exit::help(), after_help = exit::help())]
    Nightly(Box<Nightly>),
    /// Tells what earlier nights found: recurring windows, failing shares by week, times to recovery, availability
    History(Box<History>),
    /// Reads one shard of the logs and writes a partial result, for 'merge'
    #[command(after_long_help = exit::help(), after_help = exit::help())]
    Scan(Box<Scan>),
    /// Puts the partial results of all shards together and reports as if one run had read everything
    #[command(after_long_help = exit::help(), after_help = exit::help())]
    Merge(Box<Merge>),
    /// Lists every input format with what it carries; with --try, tells which one a file is in and how its records are
    /// understood
    Formats(Box<Formats>),
    /// Shows the settings: 'config show' names every key of a command, its value, and where that comes from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Writes the completions of a shell: bash, elvish, fish, powershell or zsh
    Completions {
        /// Of which shell
        shell: clap_complete::Shell,
    },
    /// Writes the manual page, or that of a command
    Man {
        /// Of which command
        command: Option<String>,
    },
}

/// What can be asked of the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every key of a command, its value, and where that comes from: flag, environment, which file, or default
    Show {
        /// Of which command
        #[arg(default_value = "analyze")]
        command: String,
    },
}
