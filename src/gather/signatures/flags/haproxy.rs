//! HAProxy's termination state: who ended the session, and in which phase.
//!
//! Source: HAProxy's `doc/configuration.txt`, section 8.5 \[S\]; the rows of `SC`, `SH`, `sH` and `SD` were also measured.

use super::FlagSays;
use crate::model::Fact::{AnswerBegun, NeverConnected, ProxySaysItsOwn, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Reset, StreamAbort, Timeout};

/// Whether a word has the shape of a state as HTTP logs write it: two letters and two of the cookie's.
pub(super) fn is_state(word: &str) -> bool {
    match word.as_bytes() {
        [a, b, c, d] => {
            (a.is_ascii_alphabetic() || *a == b'-')
                && (b.is_ascii_uppercase() || *b == b'-')
                && b"NIDVEO-".contains(c)
                && b"NIUPRD-".contains(d)
                && word.contains('-')
        }
        _ => false,
    }
}

/// What the first two letters say; TCP logs have no others.
pub(super) fn says(state: &str) -> Option<FlagSays> {
    let (&[cause, phase], _) = state.as_bytes().split_first_chunk::<2>()?;
    let says = match (cause, phase) {
        // The server refused, was unreachable, or there was none; no connection in time.
        (b'S' | b's', b'C') => FlagSays::broke(Connect, NeverConnected),
        // It closed, or was silent, before its headers were complete.
        (b'S', b'H' | b'L') => FlagSays::broke(Reset, SentUnanswered),
        (b's', b'H' | b'L') => FlagSays::broke(Timeout, SentUnanswered),
        // It closed, or went silent, while the body ran: the status may be 200.
        (b'S' | b's', b'D') => FlagSays::broke(StreamAbort, AnswerBegun),
        // The server's answer was invalid, or its chunks were.
        (b'P', b'H' | b'D') => FlagSays::status_by(UpstreamAnswered),
        // The client left, or stopped taking.
        (b'C' | b'c', b'D' | b'C' | b'H' | b'Q' | b'L') => FlagSays::CANCELLED,
        // No place in the queue in time; the proxy's own limits or ports.
        (b's', b'Q') | (b'P' | b'R', b'C') => FlagSays::broke(Connect, ProxySaysItsOwn),
        // A bad or late request, a rule, a tar pit, an internal error, a kill.
        (b'C' | b'c', b'R' | b'T') | (b'P' | b'L' | b'R' | b'I' | b'D' | b'U' | b'K', _) => FlagSays::status_by(ProxySaysItsOwn),
        _ => return None,
    };
    Some(says)
}
