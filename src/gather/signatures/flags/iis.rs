//! The Windows errors that IIS logs where its request routing could not ask the server behind it.
//!
//! Source: Microsoft's "WinHTTP error messages" (12000 and above) \[D\].

use super::FlagSays;
use crate::model::Fact::{NeverConnected, SentUnanswered, UpstreamAnswered};
use crate::model::TransportError::{Connect, Dns, Reset, Timeout, Tls};

/// What a `sc-win32-status` says.
pub(super) fn says(code: &str) -> Option<FlagSays> {
    Some(match code {
        "12002" => FlagSays::broke(Timeout, SentUnanswered),
        "12007" => FlagSays::broke(Dns, NeverConnected),
        "12029" => FlagSays::broke(Connect, NeverConnected),
        "12030" => FlagSays::broke(Reset, SentUnanswered),
        "12152" => FlagSays::status_by(UpstreamAnswered),
        "12037" | "12038" | "12045" | "12057" | "12157" | "12169" | "12170" | "12175" => FlagSays::broke(Tls, NeverConnected),
        // The client's connection was gone when the answer was to be sent.
        "64" | "1236" | "995" => FlagSays::CANCELLED,
        _ => return None,
    })
}
