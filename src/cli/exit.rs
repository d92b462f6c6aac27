//! Every exit code (product definition, section 4). 130 and 143 are the shell's, for SIGINT and SIGTERM: nothing has to
//! be tidied up, so the signals keep their default action.

use super::world;
use crate::deliver::table::wrapped;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, everything was read, whatever was found.
    Done,
    /// Done, and a class named by `--fail-on` was found. Wins over [`Self::Incomplete`].
    Found,
    /// No usable result: bad arguments, nothing to read, or the output could not be written.
    Unusable,
    /// Done, but part of the input could not be read or understood; each part is named.
    Incomplete,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Unusable => 2,
            Self::Incomplete => 3,
        }
    }
}

/// Each code, and what it means.
const CODES: [(&str, &str); 5] = [
    ("0", "done, and everything was read (whatever was found)"),
    ("1", "done, and a class named by --fail-on was found"),
    (
        "2",
        "no usable result: bad arguments, nothing to read, the output could not be written, or an id to trace that stands \
         in no log",
    ),
    (
        "3",
        "done, but part of the input could not be read or understood (1 wins over 3); each part is named on standard error and \
         in the report; single unread records count above 0.1 % of a log's records; 'nightly' names a part once",
    ),
    ("130", "ended by SIGINT; 143 by SIGTERM; nothing half-written remains"),
];

const PRIVACY: &str = "No network connection is ever opened, unless --status-page is given an address. Nothing is written but \
    the reports that were asked for, the key of the pseudonyms, and the state of 'nightly'. Reports other than 'text' replace \
    own hosts, addresses, users and paths by pseudonyms, unless --internal is given. No report holds secrets, prompts or other \
    free text of a log.";

/// What `--help` says of them, and of what leaves the house, in the columns that there are.
#[must_use]
pub fn help() -> String {
    let width = world::help_columns();
    let mut told = "Exit codes:\n".to_owned();
    for (code, means) in CODES {
        told.push_str(&wrapped(means, &format!("  {code:<5}"), "       ", width));
    }
    told.push_str("\nPrivacy:\n");
    told.push_str(&wrapped(PRIVACY, "  ", "  ", width));
    told.trim_end().to_owned()
}
