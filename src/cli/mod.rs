//! The words of the command line; the only room that prints, reads the clock or the environment.
//!
//! [`args`] is what was typed, `plan` what the program needs; each subcommand is a file. Results go to standard
//! output, everything else to standard error.

mod account;
mod analyze;
pub mod args;
mod bundle;
mod config;
mod disk;
mod duration;
pub mod exit;
mod formats;
mod history;
mod key;
mod merge;
mod nightly;
mod output;
mod outputs;
mod own_formats;
mod piped;
mod plan;
mod progress;
mod refusal;
pub mod say;
mod scan;
mod shell;
pub mod since;
mod size;
mod status_page;
mod trace;
mod world;

use args::{Args, Command, ConfigCommand};
use clap::FromArgMatches;
use exit::Exit;
use own_formats::OwnFormats;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    quiet_panics();
    let exit = catch_unwind(AssertUnwindSafe(whole)).unwrap_or(Exit::Unusable);
    ExitCode::from(exit.code())
}

fn whole() -> Exit {
    let words = refusal::help_asked_for(config::in_order(std::env::args_os().collect()));
    let definition = config::definition();
    let asked = definition.clone().try_get_matches_from(&words);
    if let Err(refused) = &asked
        && !refused.use_stderr()
    {
        return refusal::said_by_clap(refused, None);
    }
    let laid = match config::lay(&definition, words.clone(), asked.as_ref().ok()) {
        Ok(laid) => laid,
        Err(error) => return said(&error),
    };
    // Where no file says anything the words are as they were, and to define and parse them again would cost a tenth of a
    // run over a small log.
    let matches = if laid.words == words {
        asked
    } else {
        definition.clone().try_get_matches_from(&laid.words)
    };
    let args = matches.and_then(|matches| {
        let mut args = Args::from_arg_matches(&matches)?;
        piped::meant(&mut args, &matches);
        Ok(args)
    });
    match args {
        Ok(args) => run_command(&args, &laid, &words).unwrap_or_else(|error| said(&error)),
        Err(refused) => {
            let place = laid.place_of(&refused, &words, &definition);
            refusal::said_by_clap(&refused, place.as_deref())
        }
    }
}

fn run_command(args: &Args, laid: &config::Laid, words: &[std::ffi::OsString]) -> anyhow::Result<Exit> {
    let own = || OwnFormats::read(&laid.paths());
    match &args.command {
        Some(Command::Analyze(analyze)) => analyze::analyze(analyze, &own()?),
        Some(Command::Scan(asked)) => scan::scan(asked, &own()?),
        Some(Command::Merge(asked)) => merge::merge(asked, &own()?),
        Some(Command::Trace(asked)) => trace::trace(asked, &own()?),
        Some(Command::Nightly(nightly)) => nightly::nightly(nightly, &own()?),
        Some(Command::History(history)) => history::history(history),
        Some(Command::Formats(asked)) => formats::formats(asked, &own()?),
        Some(Command::Config(ConfigCommand::Show { command })) => config::show(Some(command), words),
        Some(Command::Completions { shell }) => shell::completions(*shell),
        Some(Command::Man { command }) => shell::man(command.as_deref()),
        None => analyze::analyze(&args.analyze, &own()?),
    }
}

fn said(error: &anyhow::Error) -> Exit {
    say::say(&format!("{error:#}"));
    Exit::Unusable
}

/// A panic's message may hold what was read; only its place is told.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        say::say(&format!("internal error at {}; please report it", place.unwrap_or_default()));
    }));
}
