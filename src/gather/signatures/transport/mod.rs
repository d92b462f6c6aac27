//! Transport errors in the words of runtimes, SDKs, browsers and proxies.
//!
//! The cause ranks above the class that wraps it: `Connection error.` tells nothing, and an exception's name less than
//! the operating system's words below it. So the rows are ranked, causes first, wherever in the text they stand.

mod rows;
#[cfg(test)]
mod tests;

use crate::model::{Fact, TransportError};
use crate::text::needles::Needles;
use std::sync::LazyLock;

/// A broken exchange, as its text tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Why it broke.
    pub kind: TransportError,
    /// What that says about the provider having had the request; `None` where the text cannot tell.
    pub reached: Option<Fact>,
}

static TABLE: LazyLock<Needles> = LazyLock::new(|| Needles::new(rows::ROWS.iter().map(|row| row.phrases)));

static CANCELLED: LazyLock<Needles> = LazyLock::new(|| Needles::new([rows::CANCELLED]));

/// Words of SDKs after which an answer's status stands.
static ANSWERED: LazyLock<Needles> = LazyLock::new(|| {
    // openai-python and anthropic-python; openai-node and its kin; Rust reqwest.
    Needles::new([&["error code: ", "failed with status ", "status code "] as &[&str]])
});

/// The transport error that a text tells of; the innermost cause wins over the class that wraps it. `None` where it
/// tells of none, or of an answer that has a status.
#[must_use]
pub(crate) fn transport(text: &str) -> Option<Broken> {
    if let Some(broken) = in_a_word(text) {
        return Some(broken);
    }
    let row = rows::ROWS.get(TABLE.first_row(text)?)?;
    (!is_answer(text)).then_some(Broken {
        kind: row.kind,
        reached: row.reached,
    })
}

/// A word that is an error's whole text, as Erlang, Go and programs of their own write it.
fn in_a_word(text: &str) -> Option<Broken> {
    let (kind, reached) = match text.trim_start_matches(':') {
        "timeout" | "timed_out" | "time_out" | "read_timeout" => (TransportError::Timeout, None),
        "connect_timeout" | "econnrefused" | "connection_refused" => (TransportError::Connect, Some(Fact::TransportKind)),
        "closed" | "econnreset" | "connection_reset" | "EOF" => (TransportError::Reset, None),
        _ => return None,
    };
    Some(Broken { kind, reached })
}

/// An error with a status was answered, whatever its body says of time-outs (`Error code: 503 - upstream connect error`).
fn is_answer(text: &str) -> bool {
    ANSWERED.rests(text).any(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits == 3 && matches!(rest.first(), Some(b'4' | b'5'))
    })
}

/// Whether a text says that the client gave up of its own will. Ask [`transport`] first: the time-out of an SDK has an
/// abort as its cause.
#[must_use]
pub(crate) fn cancelled(text: &str) -> bool {
    CANCELLED.any(text)
}
