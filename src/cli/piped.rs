//! `kubectl logs app | faultscope`: where no path is typed and a pipe brings something, that is what is meant, as for `rg` and `jq`.

use super::args::{Args, Command};
use super::say::say;
use crate::gather::discover::STDIN;
use clap::ArgMatches;
use clap::parser::ValueSource;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use std::path::PathBuf;

/// How long a pipe may bring nothing. A program that starts another one often holds an open pipe that it never writes to; `rg`
/// waits for such a one for ever.
const PATIENCE: Timespec = Timespec { tv_sec: 3, tv_nsec: 0 };

/// Has standard input read where no path is named, by a word or a setting, and a pipe brings anything. One that ends without a
/// byte, as cron's does, or brings none in time, says nothing, and the current directory is read as ever.
pub(super) fn meant(args: &mut Args, matches: &ArgMatches) {
    let (typed, paths) = match (&mut args.command, matches.subcommand()) {
        (Some(Command::Analyze(analyze)), Some((_, typed))) => (typed, &mut analyze.paths),
        (Some(Command::Trace(trace)), Some((_, typed))) => (typed, &mut trace.analyze.paths),
        (None, _) => (matches, &mut args.analyze.paths),
        _ => return,
    };
    if typed.value_source("paths") == Some(ValueSource::DefaultValue) && brings_anything() {
        *paths = vec![PathBuf::from(STDIN)];
    }
}

/// Whether standard input is a pipe that bytes come from; waits until that is known, or [`PATIENCE`] is over.
fn brings_anything() -> bool {
    let stdin = std::io::stdin();
    if !fstat(&stdin).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo) {
        return false;
    }
    let mut ends = [PollFd::new(&stdin, PollFlags::IN)];
    if matches!(poll(&mut ends, Some(&PATIENCE)), Ok(0)) {
        say(&format!(
            "no path is named and the pipe brought nothing for {} s: reading the current directory; write - to wait for the pipe",
            PATIENCE.tv_sec
        ));
    }
    ends.iter().any(|end| end.revents().contains(PollFlags::IN))
}
