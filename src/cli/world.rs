//! What the program takes from its surroundings: the clock, the environment, the terminals.

use crate::model::Time;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Columns of a report that goes to no terminal: what mail and tickets show without breaking lines.
const COLUMNS: usize = 80;

/// Columns of help that goes to no terminal.
const HELP_COLUMNS: usize = 100;

/// The clock.
#[must_use]
pub(super) fn now() -> Time {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// When the report says it was made: now, or what `SOURCE_DATE_EPOCH` fixes
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
#[must_use]
pub(super) fn generated_at(now: Time) -> Time {
    let fixed = variable("SOURCE_DATE_EPOCH").and_then(|text| text.to_str()?.trim().parse::<i64>().ok());
    fixed.map_or(now, |seconds| Time(seconds.saturating_mul(1000)))
}

/// A variable of the environment that is set, and not empty.
#[must_use]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Where the XDG base directory specification puts a file of this program: in the folder that a variable names, or else in one
/// below the user's own. Names that are not absolute are passed over, as it says.
#[must_use]
pub(super) fn xdg(variable_of_folder: &str, below_home: &str, file: &str) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = absolute(variable_of_folder).or_else(|| absolute("HOME").map(|home| home.join(below_home)));
    folder.map(|folder| folder.join("faultscope").join(file))
}

/// The words of the command line after the program's own name; what is no UTF-8 in them is replaced.
#[must_use]
pub(super) fn arguments() -> Vec<String> {
    std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// Whether colours are welcome on standard output (<https://no-color.org>).
#[must_use]
pub(super) fn wants_colour() -> bool {
    let dumb = variable("TERM").is_some_and(|term| term == "dumb");
    std::io::stdout().is_terminal() && variable("NO_COLOR").is_none() && !dumb
}

/// Whether somebody watches standard error.
#[must_use]
pub(super) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Columns of standard output.
#[must_use]
pub(super) fn columns() -> usize {
    of_terminal().unwrap_or(COLUMNS)
}

/// Columns of help: those of the terminal, also where that tells no rows, for clap asks for both.
#[must_use]
pub(super) fn help_columns() -> usize {
    of_terminal().unwrap_or(HELP_COLUMNS)
}

fn of_terminal() -> Option<usize> {
    let stdout = std::io::stdout();
    let size = rustix::termios::tcgetwinsize(&stdout).ok().filter(|_| stdout.is_terminal());
    size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Processors that may be used.
#[must_use]
pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
