//! What clap says, in the one line that an error has here; and help, where it is asked for by its name.

use super::exit::Exit;
use super::say::say;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

/// The word by which many programs give help.
const HELP: &str = "help";

/// Help and version are results; a wrong word is an error of one line, and what else clap has to say of it. `place` is where
/// the word stands, where it was not typed.
pub(super) fn said_by_clap(refused: &clap::Error, place: Option<&str>) -> Exit {
    if !refused.use_stderr() {
        return match refused.print().and_then(|()| io::stdout().flush()) {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Err(error) => {
                say(&format!("standard output cannot be written: {error}"));
                Exit::Unusable
            }
        };
    }
    let place = place.map_or_else(String::new, |place| format!("{place}: "));
    let told = below_zero(refused).unwrap_or_else(|| in_one_line(&refused.to_string()));
    say(&format!("{place}{told}; see faultscope --help"));
    Exit::Unusable
}

/// A number with a sign in front, which clap takes for options that there are not.
fn below_zero(refused: &clap::Error) -> Option<String> {
    let arg = (refused.kind() == ErrorKind::UnknownArgument).then(|| refused.get(ContextKind::InvalidArg))??;
    let ContextValue::String(arg) = arg else { return None };
    let is_number = arg.strip_prefix('-')?.starts_with(|letter: char| letter.is_ascii_digit());
    is_number.then(|| format!("unexpected '{arg}': but for times, no value is below zero"))
}

fn in_one_line(text: &str) -> String {
    let text = text.trim_start_matches("error: ");
    let behind = ["\n\nUsage:", "\n\nFor more information"];
    let told = behind
        .iter()
        .fold(text, |told, behind| told.split_once(behind).map_or(told, |(told, _)| told));
    let mut line = String::new();
    for part in told.split('\n').map(str::trim).filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push_str(if part.starts_with("tip:") { "; " } else { " " });
        }
        line.push_str(part);
    }
    line
}

/// `help` and `help COMMAND` as `--help`, unless there are logs of that name.
pub(super) fn help_asked_for(words: Vec<OsString>) -> Vec<OsString> {
    match words.as_slice() {
        [program, help] if help == HELP && !Path::new(HELP).exists() => vec![program.clone(), "--help".into()],
        [program, help, command] if help == HELP && !Path::new(HELP).exists() => {
            vec![program.clone(), command.clone(), "--help".into()]
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::{help_asked_for, in_one_line};
    use std::ffi::OsString;

    #[test]
    fn what_clap_says_in_several_lines_is_told_in_one() {
        let said = "error: unexpected argument '--bogus' found\n\n  tip: a similar argument exists\n\nUsage: faultscope\n";
        assert_eq!(
            in_one_line(said),
            "unexpected argument '--bogus' found; tip: a similar argument exists"
        );
    }

    #[test]
    fn help_is_given_by_its_name() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(help_asked_for(words("f help")), words("f --help"));
        assert_eq!(help_asked_for(words("f help nightly")), words("f nightly --help"));
        assert_eq!(help_asked_for(words("f logs help")), words("f logs help"));
    }
}
