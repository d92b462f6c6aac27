//! The words of the command line; the only room that prints, reads the clock or the environment.
//!
//! [`args`] is what was typed, `plan` what the program needs; each subcommand is a file. Results go to standard
//! output, everything else to standard error.

mod account;
mod analyze;
pub mod args;
mod bundle;
mod disk;
mod duration;
pub mod exit;
mod formats;
mod key;
mod output;
mod plan;
mod progress;
pub mod say;
pub mod since;
mod world;

use args::{Args, Command};
use clap::Parser;
use exit::Exit;
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
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(refused) => return said_by_clap(&refused),
    };
    let done = match &args.command {
        Some(Command::Analyze(analyze)) => analyze::analyze(analyze),
        Some(Command::Formats) => formats::formats(),
        None => analyze::analyze(&args.analyze),
    };
    done.unwrap_or_else(|error| {
        say::say(&format!("{error:#}"));
        Exit::Unusable
    })
}

/// Help and version are results; a wrong word is an error of one line, and what else clap has to say of it.
fn said_by_clap(refused: &clap::Error) -> Exit {
    if !refused.use_stderr() {
        return match refused.print() {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
            Err(_) => Exit::Unusable,
        };
    }
    let text = refused.to_string();
    let text = text.trim_start_matches("error: ");
    let told = text.split_once("\n\nUsage:").map_or(text, |(told, _)| told);
    let line: Vec<&str> = told.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    say::say(&format!("{}; see faultscope --help", line.join(" ")));
    Exit::Unusable
}

/// A panic's message may hold what was read; only its place is told.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        say::say(&format!("internal error at {}; please report it", place.unwrap_or_default()));
    }));
}
